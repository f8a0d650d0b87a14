"""What orders do to each other: trading on arrival, prevention, stops, pairs, and the uncrossing."""

from copy import deepcopy
from typing import Any

from trading.engine import (
    AuctionUncrossed,
    CancelReason,
    Command,
    ConfigureListing,
    Event,
    MatchType,
    OrderCanceled,
    OrderRestated,
    OrderTriggered,
    OrdType,
    Phase,
    PhaseChanged,
    RestateReason,
    ScheduledPhase,
    SelfTrade,
    Side,
    TimeInForce,
    Traded,
)

from .auction import Outcome, uncross
from .orders import AUCTION_OF, NaiveOrder

Band = tuple[int, int]


class NaiveBook:
    def __init__(self) -> None:
        self.orders: list[NaiveOrder] = []
        self.params: ConfigureListing
        self.command: Command
        self.now = 0
        self.event_seq = 0
        self.said: list[Event] = []
        self.places = 0  # handed out so far
        self.last_px: int | None = None
        self.reference_px: int | None = None
        self.trades: list[int] = []  # prices the stops have not looked at yet
        self.legs: list[NaiveOrder] = []  # of pairs, that traded in this arrival
        # The phase the schedule is in, what is left of it, and what stands before it.
        self.scheduled = Phase.CONTINUOUS
        self.schedule: list[ScheduledPhase] = []
        self.call: tuple[Phase, int] | None = None  # a reopening or volatility call and its end
        self.halted = False
        self.told_until: int | None = None

    def say(self, kind: type[Any], *fields: Any) -> None:
        self.event_seq += 1
        self.said.append(kind(self.event_seq, self.command.seq, self.now, *fields))

    @property
    def phase(self) -> Phase:
        if self.halted:
            return Phase.HALTED
        return self.call[0] if self.call else self.scheduled

    @property
    def until(self) -> int | None:
        """As announced (AUCT-012)."""
        if self.halted or self.call:
            return self.call[1] if self.call else None
        return self.schedule[0].announced_at if self.schedule else None

    def say_phase(self) -> None:
        self.told_until = self.until
        self.say(PhaseChanged, self.phase, self.until)

    # Who is there

    def find(self, order_id: int | None) -> NaiveOrder | None:
        return next((order for order in self.orders if order.order_id == order_id), None)

    def by_arrival(self) -> list[NaiveOrder]:
        return sorted(self.orders, key=lambda order: order.arrival)

    def queue(self, side: Side) -> list[NaiveOrder]:
        in_book = (order for order in self.orders if order.side is side and order.in_book)
        return sorted(in_book, key=NaiveOrder.rank)

    def opposite(self, order: NaiveOrder) -> list[NaiveOrder]:
        return self.queue(Side.SELL if order.side is Side.BUY else Side.BUY)

    def would_trade(self, order: NaiveOrder, limit: int) -> list[NaiveOrder]:
        """What stands across an order of that limit, in the order it meets them."""
        buying = order.side is Side.BUY
        return [o for o in self.opposite(order) if (o.limit <= limit if buying else o.limit >= limit)]

    @property
    def crossed(self) -> bool:
        bids, asks = self.queue(Side.BUY), self.queue(Side.SELL)
        return bool(bids and asks and bids[0].limit >= asks[0].limit)

    # Places

    def join(self, order: NaiveOrder) -> None:
        """Behind all others."""
        self.places += 1
        order.queued = self.places
        order.show()
        if order not in self.orders:
            self.orders.append(order)

    def leave(self, order: NaiveOrder) -> None:
        order.working = False
        if order in self.orders:
            self.orders.remove(order)

    def end(self, order: NaiveOrder, reason: CancelReason) -> None:
        self.leave(order)
        self.say(OrderCanceled, order.order_id, order.account_id, order.leaves_qty, reason)
        self.end_other_leg(order)

    def end_other_leg(self, order: NaiveOrder) -> None:
        """ORDT-064"""
        other = self.find(order.linked_order_id)
        if other is not None:
            self.leave(other)
            self.say(OrderCanceled, other.order_id, other.account_id, other.leaves_qty, CancelReason.LINKED)

    def reduce(self, order: NaiveOrder, qty: int, reason: RestateReason) -> None:
        """What goes comes off what is hidden first."""
        if reason is RestateReason.SELF_TRADE:
            order.prevented_qty += qty
        else:
            order.order_qty -= qty
        order.displayed = min(order.displayed, order.leaves_qty)
        self.say(
            OrderRestated,
            order.order_id,
            order.account_id,
            order.order_qty,
            order.leaves_qty,
            order.stop_px,
            reason,
        )

    # Continuous trading

    def arrive(self, order: NaiveOrder, *, new: bool = False) -> None:
        """Trade what can be traded, then rest or go. The stops come after."""
        bands = self.bands()
        if new and not self.may_begin(order):
            reason = CancelReason.MIN_QTY_UNMET if order.min_qty else CancelReason.FOK_UNFILLED
            return self.end(order, reason)
        at_the_edge = self.match(order, bands)
        self.legs = [*(leg for leg in self.legs if leg is not order), order]
        self.tell_other_legs()
        if order.working and order.leaves_qty > 0:
            if order.can_rest:
                self.join(order)
            elif at_the_edge:
                self.end(order, CancelReason.BAND_REACHED)
            elif order.price is None:
                self.end(order, CancelReason.PROTECTION_REACHED)
            else:
                self.end(order, CancelReason.IOC_REMAINDER)
        if at_the_edge:
            self.call = (Phase.VOLATILITY_CALL, self.now + self.params.volatility_call_us)
            self.say_phase()
        return None

    def bands(self) -> list[Band]:
        """HALT-011 … HALT-013, as they stand when an order arrives."""
        around = [
            (self.reference_px, self.params.static_band_bps),
            (self.last_px, self.params.dynamic_band_bps),
        ]
        return [edges(price, bps) for price, bps in around if price is not None and bps > 0]

    def may_begin(self, order: NaiveOrder) -> bool:
        """FOK and minimum quantity: try it on a copy and see (ORDT-002, ORDT-050, STPR-008)."""
        wanted = order.order_qty if order.time_in_force is TimeInForce.FOK else order.min_qty or 0
        if not wanted:
            return True
        trial, tried = deepcopy((self, order))
        if tried.self_trade in (SelfTrade.CANCEL_BOTH, SelfTrade.DECREMENT):
            tried.self_trade = SelfTrade.CANCEL_NEWEST
        trial.match(tried, trial.bands())
        return tried.cum_qty >= wanted

    def match(self, order: NaiveOrder, bands: list[Band]) -> bool:
        """Whether it ended because the next trade would lie outside a band."""
        while order.working and order.leaves_qty > 0:
            makers = self.would_trade(order, order.limit)
            if not makers:
                break
            maker = makers[0]
            if any(not low <= maker.limit <= high for low, high in bands):
                return True
            if maker.owner_id == order.owner_id and order.self_trade is not SelfTrade.ALLOW:
                self.prevent(maker, order, order.self_trade)
                continue
            self.trade(maker, order, maker.limit, min(maker.displayed, order.leaves_qty), order.side)
            if maker.working and maker.displayed == 0:
                self.join(maker)  # ORDT-031: the next part, behind all others
        return False

    def trade(
        self,
        maker: NaiveOrder,
        taker: NaiveOrder,
        price: int,
        qty: int,
        taker_side: Side,
        match_type: MatchType = MatchType.CONTINUOUS,
    ) -> None:
        for order in (maker, taker):
            order.cum_qty += qty
            order.displayed -= qty
            if order.leaves_qty == 0:
                self.leave(order)
        self.legs += (maker, taker)
        self.trades.append(price)
        self.last_px = price
        self.say(
            Traded,
            price,
            qty,
            taker_side,
            maker.order_id,
            maker.account_id,
            taker.order_id,
            taker.account_id,
            maker.leaves_qty,
            taker.leaves_qty,
            match_type,
        )

    def prevent(self, older: NaiveOrder, newer: NaiveOrder, mode: SelfTrade) -> None:
        """STPR-003 … STPR-007"""
        match mode:
            case SelfTrade.CANCEL_NEWEST:
                self.end(newer, CancelReason.SELF_TRADE)
            case SelfTrade.CANCEL_OLDEST:
                self.end(older, CancelReason.SELF_TRADE)
            case SelfTrade.CANCEL_BOTH:
                self.end(older, CancelReason.SELF_TRADE)
                self.end(newer, CancelReason.SELF_TRADE)
            case SelfTrade.DECREMENT:
                qty = min(older.leaves_qty, newer.leaves_qty)
                for order in (older, newer):
                    if order.leaves_qty == qty:
                        self.end(order, CancelReason.SELF_TRADE)
                    else:
                        self.reduce(order, qty, RestateReason.SELF_TRADE)
                        self.tell_other_leg(order)

    # Pairs

    def tell_other_legs(self) -> None:
        """ORDT-062, once a leg, in the order of their first fills; an arriving one comes last."""
        legs, self.legs = self.legs, []
        for leg in legs:
            self.tell_other_leg(leg)

    def tell_other_leg(self, leg: NaiveOrder) -> None:
        stop = self.find(leg.linked_order_id)
        if stop is None:
            return
        if leg.leaves_qty == 0:
            self.end_other_leg(leg)
        elif stop.leaves_qty > leg.leaves_qty:
            self.reduce(stop, stop.leaves_qty - leg.leaves_qty, RestateReason.LINKED)

    # Stops

    def look_after_stops(self) -> None:
        """ORDT-024: again and again, until none that is met is left or trading is interrupted."""
        while True:
            self.stops_look_at_trades()
            met = [order for order in self.by_arrival() if order.is_stop and order.met]
            if not met or self.phase is not Phase.CONTINUOUS:
                return
            self.trigger(met[0])

    def stops_look_at_trades(self) -> None:
        trades, self.trades = self.trades, []
        for order in self.by_arrival():
            if not order.is_stop:
                continue
            moved = False
            for price in trades:
                order.met = order.met or order.is_met_by(price)
                if not order.met:
                    moved = order.follow(price) or moved
            if moved and not order.met:
                self.reduce(order, 0, RestateReason.TRAILED)

    def trigger(self, order: NaiveOrder) -> None:
        self.end_other_leg(order)
        self.leave(order)
        order.working, order.stop_px, order.trail, order.linked_order_id = True, None, None, None
        order.ord_type = OrdType.MARKET if order.price is None else OrdType.LIMIT
        self.say(OrderTriggered, order.order_id, order.account_id, order.side, order.price, order.leaves_qty)
        self.arrive(order)

    # The uncrossing

    def participants(self, call: Phase) -> list[NaiveOrder]:
        return [o for o in self.orders if not o.is_stop and o.takes_part_in(call)]

    def uncross(self, call: Phase) -> None:
        outcome = self.reckon(call)
        self.say(AuctionUncrossed, call, *outcome.told)
        for buy, sell, qty in outcome.pairs:
            assert outcome.price is not None
            older, newer = sorted((buy, sell), key=lambda order: order.arrival)
            self.trade(older, newer, outcome.price, qty, newer.side, MatchType.AUCTION)
            buy.show()
            sell.show()
        self.legs = [order for buy, sell, _ in outcome.pairs for order in (buy, sell)]
        self.tell_other_legs()
        if outcome.price is not None:
            self.reference_px = outcome.price  # AUCT-011
        self.dismiss_those_for(call)

    def reckon(self, call: Phase) -> Outcome:
        """AUCT-001 … AUCT-008 with STPR-009: preventing, and beginning anew, until no owner meets itself."""
        while True:
            outcome = uncross(self.participants(call), self.reference_px)
            for buy, sell, _ in outcome.pairs:
                older, newer = sorted((buy, sell), key=lambda order: order.arrival)
                if buy.owner_id == sell.owner_id and newer.self_trade is not SelfTrade.ALLOW:
                    self.prevent(older, newer, newer.self_trade)
                    break
            else:
                return outcome

    def dismiss_those_for(self, call: Phase) -> None:
        """ORDT-006, AUCT-014"""
        for order in self.by_arrival():
            if call in AUCTION_OF.get(order.time_in_force, ()):
                self.end(order, CancelReason.AUCTION_REMAINDER)

    def indicative(self) -> tuple[int | None, int, Side | None, int] | None:
        """AUCT-010: what an uncrossing would give, tried on a copy."""
        return deepcopy(self).reckon(self.phase).told if self.phase.endswith("_CALL") else None


def edges(price: int, bps: int) -> Band:
    width = price * bps // 10_000
    return max(1, price - width), price + width
