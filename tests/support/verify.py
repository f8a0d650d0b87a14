"""Assertions that recompute the venue."""

from io import StringIO

from django.core.management import call_command

from trading import engine, journal
from trading.engine import Market
from trading.models import Listing


def assert_identical() -> None:
    """The verification commands find nothing."""
    for command in ("verify_journal", "verify_ledger"):
        output = StringIO()
        try:
            call_command(command, stdout=output, stderr=StringIO())
        except SystemExit:
            raise AssertionError(output.getvalue()) from None
        assert output.getvalue().endswith("identical=yes\n")


def assert_pure_fold(listing: Listing) -> None:
    """The stored events are what the engine alone makes of the journal, kinds included."""
    market = Market(listing.pk)
    folded: list[engine.Event] = []
    while commands := journal.commands_after(listing_id=listing.pk, seq=market.last_seq, limit=5000):
        for journaled in commands:
            folded += market.apply(journaled.command)
    stored = journal.events_after(listing_id=listing.pk, seq=0, limit=10**6)
    assert list(map(type, stored)) == list(map(type, folded))
    assert stored == folded
