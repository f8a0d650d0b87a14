"""The run: requests go through order entry in batches, like those of any other door.

Matching is the workers' business. The run only stays no more than a few thousand commands ahead of them,
and checks what they have done while it waits.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from time import monotonic, sleep

from trading import doorbell
from trading.models import MarketState
from trading.replay.check import Check
from trading.replay.lobster import NANOSECONDS, FeedError
from trading.replay.plan import Step
from trading.replay.venue import Venue
from trading.services import operations
from trading.services.entry import MAX_BATCH, submit_orders
from trading.services.requests import Accepted, MassAccepted, NewOrderRequest, Outcome, Refused, Request

BATCH = 500
MOST_AHEAD = 4000
LOOK_EVERY_S = 0.01
PATIENCE_S = 60.0


@dataclass(slots=True)
class Run:
    """``speed``: how many times faster than the session was; None for flat out."""

    venue: Venue
    check: Check
    speed: Decimal | None
    on_progress: Callable[["Run"], None]
    messages: int = 0
    requests: int = 0
    refused: list[str] = field(default_factory=list)
    _steps: list[Step] = field(default_factory=list)
    _waiting: int = 0  # requests of these steps
    _last_seq: int = 1  # that of the listing's configuration
    _applied_seq: int = 0
    _began: float = 0.0
    _ended: float | None = None
    _opened_at: int = 0

    @property
    def messages_per_second(self) -> int:
        """From the first request to the last command matched and checked."""
        ended = monotonic() if self._ended is None else self._ended
        return int(self.messages / max(ended - self._began, 0.001))

    def play(self, steps: Iterable[Step]) -> None:
        self._began = monotonic()
        for step in steps:
            self._wait_until_due(step)
            if step.halted is not None:
                self._flush()
                self._operate(halted=step.halted)
            self._steps.append(step)
            self._waiting += len(step.requests)
            if self._waiting >= BATCH or len(self._steps) >= MAX_BATCH:
                self._flush()
        self._flush()
        self._wait_until_ahead_by(0)
        self._ended = monotonic()

    def _wait_until_due(self, step: Step) -> None:
        if self.speed is None:
            return
        self._opened_at = self._opened_at or step.at
        due = self._began + float((step.at - self._opened_at) / self.speed) / NANOSECONDS
        if monotonic() < due:
            self._flush()
        while (left := due - monotonic()) > 0:
            self._look()
            sleep(min(left, LOOK_EVERY_S))

    def _flush(self) -> None:
        self._wait_until_ahead_by(MOST_AHEAD)
        requests = [request for step in self._steps for request in step.requests]
        outcomes: list[Outcome] = []
        for start in range(0, len(requests), MAX_BATCH):
            outcomes += submit_orders(requests[start : start + MAX_BATCH])
        answers = iter(zip(requests, outcomes, strict=True))
        for step in self._steps:
            for _ in step.requests:
                self._note(step, *next(answers))
            self.check.expect(step, seq=self._last_seq)
            self.messages += step.messages
        self.requests += len(requests)
        self._steps, self._waiting = [], 0
        self.on_progress(self)

    def _note(self, step: Step, request: Request, outcome: Outcome) -> None:
        if isinstance(outcome, Accepted):
            self._last_seq = outcome.seq
            if isinstance(request, NewOrderRequest):
                self.check.know(outcome.order_id, request.cl_ord_id)
            return
        assert not isinstance(outcome, MassAccepted)  # a replay cancels order by order
        code = outcome.reasons[0]["code"] if isinstance(outcome, Refused) else outcome.code
        self.refused.append(f"line {step.line}: {type(request).__name__} {request.cl_ord_id} refused: {code}")

    def _operate(self, *, halted: bool) -> None:
        """The file does not say why it was halted. After a resumption orders are taken once it is applied."""
        act, code = (operations.halt, "OPERATIONAL") if halted else (operations.resume, "RESOLVED")
        listing = self.venue.listing
        numbers = act(listings=[listing], reason_code=code, note="As in the replayed session.", actor=None)
        self._last_seq = numbers[listing.pk]
        self._wait_until_ahead_by(0)

    def _wait_until_ahead_by(self, commands: int) -> None:
        deadline = monotonic() + PATIENCE_S
        while self._last_seq - self._applied_seq > commands:
            before = self._applied_seq
            self._look()
            if self._applied_seq > before:
                deadline = monotonic() + PATIENCE_S
            elif monotonic() > deadline:
                raise FeedError(f"Nothing was matched for {PATIENCE_S:g} s.")
            else:
                sleep(LOOK_EVERY_S)
        self.check.read(applied_seq=self._applied_seq)

    def _look(self) -> None:
        """See how far matching has come, ring in case a ring was lost, and check what is new."""
        state = MarketState.objects.get(pk=self.venue.listing.pk)
        if state.fault_seq is not None:
            raise FeedError(f"The listing faulted at command {state.fault_seq}: {state.fault_text}")
        if state.applied_seq > self._applied_seq:
            self._applied_seq = state.applied_seq
            self.check.read(applied_seq=self._applied_seq)
        else:
            doorbell.ring(self.venue.listing.pk)
        self.on_progress(self)
