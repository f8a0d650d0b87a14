"""What time and operators do to a market: scheduled phases, halts, calls and their uncrossing."""

from collections import deque

from .arrivals import look_at_trades, trigger_stops
from .auction import Pairing
from .book import WorkingOrder
from .commands import HaltTrading, ResumeTrading, SetSchedule
from .events import AuctionUncrossed, OrderExpired, ScheduleSet, Traded, TradingHalted, TradingResumed
from .floor import AT_AUCTION, Floor, Halt, unlink
from .types import CALLS, CancelReason, MatchType, Phase, TimeInForce

PLANNED = "PLANNED"  # reason of a resumption the halt had named


def run_due(floor: Floor, at: int) -> None:
    """Let everything happen that is due at or before `at`, by due moment (MATC-012)."""
    while True:
        moment = min(floor.phase_due, floor.expiries.next_at)
        if moment > at:
            return
        floor.now = moment
        if floor.phase_due == moment:
            _change_phase_due(floor)
        else:
            _expire(floor)


def set_schedule(floor: Floor, command: SetSchedule) -> None:
    entries = command.entries
    begun = [entry for entry in entries if entry.at <= floor.now]
    floor.schedule = deque(entry for entry in entries if entry.at > floor.now)
    before = floor.scheduled
    if begun:
        floor.scheduled = begun[-1].phase
    elif not entries:
        floor.scheduled = Phase.CONTINUOUS
    floor.say(ScheduleSet, entries[0].at if entries else None, entries[-1].at if entries else None)
    if floor.scheduled is not before:
        _enter_scheduled(floor, before)
    elif not floor.halt and floor.call_until is None and floor.phase_until != _announced_end(floor):
        floor.change_phase(floor.phase, _announced_end(floor))
    for time_in_force in (TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE):
        if not auction_ahead(floor, time_in_force):
            floor.cancel_at_auction(time_in_force, CancelReason.NO_AUCTION_AHEAD)
    floor.reckon_due()


def auction_ahead(floor: Floor, time_in_force: TimeInForce) -> bool:
    """Whether an auction for such orders is on or to come (ORDT-008)."""
    phases = (floor.scheduled, *(entry.phase for entry in floor.schedule))
    return any(AT_AUCTION.get(phase) is time_in_force for phase in phases)


def halt(floor: Floor, command: HaltTrading) -> None:
    floor.halt = Halt(*command[2:])
    floor.call_until = None
    floor.phase, floor.phase_until = Phase.HALTED, command.resume_at
    floor.reckon_due()
    floor.say(TradingHalted, *command[2:])


def resume(floor: Floor, command: ResumeTrading) -> None:
    if floor.halt is None:
        floor.say(TradingResumed, command.reason_code, command.note, floor.phase, floor.phase_until)
    else:
        _resume(floor, command.reason_code, command.note, command.call_us)


def _change_phase_due(floor: Floor) -> None:
    """The one change of phase that is due now; at one moment the schedule goes first."""
    if floor.schedule and floor.schedule[0].at == floor.now:
        before, floor.scheduled = floor.scheduled, floor.schedule.popleft().phase
        _enter_scheduled(floor, before)
    elif floor.halt and floor.halt.resume_at == floor.now:
        _resume(floor, PLANNED, floor.halt.note, floor.halt.call_us)
    else:
        floor.call_until = None
        _enter(floor, floor.scheduled)
    floor.reckon_due()


def _enter_scheduled(floor: Floor, before: Phase) -> None:
    if floor.halt is None:
        floor.call_until = None  # HALT-006
        _enter(floor, floor.scheduled)
    elif before in CALLS and floor.scheduled not in CALLS:
        # AUCT-014: that auction has not taken place.
        floor.cancel_at_auction(AT_AUCTION.get(before), CancelReason.AUCTION_REMAINDER)


def _enter(floor: Floor, phase: Phase) -> None:
    _leave(floor, phase)
    floor.change_phase(phase, _announced_end(floor))
    _settle_down(floor)


def _resume(floor: Floor, reason_code: str, note: str, call_us: int) -> None:
    phase, until = floor.scheduled, _announced_end(floor)
    if phase is Phase.CONTINUOUS and call_us:
        phase = Phase.REOPENING_CALL
        until = floor.call_until = floor.now + call_us
    _leave(floor, phase)
    floor.halt = None
    floor.phase, floor.phase_until = phase, until
    floor.reckon_due()
    floor.say(TradingResumed, reason_code, note, phase, until)
    _settle_down(floor)


def _leave(floor: Floor, phase: Phase) -> None:
    """Uncross the book where a call ends, and where a crossed one would come to trade (PHAS-004, 009)."""
    if floor.phase in CALLS:
        if phase not in CALLS:
            _uncross(floor, floor.phase)
    elif phase is Phase.CONTINUOUS and floor.is_crossed():
        _uncross(floor, floor.phase)


def _settle_down(floor: Floor) -> None:
    """After a change of phase: stops look at the auction's price, and those met are triggered."""
    if floor.tape:
        look_at_trades(floor)
    trigger_stops(floor)


def _announced_end(floor: Floor) -> int | None:
    return floor.schedule[0].announced_at if floor.schedule else None


def _expire(floor: Floor) -> None:
    for order in floor.expiries.pop():
        unlink(order)  # legs of a pair end at the same moment, each by itself
        floor.withdraw(order)
        floor.say(OrderExpired, order.order_id, order.account_id, order.leaves_qty)


def _uncross(floor: Floor, call: Phase) -> None:
    uncrossing = floor.uncrossing(call)
    for newest, oldest in uncrossing.prevented:
        floor.prevent(newest, oldest, arriving=False)
    result = uncrossing.result
    floor.say(AuctionUncrossed, call, *result)
    if result.price is not None:
        for pairing in uncrossing.pairings:
            _trade(floor, pairing, result.price)
        for buy, sell, _ in uncrossing.pairings:
            floor.follow(buy)
            floor.follow(sell)
        floor.last_px = floor.reference_px = result.price  # AUCT-011
        if floor.stops.waiting:
            floor.tape.append(result.price)
    floor.cancel_at_auction(AT_AUCTION.get(call), CancelReason.AUCTION_REMAINDER)


def _trade(floor: Floor, pairing: Pairing, price: int) -> None:
    buy, sell, qty = pairing
    for order in (buy, sell):
        _fill(floor, order, qty)
    maker, taker = (buy, sell) if buy.arrival < sell.arrival else (sell, buy)
    floor.say(
        Traded, price, qty, taker.side, maker.order_id, maker.account_id, taker.order_id, taker.account_id,
        maker.leaves_qty, taker.leaves_qty, MatchType.AUCTION,
    )  # fmt: skip


def _fill(floor: Floor, order: WorkingOrder, qty: int) -> None:
    if order.order_id in floor.at_auction:
        order.leaves_qty -= qty
        if not order.leaves_qty:
            del floor.at_auction[order.order_id]
    else:
        floor.side(order.side).fill_in_auction(order, qty)
    if not order.leaves_qty:
        floor.forget(order)
