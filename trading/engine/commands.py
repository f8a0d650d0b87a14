"""Everything that can change a book.

`seq` is the listing's journal sequence, gapless from 1; `at` is microseconds since the epoch, UTC.
Prices are ticks, quantities lots. Named tuples, because a drain builds them by the thousand; being
tuples they compare by position alone, so compare kinds too (or the `codec` form) where it matters.
"""

from typing import NamedTuple

from .types import CancelReason, OrdType, Phase, PostOnly, SelfTrade, Side, TimeInForce


class ConfigureListing(NamedTuple):
    """First command of every listing; later ones change its parameters. Bands in basis points, 0: none."""

    seq: int
    at: int
    rules_version: int
    tick_lot_cents: int  # what one lot costs, in cents, per tick of price
    max_order_qty: int
    max_price: int
    reference_px: int | None = None  # replaces the reference of bands and auctions; None: leaves it
    static_band_bps: int = 0
    dynamic_band_bps: int = 0
    volatility_call_us: int = 0  # how long a volatility call lasts, in microseconds


class ScheduledPhase(NamedTuple):
    at: int
    phase: Phase
    announced_at: int  # what the public is told: earlier, where a random end was drawn (AUCT-012)


class SetSchedule(NamedTuple):
    """The phases from now on; the rest of the schedule before is dropped.

    `entries` ascend; of those at or before `at` the last says the phase now. None at all: continuous
    trading without end.
    """

    seq: int
    at: int
    entries: tuple[ScheduledPhase, ...]


class Conditions(NamedTuple):
    """What makes an order more than a plain one."""

    stop_px: int | None = None
    trail: int | None = None  # distance of a trailing stop, in ticks
    display_qty: int | None = None
    min_qty: int | None = None
    post_only: PostOnly | None = None
    linked_order_id: int | None = None  # the stop leg, named by the limit leg of a pair


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
    expire_at: int | None  # of a DAY or GTD order
    owner_id: int  # accounts of one beneficial owner share it (STPR-001)
    self_trade: SelfTrade
    # None for a plain order: most are, and the hot path asks once.
    conditions: Conditions | None = None
    fee_schedule_id: int | None = None  # what its executions will be charged by; the engine passes it by


class CancelOrder(NamedTuple):
    seq: int
    at: int
    order_id: int
    account_id: int
    reason: CancelReason


class MassCancel(NamedTuple):
    """Takes out the working orders of the account, or all; of one side, or both."""

    seq: int
    at: int
    account_id: int | None
    side: Side | None
    reason: CancelReason


class ReplaceOrder(NamedTuple):
    seq: int
    at: int
    order_id: int
    account_id: int
    order_qty: int  # the new total, as in FIX
    price: int | None
    stop_px: int | None = None  # of a waiting stop order, with its new worst price
    protection_px: int | None = None


class HaltTrading(NamedTuple):
    seq: int
    at: int
    reason_code: str
    note: str
    resume_at: int | None = None  # a planned resumption, by a call of `call_us` (0: directly)
    call_us: int = 0


class ResumeTrading(NamedTuple):
    seq: int
    at: int
    reason_code: str
    note: str
    call_us: int = 0  # length of the reopening call; 0: none


class BustTrade(NamedTuple):
    """Two people took a trade back. The engine keeps no trades: journal and projections vouch for it."""

    seq: int
    at: int
    trade_seq: int
    reason_code: str
    note: str


class CorrectTrade(NamedTuple):
    seq: int
    at: int
    trade_seq: int
    price: int
    qty: int
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
    | SetSchedule
    | NewOrder
    | CancelOrder
    | MassCancel
    | ReplaceOrder
    | HaltTrading
    | ResumeTrading
    | BustTrade
    | CorrectTrade
    | Tick
    | Quarantined
)
