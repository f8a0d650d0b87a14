# The journal's models are left out on purpose: only trading.journal (and the read-only admin) names them.
from trading.models import journal as _journal  # noqa: F401
from trading.models.calendars import Calendar, CalendarDay
from trading.models.fees import FeeSchedule
from trading.models.ledger import CASH, Asset, Balance, Transfer
from trading.models.listings import Listing, MarketState
from trading.models.market_data import Auction, Candle
from trading.models.orders import WORKING, AccountStream, Execution, Order, OrdStatus
from trading.models.sessions import DisconnectGuard
from trading.models.settlement import Cursor, TradeBreak

__all__ = [
    "CASH",
    "WORKING",
    "AccountStream",
    "Asset",
    "Auction",
    "Balance",
    "Calendar",
    "CalendarDay",
    "Candle",
    "Cursor",
    "DisconnectGuard",
    "Execution",
    "FeeSchedule",
    "Listing",
    "MarketState",
    "OrdStatus",
    "Order",
    "TradeBreak",
    "Transfer",
]
