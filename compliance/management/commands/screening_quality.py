"""Measure the search on names made from the lists in force (docs/screening.md): of those listed, how many are
found, by what was done to the name; of those not listed, how many are hits all the same."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from compliance.management.commands.screen import index_in
from compliance.screening import quality, thresholds

LINE = "{kind:36} {asked:>6} {hit:>8} {first:>8} {shown:>8}"


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--lists", type=Path, metavar="DIR", help="read OFAC's files there, load nothing")
        parser.add_argument("--of-each", type=int, default=300, help="names of each kind (300)")
        parser.add_argument("--hit", type=float, help="another threshold than the rule table's")

    def handle(self, *args: Any, lists: Path | None, of_each: int, hit: float | None, **options: Any) -> None:
        index = index_in(lists)
        hit = thresholds.hit() if hit is None else hit
        asked = quality.questions(index.entries, of_each=of_each)
        figures = quality.measure(index, asked, hit=hit, shown=thresholds.shown(), done=self._progress)
        self.stdout.write(
            f"{len(asked)} names against {len(index.entries)} entries; a hit is {hit} or more.\n"
        )
        for is_listed, title in ((True, "Listed"), (False, "Not listed")):
            rows = [row for row in figures if row.is_listed == is_listed]
            first = "first" if is_listed else ""
            self.stdout.write(LINE.format(kind=title, asked="names", hit="hit", first=first, shown="shown"))
            for row in rows:
                self._line(row)
        found = sum(row.hit for row in figures if row.is_listed)
        listed = sum(row.asked for row in figures if row.is_listed)
        false = sum(row.hit for row in figures if not row.is_listed)
        self.stdout.write(f"Recall {found / listed:.1%}, precision {found / (found + false):.1%}.")

    def _line(self, row: quality.Figures) -> None:
        def share(number: int) -> str:
            return f"{number / row.asked:.1%}"

        first = share(row.first) if row.is_listed else ""
        self.stdout.write(
            LINE.format(
                kind=row.kind, asked=row.asked, hit=share(row.hit), first=first, shown=share(row.shown)
            )
        )

    def _progress(self, number: int) -> None:
        if number % 1000 == 0:
            self.stderr.write(f"{number} names")
