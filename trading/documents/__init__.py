"""An account's documents: confirmations, statements, the data of its tax forms, as PDF and CSV.

They are folded from the ledger whenever somebody asks, and kept nowhere.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal import clock
from portal.models import Account
from trading.documents import periods
from trading.documents.csv_file import to_csv
from trading.documents.figures import confirmations, taxes
from trading.documents.figures.statements import Statement, statements
from trading.documents.pdf import to_pdf
from trading.documents.sheet import Sheet
from trading.documents.sheets import confirmations as confirmation_sheets
from trading.documents.sheets import statements as statement_sheets
from trading.documents.sheets import taxes as tax_sheets

__all__ = [
    "Available", "Document", "DocumentNotFound", "Format", "Kind", "Statement", "available", "render",
    "statements", "written",
]  # fmt: skip


class Kind(StrEnum):
    CONFIRMATION = "CONFIRMATION"
    STATEMENT = "STATEMENT"
    TAX_1099B = "TAX_1099B"
    TAX_1099DIV = "TAX_1099DIV"
    TAX_1042S = "TAX_1042S"


class Format(StrEnum):
    PDF = "PDF"
    CSV = "CSV"


FORMATS = list(Format)
_WRITERS: dict[Format, tuple[Callable[[Sheet], bytes], str]] = {
    Format.PDF: (to_pdf, "application/pdf"),
    Format.CSV: (to_csv, "text/csv; charset=utf-8"),
}
TAX_TITLES = {
    Kind.TAX_1099B: "1099-B data (sales)",
    Kind.TAX_1099DIV: "1099-DIV data (dividends)",
    Kind.TAX_1042S: "1042-S data (dividends)",
}
CONFIRMATIONS = 500


@dataclass(frozen=True, slots=True)
class Available:
    kind: Kind
    id: str
    title: str
    date: date  # the last day it tells of
    formats: list[Format]


@dataclass(frozen=True, slots=True)
class Document:
    file_name: str
    content_type: str
    content: bytes


class DocumentNotFound(Exception):
    """The account has no such document."""


def available(account: Account, *, confirmations_shown: int = CONFIRMATIONS) -> list[Available]:
    """Statements, tax forms and the latest confirmations, each the last first. Of older trades there is a
    confirmation all the same."""
    if account.kind == Account.Kind.CONTRA:
        return []
    now = clock.now()
    today = periods.local_date(now)
    found = [
        Available(Kind.STATEMENT, month.id, f"Statement, {month.title}", min(month.last_day, today), FORMATS)
        for month in periods.months(account.opened_at, now)
    ]
    years = {
        Kind.TAX_1099B: taxes.years_of_sales(account),
        Kind.TAX_1099DIV: taxes.years_of_dividends(account, foreign=False),
        Kind.TAX_1042S: taxes.years_of_dividends(account, foreign=True),
    }
    found += [
        Available(kind, year.id, f"{TAX_TITLES[kind]}, {year.title}", min(year.last_day, today), FORMATS)
        for kind, of_kind in years.items()
        for year in of_kind
    ]
    found += [
        Available(
            Kind.CONFIRMATION, confirmations.id_of(row), confirmations.title_of(row),
            periods.local_date(row.at), FORMATS,
        )
        for row in confirmations.latest(account, confirmations_shown)
    ]  # fmt: skip
    return found


def render(*, account: Account, kind: str, id: str, format: str) -> Document:
    """A document of the account's own. Raises DocumentNotFound."""
    if account.kind == Account.Kind.CONTRA or kind not in list(Kind) or format not in list(Format):
        raise DocumentNotFound
    sheet = _sheet(account, Kind(kind), id)
    if sheet is None:
        raise DocumentNotFound
    return written(sheet, Format(format))


def written(sheet: Sheet, format: Format) -> Document:
    write, content_type = _WRITERS[format]
    return Document(f"{sheet.file_name}.{format.lower()}", content_type, write(sheet))


def statement_sheets_of(accounts: Iterable[Account], month: periods.Period) -> Iterable[Sheet]:
    return map(statement_sheets.sheet_of, statements(accounts, month))


def _sheet(account: Account, kind: Kind, name: str) -> Sheet | None:
    if kind == Kind.CONFIRMATION:
        found = confirmations.confirmation(account, name)
        return None if found is None else confirmation_sheets.sheet_of(found)
    if kind == Kind.STATEMENT:
        month = periods.month_named(name)
        if month is None or month not in periods.months(account.opened_at, clock.now()):
            return None
        [statement] = statements([account], month)
        return statement_sheets.sheet_of(statement)
    year = periods.year_named(name)
    if year is None:
        return None
    if kind == Kind.TAX_1099B:
        sold = taxes.sales(account, year)
        return tax_sheets.sales_sheet(sold) if sold.rows else None
    foreign = kind == Kind.TAX_1042S
    paid = taxes.dividends(account, year, foreign=foreign)
    if not paid.rows:
        return None
    return tax_sheets.foreign_sheet(paid) if foreign else tax_sheets.dividends_sheet(paid)
