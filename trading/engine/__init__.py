"""The matching engine: commands in, events out. Pure: no Django, no clock, no chance, no input or output."""

from .book import WorkingOrder
from .codec import decode_command, decode_event, encode, kind_of
from .commands import (
    CancelOrder,
    Command,
    ConfigureListing,
    HaltTrading,
    NewOrder,
    Quarantined,
    ReplaceOrder,
    ResumeTrading,
    Tick,
)
from .events import (
    CancelRejected,
    CommandQuarantined,
    Event,
    ListingConfigured,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderRejected,
    OrderReplaced,
    ReplaceRejected,
    Traded,
    TradingHalted,
    TradingResumed,
)
from .fold import BookFold
from .holds import replace_reserve, required_hold
from .machine import EngineError, Halt, ListingParams, Market
from .snapshot import dump, load, snapshot_hash, state_hash
from .types import CancelReason, OrdType, RejectReason, Side, TimeInForce, TradingState

__all__ = [
    "BookFold",
    "CancelOrder",
    "CancelReason",
    "CancelRejected",
    "Command",
    "CommandQuarantined",
    "ConfigureListing",
    "EngineError",
    "Event",
    "Halt",
    "HaltTrading",
    "ListingConfigured",
    "ListingParams",
    "Market",
    "NewOrder",
    "OrdType",
    "OrderAccepted",
    "OrderCanceled",
    "OrderExpired",
    "OrderRejected",
    "OrderReplaced",
    "Quarantined",
    "RejectReason",
    "ReplaceOrder",
    "ReplaceRejected",
    "ResumeTrading",
    "Side",
    "Tick",
    "TimeInForce",
    "Traded",
    "TradingHalted",
    "TradingResumed",
    "TradingState",
    "WorkingOrder",
    "decode_command",
    "decode_event",
    "dump",
    "encode",
    "kind_of",
    "load",
    "replace_reserve",
    "required_hold",
    "snapshot_hash",
    "state_hash",
]
