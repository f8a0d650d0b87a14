import re
from argparse import ArgumentParser
from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError

from portal import audit, clock

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Command(BaseCommand):
    help = "Move the venue's clock forwards (demo and test mode), e.g. advance_clock 1d or 6h30m."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("by", help="weeks, days, hours, minutes, seconds: 1d, 6h30m, 90s")

    def handle(self, *args: object, by: str, **options: object) -> None:
        parts = re.findall(r"(\d+)([smhdw])", by)
        if not parts or "".join(n + u for n, u in parts) != by:
            raise CommandError(f"{by!r} is no length of time; write 1d, 6h30m or 90s.")
        step = sum((timedelta(**{UNITS[unit]: int(number)}) for number, unit in parts), timedelta(0))
        try:
            offset = clock.advance(by=step)
        except ValueError as error:
            raise CommandError(str(error)) from error
        audit.record(action="CLOCK_ADVANCED", subject="clock", facts={"by": by, "offset": str(offset)})
        self.stdout.write(
            f"The venue's clock now reads {clock.now():%Y-%m-%d %H:%M:%S} UTC, {_in_words(offset)} ahead."
        )


def _in_words(offset: timedelta) -> str:
    left, said = int(offset.total_seconds()), []
    for unit in ("d", "h", "m", "s"):
        number, left = divmod(left, int(timedelta(**{UNITS[unit]: 1}).total_seconds()))
        if number:
            said.append(f"{number:,} {UNITS[unit] if number > 1 else UNITS[unit][:-1]}")
    return " ".join(said)
