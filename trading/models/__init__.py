# The journal's models are left out on purpose: only trading.journal (and the read-only admin) names them.
from trading.models import journal as _journal  # noqa: F401
from trading.models.calendars import Calendar, CalendarDay
from trading.models.cash import (
    BankAccount,
    BankEntry,
    BankStatement,
    CapitalFigures,
    Dividend,
    DividendPayment,
    Withdrawal,
)
from trading.models.fees import FeeSchedule
from trading.models.ledger import CASH, Asset, Balance, Transfer
from trading.models.listings import Custodian, Listing, MarketState
from trading.models.lots import Lot, LotChoice, LotEntry
from trading.models.market_data import Auction, Candle
from trading.models.orders import WORKING, AccountStream, Execution, Order, OrdStatus
from trading.models.reconciliation import BREAKS, Case, PositionFile, PositionLine, Reconciliation
from trading.models.sessions import DisconnectGuard
from trading.models.settlement import (
    BREAKABLE,
    PENDING,
    Cursor,
    CustodianMessage,
    Instruction,
    SettlementState,
    SettlementStep,
    TradeBreak,
)

__all__ = [
    "BREAKABLE",
    "BREAKS",
    "CASH",
    "PENDING",
    "WORKING",
    "AccountStream",
    "Asset",
    "Auction",
    "Balance",
    "BankAccount",
    "BankEntry",
    "BankStatement",
    "Calendar",
    "CalendarDay",
    "Candle",
    "CapitalFigures",
    "Case",
    "Cursor",
    "Custodian",
    "CustodianMessage",
    "DisconnectGuard",
    "Dividend",
    "DividendPayment",
    "Execution",
    "FeeSchedule",
    "Instruction",
    "Listing",
    "Lot",
    "LotChoice",
    "LotEntry",
    "MarketState",
    "OrdStatus",
    "Order",
    "PositionFile",
    "PositionLine",
    "Reconciliation",
    "SettlementState",
    "SettlementStep",
    "TradeBreak",
    "Transfer",
    "Withdrawal",
]
