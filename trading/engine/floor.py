"""Where the orders of one listing stand, and the moment and phase they are at.

State, questions about it, and the few moves every rule is made of. What happens to an arriving order
is told in `arrivals`, what people ask for in `orders`, what time and operators do in `phases`.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from heapq import merge
from typing import Any, NamedTuple

from . import auction, bands
from .auction import Indicative
from .book import NEVER, BookSide, Expiries, WorkingOrder, by_arrival
from .commands import ScheduledPhase
from .events import Event, OrderCanceled, OrderRestated, PhaseChanged, made
from .stops import Stops
from .types import CALLS, CancelReason, Phase, RestateReason, Side, TimeInForce

# Which at-auction orders an auction takes in.
AT_AUCTION = {
    Phase.OPENING_CALL: TimeInForce.AT_OPEN,
    Phase.INITIAL_CALL: TimeInForce.AT_OPEN,
    Phase.CLOSING_CALL: TimeInForce.AT_CLOSE,
}


class ListingParams(NamedTuple):
    rules_version: int
    tick_lot_cents: int
    max_order_qty: int
    max_price: int
    static_band_bps: int
    dynamic_band_bps: int
    volatility_call_us: int


class Halt(NamedTuple):
    reason_code: str
    note: str
    resume_at: int | None
    call_us: int


class Floor:
    def __init__(self, listing_id: int) -> None:
        self.listing_id = listing_id
        self.params: ListingParams | None = None
        self.last_seq = 0
        self.last_at = 0
        self.event_seq = 0
        self.last_px: int | None = None
        self.reference_px: int | None = None  # of the static band and of the next auction

        self.phase = Phase.CONTINUOUS
        self.phase_until: int | None = None  # as announced
        self.scheduled = Phase.CONTINUOUS  # the phase behind a halt or a call out of turn
        self.schedule: deque[ScheduledPhase] = deque()
        self.halt: Halt | None = None
        self.call_until: int | None = None  # of a reopening or volatility call
        self.phase_due = NEVER

        self.orders: dict[int, WorkingOrder] = {}
        self.bids = BookSide(Side.BUY)
        self.asks = BookSide(Side.SELL)
        self.stops = Stops()
        self.at_auction: dict[int, WorkingOrder] = {}
        self.expiries = Expiries()

        # Of the command being applied.
        self.command_seq = 0
        self.now = 0
        self.events: list[Event] = []
        self.tape: list[int] = []  # prices stops have not looked at yet

    # Questions

    def side(self, side: Side) -> BookSide:
        return self.bids if side is Side.BUY else self.asks

    def best(self, side: Side) -> int | None:
        return self.side(side).best()

    def level_qty(self, side: Side, price: int) -> int:
        """What is displayed at a price."""
        return self.side(side).level_qty(price)

    def level_orders(self, side: Side, price: int) -> int:
        return self.side(side).level_orders(price)

    def working(self, order_id: int) -> WorkingOrder | None:
        return self.orders.get(order_id)

    def displayed_qty(self, order_id: int) -> int:
        """What the book shows of an order; 0 for one that is not in it."""
        order = self.orders.get(order_id)
        if order is None or order_id in self.stops.waiting or order_id in self.at_auction:
            return 0
        return order.displayed_qty

    def in_priority(self, side: Side) -> Iterator[WorkingOrder]:
        """The side's orders in the book, first to trade first."""
        return self.side(side).in_priority()

    def in_auction(self, side: Side, call: Phase) -> list[WorkingOrder]:
        """Who takes part in the uncrossing of a call, first to trade first (AUCT-007)."""
        waiting = [
            order
            for order in self.at_auction.values()
            if order.side is side and _time_in_force(order) is AT_AUCTION.get(call)
        ]
        rank = _buyers_rank if side is Side.BUY else _sellers_rank
        return list(merge(self.in_priority(side), sorted(waiting, key=rank), key=rank))

    def indicative(self) -> Indicative | None:
        """What an uncrossing now would give (AUCT-010); None outside calls."""
        if self.phase not in CALLS:
            return None
        return self.uncrossing(self.phase).result

    def uncrossing(self, call: Phase) -> auction.Uncrossing:
        buyers, sellers = (self.in_auction(side, call) for side in Side)
        return auction.uncross(buyers, sellers, self.reference_px)

    def next_due(self) -> int | None:
        """When something will happen of its own, in microseconds."""
        due = min(self.phase_due, self.expiries.next_at)
        return None if due == NEVER else due

    def band(self) -> tuple[int, int] | None:
        """The lowest and highest price at which anything may trade now; None without bands (HALT-013)."""
        assert self.params is not None
        edges = [band for band in (self.static_band(), self.dynamic_band()) if band is not None]
        if not edges:
            return None
        return max(lowest for lowest, _ in edges), min(highest for _, highest in edges)

    def static_band(self) -> tuple[int, int] | None:
        assert self.params is not None
        return bands.edges(self.reference_px, self.params.static_band_bps)

    def dynamic_band(self) -> tuple[int, int] | None:
        assert self.params is not None
        return bands.edges(self.last_px, self.params.dynamic_band_bps)

    def is_crossed(self) -> bool:
        bid, ask = self.bids.best(), self.asks.best()
        return bid is not None and ask is not None and bid >= ask

    # Moves

    def say(self, kind: type[Any], *fields: Any) -> None:
        self.event_seq += 1
        self.events.append(kind(self.event_seq, self.command_seq, self.now, *fields))

    def change_phase(self, phase: Phase, until: int | None) -> None:
        self.phase, self.phase_until = phase, until
        self.say(PhaseChanged, phase, until)

    def reckon_due(self) -> None:
        """When the phase may change next."""
        self.phase_due = min(
            self.schedule[0].at if self.schedule else NEVER,
            self.call_until if self.call_until is not None else NEVER,
            self.halt.resume_at if self.halt and self.halt.resume_at is not None else NEVER,
        )

    def admit(self, order: WorkingOrder) -> None:
        self.orders[order.order_id] = order
        if order.expire_at is not None:
            self.expiries.add(order.expire_at, order)

    def forget(self, order: WorkingOrder) -> None:
        """An order that stands nowhere any more."""
        del self.orders[order.order_id]
        if order.expire_at is not None:
            self.expiries.discard(order.expire_at, order)

    def withdraw(self, order: WorkingOrder) -> None:
        """Take an order away from where it stands."""
        if order.special is None:
            self.side(order.side).remove(order)
        elif order.order_id in self.stops.waiting:
            self.stops.discard(order)
        elif order.order_id in self.at_auction:
            del self.at_auction[order.order_id]
        else:
            self.side(order.side).remove(order)
        self.forget(order)

    def cancel(self, order: WorkingOrder, reason: CancelReason) -> None:
        """Cancel an order at work, and with it the other leg of its pair (ORDT-064)."""
        self.withdraw(order)
        self.tell_canceled(order, reason)

    def tell_canceled(self, order: WorkingOrder, reason: CancelReason) -> None:
        self.event_seq += 1
        self.events.append(
            made(OrderCanceled, (
                self.event_seq, self.command_seq, self.now, order.order_id, order.account_id,
                order.leaves_qty, reason,
            ))
        )  # fmt: skip
        other = unlink(order) if order.special is not None else None
        if other is not None:
            self.cancel(other, CancelReason.LINKED)

    def tell_restated(self, order: WorkingOrder, reason: RestateReason) -> None:
        stop_px = order.special.stop_px if order.special is not None else None
        terms = (order.order_qty, order.leaves_qty, stop_px)
        self.say(OrderRestated, order.order_id, order.account_id, *terms, reason)

    def follow(self, limit_leg: WorkingOrder) -> None:
        """A limit leg wants less: so does its stop leg, which ends with it (ORDT-062)."""
        stop_leg = limit_leg.linked
        if stop_leg is None:
            return
        if not limit_leg.leaves_qty:
            unlink(limit_leg)
            self.cancel(stop_leg, CancelReason.LINKED)
        elif stop_leg.leaves_qty != limit_leg.leaves_qty:
            stop_leg.order_qty -= stop_leg.leaves_qty - limit_leg.leaves_qty
            stop_leg.leaves_qty = limit_leg.leaves_qty
            self.tell_restated(stop_leg, RestateReason.LINKED)

    def cancel_at_auction(self, time_in_force: TimeInForce | None, reason: CancelReason) -> None:
        """Cancel the orders that wait for an auction of this kind, in order of arrival."""
        for order in sorted(self.at_auction.values(), key=by_arrival):
            if _time_in_force(order) is time_in_force:
                self.cancel(order, reason)

    def prevent(self, newest: WorkingOrder, oldest: WorkingOrder, *, arriving: bool) -> None:
        """Keep two orders of one owner from trading; `arriving`: the newest stands nowhere yet."""
        for order, qty in auction.losses(newest, oldest, newest.leaves_qty, oldest.leaves_qty):
            stands = not (arriving and order is newest)
            if qty < order.leaves_qty:
                if not stands or order.order_id in self.at_auction:
                    order.lose(qty)
                else:
                    self.side(order.side).reduce(order, qty)
                self.tell_restated(order, RestateReason.SELF_TRADE)
                self.follow(order)
            elif stands:
                self.cancel(order, CancelReason.SELF_TRADE)
            else:
                self.tell_canceled(order, CancelReason.SELF_TRADE)
                order.leaves_qty = 0

    def restore(self, book: Iterable[WorkingOrder], at_auction: Iterable[WorkingOrder]) -> None:
        """Put back the orders of a snapshot, each side of the book in priority order; stops are there."""
        for order in book:
            self.side(order.side).rest(order)
            self.admit(order)
        for order in at_auction:
            self.at_auction[order.order_id] = order
            self.admit(order)
        for order in self.stops.by_arrival():
            self.admit(order)


def unlink(order: WorkingOrder) -> WorkingOrder | None:
    """Part the legs of a pair; return the other one."""
    other = order.linked
    if other is not None:
        assert order.special is not None and other.special is not None
        order.special.linked = other.special.linked = None
    return other


def _time_in_force(order: WorkingOrder) -> TimeInForce | None:
    return order.special.time_in_force if order.special is not None else None


def _buyers_rank(order: WorkingOrder) -> tuple[int, bool, int]:
    return -order.price, order.has_limit, order.queued


def _sellers_rank(order: WorkingOrder) -> tuple[int, bool, int]:
    return order.price, order.has_limit, order.queued
