"""A worker's turns: a busy listing must not keep the others of its worker waiting."""

from typing import cast

import pytest

from config.embedded.valkey import Valkey
from trading import doorbell, matching, tasks
from trading.models import Listing, MarketState
from trading.services import entry
from trading.tests.factories import a_listing, buy, funded

BUSY = 3


@pytest.fixture
def busy(db: None, valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> Listing:
    """A listing with more work than its turn allows: each drain applies one command and uses it up."""
    one_at_a_time = matching.drain
    monkeypatch.setattr(tasks.matching, "drain", lambda pk: one_at_a_time(pk, limit=1))
    monkeypatch.setattr(tasks, "TURN_SECONDS", 0)
    listing = a_listing()
    buyer = funded(cents=100_000)
    entry.submit_orders([buy(buyer, listing, 1, 100 + number) for number in range(BUSY)])
    return listing


def applied(listing: Listing) -> int:
    return MarketState.objects.values_list("applied_seq", flat=True).get(pk=listing.pk)


def rung(valkey: Valkey, listing: Listing) -> int:
    """How often the listing's worker is being asked to come."""
    return cast(int, valkey.client().llen(doorbell.queue_of(listing.pk)))


def test_a_listing_with_work_left_after_its_turn_goes_to_the_end_of_the_queue(
    busy: Listing, valkey: Valkey
) -> None:
    before = applied(busy)
    tasks.drain(busy.pk)
    assert applied(busy) == before + 1
    assert rung(valkey, busy) == 1


def test_a_listing_without_work_is_not_rung_for_again(busy: Listing, valkey: Valkey) -> None:
    for _ in range(BUSY + 2):
        tasks.drain(busy.pk)
    valkey.client().flushall()
    tasks.drain(busy.pk)
    assert rung(valkey, busy) == 0


def test_rings_for_a_listing_already_rung_for_are_one(busy: Listing, valkey: Valkey) -> None:
    for _ in range(5):
        doorbell.ring(busy.pk)
    assert rung(valkey, busy) == 1
