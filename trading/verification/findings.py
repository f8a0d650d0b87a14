"""What a verification found, and how rows are held against what they should be."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import date, time
from typing import Any

from django.db import connection, transaction

Row = dict[str, Any]


@contextmanager
def of_one_moment() -> Iterator[None]:
    """All that is read inside is of one moment, while the venue trades on."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


class Findings:
    """Differences, each a line that names its row. A flood is cut: what follows from one wrong row can be
    every later one."""

    MOST_SHOWN = 200

    def __init__(self) -> None:
        self._shown: list[str] = []
        self._count = 0

    def add(self, table: str, row: object, what: str) -> None:
        self._count += 1
        if self._count <= self.MOST_SHOWN:
            self._shown.append(f"{table} {row}: {what}")

    def __len__(self) -> int:
        return self._count

    def lines(self) -> list[str]:
        hidden = self._count - len(self._shown)
        return self._shown + ([f"and {hidden} more differences"] if hidden else [])


def _said(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | time) else repr(value)


def give_up(rows: Iterator[Any]) -> None:
    """Read no further. A cursor left to garbage collection may be closed amid another query, and hang."""
    if isinstance(rows, Generator):
        rows.close()


class Comparison:
    """A table's rows in the order of their keys, read alongside what they should be.

    What should be there is told in the same order, as it becomes known, so that neither side has to be
    kept in memory.
    """

    def __init__(
        self,
        findings: Findings,
        table: str,
        stored: Iterator[tuple[Any, Row]],
        *,
        name: Callable[[Any], str],
    ) -> None:
        self._findings = findings
        self._table = table
        self._stored = stored
        self._name = name
        self._next = next(stored, None)

    def expect(self, key: Any, row: Row) -> None:
        self._pass_over(key)
        if self._next is None or self._next[0] != key:
            self._report(key, "is missing")
            return
        found = self._next[1]
        if found != row:
            wrong = [column for column in row if found[column] != row[column]]
            self._report(
                key, "; ".join(f"{c} is {_said(found[c])}, should be {_said(row[c])}" for c in wrong)
            )
        self._next = next(self._stored, None)

    def expect_no_more(self) -> None:
        self._pass_over(None)

    def give_up(self) -> None:
        give_up(self._stored)

    def _pass_over(self, key: Any) -> None:
        while self._next is not None and (key is None or self._next[0] < key):
            self._report(self._next[0], "should not be there")
            self._next = next(self._stored, None)

    def _report(self, key: Any, what: str) -> None:
        self._findings.add(self._table, self._name(key), what)
