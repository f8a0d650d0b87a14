"""Take in sanctions lists from a directory of OFAC's files (sdn.csv, alt.csv, add.csv, sdn_comments.csv; the
consolidated list's are cons_*.csv). Each list is taken in whole or not at all; the same files again change
nothing."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.screening import lists


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path)
        parser.add_argument("--published", type=date.fromisoformat, help="the day OFAC published it")
        parser.add_argument("--shrunk", action="store_true", help="more than half of its entries may go")

    def handle(
        self, *args: Any, directory: Path, published: date | None, shrunk: bool, **options: Any
    ) -> None:
        try:
            for kind, files in lists.read_directory(directory).items():
                loaded = lists.load_list(
                    kind=kind, files=files, published_on=published, even_if_shrunk=shrunk,
                    progress=self.stderr.write,
                )  # fmt: skip
                self._say(loaded)
        except OSError as error:
            raise CommandError(f"UNREADABLE: {error.strerror}: {error.filename}") from error
        except lists.ListRefused as refused:
            raise CommandError(f"{refused.code}: {refused}") from refused

    def _say(self, loaded: lists.Loaded) -> None:
        row = loaded.list
        if not loaded.is_new:
            self.stdout.write(f"{row}: these files are in force already.")
            return
        self.stdout.write(
            f"{row}: {row.entries} entries, {row.names} names; {row.added} added, {row.changed} changed, "
            f"{row.removed} removed."
        )
