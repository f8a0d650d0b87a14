"""The words of the engine. Values are what journal, events and database columns store."""

from enum import StrEnum


class Side(StrEnum):
    BUY = "BUY"
    SELL = "SELL"


class OrdType(StrEnum):
    LIMIT = "LIMIT"
    MARKET = "MARKET"
    STOP = "STOP"
    STOP_LIMIT = "STOP_LIMIT"
    TRAILING_STOP = "TRAILING_STOP"


class TimeInForce(StrEnum):
    DAY = "DAY"
    GTC = "GTC"
    GTD = "GTD"
    IOC = "IOC"
    FOK = "FOK"
    AT_OPEN = "AT_OPEN"
    AT_CLOSE = "AT_CLOSE"


# Which orders there are: docs/rules/order-types.md.
RESTING = (TimeInForce.DAY, TimeInForce.GTC, TimeInForce.GTD)
AT_ONCE = (TimeInForce.IOC, TimeInForce.FOK)
STOPS = (OrdType.STOP, OrdType.STOP_LIMIT, OrdType.TRAILING_STOP)
TIMES_IN_FORCE: dict[OrdType, tuple[TimeInForce, ...]] = {
    OrdType.LIMIT: tuple(TimeInForce),
    OrdType.MARKET: (*AT_ONCE, TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE),
} | dict.fromkeys(STOPS, RESTING)
MOST_DISPLAYS = 100  # of one reserve order (ORDT-032)


class PostOnly(StrEnum):
    """What becomes of an order that may not trade on arrival and would."""

    REJECT = "REJECT"
    SLIDE = "SLIDE"


class SelfTrade(StrEnum):
    """What prevents an order from trading with another of its owner."""

    CANCEL_NEWEST = "CANCEL_NEWEST"
    CANCEL_OLDEST = "CANCEL_OLDEST"
    CANCEL_BOTH = "CANCEL_BOTH"
    DECREMENT = "DECREMENT"
    ALLOW = "ALLOW"  # nothing: for replays of other markets' sessions (STPR-010)


class Phase(StrEnum):
    """What may be entered, canceled and matched in each: docs/rules/phases.md."""

    CLOSED = "CLOSED"
    PRE_OPEN = "PRE_OPEN"
    OPENING_CALL = "OPENING_CALL"
    INITIAL_CALL = "INITIAL_CALL"
    PERIODIC_CALL = "PERIODIC_CALL"
    CLOSING_CALL = "CLOSING_CALL"
    REOPENING_CALL = "REOPENING_CALL"
    VOLATILITY_CALL = "VOLATILITY_CALL"
    CONTINUOUS = "CONTINUOUS"
    HALTED = "HALTED"


CALLS = frozenset(phase for phase in Phase if phase.endswith("_CALL"))


class MatchType(StrEnum):
    CONTINUOUS = "CONTINUOUS"
    AUCTION = "AUCTION"


class CancelReason(StrEnum):
    # Said by whoever sends the cancel.
    REQUESTED = "REQUESTED"
    ACCOUNT_RESTRICTED = "ACCOUNT_RESTRICTED"
    OPERATOR = "OPERATOR"
    DISCONNECTED = "DISCONNECTED"
    # Said by the engine.
    IOC_REMAINDER = "IOC_REMAINDER"
    FOK_UNFILLED = "FOK_UNFILLED"
    MIN_QTY_UNMET = "MIN_QTY_UNMET"
    PROTECTION_REACHED = "PROTECTION_REACHED"  # rest of a market order: book empty or collar met
    BAND_REACHED = "BAND_REACHED"  # rest of an order that cannot wait, at the edge of a price band
    SELF_TRADE = "SELF_TRADE"
    LINKED = "LINKED"  # the other leg of its pair was filled, triggered or ended
    AUCTION_REMAINDER = "AUCTION_REMAINDER"
    NO_AUCTION_AHEAD = "NO_AUCTION_AHEAD"


class RestateReason(StrEnum):
    """Why the engine changed an order's terms of its own (FIX ExecRestatementReason, 378)."""

    TRAILED = "TRAILED"
    SELF_TRADE = "SELF_TRADE"
    LINKED = "LINKED"


class RejectReason(StrEnum):
    """After FIX OrdRejReason (103) and CxlRejReason (102)."""

    HALTED = "HALTED"
    CLOSED = "CLOSED"
    NOT_IN_THIS_PHASE = "NOT_IN_THIS_PHASE"
    # An order of this id is working. Finished ones are forgotten: the order table's key covers those.
    DUPLICATE_ORDER = "DUPLICATE_ORDER"
    # A combination docs/rules/order-types.md does not name.
    UNSUPPORTED_ORDER = "UNSUPPORTED_ORDER"
    QTY_NOT_POSITIVE = "QTY_NOT_POSITIVE"
    QTY_ABOVE_MAX = "QTY_ABOVE_MAX"
    PRICE_OUT_OF_RANGE = "PRICE_OUT_OF_RANGE"
    PRICE_OUTSIDE_BAND = "PRICE_OUTSIDE_BAND"
    NO_PROTECTION_PX = "NO_PROTECTION_PX"  # an order without a limit must carry its worst price
    ALREADY_EXPIRED = "ALREADY_EXPIRED"
    NO_AUCTION_AHEAD = "NO_AUCTION_AHEAD"
    POST_ONLY_WOULD_TRADE = "POST_ONLY_WOULD_TRADE"
    LINKED_ORDER = "LINKED_ORDER"  # the leg of a pair cannot be replaced
    LINKED_ORDER_GONE = "LINKED_ORDER_GONE"
    # The order is not working (any more). The engine keeps working orders only, so that its state
    # is bounded by the book; entry has seen the order's row, so an id absent here has finished.
    TOO_LATE = "TOO_LATE"
    UNKNOWN_ORDER = "UNKNOWN_ORDER"  # the order is another account's, and that is all we tell
    QTY_NOT_ABOVE_CUM = "QTY_NOT_ABOVE_CUM"  # a replace down to what has traded is a cancel
    NOTHING_CHANGED = "NOTHING_CHANGED"
    QUARANTINED = "QUARANTINED"  # four eyes took the command out of the fold
