"""A sheet as CSV: each line begins with the part it belongs to, and each part with its headings."""

import csv
from datetime import date, datetime
from decimal import Decimal
from io import StringIO

from trading.documents.periods import local
from trading.documents.sheet import Cell, Cents, Per, Sheet

# What a spreadsheet would take for a formula (OWASP: CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(sheet: Sheet) -> bytes:
    file = StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    facts = [("Title", f"{sheet.title}: {sheet.subject}"), ("Name", sheet.to[0]), *sheet.facts]
    if sheet.mark:
        facts.append(("Mark", sheet.mark))
    for name, value in (*facts, *sheet.highlights):
        writer.writerow(["Document", name, _written(value)])
    for table in sheet.tables:
        writer.writerow([table.title, *(column.heading for column in table.columns)])
        for row in table.rows:
            writer.writerow([table.title, *map(_written, row)])
    return file.getvalue().encode("utf-8-sig")  # spreadsheets take anything else for something else


def _written(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case Cents():
            return f"{Decimal(int(cell)) / 100:.2f}"
        case Per():
            return f"{cell.usd:f}"
        case Decimal():
            return f"{cell:f}"
        case datetime():
            return local(cell).isoformat(timespec="milliseconds")
        case date():
            return cell.isoformat()
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
