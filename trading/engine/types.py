"""The words of the engine. Values are what journal, events and database columns store."""

from enum import StrEnum


class Side(StrEnum):
    BUY = "BUY"
    SELL = "SELL"


class OrdType(StrEnum):
    LIMIT = "LIMIT"
    MARKET = "MARKET"


class TimeInForce(StrEnum):
    DAY = "DAY"
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"


class TradingState(StrEnum):
    TRADING = "TRADING"
    HALTED = "HALTED"


class CancelReason(StrEnum):
    # Said by whoever sends the cancel.
    REQUESTED = "REQUESTED"
    ACCOUNT_RESTRICTED = "ACCOUNT_RESTRICTED"
    OPERATOR = "OPERATOR"
    # Said by the engine.
    IOC_REMAINDER = "IOC_REMAINDER"
    FOK_UNFILLED = "FOK_UNFILLED"
    PROTECTION_REACHED = "PROTECTION_REACHED"  # rest of a market order: book empty or collar met


class RejectReason(StrEnum):
    """After FIX OrdRejReason (103) and CxlRejReason (102)."""

    HALTED = "HALTED"
    # An order of this id is working. Finished ones are forgotten: the order table's key covers those.
    DUPLICATE_ORDER = "DUPLICATE_ORDER"
    # A combination the book has no rule for: a resting market order, a limit order without a price,
    # a DAY order without its end, an end on any other order.
    UNSUPPORTED_ORDER = "UNSUPPORTED_ORDER"
    QTY_NOT_POSITIVE = "QTY_NOT_POSITIVE"
    QTY_ABOVE_MAX = "QTY_ABOVE_MAX"
    PRICE_OUT_OF_RANGE = "PRICE_OUT_OF_RANGE"
    NO_PROTECTION_PX = "NO_PROTECTION_PX"  # a market order must carry its worst price
    ALREADY_EXPIRED = "ALREADY_EXPIRED"
    # The order is not working (any more). The engine keeps working orders only, so that its state
    # is bounded by the book; entry has seen the order's row, so an id absent here has finished.
    TOO_LATE = "TOO_LATE"
    UNKNOWN_ORDER = "UNKNOWN_ORDER"  # the order is another account's, and that is all we tell
    QTY_NOT_ABOVE_CUM = "QTY_NOT_ABOVE_CUM"  # a replace down to what has traded is a cancel
    NOTHING_CHANGED = "NOTHING_CHANGED"
    QUARANTINED = "QUARANTINED"  # four eyes took the command out of the fold
