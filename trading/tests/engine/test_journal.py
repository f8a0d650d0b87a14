"""Quarantine, busts, and what the engine demands of its journal."""

import pytest

from trading.engine import (
    CommandQuarantined,
    EngineError,
    Market,
    Phase,
    Side,
    Tick,
    TimeInForce,
    Traded,
)

from .desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("NewOrder", "OrderRejected 1 QUARANTINED"),
        ("CancelOrder", "CancelRejected 1 QUARANTINED"),
        ("ReplaceOrder", "ReplaceRejected 1 QUARANTINED"),
    ],
)
def test_a_quarantined_command_is_answered_as_a_refusal_of_its_kind(desk, kind, answer):
    """MATC-015"""
    assert desk.quarantine(kind, 1, 1) == [answer]
    assert desk.queue(Side.BUY) == []


def test_a_quarantined_command_without_an_order_is_named_as_such(desk):
    """MATC-015"""
    desk.quarantine("HaltTrading")
    assert desk.events[-1] == CommandQuarantined(2, 2, 2, "poison")
    assert desk.market.phase is Phase.CONTINUOUS


def test_what_is_due_happens_even_before_a_quarantined_command(desk):
    """MATC-012, MATC-015"""
    desk.buy(1, 5, 100, TimeInForce.DAY, expire_at=3)
    assert desk.quarantine("NewOrder", 2, 1) == ["expired 5 of 1", "OrderRejected 2 QUARANTINED"]


def test_the_first_command_configures_the_listing():
    with pytest.raises(EngineError, match="configure"):
        Market(7).apply(Tick(1, 1))


@pytest.mark.parametrize("seq", [1, 3])
def test_a_gap_or_a_repeat_in_the_journal_is_a_bug(desk, seq):
    """MATC-014"""
    with pytest.raises(EngineError, match=f"command {seq} after 1"):
        desk.market.apply(Tick(seq, 2))


def test_time_running_backwards_is_a_bug(desk):
    """MATC-014"""
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


def test_a_bust_is_told_and_the_stops_the_trade_triggered_stand(desk):
    """BUST-006"""
    desk.stop_order(Side.BUY, 1, 5, 100, price=90)
    desk.last_trade(100)
    assert desk.queue(Side.BUY) == [(1, 5, 90)]
    trade = next(event for event in desk.events if isinstance(event, Traded))
    assert desk.bust(trade.seq) == ["TradeBusted"]
    assert desk.events[-1][3:] == (trade.seq, "ERROR", "both sides agree")
    assert desk.queue(Side.BUY) == [(1, 5, 90)]
    assert desk.market.last_px == 100


def test_a_correction_is_told_and_changes_no_order(desk):
    """BUST-006"""
    desk.buy(1, 5, 100)
    desk.sell(2, 3, 100)
    assert desk.correct(4, 99, 2) == ["TradeCorrected"]
    assert desk.events[-1][3:] == (4, 99, 2, "ERROR", "both sides agree")
    assert desk.queue(Side.BUY) == [(1, 2, 100)]
