"""The check: our events, read back from the journal, folded, and held against what the plan expects.

It looks neither at the engine's memory nor at the feed nor at the plan's forecast.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from trading import journal
from trading.engine import BookFold, Event, Side, Traded
from trading.replay.plan import Aggressor, Step

READ_AT_ONCE = 2000


@dataclass(slots=True)
class Mismatch:
    """The best levels differ from the file's: (price, size), best first."""

    line: int
    side: Side
    ours: list[tuple[int, int]]
    theirs: list[tuple[int, int]]

    def __str__(self) -> str:
        return f"line {self.line}: {self.side} levels are {self.ours}, the file has {self.theirs}"


@dataclass(slots=True)
class Odd:
    """An incoming order whose fills differ from the file's: (ClOrdID, price, quantity), in sequence."""

    first_line: int
    last_line: int
    follows_from: int | None
    ours: list[tuple[str, int, int]]
    theirs: list[tuple[str, int, int]]

    def __str__(self) -> str:
        lines = f"line {self.first_line}"
        if self.last_line != self.first_line:
            lines = f"lines {self.first_line}–{self.last_line}"
        if self.follows_from is not None:
            lines += f", after line {self.follows_from}"
        return f"{lines}: filled {_told(self.ours)}; the file has {_told(self.theirs)}"


def _told(fills: list[tuple[str, int, int]]) -> str:
    return ", ".join(f"{name} {qty}@{price}" for name, price, qty in fills) or "nothing"


@dataclass(slots=True)
class Check:
    """Prices here are the file's: ticks times ``tick``."""

    listing_id: int
    tick: int
    books: bool  # compare the levels; fills are compared in any case
    compared: int = 0
    mismatches: list[Mismatch] = field(default_factory=list)
    odd: list[Odd] = field(default_factory=list)
    _expected: deque[tuple[int, Step]] = field(default_factory=deque)
    _names: dict[int, str] = field(default_factory=dict)
    _fold: BookFold = field(default_factory=BookFold)
    _fills: list[Traded] = field(default_factory=list)  # since the last step
    _event_seq: int = 0

    def know(self, order_id: int, name: str) -> None:
        """Which order of ours was entered under which ClOrdID."""
        self._names[order_id] = name

    def expect(self, step: Step, *, seq: int) -> None:
        """After command ``seq`` it must be as the step says. Steps come in their order."""
        self._expected.append((seq, step))

    def read(self, *, applied_seq: int) -> None:
        """Fold what has been applied since the last reading, and compare step by step."""
        while events := journal.events_after(
            listing_id=self.listing_id, seq=self._event_seq, limit=READ_AT_ONCE
        ):
            self.fold(events)
        self.close_steps(before=applied_seq + 1)

    def fold(self, events: Sequence[Event]) -> None:
        for event in events:
            self.close_steps(before=event.command_seq)
            self._fold.apply(event)
            if isinstance(event, Traded):
                self._fills.append(event)
        self._fold.clear_changed()
        self._event_seq = events[-1].seq

    def close_steps(self, *, before: int) -> None:
        while self._expected and self._expected[0][0] < before:
            _, step = self._expected.popleft()
            if step.aggressor is not None:
                self._compare_fills(step, step.aggressor)
            if self.books and step.book is not None:
                self._compare_levels(step)
            self._fills.clear()

    def _compare_levels(self, step: Step) -> None:
        assert step.book is not None
        self.compared += 1
        for side in Side:
            theirs = step.book.of(side)
            ours = [(price * self.tick, qty) for price, qty in self._fold.levels(side, step.book.depth)]
            if ours != theirs:
                self.mismatches.append(Mismatch(step.last_line, side, ours, theirs))
                return

    def _compare_fills(self, step: Step, aggressor: Aggressor) -> None:
        ours = [
            (self._names[fill.maker_order_id], fill.price * self.tick, fill.qty)
            for fill in self._fills
            if self._names.get(fill.taker_order_id) == aggressor.name
        ]
        if ours != aggressor.fills:
            self.odd.append(Odd(step.line, step.last_line, aggressor.follows_from, ours, aggressor.fills))
