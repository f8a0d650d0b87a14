"""Recovery is the normal path: a lost or damaged snapshot changes nothing but start-up time."""

from typing import Any

import pytest
from django.test import override_settings

from tests.support.verify import assert_pure_fold
from trading import engine, journal, matching
from trading.models import Listing, MarketState, Order, OrdStatus
from trading.models.journal import Snapshot
from trading.services import entry
from trading.tests.factories import a_listing, a_snapshot, drained
from trading.tests.flow import Flow, a_crowd

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow() -> Flow:
    listing = a_listing()
    return Flow(1, listing, a_crowd(listing))


def trade(flow: Flow, orders: int) -> None:
    entry.submit_orders(flow.batch(orders))
    drained(flow.listing)


def hash_of(listing: Listing, *, use_snapshot: bool) -> str:
    applied = MarketState.objects.get(pk=listing.pk).applied_seq
    return engine.state_hash(matching.rebuild(listing.pk, applied, use_snapshot=use_snapshot).market)


@override_settings(SNAPSHOT_EVERY=10)
def test_a_snapshot_is_taken_now_and_then_and_the_newest_two_are_kept(flow: Flow) -> None:
    for _ in range(5):
        trade(flow, 12)
    kept = list(journal.snapshots(listing_id=flow.listing.pk))
    applied = MarketState.objects.get(pk=flow.listing.pk).applied_seq
    assert len(kept) == 2
    assert applied - 10 < kept[-1] <= applied


def test_a_worker_starts_from_a_snapshot_where_the_journal_alone_would_bring_it(flow: Flow) -> None:
    trade(flow, 100)
    a_snapshot(flow.listing)
    trade(flow, 50)
    assert hash_of(flow.listing, use_snapshot=True) == hash_of(flow.listing, use_snapshot=False)


def test_a_lost_snapshot_changes_nothing(flow: Flow) -> None:
    trade(flow, 100)
    a_snapshot(flow.listing)
    before = hash_of(flow.listing, use_snapshot=True)
    Snapshot.objects.all().delete()
    matching.forget()
    assert hash_of(flow.listing, use_snapshot=True) == before
    trade(flow, 50)
    assert_pure_fold(flow.listing)


DAMAGE: dict[str, dict[str, Any]] = {
    "another state": {"event_seq": 1},
    "another place": {"last_seq": 1},
    "another version": {"version": 99},
    "not a state": {"book": None},
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_snapshot_is_ignored(flow: Flow, caplog: pytest.LogCaptureFixture, damage: str) -> None:
    trade(flow, 100)
    before = hash_of(flow.listing, use_snapshot=False)
    a_snapshot(flow.listing)
    snapshot = Snapshot.objects.get()
    snapshot.state |= DAMAGE[damage]
    snapshot.save()
    matching.forget()
    assert hash_of(flow.listing, use_snapshot=True) == before
    assert "is of no use; replaying from the start" in caplog.text
    trade(flow, 50)
    assert MarketState.objects.get(pk=flow.listing.pk).fault_seq is None
    assert_pure_fold(flow.listing)


def test_a_book_kept_in_memory_is_not_trusted_once_another_worker_has_moved_on(flow: Flow) -> None:
    trade(flow, 50)
    mine = dict(matching._books)
    trade(flow, 50)
    matching._books.update(mine)
    trade(flow, 50)
    assert_pure_fold(flow.listing)


def test_a_batch_that_failed_leaves_no_book_behind(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    trade(flow, 50)

    def fail(**_: Any) -> None:
        raise RuntimeError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(journal, "seal", fail)
        trade(flow, 10)
    assert flow.listing.pk not in matching._books


def test_commands_come_to_the_same_in_any_batches() -> None:
    for symbol, limit in (("ACME", 1), ("BETA", 7), ("GAMA", 500)):
        listing = a_listing(symbol)
        flow = Flow(3, listing, a_crowd(listing))
        entry.submit_orders(flow.batch(60))
        while matching.drain(listing.pk, limit=limit):
            pass
        assert_pure_fold(listing)
    statuses = [
        list(
            Order.objects.filter(listing__symbol=symbol)
            .order_by("pk")
            .values_list("ord_status", "cum_qty", "traded_value", "hold")
        )
        for symbol in ("ACME", "BETA", "GAMA")
    ]
    assert statuses[0] == statuses[1] == statuses[2]
    assert {status for status, *_ in statuses[0]} > {OrdStatus.NEW, OrdStatus.FILLED}
