"""The feed converges: an old snapshot and whatever was delivered come to what a fresh snapshot says."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from itertools import cycle
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from portal import clock
from portal.models import Account, AuditEntry
from portal.tests.factories import an_operator
from trading import feed, matching, selectors, wire
from trading.consumers import merge
from trading.engine import CALLS
from trading.models import Execution, Listing, Order
from trading.services import entry, operations
from trading.tests.factories import a_cl_ord_id, a_listing, buy, drained, entered, funded, sell, worked
from trading.tests.feed_clients import STANDING, AccountClient, Client, Json, MarketClient
from trading.tests.flow import Flow, a_crowd
from trading.tests.test_every_kind import Chance

pytestmark = pytest.mark.django_db

EXAMPLES = settings().max_examples // 12


class Wire:
    """The messages of each group, in the order published."""

    def __init__(self) -> None:
        self.published: list[feed.Message] = []

    def take(self, group: str) -> list[Json]:
        taken = [
            message for name, message in self.published if name == group and message["type"] != "balances"
        ]
        self.published = [(name, message) for name, message in self.published if name != group]
        return taken


@pytest.fixture
def wire_tap(monkeypatch: pytest.MonkeyPatch) -> Wire:
    tap = Wire()
    monkeypatch.setattr(feed, "_send", lambda messages: tap.published.extend(messages))
    return tap


def book_of(listing: Listing) -> Json:
    return wire.book(listing, selectors.book(listing, depth=200))


def account_of(account: Account, listing: Listing) -> Json:
    """What a screen fetches: where the stream stands first, then orders and executions."""
    streams = {symbol: seq for _, symbol, _, seq in selectors.streams_of([account.pk])}
    executions = Execution.objects.filter(account=account, listing=listing).select_related("order")
    return {
        "epoch": listing.epoch,
        "seq": streams.get(listing.symbol, 0),
        "orders": [wire.order(o, listing) for o in Order.objects.filter(account=account, listing=listing)],
        "executions": [
            wire.execution(e, listing, cl_ord_id=e.order.cl_ord_id, settlement=None) for e in executions
        ],
    }


def levels(snapshot: Json, side: str) -> dict[str, tuple[str, int]]:
    return {px: (qty, n) for px, qty, n in snapshot[side]}


# How each message fares on its way: Channels may lose, double, delay and (by conflation) merge.
FATES = ("deliver", "deliver", "deliver", "lose", "double", "delay", "merge")


def deliver(client: Client, messages: list[Json], fates: Iterator[str], delayed: list[Json]) -> None:
    waiting: Json | None = None
    for published in messages:
        message, waiting = (merge(waiting, published), None) if waiting else (published, None)
        match next(fates):
            case "deliver":
                client.receive(message)
            case "double":
                client.receive(message)
                client.receive(message)
            case "delay":
                delayed.append(message)
            case "merge":
                waiting = message
        if delayed and len(delayed) > 2:
            client.receive(delayed.pop(0))
    if waiting:
        client.receive(waiting)


def heartbeat(client: Client, seq: int, epoch: int) -> None:
    client.receive({"type": "heartbeat", "epoch": epoch, "seq": seq})


def assert_market_converged(client: MarketClient, listing: Listing) -> None:
    fresh = book_of(listing)
    for side in ("bids", "asks"):
        assert client.sides[side] == levels(fresh, side)
    assert (client.epoch, client.seq) == (fresh["epoch"], fresh["seq"])
    assert client.standing == {name: fresh[name] for name in STANDING}


def assert_account_converged(client: AccountClient, account: Account, listing: Listing) -> None:
    fresh = account_of(account, listing)
    assert client.orders == {order["id"]: order for order in fresh["orders"] if order["id"] in client.orders}
    assert {o["id"] for o in fresh["orders"]} - set(client.orders) == pending(account, listing)
    assert client.executions == {execution["id"]: execution for execution in fresh["executions"]}


def pending(account: Account, listing: Listing) -> set[str]:
    """Orders no event has told of yet: the answer to the POST was what the screen had of them."""
    rows = Order.objects.filter(account=account, listing=listing, ord_status="PENDING_NEW")
    return {str(pk) for pk in rows.values_list("pk", flat=True)}


def test_clients_converge_however_messages_are_lost_doubled_delayed_and_merged(wire_tap: Wire) -> None:
    @settings(max_examples=EXAMPLES, phases=set(Phase) - {Phase.shrink})
    @given(
        seed=st.integers(0, 2**32),
        rounds=st.lists(st.tuples(st.integers(1, 12), st.integers(1, 6)), min_size=2, max_size=8),
        fates=st.lists(st.sampled_from(FATES), min_size=200, max_size=200),
        halted=st.booleans(),
    )
    def any_flow(seed: int, rounds: list[tuple[int, int]], fates: list[str], halted: bool) -> None:
        converge(wire_tap, seed, rounds, iter(fates * 5), halted)

    any_flow()


def converge(tap: Wire, seed: int, rounds: list[tuple[int, int]], fates: Iterator[str], halted: bool) -> None:
    listing = a_listing(a_cl_ord_id().upper())
    crowd = a_crowd(listing, size=3)
    flow = Flow(seed, listing, crowd, memory=20)
    market = MarketClient(lambda: book_of(listing))
    account = AccountClient(lambda: account_of(crowd[0], listing))
    late_market: list[Json] = []
    late_account: list[Json] = []
    for number, (orders, batch) in enumerate(rounds):
        entry.submit_orders(flow.batch(orders))
        if halted and number == len(rounds) // 2:
            operations.halt(listings=[listing], reason_code="REGULATORY", note="", actor=an_operator())
        while matching.drain(listing.pk, limit=batch):
            pass
        deliver(market, tap.take(feed.market_group(listing.pk)), fates, late_market)
        deliver(account, tap.take(feed.account_group(crowd[0].pk)), fates, late_account)
    for client, late in ((market, late_market), (account, late_account)):
        for message in late:
            client.receive(message)
    for _ in range(2):
        heartbeat(market, selectors.book(listing, depth=1).state.event_seq, listing.epoch)
        heartbeat(account, account_of(crowd[0], listing)["seq"], listing.epoch)
    assert_market_converged(market, listing)
    assert_account_converged(account, crowd[0], listing)


def test_a_screen_that_gets_everything_never_has_to_start_afresh(wire_tap: Wire) -> None:
    """Or the test above would pass by reloading alone."""
    listing = a_listing()
    crowd = a_crowd(listing)
    flow = Flow(1, listing, crowd)
    market = MarketClient(lambda: book_of(listing))
    account = AccountClient(lambda: account_of(crowd[0], listing))
    market._fetch = account._fetch = lambda: pytest.fail("started afresh")
    for _ in range(10):
        entry.submit_orders(flow.batch(20))
        while matching.drain(listing.pk, limit=7):
            pass
        for message in wire_tap.take(feed.market_group(listing.pk)):
            market.receive(message)
        for message in wire_tap.take(feed.account_group(crowd[0].pk)):
            account.receive(message)
        assert_market_converged(market, listing)
        assert_account_converged(account, crowd[0], listing)


@pytest.mark.parametrize("fates", [("deliver",), FATES])
def test_screens_converge_through_every_kind_of_order_phase_halt_and_bust(
    wire_tap: Wire, fates: tuple[str, ...]
) -> None:
    """MKTD-001, MKTD-002, MKTD-008: hidden reserve, stops, auctions and broken trades included"""
    chance = Chance(3)
    listing, person = chance.listing, chance.accounts[0]
    market = TapeClient(lambda: book_of(listing) | {"tape": tape_of(listing)})
    account = AccountClient(lambda: account_of(person, listing))
    draw = cycle(Random(3).choices(fates, k=500))
    late_market: list[Json] = []
    late_account: list[Json] = []
    states = set()
    for _ in range(20):
        entry.submit_orders(chance.batch())
        chance.act()
        clock.advance(by=timedelta(seconds=40))
        while matching.drain(listing.pk, limit=3):
            pass
        deliver(market, wire_tap.take(feed.market_group(listing.pk)), draw, late_market)
        deliver(account, wire_tap.take(feed.account_group(person.pk)), draw, late_account)
        for _ in range(2):
            heartbeat(market, selectors.book(listing, depth=1).state.event_seq, listing.epoch)
            heartbeat(account, account_of(person, listing)["seq"], listing.epoch)
        assert_market_converged(market, listing)
        assert market.tape == tape_of(listing)
        assert_account_converged(account, person, listing)
        states.add(market.standing["state"])
    assert "CONTINUOUS" in states and states & CALLS, "and it was no quiet market"


class TapeClient(MarketClient):
    """Also keeps the tape: each trade as it stands."""

    def start_from(self, snapshot: Json) -> None:
        super().start_from(snapshot)
        self.tape = snapshot["tape"]

    def apply(self, message: Json) -> None:
        super().apply(message)
        self.tape = self.tape | {trade["trade_id"]: trade for trade in message["trades"]}
        for broken in message["breaks"]:
            if broken["status"] == "BUSTED":
                del self.tape[broken["trade_id"]]
            else:
                self.tape[broken["trade_id"]] |= {name: broken[name] for name in ("px", "qty")}


def tape_of(listing: Listing) -> dict[str, Json]:
    rows = selectors.trades(Listing.objects.select_related("market").get(pk=listing.pk), limit=10_000)
    return {trade["trade_id"]: trade for trade in (wire.trade_told_by(row, listing) for row in rows)}


def test_each_message_follows_on_the_one_before_it(wire_tap: Wire) -> None:
    listing = a_listing()
    crowd = a_crowd(listing)
    flow = Flow(2, listing, crowd)
    for _ in range(10):
        entry.submit_orders(flow.batch(10))
        drained(listing)
    for group in (feed.market_group(listing.pk), feed.account_group(crowd[0].pk)):
        messages = wire_tap.take(group)
        assert len(messages) >= 10
        assert [m["prev_seq"] for m in messages[1:]] == [m["seq"] for m in messages[:-1]]


# --- What is private stays private ---------------------------------------------------------------------


def test_an_account_is_told_of_its_own_orders_and_executions_only(wire_tap: Wire) -> None:
    listing = a_listing()
    crowd = a_crowd(listing)
    flow = Flow(3, listing, crowd)
    for _ in range(5):
        entry.submit_orders(flow.batch(20))
        drained(listing)
    owners = dict(Order.objects.values_list("pk", "account_id"))
    for account in crowd:
        messages = wire_tap.take(feed.account_group(account.pk))
        told: set[Any] = set()
        for message in messages:
            told |= {int(order["id"]) for order in message["orders"]}
            told |= {int(execution["order_id"]) for execution in message["executions"]}
            told |= {int(notice["order_id"]) for notice in message["notices"]}
        assert {owners[order_id] for order_id in told} == {account.pk}
    assert {name.partition(".")[0] for name, _ in wire_tap.published} <= {"market", "markets"}


def test_the_market_is_told_no_account_and_no_order(wire_tap: Wire) -> None:
    listing = a_listing()
    seller, buyer = funded(lots=10, listing=listing), funded(cents=10**6)
    worked(listing, sell(seller, listing, 1, 500))
    wire_tap.published.clear()
    [order] = entered(buy(buyer, listing, 3, 500))
    drained(listing)
    [message] = wire_tap.take(feed.market_group(listing.pk))
    [trade] = message["trades"]
    assert trade == {
        "trade_id": "4",
        "px": "5.00",
        "qty": "1",
        "at": wire.time(Execution.objects.filter(order=order).get().at),
        "taker_side": "BUY",
    }
    assert message["bids"] == [["5.00", "2", 1]]
    assert message["asks"] == [["5.00", "0", 0]]
    assert set(message) == {
        *("type", "epoch", "seq", "prev_seq", "at", "bids", "asks", "trades", "breaks", "stats", *STANDING)
    }


def test_a_reader_who_saw_more_than_was_restored_starts_afresh() -> None:
    listing = a_listing()
    worked(listing, buy(funded(cents=10**6), listing, 1, 500))
    reader = MarketClient(lambda: book_of(Listing.objects.get(pk=listing.pk)))
    restored = reader.seq
    reader.seq += 10  # seen before the restore, and lost by it
    call_command("raise_epoch", stdout=StringIO())
    for _ in range(2):
        heartbeat(reader, restored, Listing.objects.get(pk=listing.pk).epoch)
    assert (reader.epoch, reader.seq) == (2, restored)
    assert AuditEntry.objects.filter(action="EPOCH_RAISED").count() == 1
