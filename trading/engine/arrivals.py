"""What happens to an arriving order: a new one, a replaced one, a stop that was triggered."""

from .book import NEVER, NOBODY, BookSide, Fill, WorkingOrder
from .events import OrderTriggered, Traded, made
from .floor import Floor, unlink
from .types import CancelReason, MatchType, Phase, RestateReason, SelfTrade, Side

# Bound once: a lookup on an enum class costs as much as a whole check on the hot path.
BUY = Side.BUY
ALLOW = SelfTrade.ALLOW
IN_CONTINUOUS = MatchType.CONTINUOUS


def arrive(floor: Floor, order: WorkingOrder, *, may_rest: bool) -> bool:
    """Trade what can be traded now; tell whether the rest waits in the book.

    What may not rest is canceled. `order` stands nowhere when it comes, and is forgotten by the caller
    where it does not rest.
    """
    limit = _inside_bands(floor, order)
    _match(floor, order, limit)
    rests = bool(order.leaves_qty)
    # Something it could trade with is left only behind a band's edge.
    beyond = rests and limit != order.price and _other(floor, order.side).front(order.price) is not None
    if rests and not may_rest:
        rests = False
        floor.tell_canceled(order, _why_not_resting(order, beyond=beyond))
        order.leaves_qty = 0
    if rests:
        if order.special is not None:
            order.display()
        order.queued = floor.command_seq
        floor.side(order.side).rest(order)
    if beyond:
        assert floor.params is not None
        floor.call_until = floor.now + floor.params.volatility_call_us
        floor.reckon_due()
        floor.change_phase(Phase.VOLATILITY_CALL, floor.call_until)
    if floor.tape:
        look_at_trades(floor)
    return rests


def would_trade(floor: Floor, order: WorkingOrder, qty: int) -> bool:
    """Whether at least `qty` of the order would trade on arrival."""
    owner_id, mode = _prevented_owner(order), order.self_trade
    limit = _inside_bands(floor, order)
    behind_own = mode is SelfTrade.CANCEL_OLDEST
    return _other(floor, order.side).offers(limit, qty, owner_id, behind_own=behind_own)


def look_at_trades(floor: Floor) -> None:
    """Show the stops what was traded since they last looked; tell which have trailed."""
    for order in floor.stops.traded(floor.tape):
        floor.tell_restated(order, RestateReason.TRAILED)
    floor.tape.clear()


def trigger_stops(floor: Floor) -> None:
    """Trigger the stops that are met, one after another, while trading is continuous (ORDT-024, 025)."""
    while floor.phase is Phase.CONTINUOUS:
        order = floor.stops.next_due()
        if order is None:
            return
        floor.stops.discard(order)
        limit_leg = unlink(order)
        if limit_leg is not None:
            floor.cancel(limit_leg, CancelReason.LINKED)
        limit = order.price if order.has_limit else None
        floor.say(OrderTriggered, order.order_id, order.account_id, order.side, limit, order.leaves_qty)
        if limit is not None:
            order.special = None  # a plain limit order from now on
        elif order.special is not None:
            order.special.stop_px = None  # a market order
        if not arrive(floor, order, may_rest=limit is not None):
            floor.forget(order)


def _match(floor: Floor, order: WorkingOrder, limit: int) -> None:
    other = floor.asks if order.side is BUY else floor.bids
    owner_id = _prevented_owner(order)
    with_legs: list[WorkingOrder] = []
    while order.leaves_qty:
        fills = other.take(limit, order.leaves_qty, owner_id, floor.command_seq)
        if fills:
            _tell_trades(floor, order, fills, with_legs)
        if not order.leaves_qty or owner_id == NOBODY:
            break
        own = other.front(limit)
        if own is None:
            break
        floor.prevent(order, own, arriving=True)
    for limit_leg in with_legs:
        floor.follow(limit_leg)
    if order.special is not None:
        floor.follow(order)


def _tell_trades(floor: Floor, taker: WorkingOrder, fills: list[Fill], with_legs: list[WorkingOrder]) -> None:
    """Tell what the taker took, and forget the makers it finished."""
    event_seq, command_seq, at = floor.event_seq, floor.command_seq, floor.now
    side, order_id, account_id, leaves_qty = taker.side, taker.order_id, taker.account_id, taker.leaves_qty
    append = floor.events.append
    for maker, qty, maker_leaves_qty in fills:
        leaves_qty -= qty
        event_seq += 1
        append(
            made(Traded, (
                event_seq, command_seq, at, maker.price, qty, side, maker.order_id, maker.account_id,
                order_id, account_id, maker_leaves_qty, leaves_qty, IN_CONTINUOUS,
            ))
        )  # fmt: skip
        if not maker_leaves_qty:
            floor.forget(maker)
        if maker.special is not None and maker.special.linked is not None:
            with_legs.append(maker)
    taker.leaves_qty = leaves_qty
    floor.event_seq = event_seq
    floor.last_px = maker.price
    if floor.stops.waiting:
        floor.tape += (fills[0][0].price, maker.price)


def _inside_bands(floor: Floor, order: WorkingOrder) -> int:
    """The order's limit, drawn in to where the bands let it trade (HALT-011)."""
    assert floor.params is not None
    if not floor.params.static_band_bps and not floor.params.dynamic_band_bps:
        return order.price
    band = floor.band()
    if band is None:
        return order.price
    lowest, highest = band
    best = _other(floor, order.side).best()
    if order.side is BUY:
        return min(order.price, highest) if best is None or best >= lowest else 0
    return max(order.price, lowest) if best is None or best <= highest else NEVER


def _why_not_resting(order: WorkingOrder, *, beyond: bool) -> CancelReason:
    if beyond:
        return CancelReason.BAND_REACHED
    return CancelReason.IOC_REMAINDER if order.has_limit else CancelReason.PROTECTION_REACHED


def _prevented_owner(order: WorkingOrder) -> int:
    """Whose orders it must not trade with."""
    return NOBODY if order.self_trade is ALLOW else order.owner_id


def _other(floor: Floor, side: Side) -> BookSide:
    return floor.asks if side is BUY else floor.bids
