"""Which fee schedule an order is entered under, and that it pays by that one to its end."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, transaction

from portal import clock
from portal.models import Account
from trading import journal
from trading.models import CASH, Balance, FeeSchedule, Listing, Order
from trading.services import entry, fees
from trading.tests.factories import (
    a_fee_schedule,
    a_listing,
    as_recomputed,
    buy,
    drained,
    entered,
    funded,
    replace,
    worked,
)

pytestmark = pytest.mark.django_db

MAKER, RETAIL = Account.Kind.MARKET_MAKER, "RETAIL"


@pytest.fixture
def listing() -> Listing:
    return a_listing()


def of(account: Account, listing: Listing) -> FeeSchedule | None:
    return fees.in_force([listing], at=clock.now()).of(account, listing.pk)


def test_the_newest_schedule_in_force_applies(listing: Listing) -> None:
    """FEES-001"""
    account = funded(cents=100)
    assert of(account, listing) is None
    a_fee_schedule(days_ago=10)
    newer = a_fee_schedule(days_ago=2)
    a_fee_schedule(days_ago=-2)
    assert of(account, listing) == newer
    amended = a_fee_schedule(days_ago=2)
    assert of(account, listing) == amended


def test_a_schedule_is_never_changed(listing: Listing) -> None:
    """FEES-001"""
    a_fee_schedule()
    for act in (lambda: FeeSchedule.objects.update(maker_rate=1), FeeSchedule.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_the_first_day_is_one_of_the_listings_time_zone(listing: Listing) -> None:
    """FEES-001: in New York the day begins five hours later."""
    account = funded(cents=100)
    first = FeeSchedule.objects.create(
        effective_date="2027-01-05", maker_rate=0, taker_rate=0, auction_rate=0, created_at=clock.now()
    )
    before, after = (datetime(2027, 1, 5, hour, 30, tzinfo=UTC) for hour in (4, 5))
    assert fees.in_force([listing], at=before).of(account, listing.pk) is None
    assert fees.in_force([listing], at=after).of(account, listing.pk) == first


def test_the_closest_schedule_applies(listing: Listing) -> None:
    """FEES-002: even where a wider one is newer."""
    account = funded(cents=100)
    Account.objects.filter(pk=account.pk).update(investor_class=RETAIL)
    account.refresh_from_db()
    other = a_listing("GRIT")
    for terms in (
        {},
        {"subscriber_class": RETAIL},
        {"listing": listing},
        {"listing": listing, "subscriber_class": RETAIL},
    ):
        closest = a_fee_schedule(days_ago=9, **terms)
        a_fee_schedule(days_ago=1, subscriber_class="QIB")
        a_fee_schedule(days_ago=1, listing=other)
        assert of(account, listing) == closest
    a_fee_schedule(days_ago=1)
    assert of(account, listing) == closest


def test_a_market_maker_is_a_class_of_its_own(listing: Listing) -> None:
    """FEES-002"""
    maker = funded(cents=100)
    maker.kind = MAKER
    theirs = a_fee_schedule(subscriber_class="MARKET_MAKER")
    a_fee_schedule(subscriber_class=maker.investor_class)
    assert of(maker, listing) == theirs


def test_an_order_keeps_the_schedule_it_was_entered_under(listing: Listing) -> None:
    """FEES-003"""
    account = funded(cents=100_000)
    first = a_fee_schedule(taker_rate=2_000, flat_cents=10)
    [order] = worked(listing, buy(account, listing, 10, 500))
    assert order.fee_schedule == first
    a_fee_schedule(taker_rate=9_000, flat_cents=99)
    worked(listing, replace(order, 20, 500))
    order.refresh_from_db()
    assert (order.fee_schedule, order.hold) == (first, 10_000 + 10 + 20)
    [command, *_] = [r for r in journal.recorded_commands(listing_id=listing.pk) if r.order_id == order.pk]
    assert command.payload["fee_schedule_id"] == first.pk
    as_recomputed(listing)


def test_the_hold_includes_the_most_that_may_be_charged(listing: Listing) -> None:
    """FEES-006: 5,000 and at the highest rate 1 %, at least 60."""
    account = funded(cents=5_059)
    a_fee_schedule(maker_rate=1_000, taker_rate=10_000, minimum_cents=60)
    [refused] = entry.submit_orders([buy(account, listing, 10, 500)])
    assert type(refused).__name__ == "Refused"
    funded(cents=1, account=account)
    [order] = entered(buy(account, listing, 10, 500))
    assert order.hold == Balance.objects.get(account=account, asset=CASH).held == 5_060


def test_a_replace_reserves_the_fees_its_new_terms_may_need(listing: Listing) -> None:
    """RPLC-012"""
    account = funded(cents=100_000)
    a_fee_schedule(taker_rate=10_000)
    [order] = worked(listing, buy(account, listing, 10, 500))
    entered(replace(order, 20, 500))
    assert Balance.objects.get(account=account, asset=CASH).held == 5_050 + 5_050
    drained(listing)
    assert Order.objects.get(pk=order.pk).hold == 10_100
    as_recomputed(listing)


def test_a_preview_tells_the_fee(listing: Listing) -> None:
    """FEES-008"""
    account = funded(cents=100_000)
    its = a_fee_schedule(taker_rate=10_000, flat_cents=25)
    preview = entry.preview(buy(account, listing, 10, 500))
    assert (preview.legs[0].fee_schedule, preview.most_fee, preview.hold) == (its, 75, 5_075)
