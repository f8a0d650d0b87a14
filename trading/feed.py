"""The feed: what live screens are told, after commit, at most once.

A message may be lost, doubled or late; each carries ``epoch``, ``seq`` and ``prev_seq``, levels are
totals, and heartbeats say where the database stands, so that a client always finds its way back.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Iterable
from functools import cache
from typing import Any

from channels.layers import get_channel_layer
from django.db import transaction

from portal import clock
from trading import selectors, wire
from trading.engine import (
    BookFold,
    CancelRejected,
    Market,
    MatchType,
    OrderRejected,
    ReplaceRejected,
    Side,
    Traded,
)
from trading.models import Execution, Listing, Order
from trading.projections import Effects

logger = logging.getLogger(__name__)

MARKETS_GROUP = "markets"

Message = tuple[str, dict[str, Any]]  # (group, what it is told)


def market_group(listing_id: int) -> str:
    return f"market.{listing_id}"


def account_group(account_id: int) -> str:
    return f"account.{account_id}"


def publish(*, listing: Listing, book: Market, fold: BookFold, first_event: int, effects: Effects) -> None:
    """Tell everyone concerned what a batch of events changed."""
    if book.event_seq < first_event:
        return
    orders: dict[int, list[Order]] = {account_id: [] for account_id in effects.concerned}
    executions: dict[int, list[Execution]] = {account_id: [] for account_id in effects.concerned}
    for order in effects.orders.values():
        orders.setdefault(order.account_id, []).append(order)
    for execution in effects.executions:
        executions.setdefault(execution.account_id, []).append(execution)
    messages = [
        (account_group(pk), _account_message(listing, pk, effects, orders[pk], executions[pk]))
        for pk in effects.concerned
    ]
    market = _market_message(listing, book, fold, first_event, effects)
    messages.append((market_group(listing.pk), market))
    summary = {k: market[k] for k in ("epoch", "seq", "stats")} | wire.market(listing, listing.market)
    messages.append((MARKETS_GROUP, {"type": "stats", "symbol": listing.symbol, **summary}))
    _send(messages)


def publish_state(listing_id: int) -> None:
    """Tell that a listing's state changed by no event of its own: a fault, or its end."""
    listing = Listing.objects.select_related("market").get(pk=listing_id)
    seq = listing.market.event_seq
    _send([(market_group(listing_id), {
        "type": "market", "epoch": listing.epoch, "seq": seq, "prev_seq": seq, "at": wire.time(clock.now()),
        "bids": [], "asks": [], "trades": [], "breaks": [], "stats": None,
        **wire.market(listing, listing.market),
    })])  # fmt: skip


def publish_balances(account_ids: set[int]) -> None:
    """Hint that balances moved other than by the account's own events."""
    _send([(account_group(account_id), {"type": "balances"}) for account_id in sorted(account_ids)])


def publish_balances_on_commit(account_ids: Iterable[int]) -> None:
    moved = set(account_ids)
    transaction.on_commit(lambda: publish_balances(moved), robust=True)


def _market_message(
    listing: Listing, book: Market, fold: BookFold, first_event: int, effects: Effects
) -> dict[str, Any]:
    at = clock.moment(book.last_at)
    bids, asks = (
        [(px, qty, book.level_orders(side, px)) for px, qty in fold.changed[side].items()]
        for side in (Side.BUY, Side.SELL)
    )
    best_bid, best_ask = book.best(Side.BUY), book.best(Side.SELL)
    touch = selectors.Touch(
        best_bid, None if best_bid is None else book.level_qty(Side.BUY, best_bid),
        best_ask, None if best_ask is None else book.level_qty(Side.SELL, best_ask),
    )  # fmt: skip
    day = selectors.day_stats(listing, at=at)
    return {
        "type": "market",
        "epoch": listing.epoch,
        "seq": book.event_seq,
        "prev_seq": first_event - 1,
        "at": wire.time(at),
        "bids": wire.levels(listing, bids),
        "asks": wire.levels(listing, asks),
        "trades": [
            wire.trade(listing, t.seq, t.price, t.qty, clock.moment(t.at), _taker_side(t))
            for t in effects.trades
        ],
        # Both sides of a trade are broken: one tells it.
        "breaks": [
            wire.trade_break(e, listing)
            for e in effects.executions
            if e.side == Side.BUY and e.status != Execution.Status.TRADED
        ],
        "stats": wire.stats(listing, listing.market, day, touch),
        **wire.market(listing, listing.market),
    }


def _taker_side(trade: Traded) -> Side | None:
    return None if trade.match_type is MatchType.AUCTION else trade.taker_side


def _account_message(
    listing: Listing, account_id: int, effects: Effects, orders: list[Order], executions: list[Execution]
) -> dict[str, Any]:
    events = effects.concerned[account_id]
    made = selectors.corrected_from(executions)
    return {
        "type": "account",
        "symbol": listing.symbol,
        "epoch": listing.epoch,
        "seq": events[-1].seq,
        "prev_seq": effects.previous.get(account_id, 0),
        "orders": [wire.order(order, listing) for order in orders],
        "executions": [
            wire.execution(
                e,
                listing,
                cl_ord_id=effects.orders[e.order_id].cl_ord_id,
                settlement=None,
                made=made.get((listing.pk, e.trade_seq)),
            )
            for e in executions
        ],
        "notices": [
            {"code": type(event).__name__, "message": event.reason, "order_id": str(event.order_id)}
            for event in events
            if isinstance(event, OrderRejected | CancelRejected | ReplaceRejected)
        ],
    }


# --- Transport ----------------------------------------------------------------------------------------


class Outbox(threading.Thread):
    """Sends what the process publishes, in order, on one loop for the life of the process: the channel
    layer keeps its connections by loop. Nobody waits for it; what it cannot send, or cannot keep, is lost."""

    MOST_WAITING = 1000  # batches

    def __init__(self) -> None:
        super().__init__(name="feed", daemon=True)
        self._loop = asyncio.new_event_loop()
        self._waiting: asyncio.Queue[list[Message]] = asyncio.Queue(self.MOST_WAITING)

    def run(self) -> None:
        self._loop.run_until_complete(self._send_all())

    def put(self, messages: list[Message]) -> None:
        self._loop.call_soon_threadsafe(self._accept, messages)

    def _accept(self, messages: list[Message]) -> None:
        with contextlib.suppress(asyncio.QueueFull):
            self._waiting.put_nowait(messages)

    async def _send_all(self) -> None:
        layer = get_channel_layer()
        assert layer is not None
        while True:
            for group, message in await self._waiting.get():
                try:
                    await layer.group_send(group, {"type": "feed.message", "message": message})
                except Exception as error:
                    logger.warning("not published to %s: %r", group, error)


@cache
def _outbox() -> Outbox:
    outbox = Outbox()
    outbox.start()
    return outbox


def _send(messages: list[Message]) -> None:
    if messages:
        _outbox().put(messages)
