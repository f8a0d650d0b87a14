"""One cancels the other: a stop order and a limit order that are a pair."""

from typing import Any

import pytest

from trading.engine import OrdType, Phase, PostOnly, SelfTrade, Side, TimeInForce

from .desk import Desk


@pytest.fixture
def desk() -> Desk:
    """Order 1 sells 10 at 90 or below, order 2 at 110 or above; the last trade was at 100."""
    desk = Desk()
    desk.last_trade(100)
    assert desk.stop_order(Side.SELL, 1, 10, 90) == ["accepted 1"]
    assert desk.sell(2, 10, 110, linked_order_id=1) == ["accepted 2"]
    return desk


def waiting_stop() -> Desk:
    desk = Desk()
    desk.last_trade(100)
    desk.stop_order(Side.SELL, 1, 10, 90, time_in_force=TimeInForce.DAY, expire_at=10_000)
    return desk


@pytest.mark.parametrize(
    "terms",
    [
        {"qty": 9},
        {"side": Side.BUY},
        {"account_id": 2},
        {"expire_at": 10_001},
        {"time_in_force": TimeInForce.GTC, "expire_at": None},
        {"time_in_force": TimeInForce.IOC, "expire_at": None},
        {"display_qty": 5},
        {"post_only": PostOnly.REJECT},
        {"min_qty": 1},
    ],
)
def test_the_legs_of_a_pair_agree_in_all_but_price(terms):
    """ORDT-060"""
    desk = waiting_stop()
    terms = {
        "side": Side.SELL, "order_id": 2, "qty": 10, "price": 110, "time_in_force": TimeInForce.DAY,
        "expire_at": 10_000, "linked_order_id": 1,
    } | terms  # fmt: skip
    assert desk.order(**terms)[0] == "OrderRejected 2 UNSUPPORTED_ORDER"


def test_the_limit_leg_is_a_limit_order():
    """ORDT-060"""
    desk = waiting_stop()
    terms: dict[str, Any] = {
        "time_in_force": TimeInForce.DAY,
        "expire_at": 10_000,
        "linked_order_id": 1,
    }
    assert desk.stop_order(Side.SELL, 2, 10, 80, **terms)[0] == "OrderRejected 2 UNSUPPORTED_ORDER"


def test_a_stop_order_is_in_one_pair_only(desk):
    """ORDT-060"""
    assert desk.sell(3, 10, 120, linked_order_id=1) == ["OrderRejected 3 UNSUPPORTED_ORDER"]


def test_a_pair_needs_a_stop_order_that_still_waits():
    """ORDT-060"""
    desk = Desk()
    desk.last_trade(100)
    assert desk.sell(2, 10, 110, linked_order_id=1) == ["OrderRejected 2 LINKED_ORDER_GONE"]
    desk.stop_order(Side.SELL, 3, 10, 100, price=100)  # triggered at once, and rests
    assert desk.sell(4, 10, 110, linked_order_id=3) == ["OrderRejected 4 LINKED_ORDER_GONE"]
    assert desk.queue(Side.SELL) == [(3, 10, 100)]


def test_what_trades_of_the_limit_leg_is_taken_off_the_stop_leg(desk):
    """ORDT-062"""
    assert desk.buy(3, 4, 110) == [
        "accepted 3",
        "3 takes 4@110 from 2",
        "restated 1: 6 left, stop 90: LINKED",
    ]


def test_a_filled_limit_leg_cancels_the_stop_leg(desk):
    """ORDT-062"""
    desk.buy(3, 4, 110)
    assert desk.buy(4, 6, 110) == ["accepted 4", "4 takes 6@110 from 2", "canceled 6 of 1: LINKED"]


def test_a_limit_leg_that_trades_on_arrival_tells_its_stop_leg_once():
    """ORDT-062"""
    desk = Desk()
    desk.last_trade(100)
    desk.buy(8, 2, 101)
    desk.buy(9, 2, 102)
    desk.stop_order(Side.SELL, 1, 10, 90)
    assert desk.sell(2, 10, 101, linked_order_id=1) == [
        "accepted 2",
        "2 takes 2@102 from 9",
        "2 takes 2@101 from 8",
        "restated 1: 6 left, stop 90: LINKED",
    ]


def test_a_limit_leg_trades_in_an_auction_too(desk):
    """ORDT-062"""
    desk.enter(Phase.PERIODIC_CALL)
    desk.buy(3, 4, 110)
    assert desk.enter(Phase.CONTINUOUS)[1:] == [
        "PERIODIC_CALL uncrossed: 4@110, SELL 6 left",
        "2 and 3 trade 4@110",
        "restated 1: 6 left, stop 90: LINKED",
        "phase CONTINUOUS",
    ]


def test_what_self_trade_prevention_takes_off_a_limit_leg_its_stop_leg_loses_too(desk):
    """ORDT-062, STPR-006"""
    assert desk.buy(3, 4, 110, self_trade=SelfTrade.DECREMENT) == [
        "accepted 3",
        "restated 2: 6 left: SELF_TRADE",
        "restated 1: 6 left, stop 90: LINKED",
        "canceled 4 of 3: SELF_TRADE",
    ]


def test_a_triggered_stop_leg_first_cancels_the_limit_leg(desk):
    """ORDT-063"""
    desk.buy(3, 1, 90, account_id=5)
    desk.buy(4, 20, 89, account_id=5)
    assert desk.sell(5, 1, 90, account_id=6)[2:] == [
        "canceled 10 of 2: LINKED",
        "triggered 1",
        "1 takes 10@89 from 4",
    ]


@pytest.mark.parametrize(("one", "other"), [(1, 2), (2, 1)])
def test_canceling_one_leg_ends_the_other(desk, one, other):
    """ORDT-064"""
    assert desk.cancel(one) == [f"canceled 10 of {one}: REQUESTED", f"canceled 10 of {other}: LINKED"]


def test_prevention_of_a_self_trade_that_cancels_one_leg_ends_the_other(desk):
    """ORDT-064"""
    assert desk.buy(3, 10, 110, self_trade=SelfTrade.CANCEL_OLDEST) == [
        "accepted 3",
        "canceled 10 of 2: SELF_TRADE",
        "canceled 10 of 1: LINKED",
    ]


def test_a_mass_cancel_counts_both_legs(desk):
    """ORDT-064, MATC-011"""
    assert desk.cancel_all(1) == ["canceled 10 of 1: REQUESTED", "canceled 10 of 2: LINKED", "canceled all 2"]


def test_the_legs_expire_together():
    """ORDT-064"""
    desk = waiting_stop()
    desk.sell(2, 10, 110, TimeInForce.GTD, expire_at=10_000, linked_order_id=1)
    assert desk.tick(10_000) == ["expired 10 of 1", "expired 10 of 2"]


def test_rejecting_the_limit_leg_ends_the_stop_leg():
    """ORDT-064"""
    desk = waiting_stop()
    assert desk.sell(2, 10, 0, TimeInForce.DAY, expire_at=10_000, linked_order_id=1) == [
        "OrderRejected 2 PRICE_OUT_OF_RANGE",
        "canceled 10 of 1: LINKED",
    ]


def test_a_rejected_order_ends_nobody_elses_stop_order():
    """ORDT-064"""
    desk = waiting_stop()
    terms = {"account_id": 2, "expire_at": 10_000, "linked_order_id": 1}
    assert desk.sell(2, 10, 110, TimeInForce.DAY, **terms) == ["OrderRejected 2 UNSUPPORTED_ORDER"]
    assert desk.market.working(1) is not None


@pytest.mark.parametrize(("order_id", "price", "stop_px"), [(2, 111, None), (1, None, 91)])
def test_the_legs_of_a_pair_cannot_be_replaced(desk, order_id, price, stop_px):
    """RPLC-010"""
    assert desk.replace(order_id, 10, price, stop_px=stop_px) == [f"ReplaceRejected {order_id} LINKED_ORDER"]


def test_any_kind_of_stop_order_may_be_the_stop_leg():
    """ORDT-060"""
    desk = Desk()
    desk.last_trade(100)
    desk.stop_order(Side.BUY, 1, 5, 105, trail=5)
    assert desk.buy(2, 5, 95, linked_order_id=1) == ["accepted 2"]
    desk.stop_order(Side.BUY, 3, 5, 106, price=107)
    assert desk.order(Side.BUY, 4, 5, 94, ord_type=OrdType.LIMIT, linked_order_id=3) == ["accepted 4"]
