"""What a listing's rows should say, folded from its commands and events."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal import clock
from trading import selectors
from trading.engine import (
    AuctionUncrossed,
    Event,
    FeeTerms,
    ListingConfigured,
    Market,
    MassCanceled,
    MatchType,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderRejected,
    OrderReplaced,
    OrderRestated,
    OrderTriggered,
    OrdType,
    Paid,
    Phase,
    PhaseChanged,
    ScheduleSet,
    Side,
    TradeBusted,
    TradeCorrected,
    Traded,
    TradingHalted,
    TradingResumed,
    fee_of_correction,
    fee_of_execution,
    required_hold,
)
from trading.journal import Recorded
from trading.models import WORKING, Execution, FeeSchedule, Listing, OrdStatus
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
    stop_px: int | None
    trail: int | None
    display_qty: int | None
    min_qty: int | None
    post_only: str
    self_trade: str
    linked_order_id: int | None
    fee_schedule_id: int | None
    leaves_qty: int
    hold: int
    created_at: datetime
    updated_at: datetime
    triggered_at: datetime | None = None
    ord_status: str = OrdStatus.PENDING_NEW
    cum_qty: int = 0
    traded_value: int = 0
    maker_value: int = 0
    taker_value: int = 0
    auction_value: int = 0
    fee: int = 0
    text: str = ""

    def count(self, liquidity: str, price: int, qty: int) -> None:
        self.cum_qty += qty
        self.traded_value += price * qty
        match liquidity:
            case "MAKER":
                self.maker_value += price * qty
            case "TAKER":
                self.taker_value += price * qty
            case "AUCTION":
                self.auction_value += price * qty

    def paid(self, tick_lot_cents: int) -> Paid:
        return Paid(
            self.maker_value * tick_lot_cents, self.taker_value * tick_lot_cents,
            self.auction_value * tick_lot_cents, self.fee,
        )  # fmt: skip

    def settle_status(self) -> None:
        if self.leaves_qty:
            self.ord_status = OrdStatus.PARTIALLY_FILLED if self.cum_qty else OrdStatus.NEW
        elif self.cum_qty == self.order_qty:
            self.ord_status, self.text = OrdStatus.FILLED, ""
        else:  # what was taken back, or off, is not put back to work (BUST-003, STPR-006)
            self.ord_status, self.text = OrdStatus.CANCELED, self.text or "TRADE_BROKEN"

    @property
    def worst_price(self) -> int:
        price = self.price if self.price is not None else self.protection_px
        assert price is not None
        return price


_KEPT = tuple(ExpectedOrder.__dataclass_fields__)
ORDER_COLUMNS = (*_KEPT, "displayed_qty", "queued_seq")


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a trade that is to be broken, until it is."""

    order: ExpectedOrder
    side: Side
    row: Row


class Expected:
    """The rows of one listing. Each side of a trade is handed on as soon as it is known how it stands in
    the end: those behind one that is to be broken wait for the event that breaks it."""

    def __init__(
        self,
        listing: Listing,
        execution: Callable[[tuple[int, str], Row], None],
        breaks: Mapping[Any, Recorded],
    ) -> None:
        self.orders: dict[int, ExpectedOrder] = {}
        self.streams: dict[int, int] = {}  # account: the last event that concerned it
        self.candles: dict[tuple[str, datetime], list[int]] = {}
        self.auctions: list[tuple[int, Row]] = []
        self.market: Row = {
            "state": "CONTINUOUS", "phase_since": None, "phase_until": None, "schedule_until": None,
            "halt_code": "", "halt_note": "", "halted_at": None, "resume_at": None,
            "last_px": None, "last_qty": None, "last_at": None,
        }  # fmt: skip
        self.tick_lot_cents = 0
        self._listing = listing
        self._execution = execution
        self._fees = {row.pk: row.terms for row in FeeSchedule.objects.all()}
        self._breaks = breaks  # by trade: the command that takes it back or corrects it
        self._unbroken: dict[int, list[_Side]] = {}  # what is to be broken, and is not yet
        self._waiting: deque[tuple[tuple[int, str], Row]] = deque()

    def enter(self, recorded: Recorded, cl_ord_id: str | None) -> None:
        """An order's row is born with its command."""
        if recorded.kind != "NewOrder":
            return
        assert recorded.order_id is not None
        assert recorded.account_id is not None
        terms = recorded.payload
        conditions = terms["conditions"] or {}
        stop_leg = conditions.get("linked_order_id")
        if stop_leg is not None:
            self.orders[stop_leg].linked_order_id = recorded.order_id
        self.orders[recorded.order_id] = ExpectedOrder(
            account_id=recorded.account_id,
            cl_ord_id=cl_ord_id,
            side=terms["side"],
            ord_type=terms["ord_type"],
            time_in_force=terms["time_in_force"],
            order_qty=terms["order_qty"],
            price=terms["price"],
            protection_px=terms["protection_px"],
            expire_at=_moment(terms["expire_at"]),
            stop_px=conditions.get("stop_px"),
            trail=conditions.get("trail"),
            display_qty=conditions.get("display_qty"),
            min_qty=conditions.get("min_qty"),
            post_only=conditions.get("post_only") or "",
            self_trade=terms["self_trade"],
            linked_order_id=stop_leg,
            fee_schedule_id=terms["fee_schedule_id"],
            leaves_qty=terms["order_qty"],
            hold=recorded.hold,
            created_at=recorded.received_at,
            updated_at=recorded.received_at,
        )

    def order_rows(self, market: Market) -> Iterator[tuple[int, Row]]:
        for pk, order in sorted(self.orders.items()):
            row = {column: getattr(order, column) for column in _KEPT}
            if order.ord_status != OrdStatus.PENDING_NEW:
                row["hold"] = self._hold(order) if order.ord_status in WORKING else 0
            working = market.working(pk)
            row["displayed_qty"] = market.displayed_qty(pk)
            row["queued_seq"] = working.queued if working else None
            yield pk, row

    def _hold(self, order: ExpectedOrder) -> int:
        stop_leg_price = None
        if order.linked_order_id is not None and order.ord_type == OrdType.LIMIT:
            stop_leg_price = self.orders[order.linked_order_id].worst_price
        return required_hold(
            Side(order.side), order.worst_price, order.leaves_qty, self.tick_lot_cents,
            self._terms(order), order.paid(self.tick_lot_cents), stop_leg_price,
        )  # fmt: skip

    def _terms(self, order: ExpectedOrder) -> FeeTerms | None:
        return None if order.fee_schedule_id is None else self._fees[order.fee_schedule_id]

    def fold(self, event: Event) -> None:
        at = clock.moment(event.at)
        match event:
            case ListingConfigured():
                self.tick_lot_cents = event.tick_lot_cents
                self.market["phase_since"] = self.market["phase_since"] or at
            case ScheduleSet():
                self.market["schedule_until"] = _moment(event.last_at)
            case PhaseChanged():
                self._enter(event.phase, at, event.until)
            case TradingHalted():
                self._enter(Phase.HALTED, at, event.resume_at)
                self.market |= {
                    "halt_code": event.reason_code, "halt_note": event.note, "halted_at": at,
                    "resume_at": _moment(event.resume_at),
                }  # fmt: skip
            case TradingResumed():
                self._enter(event.phase, at, event.until)
                self.market |= {"halt_code": "", "halt_note": "", "halted_at": None, "resume_at": None}
            case AuctionUncrossed():
                self._auction(event, at)
            case Traded():
                self._trade(event, at)
            case TradeBusted() | TradeCorrected():
                self._break(event, at)
            case MassCanceled(account_id=account_id) if account_id is not None:
                self.streams[account_id] = event.seq
            case _ if (order_id := getattr(event, "order_id", None)) is not None:
                self._change(event, self.orders[order_id], at)

    def _enter(self, phase: Phase, at: datetime, until: int | None) -> None:
        if self.market["state"] != phase:
            self.market |= {"state": phase.value, "phase_since": at}
        self.market["phase_until"] = _moment(until)

    def _auction(self, event: AuctionUncrossed, at: datetime) -> None:
        row = {
            "call": event.call.value, "at": at, "price": event.price, "volume": event.volume,
            "surplus_side": event.surplus_side or "", "surplus_qty": event.surplus_qty,
        }  # fmt: skip
        self.auctions.append((event.seq, row))

    def _change(self, event: Any, order: ExpectedOrder, at: datetime) -> None:
        match event:
            case OrderAccepted():
                order.ord_status, order.price = OrdStatus.NEW, event.price
            case OrderRejected():
                order.ord_status, order.leaves_qty, order.text = OrdStatus.REJECTED, 0, event.reason
            case OrderCanceled():
                order.ord_status, order.leaves_qty, order.text = OrdStatus.CANCELED, 0, event.reason
            case OrderExpired():
                order.ord_status, order.leaves_qty = OrdStatus.EXPIRED, 0
            case OrderTriggered():
                order.triggered_at = at
            case OrderRestated():
                order.order_qty, order.leaves_qty = event.order_qty, event.leaves_qty
                order.stop_px = event.stop_px
                if event.reason == "SELF_TRADE":
                    order.text = event.reason
            case OrderReplaced():
                order.price, order.stop_px = event.price, event.stop_px
                order.protection_px = event.protection_px
                order.order_qty, order.leaves_qty = event.order_qty, event.leaves_qty
        order.updated_at = at
        self.streams[order.account_id] = event.seq

    def _trade(self, trade: Traded, at: datetime) -> None:
        maker_side = Side.SELL if trade.taker_side == Side.BUY else Side.BUY
        sides = {
            maker_side: ("MAKER", trade.maker_order_id, trade.maker_leaves_qty),
            trade.taker_side: ("TAKER", trade.taker_order_id, trade.taker_leaves_qty),
        }
        amount = trade.price * trade.qty * self.tick_lot_cents
        for side in (Side.BUY, Side.SELL):
            liquidity, order_id, leaves_qty = sides[side]
            if trade.match_type == MatchType.AUCTION:
                liquidity = "AUCTION"
            order = self.orders[order_id]
            order.leaves_qty = leaves_qty
            order.count(liquidity, trade.price, trade.qty)
            fee = fee_of_execution(side, self._terms(order), order.paid(self.tick_lot_cents), amount)
            order.fee += fee
            order.settle_status()
            order.updated_at = at
            self.streams[order.account_id] = trade.seq
            row: Row = {
                "order_id": order_id, "account_id": order.account_id, "last_px": trade.price,
                "last_qty": trade.qty, "amount": amount, "fee": fee, "liquidity": liquidity,
                "status": Execution.Status.TRADED, "at": at,
            }  # fmt: skip
            if trade.seq in self._breaks:
                self._unbroken.setdefault(trade.seq, []).append(_Side(order, side, row))
            self._waiting.append(((trade.seq, side), row))
        self._hand_on()
        self._tape(trade, at)

    def _break(self, event: TradeBusted | TradeCorrected, at: datetime) -> None:
        for side in self._unbroken.pop(event.trade_seq):
            order, row = side.order, side.row
            order.count(row["liquidity"], row["last_px"], -row["last_qty"])
            order.fee -= row["fee"]
            if isinstance(event, TradeBusted):
                row["status"] = Execution.Status.BUSTED
            else:
                self._correct(side, event)
            if order.ord_status in (OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED, OrdStatus.FILLED):
                order.settle_status()
            order.updated_at = at
            self.streams[order.account_id] = event.seq
        self._hand_on()

    def _correct(self, side: _Side, event: TradeCorrected) -> None:
        order, row = side.order, side.row
        amount = event.price * event.qty * self.tick_lot_cents
        order.count(row["liquidity"], event.price, event.qty)
        paid = order.paid(self.tick_lot_cents)
        fee = fee_of_correction(side.side, self._terms(order), paid, amount, row["amount"], row["fee"])
        order.fee += fee
        row |= {
            "status": Execution.Status.CORRECTED, "last_px": event.price, "last_qty": event.qty,
            "amount": amount, "fee": fee,
        }  # fmt: skip

    def _hand_on(self) -> None:
        while self._waiting and self._waiting[0][0][0] not in self._unbroken:
            self._execution(*self._waiting.popleft())

    def _tape(self, trade: Traded, at: datetime) -> None:
        """Candles and the last price are of what stands in the end (BUST-005)."""
        price, qty = trade.price, trade.qty
        if (broken := self._breaks.get(trade.seq)) is not None:
            if broken.kind == "BustTrade":
                return
            price, qty = broken.payload["price"], broken.payload["qty"]
        self.market |= {"last_px": price, "last_qty": qty, "last_at": at}
        minute, day = at.replace(second=0, microsecond=0), selectors.day_start(self._listing.time_zone, at)
        for key in (("1m", minute), ("1d", day)):
            self._candle(key, price, qty)

    def _candle(self, key: tuple[str, datetime], price: int, qty: int) -> None:
        _, high, low, _, volume, value = candle = self.candles.setdefault(key, [price] * 4 + [0, 0])
        candle[1:] = [max(high, price), min(low, price), price, volume + qty, value + price * qty]


def _moment(at: int | None) -> datetime | None:
    return None if at is None else clock.moment(at)
