"""What people ask for: new orders, cancels, replaces. What is refused, and why, comes first."""

from .arrivals import arrive, trigger_stops, would_trade
from .book import Special, WorkingOrder, by_arrival
from .commands import CancelOrder, Conditions, MassCancel, NewOrder, Quarantined, ReplaceOrder
from .events import (
    CancelRejected,
    CommandQuarantined,
    MassCanceled,
    OrderAccepted,
    OrderCanceled,
    OrderRejected,
    OrderReplaced,
    ReplaceRejected,
    made,
)
from .floor import Floor
from .phases import auction_ahead
from .stops import trail
from .types import (
    MOST_DISPLAYS,
    RESTING,
    TIMES_IN_FORCE,
    CancelReason,
    OrdType,
    Phase,
    PostOnly,
    RejectReason,
    Side,
    TimeInForce,
)

# Bound once: a lookup on an enum class costs as much as a whole check on the hot path.
BUY = Side.BUY
LIMIT, MARKET, STOP_LIMIT, TRAILING_STOP = (
    OrdType.LIMIT, OrdType.MARKET, OrdType.STOP_LIMIT, OrdType.TRAILING_STOP,
)  # fmt: skip
DAY, GTC, GTD, IOC, FOK = (
    TimeInForce.DAY, TimeInForce.GTC, TimeInForce.GTD, TimeInForce.IOC, TimeInForce.FOK,
)  # fmt: skip
AT_OPEN, AT_CLOSE = TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE
HALTED, CLOSED, CONTINUOUS = Phase.HALTED, Phase.CLOSED, Phase.CONTINUOUS
PLAIN = Conditions()


# --- New orders ---------------------------------------------------------------------------------------


def new_order(floor: Floor, command: NewOrder) -> None:
    (
        seq, at, order_id, account_id, side, ord_type, time_in_force, order_qty, price, protection_px,
        expire_at, owner_id, self_trade, conditions, _,
    ) = command  # fmt: skip
    reason = _refusal(floor, command)
    if reason is not None:
        _reject(floor, command, reason)
        return
    limit = price if price is not None else protection_px
    assert limit is not None  # _refusal has seen to it
    order = WorkingOrder(order_id, account_id, owner_id, side, limit, order_qty, expire_at, seq, self_trade)
    stop_px = display_qty = None
    waits_for_auction = time_in_force is AT_OPEN or time_in_force is AT_CLOSE
    if conditions is not None or ord_type is not LIMIT or waits_for_auction:
        if not _conditioned(floor, order, command):
            _reject(floor, command, RejectReason.POST_ONLY_WOULD_TRADE)
            return
        special = order.special
        assert special is not None
        stop_px, display_qty = special.stop_px, special.display_qty
        if price is not None:
            price = order.price  # a post-only order may have slid
    floor.event_seq += 1
    floor.events.append(
        made(OrderAccepted, (
            floor.event_seq, seq, at, order_id, account_id, side, ord_type, time_in_force, price, order_qty,
            stop_px, display_qty,
        ))
    )  # fmt: skip
    if ord_type is not LIMIT and ord_type is not MARKET:
        floor.stops.add(order, floor.last_px)
        floor.admit(order)
    elif waits_for_auction:
        floor.at_auction[order_id] = order
        floor.admit(order)
    elif floor.phase is not CONTINUOUS:
        order.display()
        floor.side(side).rest(order)
        floor.admit(order)
    else:
        _arrive_new(floor, order, time_in_force, conditions)
    if floor.stops.waiting:
        trigger_stops(floor)


def _arrive_new(
    floor: Floor, order: WorkingOrder, time_in_force: TimeInForce, conditions: Conditions | None
) -> None:
    needed = order.order_qty if time_in_force is FOK else conditions.min_qty if conditions else None
    if needed is not None and not would_trade(floor, order, needed):
        fok = time_in_force is FOK
        reason = CancelReason.FOK_UNFILLED if fok else CancelReason.MIN_QTY_UNMET
        floor.say(OrderCanceled, order.order_id, order.account_id, order.leaves_qty, reason)
        return
    own, other = (floor.bids, floor.asks) if order.side is BUY else (floor.asks, floor.bids)
    may_rest = time_in_force is DAY or time_in_force is GTC or time_in_force is GTD
    if may_rest and not other.meets(order.price):
        if order.special is not None:
            order.display()
        own.rest(order)
    elif not arrive(floor, order, may_rest=may_rest):
        return
    floor.admit(order)


def _conditioned(floor: Floor, order: WorkingOrder, command: NewOrder) -> bool:
    """Give the order what a plain one has not; False for a post-only order that has nowhere to go."""
    conditions = command.conditions or PLAIN
    special = order.special = Special(
        command.ord_type, command.time_in_force, conditions.stop_px, conditions.trail,
        conditions.display_qty, conditions.post_only,
    )  # fmt: skip
    if special.trail is not None and floor.last_px is not None:
        trail(order, floor.last_px)
    if conditions.linked_order_id is not None:
        stop_leg = floor.orders[conditions.linked_order_id]
        assert stop_leg.special is not None
        special.linked, stop_leg.special.linked = stop_leg, order
    if special.post_only is not None:
        price = _kept_from_trading(floor, order.side, order.price, special.post_only)
        if price is None:
            return False
        order.price = price
    return True


def _kept_from_trading(floor: Floor, side: Side, price: int, post_only: PostOnly) -> int | None:
    """Where a post-only order of this limit may stand; None where it would trade (ORDT-040, 041)."""
    assert floor.params is not None
    best = floor.asks.best() if side is BUY else floor.bids.best()
    if floor.phase is not CONTINUOUS or best is None:
        return price
    short = best - 1 if side is BUY else best + 1
    if price <= short if side is BUY else price >= short:
        return price
    if post_only is PostOnly.REJECT or not 1 <= short <= floor.params.max_price:
        return None
    return short


def _reject(floor: Floor, command: NewOrder, reason: RejectReason) -> None:
    floor.say(OrderRejected, command.order_id, command.account_id, reason)
    if command.conditions is not None and command.conditions.linked_order_id is not None:
        # Half a pair is not what was asked for (ORDT-064).
        stop_leg = floor.orders.get(command.conditions.linked_order_id)
        if stop_leg is None or stop_leg.account_id != command.account_id:
            return
        if stop_leg.order_id in floor.stops.waiting and stop_leg.linked is None:
            floor.cancel(stop_leg, CancelReason.LINKED)


def _refusal(floor: Floor, command: NewOrder) -> RejectReason | None:
    (
        _, at, order_id, _, side, ord_type, time_in_force, order_qty, price, _, expire_at, _, _, conditions,
        _,
    ) = command  # fmt: skip
    params = floor.params
    assert params is not None
    if order_id in floor.orders:
        return RejectReason.DUPLICATE_ORDER
    phase = floor.phase
    if phase is HALTED or phase is CLOSED:
        return RejectReason.HALTED if phase is HALTED else RejectReason.CLOSED
    if (expire_at is None) is (time_in_force is DAY or time_in_force is GTD):
        return RejectReason.UNSUPPORTED_ORDER
    if order_qty < 1:
        return RejectReason.QTY_NOT_POSITIVE
    if order_qty > params.max_order_qty:
        return RejectReason.QTY_ABOVE_MAX
    if ord_type is LIMIT and conditions is None:
        if price is None:
            return RejectReason.UNSUPPORTED_ORDER
        if not 1 <= price <= params.max_price:
            return RejectReason.PRICE_OUT_OF_RANGE
    elif reason := _special_refusal(floor, command):
        return reason
    if expire_at is not None and expire_at <= at:
        return RejectReason.ALREADY_EXPIRED
    if phase is not CONTINUOUS and _cannot_wait(command):
        return RejectReason.NOT_IN_THIS_PHASE
    if ord_type is LIMIT and params.static_band_bps and not _in_band(floor, side, price):
        return RejectReason.PRICE_OUTSIDE_BAND
    if (time_in_force is AT_OPEN or time_in_force is AT_CLOSE) and not auction_ahead(floor, time_in_force):
        return RejectReason.NO_AUCTION_AHEAD
    if conditions is not None and conditions.linked_order_id is not None:
        return _pair_refusal(floor, command, conditions.linked_order_id)
    return None


def _special_refusal(floor: Floor, command: NewOrder) -> RejectReason | None:
    params = floor.params
    assert params is not None
    conditions = command.conditions or PLAIN
    known = _fits if command.ord_type is LIMIT or command.ord_type is MARKET else _is_stop
    if command.time_in_force not in TIMES_IN_FORCE[command.ord_type] or not known(command, conditions):
        return RejectReason.UNSUPPORTED_ORDER
    for price in (command.price, conditions.stop_px):
        if price is not None and not 1 <= price <= params.max_price:
            return RejectReason.PRICE_OUT_OF_RANGE
    if command.price is None and (command.protection_px is None or command.protection_px < 1):
        return RejectReason.NO_PROTECTION_PX
    return None


def _is_stop(command: NewOrder, conditions: Conditions) -> bool:
    """Whether a stop order is one the rules name."""
    others = (
        conditions.display_qty, conditions.min_qty, conditions.post_only, conditions.linked_order_id,
    )  # fmt: skip
    trails = command.ord_type is TRAILING_STOP
    return (
        conditions.stop_px is not None
        and (command.price is not None) is (command.ord_type is STOP_LIMIT)
        and (conditions.trail is not None) is trails
        and (conditions.trail is None or conditions.trail >= 1)
        and all(other is None for other in others)
    )


def _fits(command: NewOrder, conditions: Conditions) -> bool:
    """Whether a limit or market order is one the rules name, with its conditions."""
    limited, time_in_force, qty = command.ord_type is LIMIT, command.time_in_force, command.order_qty
    rests = limited and time_in_force in RESTING
    display_qty, min_qty = conditions.display_qty, conditions.min_qty
    return (
        (command.price is not None) is limited
        and conditions.stop_px is None
        and conditions.trail is None
        and (display_qty is None or (rests and 1 <= display_qty <= qty <= MOST_DISPLAYS * display_qty))
        and (conditions.post_only is None or (rests and min_qty is None))
        and (min_qty is None or ((rests or time_in_force is IOC) and 1 <= min_qty <= qty))
        and (conditions.linked_order_id is None or (rests and not any(conditions[:-1])))
    )


def _cannot_wait(command: NewOrder) -> bool:
    """Only what trades on arrival or not at all has no place outside continuous trading (PHAS-001)."""
    conditions = command.conditions or PLAIN
    return (
        command.time_in_force is IOC
        or command.time_in_force is FOK
        or conditions.post_only is not None
        or conditions.min_qty is not None
    )


def _in_band(floor: Floor, side: Side, price: int | None) -> bool:
    """Whether a limit does not reach through the static band (HALT-010)."""
    edges = floor.static_band()
    if edges is None or price is None:
        return True
    return price <= edges[1] if side is BUY else price >= edges[0]


def _pair_refusal(floor: Floor, command: NewOrder, stop_id: int) -> RejectReason | None:
    stop_leg = floor.orders.get(stop_id)
    if stop_leg is None or stop_id not in floor.stops.waiting:
        return RejectReason.LINKED_ORDER_GONE
    fits = (
        stop_leg.linked is None
        and stop_leg.account_id == command.account_id
        and stop_leg.side is command.side
        and stop_leg.leaves_qty == command.order_qty
        and stop_leg.expire_at == command.expire_at
    )
    return None if fits else RejectReason.UNSUPPORTED_ORDER


# --- Cancels ------------------------------------------------------------------------------------------


def cancel(floor: Floor, command: CancelOrder) -> None:
    _, _, order_id, account_id, cancel_reason = command
    order = floor.orders.get(order_id)
    if order is None or order.account_id != account_id:
        reason = RejectReason.TOO_LATE if order is None else RejectReason.UNKNOWN_ORDER
        floor.say(CancelRejected, order_id, account_id, reason)
    else:
        floor.cancel(order, cancel_reason)


def mass_cancel(floor: Floor, command: MassCancel) -> None:
    _, _, account_id, side, reason = command
    meant = [
        order
        for order in floor.orders.values()
        if (account_id is None or order.account_id == account_id) and (side is None or order.side is side)
    ]
    for order in sorted(meant, key=by_arrival):
        if order.order_id in floor.orders:  # not yet gone with the other leg of its pair
            floor.cancel(order, reason)
    floor.say(MassCanceled, account_id, side, len(meant))


# --- Replaces -----------------------------------------------------------------------------------------


def replace(floor: Floor, command: ReplaceOrder) -> None:
    seq, _, order_id, account_id, order_qty, price, stop_px, protection_px = command
    order = floor.orders.get(order_id)
    reason = _replace_refusal(floor, command, order)
    if reason is not None:
        floor.say(ReplaceRejected, order_id, account_id, reason)
        return
    assert order is not None  # _replace_refusal has seen to it
    wants_less = _wants_less(command, order)
    leaves_qty = order_qty - order.done_qty
    in_book = order_id not in floor.stops.waiting and order_id not in floor.at_auction
    if in_book:
        if wants_less:
            floor.side(order.side).reduce(order, order.leaves_qty - leaves_qty)
        else:
            floor.side(order.side).remove(order)
            order.hidden_qty = 0
    order.order_qty, order.leaves_qty = order_qty, leaves_qty
    special = order.special
    if price is not None:
        order.price = price
    elif protection_px is not None and not wants_less:
        order.price = protection_px
    if special is not None and special.post_only is not None and not wants_less:
        kept = _kept_from_trading(floor, order.side, order.price, special.post_only)
        assert kept is not None  # _new_terms_refusal has seen to it
        order.price = kept
    if stop_px is not None:
        assert special is not None
        special.stop_px = stop_px
    limit, worst = (order.price, None) if order.has_limit else (None, order.price)
    stop_px = special.stop_px if special is not None else None
    floor.say(OrderReplaced, order_id, account_id, limit, order_qty, leaves_qty, stop_px, worst, wants_less)
    if wants_less:
        return
    order.queued = seq
    if order_id in floor.stops.waiting:
        floor.stops.discard(order)
        order.arrival = seq
        floor.stops.add(order, floor.last_px)
    elif in_book and floor.phase is CONTINUOUS:
        if not arrive(floor, order, may_rest=True):
            floor.forget(order)
    elif in_book:
        order.display()
        floor.side(order.side).rest(order)
    if floor.stops.waiting:
        trigger_stops(floor)


def _wants_less(command: ReplaceOrder, order: WorkingOrder) -> bool:
    return command.order_qty < order.order_qty and _same_prices(command, order)


def _same_prices(command: ReplaceOrder, order: WorkingOrder) -> bool:
    same_price = command.price is None or command.price == order.price
    if command.stop_px is None:
        return same_price
    assert order.special is not None
    return same_price and command.stop_px == order.special.stop_px


def _replace_refusal(floor: Floor, command: ReplaceOrder, order: WorkingOrder | None) -> RejectReason | None:
    params = floor.params
    assert params is not None
    if order is None:
        return RejectReason.TOO_LATE
    if order.account_id != command.account_id:
        return RejectReason.UNKNOWN_ORDER
    if order.linked is not None:
        return RejectReason.LINKED_ORDER
    if (command.price is not None) is not order.has_limit:
        return RejectReason.UNSUPPORTED_ORDER
    waits = (
        order.order_id in floor.stops.waiting and order.special is not None and order.special.trail is None
    )
    if (command.stop_px is not None) is not waits:
        return RejectReason.UNSUPPORTED_ORDER
    if command.order_qty <= order.done_qty:
        return RejectReason.QTY_NOT_ABOVE_CUM
    if _same_prices(command, order) and command.order_qty <= order.order_qty:
        # Wanting less at the same prices is never refused: not in a halt, not under new limits.
        return RejectReason.NOTHING_CHANGED if command.order_qty == order.order_qty else None
    if floor.phase is HALTED or floor.phase is CLOSED:
        return RejectReason.HALTED if floor.phase is HALTED else RejectReason.CLOSED
    if command.order_qty > params.max_order_qty:
        return RejectReason.QTY_ABOVE_MAX
    for price in (command.price, command.stop_px):
        if price is not None and not 1 <= price <= params.max_price:
            return RejectReason.PRICE_OUT_OF_RANGE
    if command.protection_px is not None and command.protection_px < 1:
        return RejectReason.NO_PROTECTION_PX
    return _new_terms_refusal(floor, command, order)


def _new_terms_refusal(floor: Floor, command: ReplaceOrder, order: WorkingOrder) -> RejectReason | None:
    special = order.special
    if command.stop_px is None and not _in_band(floor, order.side, command.price):
        return RejectReason.PRICE_OUTSIDE_BAND
    if special is None:
        return None
    if special.display_qty is not None and command.order_qty > MOST_DISPLAYS * special.display_qty:
        return RejectReason.UNSUPPORTED_ORDER
    if special.post_only is None or command.price is None:
        return None
    stands = _kept_from_trading(floor, order.side, command.price, special.post_only) is not None
    return None if stands else RejectReason.POST_ONLY_WOULD_TRADE


# --- Quarantine ---------------------------------------------------------------------------------------


def quarantined(floor: Floor, command: Quarantined) -> None:
    _, _, kind, order_id, account_id, reason = command
    rejected = _REJECTED.get(kind)
    if rejected is None or order_id is None or account_id is None:
        floor.say(CommandQuarantined, reason)
    else:
        floor.say(rejected, order_id, account_id, RejectReason.QUARANTINED)


_REJECTED: dict[str, type[OrderRejected] | type[CancelRejected] | type[ReplaceRejected]] = {
    NewOrder.__name__: OrderRejected,
    CancelOrder.__name__: CancelRejected,
    ReplaceOrder.__name__: ReplaceRejected,
}
