"""The market of one listing: a state and `apply(command) -> events`, nothing else.

The answer depends on the commands alone, so any process that folds the same journal stands at the
same state. A bad order is a reject event. An EngineError is a bug, and the market that raised it is
to be thrown away.
"""

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any, NamedTuple

from .book import BookSide, Expiries, Fill, WorkingOrder
from .commands import (
    CancelOrder,
    Command,
    ConfigureListing,
    HaltTrading,
    NewOrder,
    Quarantined,
    ReplaceOrder,
    ResumeTrading,
    Tick,
)
from .events import (
    CancelRejected,
    CommandQuarantined,
    Event,
    ListingConfigured,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderRejected,
    OrderReplaced,
    ReplaceRejected,
    Traded,
    TradingHalted,
    TradingResumed,
)
from .types import CancelReason, MatchType, OrdType, Phase, RejectReason, Side, TimeInForce

# Bound once: a lookup on an enum class costs as much as a whole check on the hot path.
BUY = Side.BUY
LIMIT = OrdType.LIMIT
DAY, GTC, FOK = TimeInForce.DAY, TimeInForce.GTC, TimeInForce.FOK
CONTINUOUS, HALTED = Phase.CONTINUOUS, Phase.HALTED


class EngineError(Exception):
    """The caller broke the contract: a gap in the journal, time running backwards, no configuration."""


class ListingParams(NamedTuple):
    rules_version: int
    tick_lot_cents: int
    max_order_qty: int
    max_price: int
    reference_px: int | None
    static_band_bps: int
    dynamic_band_bps: int
    volatility_call_us: int


class Halt(NamedTuple):
    reason_code: str
    note: str


class Market:
    def __init__(self, listing_id: int) -> None:
        self.listing_id = listing_id
        self.params: ListingParams | None = None
        self.phase = CONTINUOUS
        self.halt: Halt | None = None
        self.last_seq = 0
        self.last_at = 0
        self.event_seq = 0
        self._orders: dict[int, WorkingOrder] = {}
        self._bids = BookSide(Side.BUY)
        self._asks = BookSide(Side.SELL)
        self._expiries = Expiries()

    # Questions

    def best(self, side: Side) -> int | None:
        return self._side(side).best()

    def level_qty(self, side: Side, price: int) -> int:
        return self._side(side).level_qty(price)

    def level_orders(self, side: Side, price: int) -> int:
        return self._side(side).level_orders(price)

    def working(self, order_id: int) -> WorkingOrder | None:
        return self._orders.get(order_id)

    def in_priority(self, side: Side) -> Iterator[WorkingOrder]:
        """The side's orders, first to trade first."""
        return self._side(side).in_priority()

    def restore(self, orders: Iterable[WorkingOrder]) -> None:
        """Put back the orders of a snapshot, each side in priority order."""
        for order in orders:
            self._orders[order.order_id] = order
            self._side(order.side).rest(order)
        for order in sorted(self._orders.values(), key=attrgetter("arrival")):
            if order.expire_at is not None:
                self._expiries.add(order.expire_at, order)

    # The fold

    def apply(self, command: Command) -> list[Event]:
        seq, at = command[0], command[1]
        if seq != self.last_seq + 1:
            raise EngineError(f"listing {self.listing_id}: command {seq} after {self.last_seq}")
        if at < self.last_at:
            raise EngineError(f"listing {self.listing_id}: command {seq} is earlier than the one before")
        if self.params is None and type(command) is not ConfigureListing:
            raise EngineError(f"listing {self.listing_id}: the first command must configure it")
        events: list[Event] = []
        while self._expiries.next_at <= at:
            self._expire(seq, events)
        _HANDLERS[type(command)](self, command, events)
        self.last_seq = seq
        self.last_at = at
        return events

    def _expire(self, command_seq: int, events: list[Event]) -> None:
        due_at = self._expiries.next_at
        for order in self._expiries.pop():
            self._side(order.side).remove(order)
            del self._orders[order.order_id]
            self.event_seq += 1
            events.append(
                OrderExpired(
                    self.event_seq, command_seq, due_at, order.order_id, order.account_id, order.leaves_qty
                )
            )

    def _configure(self, command: ConfigureListing, events: list[Event]) -> None:
        self.params = ListingParams(*command[2:])
        self.event_seq += 1
        events.append(ListingConfigured(self.event_seq, command.seq, command.at, *command[2:]))

    def _new_order(self, command: NewOrder, events: list[Event]) -> None:
        seq, at, order_id, account_id, side, ord_type, time_in_force, order_qty, price, _, expire_at = (
            command[:11]
        )
        reason = self._refusal(command)
        self.event_seq += 1
        if reason is not None:
            events.append(OrderRejected(self.event_seq, seq, at, order_id, account_id, reason))
            return
        events.append(
            OrderAccepted(
                self.event_seq,
                seq,
                at,
                order_id,
                account_id,
                side,
                ord_type,
                time_in_force,
                price,
                order_qty,
                None,
                None,
            )
        )
        limit = price if ord_type is LIMIT else command.protection_px
        assert limit is not None  # _refusal has seen to it
        own, other = (self._bids, self._asks) if side is BUY else (self._asks, self._bids)
        if time_in_force is FOK and not other.covers(limit, order_qty):
            self._cancel_rest(command, order_qty, CancelReason.FOK_UNFILLED, events)
            return
        leaves_qty = order_qty
        fills = other.take(limit, order_qty)
        if fills:
            leaves_qty = self._trade(fills, seq, at, order_id, account_id, side, order_qty, events)
            if not leaves_qty:
                return
        if time_in_force is DAY or time_in_force is GTC:
            order = WorkingOrder(order_id, account_id, side, limit, order_qty, leaves_qty, expire_at, seq)
            self._orders[order_id] = order
            own.rest(order)
            if expire_at is not None:
                self._expiries.add(expire_at, order)
        elif ord_type is LIMIT:
            self._cancel_rest(command, leaves_qty, CancelReason.IOC_REMAINDER, events)
        else:
            self._cancel_rest(command, leaves_qty, CancelReason.PROTECTION_REACHED, events)

    def _refusal(self, command: NewOrder) -> RejectReason | None:
        _, at, order_id, _, _, ord_type, time_in_force, order_qty, price, protection_px, expire_at = command[
            :11
        ]
        params = self.params
        assert params is not None
        if order_id in self._orders:
            return RejectReason.DUPLICATE_ORDER
        if self.phase is HALTED:
            return RejectReason.HALTED
        if (expire_at is None) is (time_in_force is DAY):
            return RejectReason.UNSUPPORTED_ORDER
        if order_qty < 1:
            return RejectReason.QTY_NOT_POSITIVE
        if order_qty > params.max_order_qty:
            return RejectReason.QTY_ABOVE_MAX
        if ord_type is LIMIT:
            if price is None:
                return RejectReason.UNSUPPORTED_ORDER
            if not 1 <= price <= params.max_price:
                return RejectReason.PRICE_OUT_OF_RANGE
        else:
            if price is not None or time_in_force is DAY or time_in_force is GTC:
                return RejectReason.UNSUPPORTED_ORDER
            if protection_px is None or protection_px < 1:
                return RejectReason.NO_PROTECTION_PX
        if expire_at is not None and expire_at <= at:
            return RejectReason.ALREADY_EXPIRED
        return None

    def _trade(
        self,
        fills: list[Fill],
        command_seq: int,
        at: int,
        order_id: int,
        account_id: int,
        side: Side,
        leaves_qty: int,
        events: list[Event],
    ) -> int:
        """Tell what the arriving order took, forget the makers it finished, return what it still wants."""
        event_seq = self.event_seq
        for maker, qty in fills:
            leaves_qty -= qty
            event_seq += 1
            events.append(
                Traded(
                    event_seq,
                    command_seq,
                    at,
                    maker.price,
                    qty,
                    side,
                    maker.order_id,
                    maker.account_id,
                    order_id,
                    account_id,
                    maker.leaves_qty,
                    leaves_qty,
                    MatchType.CONTINUOUS,
                )
            )
            if not maker.leaves_qty:
                self._forget(maker)
        self.event_seq = event_seq
        return leaves_qty

    def _cancel_rest(
        self, command: NewOrder, canceled_qty: int, reason: CancelReason, events: list[Event]
    ) -> None:
        self.event_seq += 1
        events.append(
            OrderCanceled(
                self.event_seq,
                command.seq,
                command.at,
                command.order_id,
                command.account_id,
                canceled_qty,
                reason,
            )
        )

    def _cancel(self, command: CancelOrder, events: list[Event]) -> None:
        seq, at, order_id, account_id, cancel_reason = command
        self.event_seq += 1
        order = self._orders.get(order_id)
        if order is None or order.account_id != account_id:
            reason = RejectReason.TOO_LATE if order is None else RejectReason.UNKNOWN_ORDER
            events.append(CancelRejected(self.event_seq, seq, at, order_id, account_id, reason))
            return
        self._side(order.side).remove(order)
        self._forget(order)
        events.append(
            OrderCanceled(self.event_seq, seq, at, order_id, account_id, order.leaves_qty, cancel_reason)
        )

    def _replace(self, command: ReplaceOrder, events: list[Event]) -> None:
        seq, at, order_id, account_id, order_qty, price, _, _ = command
        assert price is not None
        order = self._orders.get(order_id)
        reason = self._replace_refusal(command, order)
        self.event_seq += 1
        if reason is not None:
            events.append(ReplaceRejected(self.event_seq, seq, at, order_id, account_id, reason))
            return
        assert order is not None  # _replace_refusal has seen to it
        own, other = (self._bids, self._asks) if order.side is BUY else (self._asks, self._bids)
        keeps_priority = price == order.price and order_qty < order.order_qty
        leaves_qty = order_qty - order.cum_qty
        events.append(
            OrderReplaced(
                self.event_seq,
                seq,
                at,
                order_id,
                account_id,
                price,
                order_qty,
                leaves_qty,
                None,
                None,
                keeps_priority,
            )
        )
        if keeps_priority:
            own.reduce(order, order.leaves_qty - leaves_qty)
            order.order_qty = order_qty
            return
        own.remove(order)
        fills = other.take(price, leaves_qty)
        order.price = price
        order.order_qty = order_qty
        order.leaves_qty = self._trade(fills, seq, at, order_id, account_id, order.side, leaves_qty, events)
        if order.leaves_qty:
            own.rest(order)
        else:
            self._forget(order)

    def _replace_refusal(self, command: ReplaceOrder, order: WorkingOrder | None) -> RejectReason | None:
        params = self.params
        assert params is not None
        if order is None:
            return RejectReason.TOO_LATE
        if order.account_id != command.account_id:
            return RejectReason.UNKNOWN_ORDER
        if command.order_qty <= order.cum_qty:
            return RejectReason.QTY_NOT_ABOVE_CUM
        if command.price == order.price and command.order_qty <= order.order_qty:
            # Wanting less at the same price is never refused: not in a halt, not under new limits.
            return RejectReason.NOTHING_CHANGED if command.order_qty == order.order_qty else None
        if self.phase is HALTED:
            return RejectReason.HALTED
        if command.order_qty > params.max_order_qty:
            return RejectReason.QTY_ABOVE_MAX
        if command.price is None or not 1 <= command.price <= params.max_price:
            return RejectReason.PRICE_OUT_OF_RANGE
        return None

    def _halt(self, command: HaltTrading, events: list[Event]) -> None:
        self.phase = HALTED
        self.halt = Halt(command.reason_code, command.note)
        self.event_seq += 1
        events.append(TradingHalted(self.event_seq, *command))

    def _resume(self, command: ResumeTrading, events: list[Event]) -> None:
        self.phase = CONTINUOUS
        self.halt = None
        self.event_seq += 1
        events.append(TradingResumed(self.event_seq, *command[:4], Phase.CONTINUOUS, None))

    def _tick(self, command: Tick, events: list[Event]) -> None:
        """Nothing of its own: whatever is due has happened before any command."""

    def _quarantined(self, command: Quarantined, events: list[Event]) -> None:
        self.event_seq += 1
        seq, at, kind, order_id, account_id, reason = command
        rejected = _REJECTED.get(kind)
        if rejected is None or order_id is None or account_id is None:
            events.append(CommandQuarantined(self.event_seq, seq, at, reason))
        else:
            events.append(rejected(self.event_seq, seq, at, order_id, account_id, RejectReason.QUARANTINED))

    def _side(self, side: Side) -> BookSide:
        return self._bids if side is BUY else self._asks

    def _forget(self, order: WorkingOrder) -> None:
        del self._orders[order.order_id]
        if order.expire_at is not None:
            self._expiries.discard(order.expire_at, order)


_HANDLERS: dict[type[Command], Callable[[Market, Any, list[Event]], None]] = {
    ConfigureListing: Market._configure,
    NewOrder: Market._new_order,
    CancelOrder: Market._cancel,
    ReplaceOrder: Market._replace,
    HaltTrading: Market._halt,
    ResumeTrading: Market._resume,
    Tick: Market._tick,
    Quarantined: Market._quarantined,
}

_REJECTED: dict[str, type[OrderRejected] | type[CancelRejected] | type[ReplaceRejected]] = {
    NewOrder.__name__: OrderRejected,
    CancelOrder.__name__: CancelRejected,
    ReplaceOrder.__name__: ReplaceRejected,
}
