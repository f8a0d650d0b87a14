"""Take bank statements in: the files named, or all that wait in the bank's directory (docs/bank.md)."""

from argparse import ArgumentParser
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
        for path in file:
            try:
                content = path.read_bytes()
            except OSError as error:
                raise CommandError(f"{path}: {error.strerror}") from error
            self._import(path.name, content)
        for found in [] if file else inbox.waiting():
            self._import(found.name, inbox.read(found.name))
            inbox.put_away(found.name)

    def _import(self, name: str, content: bytes) -> None:
        try:
            row = cash.import_statement(content=content, file_name=name, by=None)
        except cash.CashRefused as refused:
            raise CommandError(f"{name}: {refused.code}: {refused} Nothing of it was booked.") from refused
        self.stdout.write(f"{name}: statement {row} with {row.entries.count()} entries booked")
