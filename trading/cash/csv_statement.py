"""The CSV format of bank statements (docs/bank.md): two tables in one file, the first of one row."""

import csv
from collections.abc import Iterator
from datetime import date

from trading.cash.refusals import CashRefused
from trading.cash.statements import CREDIT, DEBIT, Head, Line, cents_of, line_of, refuse_currency

HEAD = ["statement_id", "booked_on", "currency", "opening_balance", "closing_balance"]
ENTRY = [
    "bank_reference", "booked_on", "direction", "amount", "counterparty", "counterparty_account",
    "remittance",
]  # fmt: skip

Rows = Iterator[tuple[int, list[str]]]


def read(text: str) -> tuple[Head, list[Line]]:
    rows = _rows(text)
    head = _head(rows)
    _refuse_other_columns(rows, ENTRY)
    return head, [_line(number, row) for number, row in rows]


def _rows(text: str) -> Rows:
    """What is written, with its place in the file; empty lines may stand anywhere."""
    reader = csv.reader(text.splitlines(), strict=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, [cell.strip() for cell in row]
    except csv.Error as error:
        raise CashRefused("LINE_INVALID", f"Line {reader.line_num}: {error}.") from None


def _head(rows: Rows) -> Head:
    _refuse_other_columns(rows, HEAD)
    number, row = next(rows, (2, []))
    where = f"Line {number}"
    value = _values(where, HEAD, row)
    refuse_currency(where, value["currency"])
    if not value["statement_id"]:
        raise CashRefused("LINE_INVALID", f"{where}: the statement’s id is missing.", "statement_id")
    return Head(
        value["statement_id"],
        _date(where, value["booked_on"]),
        cents_of(where, value["opening_balance"]),
        cents_of(where, value["closing_balance"]),
    )


def _line(number: int, row: list[str]) -> Line:
    where = f"Line {number}"
    value = _values(where, ENTRY, row)
    if value["direction"] not in (CREDIT, DEBIT):
        raise CashRefused("LINE_INVALID", f"{where}: the direction is neither CREDIT nor DEBIT.", "direction")
    return line_of(where, **value | {"booked_on": _date(where, value["booked_on"])})  # type: ignore[arg-type]


def _values(where: str, columns: list[str], row: list[str]) -> dict[str, str]:
    if len(row) != len(columns):
        raise CashRefused("LINE_INVALID", f"{where} has {len(row)} values, not {len(columns)}.")
    return dict(zip(columns, row, strict=True))


def _date(where: str, written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise CashRefused(
            "LINE_INVALID", f"{where}: {written!r} is no date like 2026-12-24.", "booked_on"
        ) from None


def _refuse_other_columns(rows: Rows, columns: list[str]) -> None:
    number, row = next(rows, (1, []))
    if row != columns:
        raise CashRefused("COLUMNS", f"Line {number} has to name these columns: {', '.join(columns)}.")
