"""Take in a position file (CSV: as_of,symbol,account,quantity), and compare what it speaks of."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from trading.models import PositionFile
from trading.reconciliation.comparing import in_words
from trading.reconciliation.errors import ReconciliationRefused
from trading.reconciliation.position_files import import_positions


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", choices=PositionFile.Source.values)
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, source: str, file: Path, **options: Any) -> None:
        try:
            content = file.read_bytes()
            taken, compared = import_positions(source=source, content=content, file_name=file.name)
        except OSError as error:
            raise CommandError(f"UNREADABLE: {error.strerror}: {file}") from error
        except ReconciliationRefused as refused:
            raise CommandError(f"{refused.code}: {refused}") from refused
        self.stdout.write(f"{taken}: {taken.lines.count()} positions taken in.")
        for made in compared:
            self.stdout.write(in_words(made))
