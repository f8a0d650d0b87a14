"""What every document is made of: a head, facts, tables, notes. Written as PDF and as CSV alike."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal


class Cents(int):
    """An amount of money."""


@dataclass(frozen=True, slots=True)
class Per:
    """A price of one unit."""

    usd: Decimal


Cell = str | date | datetime | Cents | Decimal | Per | None
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Column:
    heading: str
    is_figure: bool = False
    is_wide: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    total: Row | None = None
    note: str = ""
    empty: str = "None."


@dataclass(frozen=True, slots=True)
class Sheet:
    title: str  # e.g. "Statement of account"
    subject: str  # e.g. "November 2026"
    file_name: str  # without its ending
    to: Sequence[str]  # name and address
    facts: Sequence[tuple[str, Cell]]
    highlights: Sequence[tuple[str, Cell]] = ()
    mark: str = ""  # what nobody may miss, e.g. that it was corrected
    tables: Sequence[Table] = field(default_factory=list)
    notes: Sequence[str] = field(default_factory=list)
