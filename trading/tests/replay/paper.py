"""Replays on paper: a hand-made session planned, matched by the engine alone, and checked."""

from collections.abc import Sequence
from dataclasses import dataclass

from trading.engine import (
    CancelOrder,
    Command,
    ConfigureListing,
    Event,
    HaltTrading,
    Market,
    NewOrder,
    ReplaceOrder,
    ResumeTrading,
    SelfTrade,
)
from trading.replay import lobster
from trading.replay.check import Check
from trading.replay.plan import Counts, Plan, Step
from trading.services.requests import CancelRequest, NewOrderRequest, ReplaceRequest, Request

PASSIVE, AGGRESSIVE = 11, 22


@dataclass
class Replayed:
    steps: list[Step]
    counts: Counts
    check: Check
    tick: int
    rejected: list[str]

    def requests(self, line: int) -> list[str]:
        """What was sent for a line, in words: `buy 100 @ 9900`, `cancel 1.2`, `replace 1.2 to 60`."""
        return [self._told(request) for step in self.steps if step.line == line for request in step.requests]

    def _told(self, request: Request) -> str:
        if isinstance(request, NewOrderRequest):
            assert request.price is not None
            ioc = " now" if request.time_in_force == "IOC" else ""
            return f"{request.side.lower()} {request.order_qty} @ {request.price * self.tick}{ioc}"
        if isinstance(request, CancelRequest):
            return f"cancel {request.orig_cl_ord_id}"
        assert isinstance(request, ReplaceRequest)
        return f"replace {request.orig_cl_ord_id} to {request.order_qty}"


def book(*levels: tuple[int, int] | None, depth: int = 2) -> str:
    """A row of the orderbook file from asks and bids in turn, as in the file; the rest is empty."""
    cells: list[str] = []
    for number in range(2 * depth):
        level = levels[number] if number < len(levels) else None
        empty = (lobster.NO_PRICE if number % 2 == 0 else -lobster.NO_PRICE, 0)
        cells += map(str, level or empty)
    return ",".join(cells)


def replay(messages: Sequence[str], books: Sequence[str] | None = None) -> Replayed:
    survey = lobster.Survey(lobster.rows(messages, books))
    plan = Plan(
        lobster.rows(messages, books), survey, listing_id=1, passive_id=PASSIVE, aggressive_id=AGGRESSIVE
    )
    check = Check(listing_id=1, tick=survey.tick, books=books is not None)
    engine = _Engine()
    steps = []
    for step in plan:
        steps.append(step)
        if step.halted is not None:
            halt = HaltTrading if step.halted else ResumeTrading
            check.fold(engine.apply(halt(engine.next_seq, 0, "", "")))
        events = []
        for request in step.requests:
            events += engine.apply(engine.command(request))
            if isinstance(request, NewOrderRequest):
                check.know(engine.order_ids[request.cl_ord_id], request.cl_ord_id)
        check.expect(step, seq=engine.next_seq - 1)
        if events:
            check.fold(events)
    check.close_steps(before=engine.next_seq)
    return Replayed(steps, plan.counts, check, survey.tick, engine.rejected)


class _Engine:
    def __init__(self) -> None:
        self.market = Market(1)
        self.next_seq = 1
        self.order_ids: dict[str, int] = {}
        self.rejected: list[str] = []
        self.apply(ConfigureListing(1, 0, 1, 1, 10**9, 10**9))

    def apply(self, command: Command) -> list[Event]:
        events = self.market.apply(command)
        self.next_seq += 1
        self.rejected += [str(event) for event in events if "Rejected" in type(event).__name__]
        return events

    def command(self, request: Request) -> Command:
        seq = self.next_seq
        if isinstance(request, NewOrderRequest):
            self.order_ids[request.cl_ord_id] = seq
            return NewOrder(
                seq, 0, seq, request.account_id, request.side, request.ord_type, request.time_in_force,
                request.order_qty, request.price, None, None, request.account_id, SelfTrade.ALLOW,
            )  # fmt: skip
        assert isinstance(request, CancelRequest | ReplaceRequest) and request.orig_cl_ord_id is not None
        order_id = self.order_ids[request.orig_cl_ord_id]
        if isinstance(request, CancelRequest):
            return CancelOrder(seq, 0, order_id, request.account_id, request.reason)
        return ReplaceOrder(seq, 0, order_id, request.account_id, request.order_qty, request.price)
