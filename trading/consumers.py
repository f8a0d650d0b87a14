"""Sockets. Each hears one group of the feed, joined with heartbeats that say where the database stands.

Nothing waits for a reader: what is to be sent lies in the socket's outbox, where it is merged with what
comes after it. A slow reader gets fewer, larger messages instead of a growing queue, and neither the
channel layer's queue (which has no bound) nor anybody else's heartbeat is held up by it.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.db import DatabaseError
from django.urls import path, re_path
from redis.exceptions import RedisError

from portal import clock, denials
from portal.members import Role, suffices
from portal.sign_in import live_sessions
from trading import feed, selectors, wire
from trading.services import disconnects

logger = logging.getLogger(__name__)

FLUSH_SECONDS = 0.1
HEARTBEAT_SECONDS = 1.0
MAX_TRADES = 200  # in one message; a reader that far behind has missed the tape anyway
MAX_ROWS = 1000  # levels of a side, broken trades, orders, executions or notices in one message
MAX_HEARD = 100  # characters: the client has nothing to say but ping
ONLY_LOOKING = "You may look at this account, not trade for it: its orders are not yours to cancel."
NOT_YOURS = 4403
UNKNOWN = 4404

Json = dict[str, Any]


class FeedConsumer(AsyncJsonWebsocketConsumer):
    """What all sockets of the feed have in common: an outbox, and a place in the heartbeat."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._group: str | None = None
        self._ended = False
        self._outbox: dict[tuple[str, str], Json] = {}
        self._sending: asyncio.Task[None] | None = None

    async def subscribe(self, group: str) -> "Pulse":
        """Hear the group first, then look where the database stands: nothing can fall between the two."""
        self._group = group
        await self.channel_layer.group_add(group, self.channel_name)
        pulse = await heartbeats.pulse([self])
        heartbeats.join(self)
        return pulse

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any
    ) -> None:
        message = None
        if text_data is not None and len(text_data) <= MAX_HEARD:
            with contextlib.suppress(ValueError):
                message = await self.decode_json(text_data)
        await self.hear(message)

    async def hear(self, message: Any) -> None:
        """The client may ask for a sign of life; whatever else it says is not heard."""
        if message == {"type": "ping"}:
            self.put({"type": "pong"})

    async def feed_message(self, event: Json) -> None:
        self.put(event["message"])

    def heartbeat(self, pulse: "Pulse") -> None:
        raise NotImplementedError

    def put(self, message: Json) -> None:
        """Send this, merged with whatever of its kind still waits."""
        if self._ended:
            return
        key = message["type"], message.get("symbol", "")
        waiting = self._outbox.get(key)
        self._outbox[key] = message if waiting is None else merge(waiting, message)
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send_waiting())

    async def _send_waiting(self) -> None:
        with contextlib.suppress(OSError):  # the reader is gone, and we are about to be told
            while self._outbox:
                waiting, self._outbox = self._outbox, {}
                for message in waiting.values():
                    await self.send_json(message)
                await asyncio.sleep(FLUSH_SECONDS)

    def fall_silent(self) -> None:
        self._ended = True
        heartbeats.leave(self)
        self._outbox.clear()
        if self._sending is not None:
            self._sending.cancel()

    async def end(self, code: int) -> None:
        self.fall_silent()
        with contextlib.suppress(OSError):
            await self.close(code=code)

    async def disconnect(self, code: int) -> None:
        self.fall_silent()
        if self._group is not None:
            with contextlib.suppress(RedisError):  # without Valkey there is nothing to leave
                await self.channel_layer.group_discard(self._group, self.channel_name)


def merge(earlier: Json, later: Json) -> Json:
    """One message that says what two said: levels and orders are told whole, so the later one stands.

    Where something is missing between the two, or they grow too large, the later one alone: the client
    sees the gap by ``prev_seq`` and starts afresh from a snapshot.
    """
    keys = ROWS.get(later["type"])
    if keys is None:
        return earlier if _position(later) < _position(earlier) else later
    if earlier["epoch"] != later["epoch"] or earlier["seq"] != later["prev_seq"]:
        return earlier if _position(later) <= _position(earlier) else later
    merged = {**later, "prev_seq": earlier["prev_seq"]}
    for name, key in keys.items():
        rows = {row[key]: row for row in earlier[name]} | {row[key]: row for row in later[name]}
        if len(rows) > MAX_ROWS:
            return later
        merged[name] = list(rows.values())
    if later["type"] == "market":
        merged["trades"] = (earlier["trades"] + later["trades"])[-MAX_TRADES:]
        merged["stats"] = later["stats"] or earlier["stats"]
    else:
        merged["notices"] = (earlier["notices"] + later["notices"])[-MAX_ROWS:]
    return merged


# What tells the rows of a message apart.
ROWS: dict[str, dict[str, Any]] = {
    "market": {"bids": 0, "asks": 0, "breaks": "trade_id"},
    "account": {"orders": "id", "executions": "id"},
}


def _position(message: Json) -> tuple[int, int]:
    return message.get("epoch", 0), message.get("seq", 0)


class MarketConsumer(FeedConsumer):
    """One listing: book, trades, statistics, phase. Public."""

    async def connect(self) -> None:
        symbol = self.scope["url_route"]["kwargs"]["symbol"]
        await self.accept()
        listing = await database_sync_to_async(selectors.listing_named)(symbol)
        if listing is None:
            await self.end(UNKNOWN)
            return
        self.listing_id = listing.pk
        pulse = await self.subscribe(feed.market_group(listing.pk))
        _, market = pulse.markets[listing.pk]
        self.put({"type": "hello", "symbol": symbol, **market, "server_time": pulse.at})

    def heartbeat(self, pulse: "Pulse") -> None:
        _, market = pulse.markets[self.listing_id]
        self.put({"type": "heartbeat", **market, "server_time": pulse.at})


class MarketsConsumer(FeedConsumer):
    """All listings' statistics. Public."""

    async def connect(self) -> None:
        await self.accept()
        self.heartbeat(await self.subscribe(feed.MARKETS_GROUP))

    def heartbeat(self, pulse: "Pulse") -> None:
        self.put({"type": "heartbeat", "markets": dict(pulse.markets.values()), "server_time": pulse.at})


class AccountConsumer(FeedConsumer):
    """An account's own orders, executions and balances: for its own people only."""

    guarded = False
    _may_trade = False

    async def connect(self) -> None:
        self.account_id = int(self.scope["url_route"]["kwargs"]["account_id"])
        await self.accept()
        if not self._allowed(await heartbeats.pulse([self])):
            await database_sync_to_async(self._note_denial)()
            await self.end(NOT_YOURS)
            return
        pulse = await self.subscribe(feed.account_group(self.account_id))
        self.put({"type": "hello", "account": str(self.account_id), **self._streams(pulse)})

    async def hear(self, message: Any) -> None:
        """The client may also have its open orders canceled when this session ends."""
        match message:
            case {"type": "cancel_on_disconnect", "on": bool(on)} if self._group is not None:
                if self._may_trade:
                    await self._guard(on)
                else:
                    self.put({"type": "refused", "code": "NOT_YOUR_ROLE", "message": ONLY_LOOKING})
            case _:
                await super().hear(message)

    async def disconnect(self, code: int) -> None:
        await super().disconnect(code)
        if self.guarded:
            with contextlib.suppress(DatabaseError):  # the sweep will, when the database is back
                await database_sync_to_async(disconnects.end)(channel=self.channel_name)

    async def _guard(self, on: bool) -> None:
        if on:
            await database_sync_to_async(disconnects.guard)(
                channel=self.channel_name, account_id=self.account_id, user_id=self.scope["user"].pk
            )
        else:
            await database_sync_to_async(disconnects.lift)(channel=self.channel_name)
        self._tell_guarded(on)

    def _tell_guarded(self, on: bool) -> None:
        self.guarded = on
        self.put({"type": "cancel_on_disconnect", "on": on})

    def heartbeat(self, pulse: "Pulse") -> None:
        if self._allowed(pulse):
            self.put({"type": "heartbeat", **self._streams(pulse)})
            if self.guarded and self.channel_name in pulse.unguarded:
                self._tell_guarded(False)  # we were silent for too long, and taken for dead
        else:
            self._ending = asyncio.create_task(self.end(NOT_YOURS))

    @property
    def session_key(self) -> str | None:
        key: str | None = self.scope["session"].session_key
        return key

    def _allowed(self, pulse: "Pulse") -> bool:
        """Signed in, and one of the account's people, now: either may end while the socket is open. So
        does every sign-in with an old password."""
        user = self.scope["user"]
        member = pulse.members.get(self.account_id, {}).get(user.pk)
        self._may_trade = member is not None and suffices(member.role, least=Role.TRADER)
        return (
            user.is_authenticated  # somebody locked out is nobody, though their session lives on
            and self.session_key in pulse.sessions
            and member is not None
            and member.password == user.password
        )

    def _note_denial(self) -> None:
        user = self.scope["user"]
        if user.is_authenticated:
            place, path = "SOCKET ws/account/<account_id>/", self.scope["path"]
            denials.record(user_id=user.pk, place=place, path=path, code=str(NOT_YOURS))

    def _streams(self, pulse: "Pulse") -> Json:
        return {"streams": pulse.streams.get(self.account_id, {}), "server_time": pulse.at}


class UnknownConsumer(FeedConsumer):
    async def connect(self) -> None:
        await self.accept()
        await self.end(UNKNOWN)


class Pulse:
    """Where the database stands, read once for many sockets."""

    def __init__(self, account_ids: set[int], session_keys: set[str], guarded: set[str]) -> None:
        self.at = wire.time(clock.now())
        self.markets = {
            market.pk: (
                market.listing.symbol,
                {
                    "epoch": market.listing.epoch,
                    "seq": market.event_seq,
                    **wire.market(market.listing, market),
                },
            )
            for market in selectors.markets()
        }
        self.streams: dict[int, dict[str, Json]] = {}
        self.members: dict[int, dict[int, selectors.Listener]] = {}
        self.sessions: set[str] = set()
        if account_ids:
            for account_id, symbol, epoch, seq in selectors.streams_of(account_ids):
                self.streams.setdefault(account_id, {})[symbol] = {"epoch": epoch, "seq": seq}
            self.members = selectors.members_of(account_ids)
            self.sessions = live_sessions(session_keys)
        self.unguarded = guarded - disconnects.keep(guarded) if guarded else set()


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

    async def pulse(self, sockets: Iterable[FeedConsumer]) -> Pulse:
        private = [socket for socket in sockets if isinstance(socket, AccountConsumer)]
        keys = {socket.session_key for socket in private} - {None}
        guarded = {socket.channel_name for socket in private if socket.guarded}
        return await database_sync_to_async(Pulse)({socket.account_id for socket in private}, keys, guarded)

    async def _beat(self) -> None:
        while self._sockets:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            sockets = list(self._sockets)
            try:
                pulse = await self.pulse(sockets)
            except Exception:
                # No heartbeat is the honest message while the database is away.
                logger.warning("no heartbeat: the database did not answer", exc_info=True)
                continue
            # Of those who joined meanwhile this pulse knows nothing, and would send them away.
            for socket in self._sockets.intersection(sockets):
                try:
                    socket.heartbeat(pulse)
                except Exception:
                    # Of this socket alone: the others' clients must not take the venue for dead.
                    logger.exception("a socket has no heartbeat")


heartbeats = Heartbeats()


routes = [
    path("ws/market/<str:symbol>/", MarketConsumer.as_asgi()),
    path("ws/markets/", MarketsConsumer.as_asgi()),
    re_path(r"^ws/account/(?P<account_id>[0-9]{1,18})/$", AccountConsumer.as_asgi()),
    re_path(r"", UnknownConsumer.as_asgi()),
]
