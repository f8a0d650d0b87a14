"""The sockets, through the venue's own ASGI application: what they say, how slowly they may be read,
what they survive. (Who may hear what: tests/security/test_roles.py. That clients converge: test_feed.)"""

import asyncio
import contextlib
import copy
import json
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from websockets.sync.client import connect
from websockets.typing import Origin

from config.embedded.valkey import Valkey
from tests.support.programs import Programs, wait_until
from tests.support.sockets import Json, Socket
from trading import consumers, feed, wire
from trading.consumers import MAX_ROWS, MAX_TRADES, FeedConsumer, Heartbeats, MarketConsumer, merge
from trading.models import MarketState
from trading.services import operations
from trading.tests.api.contract import validator
from trading.tests.api.venue import Venue, a_venue
from trading.tests.factories import buy, cancel, drained, sell, worked
from trading.tests.feed_clients import STANDING, AccountClient, Client, MarketClient

act = database_sync_to_async


@pytest.fixture
def venue(committed_db: str) -> Venue:
    return a_venue()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Heartbeats follow each other quickly enough to wait for a few."""
    monkeypatch.setattr(consumers, "HEARTBEAT_SECONDS", 0.1)
    monkeypatch.setattr(consumers, "FLUSH_SECONDS", 0.02)


# --- What they say --------------------------------------------------------------------------------


def assert_levels(rows: Any) -> None:
    for px, qty, orders in rows:
        assert isinstance(px, str) and isinstance(qty, str) and isinstance(orders, int)


async def test_a_market_socket_says_where_it_stands_and_then_what_changes(venue: Venue, quick: None) -> None:
    async with Socket.opened("/ws/market/ACME/") as socket:
        hello = await socket.next()
        state = await act(MarketState.objects.get)(pk=venue.listing.pk)
        assert {k: v for k, v in hello.items() if k != "server_time"} == {
            "type": "hello", "symbol": "ACME", "epoch": 1, "seq": state.event_seq,
            **wire.market(venue.listing, state),
        }  # fmt: skip
        await act(worked)(venue.listing, buy(venue.account, venue.listing, 5, 1250))
        told = await socket.hear("market")
        assert told["prev_seq"] == hello["seq"] < told["seq"]
        assert told["asks"] == [["12.50", "15", 1]]
        assert told["bids"] in ([], [["12.50", "0", 0]])  # it came and went
        [trade] = told["trades"]
        validator("TradeShape").validate(trade)
        assert (trade["px"], trade["qty"], trade["taker_side"]) == ("12.50", "5", "BUY")
        validator("StatsShape").validate(told["stats"])
        assert set(told) == {
            *(
                "type",
                "epoch",
                "seq",
                "prev_seq",
                "at",
                "bids",
                "asks",
                "trades",
                "breaks",
                "stats",
                *STANDING,
            )
        }
        beat = await socket.hear("heartbeat", seq=told["seq"])
        assert set(beat) == {"type", "epoch", "seq", "server_time", *STANDING}


async def test_the_market_list_hears_statistics_and_every_markets_number(venue: Venue, quick: None) -> None:
    async with Socket.opened("/ws/markets/") as socket:
        assert set((await socket.hear("heartbeat"))["markets"]) == {"ACME", "GRIT"}
        await act(worked)(venue.listing, sell(venue.strangers, venue.listing, 5, 1300))
        told = await socket.hear("stats")
        assert set(told) == {"type", "symbol", "epoch", "seq", "stats", *STANDING}
        assert told["symbol"] == "ACME"
        validator("StatsShape").validate(told["stats"])
        beat = await socket.hear("heartbeat")
        standing = {name: told[name] for name in STANDING}
        assert beat["markets"]["ACME"] == {"epoch": 1, "seq": told["seq"], **standing}


async def test_a_halt_and_a_fault_are_in_the_very_next_heartbeat(venue: Venue, quick: None) -> None:
    def halt() -> None:
        operations.halt(
            listings=[venue.listing], reason_code="NEWS_PENDING", note="Merger talks", actor=venue.operator
        )
        drained(venue.listing)

    async with Socket.opened("/ws/market/ACME/") as one, Socket.opened("/ws/markets/") as all_markets:
        await act(halt)()
        beats = [
            await one.hear("heartbeat", state="HALTED"),
            await all_markets.until(lambda m: m["markets"]["ACME"]["state"] == "HALTED", "heartbeat"),
        ]
        for place in (beats[0], beats[1]["markets"]["ACME"]):
            validator("HaltShape").validate(place["halt"])
            assert (place["halt"]["code"], place["halt"]["note"]) == ("NEWS_PENDING", "Merger talks")
        await act(MarketState.objects.filter(pk=venue.listing.pk).update)(fault_seq=99)
        assert (await one.hear("heartbeat", state="FAULTED"))["halt"]["code"] == "TECHNICAL_FAULT"


async def test_an_account_socket_tells_of_orders_fills_and_rejections(venue: Venue, quick: None) -> None:
    path = f"/ws/account/{venue.account.pk}/"
    async with Socket.opened(path, user=venue.owner) as socket:
        hello = await socket.next()
        assert (hello["type"], hello["account"]) == ("hello", str(venue.account.pk))
        before = hello["streams"]["ACME"]
        assert set(before) == {"epoch", "seq"}

        [order] = await act(worked)(venue.listing, buy(venue.account, venue.listing, 5, 1250))
        told = await socket.hear("account")
        assert set(told) == {
            *("type", "symbol", "epoch", "seq", "prev_seq", "orders", "executions", "notices")
        }
        assert (told["symbol"], told["prev_seq"]) == ("ACME", before["seq"])
        for shape, rows in (("OrderShape", told["orders"]), ("ExecutionShape", told["executions"])):
            for row in rows:
                validator(shape).validate(row)
        [row] = told["orders"]
        assert (row["id"], row["ord_status"], row["cum_qty"]) == (str(order.pk), "FILLED", "5")
        [execution] = told["executions"]
        assert (execution["order_id"], execution["amount"]) == (str(order.pk), "62.50")
        assert await socket.hear("balances") == {"type": "balances"}
        beat = await socket.hear("heartbeat")
        assert beat["streams"]["ACME"] == {"epoch": 1, "seq": told["seq"]}

        # Of two cancels the engine rejects the second.
        await act(worked)(venue.listing, cancel(venue.bid), cancel(venue.bid))
        told = await socket.hear("account")
        [notice] = told["notices"]
        assert (notice["code"], notice["order_id"]) == ("CancelRejected", str(venue.bid.pk))
        assert [row["ord_status"] for row in told["orders"]] == ["CANCELED"]


async def test_what_is_not_the_accounts_it_does_not_hear(venue: Venue, quick: None) -> None:
    async with Socket.opened(f"/ws/account/{venue.account.pk}/", user=venue.owner) as socket:
        await act(worked)(venue.listing, sell(venue.strangers, venue.listing, 5, 1300))
        for _ in range(5):
            assert (await socket.next())["type"] in ("hello", "heartbeat")


NONSENSE: list[str | bytes] = [
    "", "{", "[[[[", "null", '"ping"', "[]", '{"type": "pong"}', "x" * 10**6, "[" * 99, b"\x00\xff",
]  # fmt: skip


async def test_a_ping_is_answered_and_nonsense_is_not(venue: Venue, quick: None) -> None:
    async with Socket.opened("/ws/market/ACME/") as socket:
        for said in NONSENSE:
            await socket.say(said)
        for _ in range(100):
            await socket.say('{"type": "ping"}')
        assert await socket.hear("pong") == {"type": "pong"}
        told = [(await socket.next())["type"] for _ in range(20)]
        assert told.count("heartbeat") >= 5, "a hundred pings are not answered one by one"


# --- Conflation -----------------------------------------------------------------------------------

PRICES = ("9.99", "10.00", "10.01")
amounts = st.integers(0, 3).map(str)
level_rows = st.dictionaries(st.sampled_from(PRICES), amounts, max_size=3).map(
    lambda rows: [[px, qty, int(qty)] for px, qty in rows.items()]
)
states = st.sampled_from(["CONTINUOUS", "HALTED", "FAULTED"])
order_rows = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["NEW", "FILLED"]), max_size=3).map(
    lambda rows: [{"id": pk, "ord_status": status} for pk, status in rows.items()]
)
break_rows = st.dictionaries(st.sampled_from("12"), st.sampled_from(["CORRECTED", "BUSTED"]), max_size=2).map(
    lambda rows: [{"trade_id": pk, "status": status} for pk, status in rows.items()]
)


@st.composite
def market_messages(draw: st.DrawFn) -> list[Json]:
    messages, seq = [], 0
    for length in draw(st.lists(st.integers(1, 3), min_size=1, max_size=12)):
        messages.append(
            {
                "type": "market", "epoch": 1, "prev_seq": seq, "seq": seq + length, "at": str(seq),
                "bids": draw(level_rows), "asks": draw(level_rows), "trades": [{"trade_id": str(seq)}],
                "breaks": draw(break_rows), **dict.fromkeys(STANDING), "state": draw(states),
                "stats": {"volume": str(seq)},
            }
        )  # fmt: skip
        seq += length
    return messages


@st.composite
def account_messages(draw: st.DrawFn) -> list[Json]:
    messages, seq = [], 0
    for length in draw(st.lists(st.integers(1, 3), min_size=1, max_size=12)):
        messages.append(
            {
                "type": "account", "symbol": "ACME", "epoch": 1, "prev_seq": seq, "seq": seq + length,
                "orders": draw(order_rows), "executions": [{"id": str(seq)}], "notices": [{"code": str(seq)}],
            }
        )  # fmt: skip
        seq += length
    return messages


class MarketScreen(MarketClient):
    def start_from(self, snapshot: Json) -> None:
        super().start_from(snapshot)
        self.trades: list[Json] = []
        self.broken: dict[str, str] = {}
        self.stats: Json = {}

    def apply(self, message: Json) -> None:
        super().apply(message)
        self.trades += message["trades"]
        self.broken |= {row["trade_id"]: row["status"] for row in message["breaks"]}
        self.stats = message["stats"]


class AccountScreen(AccountClient):
    def start_from(self, snapshot: Json) -> None:
        super().start_from(snapshot)
        self.notices: list[Json] = []

    def apply(self, message: Json) -> None:
        super().apply(message)
        self.notices += message["notices"]


EMPTY: Json = {
    "epoch": 1,
    "seq": 0,
    "bids": [],
    "asks": [],
    **dict.fromkeys(STANDING),
    "orders": [],
    "executions": [],
}


def shown(screen: type[Client], messages: list[Json]) -> Json:
    """What a screen shows after these messages; it never has to start afresh."""
    snapshots = iter([EMPTY])
    client = screen(lambda: next(snapshots))
    for message in messages:
        client.receive(copy.deepcopy(message))
    return {k: v for k, v in vars(client).items() if not k.startswith("_")}


@given(
    case=st.one_of(
        st.tuples(st.just(MarketScreen), market_messages()),
        st.tuples(st.just(AccountScreen), account_messages()),
    ),
    joins=st.lists(st.booleans(), min_size=12, max_size=12),
)
def test_a_merged_message_says_what_both_said(
    case: tuple[type[Client], list[Json]], joins: list[bool]
) -> None:
    screen, messages = case
    kept = copy.deepcopy(messages)
    merged: list[Json] = []
    for message, join in zip(messages, joins, strict=False):
        if merged and join:
            merged[-1] = merge(merged[-1], message)
        else:
            merged.append(message)
    assert shown(screen, merged) == shown(screen, kept)
    assert messages == kept, "merging changes no message: others hear it too"


def test_a_word_on_the_state_alone_keeps_the_statistics() -> None:
    delta = {
        "type": "market", "epoch": 1, "prev_seq": 4, "seq": 6, "bids": [["9.99", "1", 1]], "asks": [],
        "trades": [], "breaks": [], "state": "CONTINUOUS", "halt": None, "stats": {"volume": "1"},
    }  # fmt: skip
    word = delta | {"prev_seq": 6, "bids": [], "state": "FAULTED", "stats": None}
    assert merge(delta, word) == delta | {"state": "FAULTED"}


def test_where_something_is_missing_the_client_is_left_to_see_the_gap() -> None:
    earlier = {"type": "market", "epoch": 1, "prev_seq": 0, "seq": 3}
    later = {"type": "market", "epoch": 1, "prev_seq": 4, "seq": 6}
    other_epoch = {"type": "market", "epoch": 2, "prev_seq": 3, "seq": 4}
    assert merge(earlier, later) == later
    assert merge(earlier, other_epoch) == other_epoch
    assert merge(later, earlier) == later, "overtaken on the way: what it says is old"
    assert merge(later, copy.copy(later)) == later, "doubled on the way"


def test_of_two_statistics_the_newer_stands() -> None:
    older, newer = ({"type": "stats", "epoch": 1, "seq": seq} for seq in (3, 4))
    assert merge(older, newer) == merge(newer, older) == newer


# --- Slow readers ---------------------------------------------------------------------------------


class Reader:
    """A consumer whose reader takes nothing until told to."""

    def __init__(self, kind: type[FeedConsumer] = MarketConsumer) -> None:
        self.consumer = kind()
        self.takes = asyncio.Event()
        self.got: list[Json] = []
        self.consumer.send_json = self._send

    async def _send(self, content: Json, close: bool = False) -> None:
        await self.takes.wait()
        self.got.append(content)


def market_message(seq: int) -> Json:
    return {
        "type": "market", "epoch": 1, "prev_seq": seq - 1, "seq": seq, "state": "CONTINUOUS", "halt": None,
        "bids": [[f"{seq % 50}.00", "1", 1]], "asks": [], "trades": [{"trade_id": seq}], "breaks": [],
        "stats": {},
    }  # fmt: skip


async def test_for_a_slow_reader_messages_grow_together_and_not_without_bound(quick: None) -> None:
    reader = Reader()
    await reader.consumer.feed_message({"message": market_message(1)})
    await asyncio.sleep(0)  # the first one is on its way, and stuck
    async with asyncio.timeout(20):
        for seq in range(2, 5000):
            await reader.consumer.feed_message({"message": market_message(seq)})
    [waiting] = reader.consumer._outbox.values()
    assert (waiting["prev_seq"], waiting["seq"]) == (1, 4999)
    assert len(waiting["bids"]) == 50
    assert [t["trade_id"] for t in waiting["trades"]] == list(range(5000 - MAX_TRADES, 5000))
    reader.takes.set()
    while len(reader.got) < 2:
        await asyncio.sleep(0.01)
    assert [m["seq"] for m in reader.got] == [1, 4999]


def test_what_would_grow_too_large_is_left_to_a_snapshot() -> None:
    def told(seq: int) -> Json:
        return {
            "type": "account", "epoch": 1, "symbol": "ACME", "prev_seq": seq - 1, "seq": seq,
            "orders": [{"id": str(seq)}], "executions": [], "notices": [],
        }  # fmt: skip

    waiting = told(1)
    for seq in range(2, 3 * MAX_ROWS):
        waiting = merge(waiting, told(seq))
        assert len(waiting["orders"]) <= MAX_ROWS
    assert waiting["prev_seq"] > 1


async def test_a_slow_reader_holds_up_nobody_elses_heartbeat(venue: Venue, quick: None) -> None:
    beats = Heartbeats()
    slow, other = Reader(), Reader()
    other.takes.set()
    for reader in (slow, other):
        reader.consumer.listing_id = venue.listing.pk
        beats.join(reader.consumer)
    async with asyncio.timeout(20):
        while len(other.got) < 5:
            await asyncio.sleep(0.05)
    assert slow.got == [] and len(slow.consumer._outbox) <= 1
    for reader in (slow, other):
        beats.leave(reader.consumer)
        reader.consumer.fall_silent()


async def test_a_socket_that_fails_takes_nobody_elses_heartbeat(venue: Venue, quick: None) -> None:
    beats = Heartbeats()
    failing, other = Reader(), Reader()
    failing.consumer.listing_id = -1  # of which no pulse knows
    other.consumer.listing_id = venue.listing.pk
    for reader in (failing, other):
        reader.takes.set()
        beats.join(reader.consumer)
    async with asyncio.timeout(20):
        while len(other.got) < 5:
            await asyncio.sleep(0.05)
    for reader in (failing, other):
        beats.leave(reader.consumer)
        reader.consumer.fall_silent()


async def test_one_pulse_reads_for_all_sockets(venue: Venue) -> None:
    """Whatever the number of sockets: markets, streams, members, sessions, guards; and the clock's offset."""

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            consumers.Pulse({venue.account.pk, venue.strangers.pk}, {"a", "b", "c"}, {"d", "e"})
        return len(captured)

    assert await act(queries)() <= 6


# --- What they survive ----------------------------------------------------------------------------


async def test_nothing_ends_an_idle_subscription() -> None:
    """channels_redis leaves the client's default read timeout on, and with a later client that is 5 s."""
    layer = get_channel_layer()
    await layer.new_channel()
    [shard] = layer._get_layer()._shards
    assert shard._redis.connection_pool.connection_kwargs.get("socket_timeout") is None
    assert shard._pubsub.connection.socket_timeout is None


@pytest.mark.chaos
async def test_a_socket_hears_again_after_valkey_was_away(venue: Venue, valkey: Valkey) -> None:
    async with Socket.opened("/ws/market/ACME/") as socket:
        await socket.hear("hello")
        await sync_to_async(valkey.stop)()
        await socket.hear("heartbeat")  # the database is still there
        valkey.start()
        await sync_to_async(wait_until)(valkey.answers, "Valkey answers again")
        for price in range(1300, 1330):  # what is published while it reconnects is lost, and may be
            await act(worked)(venue.listing, sell(venue.strangers, venue.listing, 1, price))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await socket.hear("market")
                    return
        pytest.fail("never again")


@pytest.mark.chaos
def test_a_reader_that_takes_nothing_costs_the_server_nothing(venue: Venue, programs: Programs) -> None:
    """Some 40 MB are told to a connection nobody reads from; another one hears to the end."""
    address = programs.web_server()
    server = psutil.Process(programs.started[-1].pid)
    url = f"{address.replace('http', 'ws')}/ws/market/ACME/"
    with connect(url, origin=Origin(address)) as reading, socket_nobody_reads(url, address):
        assert json.loads(reading.recv(timeout=20))["type"] == "hello"
        before = server.memory_info().rss
        for seq in range(1, 4000):
            levels = [[f"{seq % 50 + n}.00", "1", 1] for n in range(100)]
            message = market_message(seq) | {"bids": levels, "asks": levels, "halt": {"note": "x" * 5000}}
            feed._send([(feed.market_group(venue.listing.pk), message)])
            if seq % 500 == 0:
                time.sleep(0.2)
        while (told := json.loads(reading.recv(timeout=20))).get("seq", 0) < 3999:
            assert told["type"] in ("market", "heartbeat")
        assert server.memory_info().rss - before < 30 * 2**20


@contextlib.contextmanager
def socket_nobody_reads(url: str, address: str) -> Iterator[None]:
    host = urlsplit(address)
    with socket.create_connection((host.hostname, host.port)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        lines = [
            f"GET {urlsplit(url).path} HTTP/1.1", f"Host: {host.netloc}", f"Origin: {address}",
            "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", "",
        ]  # fmt: skip
        connection.sendall("\r\n".join(lines).encode())
        assert b"101" in connection.recv(20)
        yield
