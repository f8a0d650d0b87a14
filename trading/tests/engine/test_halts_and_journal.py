"""Halts, quarantine, and what the engine demands of its journal."""

import pytest

from trading.engine import (
    CommandQuarantined,
    EngineError,
    Market,
    Phase,
    Side,
    Tick,
    TimeInForce,
    TradingHalted,
    TradingResumed,
)

from .desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_halted_market_takes_no_new_orders(desk):
    desk.sell(1, 5, 100)
    assert desk.halt() == ["TradingHalted"]
    assert desk.buy(2, 5, 100) == ["OrderRejected 2 HALTED"]
    assert desk.market_order(Side.BUY, 3, 5, 100) == ["OrderRejected 3 HALTED"]
    assert desk.market.phase is Phase.HALTED


def test_whoever_is_in_a_halted_book_may_leave_it_or_want_less(desk):
    desk.buy(1, 5, 100)
    desk.buy(2, 5, 100)
    desk.halt()
    assert desk.replace(1, 4, 100) == ["replaced 1: 4@100 in place"]
    assert desk.cancel(2) == ["canceled 5 of 2: REQUESTED"]


def test_a_halted_book_takes_no_other_replace(desk):
    desk.buy(1, 5, 100)
    desk.halt()
    assert desk.replace(1, 6, 100) == ["ReplaceRejected 1 HALTED"]
    assert desk.replace(1, 4, 99) == ["ReplaceRejected 1 HALTED"]
    assert desk.queue(Side.BUY) == [(1, 5, 100)]


def test_day_orders_expire_in_a_halt(desk):
    desk.buy(1, 5, 100, TimeInForce.DAY, expire_at=1_000)
    desk.halt()
    assert desk.tick(1_000) == ["expired 5 of 1"]


def test_trading_resumes_where_it_stopped(desk):
    desk.sell(1, 5, 100)
    desk.halt()
    assert desk.resume() == ["TradingResumed"]
    assert (desk.market.phase, desk.market.halt) == (Phase.CONTINUOUS, None)
    assert desk.buy(2, 5, 100) == ["accepted 2", "2 takes 5@100 from 1"]


def test_halts_do_not_nest_the_last_reason_stands(desk):
    desk.halt("NEWS", "pending")
    desk.halt("REGULATOR", "order of the 3rd")
    assert desk.market.halt == ("REGULATOR", "order of the 3rd")
    assert desk.events[-1] == TradingHalted(3, 3, 3, "REGULATOR", "order of the 3rd", None, 0)
    desk.resume()
    assert desk.market.phase is Phase.CONTINUOUS


def test_resuming_an_open_market_says_so_again(desk):
    desk.resume()
    assert desk.events[-1] == TradingResumed(2, 2, 2, "OPEN", "", Phase.CONTINUOUS, None)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("NewOrder", "OrderRejected 1 QUARANTINED"),
        ("CancelOrder", "CancelRejected 1 QUARANTINED"),
        ("ReplaceOrder", "ReplaceRejected 1 QUARANTINED"),
    ],
)
def test_a_quarantined_command_is_answered_as_a_refusal_of_its_kind(desk, kind, answer):
    assert desk.quarantine(kind, 1, 1) == [answer]
    assert desk.queue(Side.BUY) == []


def test_a_quarantined_command_without_an_order_is_named_as_such(desk):
    desk.quarantine("HaltTrading")
    assert desk.events[-1] == CommandQuarantined(2, 2, 2, "poison")
    assert desk.market.phase is Phase.CONTINUOUS


def test_what_is_due_happens_even_before_a_quarantined_command(desk):
    desk.buy(1, 5, 100, TimeInForce.DAY, expire_at=3)
    assert desk.quarantine("NewOrder", 2, 1) == ["expired 5 of 1", "OrderRejected 2 QUARANTINED"]


def test_the_first_command_configures_the_listing():
    with pytest.raises(EngineError, match="configure"):
        Market(7).apply(Tick(1, 1))


@pytest.mark.parametrize("seq", [1, 3])
def test_a_gap_or_a_repeat_in_the_journal_is_a_bug(desk, seq):
    with pytest.raises(EngineError, match=f"command {seq} after 1"):
        desk.market.apply(Tick(seq, 2))


def test_time_running_backwards_is_a_bug(desk):
    desk.tick(10)
    with pytest.raises(EngineError, match="earlier"):
        desk.market.apply(Tick(3, 9))
    desk.market.apply(Tick(3, 10))


def test_events_are_numbered_without_gaps_and_name_their_command(desk):
    desk.sell(1, 5, 100)
    desk.sell(2, 5, 101)
    desk.buy(3, 12, 101)
    desk.cancel(9)
    assert [event.seq for event in desk.events] == [1, 2, 3, 4, 5, 6, 7]
    assert [event.command_seq for event in desk.events] == [1, 2, 3, 4, 4, 4, 5]
    assert (desk.market.event_seq, desk.market.last_seq) == (7, 5)
