"""The edge: integers of ticks, lots and cents become decimal strings, the same for REST and sockets."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from trading.engine import CALLS, Side, Traded
from trading.engine.bands import edges
from trading.models import (
    CASH,
    Auction,
    Balance,
    Execution,
    FeeSchedule,
    Instruction,
    Listing,
    MarketState,
    Order,
)
from trading.models.listings import plain
from trading.selectors import Bar, BookSnapshot, DayStats, OrdersInBook, Quote, Touch
from trading.words import HALT_CODES

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


def average_price(listing: Listing, value: int | Decimal, qty: int) -> str | None:
    """Σ price × quantity over quantity, to four places below the tick."""
    if not qty:
        return None
    places = Decimal(1).scaleb(-max(2, -int(listing.tick_size.normalize().as_tuple().exponent)) - 2)
    return f"{(Decimal(value) * listing.tick_size / qty).quantize(places):f}"


def market(of: Listing, state: MarketState) -> Json:
    """Where a market stands, in the same words on every door (MKTD-001)."""
    return {
        "state": state.shown_state,
        "phase": {"since": time(state.phase_since), "until": time(state.phase_until)},
        "halt": halt(state),
        "auction": _indication(of, state),
        "reference_px": price(of, state.reference_px),
        "bands": {
            "static": _band(of, state.reference_px, of.static_band_bps),
            "dynamic": _band(of, state.band_px, of.dynamic_band_bps),
        },
    }


def halt(state: MarketState) -> Json | None:
    if state.shown_state == "FAULTED":
        since, resume_at = time(state.applied_at), None
        code = "TECHNICAL_FAULT"
        return _halt(code, HALT_CODES[code], "Stopped by a technical fault.", since, resume_at)
    if state.halt_code:
        reason = HALT_CODES.get(state.halt_code, state.halt_code)
        return _halt(state.halt_code, reason, state.halt_note, time(state.halted_at), time(state.resume_at))
    return None


def _halt(code: str, reason: str, note: str, since: str | None, resume_at: str | None) -> Json:
    return {"code": code, "reason": reason, "note": note, "since": since, "resume_at": resume_at}


def _indication(of: Listing, state: MarketState) -> Json | None:
    """What an uncrossing now would give (MKTD-008)."""
    if state.state not in CALLS:
        return None
    return {
        "px": price(of, state.indicative_px),
        "qty": quantity(of, state.indicative_qty or 0),
        "surplus_side": state.surplus_side or None,
        "surplus_qty": quantity(of, state.surplus_qty or 0),
    }


def _band(of: Listing, reference: int | None, bps: int) -> list[str | None] | None:
    band = edges(reference, bps)
    return None if band is None else [price(of, edge) for edge in band]


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
        "vwap": average_price(listing, day.value, day.volume),
        "bid_px": price(listing, touch.bid_px),
        "bid_qty": quantity(listing, touch.bid_qty),
        "ask_px": price(listing, touch.ask_px),
        "ask_qty": quantity(listing, touch.ask_qty),
    }


def listing(row: Listing, quote: Quote) -> Json:
    return {
        "symbol": row.symbol,
        "name": row.name,
        "issuer": row.issuer.name,
        "description": row.description,
        "kind": row.kind,
        "exemption": row.exemption,
        "access_note": row.access_note,
        **market(row, quote.state),
        "tick_size": f"{plain(row.tick_size):f}",
        "lot_size": f"{plain(row.lot_size):f}",
        "max_order_qty": quantity(row, row.max_order_qty),
        "protection_bps": row.protection_bps,
        "stats": stats(row, quote.state, quote.day, quote.touch),
        "epoch": row.epoch,
        "seq": quote.state.event_seq,
    }


def book(row: Listing, snapshot: BookSnapshot) -> Json:
    return {
        "symbol": row.symbol,
        "epoch": row.epoch,
        "seq": snapshot.state.event_seq,
        **market(row, snapshot.state),
        "bids": levels(row, snapshot.bids),
        "asks": levels(row, snapshot.asks),
    }


def levels(row: Listing, found: Iterable[Sequence[int]]) -> list[list[Any]]:
    return [[price(row, px), quantity(row, qty), orders] for px, qty, orders in found]


def trade(row: Listing, trade_seq: int, px: int, qty: int, at: datetime, taker_side: str | None) -> Json:
    """In an auction nobody takes (MKTD-004)."""
    return {
        "trade_id": str(trade_seq),
        "px": price(row, px),
        "qty": quantity(row, qty),
        "at": time(at),
        "taker_side": taker_side,
    }


def trade_told_by(row: Execution, of: Listing) -> Json:
    taker_side = None if row.liquidity == Execution.Liquidity.AUCTION else row.side
    return trade(of, row.trade_seq, row.last_px, row.last_qty, row.at, taker_side)


def trade_break(row: Execution, of: Listing) -> Json:
    """What a trade came to after it had been told."""
    return {
        "trade_id": str(row.trade_seq),
        "status": row.status,
        "px": price(of, row.last_px),
        "qty": quantity(of, row.last_qty),
    }


def auction(row: Auction, of: Listing) -> Json:
    return {
        "auction_id": str(row.event_seq),
        "call": row.call,
        "at": time(row.at),
        "px": price(of, row.price),
        "qty": quantity(of, row.volume),
        "surplus_side": row.surplus_side or None,
        "surplus_qty": quantity(of, row.surplus_qty),
    }


def candle(bar: Bar, of: Listing) -> Json:
    return {
        "time": int(bar.starts_at.timestamp()),
        "open": price(of, bar.open),
        "high": price(of, bar.high),
        "low": price(of, bar.low),
        "close": price(of, bar.close),
        "volume": quantity(of, bar.volume),
    }


def orders_in_book(of: Listing, found: OrdersInBook) -> Json:
    return {
        "symbol": of.symbol,
        "epoch": of.epoch,
        "seq": found.seq,
        "bids": [order_in_book(row, of) for row in found.bids],
        "asks": [order_in_book(row, of) for row in found.asks],
        "waiting": [order_in_book(row, of) for row in found.waiting],
    }


def order_in_book(row: Order, of: Listing) -> Json:
    return {
        "order_id": str(row.pk),
        "account": row.account.number,
        "side": row.side,
        "ord_type": row.ord_type,
        "time_in_force": row.time_in_force,
        "price": price(of, row.price),
        "stop_px": price(of, row.stop_px),
        "leaves_qty": quantity(of, row.leaves_qty),
        "displayed_qty": quantity(of, row.displayed_qty),
        "created_at": time(row.created_at),
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
        "stop_px": price(of, row.stop_px),
        "trail": price(of, row.trail),
        "display_qty": quantity(of, row.display_qty),
        "min_qty": quantity(of, row.min_qty),
        "post_only": row.post_only or None,
        "self_trade": row.self_trade,
        "linked_order_id": None if row.linked_order_id is None else str(row.linked_order_id),
        "triggered_at": time(row.triggered_at),
        "fee": cash(row.fee),
    }


def execution(
    row: Execution, of: Listing, *, cl_ord_id: str, settlement: Instruction | None, made: Traded | None = None
) -> Json:
    """`made`: of a corrected one, how it was traded (BUST-005)."""
    return {
        "id": str(row.pk),
        "order_id": str(row.order_id),
        "cl_ord_id": cl_ord_id,
        "symbol": of.symbol,
        "side": row.side,
        "last_px": price(of, row.last_px),
        "last_qty": quantity(of, row.last_qty),
        "amount": cash(row.amount),
        "fee": cash(row.fee),
        "status": row.status,
        "corrected_from": {"px": price(of, made.price), "qty": quantity(of, made.qty)} if made else None,
        "liquidity": row.liquidity,
        "at": time(row.at),
        "settlement": None if settlement is None else settlement_of_trade(settlement),
        "trade_id": str(row.trade_seq),
    }


def settlement_of_trade(row: Instruction) -> Json:
    return {"id": str(row.pk), "state": row.state, "due_at": time(row.due_at)}


def fees(row: FeeSchedule) -> Json:
    return {
        "maker_rate": percent(row.maker_rate),
        "taker_rate": percent(row.taker_rate),
        "auction_rate": percent(row.auction_rate),
        "flat": cash(row.flat_cents),
        "minimum": cash(row.minimum_cents),
    }


def percent(millionths: int) -> str:
    return f"{plain(Decimal(millionths) / 10_000):f}"


def cash_balance(row: Balance) -> Json:
    return {
        "asset": CASH,
        "settled": cash(row.settled),
        "held": cash(row.held),
        "pending_in": cash(row.pending_in),
        "pending_out": cash(row.pending_out),
        "available": cash(row.available),
    }


def holding(row: Balance, of: Listing, *, cost: int | None) -> Json:
    """``cost``: of what is settled, in cents."""
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
        "cost": None if cost is None else cash(cost),
        "unrealized": None if last is None or cost is None else cash(of.cents(last * row.settled) - cost),
    }


def side_word(side: str) -> str:
    return "Buy" if side == Side.BUY else "Sell"
