"""Halts, resumptions, and the price bands that begin a volatility call."""

from typing import Any

import pytest

from trading.engine import (
    Phase,
    PhaseChanged,
    PostOnly,
    Side,
    TimeInForce,
    TradingHalted,
    TradingResumed,
)

from .desk import Desk

BUY, SELL = Side.BUY, Side.SELL
STATIC: dict[str, Any] = {"reference_px": 100, "static_band_bps": 1_000}  # 90 … 110
DYNAMIC: dict[str, Any] = {"dynamic_band_bps": 500}  # 95 … 105 around a last trade of 100


@pytest.fixture
def desk() -> Desk:
    return Desk()


def crossed_in_a_call() -> Desk:
    desk = Desk()
    desk.schedule((1, Phase.OPENING_CALL), (100, Phase.CONTINUOUS), (900, Phase.CLOSED))
    desk.buy(1, 5, 101)
    desk.sell(2, 5, 100)
    desk.buy(3, 1, 101, TimeInForce.AT_OPEN)
    return desk


# Halts


def test_a_halted_market_takes_no_new_orders(desk):
    """HALT-001"""
    desk.sell(1, 5, 100)
    assert desk.halt() == ["TradingHalted"]
    assert desk.buy(2, 5, 100) == ["OrderRejected 2 HALTED"]
    assert desk.market_order(BUY, 3, 5, 100) == ["OrderRejected 3 HALTED"]
    assert desk.market.phase is Phase.HALTED
    assert desk.queue(SELL) == [(1, 5, 100)]


def test_whoever_is_in_a_halted_book_may_leave_it_or_want_less(desk):
    """HALT-001, RPLC-005"""
    desk.buy(1, 5, 100)
    desk.buy(2, 5, 100)
    desk.halt()
    assert desk.replace(1, 4, 100) == ["replaced 1: 4@100 in place"]
    assert desk.cancel(2) == ["canceled 5 of 2: REQUESTED"]


def test_a_halted_book_takes_no_other_replace(desk):
    """HALT-001, RPLC-005"""
    desk.buy(1, 5, 100)
    desk.halt()
    assert desk.replace(1, 6, 100) == ["ReplaceRejected 1 HALTED"]
    assert desk.replace(1, 4, 99) == ["ReplaceRejected 1 HALTED"]
    assert desk.queue(BUY) == [(1, 5, 100)]


def test_no_stop_is_triggered_in_a_halt(desk):
    """HALT-001, ORDT-025"""
    desk.enter(Phase.PERIODIC_CALL)
    desk.stop_order(BUY, 1, 5, 100)
    desk.halt()
    assert desk.tick(10_000) == []


def test_orders_expire_in_a_halt(desk):
    """HALT-001, ORDT-003"""
    desk.buy(1, 5, 100, TimeInForce.DAY, expire_at=1_000)
    desk.halt()
    assert desk.tick(1_000) == ["expired 5 of 1"]


def test_trading_resumes_directly(desk):
    """HALT-004"""
    desk.sell(1, 5, 100)
    desk.halt()
    assert desk.resume() == ["resumed in CONTINUOUS"]
    assert (desk.market.phase, desk.market.halt) == (Phase.CONTINUOUS, None)
    assert desk.buy(2, 5, 100) == ["accepted 2", "2 takes 5@100 from 1"]


def test_trading_resumes_by_a_reopening_call(desk):
    """HALT-004, PHAS-004"""
    desk.sell(1, 5, 100)
    desk.halt()
    assert desk.resume(call_us=50) == ["resumed in REOPENING_CALL"]
    assert desk.events[-1] == TradingResumed(4, 4, 4, "OPEN", "", Phase.REOPENING_CALL, 54)
    assert desk.buy(2, 5, 100) == ["accepted 2"]
    assert desk.tick(53) == []
    assert desk.tick(54) == ["REOPENING_CALL uncrossed: 5@100", "1 and 2 trade 5@100", "phase CONTINUOUS"]


@pytest.mark.parametrize("phase", [Phase.CLOSED, Phase.PRE_OPEN, Phase.CLOSING_CALL])
def test_where_the_schedule_does_not_trade_a_resumption_enters_its_phase(desk, phase):
    """HALT-004"""
    desk.halt()
    assert desk.enter(phase) == ["ScheduleSet"]
    assert desk.resume(call_us=50) == [f"resumed in {phase}"]


def test_a_halt_that_names_its_resumption_ends_by_itself(desk):
    """HALT-005"""
    desk.halt("NEWS", "pending", resume_at=100, call_us=50)
    assert desk.events[-1] == TradingHalted(2, 2, 2, "NEWS", "pending", 100, 50)
    assert desk.tick(99) == []
    assert desk.buy(1, 5, 100, at=100) == ["resumed in REOPENING_CALL", "accepted 1"]
    assert desk.events[-2] == TradingResumed(3, 4, 100, "PLANNED", "pending", Phase.REOPENING_CALL, 150)


def test_a_planned_resumption_and_its_call_happen_though_nobody_ticks(desk):
    """HALT-005, MATC-012"""
    desk.halt(resume_at=100, call_us=50)
    assert desk.buy(1, 5, 100, at=500) == [
        "resumed in REOPENING_CALL",
        "REOPENING_CALL uncrossed: nothing",
        "phase CONTINUOUS",
        "accepted 1",
    ]
    assert [event.at for event in desk.events[-4:]] == [100, 150, 150, 500]


def test_halts_do_not_nest_the_last_one_stands(desk):
    """HALT-005"""
    desk.halt("NEWS", "pending", resume_at=100)
    desk.halt("REGULATOR", "order of the 3rd")
    assert desk.market.halt is not None
    assert desk.market.halt[:2] == ("REGULATOR", "order of the 3rd")
    assert desk.tick(200) == []
    desk.resume()
    assert desk.market.phase is Phase.CONTINUOUS


def test_resuming_an_open_market_says_so_again(desk):
    """HALT-004"""
    desk.resume(call_us=50)
    assert desk.events[-1] == TradingResumed(2, 2, 2, "OPEN", "", Phase.CONTINUOUS, None)


def test_a_scheduled_phase_ends_a_reopening_call(desk):
    """HALT-006"""
    desk.schedule((1, Phase.CONTINUOUS), (100, Phase.CLOSED))
    desk.halt()
    desk.resume(call_us=500)
    desk.buy(1, 5, 100)
    desk.sell(2, 5, 100)
    assert desk.tick(1_000) == ["REOPENING_CALL uncrossed: 5@100", "1 and 2 trade 5@100", "phase CLOSED"]


def test_a_scheduled_call_takes_over_the_orders_of_a_reopening_call(desk):
    """HALT-006"""
    desk.schedule((1, Phase.CONTINUOUS), (100, Phase.CLOSING_CALL), (200, Phase.CLOSED))
    desk.halt()
    desk.resume(call_us=150)
    desk.buy(1, 5, 100)
    desk.sell(2, 5, 100)
    assert desk.tick(1_000) == [
        "phase CLOSING_CALL",
        "CLOSING_CALL uncrossed: 5@100",
        "1 and 2 trade 5@100",
        "phase CLOSED",
    ]


def test_an_auction_whose_end_falls_into_a_halt_does_not_take_place():
    """AUCT-014"""
    desk = crossed_in_a_call()
    desk.halt()
    assert desk.tick(500) == ["canceled 1 of 3: AUCTION_REMAINDER"]
    assert (desk.market.best(BUY), desk.market.best(SELL)) == (101, 100)


def test_a_book_left_crossed_by_a_halt_is_uncrossed_when_trading_resumes():
    """PHAS-009, MATC-004"""
    desk = crossed_in_a_call()
    desk.halt()
    desk.tick(500)
    assert desk.resume() == ["HALTED uncrossed: 5@100", "1 and 2 trade 5@100", "resumed in CONTINUOUS"]


def test_a_halt_within_a_call_that_goes_on_leaves_the_auction_alone():
    """AUCT-014, HALT-004"""
    desk = crossed_in_a_call()
    desk.halt()
    assert desk.resume() == ["resumed in OPENING_CALL"]
    assert desk.tick(100)[0] == "OPENING_CALL uncrossed: 5@101, BUY 1 left"


# Bands


@pytest.mark.parametrize(("side", "price"), [(BUY, 111), (SELL, 89)])
@pytest.mark.parametrize("phase", [Phase.CONTINUOUS, Phase.OPENING_CALL])
def test_a_limit_through_the_static_band_is_rejected(side, price, phase):
    """HALT-010"""
    desk = Desk(**STATIC)
    desk.enter(phase)
    assert desk.order(side, 1, 5, price) == ["OrderRejected 1 PRICE_OUTSIDE_BAND"]
    assert desk.order(side, 2, 5, 100) == ["accepted 2"]
    assert desk.replace(2, 5, price) == ["ReplaceRejected 2 PRICE_OUTSIDE_BAND"]


@pytest.mark.parametrize(("side", "price"), [(BUY, 110), (SELL, 90), (BUY, 1), (SELL, 500)])
def test_a_limit_at_the_edge_or_on_the_far_side_is_taken(side, price):
    """HALT-010"""
    assert Desk(**STATIC).order(side, 1, 5, price) == ["accepted 1"]


def test_edges_are_rounded_inwards():
    """HALT-010: 10 % of 105 are 10 ticks."""
    desk = Desk(reference_px=105, static_band_bps=1_000)
    assert desk.buy(1, 5, 116) == ["OrderRejected 1 PRICE_OUTSIDE_BAND"]
    assert desk.buy(2, 5, 115) == ["accepted 2"]


@pytest.mark.parametrize(("side", "inside", "outside"), [(BUY, 110, 111), (SELL, 90, 89)])
def test_nothing_trades_outside_the_static_band(side, inside, outside):
    """HALT-011, HALT-012"""
    desk = Desk(**STATIC)
    other = SELL if side is BUY else BUY
    desk.order(other, 1, 5, inside)
    desk.order(other, 2, 5, outside)
    assert desk.market_order(side, 3, 8, 200 if side is BUY else 1) == [
        "accepted 3",
        f"3 takes 5@{inside} from 1",
        "canceled 3 of 3: BAND_REACHED",
        "phase VOLATILITY_CALL",
    ]


def test_a_resting_order_the_reference_has_left_behind_does_not_trade_either():
    """HALT-011: a buy would not trade below the band."""
    desk = Desk()
    desk.sell(1, 5, 80)
    desk.configure(**STATIC)
    assert desk.buy(2, 5, 100) == ["accepted 2", "phase VOLATILITY_CALL"]
    assert desk.queue(BUY) == [(2, 5, 100)]


@pytest.mark.parametrize(("side", "edge", "beyond"), [(BUY, 105, 106), (SELL, 95, 94)])
def test_an_order_trades_up_to_the_edge_of_the_dynamic_band_and_waits_in_a_call(side, edge, beyond):
    """HALT-012"""
    desk = Desk(**DYNAMIC)
    desk.last_trade(100)
    other = SELL if side is BUY else BUY
    desk.order(other, 1, 5, edge)
    desk.order(other, 2, 5, beyond)
    assert desk.order(side, 3, 8, beyond) == [
        "accepted 3",
        f"3 takes 5@{edge} from 1",
        "phase VOLATILITY_CALL",
    ]
    at = desk.market.last_at
    changed = desk.events[-1]
    assert isinstance(changed, PhaseChanged)
    assert (changed.at, changed.until) == (at, at + 1_000)
    assert desk.queue(side) == [(3, 3, beyond)]
    assert desk.tick(at + 1_000) == [
        f"VOLATILITY_CALL uncrossed: 3@{beyond}, {other} 2 left",
        f"2 and 3 trade 3@{beyond}",
        "phase CONTINUOUS",
    ]


def test_the_dynamic_band_does_not_move_with_the_orders_own_trades():
    """HALT-012"""
    desk = Desk(**DYNAMIC)
    desk.last_trade(100)
    for order_id, price in ((1, 104), (2, 108)):
        desk.sell(order_id, 1, price)
    assert desk.buy(3, 2, 108)[1:] == ["3 takes 1@104 from 1", "phase VOLATILITY_CALL"]


@pytest.mark.parametrize("time_in_force", [TimeInForce.IOC, TimeInForce.DAY])
def test_what_cannot_wait_is_canceled_at_the_band(time_in_force):
    """HALT-012"""
    desk = Desk(**DYNAMIC)
    desk.last_trade(100)
    desk.sell(1, 5, 106)
    expire_at = 10_000 if time_in_force is TimeInForce.DAY else None
    waits = ["canceled 5 of 2: BAND_REACHED"] if time_in_force is TimeInForce.IOC else []
    assert desk.buy(2, 5, 106, time_in_force, expire_at=expire_at) == [
        "accepted 2",
        *waits,
        "phase VOLATILITY_CALL",
    ]


@pytest.mark.parametrize(
    ("condition", "reason"),
    [({"time_in_force": TimeInForce.FOK}, "FOK_UNFILLED"), ({"min_qty": 6}, "MIN_QTY_UNMET")],
)
def test_what_lies_outside_the_bands_does_not_count_and_begins_no_call(condition, reason):
    """HALT-012"""
    desk = Desk(**DYNAMIC)
    desk.last_trade(100)
    desk.sell(1, 5, 105)
    desk.sell(2, 5, 106)
    assert desk.buy(3, 6, 106, **condition) == ["accepted 3", f"canceled 6 of 3: {reason}"]


def test_a_triggered_stop_meets_the_bands_too_and_no_other_follows_in_the_call():
    """HALT-012, ORDT-025"""
    desk = Desk(**DYNAMIC)
    desk.last_trade(100)
    desk.stop_order(BUY, 1, 5, 102)
    desk.stop_order(BUY, 2, 5, 102)
    desk.sell(3, 1, 102)
    desk.sell(4, 5, 120)
    assert desk.buy(5, 1, 102)[2:] == [
        "triggered 1",
        "canceled 5 of 1: BAND_REACHED",
        "phase VOLATILITY_CALL",
    ]
    assert desk.market.working(2) is not None


def test_a_replaced_order_meets_the_bands_too():
    """HALT-012"""
    desk = Desk(**DYNAMIC)
    desk.last_trade(100)
    desk.sell(1, 5, 106)
    desk.buy(2, 5, 100)
    assert desk.replace(2, 5, 106) == ["replaced 2: 5@106 at the back", "phase VOLATILITY_CALL"]


def test_a_post_only_order_never_begins_a_call():
    """HALT-012, ORDT-040"""
    desk = Desk(**DYNAMIC)
    desk.last_trade(100)
    desk.sell(1, 5, 106)
    assert desk.buy(2, 5, 106, post_only=PostOnly.REJECT) == ["OrderRejected 2 POST_ONLY_WOULD_TRADE"]


@pytest.mark.parametrize(
    "listing",
    [
        {"static_band_bps": 100},
        {"dynamic_band_bps": 100},
        {"reference_px": 100},
        {"reference_px": 100, "static_band_bps": 0, "dynamic_band_bps": 0},
    ],
)
def test_without_a_reference_or_a_width_there_is_no_band(listing):
    """HALT-013"""
    desk = Desk(**listing)
    assert desk.sell(1, 5, 500) == ["accepted 1"]
    assert desk.buy(2, 5, 500) == ["accepted 2", "2 takes 5@500 from 1"]


def test_the_price_of_an_auction_is_the_reference_of_the_static_band():
    """AUCT-011, HALT-010"""
    desk = Desk(**STATIC)
    desk.enter(Phase.PERIODIC_CALL)
    desk.buy(1, 5, 108)
    desk.sell(2, 5, 108)
    desk.enter(Phase.CONTINUOUS)
    assert desk.buy(3, 5, 119) == ["OrderRejected 3 PRICE_OUTSIDE_BAND"]
    assert desk.buy(4, 5, 118) == ["accepted 4"]


def test_a_scheduled_phase_ends_a_volatility_call():
    """HALT-006"""
    desk = Desk(**DYNAMIC)
    desk.last_trade(100)
    at = desk.market.last_at
    desk.schedule((1, Phase.CONTINUOUS), (at + 50, Phase.CLOSED))
    desk.sell(1, 5, 106)
    desk.buy(2, 5, 106)
    assert desk.tick(at + 5_000) == [
        "VOLATILITY_CALL uncrossed: 5@106",
        "1 and 2 trade 5@106",
        "phase CLOSED",
    ]
