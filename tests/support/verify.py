"""Assertions that recompute the venue."""

from collections.abc import Callable
from functools import partial
from io import StringIO

import psycopg
from django.core.management import call_command

from trading import engine, journal
from trading.engine import Market
from trading.models import Listing

Verified = tuple[int, list[str]]  # exit code and lines


def verified(command: str) -> Verified:
    """What a verification command says."""
    output = StringIO()
    code = 0
    try:
        call_command(command, stdout=output, stderr=StringIO())
    except SystemExit as end:
        code = int(end.code or 0)
    return code, output.getvalue().splitlines()


verify_journal = partial(verified, "verify_journal")
verify_ledger = partial(verified, "verify_ledger")


def assert_identical() -> None:
    """The verification commands find nothing."""
    for verify in (verify_journal, verify_ledger):
        code, lines = verify()
        assert code == 0, "\n".join(lines)
        assert lines[-1].endswith("identical=yes")


def assert_named(verify: Callable[[], Verified], named: str) -> None:
    """It finds a difference, and says so in a line with these words."""
    code, lines = verify()
    assert code == 1
    assert [line for line in lines if named in line], lines
    assert lines[-1].endswith("identical=no")


def tamper(owner: psycopg.Connection, table: str, change: str) -> None:
    """Change one row, whatever protects its table."""
    owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    assert owner.execute(change).rowcount == 1
    owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


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
