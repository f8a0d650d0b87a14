"""Trade a real exchange session, in LOBSTER format, on this venue, and compare the books."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from pathlib import Path
from time import monotonic

from django.core.management.base import BaseCommand, CommandError

from trading.replay import lobster, venue
from trading.replay.check import Check
from trading.replay.plan import Plan
from trading.replay.run import Run

SHOWN = 100  # of each kind of finding; the rest is counted
PROGRESS_EVERY_S = 2.0


def speed(text: str) -> Decimal | None:
    if text == "max":
        return None
    try:
        times = Decimal(text)
    except InvalidOperation:
        times = Decimal(0)
    if not times.is_finite() or times <= 0:
        raise ArgumentTypeError(f"{text!r} is neither 'max' nor a number above zero")
    return times


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is no whole number above zero")
    return int(text)


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("messages", type=Path, help="the message file")
        parser.add_argument("--symbol", required=True, help="list it as; SYM-2, SYM-3 … where that is taken")
        parser.add_argument("--orderbook", type=Path, help="the orderbook file: the book after each message")
        parser.add_argument("--check", action="store_true", help="compare our best levels with the orderbook")
        parser.add_argument(
            "--speed", type=speed, default=None, metavar="X|max",
            help="X times as fast as the session was; max (the default): as fast as it goes",
        )  # fmt: skip
        parser.add_argument("--limit", type=positive, metavar="N", help="stop after so many messages")

    def handle(
        self, *, messages: Path, symbol: str, orderbook: Path | None, check: bool, speed: Decimal | None,
        limit: int | None, **options: object,
    ) -> None:  # fmt: skip
        if check and orderbook is None:
            raise CommandError("--check needs --orderbook.")
        try:
            run, plan = self._replay(messages, symbol, orderbook, check, speed, limit)
        except (OSError, lobster.FeedError) as error:
            raise CommandError(str(error)) from error
        self._report(run, plan)
        if run.check.mismatches:
            raise SystemExit(1)

    def _replay(
        self, messages: Path, symbol: str, orderbook: Path | None, check: bool, speed: Decimal | None,
        limit: int | None,
    ) -> tuple[Run, Plan]:  # fmt: skip
        self.stdout.write(f"Reading {messages.name} …")
        survey = lobster.Survey(_rows(messages, orderbook, limit))
        place = venue.open_venue(symbol=symbol.upper(), survey=survey)
        listing = place.listing
        plan = Plan(
            _rows(messages, orderbook, limit), survey, listing_id=listing.pk, passive_id=place.passive.pk,
            aggressive_id=place.aggressive.pk,
        )  # fmt: skip
        self.stdout.write(
            f"Listed as {listing.symbol}: tick {listing.tick_size.normalize():f} USD, a lot of "
            f"{listing.lot_size.normalize():f}, {survey.messages:,} messages."
        )
        run = Run(place, Check(listing.pk, survey.tick, check), speed, _Progress(self, survey.messages))
        with venue.matched(listing) as workers_are_ours:
            if workers_are_ours:
                self.stdout.write("No worker answered: matching and settlement run here for the time being.")
            run.play(plan)
        return run, plan

    def _report(self, run: Run, plan: Plan) -> None:
        check = run.check
        for title, findings in (
            ("Refused", run.refused), ("Mismatches", check.mismatches), ("Odd aggressors", check.odd),
        ):  # fmt: skip
            self._list(title, findings)
        counts = asdict(plan.counts) | {"refused": len(run.refused), "requests": run.requests}
        self.stdout.write(" ".join(f"{name}={count}" for name, count in counts.items()))
        self.stdout.write(
            f"messages={run.messages} compared={check.compared} mismatches={len(check.mismatches)} "
            f"odd_aggressors={len(check.odd)} orders_per_second={run.messages_per_second}"
        )

    def _list(self, title: str, findings: Sequence[object]) -> None:
        if not findings:
            return
        self.stdout.write(f"{title}: {len(findings)}")
        for finding in findings[:SHOWN]:
            self.stdout.write(f"  {finding}")
        if len(findings) > SHOWN:
            self.stdout.write(f"  … and {len(findings) - SHOWN} more")


def _rows(messages: Path, orderbook: Path | None, limit: int | None) -> Iterator[lobster.Row]:
    books = None if orderbook is None else _lines(orderbook)
    yield from lobster.rows(_lines(messages), books, limit=limit)


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="ascii") as file:
        try:
            yield from file
        except UnicodeDecodeError as error:
            raise lobster.FeedError(f"{path.name} is no text file. Is it still packed?") from error


class _Progress:
    def __init__(self, command: Command, messages: int) -> None:
        self._command = command
        self._messages = messages
        self._told_at = monotonic()

    def __call__(self, run: Run) -> None:
        if monotonic() - self._told_at < PROGRESS_EVERY_S:
            return
        self._told_at = monotonic()
        self._command.stdout.write(
            f"  {run.messages:>9,} of {self._messages:,} messages, {run.messages_per_second:,} a second, "
            f"{len(run.check.mismatches)} mismatches"
        )
        self._command.stdout.flush()
