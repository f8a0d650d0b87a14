"""What becomes of an order's row by what the engine tells of it."""

import dataclasses

import pytest

from portal.models import Account
from trading.engine import OrdType, PostOnly, SelfTrade
from trading.models import CASH, AccountStream, Balance, Listing, MarketState, Order
from trading.services import entry
from trading.services.requests import MassCancelRequest
from trading.tests.factories import (
    a_cl_ord_id,
    a_listing,
    a_pair,
    as_recomputed,
    buy,
    cancel,
    drained,
    funded,
    replace,
    sell,
    worked,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing() -> Listing:
    return a_listing(protection_bps=2_000)


@pytest.fixture
def seller(listing: Listing) -> Account:
    return funded(lots=1_000, listing=listing)


@pytest.fixture
def buyer() -> Account:
    return funded(cents=1_000_000)


def traded_at(listing: Listing, *prices: int) -> None:
    """Somebody else trades a lot at each of these prices."""
    for price in prices:
        seller, buyer = funded(lots=1, listing=listing), funded(cents=10_000)
        worked(listing, sell(seller, listing, 1, price), buy(buyer, listing, 1, price))


def again(*orders: Order) -> list[Order]:
    for order in orders:
        order.refresh_from_db()
    return list(orders)


def held(account: Account, asset: str = CASH) -> int:
    return Balance.objects.get(account=account, asset=asset).held


def test_a_post_only_order_stands_where_it_slid_to(listing: Listing, seller: Account, buyer: Account) -> None:
    """ORDT-041"""
    worked(listing, sell(seller, listing, 10, 500))
    [bid] = worked(listing, buy(buyer, listing, 10, 505, post_only=PostOnly.SLIDE))
    assert (bid.ord_status, bid.price, bid.hold) == ("NEW", 499, 4_990)
    assert held(buyer) == 4_990
    as_recomputed(listing)


def test_a_triggered_stop_tells_when(listing: Listing, buyer: Account) -> None:
    """ORDT-023"""
    traded_at(listing, 500)
    [stop] = worked(listing, buy(buyer, listing, 10, 520, ord_type=OrdType.STOP_LIMIT, stop_px=510))
    assert (stop.ord_status, stop.triggered_at) == ("NEW", None)
    traded_at(listing, 510)
    [stop] = again(stop)
    assert stop.triggered_at is not None
    assert (stop.ord_status, stop.price, stop.stop_px, stop.hold) == ("NEW", 520, 510, 5_200)
    as_recomputed(listing)


def test_a_trailing_stop_tells_where_it_has_come_to(listing: Listing, seller: Account) -> None:
    """ORDT-026"""
    traded_at(listing, 500)
    [stop] = worked(listing, sell(seller, listing, 10, None, ord_type=OrdType.TRAILING_STOP, trail=20))
    assert stop.stop_px == 480
    traded_at(listing, 515, 510)
    [stop] = again(stop)
    assert (stop.stop_px, stop.triggered_at) == (495, None)
    as_recomputed(listing)


def test_a_waiting_stop_is_replaced_with_its_worst_price(listing: Listing, buyer: Account) -> None:
    """RPLC-007"""
    traded_at(listing, 500)
    [stop] = worked(listing, buy(buyer, listing, 10, None, ord_type=OrdType.STOP, stop_px=510))
    before = stop.protection_px
    change = dataclasses.replace(replace(stop, 20, 0), price=None, stop_px=520)
    [stop] = worked(listing, change)
    assert (stop.order_qty, stop.stop_px) == (20, 520)
    assert before is not None and stop.protection_px is not None and stop.protection_px > before
    assert stop.hold == held(buyer) == stop.protection_px * 20
    as_recomputed(listing)


def test_a_pair_holds_the_larger_of_its_legs_and_the_stop_leg_follows_the_limit_leg(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    """ORDT-061, ORDT-062"""
    traded_at(listing, 500)
    stop, limit = worked(
        listing,
        *a_pair(
            buy(buyer, listing, 10, 490),
            buy(buyer, listing, 10, 520, ord_type=OrdType.STOP_LIMIT, stop_px=510),
        ),
    )
    assert (stop.linked_order_id, limit.linked_order_id) == (limit.pk, stop.pk)
    assert (stop.hold, limit.hold, held(buyer)) == (5_200, 0, 5_200)
    worked(listing, sell(seller, listing, 4, 490))
    stop, limit = again(stop, limit)
    assert (stop.order_qty, stop.leaves_qty, limit.leaves_qty) == (6, 6, 6)
    assert held(buyer) == 3_120
    as_recomputed(listing)
    worked(listing, sell(seller, listing, 6, 490))
    stop, limit = again(stop, limit)
    assert (limit.ord_status, stop.ord_status, stop.text) == ("FILLED", "CANCELED", "LINKED")
    assert held(buyer) == 0
    as_recomputed(listing)


def test_one_leg_triggered_leaves_the_other_canceled_and_its_hold_let_go(
    listing: Listing, seller: Account
) -> None:
    """ORDT-061, ORDT-063"""
    traded_at(listing, 500)
    stop, limit = worked(
        listing,
        *a_pair(
            sell(seller, listing, 10, 520),
            sell(seller, listing, 10, 470, ord_type=OrdType.STOP_LIMIT, stop_px=480),
        ),
    )
    assert held(seller, "ACME") == 10
    traded_at(listing, 480)
    stop, limit = again(stop, limit)
    assert (limit.ord_status, limit.text, stop.ord_status) == ("CANCELED", "LINKED", "NEW")
    assert stop.triggered_at is not None
    assert held(seller, "ACME") == 10
    as_recomputed(listing)
    worked(listing, cancel(stop))
    assert held(seller, "ACME") == 0


def test_orders_of_one_owner_lose_what_would_have_traded(listing: Listing) -> None:
    """STPR-006"""
    own = funded(cents=100_000, lots=100, listing=listing)
    [bid] = worked(listing, buy(own, listing, 10, 500))
    [ask] = worked(listing, sell(own, listing, 4, 500, self_trade=SelfTrade.DECREMENT))
    [bid] = again(bid)
    assert (bid.order_qty, bid.leaves_qty, bid.cum_qty, bid.hold) == (10, 6, 0, 3_000)
    assert (ask.ord_status, ask.text, ask.hold) == ("CANCELED", "SELF_TRADE", 0)
    as_recomputed(listing)
    worked(listing, sell(funded(lots=6, listing=listing), listing, 6, 500))
    [bid] = again(bid)
    assert (bid.ord_status, bid.cum_qty, bid.leaves_qty, bid.text) == ("CANCELED", 6, 0, "SELF_TRADE")
    as_recomputed(listing)


def test_a_mass_cancel_ends_every_order_and_is_told_to_the_account(listing: Listing, buyer: Account) -> None:
    """MATC-011"""
    orders = worked(listing, *(buy(buyer, listing, 1, 500 + n) for n in range(3)))
    entry.submit_orders([MassCancelRequest(buyer.pk, a_cl_ord_id(), listing.pk)])
    drained(listing)
    assert {order.ord_status for order in again(*orders)} == {"CANCELED"}
    assert held(buyer) == 0
    stream = AccountStream.objects.get(account=buyer)
    assert stream.last_seq == MarketState.objects.get(pk=listing.pk).event_seq
    as_recomputed(listing)
