"""What a listing's rows should say, folded from its commands and events."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal import clock
from trading import selectors
from trading.engine import (
    Event,
    ListingConfigured,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderRejected,
    OrderReplaced,
    Side,
    Traded,
    TradingHalted,
    TradingResumed,
    required_hold,
)
from trading.journal import Recorded
from trading.models import WORKING, Execution, Listing, OrdStatus
from trading.verification.findings import Row


@dataclass(slots=True)
class ExpectedOrder:
    account_id: int
    cl_ord_id: str | None
    side: str
    ord_type: str
    time_in_force: str
    order_qty: int
    price: int | None
    protection_px: int | None
    expire_at: datetime | None
    leaves_qty: int
    hold: int
    created_at: datetime
    updated_at: datetime
    ord_status: str = OrdStatus.PENDING_NEW
    cum_qty: int = 0
    traded_value: int = 0
    text: str = ""

    COLUMNS = (
        "account_id", "cl_ord_id", "side", "ord_type", "time_in_force", "order_qty", "price", "protection_px",
        "expire_at", "leaves_qty", "hold", "created_at", "updated_at", "ord_status", "cum_qty",
        "traded_value", "text",
    )  # fmt: skip

    def row(self, tick_lot_cents: int) -> Row:
        found = {column: getattr(self, column) for column in self.COLUMNS}
        if self.ord_status != OrdStatus.PENDING_NEW:
            found["hold"] = self._hold(tick_lot_cents)
        return found

    def _hold(self, tick_lot_cents: int) -> int:
        if self.ord_status not in WORKING:
            return 0
        price = self.price if self.price is not None else self.protection_px
        assert price is not None
        return required_hold(Side(self.side), price, self.leaves_qty, tick_lot_cents)


class Expected:
    """The rows of one listing. Each side of a trade is handed on as soon as it is known."""

    def __init__(self, listing: Listing, execution: Callable[[tuple[int, str], Row], None]) -> None:
        self.orders: dict[int, ExpectedOrder] = {}
        self.streams: dict[int, int] = {}  # account: the last event that concerned it
        self.candles: dict[tuple[str, datetime], list[int]] = {}
        self.market: Row = {
            "state": "CONTINUOUS", "halt_code": "", "halt_note": "", "halted_at": None,
            "last_px": None, "last_qty": None, "last_at": None,
        }  # fmt: skip
        self.tick_lot_cents = 0
        self._listing = listing
        self._execution = execution

    def enter(self, recorded: Recorded, cl_ord_id: str | None) -> None:
        """An order's row is born with its command."""
        if recorded.kind != "NewOrder":
            return
        assert recorded.order_id is not None
        assert recorded.account_id is not None
        terms = recorded.payload
        self.orders[recorded.order_id] = ExpectedOrder(
            account_id=recorded.account_id,
            cl_ord_id=cl_ord_id,
            side=terms["side"],
            ord_type=terms["ord_type"],
            time_in_force=terms["time_in_force"],
            order_qty=terms["order_qty"],
            price=terms["price"],
            protection_px=terms["protection_px"],
            expire_at=clock.moment(terms["expire_at"]) if terms["expire_at"] else None,
            leaves_qty=terms["order_qty"],
            hold=recorded.hold,
            created_at=recorded.received_at,
            updated_at=recorded.received_at,
        )

    def fold(self, event: Event) -> None:
        at = clock.moment(event.at)
        match event:
            case ListingConfigured():
                self.tick_lot_cents = event.tick_lot_cents
            case TradingHalted():
                self.market |= {
                    "state": "HALTED", "halt_code": event.reason_code, "halt_note": event.note,
                    "halted_at": at,
                }  # fmt: skip
            case TradingResumed():
                self.market |= {"state": "CONTINUOUS", "halt_code": "", "halt_note": "", "halted_at": None}
            case Traded():
                self._trade(event, at)
            case _ if (order_id := getattr(event, "order_id", None)) is not None:
                self._change(event, self.orders[order_id], at)

    def _change(self, event: Any, order: ExpectedOrder, at: datetime) -> None:
        match event:
            case OrderAccepted():
                order.ord_status = OrdStatus.NEW
            case OrderRejected():
                order.ord_status, order.leaves_qty, order.text = OrdStatus.REJECTED, 0, event.reason
            case OrderCanceled():
                order.ord_status, order.leaves_qty, order.text = OrdStatus.CANCELED, 0, event.reason
            case OrderExpired():
                order.ord_status, order.leaves_qty = OrdStatus.EXPIRED, 0
            case OrderReplaced():
                order.price, order.order_qty = event.price, event.order_qty
                order.leaves_qty = event.leaves_qty
        order.updated_at = at
        self.streams[order.account_id] = event.seq

    def _trade(self, trade: Traded, at: datetime) -> None:
        maker_side = Side.SELL if trade.taker_side == Side.BUY else Side.BUY
        sides = {
            maker_side: ("MAKER", trade.maker_order_id, trade.maker_account_id, trade.maker_leaves_qty),
            trade.taker_side: ("TAKER", trade.taker_order_id, trade.taker_account_id, trade.taker_leaves_qty),
        }
        for side in (Side.BUY, Side.SELL):
            liquidity, order_id, account_id, leaves_qty = sides[side]
            order = self.orders[order_id]
            order.cum_qty += trade.qty
            order.leaves_qty = leaves_qty
            order.traded_value += trade.price * trade.qty
            order.ord_status = OrdStatus.PARTIALLY_FILLED if leaves_qty else OrdStatus.FILLED
            order.updated_at = at
            self.streams[account_id] = trade.seq
            self._execution(
                (trade.seq, side),
                {
                    "order_id": order_id,
                    "account_id": account_id,
                    "last_px": trade.price,
                    "last_qty": trade.qty,
                    "amount": trade.price * trade.qty * self.tick_lot_cents,
                    "liquidity": Execution.Liquidity(liquidity),
                    "at": at,
                },
            )
        self.market |= {"last_px": trade.price, "last_qty": trade.qty, "last_at": at}
        minute, day = at.replace(second=0, microsecond=0), selectors.day_start(self._listing.time_zone, at)
        for key in (("1m", minute), ("1d", day)):
            self._candle(key, trade.price, trade.qty)

    def _candle(self, key: tuple[str, datetime], price: int, qty: int) -> None:
        _, high, low, _, volume, value = candle = self.candles.setdefault(key, [price] * 4 + [0, 0])
        candle[1:] = [max(high, price), min(low, price), price, volume + qty, value + price * qty]
