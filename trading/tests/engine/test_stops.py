"""Stop, stop-limit and trailing stop orders."""

import pytest

from trading.engine import (
    OrderAccepted,
    OrderReplaced,
    OrderTriggered,
    OrdType,
    Phase,
    Side,
    TimeInForce,
)

from .desk import Desk


@pytest.fixture
def desk() -> Desk:
    """The last trade was at 100."""
    desk = Desk()
    desk.last_trade(100)
    return desk


def test_a_stop_order_waits_outside_the_book(desk):
    """ORDT-020"""
    assert desk.stop_order(Side.BUY, 1, 5, 105) == ["accepted 1"]
    assert desk.queue(Side.BUY) == []
    assert desk.market.displayed_qty(1) == 0
    assert desk.sell(2, 5, 104) == ["accepted 2"]


def test_a_buy_stop_is_triggered_by_a_trade_at_or_above_its_stop_price(desk):
    """ORDT-021"""
    desk.stop_order(Side.BUY, 1, 5, 105)
    desk.last_trade(104)
    assert desk.market.working(1) is not None
    desk.sell(2, 1, 105)
    desk.sell(3, 5, 107)
    assert desk.buy(4, 1, 105) == [
        "accepted 4",
        "4 takes 1@105 from 2",
        "triggered 1",
        "1 takes 5@107 from 3",
    ]


def test_a_sell_stop_is_triggered_by_a_trade_at_or_below_its_stop_price(desk):
    """ORDT-021"""
    desk.stop_order(Side.SELL, 1, 5, 95)
    desk.last_trade(96)
    assert desk.market.working(1) is not None
    desk.buy(2, 1, 95)
    desk.buy(3, 5, 93)
    assert desk.sell(4, 1, 95) == ["accepted 4", "4 takes 1@95 from 2", "triggered 1", "1 takes 5@93 from 3"]


def test_a_stop_meets_every_trade_of_a_sweep_not_only_the_last(desk):
    """ORDT-021"""
    desk.stop_order(Side.BUY, 1, 2, 105, price=105)
    desk.buy(2, 1, 106)
    desk.buy(3, 1, 102)
    assert desk.sell(4, 2, 102) == [
        "accepted 4",
        "4 takes 1@106 from 2",
        "4 takes 1@102 from 3",
        "triggered 1",
    ]
    assert desk.queue(Side.BUY) == [(1, 2, 105)]


@pytest.mark.parametrize(
    ("side", "stop_px"), [(Side.BUY, 100), (Side.BUY, 99), (Side.SELL, 100), (Side.SELL, 101)]
)
def test_a_stop_the_last_trade_meets_is_triggered_on_arrival(desk, side, stop_px):
    """ORDT-022"""
    assert desk.stop_order(side, 1, 5, stop_px) == [
        "accepted 1",
        "triggered 1",
        "canceled 5 of 1: PROTECTION_REACHED",
    ]


@pytest.mark.parametrize(("side", "stop_px"), [(Side.BUY, 101), (Side.SELL, 99)])
def test_a_stop_the_last_trade_does_not_meet_waits(desk, side, stop_px):
    """ORDT-022"""
    assert desk.stop_order(side, 1, 5, stop_px) == ["accepted 1"]


def test_without_any_trade_a_stop_waits():
    """ORDT-022"""
    assert Desk().stop_order(Side.BUY, 1, 5, 1) == ["accepted 1"]


def test_a_triggered_stop_order_is_a_market_order_within_its_protection(desk):
    """ORDT-023"""
    desk.sell(2, 2, 106)
    desk.sell(3, 2, 109)
    desk.stop_order(Side.BUY, 1, 5, 105, protection_px=108)
    desk.sell(4, 1, 105)
    assert desk.buy(5, 1, 105)[2:] == [
        "triggered 1",
        "1 takes 2@106 from 2",
        "canceled 3 of 1: PROTECTION_REACHED",
    ]
    triggered = next(event for event in desk.events if isinstance(event, OrderTriggered))
    assert triggered[3:] == (1, 1, Side.BUY, None, 5)


def test_a_triggered_stop_limit_order_is_a_limit_order_arriving_then(desk):
    """ORDT-023"""
    desk.buy(2, 5, 94)
    desk.stop_order(Side.SELL, 1, 8, 95, price=94)
    desk.buy(3, 1, 95)
    desk.sell(4, 3, 96)
    assert desk.sell(5, 1, 95)[2:] == ["triggered 1", "1 takes 5@94 from 2"]
    assert desk.queue(Side.SELL) == [(1, 3, 94), (4, 3, 96)]
    triggered = next(event for event in desk.events if isinstance(event, OrderTriggered))
    assert triggered[3:] == (1, 1, Side.SELL, 94, 8)


def test_a_triggered_stop_limit_order_queues_last_however_early_it_came(desk):
    """ORDT-023, MATC-005"""
    desk.stop_order(Side.BUY, 1, 5, 105, price=103)
    desk.buy(2, 5, 103)
    desk.sell(3, 1, 105)
    desk.buy(4, 1, 105)
    assert desk.queue(Side.BUY) == [(2, 5, 103), (1, 5, 103)]


def test_of_several_stops_the_first_to_arrive_is_triggered_first(desk):
    """ORDT-024"""
    desk.stop_order(Side.BUY, 1, 1, 106)
    desk.stop_order(Side.BUY, 2, 1, 105)
    desk.sell(3, 1, 106)
    desk.sell(4, 2, 107)
    assert desk.buy(5, 1, 106)[2:] == [
        "triggered 1",
        "1 takes 1@107 from 4",
        "triggered 2",
        "2 takes 1@107 from 4",
    ]


def test_trades_of_a_triggered_stop_trigger_others_after_it_has_finished(desk):
    """ORDT-024"""
    desk.stop_order(Side.BUY, 1, 3, 105)
    desk.stop_order(Side.BUY, 2, 1, 107)
    for order_id, price in ((3, 105), (4, 107), (5, 108), (6, 109), (7, 110)):
        desk.sell(order_id, 1, price)
    assert desk.buy(8, 1, 105)[2:] == [
        "triggered 1",
        "1 takes 1@107 from 4",
        "1 takes 1@108 from 5",
        "1 takes 1@109 from 6",
        "triggered 2",
        "2 takes 1@110 from 7",
    ]


def test_a_stop_is_triggered_once_so_a_cascade_ends(desk):
    """ORDT-024"""
    for order_id in range(1, 6):
        desk.stop_order(Side.BUY, order_id, 1, 105 + order_id)
    for order_id in range(6, 13):
        desk.sell(order_id, 1, 99 + order_id)
    said = desk.buy(13, 2, 106)
    assert [words for words in said if words.startswith("triggered")] == [
        f"triggered {n}" for n in range(1, 6)
    ]
    assert desk.queue(Side.SELL) == []


def test_a_stop_met_in_an_auction_is_triggered_when_continuous_trading_begins(desk):
    """ORDT-025, AUCT-013"""
    desk.stop_order(Side.BUY, 1, 2, 105)
    desk.enter(Phase.PERIODIC_CALL)
    desk.buy(2, 5, 106)
    desk.sell(3, 5, 106)
    desk.sell(4, 5, 107)
    assert desk.enter(Phase.CONTINUOUS) == [
        "ScheduleSet",
        "PERIODIC_CALL uncrossed: 5@106",
        "2 and 3 trade 5@106",
        "phase CONTINUOUS",
        "triggered 1",
        "1 takes 2@107 from 4",
    ]


def test_a_stop_entered_in_a_call_waits_even_if_the_last_trade_meets_it(desk):
    """ORDT-025"""
    desk.enter(Phase.PERIODIC_CALL)
    assert desk.stop_order(Side.BUY, 1, 2, 99) == ["accepted 1"]
    assert desk.enter(Phase.CONTINUOUS)[-2:] == ["triggered 1", "canceled 2 of 1: PROTECTION_REACHED"]


def test_a_stop_met_before_the_close_is_triggered_the_next_morning(desk):
    """ORDT-025"""
    desk.stop_order(Side.SELL, 1, 2, 95)
    desk.enter(Phase.CLOSING_CALL)
    desk.buy(2, 1, 94)
    desk.sell(3, 1, 94)
    assert desk.enter(Phase.CLOSED)[1:] == [
        "CLOSING_CALL uncrossed: 1@94",
        "2 and 3 trade 1@94",
        "phase CLOSED",
    ]
    assert desk.enter(Phase.CONTINUOUS)[1:3] == ["phase CONTINUOUS", "triggered 1"]


@pytest.mark.parametrize(
    ("side", "first", "away", "told"),
    [(Side.SELL, 95, (104, 102), 99), (Side.BUY, 105, (96, 98), 101)],
)
def test_a_trailing_stop_follows_the_last_trade_and_never_goes_back(desk, side, first, away, told):
    """ORDT-026"""
    desk.stop_order(side, 1, 5, first, trail=5)
    desk.sell(2, 1, away[0])
    assert desk.buy(3, 1, away[0], TimeInForce.IOC) == [
        "accepted 3",
        f"3 takes 1@{away[0]} from 2",
        f"restated 1: 5 left, stop {told}: TRAILED",
    ]
    desk.sell(4, 1, away[1])
    assert desk.buy(5, 1, away[1], TimeInForce.IOC) == ["accepted 5", f"5 takes 1@{away[1]} from 4"]
    desk.sell(6, 1, told)
    assert "triggered 1" in desk.buy(7, 1, told, TimeInForce.IOC)


def test_a_trailing_stop_starts_from_the_last_trade(desk):
    """ORDT-026"""
    desk.stop_order(Side.SELL, 1, 5, 90, trail=4)
    accepted = desk.events[-1]
    assert isinstance(accepted, OrderAccepted)
    assert accepted.stop_px == 96


def test_of_a_sweep_a_trailing_stop_tells_only_where_it_came_to(desk):
    """ORDT-026"""
    desk.stop_order(Side.SELL, 1, 5, 95, trail=5)
    for order_id, price in ((2, 101), (3, 102), (4, 103)):
        desk.sell(order_id, 1, price)
    assert desk.buy(5, 3, 103)[-2:] == [
        "5 takes 1@103 from 4",
        "restated 1: 5 left, stop 98: TRAILED",
    ]


def test_a_waiting_stop_order_may_change_its_terms(desk):
    """RPLC-007"""
    desk.stop_order(Side.BUY, 1, 5, 110, price=112)
    assert desk.replace(1, 6, 113, stop_px=111) == ["replaced 1: 6@113 at the back"]
    assert desk.events[-1] == OrderReplaced(6, 5, 5, 1, 1, 113, 6, 6, 111, None, False)


def test_a_replaced_stop_arrives_anew_unless_it_only_wants_less(desk):
    """RPLC-007"""
    desk.stop_order(Side.BUY, 1, 2, 105)
    desk.stop_order(Side.BUY, 2, 2, 105)
    assert desk.replace(1, 1, stop_px=105, protection_px=10_000) == ["replaced 1: 1@None in place"]
    desk.sell(3, 1, 105)
    desk.sell(4, 9, 106)
    desk.replace(2, 3, stop_px=105)
    desk.replace(1, 2, stop_px=105)
    assert [w for w in desk.buy(5, 1, 105) if w.startswith("triggered")] == ["triggered 2", "triggered 1"]


def test_wanting_less_leaves_the_worst_price_alone(desk):
    """RPLC-005, MATC-003"""
    desk.stop_order(Side.SELL, 1, 5, 95, protection_px=90)
    assert desk.replace(1, 4, stop_px=95, protection_px=0) == ["replaced 1: 4@None in place"]
    assert desk.replace(1, 5, stop_px=95, protection_px=0) == ["ReplaceRejected 1 NO_PROTECTION_PX"]
    desk.buy(2, 1, 95)
    desk.buy(3, 5, 89)
    assert desk.sell(4, 1, 95)[2:] == ["triggered 1", "canceled 4 of 1: PROTECTION_REACHED"]


def test_a_stop_replaced_to_where_the_last_trade_meets_it_is_triggered(desk):
    """RPLC-007"""
    desk.stop_order(Side.BUY, 1, 2, 105)
    assert desk.replace(1, 2, stop_px=100) == [
        "replaced 1: 2@None at the back",
        "triggered 1",
        "canceled 2 of 1: PROTECTION_REACHED",
    ]


def test_of_a_trailing_stop_only_the_quantity_may_be_replaced(desk):
    """RPLC-007"""
    desk.stop_order(Side.SELL, 1, 5, 95, trail=5)
    assert desk.replace(1, 6, stop_px=96) == ["ReplaceRejected 1 UNSUPPORTED_ORDER"]
    assert desk.replace(1, 6) == ["replaced 1: 6@None at the back"]


def test_a_stop_price_is_replaced_on_waiting_stops_only(desk):
    """RPLC-007, RPLC-011"""
    desk.buy(1, 5, 90)
    assert desk.replace(1, 5, 91, stop_px=95) == ["ReplaceRejected 1 UNSUPPORTED_ORDER"]
    desk.stop_order(Side.BUY, 2, 5, 105)
    assert desk.replace(2, 5, 105, stop_px=105) == ["ReplaceRejected 2 UNSUPPORTED_ORDER"]
    desk.stop_order(Side.BUY, 3, 5, 105, price=106)
    assert desk.replace(3, 5, None, stop_px=105) == ["ReplaceRejected 3 UNSUPPORTED_ORDER"]


@pytest.mark.parametrize("stop_px", [0, 10_001])
def test_a_stop_price_stays_within_the_listings_range(desk, stop_px):
    """MATC-008"""
    assert desk.stop_order(Side.BUY, 1, 5, stop_px) == ["OrderRejected 1 PRICE_OUT_OF_RANGE"]
    desk.stop_order(Side.BUY, 2, 5, 105)
    assert desk.replace(2, 5, stop_px=stop_px) == ["ReplaceRejected 2 PRICE_OUT_OF_RANGE"]


def test_a_stop_order_without_protection_is_refused(desk):
    """ORDT-010, ORDT-023"""
    assert desk.stop_order(Side.BUY, 1, 5, 105, protection_px=None) == ["OrderRejected 1 NO_PROTECTION_PX"]
    assert desk.stop_order(Side.BUY, 2, 5, 105, protection_px=0) == ["OrderRejected 2 NO_PROTECTION_PX"]


@pytest.mark.parametrize(
    "terms",
    [
        {"stop_px": None},
        {"stop_px": 105, "trail": 5, "ord_type": OrdType.STOP},
        {"stop_px": 105, "ord_type": OrdType.TRAILING_STOP},
        {"stop_px": 105, "trail": 0},
        {"stop_px": 105, "price": 106, "ord_type": OrdType.STOP},
        {"stop_px": 105, "price": 106, "trail": 5, "ord_type": OrdType.TRAILING_STOP},
        {"stop_px": 105, "ord_type": OrdType.STOP_LIMIT},
        {"stop_px": 105, "price": 106, "ord_type": OrdType.LIMIT},
        {"stop_px": 105, "display_qty": 1},
        {"stop_px": 105, "min_qty": 1},
        {"stop_px": 105, "time_in_force": TimeInForce.IOC},
        {"stop_px": 105, "time_in_force": TimeInForce.AT_OPEN},
    ],
)
def test_a_stop_order_has_what_its_kind_needs_and_nothing_else(desk, terms):
    """MATC-009"""
    assert desk.stop_order(Side.BUY, 1, 5, **terms) == ["OrderRejected 1 UNSUPPORTED_ORDER"]


def test_canceled_stops_far_from_the_market_are_forgotten(desk):
    """ORDT-021: and one among them that waits is still met."""
    desk.stop_order(Side.BUY, 1, 5, 105, protection_px=108)
    for order_id in range(2, 3_000):
        desk.stop_order(Side.BUY, order_id, 5, 900)
        desk.cancel(order_id)
    assert len(desk.market.stops._unmet[Side.BUY]) < 1_100
    desk.sell(3_001, 1, 105)
    assert "triggered 1" in " ".join(desk.buy(3_002, 1, 105))
