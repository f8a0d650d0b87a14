"""The same rules, written to be read: one list of orders, searched anew for everything.

Shares nothing with the engine but its words. Slow, and obviously right.
"""

from dataclasses import dataclass
from typing import Any

from trading.engine import (
    CancelOrder,
    CancelReason,
    CancelRejected,
    Command,
    CommandQuarantined,
    ConfigureListing,
    Event,
    HaltTrading,
    ListingConfigured,
    MatchType,
    NewOrder,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderRejected,
    OrderReplaced,
    OrdType,
    Phase,
    Quarantined,
    RejectReason,
    ReplaceOrder,
    ReplaceRejected,
    ResumeTrading,
    Side,
    TimeInForce,
    Traded,
    TradingHalted,
    TradingResumed,
)

RESTING = (TimeInForce.DAY, TimeInForce.GTC)


@dataclass
class NaiveOrder:
    order_id: int
    account_id: int
    side: Side
    limit: int
    order_qty: int
    expire_at: int | None
    arrival: int
    queued: int  # grows with every loss of priority
    cum_qty: int = 0

    @property
    def leaves_qty(self) -> int:
        return self.order_qty - self.cum_qty


class NaiveMarket:
    def __init__(self) -> None:
        self.orders: list[NaiveOrder] = []
        self.halted = False
        self.event_seq = 0
        self.now = 0
        self.said: list[Event] = []

    def apply(self, command: Command) -> list[Event]:
        self.said = []
        self.command = command
        self.expire_due()
        self.now = command.at
        match command:
            case ConfigureListing():
                self.max_order_qty, self.max_price = command.max_order_qty, command.max_price
                self.say(ListingConfigured, *command[2:])
            case NewOrder():
                self.new_order(command)
            case CancelOrder():
                self.cancel(command)
            case ReplaceOrder():
                self.replace(command)
            case HaltTrading():
                self.halted = True
                self.say(TradingHalted, *command[2:])
            case ResumeTrading():
                self.halted = False
                self.say(TradingResumed, command.reason_code, command.note, Phase.CONTINUOUS, None)
            case Quarantined():
                self.quarantined(command)
        return self.said

    def say(self, kind: type[Any], *fields: Any) -> None:
        self.event_seq += 1
        self.said.append(kind(self.event_seq, self.command.seq, self.now, *fields))

    def find(self, order_id: int) -> NaiveOrder | None:
        return next((order for order in self.orders if order.order_id == order_id), None)

    def queue(self, side: Side) -> list[NaiveOrder]:
        return sorted(
            (order for order in self.orders if order.side is side),
            key=lambda order: (-order.limit if side is Side.BUY else order.limit, order.queued),
        )

    def tradable(self, side: Side, limit: int) -> list[NaiveOrder]:
        """What an order arriving at `side` may trade with, in the order it must."""
        if side is Side.BUY:
            return [maker for maker in self.queue(Side.SELL) if maker.limit <= limit]
        return [maker for maker in self.queue(Side.BUY) if maker.limit >= limit]

    def expire_due(self) -> None:
        due = [o for o in self.orders if o.expire_at is not None and o.expire_at <= self.command.at]
        for order in sorted(due, key=lambda order: (order.expire_at, order.arrival)):
            self.now = order.expire_at or 0
            self.orders.remove(order)
            self.say(OrderExpired, order.order_id, order.account_id, order.leaves_qty)

    def new_order(self, c: NewOrder) -> None:
        reason = self.why_not_new(c)
        if reason:
            return self.say(OrderRejected, c.order_id, c.account_id, reason)
        self.say(
            OrderAccepted,
            c.order_id,
            c.account_id,
            c.side,
            c.ord_type,
            c.time_in_force,
            c.price,
            c.order_qty,
            None,
            None,
        )
        limit = c.price if c.ord_type is OrdType.LIMIT else c.protection_px
        assert limit is not None
        order = NaiveOrder(
            c.order_id, c.account_id, c.side, limit, c.order_qty, c.expire_at, arrival=c.seq, queued=c.seq
        )
        available = sum(maker.leaves_qty for maker in self.tradable(c.side, limit))
        if c.time_in_force is TimeInForce.FOK and available < c.order_qty:
            return self.say(
                OrderCanceled, c.order_id, c.account_id, order.leaves_qty, CancelReason.FOK_UNFILLED
            )
        self.trade(order)
        if order.leaves_qty == 0:
            return None
        if c.time_in_force in RESTING:
            return self.orders.append(order)
        limited = c.ord_type is OrdType.LIMIT
        why = CancelReason.IOC_REMAINDER if limited else CancelReason.PROTECTION_REACHED
        return self.say(OrderCanceled, c.order_id, c.account_id, order.leaves_qty, why)

    def why_not_new(self, c: NewOrder) -> RejectReason | None:
        day, resting = c.time_in_force is TimeInForce.DAY, c.time_in_force in RESTING
        market = c.ord_type is OrdType.MARKET
        unpriced = c.price is None
        refusals = [
            (self.find(c.order_id) is not None, RejectReason.DUPLICATE_ORDER),
            (self.halted, RejectReason.HALTED),
            (day and c.expire_at is None, RejectReason.UNSUPPORTED_ORDER),
            (not day and c.expire_at is not None, RejectReason.UNSUPPORTED_ORDER),
            (c.order_qty <= 0, RejectReason.QTY_NOT_POSITIVE),
            (c.order_qty > self.max_order_qty, RejectReason.QTY_ABOVE_MAX),
            (market and resting, RejectReason.UNSUPPORTED_ORDER),
            (market != unpriced, RejectReason.UNSUPPORTED_ORDER),
            (not market and not 0 < (c.price or 0) <= self.max_price, RejectReason.PRICE_OUT_OF_RANGE),
            (market and (c.protection_px or 0) <= 0, RejectReason.NO_PROTECTION_PX),
            (day and (c.expire_at or 0) <= c.at, RejectReason.ALREADY_EXPIRED),
        ]
        return next((reason for refused, reason in refusals if refused), None)

    def trade(self, taker: NaiveOrder) -> None:
        while taker.leaves_qty > 0:
            makers = self.tradable(taker.side, taker.limit)
            if not makers:
                break
            maker = makers[0]
            qty = min(maker.leaves_qty, taker.leaves_qty)
            maker.cum_qty += qty
            taker.cum_qty += qty
            if maker.leaves_qty == 0:
                self.orders.remove(maker)
            self.say(
                Traded,
                maker.limit,
                qty,
                taker.side,
                maker.order_id,
                maker.account_id,
                taker.order_id,
                taker.account_id,
                maker.leaves_qty,
                taker.leaves_qty,
                MatchType.CONTINUOUS,
            )

    def cancel(self, c: CancelOrder) -> None:
        order = self.find(c.order_id)
        if order is None:
            self.say(CancelRejected, c.order_id, c.account_id, RejectReason.TOO_LATE)
        elif order.account_id != c.account_id:
            self.say(CancelRejected, c.order_id, c.account_id, RejectReason.UNKNOWN_ORDER)
        else:
            self.orders.remove(order)
            self.say(OrderCanceled, c.order_id, c.account_id, order.leaves_qty, c.reason)

    def replace(self, c: ReplaceOrder) -> None:
        order = self.find(c.order_id)
        reason = self.why_not_replace(c, order)
        if order is None or reason:
            return self.say(ReplaceRejected, c.order_id, c.account_id, reason)
        assert c.price is not None
        kept = c.price == order.limit and c.order_qty < order.order_qty
        order.limit, order.order_qty = c.price, c.order_qty
        terms = (c.price, c.order_qty, order.leaves_qty, None, None)
        self.say(OrderReplaced, c.order_id, c.account_id, *terms, kept)
        if kept:
            return None
        order.queued = c.seq
        self.orders.remove(order)
        self.trade(order)
        if order.leaves_qty > 0:
            self.orders.append(order)
        return None

    def why_not_replace(self, c: ReplaceOrder, order: NaiveOrder | None) -> RejectReason | None:
        if order is None:
            return RejectReason.TOO_LATE
        same_price = c.price == order.limit
        less = same_price and c.order_qty < order.order_qty
        refusals = [
            (c.account_id != order.account_id, RejectReason.UNKNOWN_ORDER),
            (c.order_qty <= order.cum_qty, RejectReason.QTY_NOT_ABOVE_CUM),
            (same_price and c.order_qty == order.order_qty, RejectReason.NOTHING_CHANGED),
            (not less and self.halted, RejectReason.HALTED),
            (not less and c.order_qty > self.max_order_qty, RejectReason.QTY_ABOVE_MAX),
            (not less and not 0 < (c.price or 0) <= self.max_price, RejectReason.PRICE_OUT_OF_RANGE),
        ]
        return next((reason for refused, reason in refusals if refused), None)

    def quarantined(self, c: Quarantined) -> None:
        rejects = {"NewOrder": OrderRejected, "CancelOrder": CancelRejected, "ReplaceOrder": ReplaceRejected}
        if c.command_kind in rejects:
            self.say(rejects[c.command_kind], c.order_id, c.account_id, RejectReason.QUARANTINED)
        else:
            self.say(CommandQuarantined, c.reason)
