"""Projections: what a batch of events makes of orders, executions, balances, candles and the market.

The only module that changes orders after entry. Everything is written by sets, in the transaction of the
events, and balances come last (ARCHITECTURE: lock order): a market maker's balance rows held through a
whole drain would stop order entry for that long.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection

from portal import clock
from trading import balances, bulk, selectors
from trading.engine import (
    Event,
    Market,
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
from trading.journal import Journaled
from trading.models import (
    CASH,
    WORKING,
    AccountStream,
    Candle,
    Execution,
    Listing,
    MarketState,
    Order,
    OrdStatus,
)


@dataclass(slots=True)
class Effects:
    """What a batch changed, for the feed."""

    orders: dict[int, Order]
    executions: list[Execution] = field(default_factory=list)
    trades: list[Traded] = field(default_factory=list)
    # The events that concerned each account, and the last event before them that did.
    concerned: dict[int, list[Event]] = field(default_factory=dict)
    previous: dict[int, int] = field(default_factory=dict)


def project(
    *, listing: Listing, market: Market, commands: Sequence[Journaled], events: Sequence[Event]
) -> Effects:
    """Write what the events of these commands come to; ``market`` stands behind the last of them."""
    state = listing.market
    effects = Effects(orders=_orders_touched(commands, events))
    moves = _Moves(listing)
    for journaled in commands:
        if journaled.kind == "ReplaceOrder" and journaled.hold:
            # What entry reserved for a replace is let go; the order's own hold says what is needed now.
            moves.release(effects.orders[journaled.order_id or 0], journaled.hold)
    for event in events:
        _fold(event, listing, state, effects, moves)
    for order in effects.orders.values():
        needed = 0
        if order.ord_status in WORKING:
            needed = required_hold(
                Side(order.side), order.worst_price, order.leaves_qty, listing.tick_lot_cents
            )
        moves.release(order, order.hold - needed)
        order.hold = needed
    _update_orders(effects.orders.values())
    _insert_executions(effects.executions)
    _add_to_candles(listing, effects.trades)
    _advance_streams(listing, effects)
    _save_market(state, market)
    moves.write()
    return effects


@dataclass(slots=True)
class _Moves:
    """Sums of what moves on each balance."""

    listing: Listing
    held: dict[balances.Place, int] = field(default_factory=dict)
    pending_in: dict[balances.Place, int] = field(default_factory=dict)
    pending_out: dict[balances.Place, int] = field(default_factory=dict)

    def release(self, order: Order, amount: int) -> None:
        asset = CASH if order.side == Side.BUY else self.listing.asset_id
        place = (order.account_id, asset)
        self.held[place] = self.held.get(place, 0) - amount

    def trade(self, buyer: int, seller: int, qty: int, amount: int) -> None:
        token = self.listing.asset_id
        for sums, place, by in (
            (self.pending_out, (buyer, CASH), amount),
            (self.pending_in, (buyer, token), qty),
            (self.pending_out, (seller, token), qty),
            (self.pending_in, (seller, CASH), amount),
        ):
            sums[place] = sums.get(place, 0) + by

    def write(self) -> None:
        places = {
            p for sums in (self.held, self.pending_in, self.pending_out) for p, by in sums.items() if by
        }
        if places:
            balances.lock(places)
            balances.move(held=self.held, pending_in=self.pending_in, pending_out=self.pending_out)


def _orders_touched(commands: Sequence[Journaled], events: Sequence[Event]) -> dict[int, Order]:
    ids = {journaled.order_id for journaled in commands if journaled.order_id is not None}
    for event in events:
        if isinstance(event, Traded):
            ids.add(event.maker_order_id)
            ids.add(event.taker_order_id)
        elif isinstance(event, OrderExpired):
            ids.add(event.order_id)
    return Order.objects.in_bulk(ids)


def _fold(event: Event, listing: Listing, state: MarketState, effects: Effects, moves: _Moves) -> None:
    at = clock.moment(event.at)
    if isinstance(event, Traded):
        _fold_trade(event, at, listing, state, effects, moves)
        return
    if isinstance(event, TradingHalted):
        state.state, state.halt_code, state.halt_note, state.halted_at = (
            "HALTED", event.reason_code, event.note, at,
        )  # fmt: skip
        return
    if isinstance(event, TradingResumed):
        state.state, state.halt_code, state.halt_note, state.halted_at = "CONTINUOUS", "", "", None
        return
    order_id = getattr(event, "order_id", None)
    if order_id is None:
        return
    order = effects.orders[order_id]
    match event:
        case OrderAccepted():
            order.ord_status = OrdStatus.NEW
        case OrderRejected(reason=reason):
            order.ord_status, order.leaves_qty, order.text = OrdStatus.REJECTED, 0, reason
        case OrderCanceled(reason=reason):
            order.ord_status, order.leaves_qty, order.text = OrdStatus.CANCELED, 0, reason
        case OrderExpired():
            order.ord_status, order.leaves_qty = OrdStatus.EXPIRED, 0
        case OrderReplaced():
            order.price, order.order_qty, order.leaves_qty = event.price, event.order_qty, event.leaves_qty
    order.updated_at = at
    effects.concerned.setdefault(order.account_id, []).append(event)


def _fold_trade(
    event: Traded, at: datetime, listing: Listing, state: MarketState, effects: Effects, moves: _Moves
) -> None:
    maker_side = Side.SELL if event.taker_side == Side.BUY else Side.BUY
    amount = listing.cents(event.price * event.qty)
    for order_id, side, leaves, liquidity in (
        (event.maker_order_id, maker_side, event.maker_leaves_qty, Execution.Liquidity.MAKER),
        (event.taker_order_id, event.taker_side, event.taker_leaves_qty, Execution.Liquidity.TAKER),
    ):
        order = effects.orders[order_id]
        order.cum_qty += event.qty
        order.leaves_qty = leaves
        order.traded_value += event.price * event.qty
        order.ord_status = OrdStatus.PARTIALLY_FILLED if leaves else OrdStatus.FILLED
        order.updated_at = at
        effects.executions.append(
            Execution(
                listing_id=listing.pk, trade_seq=event.seq, side=side, order_id=order_id,
                account_id=order.account_id, last_px=event.price, last_qty=event.qty, amount=amount,
                liquidity=liquidity, at=at,
            )
        )  # fmt: skip
        concerned = effects.concerned.setdefault(order.account_id, [])
        if not concerned or concerned[-1] is not event:
            concerned.append(event)
    makers, takers = event.maker_account_id, event.taker_account_id
    buyer, seller = (takers, makers) if event.taker_side == Side.BUY else (makers, takers)
    moves.trade(buyer, seller, event.qty, amount)
    state.last_px, state.last_qty, state.last_at = event.price, event.qty, at
    effects.trades.append(event)


_ORDER_COLUMNS = {
    "ord_status": "text", "cum_qty": "bigint", "leaves_qty": "bigint", "traded_value": "bigint",
    "order_qty": "bigint", "price": "bigint", "hold": "bigint", "text": "text", "updated_at": "timestamptz",
}  # fmt: skip


def _update_orders(orders: Iterable[Order]) -> None:
    rows = sorted(orders, key=lambda order: order.pk)
    if not rows:
        return
    names = ", ".join(_ORDER_COLUMNS)
    arrays = ", ".join(f"%s::{type_}[]" for type_ in _ORDER_COLUMNS.values())
    assignments = ", ".join(f"{name} = d.{name}" for name in _ORDER_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE trading_order o SET {assignments} FROM unnest(%s::bigint[], {arrays}) AS d(id, {names}) "
            "WHERE o.id = d.id",
            [[o.pk for o in rows], *([getattr(o, name) for o in rows] for name in _ORDER_COLUMNS)],
        )


def _insert_executions(executions: Sequence[Execution]) -> None:
    if not executions:
        return
    columns = [f.attname for f in Execution._meta.concrete_fields if not f.primary_key]
    ids = _reserve_ids(len(executions))
    for execution, pk in zip(executions, ids, strict=True):
        execution.pk = pk
    bulk.copy(
        Execution, ["id", *columns], [[e.pk, *(getattr(e, name) for name in columns)] for e in executions]
    )


def _reserve_ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('trading_execution', 'id')) FROM generate_series(1, %s)",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]


def _add_to_candles(listing: Listing, trades: Sequence[Traded]) -> None:
    candles: dict[tuple[str, datetime], list[int]] = {}
    for trade in trades:
        at = clock.moment(trade.at)
        minute = at - timedelta(seconds=at.second, microseconds=at.microsecond)
        for key in (
            (Candle.Interval.MINUTE.value, minute),
            (Candle.Interval.DAY.value, selectors.day_start(listing.time_zone, at)),
        ):
            px, qty = trade.price, trade.qty
            candle = candles.setdefault(key, [px, px, px, px, 0, 0])
            candle[1], candle[2], candle[3] = max(candle[1], px), min(candle[2], px), px
            candle[4] += qty
            candle[5] += px * qty
    if not candles:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            'INSERT INTO trading_candle AS c (listing_id, "interval", starts_at, open, high, low, close, '
            "volume, value) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) "
            'ON CONFLICT (listing_id, "interval", starts_at) DO UPDATE SET '
            "high = greatest(c.high, excluded.high), low = least(c.low, excluded.low), "
            "close = excluded.close, volume = c.volume + excluded.volume, value = c.value + excluded.value",
            [(listing.pk, interval, start, *values) for (interval, start), values in sorted(candles.items())],
        )


def _advance_streams(listing: Listing, effects: Effects) -> None:
    if not effects.concerned:
        return
    accounts = sorted(effects.concerned)
    rows = AccountStream.objects.filter(listing=listing, account__in=accounts)
    effects.previous = dict(rows.values_list("account_id", "last_seq"))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO trading_accountstream (account_id, listing_id, last_seq) "
            "SELECT a, %s, s FROM unnest(%s::bigint[], %s::bigint[]) AS d(a, s) "
            "ON CONFLICT (account_id, listing_id) DO UPDATE SET last_seq = excluded.last_seq",
            [listing.pk, accounts, [effects.concerned[account][-1].seq for account in accounts]],
        )


def _save_market(state: MarketState, market: Market) -> None:
    state.applied_seq, state.event_seq = market.last_seq, market.event_seq
    state.applied_at = clock.moment(market.last_at)
    state.save(
        update_fields=[
            "applied_seq", "event_seq", "applied_at", "state", "halt_code", "halt_note", "halted_at",
            "last_px", "last_qty", "last_at",
        ]
    )  # fmt: skip
