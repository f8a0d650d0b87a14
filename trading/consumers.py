"""Sockets. Each hears one group of the feed, joined with heartbeats that say where the database stands.

A consumer conflates: what arrives faster than ``FLUSH_SECONDS`` is merged, and a slow reader gets fewer,
larger messages instead of a growing queue.
"""

import asyncio
import logging
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.urls import path

from portal import clock
from trading import feed, selectors, wire
from trading.models import Listing

logger = logging.getLogger(__name__)

FLUSH_SECONDS = 0.1
HEARTBEAT_SECONDS = 1.0
MAX_TRADES = 200  # in one conflated message; a reader that far behind has missed the tape anyway
NOT_YOURS = 4403
UNKNOWN = 4404

Json = dict[str, Any]


class FeedConsumer(AsyncJsonWebsocketConsumer):
    """What all sockets of the feed have in common."""

    group: str

    async def subscribe(self, group: str) -> None:
        """Hear the group first, then say hello: nothing can fall between the two."""
        self.group = group
        await self.channel_layer.group_add(group, self.channel_name)
        heartbeats.join(self)

    async def disconnect(self, code: int) -> None:
        heartbeats.leave(self)
        if hasattr(self, "group"):
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        if isinstance(content, dict) and content.get("type") == "ping":
            await self.send_json({"type": "pong"})

    async def feed_message(self, event: Json) -> None:
        await self.send_json(event["message"])

    async def heartbeat(self, pulse: "Pulse") -> None:
        raise NotImplementedError


class ConflatedConsumer(FeedConsumer):
    """Merges what arrives between two sends, by key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waiting: dict[str, Json] = {}
        self._flush: asyncio.Task[None] | None = None

    async def feed_message(self, event: Json) -> None:
        message = event["message"]
        key = message.get("symbol", "")
        before = self._waiting.get(key)
        self._waiting[key] = message if before is None else merge(before, message)
        if self._flush is None or self._flush.done():
            self._flush = asyncio.create_task(self._send_waiting())

    async def _send_waiting(self) -> None:
        while self._waiting:
            waiting, self._waiting = self._waiting, {}
            for message in waiting.values():
                await self.send_json(message)
            await asyncio.sleep(FLUSH_SECONDS)

    async def disconnect(self, code: int) -> None:
        if self._flush is not None:
            self._flush.cancel()
        await super().disconnect(code)


def merge(earlier: Json, later: Json) -> Json:
    """One message that says what two said. Levels are totals, so the later one stands."""
    if "bids" not in later or earlier["epoch"] != later["epoch"]:
        return later
    if later["prev_seq"] != earlier["seq"]:  # something is missing between them: let the client see the gap
        return later
    merged = dict(later, prev_seq=earlier["prev_seq"], stats=later["stats"] or earlier["stats"])
    for side in ("bids", "asks"):
        levels = {level[0]: level for level in earlier[side]}
        levels.update({level[0]: level for level in later[side]})
        merged[side] = list(levels.values())
    merged["trades"] = (earlier["trades"] + later["trades"])[-MAX_TRADES:]
    return merged


class MarketConsumer(ConflatedConsumer):
    """One listing: book, trades, statistics, phase. Public."""

    async def connect(self) -> None:
        symbol = self.scope["url_route"]["kwargs"]["symbol"]
        found = await database_sync_to_async(_listing_id)(symbol)
        await self.accept()
        if found is None:
            await self.close(code=UNKNOWN)
            return
        self.listing_id = found
        await self.subscribe(feed.market_group(found))
        pulse = await heartbeats.now()
        epoch, seq = pulse.markets[found][1:3]
        await self.send_json(
            {"type": "hello", "symbol": symbol, "epoch": epoch, "seq": seq, "server_time": pulse.at}
        )

    async def heartbeat(self, pulse: "Pulse") -> None:
        if self.listing_id in pulse.markets:
            _, epoch, seq = pulse.markets[self.listing_id]
            await self.send_json({"type": "heartbeat", "epoch": epoch, "seq": seq, "server_time": pulse.at})


class MarketsConsumer(ConflatedConsumer):
    """All listings' statistics. Public."""

    async def connect(self) -> None:
        await self.accept()
        await self.subscribe(feed.MARKETS_GROUP)

    async def heartbeat(self, pulse: "Pulse") -> None:
        markets = {symbol: {"epoch": epoch, "seq": seq} for symbol, epoch, seq in pulse.markets.values()}
        await self.send_json({"type": "heartbeat", "markets": markets, "server_time": pulse.at})


class AccountConsumer(FeedConsumer):
    """An account's own orders, executions and balances: for its own people only."""

    async def connect(self) -> None:
        self.account_id = int(self.scope["url_route"]["kwargs"]["account_id"])
        await self.accept()
        if not await database_sync_to_async(_is_member)(self.scope["user"], self.account_id):
            await self.close(code=NOT_YOURS)
            return
        await self.subscribe(feed.account_group(self.account_id))
        pulse = await heartbeats.now()
        await self.send_json(
            {
                "type": "hello",
                "account": str(self.account_id),
                "streams": pulse.streams.get(self.account_id, {}),
                "server_time": pulse.at,
            }
        )

    async def heartbeat(self, pulse: "Pulse") -> None:
        if self.scope["user"].pk not in pulse.members.get(self.account_id, ()):
            await self.close(code=NOT_YOURS)  # the membership ended while the socket was open
            return
        await self.send_json(
            {
                "type": "heartbeat",
                "streams": pulse.streams.get(self.account_id, {}),
                "server_time": pulse.at,
            }
        )


class Pulse:
    """Where the database stands, read once for all sockets of this process."""

    def __init__(self, account_ids: set[int]) -> None:
        self.at = wire.time(clock.now())
        self.markets = {pk: (symbol, epoch, seq) for pk, symbol, epoch, seq in selectors.applied_sequences()}
        self.streams: dict[int, dict[str, Json]] = {}
        self.members: dict[int, set[int]] = {}
        if account_ids:
            for account_id, symbol, epoch, seq in selectors.streams_of(account_ids):
                self.streams.setdefault(account_id, {})[symbol] = {"epoch": epoch, "seq": seq}
            self.members = selectors.members_of(account_ids)


class Heartbeats:
    """Beats for all sockets of this process, while there are any."""

    def __init__(self) -> None:
        self._sockets: set[FeedConsumer] = set()
        self._task: asyncio.Task[None] | None = None

    def join(self, socket: FeedConsumer) -> None:
        self._sockets.add(socket)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._beat())

    def leave(self, socket: FeedConsumer) -> None:
        self._sockets.discard(socket)

    async def now(self) -> Pulse:
        accounts = {s.account_id for s in self._sockets if isinstance(s, AccountConsumer)}
        return await database_sync_to_async(Pulse)(accounts)

    async def _beat(self) -> None:
        while self._sockets:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            try:
                pulse = await self.now()
            except Exception:
                # No heartbeat is the honest message while the database is away.
                logger.warning("no heartbeat: the database did not answer", exc_info=True)
                continue
            await asyncio.gather(
                *(socket.heartbeat(pulse) for socket in list(self._sockets)), return_exceptions=True
            )


heartbeats = Heartbeats()


def _listing_id(symbol: str) -> int | None:
    return Listing.objects.filter(symbol=symbol).values_list("pk", flat=True).first()


def _is_member(user: Any, account_id: int) -> bool:
    return user.is_authenticated and selectors.accounts_of(user).filter(pk=account_id).exists()


routes = [
    path("ws/market/<str:symbol>/", MarketConsumer.as_asgi()),
    path("ws/markets/", MarketsConsumer.as_asgi()),
    path("ws/account/<int:account_id>/", AccountConsumer.as_asgi()),
]
