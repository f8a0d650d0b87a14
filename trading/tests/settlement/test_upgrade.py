"""A venue that ran the release before has balances and settled trades, but neither instructions nor lots."""

import os
import subprocess
import sys
from datetime import timedelta

import psycopg
import pytest

from config import env
from portal import clock
from trading.models import Execution, Instruction, Listing, Lot, LotEntry, Transfer
from trading.tests.factories import (
    a_fee_schedule,
    a_listing,
    approved,
    as_recomputed,
    buy,
    drained,
    entered,
    funded,
    sell,
    settled,
    worked,
)

FACTS = ("account", "asset", "acquired_on", "paid_on", "source", "price", "qty", "cost")
ENTRY = ("transfer__reference", "lot__account", "lot__price", "qty", "cost", "proceeds")
TRADE = (
    "listing", "trade_seq", "buyer", "seller", "qty", "amount", "buyer_fee", "seller_fee", "traded_at",
)  # fmt: skip


def manage(*command: str, **environment: str) -> None:
    full = [sys.executable, "manage.py", *command, "--verbosity", "0"]
    subprocess.run(full, env=os.environ | environment, check=True)


@pytest.fixture
def listings(committed_db: str) -> list[Listing]:
    """Trades with fees, one of them corrected, one busted; securities sold on; one trade not yet due."""
    a_fee_schedule(maker_rate=1_000, taker_rate=3_000, minimum_cents=5)
    at_once, later = a_listing("ACME"), a_listing("BETA", rail=Listing.Rail.BOOK_ENTRY_T1)
    one, other = funded(cents=1_000_000), funded(cents=1_000_000, lots=100, listing=at_once)
    funded(account=other, lots=50, listing=later)
    worked(at_once, sell(other, at_once, 30, 500), buy(one, at_once, 30, 500))
    entered(sell(other, at_once, 7, 501), buy(one, at_once, 7, 501))
    entered(sell(other, at_once, 9, 502), buy(one, at_once, 9, 502))
    drained(at_once)
    bought = Execution.objects.filter(side="BUY").order_by("id")
    _, second, third = bought.values_list("trade_seq", flat=True)
    approved("CORRECT_TRADE", f"ACME {second}", {"reason_code": "AGREED", "price": 499, "qty": 6})
    approved("BUST_TRADE", f"ACME {third}", {"reason_code": "AGREED"})
    drained(at_once)
    settled(at_once)
    worked(at_once, buy(other, at_once, 33, 505), sell(one, at_once, 33, 505))
    worked(later, sell(other, later, 20, 300), buy(one, later, 20, 300))
    return [at_once, later]


Books = list[list[tuple[object, ...]]]


def books() -> Books:
    """What was settled, the lots, and what went into them and out of them."""
    trades = Instruction.objects.filter(state="SETTLED").order_by("listing", "trade_seq")
    lots, entries = Lot.objects.order_by(*FACTS), LotEntry.objects.order_by(*ENTRY)
    return [list(trades.values_list(*TRADE)), list(lots.values_list(*FACTS)),
            list(entries.values_list(*ENTRY))]  # fmt: skip


def test_what_was_settled_before_gets_the_instructions_and_lots_it_would_have_had(
    listings: list[Listing], as_owner: psycopg.Connection
) -> None:
    _, later = listings
    had = books()
    assert [len(rows) for rows in had] == [3, 5, 9]

    manage("migrate", "trading", "0003", DATABASE_URL=env.DATABASE_OWNER_URL)
    # As the release before left it: the cursor stops at a trade that is not due.
    as_owner.execute(
        "UPDATE trading_cursor SET last_event_seq = (SELECT min(trade_seq) - 1 FROM trading_execution WHERE "
        "listing_id = %(later)s) WHERE listing_id = %(later)s", {"later": later.pk},
    )  # fmt: skip
    manage("prepare_database")

    assert books() == had
    for listing in listings:
        as_recomputed(listing)
    clock.advance(by=timedelta(days=7))
    settled(later)
    assert Instruction.objects.get(listing=later).state == "SETTLED"
    as_recomputed(later)


def test_what_was_settled_since_the_books_came_is_left_as_it_is(
    listings: list[Listing], as_owner: psycopg.Connection
) -> None:
    """The release came in two steps, and the venue ran between them."""
    at_once, later = listings
    seller = Execution.objects.filter(listing=later, side="SELL").get().account
    manage("migrate", "trading", "0004", DATABASE_URL=env.DATABASE_OWNER_URL)
    clock.advance(by=timedelta(days=7))
    settled(later)
    funded(account=seller, lots=5, listing=at_once)
    had = books()
    assert [len(rows) for rows in had] == [4, 7, 12]

    # As the release before left the one listing; of the other, and of what came in since, nothing is missing.
    old = "(SELECT reference FROM trading_transfer WHERE asset_id = 'ACME' AND id < %(last)s)"
    facts = {"acme": at_once.pk, "last": Transfer.objects.latest("id").pk}
    for table in ("lotentry", "settlementstep"):
        as_owner.execute(f"ALTER TABLE trading_{table} DISABLE TRIGGER USER")
    for change in (
        "DELETE FROM trading_settlementstep WHERE instruction_id IN "
        "(SELECT id FROM trading_instruction WHERE listing_id = %(acme)s)",
        "DELETE FROM trading_instruction WHERE listing_id = %(acme)s",
        f"DELETE FROM trading_lotentry WHERE reference IN {old}",
        "DELETE FROM trading_lot l WHERE NOT EXISTS (SELECT FROM trading_lotentry WHERE lot_id = l.id)",
        "UPDATE trading_lot SET qty = 5 WHERE asset_id = 'ACME'",
    ):
        as_owner.execute(change, facts)
    for table in ("lotentry", "settlementstep"):
        as_owner.execute(f"ALTER TABLE trading_{table} ENABLE TRIGGER USER")
    manage("prepare_database")

    assert books() == had
    for listing in listings:
        as_recomputed(listing)
