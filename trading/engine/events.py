"""Everything the engine answers.

`seq` is the listing's event sequence, gapless from 1; `command_seq` the command that caused it;
`at` the moment it took effect: the command's, or the due moment of what fell due before it.
Folding the events of whole commands rebuilds the book (`fold.BookFold`).
"""

from typing import NamedTuple

from .types import CancelReason, OrdType, RejectReason, Side, TimeInForce


class ListingConfigured(NamedTuple):
    seq: int
    command_seq: int
    at: int
    rules_version: int
    tick_lot_cents: int
    max_order_qty: int
    max_price: int


class TradingHalted(NamedTuple):
    seq: int
    command_seq: int
    at: int
    reason_code: str
    note: str


class TradingResumed(NamedTuple):
    seq: int
    command_seq: int
    at: int
    reason_code: str
    note: str


class OrderAccepted(NamedTuple):
    seq: int
    command_seq: int
    at: int
    order_id: int
    account_id: int
    side: Side
    ord_type: OrdType
    time_in_force: TimeInForce
    price: int | None
    order_qty: int


class OrderRejected(NamedTuple):
    seq: int
    command_seq: int
    at: int
    order_id: int
    account_id: int
    reason: RejectReason


class Traded(NamedTuple):
    """One trade, both sides, at the maker's price. Its `seq` is the trade id."""

    seq: int
    command_seq: int
    at: int
    price: int
    qty: int
    taker_side: Side
    maker_order_id: int
    maker_account_id: int
    taker_order_id: int
    taker_account_id: int
    maker_leaves_qty: int
    taker_leaves_qty: int


class OrderCanceled(NamedTuple):
    seq: int
    command_seq: int
    at: int
    order_id: int
    account_id: int
    canceled_qty: int
    reason: CancelReason


class OrderExpired(NamedTuple):
    seq: int
    command_seq: int
    at: int
    order_id: int
    account_id: int
    expired_qty: int


class OrderReplaced(NamedTuple):
    seq: int
    command_seq: int
    at: int
    order_id: int
    account_id: int
    price: int
    order_qty: int
    leaves_qty: int
    kept_priority: bool


class CancelRejected(NamedTuple):
    seq: int
    command_seq: int
    at: int
    order_id: int
    account_id: int
    reason: RejectReason


class ReplaceRejected(NamedTuple):
    seq: int
    command_seq: int
    at: int
    order_id: int
    account_id: int
    reason: RejectReason


class CommandQuarantined(NamedTuple):
    """A quarantined command that concerned no order."""

    seq: int
    command_seq: int
    at: int
    reason: str


Event = (
    ListingConfigured
    | TradingHalted
    | TradingResumed
    | OrderAccepted
    | OrderRejected
    | Traded
    | OrderCanceled
    | OrderExpired
    | OrderReplaced
    | CancelRejected
    | ReplaceRejected
    | CommandQuarantined
)
