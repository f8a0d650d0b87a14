"""What an order keeps from being spent: cents for a buyer, lots for a seller."""

from collections.abc import Iterable

from .fees import NOTHING_PAID, FeeTerms, Paid, most_fee, most_fee_growth
from .types import Side


def required_hold(
    side: Side,
    price: int,
    leaves_qty: int,
    tick_lot_cents: int,
    fees: FeeTerms | None = None,
    paid: Paid = NOTHING_PAID,
    stop_leg_price: int | None = None,
) -> int:
    """The worst case of an order that still wants `leaves_qty`; `price` is its limit or protection.

    Of a pair either leg may trade, but not both the same lots: the stop leg holds what it needs, and the
    limit leg only what its price needs beyond the stop leg's worst, `stop_leg_price`. Its fees it holds
    in full, for either leg may trade a part (ORDT-061). A seller pays fees out of the proceeds.
    """
    if side == Side.SELL:
        return leaves_qty if stop_leg_price is None else 0
    if not leaves_qty:
        return 0
    value = price * leaves_qty * tick_lot_cents
    held = value if stop_leg_price is None else max(0, price - stop_leg_price) * leaves_qty * tick_lot_cents
    return held + most_fee(fees, paid, value)


def replace_reserve(
    side: Side,
    bases: Iterable[tuple[int, int]],
    done_qty: int,
    new_price: int,
    new_order_qty: int,
    tick_lot_cents: int,
    fees: FeeTerms | None = None,
) -> int:
    """What to reserve at entry so that the replaced order is covered whenever the replace applies.

    By then the order may stand at any of `bases` (price, order_qty): its present terms or those of
    a replace still on its way. And it may have traded on, up to where the base is filled or the
    replace is refused. The shortfall is linear in done_qty, so its two ends bound it; what its fees
    may need beyond the base's grows with it.
    """
    reserve = 0
    for price, order_qty in bases:
        most = min(order_qty, new_order_qty)
        if most < done_qty:  # from this base the replace could only be refused
            continue
        for done in (done_qty, most):
            held = required_hold(side, price, order_qty - done, tick_lot_cents)
            wanted = required_hold(side, new_price, new_order_qty - done, tick_lot_cents)
            reserve = max(reserve, wanted - held)
    return reserve + most_fee_growth(fees, reserve) if side == Side.BUY else reserve


def correction_reserve(side: Side, before: int, value: int, fees: FeeTerms | None = None) -> int:
    """What to reserve so that a trade of `before` cents can be corrected to `value` whenever that applies."""
    more = value - before
    if side == Side.SELL or more <= 0:
        return 0
    return more + most_fee_growth(fees, more)
