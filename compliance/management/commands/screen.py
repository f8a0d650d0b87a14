"""Screen a file of names (CSV with the column name and, where known, birth_date, country, id_number) against
the sanctions lists loaded; prints a CSV of each row's best candidates. A row without any is printed with
empty columns."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.screening import lists, thresholds
from compliance.screening.countries import code_of
from compliance.screening.index import Index, Match, Person

INPUT = ("name", "birth_date", "country", "id_number")
OUTPUT = (
    "row", *INPUT, "rank", "list", "entry_id", "listed_name", "score", "hit", "matched",
    "matched_kind", "why",
)  # fmt: skip
HOW_TO_LOAD = "No list is loaded. Load one: manage.py load_sanctions DIR; or read files: --lists DIR."
PROGRESS_EVERY = 500


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a CSV file with a heading line")
        parser.add_argument("--lists", type=Path, metavar="DIR", help="read OFAC's files there, load nothing")
        parser.add_argument("--most", type=int, default=10, help="candidates a row (10)")
        parser.add_argument("--least", type=Decimal, help="the least score shown (rule SCREENING-SHOWN)")

    def handle(
        self, *args: Any, file: Path, lists: Path | None, most: int, least: Decimal | None, **options: Any
    ) -> None:
        rows = _read(file)
        index = index_in(lists)
        hit, shown = thresholds.hit(), thresholds.shown() if least is None else float(least)
        out = csv.writer(self.stdout, lineterminator="\n")
        out.writerow(OUTPUT)
        for number, row in enumerate(rows, start=1):
            person = _person(number, row)
            matches = index.search(person, least=shown, most=most) if any(row.values()) else []
            given = [number, *(row.get(name, "") for name in INPUT)]
            out.writerows(
                [[*given, *cells] for cells in _cells(matches, hit)] or [[*given, *[""] * (len(OUTPUT) - 5)]]
            )
            if number % PROGRESS_EVERY == 0:
                self.stderr.write(f"{number} of {len(rows)}")


def _read(file: Path) -> list[dict[str, str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.DictReader(opened, skipinitialspace=True)
            rows = [{k: (v or "").strip() for k, v in row.items() if k} for row in reader]
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"UNREADABLE: {file}: {error}") from error
    if "name" not in (reader.fieldnames or []):
        raise CommandError(f"NO_NAMES: {file} has no column called name in its first line.")
    return rows


def index_in(directory: Path | None) -> Index:
    try:
        if directory is not None:
            files = lists.read_directory(directory)
            return lists.index_of(entry for kind in files for entry in lists.parse(kind, files[kind]))
    except lists.ListRefused as refused:
        raise CommandError(f"{refused.code}: {refused}") from refused
    index = lists.index()
    if index is None:
        raise CommandError(f"NOTHING_LOADED: {HOW_TO_LOAD}")
    return index


def _person(number: int, row: dict[str, str]) -> Person:
    born = row.get("birth_date", "")
    try:
        born_on = date.fromisoformat(born) if born else None
    except ValueError as error:
        raise CommandError(f"BAD_DATE: row {number}: {born!r} is no date; write 1963-07-28.") from error
    country = code_of(row.get("country", ""))
    return Person(
        name=row["name"],
        born_on=born_on,
        countries=(country,) if country else (),
        numbers=lists.number_keys(row.get("id_number", "")),
    )


def _cells(matches: list[Match], hit: float) -> Iterator[list[Any]]:
    for rank, match in enumerate(matches, start=1):
        yield [
            rank, match.entry.list_kind, match.entry.uid, match.entry.name, f"{match.score:.3f}",
            "yes" if match.score >= hit else "no", match.matched, match.kind, match.why,
        ]  # fmt: skip
