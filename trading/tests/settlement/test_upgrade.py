"""A venue that ran the release before has balances and settled trades, but neither instructions nor lots."""

import os
import subprocess
import sys
from datetime import timedelta

import psycopg
import pytest

from config import env
from portal import clock
from trading.models import Execution, Instruction, Listing, Lot, LotEntry
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


def test_what_was_settled_before_gets_the_instructions_and_lots_it_would_have_had(
    listings: list[Listing], as_owner: psycopg.Connection
) -> None:
    at_once, later = listings
    trades = Instruction.objects.filter(listing=at_once, state="SETTLED").order_by("trade_seq")
    had = [list(trades.values_list(*TRADE)), list(Lot.objects.order_by(*FACTS).values_list(*FACTS)),
           list(LotEntry.objects.order_by(*ENTRY).values_list(*ENTRY))]  # fmt: skip
    assert [len(rows) for rows in had] == [3, 5, 9]

    manage("migrate", "trading", "0003", DATABASE_URL=env.DATABASE_OWNER_URL)
    # As the release before left it: the cursor stops at a trade that is not due.
    as_owner.execute(
        "UPDATE trading_cursor SET last_event_seq = (SELECT min(trade_seq) - 1 FROM trading_execution WHERE "
        "listing_id = %(later)s) WHERE listing_id = %(later)s", {"later": later.pk},
    )  # fmt: skip
    manage("prepare_database")

    assert list(trades.values_list(*TRADE)) == had[0]
    assert list(Lot.objects.order_by(*FACTS).values_list(*FACTS)) == had[1]
    assert list(LotEntry.objects.order_by(*ENTRY).values_list(*ENTRY)) == had[2]
    for listing in listings:
        as_recomputed(listing)
    clock.advance(by=timedelta(days=7))
    settled(later)
    assert Instruction.objects.get(listing=later).state == "SETTLED"
    as_recomputed(later)
