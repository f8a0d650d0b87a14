"""A sheet as PDF, set by Typst: tagged for screen readers, with its own fonts only, and the same bytes for
the same figures."""

import json
import threading
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import typst
from django.conf import settings

from trading.documents.periods import in_words, local
from trading.documents.sheet import Cell, Cents, Per, Sheet, Table

TEMPLATE = Path(__file__).with_name("sheet.typ")
# Lines of a table on paper; whoever has more looks for them in the CSV.
LONGEST = 2_000

_one_at_a_time = threading.Lock()  # a compiler serves one caller


def to_pdf(sheet: Sheet, *, standard: "typst.PDFStandards" = None) -> bytes:
    inputs = {"sheet": json.dumps(_described(sheet))}
    with _one_at_a_time:
        made = _compiler().compile(format="pdf", sys_inputs=inputs, pdf_standards=standard)
    assert isinstance(made, bytes)
    return made


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False)
    return typst.Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=fonts, ignore_system_fonts=True)


def _described(sheet: Sheet) -> dict[str, object]:
    return {
        "venue": settings.VENUE,
        "title": sheet.title,
        "subject": sheet.subject,
        "to": list(sheet.to),
        "facts": [[name, said(value)] for name, value in sheet.facts],
        "highlights": [[name, said(value)] for name, value in sheet.highlights],
        "mark": sheet.mark,
        "tables": [_table(table) for table in sheet.tables],
        "notes": list(sheet.notes),
    }


def _table(table: Table) -> dict[str, object]:
    left_out = len(table.rows) - LONGEST
    more = f"{left_out:,} more lines are in the CSV file." if left_out > 0 else ""
    return {
        "title": table.title,
        "headings": [column.heading for column in table.columns],
        "figures": [column.is_figure for column in table.columns],
        "wide": [column.is_wide for column in table.columns],
        "rows": [[said(cell) for cell in row] for row in table.rows[:LONGEST]],
        "total": None if table.total is None else [said(cell) for cell in table.total],
        "note": " ".join(filter(None, [more, table.note])),
        "empty": table.empty,
    }


def said(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case Cents():
            return _signed(f"{Decimal(int(cell)) / 100:,.2f}")
        case Per():
            return _signed(f"{cell.usd:,f}")
        case Decimal():
            return _signed(f"{cell:,f}")
        case datetime():
            at = local(cell)
            return f"{in_words(at.date())}, {at:%H:%M:%S} {at:%Z}"
        case date():
            return in_words(cell)
    return cell


def _signed(figure: str) -> str:
    return figure.replace("-", "−")
