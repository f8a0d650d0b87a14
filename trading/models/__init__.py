# The journal's models are left out on purpose: only trading.journal (and the read-only admin) names them.
from trading.models import journal as _journal  # noqa: F401
from trading.models.ledger import CASH, Asset, Balance, Transfer
from trading.models.listings import Listing, MarketState
from trading.models.market_data import Candle
from trading.models.orders import WORKING, AccountStream, Execution, Order, OrdStatus
from trading.models.settlement import Cursor

__all__ = [
    "CASH",
    "WORKING",
    "AccountStream",
    "Asset",
    "Balance",
    "Candle",
    "Cursor",
    "Execution",
    "Listing",
    "MarketState",
    "OrdStatus",
    "Order",
    "Transfer",
]
