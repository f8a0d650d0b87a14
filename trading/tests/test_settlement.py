"""When trades settle: at once, or on the next business day."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from portal import clock
from portal.models import Account
from trading.models import CASH, Balance, Instruction, Listing, Transfer
from trading.settlement import consumer
from trading.tests.factories import a_listing, as_recomputed, buy, drained, entered, funded, sell, settled

pytestmark = pytest.mark.django_db

NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
def seller(listing: Listing) -> Account:
    return funded(lots=100, listing=listing)


@pytest.fixture
def buyer() -> Account:
    return funded(cents=100_000)


@pytest.fixture
def listing() -> Listing:
    return a_listing(rail=Listing.Rail.BOOK_ENTRY_T1)


@pytest.fixture(autouse=True)
def _monday(db: Any) -> None:
    go_to(datetime(2027, 3, 1, 12, tzinfo=NEW_YORK))


def go_to(moment: datetime) -> None:
    clock.advance(by=moment - clock.now())


def traded(listing: Listing, seller: Account, buyer: Account, qty: int) -> None:
    entered(sell(seller, listing, qty, 500), buy(buyer, listing, qty, 500))
    drained(listing)


def booked() -> list[int]:
    rows = Transfer.objects.filter(kind=Transfer.Kind.TRADE_TOKEN).order_by("id")
    return list(rows.values_list("amount", flat=True))


def test_a_trade_settles_as_the_next_business_day_begins(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    traded(listing, seller, buyer, 1)
    assert consumer.settle(listing.pk) > 0  # the orders it came of
    assert consumer.settle(listing.pk) == 0
    assert Balance.objects.get(account=buyer, asset=CASH).pending_out == 500
    go_to(datetime(2027, 3, 2, 0, 0, 0, tzinfo=NEW_YORK) - timedelta(seconds=5))
    assert consumer.settle(listing.pk) == 0
    go_to(datetime(2027, 3, 2, 0, 0, 0, tzinfo=NEW_YORK))
    settled(listing)
    assert booked() == [1]
    assert Balance.objects.get(account=buyer, asset=CASH).pending_out == 0
    as_recomputed(listing)


def test_a_trade_of_friday_settles_on_monday(listing: Listing, seller: Account, buyer: Account) -> None:
    go_to(datetime(2027, 3, 5, 12, tzinfo=NEW_YORK))
    traded(listing, seller, buyer, 1)
    go_to(datetime(2027, 3, 7, 23, 59, tzinfo=NEW_YORK))
    settled(listing)
    assert booked() == []
    go_to(datetime(2027, 3, 8, 0, 0, tzinfo=NEW_YORK))
    settled(listing)
    assert booked() == [1]


def test_trades_settle_in_their_order_and_the_first_that_is_not_due_stops_the_rest(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    traded(listing, seller, buyer, 1)
    go_to(datetime(2027, 3, 2, 12, tzinfo=NEW_YORK))
    traded(listing, seller, buyer, 2)
    settled(listing)
    assert booked() == [1]
    as_recomputed(listing)
    go_to(datetime(2027, 3, 3, 12, tzinfo=NEW_YORK))
    settled(listing)
    assert booked() == [1, 2]
    as_recomputed(listing)


def test_nobody_asks_for_a_listing_whose_next_trade_is_not_due(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    traded(listing, seller, buyer, 1)
    assert consumer.listings_behind() == [listing.pk]
    settled(listing)
    assert consumer.listings_behind() == []
    due_at = Instruction.objects.get(listing=listing).due_at
    assert due_at.astimezone(UTC) == datetime(2027, 3, 2, 5, tzinfo=UTC)
    go_to(due_at)
    assert consumer.listings_behind() == [listing.pk]


def test_what_was_bought_cannot_be_sold_before_it_is_settled(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    traded(listing, seller, buyer, 10)
    settled(listing)
    assert Balance.objects.get(account=buyer, asset=listing.asset_id).available == 0
    go_to(datetime(2027, 3, 2, 12, tzinfo=NEW_YORK))
    settled(listing)
    assert Balance.objects.get(account=buyer, asset=listing.asset_id).available == 10


def test_trades_settle_batch_by_batch(
    seller: Account, buyer: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "BATCH", 2)
    at_once = a_listing("BETA")
    holder = funded(lots=100, listing=at_once)
    for qty in (1, 2, 3, 4, 5):
        traded(at_once, holder, buyer, qty)
    assert consumer.settle(at_once.pk)
    assert booked() == [1, 2]
    settled(at_once)
    assert booked() == [1, 2, 3, 4, 5]
    as_recomputed(at_once)
