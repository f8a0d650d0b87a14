"""Phases come from a schedule, at their moment, whether or not anybody looks."""

import pytest

from trading.engine import CALLS, OrderExpired, Phase, PhaseChanged, ScheduleSet, Side, TimeInForce

from .desk import Desk

GTC, IOC, FOK = TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK
GATHERING = [Phase.PRE_OPEN, *sorted(CALLS)]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize("phase", [Phase.CLOSED, Phase.HALTED])
@pytest.mark.parametrize("time_in_force", [GTC, IOC])
def test_where_no_orders_are_taken_they_are_refused_by_the_phases_name(desk, phase, time_in_force):
    """PHAS-001"""
    if phase is Phase.HALTED:
        desk.halt()
    else:
        desk.enter(phase)
    assert desk.buy(1, 5, 100, time_in_force) == [f"OrderRejected 1 {phase}"]


@pytest.mark.parametrize("phase", GATHERING)
def test_where_orders_gather_those_that_can_wait_are_taken(desk, phase):
    """PHAS-001"""
    desk.enter(phase)
    assert desk.buy(1, 5, 100) == ["accepted 1"]
    assert desk.sell(2, 5, 100) == ["accepted 2"]
    assert desk.stop_order(Side.BUY, 3, 5, 105) == ["accepted 3"]


@pytest.mark.parametrize("phase", GATHERING)
@pytest.mark.parametrize("time_in_force", [IOC, FOK])
def test_where_orders_gather_those_that_cannot_wait_are_refused(desk, phase, time_in_force):
    """PHAS-001"""
    desk.enter(phase)
    assert desk.buy(1, 5, 100, time_in_force) == ["OrderRejected 1 NOT_IN_THIS_PHASE"]
    assert desk.market_order(Side.BUY, 2, 5, 100, time_in_force) == ["OrderRejected 2 NOT_IN_THIS_PHASE"]


@pytest.mark.parametrize("phase", [*GATHERING, Phase.CLOSED, Phase.CONTINUOUS])
def test_whoever_is_in_the_book_may_leave_or_want_less_in_every_phase(desk, phase):
    """PHAS-001, RPLC-005"""
    desk.buy(1, 5, 100)
    desk.buy(2, 5, 100)
    desk.enter(phase)
    assert desk.replace(1, 4, 100) == ["replaced 1: 4@100 in place"]
    assert desk.cancel(2) == ["canceled 5 of 2: REQUESTED"]
    assert desk.cancel_all() == ["canceled 4 of 1: REQUESTED", "canceled all 1"]


def test_a_closed_book_takes_no_other_replace(desk):
    """RPLC-005"""
    desk.buy(1, 5, 100)
    desk.enter(Phase.CLOSED)
    assert desk.replace(1, 6, 100) == ["ReplaceRejected 1 CLOSED"]
    assert desk.replace(1, 4, 101) == ["ReplaceRejected 1 CLOSED"]


def test_without_a_schedule_trading_is_continuous(desk):
    """PHAS-002"""
    assert desk.market.phase is Phase.CONTINUOUS
    desk.enter(Phase.CLOSED)
    assert desk.schedule() == ["ScheduleSet", "phase CONTINUOUS"]


def test_a_new_schedule_replaces_the_rest_of_the_old_one(desk):
    """PHAS-002"""
    desk.schedule((1, Phase.CONTINUOUS), (100, Phase.CLOSED), (200, Phase.CONTINUOUS))
    desk.tick(100)
    assert desk.schedule((150, Phase.PRE_OPEN)) == ["ScheduleSet", "phase CLOSED"]
    assert desk.events[-2:] == [
        ScheduleSet(desk.events[-2].seq, 4, 101, 150, 150),
        PhaseChanged(desk.events[-1].seq, 4, 101, Phase.CLOSED, 150),
    ]
    assert desk.tick(1_000) == ["phase PRE_OPEN"]


def test_of_the_moments_that_have_passed_the_last_says_the_phase_now(desk):
    """PHAS-002"""
    said = desk.schedule((1, Phase.OPENING_CALL), (2, Phase.CLOSED), (900, Phase.CONTINUOUS), at=500)
    assert said == ["ScheduleSet", "phase CLOSED"]


def test_a_schedule_that_changes_nothing_now_says_nothing_of_the_phase(desk):
    """PHAS-002"""
    desk.schedule((1, Phase.PERIODIC_CALL), (100, Phase.CONTINUOUS))
    assert desk.schedule((1, Phase.PERIODIC_CALL), (100, Phase.CONTINUOUS), (200, Phase.CLOSED)) == [
        "ScheduleSet"
    ]


def test_a_phase_has_begun_before_the_next_command(desk):
    """PHAS-003, MATC-012"""
    desk.schedule((1, Phase.CONTINUOUS), (100, Phase.CLOSED))
    assert desk.buy(1, 5, 100, at=99) == ["accepted 1"]
    assert desk.buy(2, 5, 100, at=100) == ["phase CLOSED", "OrderRejected 2 CLOSED"]


def test_nobody_ticks_across_an_auction_end_an_expiry_and_the_close(desk):
    """PHAS-003, MATC-012"""
    desk.schedule(
        (10, Phase.OPENING_CALL), (100, Phase.CONTINUOUS), (200, Phase.CLOSING_CALL), (300, Phase.CLOSED)
    )
    desk.buy(1, 5, 100, TimeInForce.DAY, expire_at=300, at=20)
    desk.sell(2, 3, 100, at=21)
    desk.buy(3, 5, 99, TimeInForce.GTD, expire_at=150, at=22)
    desk.sell(4, 1, 101, TimeInForce.AT_CLOSE, at=23)
    told = len(desk.events)
    assert desk.buy(5, 1, 100, at=10_000) == [
        "OPENING_CALL uncrossed: 3@100, BUY 2 left",
        "1 and 2 trade 3@100",
        "phase CONTINUOUS",
        "expired 5 of 3",
        "phase CLOSING_CALL",
        "CLOSING_CALL uncrossed: nothing",
        "canceled 1 of 4: AUCTION_REMAINDER",
        "phase CLOSED",
        "expired 2 of 1",
        "OrderRejected 5 CLOSED",
    ]
    moments = [event.at for event in desk.events[told:]]
    assert moments == [100, 100, 100, 150, 200, 300, 300, 300, 300, 10_000]


def test_at_one_moment_the_phase_changes_before_orders_expire(desk):
    """MATC-012"""
    desk.schedule((1, Phase.CLOSING_CALL), (100, Phase.CLOSED))
    desk.buy(1, 5, 100, TimeInForce.DAY, expire_at=100)
    desk.sell(2, 3, 100)
    assert desk.tick(100) == [
        "CLOSING_CALL uncrossed: 3@100, BUY 2 left",
        "1 and 2 trade 3@100",
        "phase CLOSED",
        "expired 2 of 1",
    ]


@pytest.mark.parametrize("phase", [Phase.CONTINUOUS, Phase.CLOSED, Phase.PRE_OPEN])
def test_leaving_a_call_uncrosses_the_book(desk, phase):
    """PHAS-004"""
    desk.enter(Phase.PERIODIC_CALL)
    desk.buy(1, 5, 100)
    desk.sell(2, 5, 100)
    assert desk.enter(phase)[1:] == [
        "PERIODIC_CALL uncrossed: 5@100",
        "1 and 2 trade 5@100",
        f"phase {phase}",
    ]


def test_from_one_call_to_another_the_orders_stay(desk):
    """PHAS-004"""
    desk.enter(Phase.PERIODIC_CALL)
    desk.buy(1, 5, 100)
    desk.sell(2, 5, 100)
    assert desk.enter(Phase.CLOSING_CALL) == ["ScheduleSet", "phase CLOSING_CALL"]
    assert desk.enter(Phase.CLOSED)[1:3] == ["CLOSING_CALL uncrossed: 5@100", "1 and 2 trade 5@100"]


def test_day_and_gtd_orders_end_at_their_moment(desk):
    """ORDT-003"""
    desk.buy(1, 5, 100, TimeInForce.DAY, expire_at=100)
    desk.buy(2, 5, 100, TimeInForce.GTD, expire_at=200)
    assert desk.tick(500) == ["expired 5 of 1", "expired 5 of 2"]
    assert [event.at for event in desk.events if isinstance(event, OrderExpired)] == [100, 200]


@pytest.mark.parametrize("time_in_force", TimeInForce)
def test_a_day_or_gtd_order_comes_with_its_end_and_no_other_does(desk, time_in_force):
    """ORDT-005"""
    desk.schedule((1_000, Phase.OPENING_CALL), (2_000, Phase.CLOSING_CALL))
    ends = time_in_force in (TimeInForce.DAY, TimeInForce.GTD)
    wrong, right = (None, 9_999) if ends else (9_999, None)
    assert desk.buy(1, 5, 100, time_in_force, expire_at=wrong) == ["OrderRejected 1 UNSUPPORTED_ORDER"]
    assert desk.buy(2, 5, 100, time_in_force, expire_at=right)[0] == "accepted 2"


def test_phases_go_on_behind_a_halt_and_the_resumption_enters_that_of_the_moment(desk):
    """PHAS-008, HALT-004"""
    desk.schedule(
        (1, Phase.CONTINUOUS), (100, Phase.CLOSING_CALL), (200, Phase.CLOSED), (300, Phase.PRE_OPEN)
    )
    desk.halt()
    assert desk.tick(150) == []
    assert desk.resume(call_us=50) == ["resumed in CLOSING_CALL"]
    desk.halt()
    assert desk.tick(300) == []
    assert desk.resume() == ["resumed in PRE_OPEN"]


@pytest.mark.parametrize("between", [Phase.CLOSED, Phase.PRE_OPEN])
def test_a_book_that_stands_crossed_is_uncrossed_before_continuous_trading(desk, between):
    """PHAS-009, MATC-004"""
    desk.enter(Phase.PRE_OPEN)
    desk.buy(1, 5, 101)
    desk.sell(2, 3, 100)
    desk.enter(between)
    assert desk.enter(Phase.CONTINUOUS)[1:] == [
        f"{between} uncrossed: 3@101, BUY 2 left",
        "1 and 2 trade 3@101",
        "phase CONTINUOUS",
    ]


def test_a_book_that_does_not_stand_crossed_opens_without_an_uncrossing(desk):
    """PHAS-009"""
    desk.enter(Phase.PRE_OPEN)
    desk.buy(1, 5, 100)
    desk.sell(2, 3, 101)
    assert desk.enter(Phase.CONTINUOUS)[1:] == ["phase CONTINUOUS"]
