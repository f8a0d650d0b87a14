"""What an order keeps from being spent: cents for a buyer, lots for a seller."""

from collections.abc import Iterable

from .types import Side


def required_hold(side: Side, price: int, leaves_qty: int, tick_lot_cents: int) -> int:
    """The worst case of an order that still wants `leaves_qty`; `price` is its limit or protection."""
    if side == Side.BUY:
        return price * leaves_qty * tick_lot_cents
    return leaves_qty


def replace_reserve(
    side: Side,
    bases: Iterable[tuple[int, int]],
    cum_qty: int,
    new_price: int,
    new_order_qty: int,
    tick_lot_cents: int,
) -> int:
    """What to reserve at entry so that the replaced order is covered whenever the replace applies.

    By then the order may stand at any of `bases` (price, order_qty): its present terms or those of
    a replace still on its way. And it may have traded on, up to where the base is filled or the
    replace is refused. The shortfall is linear in cum_qty, so its two ends bound it.
    """
    reserve = 0
    for price, order_qty in bases:
        most = min(order_qty, new_order_qty)
        if most < cum_qty:  # from this base the replace could only be refused
            continue
        for cum in (cum_qty, most):
            held = required_hold(side, price, order_qty - cum, tick_lot_cents)
            wanted = required_hold(side, new_price, new_order_qty - cum, tick_lot_cents)
            reserve = max(reserve, wanted - held)
    return reserve
