"""Why an order or a replace is refused: the first of these that holds."""

from typing import TYPE_CHECKING

from trading.engine import (
    NewOrder,
    OrdType,
    Phase,
    PostOnly,
    RejectReason,
    ReplaceOrder,
    Side,
    TimeInForce,
)

from .book import edges
from .orders import STOPS, WAITING, NaiveOrder

if TYPE_CHECKING:
    from .market import NaiveMarket

Reason = RejectReason
TIMES_IN_FORCE = {
    OrdType.LIMIT: tuple(TimeInForce),
    OrdType.MARKET: (TimeInForce.IOC, TimeInForce.FOK, TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE),
    OrdType.STOP: WAITING,
    OrdType.STOP_LIMIT: WAITING,
    OrdType.TRAILING_STOP: WAITING,
}
ENDING = (TimeInForce.DAY, TimeInForce.GTD)


def why_not_new(market: "NaiveMarket", c: NewOrder, order: NaiveOrder) -> Reason | None:
    limited = c.ord_type in (OrdType.LIMIT, OrdType.STOP_LIMIT)
    prices = [price for price in (order.price, order.stop_px) if price is not None]
    immediate = c.time_in_force in (TimeInForce.IOC, TimeInForce.FOK)
    only_continuous = immediate or order.post_only is not None or order.min_qty is not None
    stop = market.find(order.linked_order_id)
    refusals = [
        (lambda: market.find(c.order_id) is not None, Reason.DUPLICATE_ORDER),
        (lambda: market.phase is Phase.HALTED, Reason.HALTED),
        (lambda: market.phase is Phase.CLOSED, Reason.CLOSED),
        (lambda: (c.expire_at is not None) != (c.time_in_force in ENDING), Reason.UNSUPPORTED_ORDER),
        (lambda: c.order_qty < 1, Reason.QTY_NOT_POSITIVE),
        (lambda: c.order_qty > market.params.max_order_qty, Reason.QTY_ABOVE_MAX),
        (lambda: not is_named_by_the_rules(order), Reason.UNSUPPORTED_ORDER),
        (lambda: any(not 1 <= p <= market.params.max_price for p in prices), Reason.PRICE_OUT_OF_RANGE),
        (lambda: not limited and (c.protection_px or 0) < 1, Reason.NO_PROTECTION_PX),
        (lambda: c.expire_at is not None and c.expire_at <= c.at, Reason.ALREADY_EXPIRED),
        (lambda: only_continuous and market.phase is not Phase.CONTINUOUS, Reason.NOT_IN_THIS_PHASE),
        (lambda: is_outside_band(market, order, c.price), Reason.PRICE_OUTSIDE_BAND),
        (lambda: order.is_for_auction and not market.has_auction_ahead(order), Reason.NO_AUCTION_AHEAD),
        (lambda: order.linked_order_id is not None and not waits(stop), Reason.LINKED_ORDER_GONE),
        (lambda: stop is not None and not are_a_pair(stop, order), Reason.UNSUPPORTED_ORDER),
        (lambda: may_not_trade(market, order, c.price), Reason.POST_ONLY_WOULD_TRADE),
    ]
    return next((reason for refused, reason in refusals if refused()), None)


def is_named_by_the_rules(order: NaiveOrder) -> bool:
    """The table of order-types.md, ORDT-032, ORDT-042, ORDT-051, ORDT-060."""
    limit = order.ord_type is OrdType.LIMIT
    waiting = order.time_in_force in WAITING
    others = (order.display_qty, order.min_qty, order.post_only)
    needs = [
        order.time_in_force in TIMES_IN_FORCE[order.ord_type],
        (order.price is not None) == (order.ord_type in (OrdType.LIMIT, OrdType.STOP_LIMIT)),
        (order.stop_px is not None) == (order.ord_type in STOPS),
        (order.trail is not None) == (order.ord_type is OrdType.TRAILING_STOP),
        order.trail is None or order.trail >= 1,
    ]
    if order.display_qty is not None:
        shown = order.display_qty
        needs += [limit and waiting, 1 <= shown <= order.order_qty <= 100 * shown]
    if order.post_only is not None:
        needs += [limit and waiting, order.min_qty is None]
    if order.min_qty is not None:
        simple = limit or order.ord_type is OrdType.MARKET
        needs += [simple and (waiting or order.time_in_force is TimeInForce.IOC)]
        needs += [1 <= order.min_qty <= order.order_qty]
    if order.linked_order_id is not None:
        needs += [limit and waiting, all(other is None for other in others)]
    return all(needs)


def waits(stop: NaiveOrder | None) -> bool:
    return stop is not None and stop.is_stop


def are_a_pair(stop: NaiveOrder, order: NaiveOrder) -> bool:
    """ORDT-060"""

    def terms(leg: NaiveOrder) -> tuple[object, ...]:
        return leg.account_id, leg.side, leg.order_qty, leg.expire_at

    return terms(stop) == terms(order) and stop.linked_order_id is None


def is_outside_band(market: "NaiveMarket", order: NaiveOrder, price: int | None) -> bool:
    """HALT-010, HALT-013"""
    bps = market.params.static_band_bps
    if order.ord_type is not OrdType.LIMIT or price is None or market.reference_px is None or not bps:
        return False
    low, high = edges(market.reference_px, bps)
    return price > high if order.side is Side.BUY else price < low


def may_not_trade(market: "NaiveMarket", order: NaiveOrder, price: int | None) -> bool:
    """ORDT-040, ORDT-041"""
    if order.post_only is None or market.phase is not Phase.CONTINUOUS:
        return False
    assert price is not None
    if order.post_only is PostOnly.SLIDE:
        return market.slid(order, price) is None
    return bool(market.would_trade(order, price))


def only_wants_less(c: ReplaceOrder, order: NaiveOrder) -> bool:
    return same_prices(c, order) and c.order_qty < order.order_qty


def same_prices(c: ReplaceOrder, order: NaiveOrder) -> bool:
    return c.price == order.price and c.stop_px in (None, order.stop_px)


def why_not_replace(market: "NaiveMarket", c: ReplaceOrder, order: NaiveOrder | None) -> Reason | None:
    if order is None:
        return Reason.TOO_LATE
    prices = [price for price in (c.price, c.stop_px) if price is not None]
    takes_a_stop_px = order.is_stop and order.trail is None
    shown = order.display_qty
    refusals = [
        (lambda: c.account_id != order.account_id, Reason.UNKNOWN_ORDER),
        (lambda: order.linked_order_id is not None, Reason.LINKED_ORDER),
        (lambda: (c.price is None) != (order.price is None), Reason.UNSUPPORTED_ORDER),
        (lambda: (c.stop_px is None) == takes_a_stop_px, Reason.UNSUPPORTED_ORDER),
        (lambda: c.order_qty <= order.done_qty, Reason.QTY_NOT_ABOVE_CUM),
        (lambda: same_prices(c, order) and c.order_qty == order.order_qty, Reason.NOTHING_CHANGED),
        (lambda: only_wants_less(c, order), None),
        (lambda: market.phase is Phase.HALTED, Reason.HALTED),
        (lambda: market.phase is Phase.CLOSED, Reason.CLOSED),
        (lambda: c.order_qty > market.params.max_order_qty, Reason.QTY_ABOVE_MAX),
        (lambda: any(not 1 <= p <= market.params.max_price for p in prices), Reason.PRICE_OUT_OF_RANGE),
        (lambda: c.protection_px is not None and c.protection_px < 1, Reason.NO_PROTECTION_PX),
        (lambda: is_outside_band(market, order, c.price), Reason.PRICE_OUTSIDE_BAND),
        (lambda: shown is not None and c.order_qty > 100 * shown, Reason.UNSUPPORTED_ORDER),
        (lambda: may_not_trade(market, order, c.price), Reason.POST_ONLY_WOULD_TRADE),
    ]
    return next((reason for refused, reason in refusals if refused()), None)
