"""Everything the engine answers.

`seq` is the listing's event sequence, gapless from 1; `command_seq` the command that caused it;
`at` the moment it took effect: the command's, or the due moment of what fell due before it.
Folding the events of whole commands rebuilds the book (`fold.BookFold`).
"""

from typing import NamedTuple

from .types import (
    CancelReason,
    MatchType,
    OrdType,
    Phase,
    RejectReason,
    RestateReason,
    Side,
    TimeInForce,
)

# A named tuple's own constructor is a function of Python's; where thousands are made, this is made of C.
made = tuple.__new__


class ListingConfigured(NamedTuple):
    seq: int
    command_seq: int
    at: int
    rules_version: int
    tick_lot_cents: int
    max_order_qty: int
    max_price: int
    reference_px: int | None
    static_band_bps: int
    dynamic_band_bps: int
    volatility_call_us: int


class ScheduleSet(NamedTuple):
    seq: int
    command_seq: int
    at: int
    first_at: int | None
    last_at: int | None  # where it runs out


class PhaseChanged(NamedTuple):
    """Scheduled, or a call that began or ended by itself."""

    seq: int
    command_seq: int
    at: int
    phase: Phase
    until: int | None  # when it ends of its own, as far as the schedule tells


class AuctionUncrossed(NamedTuple):
    """How a call ended. Its trades follow. `price` is None where nothing could be executed."""

    seq: int
    command_seq: int
    at: int
    call: Phase
    price: int | None
    volume: int
    surplus_side: Side | None
    surplus_qty: int


class TradingHalted(NamedTuple):
    seq: int
    command_seq: int
    at: int
    reason_code: str
    note: str
    resume_at: int | None
    call_us: int


class TradingResumed(NamedTuple):
    seq: int
    command_seq: int
    at: int
    reason_code: str
    note: str
    phase: Phase
    until: int | None


class OrderAccepted(NamedTuple):
    seq: int
    command_seq: int
    at: int
    order_id: int
    account_id: int
    side: Side
    ord_type: OrdType
    time_in_force: TimeInForce
    price: int | None  # of a post-only order that slid: where it came to
    order_qty: int
    stop_px: int | None
    display_qty: int | None


class OrderRejected(NamedTuple):
    seq: int
    command_seq: int
    at: int
    order_id: int
    account_id: int
    reason: RejectReason


class OrderTriggered(NamedTuple):
    """A stop order arrives: at `price` if it has a limit (FIX ExecType L)."""

    seq: int
    command_seq: int
    at: int
    order_id: int
    account_id: int
    side: Side
    price: int | None
    leaves_qty: int


class OrderRestated(NamedTuple):
    """The engine changed an order's terms of its own (FIX ExecType D)."""

    seq: int
    command_seq: int
    at: int
    order_id: int
    account_id: int
    order_qty: int
    leaves_qty: int
    stop_px: int | None
    reason: RestateReason


class Traded(NamedTuple):
    """One trade, both sides. Its `seq` is the trade id.

    In an auction nobody makes or takes: the taker named here is the one that arrived later.
    """

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
    match_type: MatchType


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
    price: int | None
    order_qty: int
    leaves_qty: int
    stop_px: int | None
    protection_px: int | None
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


class MassCanceled(NamedTuple):
    """The cancels it came to went before."""

    seq: int
    command_seq: int
    at: int
    account_id: int | None
    side: Side | None
    canceled: int


class TradeBusted(NamedTuple):
    seq: int
    command_seq: int
    at: int
    trade_seq: int
    reason_code: str
    note: str


class TradeCorrected(NamedTuple):
    seq: int
    command_seq: int
    at: int
    trade_seq: int
    price: int
    qty: int
    reason_code: str
    note: str


class CommandQuarantined(NamedTuple):
    """A quarantined command that concerned no order."""

    seq: int
    command_seq: int
    at: int
    reason: str


Event = (
    ListingConfigured
    | ScheduleSet
    | PhaseChanged
    | AuctionUncrossed
    | TradingHalted
    | TradingResumed
    | OrderAccepted
    | OrderRejected
    | OrderTriggered
    | OrderRestated
    | Traded
    | OrderCanceled
    | OrderExpired
    | OrderReplaced
    | CancelRejected
    | ReplaceRejected
    | MassCanceled
    | TradeBusted
    | TradeCorrected
    | CommandQuarantined
)
