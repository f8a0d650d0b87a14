"""Whoever gets past roles and triggers is found by ``verify_journal``, which names the row.

17 CFR 242.302, 240.17a-4(f)(2)(i)(A).
"""

from io import StringIO

import psycopg
import pytest
from django.core.management import call_command

from portal import seals
from trading.models import Listing
from trading.services import entry
from trading.services.requests import Refused
from trading.tests.factories import a_listing, a_snapshot, buy, cancel, funded, replace, sell, worked


@pytest.fixture
def market(committed_db: str) -> Listing:
    """A listing with something in every record: trades, a cancel, a replace, a refusal; all of it sealed."""
    listing = a_listing()
    buyer = funded(cents=100_000)
    seller = funded(lots=100, listing=listing)
    resting, other = worked(listing, sell(seller, listing, 60, 500), sell(seller, listing, 20, 510))
    worked(listing, buy(buyer, listing, 50, 500))
    worked(listing, replace(resting, 55, 505), cancel(other))
    [refused] = entry.submit_orders([buy(buyer, listing, 10_000, 500)])
    assert isinstance(refused, Refused)
    seals.seal_records()
    return listing


def verify_journal() -> tuple[int, list[str]]:
    """(exit code, lines)"""
    output = StringIO()
    code = 0
    try:
        call_command("verify_journal", stdout=output, stderr=StringIO())
    except SystemExit as end:
        code = int(end.code or 0)
    return code, output.getvalue().splitlines()


def tamper(owner: psycopg.Connection, table: str, change: str) -> None:
    owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
    changed = owner.execute(change)
    assert changed.rowcount == 1
    owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only")


def test_an_untouched_journal_is_identical(market: Listing) -> None:
    code, lines = verify_journal()
    assert (code, lines) == (0, ["listings=1 commands=6 events=7 identical=yes"])


# What is changed, and how the line begins that has to name it.
TAMPERED = {
    "a command's price": (
        "trading_command",
        "UPDATE trading_command SET payload = jsonb_set(payload, '{price}', '499') WHERE seq = 4",
        "trading_command ACME seq 4: differs from what was sealed",
    ),
    "who gave a command": (
        "trading_command",
        "UPDATE trading_command SET decision = NULL WHERE seq = 2",
        "trading_command ACME seq 2: differs from what was sealed",
    ),
    "a command taken out": (
        "trading_command",
        "DELETE FROM trading_command WHERE seq = 3",
        "trading_command ACME seq 4: cannot be applied",
    ),
    "an event's quantity": (
        "trading_event",
        "UPDATE trading_event SET payload = jsonb_set(payload, '{qty}', '49') WHERE kind = 'Traded'",
        "trading_event ACME seq 5: payload is",
    ),
    "an event's time": (
        "trading_event",
        "UPDATE trading_event SET at = at + interval '1 second' WHERE seq = 2",
        "trading_event ACME seq 2: at is",
    ),
    "an event taken out": (
        "trading_event",
        "DELETE FROM trading_event WHERE seq = 7",
        "trading_event ACME seq 7: is missing",
    ),
    "an event put in": (
        "trading_event",
        "INSERT INTO trading_event (listing_id, seq, command_seq, at, kind, payload) "
        "SELECT listing_id, 8, command_seq, at, kind, payload FROM trading_event WHERE seq = 7",
        "trading_event ACME seq 8: should not be there",
    ),
    "a refusal's reason": (
        "trading_refusal",
        "UPDATE trading_refusal SET decision = jsonb_set(decision, '{reasons,0,code}', '\"OTHER\"')",
        "trading_refusal id 1: differs from what was sealed",
    ),
    "a transfer's amount": (
        "trading_transfer",
        "UPDATE trading_transfer SET amount = amount + 1 WHERE id = 1",
        "trading_transfer id 1: differs from what was sealed",
    ),
    "an act in the audit log": (
        "portal_auditentry",
        "UPDATE portal_auditentry SET action = 'DELISTED' WHERE id = 1",
        "portal_auditentry id 1: differs from what was sealed",
    ),
    "a seal's hash": (
        "portal_seal",
        "UPDATE portal_seal SET hash = sha256(hash) WHERE stream LIKE 'commands:%' AND number = 2",
        "portal_seal commands:1 number 2: does not follow from the seal before it",
    ),
    "how far a seal reaches": (
        "portal_seal",
        "UPDATE portal_seal SET first = first + 1 WHERE stream LIKE 'events:%' AND number = 3",
        "portal_seal events:1 number 3: does not follow from the seal before it",
    ),
    "a seal taken out": (
        "portal_seal",
        "DELETE FROM portal_seal WHERE stream LIKE 'events:%' AND number = 2",
        "portal_seal events:1 number 2: is missing",
    ),
    "the last seal taken out": (
        "portal_seal",
        "DELETE FROM portal_seal WHERE stream LIKE 'events:%' AND number = 4",
        "trading_event ACME seq 6: is not sealed up to 7",
    ),
    "the facts of a decision": (
        "trading_factsheet",
        "UPDATE trading_factsheet SET facts = jsonb_set(facts, '{account,status}', '\"SUSPENDED\"') "
        "WHERE digest = (SELECT min(digest) FROM trading_factsheet)",
        "trading_factsheet ",
    ),
    "a ClOrdID": (
        "trading_clientorderkey",
        "UPDATE trading_clientorderkey SET cl_ord_id = 'mine' WHERE seq = 4",
        "trading_command ACME seq 4: is not what its ClOrdID led to",
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_record_that_was_tampered_with_is_named(
    market: Listing, as_owner: psycopg.Connection, what: str
) -> None:
    table, change, named = TAMPERED[what]
    tamper(as_owner, table, change)
    code, lines = verify_journal()
    assert code == 1
    assert [line for line in lines if line.startswith(named)], lines
    assert lines[-1].endswith("identical=no")


# Projections are no records: the runtime role may change them, and what it may not do is to go unseen.
CHANGED = {
    "an order's fills": (
        "UPDATE trading_order SET cum_qty = cum_qty - 1 WHERE id = 1",
        "trading_order ACME id 1: cum_qty is 49, should be 50",
    ),
    "an execution's price": (
        "UPDATE trading_execution SET last_px = 1 WHERE side = 'BUY'",
        "trading_execution ACME trade 5 BUY: last_px is 1, should be 500",
    ),
    "an execution taken out": (
        "DELETE FROM trading_execution WHERE side = 'SELL'",
        "trading_execution ACME trade 5 SELL: is missing",
    ),
    "a candle": (
        "UPDATE trading_candle SET high = 501 WHERE interval = '1d'",
        "trading_candle ACME 1d ",
    ),
    "the last price": (
        "UPDATE trading_marketstate SET last_px = 501",
        "trading_marketstate ACME: last_px is 501, should be 500",
    ),
    "a halt without a command": (
        "UPDATE trading_marketstate SET state = 'HALTED'",
        "trading_marketstate ACME: state is 'HALTED', should be 'TRADING'",
    ),
    "where an account's feed stands": (
        "UPDATE trading_accountstream SET last_seq = 4 WHERE last_seq = 5",
        "trading_accountstream ACME account ",
    ),
    "the journal's counter": (
        "UPDATE trading_sequence SET last_seq = 7",
        "trading_sequence ACME: stands at (7, ",
    ),
    "an order without a command": (
        "INSERT INTO trading_order (id, account_id, listing_id, cl_ord_id, side, ord_type, time_in_force, "
        "order_qty, ord_status, cum_qty, leaves_qty, traded_value, hold, text, created_at, updated_at, "
        "price) SELECT 999, account_id, listing_id, 'x', side, ord_type, time_in_force, order_qty, 'FILLED', "
        "cum_qty, 0, traded_value, hold, text, created_at, updated_at, price FROM trading_order WHERE id = 3",
        "trading_order ACME id 999: should not be there",
    ),
}


@pytest.mark.parametrize("what", CHANGED)
def test_a_projection_that_no_event_explains_is_named(
    market: Listing, as_owner: psycopg.Connection, what: str
) -> None:
    change, named = CHANGED[what]
    assert as_owner.execute(change).rowcount == 1
    code, lines = verify_journal()
    assert code == 1
    assert [line for line in lines if line.startswith(named)], lines


def test_a_damaged_snapshot_is_named(market: Listing, as_owner: psycopg.Connection) -> None:
    a_snapshot(market)
    assert verify_journal()[0] == 0
    as_owner.execute("UPDATE trading_snapshot SET state = jsonb_set(state, '{event_seq}', '3')")
    assert verify_journal() == (
        1,
        [
            "trading_snapshot ACME seq 6: state is not the market's",
            "listings=1 commands=6 events=7 identical=no",
        ],
    )
