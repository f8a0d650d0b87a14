"""Write the statements of a month, of all accounts or of some, as PDF and CSV."""

from argparse import ArgumentParser
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from portal import audit, clock
from portal.models import Account
from trading import documents
from trading.documents import periods

SHOWN_EVERY_S = 2.0


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--month", required=True, help="e.g. 2026-10")
        parser.add_argument("--account", action="append", help="its number; may be given again")
        parser.add_argument("--out", required=True, type=Path, help="the folder to write to")
        parser.add_argument("--format", choices=list(documents.Format), help="one of them only")

    def handle(self, *args: Any, **options: Any) -> None:
        month = periods.month_named(options["month"])
        if month is None or month.starts_at > clock.now():
            raise CommandError("Say a month that has begun, e.g. --month 2026-10.")
        accounts = _accounts(month, options["account"])
        formats = [documents.Format(options["format"])] if options["format"] else list(documents.Format)
        folder: Path = options["out"]
        folder.mkdir(parents=True, exist_ok=True)
        total = accounts.count()
        facts = {"accounts": options["account"] or "all", "count": total, "folder": str(folder)}
        audit.record(action="STATEMENTS_WRITTEN", subject=month.id, facts=facts)
        began = shown = monotonic()
        for done, sheet in enumerate(documents.statement_sheets_of(accounts.iterator(), month), start=1):
            for format in formats:
                document = documents.written(sheet, format)
                (folder / document.file_name).write_bytes(document.content)
            if done == total or monotonic() - shown > SHOWN_EVERY_S:
                shown = monotonic()
                rate = done / (shown - began)
                self.stdout.write(f"{done:,} of {total:,} statements of {month.title}, {rate:,.0f} a second")


def _accounts(month: periods.Period, numbers: list[str] | None) -> QuerySet[Account]:
    accounts = Account.objects.exclude(kind=Account.Kind.CONTRA).filter(opened_at__lt=month.ends_at)
    if numbers:
        accounts = accounts.filter(number__in=numbers)
        missing = set(numbers) - set(accounts.values_list("number", flat=True))
        if missing:
            raise CommandError(f"There is no such account in {month.title}: {', '.join(sorted(missing))}.")
    return accounts
