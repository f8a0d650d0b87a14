"""What an order would be: its worst case frozen in, its end reckoned, its fees known."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from trading import engine, gates, selectors
from trading.engine import (
    AT_ONCE,
    CALLS,
    STOPS,
    Conditions,
    OrdType,
    Phase,
    SelfTrade,
    Side,
    TimeInForce,
)  # fmt: skip
from trading.models import CASH, FeeSchedule, Listing, MarketState, Order
from trading.services.requests import NewOrderRequest, ReplaceRequest

NO_CONDITIONS = Conditions()

# Of a DAY order (no date) or a GTD order; None where the calendar has no such day.
EndOf = Callable[[Listing, str | None], datetime | None]


@dataclass(frozen=True, slots=True)
class Terms:
    """A new or replaced order. Prices in ticks, quantities in lots."""

    listing: Listing
    side: Side
    ord_type: OrdType
    time_in_force: TimeInForce
    order_qty: int
    price: int | None
    protection_px: int | None
    reference: int | None
    expire_at: datetime | None = None
    conditions: Conditions = NO_CONDITIONS  # without the pair's, which has a number only when it is entered
    self_trade: SelfTrade = SelfTrade.CANCEL_NEWEST
    fee_schedule: FeeSchedule | None = None
    stop_leg_price: int | None = None  # of a pair's limit leg: the stop leg's worst price

    @property
    def worst_price(self) -> int | None:
        return self.price if self.price is not None else self.protection_px

    @property
    def worst_value(self) -> int:
        """In cents."""
        assert self.worst_price is not None  # the gates refuse an order without one
        return self.listing.cents(self.worst_price * self.order_qty)

    @property
    def fee_terms(self) -> engine.FeeTerms | None:
        return self.fee_schedule.terms if self.fee_schedule is not None else None

    @property
    def most_fee(self) -> int:
        """What it may cost when all of it trades at its worst price. (A sale may come to more: of what it
        brings more.)"""
        return engine.most_fee(self.fee_terms, engine.NOTHING_PAID, self.worst_value)

    @property
    def hold(self) -> int:
        """The worst case: cents of a buy, lots of a sell."""
        assert self.worst_price is not None  # the gates refuse an order without one
        return engine.required_hold(
            self.side, self.worst_price, self.order_qty, self.listing.tick_lot_cents, self.fee_terms,
            stop_leg_price=self.stop_leg_price,
        )  # fmt: skip

    @property
    def hold_asset(self) -> str:
        return CASH if self.side == Side.BUY else self.listing.asset_id

    @property
    def assets(self) -> tuple[str, str]:
        return CASH, self.listing.asset_id

    @property
    def is_met(self) -> bool:
        """Whether the last trade meets its stop price (ORDT-022)."""
        stop_px, last_px = self.conditions.stop_px, self.listing.market.last_px
        if stop_px is None or last_px is None:
            return False
        return last_px >= stop_px if self.side == Side.BUY else last_px <= stop_px

    @property
    def is_limit_leg(self) -> bool:
        return self.stop_leg_price is not None

    @property
    def may_rest(self) -> bool:
        return self.time_in_force not in AT_ONCE

    @property
    def only_continuous(self) -> bool:
        """It cannot wait for a call to end (PHAS-001)."""
        conditions = self.conditions
        return not self.may_rest or conditions.post_only is not None or conditions.min_qty is not None


def of_new(
    request: NewOrderRequest,
    listing: Listing,
    *,
    touch: selectors.Touch,
    fee_schedule: FeeSchedule | None,
    end_of: EndOf,
    stop_leg: Terms | None,
) -> Terms:
    market = listing.market
    stop_px = request.stop_px
    if request.trail is not None:
        stop_px = _first_stop(request.side, request.trail, market.last_px)
    reference = stop_px if request.ord_type in STOPS else market_price(request.side, market, touch)
    protection_px = None
    if request.price is None and reference is not None:
        protection_px = gates.protection_price(listing, request.side, reference)
    return Terms(
        listing=listing,
        side=request.side,
        ord_type=request.ord_type,
        time_in_force=request.time_in_force,
        order_qty=request.order_qty,
        price=request.price,
        protection_px=protection_px,
        reference=reference,
        expire_at=end_of(listing, request.expire_date)
        if request.time_in_force in (TimeInForce.DAY, TimeInForce.GTD)
        else None,
        conditions=Conditions(
            stop_px, request.trail, request.display_qty, request.min_qty, request.post_only
        ),
        self_trade=request.self_trade,
        fee_schedule=fee_schedule,
        stop_leg_price=stop_leg.worst_price if stop_leg is not None else None,
    )


def of_replaced(request: ReplaceRequest, order: Order, listing: Listing, *, touch: selectors.Touch) -> Terms:
    """A waiting stop keeps its stop price where it is not given another, and its worst price with it."""
    side, ord_type = Side(order.side), OrdType(order.ord_type)
    stop_px, protection_px = None, order.protection_px
    if is_waiting_stop(order):
        stop_px = order.stop_px if request.stop_px is None else request.stop_px
        if stop_px is not None and stop_px != order.stop_px and order.price is None:
            protection_px = gates.protection_price(listing, side, stop_px)
    return Terms(
        listing=listing,
        side=side,
        ord_type=ord_type,
        time_in_force=TimeInForce(order.time_in_force),
        order_qty=request.order_qty,
        price=request.price,
        protection_px=protection_px,
        reference=stop_px if stop_px is not None else market_price(side, listing.market, touch),
        expire_at=order.expire_at,
        conditions=Conditions(stop_px),
        fee_schedule=order.fee_schedule,
    )


def is_waiting_stop(order: Order) -> bool:
    return order.ord_type in STOPS and order.triggered_at is None


def market_price(side: Side, market: MarketState, touch: selectors.Touch) -> int | None:
    """What an order of this side is judged and protected by.

    Where orders only gather, the best of them may stand anywhere: an uncrossing's price is what counts.
    """
    if market.state in CALLS or market.state == Phase.PRE_OPEN:
        prices = (market.indicative_px, market.reference_px, market.last_px)
    else:
        prices = (touch.ask_px if side == Side.BUY else touch.bid_px, market.last_px, market.reference_px)
    return next((price for price in prices if price is not None), None)


def _first_stop(side: Side, trail: int, last_px: int | None) -> int | None:
    if last_px is None:
        return None
    return last_px + trail if side == Side.BUY else last_px - trail
