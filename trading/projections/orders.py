"""Orders: what the events of a batch make of their rows, and what each holds behind them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection

from trading.engine import (
    Event,
    Market,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderRejected,
    OrderReplaced,
    OrderRestated,
    OrderTriggered,
    OrdType,
    RestateReason,
    Side,
    Traded,
    required_hold,
)
from trading.journal import Journaled
from trading.models import WORKING, Execution, Order, OrdStatus
from trading.projections.batch import Batch


def touched(
    commands: Sequence[Journaled], events: Sequence[Event], broken: Iterable[Execution]
) -> dict[int, Order]:
    """The orders the batch is about, and the stop legs that limit legs among them hold beside."""
    ids = {journaled.order_id for journaled in commands if journaled.order_id is not None}
    ids |= {execution.order_id for execution in broken}
    for event in events:
        if isinstance(event, Traded):
            ids.add(event.maker_order_id)
            ids.add(event.taker_order_id)
        elif (order_id := getattr(event, "order_id", None)) is not None:
            ids.add(order_id)
    orders = Order.objects.in_bulk(ids)
    legs = {order.linked_order_id for order in orders.values() if _is_limit_leg(order)} - orders.keys()
    return orders | Order.objects.in_bulk(legs) if legs else orders


def fold(order_id: int, event: Event, at: datetime, batch: Batch) -> None:
    order = batch.orders[order_id]
    match event:
        case OrderAccepted():
            # A post-only order may have slid.
            order.ord_status, order.price = OrdStatus.NEW, event.price
        case OrderRejected(reason=reason):
            order.ord_status, order.leaves_qty, order.text = OrdStatus.REJECTED, 0, reason
        case OrderCanceled(reason=reason):
            order.ord_status, order.leaves_qty, order.text = OrdStatus.CANCELED, 0, reason
        case OrderExpired():
            order.ord_status, order.leaves_qty = OrdStatus.EXPIRED, 0
        case OrderTriggered():
            order.triggered_at = at
        case OrderRestated():
            order.order_qty, order.leaves_qty, order.stop_px = (
                event.order_qty, event.leaves_qty, event.stop_px,
            )  # fmt: skip
            if event.reason is RestateReason.SELF_TRADE:
                order.text = event.reason
        case OrderReplaced():
            order.order_qty, order.leaves_qty, order.price = event.order_qty, event.leaves_qty, event.price
            order.stop_px, order.protection_px = event.stop_px, event.protection_px
    order.updated_at = at
    batch.effects.concern(order.account_id, event)


def hold(batch: Batch) -> None:
    """Let every order hold what it needs now, no more and no less."""
    for order in batch.orders.values():
        needed = _needed(order, batch) if order.ord_status in WORKING else 0
        batch.moves.release(order, order.hold - needed)
        order.hold = needed


def show(batch: Batch, market: Market) -> None:
    """What the book shows of each order now (MKTD-002), and where it stands in its queue."""
    for order in batch.orders.values():
        working = market.working(order.pk)
        order.displayed_qty = market.displayed_qty(order.pk)
        order.queued_seq = working.queued if working else None


def _needed(order: Order, batch: Batch) -> int:
    leg = batch.orders[order.linked_order_id or 0] if _is_limit_leg(order) else None
    return required_hold(
        Side(order.side), order.worst_price, order.leaves_qty, batch.listing.tick_lot_cents,
        batch.fees.get(order.fee_schedule_id), order.paid(batch.listing), leg.worst_price if leg else None,
    )  # fmt: skip


def _is_limit_leg(order: Order) -> bool:
    return order.linked_order_id is not None and order.ord_type == OrdType.LIMIT


_COLUMNS = {
    "ord_status": "text", "cum_qty": "bigint", "leaves_qty": "bigint", "displayed_qty": "bigint",
    "queued_seq": "bigint", "traded_value": "bigint", "maker_value": "bigint", "taker_value": "bigint",
    "auction_value": "bigint", "fee": "bigint", "order_qty": "bigint", "price": "bigint",
    "stop_px": "bigint", "protection_px": "bigint", "triggered_at": "timestamptz", "hold": "bigint",
    "text": "text", "updated_at": "timestamptz",
}  # fmt: skip


def write(orders: Iterable[Order]) -> None:
    rows = sorted(orders, key=lambda order: order.pk)
    if not rows:
        return
    names = ", ".join(_COLUMNS)
    arrays = ", ".join(f"%s::{type_}[]" for type_ in _COLUMNS.values())
    assignments = ", ".join(f"{name} = d.{name}" for name in _COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE trading_order o SET {assignments} FROM unnest(%s::bigint[], {arrays}) AS d(id, {names}) "
            "WHERE o.id = d.id",
            [[o.pk for o in rows], *([getattr(o, name) for o in rows] for name in _COLUMNS)],
        )
