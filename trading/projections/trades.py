"""Trades: executions, what they make of their orders, and what becomes of both when a trade is broken."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db import connection

from trading import bulk
from trading.engine import (
    Event,
    FeeTerms,
    MatchType,
    Side,
    TradeBusted,
    TradeCorrected,
    Traded,
    fee_of_correction,
    fee_of_execution,
)
from trading.models import Execution, FeeSchedule, Listing, Order, OrdStatus
from trading.projections.batch import Batch

Liquidity, Status = Execution.Liquidity, Execution.Status

# Why an order is canceled that was filled, but for a trade that was taken back (BUST-003).
TRADE_BROKEN = "TRADE_BROKEN"


def fee_terms(orders: Iterable[Order]) -> dict[int | None, FeeTerms]:
    ids = {order.fee_schedule_id for order in orders if order.fee_schedule_id is not None}
    return {row.pk: row.terms for row in FeeSchedule.objects.filter(pk__in=ids)} if ids else {}


def broken(listing: Listing, events: Sequence[Event]) -> dict[int, list[Execution]]:
    """Both executions of every trade these events take back or correct."""
    found: dict[int, list[Execution]] = {
        event.trade_seq: [] for event in events if isinstance(event, TradeBusted | TradeCorrected)
    }
    if found:
        for row in Execution.objects.filter(listing=listing, trade_seq__in=found).order_by("side"):
            found[row.trade_seq].append(row)
    return found


def fold_trade(event: Traded, at: datetime, batch: Batch) -> None:
    listing, effects = batch.listing, batch.effects
    maker_side = Side.SELL if event.taker_side == Side.BUY else Side.BUY
    value = event.price * event.qty
    amount = listing.cents(value)
    in_auction = event.match_type == MatchType.AUCTION
    for order_id, side, leaves_qty, liquidity in (
        (event.maker_order_id, maker_side, event.maker_leaves_qty, Liquidity.MAKER),
        (event.taker_order_id, event.taker_side, event.taker_leaves_qty, Liquidity.TAKER),
    ):
        order = batch.orders[order_id]
        execution = Execution(
            listing_id=listing.pk, trade_seq=event.seq, side=side, order_id=order_id,
            account_id=order.account_id, last_px=event.price, last_qty=event.qty, amount=amount,
            liquidity=Liquidity.AUCTION if in_auction else liquidity, at=at,
        )  # fmt: skip
        order.leaves_qty = leaves_qty
        order.count(execution.liquidity, event.qty, value)
        terms = batch.fees.get(order.fee_schedule_id)
        execution.fee = fee_of_execution(side, terms, order.paid(listing), amount)
        order.fee += execution.fee
        order.ord_status, order.text = _status(order)
        order.updated_at = at
        batch.moves.pend(execution)
        effects.executions.append(execution)
        effects.concern(order.account_id, event)
    state = listing.market
    state.last_px, state.last_qty, state.last_at = event.price, event.qty, at
    effects.trades.append(event)


def fold_break(event: TradeBusted | TradeCorrected, at: datetime, batch: Batch) -> None:
    """Take both sides back; corrected, they trade anew as if they came last."""
    effects = batch.effects
    buyer, seller = batch.broken[event.trade_seq]
    for execution in (buyer, seller):
        order = batch.orders[execution.order_id]
        batch.moves.pend(execution, -1)
        order.count(execution.liquidity, -execution.last_qty, -execution.last_px * execution.last_qty)
        order.fee -= execution.fee
        if isinstance(event, TradeBusted):
            execution.status = Status.BUSTED
        else:
            _correct(execution, order, event, batch)
        if order.ord_status in (OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED, OrdStatus.FILLED):
            order.ord_status, order.text = _status(order)
        order.updated_at = at
        effects.executions.append(execution)
        effects.concern(order.account_id, event)
    effects.breaks.append(event)


def _correct(execution: Execution, order: Order, event: TradeCorrected, batch: Batch) -> None:
    value, before = event.price * event.qty, execution.amount
    execution.status, execution.last_px, execution.last_qty = Status.CORRECTED, event.price, event.qty
    execution.amount = batch.listing.cents(value)
    order.count(execution.liquidity, event.qty, value)
    execution.fee = fee_of_correction(
        Side(execution.side), batch.fees.get(order.fee_schedule_id),
        order.paid(batch.listing), execution.amount, before, execution.fee,
    )  # fmt: skip
    order.fee += execution.fee
    batch.moves.pend(execution)


def _status(order: Order) -> tuple[str, str]:
    """(ord_status, text) of an order by what it has traded.

    Of a broken trade, or of what self-trade prevention took off, nothing goes back to work: an order that
    has not traded all it wanted is not filled.
    """
    if order.leaves_qty:
        return (OrdStatus.PARTIALLY_FILLED if order.cum_qty else OrdStatus.NEW), order.text
    if order.cum_qty == order.order_qty:
        return OrdStatus.FILLED, ""
    return OrdStatus.CANCELED, order.text or TRADE_BROKEN


def write(executions: Sequence[Execution], broken: Collection[Sequence[Execution]]) -> None:
    made = [execution for execution in executions if execution.pk is None]
    if made:
        columns = [f.attname for f in Execution._meta.concrete_fields]
        for execution, pk in zip(made, _reserve_ids(len(made)), strict=True):
            execution.pk = pk
        bulk.copy(Execution, columns, [[getattr(e, name) for name in columns] for e in made])
    for execution in (row for sides in broken for row in sides):
        execution.save(update_fields=["status", "last_px", "last_qty", "amount", "fee"])


def _reserve_ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('trading_execution', 'id')) FROM generate_series(1, %s)",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]
