"""The edge: integers of ticks, lots and cents become decimal strings, the same for REST and sockets."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from trading.engine import Side
from trading.models import CASH, Balance, Execution, Listing, MarketState, Order
from trading.models.listings import plain
from trading.selectors import BookSnapshot, DayStats, Touch

Json = dict[str, Any]


def cash(cents: int) -> str:
    return f"{Decimal(cents) / 100:.2f}"


def price(listing: Listing, ticks: int | None) -> str | None:
    return None if ticks is None else f"{listing.price(ticks):f}"


def quantity(listing: Listing, lots: int | None) -> str | None:
    return None if lots is None else f"{listing.quantity(lots):f}"


def time(at: datetime | None) -> str | None:
    if at is None:
        return None
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def average_price(listing: Listing, value: int, qty: int) -> str | None:
    """Σ price × quantity over quantity, to four places below the tick."""
    if not qty:
        return None
    places = Decimal(1).scaleb(-max(2, -int(listing.tick_size.normalize().as_tuple().exponent)) - 2)
    return f"{(Decimal(value) * listing.tick_size / qty).quantize(places):f}"


def halt(market: MarketState) -> Json | None:
    if market.shown_state == "FAULTED":
        note = "Stopped by a technical fault."
        return {"reason_code": "FAULT", "note": note, "since": time(market.applied_at)}
    if market.halt_code:
        return {"reason_code": market.halt_code, "note": market.halt_note, "since": time(market.halted_at)}
    return None


def stats(listing: Listing, market: MarketState, day: DayStats, touch: Touch) -> Json:
    change = None
    if market.last_px is not None and day.prev_close_px:
        change = market.last_px - day.prev_close_px
    return {
        "last_px": price(listing, market.last_px),
        "last_qty": quantity(listing, market.last_qty),
        "last_at": time(market.last_at),
        "open_px": price(listing, day.open_px),
        "high_px": price(listing, day.high_px),
        "low_px": price(listing, day.low_px),
        "prev_close_px": price(listing, day.prev_close_px),
        "change_px": price(listing, change),
        "change_pct": None
        if change is None or not day.prev_close_px
        else f"{Decimal(change) * 100 / day.prev_close_px:.2f}",
        "volume": quantity(listing, day.volume),
        "bid_px": price(listing, touch.bid_px),
        "bid_qty": quantity(listing, touch.bid_qty),
        "ask_px": price(listing, touch.ask_px),
        "ask_qty": quantity(listing, touch.ask_qty),
    }


def listing(row: Listing, day: DayStats, touch: Touch) -> Json:
    market = row.market
    return {
        "symbol": row.symbol,
        "name": row.name,
        "issuer": row.issuer.name,
        "description": row.description,
        "kind": row.kind,
        "exemption": row.exemption,
        "access_note": row.access_note,
        "state": market.shown_state,
        "halt": halt(market),
        "tick_size": f"{plain(row.tick_size):f}",
        "lot_size": f"{plain(row.lot_size):f}",
        "max_order_qty": quantity(row, row.max_order_qty),
        "protection_bps": row.protection_bps,
        "stats": stats(row, market, day, touch),
        "epoch": row.epoch,
        "seq": market.event_seq,
    }


def book(row: Listing, snapshot: BookSnapshot) -> Json:
    return {
        "symbol": row.symbol,
        "epoch": row.epoch,
        "seq": snapshot.seq,
        "state": snapshot.state.shown_state,
        "halt": halt(snapshot.state),
        "bids": levels(row, snapshot.bids),
        "asks": levels(row, snapshot.asks),
    }


def levels(row: Listing, found: list[tuple[int, int, int]]) -> list[list[Any]]:
    return [[price(row, px), quantity(row, qty), orders] for px, qty, orders in found]


def trade(row: Listing, trade_seq: int, px: int, qty: int, at: datetime, taker_side: str) -> Json:
    return {
        "trade_id": str(trade_seq),
        "px": price(row, px),
        "qty": quantity(row, qty),
        "at": time(at),
        "taker_side": taker_side,
    }


def order(row: Order, of: Listing) -> Json:
    return {
        "id": str(row.pk),
        "cl_ord_id": row.cl_ord_id,
        "account": str(row.account_id),
        "symbol": of.symbol,
        "side": row.side,
        "ord_type": row.ord_type,
        "time_in_force": row.time_in_force,
        "order_qty": quantity(of, row.order_qty),
        "price": price(of, row.price),
        "protection_px": price(of, row.protection_px),
        "ord_status": row.ord_status,
        "cum_qty": quantity(of, row.cum_qty),
        "leaves_qty": quantity(of, row.leaves_qty),
        "avg_px": average_price(of, row.traded_value, row.cum_qty),
        "text": row.text,
        "created_at": time(row.created_at),
        "updated_at": time(row.updated_at),
        "expire_at": time(row.expire_at),
    }


def execution(row: Execution, of: Listing, *, cl_ord_id: str, settled: bool) -> Json:
    return {
        "id": str(row.pk),
        "order_id": str(row.order_id),
        "cl_ord_id": cl_ord_id,
        "symbol": of.symbol,
        "side": row.side,
        "last_px": price(of, row.last_px),
        "last_qty": quantity(of, row.last_qty),
        "amount": cash(row.amount),
        "liquidity": row.liquidity,
        "at": time(row.at),
        "settled": settled,
        "trade_id": str(row.trade_seq),
    }


def cash_balance(row: Balance) -> Json:
    return {
        "asset": CASH,
        "settled": cash(row.settled),
        "held": cash(row.held),
        "pending_in": cash(row.pending_in),
        "pending_out": cash(row.pending_out),
        "available": cash(row.available),
    }


def holding(row: Balance, of: Listing) -> Json:
    last = of.market.last_px
    owned = row.settled + row.pending_in - row.pending_out
    return {
        "symbol": of.symbol,
        "name": of.name,
        "settled": quantity(of, row.settled),
        "held": quantity(of, row.held),
        "pending_in": quantity(of, row.pending_in),
        "pending_out": quantity(of, row.pending_out),
        "available": quantity(of, row.available),
        "last_px": price(of, last),
        "market_value": None if last is None else cash(of.cents(last * owned)),
    }


def side_word(side: str) -> str:
    return "Buy" if side == Side.BUY else "Sell"
