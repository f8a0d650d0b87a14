"""Take bank statements in: the files named, or all that wait in the bank's directory (docs/bank.md)."""

from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from trading import cash
from trading.cash import inbox


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="*", type=Path, help="CSV, or ISO 20022 camt.053")

    def handle(self, *args: Any, file: list[Path], **options: Any) -> None:
        refused = [self._import(path.name, path.read_bytes) for path in file]
        for found in [] if file else inbox.waiting():
            refused.append(self._import(found.name, partial(inbox.read, found.name)))
            if not refused[-1]:
                inbox.put_away(found.name)
        if any(refused):
            raise CommandError("\n".join(filter(None, refused)))

    def _import(self, name: str, read: Callable[[], bytes]) -> str:
        """Why it was not taken in, where somebody has to see to it: the next one may not depend on it."""
        try:
            row = cash.import_statement(content=read(), file_name=name, by=None)
        except OSError as error:
            return f"{name}: {error.strerror}"
        except cash.CashRefused as refused:
            if refused.code != "ALREADY_IMPORTED":
                return f"{name}: {refused.code}: {refused} Nothing of it was booked."
            self.stdout.write(f"{name}: {refused.code}: {refused}")
        else:
            self.stdout.write(f"{name}: statement {row} with {row.entries.count()} entries booked")
        return ""
