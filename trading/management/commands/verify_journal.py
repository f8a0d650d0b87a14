"""Recompute every listing from its first command, compare with all that is stored; exit 1 if it differs."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from trading.models import Listing
from trading.verification import Findings, of_one_moment, verify_listing, verify_records


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--symbol", help="this listing only")

    def handle(self, *args: Any, **options: Any) -> None:
        listings = Listing.objects.order_by("symbol")
        if options["symbol"]:
            listings = listings.filter(symbol=options["symbol"])
        rows = list(listings.values_list("pk", "symbol"))
        if options["symbol"] and not rows:
            raise CommandError(f"There is no listing {options['symbol']}.")
        commands = events = differences = 0
        for number, (pk, symbol) in enumerate(rows, start=1):
            # One moment for each listing: a longer one would keep what a busy venue has long replaced.
            with of_one_moment():
                verified = verify_listing(listing_id=pk, progress=self._progress)
            self.stderr.write(f"{number}/{len(rows)} {symbol}: {verified.commands} commands")
            commands, events = commands + verified.commands, events + verified.events
            differences += self._show(verified.findings)
        with of_one_moment():
            records = verify_records()
        differences += self._show(records.findings)
        identical = "no" if differences else "yes"
        self.stdout.write(
            f"listings={len(rows)} commands={commands} events={events} unsealed={records.unsealed} "
            f"identical={identical}"
        )
        if differences:
            sys.exit(1)

    def _progress(self, symbol: str, done: int, of: int) -> None:
        self.stderr.write(f"{symbol}: {done} of {of} commands")

    def _show(self, findings: Findings) -> int:
        for line in findings.lines():
            self.stdout.write(line)
        return len(findings)
