"""Everything that can change a book.

`seq` is the listing's journal sequence, gapless from 1; `at` is microseconds since the epoch, UTC.
Prices are ticks, quantities lots. Named tuples, because a drain builds them by the thousand; being
tuples they compare by position alone, so compare kinds too (or the `codec` form) where it matters.
"""

from typing import NamedTuple

from .types import CancelReason, OrdType, Side, TimeInForce


class ConfigureListing(NamedTuple):
    """First command of every listing; later ones change its parameters."""

    seq: int
    at: int
    rules_version: int
    tick_lot_cents: int  # what one lot costs, in cents, per tick of price
    max_order_qty: int
    max_price: int


class NewOrder(NamedTuple):
    seq: int
    at: int
    order_id: int
    account_id: int
    side: Side
    ord_type: OrdType
    time_in_force: TimeInForce
    order_qty: int
    price: int | None
    protection_px: int | None  # worst price of an order without a limit, frozen at entry
    expire_at: int | None  # of a DAY order


class CancelOrder(NamedTuple):
    seq: int
    at: int
    order_id: int
    account_id: int
    reason: CancelReason


class ReplaceOrder(NamedTuple):
    seq: int
    at: int
    order_id: int
    account_id: int
    order_qty: int  # the new total, as in FIX: leaves_qty = order_qty - cum_qty
    price: int


class HaltTrading(NamedTuple):
    seq: int
    at: int
    reason_code: str
    note: str


class ResumeTrading(NamedTuple):
    seq: int
    at: int
    reason_code: str
    note: str


class Tick(NamedTuple):
    """Time passes; whatever is due happens."""

    seq: int
    at: int


class Quarantined(NamedTuple):
    """What the fold sees in place of a command taken out by four eyes."""

    seq: int
    at: int
    command_kind: str
    order_id: int | None
    account_id: int | None
    reason: str


Command = (
    ConfigureListing
    | NewOrder
    | CancelOrder
    | ReplaceOrder
    | HaltTrading
    | ResumeTrading
    | Tick
    | Quarantined
)
