"""Our engine on the public yardstick: five seeded scenarios, one hash each of everything it reported.

The messages are those of flash1-dev/matching-engine-benchmark (`flow`), the reports are written as its
protocol says, and the hashes are those it publishes as the consensus of well over a hundred engines.
Three things differ between its market and ours, and are mapped here, not in the engine:

- a modification states what is to be *left*, a replace the new *total* (RPLC-001): what has traded is added;
- nobody owns an order there: all are one account's, and self-trade prevention is off (STPR-010);
- time does not matter there: every order is good until canceled or immediate.

Timed is the engine with the making of its commands; not the writing and hashing of reports, which its
harness leaves to another core.
"""

import gc
import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice
from time import process_time
from typing import NamedTuple

from bench import flow
from bench.flow import Kind, Message
from trading.engine import (
    CancelOrder,
    CancelReason,
    CancelRejected,
    Command,
    ConfigureListing,
    Event,
    Market,
    NewOrder,
    OrderAccepted,
    OrderCanceled,
    OrderReplaced,
    OrdType,
    ReplaceOrder,
    ReplaceRejected,
    SelfTrade,
    Side,
    TimeInForce,
    Traded,
)

PUBLISHED = {
    "static": "9803843ee404fc29c9a0aa5614f8f0d5a58b5c44fcac9ef89067886fcaaa30d1",
    "normal": "e9b2e3926854410b01a035aeb25dd05f1e597c233be8263de9eb49b6713d367e",
    "swing-25": "61a84be9469661bd039e00dbc9a7c011e70b6ace37aadfe60045ea083b05f4df",
    "swing-40": "3cb0175e7982ff09ea220d1feaee3844cf9116a5ce455757879dea1d880b9b9f",
    "flash-crash": "cff8d3f94b709fc64a8b2058a6ca4fb6920364904796e46906895e362d2bb16b",
}

# Bound once: a look-up on an enum class costs as much as a command.
BUY, SELL, LIMIT, GTC, IOC = Side.BUY, Side.SELL, OrdType.LIMIT, TimeInForce.GTC, TimeInForce.IOC
ALLOW, REQUESTED = SelfTrade.ALLOW, CancelReason.REQUESTED
NEW, CANCEL = Kind.NEW, Kind.CANCEL

ACCOUNT = 1
SLICE = 500  # a batch of the venue's
OPENING = ConfigureListing(
    seq=1, at=0, rules_version=1, tick_lot_cents=1, max_order_qty=1_000_000, max_price=10**9
)


class Outcome(NamedTuple):
    messages: int
    seconds: float
    digest: str


def open_market() -> Market:
    market = Market(listing_id=1)
    market.apply(OPENING)
    return market


def command_of(message: Message, market: Market) -> Command:
    kind, order_id, is_sell, price, qty, immediate = message
    seq = market.last_seq + 1
    if kind is NEW:
        side, time_in_force = SELL if is_sell else BUY, IOC if immediate else GTC
        # As the journal makes them (codec): the plain constructor is slower.
        return NewOrder._make(
            (
                seq, seq, order_id, ACCOUNT, side, LIMIT, time_in_force, qty, price, None, None, ACCOUNT,
                ALLOW, None, None,
            )
        )  # fmt: skip
    if kind is CANCEL:
        return CancelOrder(seq, seq, order_id, ACCOUNT, REQUESTED)
    order = market.working(order_id)
    done_qty = order.done_qty if order else 0
    return ReplaceOrder(seq, seq, order_id, ACCOUNT, done_qty + qty, price)


class Reports:
    """The report stream as the protocol writes it: by message, within one by kind of report."""

    def __init__(self) -> None:
        self._terms: dict[int, tuple[int, int]] = {}  # side and price of every order, for its cancel

    def lines(self, events: Iterable[Event]) -> list[str]:
        """Those of one message. Its kinds of report begin with their place among one another."""
        return sorted(map(self._line, events), key=lambda line: line[0])

    def _line(self, event: Event) -> str:
        number = event.command_seq - OPENING.seq - 1
        match event:
            case OrderAccepted(order_id=order_id, price=price, order_qty=qty) if price is not None:
                side = int(event.side is Side.SELL)
                self._terms[order_id] = (side, price)
                return f"0,{number},{side},{order_id},{price},{qty}"
            case Traded():
                return f"1,{number},{event.price},{event.qty},{event.maker_order_id},{event.taker_order_id}"
            case OrderCanceled(order_id=order_id):
                side, price = self._terms[order_id]
                return f"2,{number},{side},{order_id},{price}"
            case OrderReplaced(order_id=order_id, price=price, leaves_qty=qty) if price is not None:
                side, _ = self._terms[order_id]
                self._terms[order_id] = (side, price)
                return f"3,{number},{side},{order_id},{price},{qty}"
            case CancelRejected(order_id=order_id):
                return f"4,{number},{order_id}"
            case ReplaceRejected(order_id=order_id):
                return f"5,{number},{order_id}"
        raise ValueError(f"the protocol knows no report for {event}")


def run(messages: Iterator[Message]) -> Outcome:
    market, reports = open_market(), Reports()
    apply = market.apply
    digest = hashlib.sha256()
    separator = ""
    done, seconds = 0, 0.0
    while slice_ := list(islice(messages, SLICE)):
        if not done:  # the flow is planned by now: its million orders shall not cost the engine's collector
            gc.collect()
            gc.freeze()
        began = process_time()
        answers = [apply(command_of(message, market)) for message in slice_]
        seconds += process_time() - began
        done += len(slice_)
        text = "\n".join(line for events in answers for line in reports.lines(events))
        digest.update((separator + text).encode())
        separator = "\n"
    return Outcome(done, seconds, digest.hexdigest())


def print_table(scenarios: Iterable[str]) -> None:
    print(f"\nPublic yardstick: {flow.NEW_ORDERS:,} new orders, seed {flow.SEED}")
    print(f"  {'scenario':<12} {'messages':>10} {'k/s':>6}  {'hash':<12}  consensus")
    for scenario in scenarios:
        outcome = run(flow.messages(scenario))
        published = PUBLISHED[scenario]
        verdict = "the same" if outcome.digest == published else f"is {published[:12]}"
        rate = outcome.messages / outcome.seconds / 1000
        print(
            f"  {scenario:<12} {outcome.messages:>10,} {rate:>6,.0f}  {outcome.digest[:12]}  {verdict}",
            flush=True,
        )
