"""Whoever gets past roles and triggers is found by ``verify_journal``, which names the row.

17 CFR 242.302, 240.17a-4(f)(2)(i)(A).
"""

from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from portal import audit, proposals, seals
from portal.models import Proposal
from portal.tests.factories import an_operator
from tests.support.verify import assert_named, tamper, verify_journal
from trading.models import Listing, MarketState
from trading.services import entry
from trading.services.requests import Refused
from trading.tests.factories import (
    a_listing,
    a_snapshot,
    buy,
    cancel,
    drained,
    entered,
    funded,
    replace,
    sell,
    worked,
)


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


def test_an_untouched_journal_is_identical(market: Listing) -> None:
    code, lines = verify_journal()
    assert (code, lines) == (0, ["listings=1 commands=6 events=7 unsealed=0 identical=yes"])


def test_a_listing_there_is_not_is_an_error_and_not_identical(market: Listing) -> None:
    with pytest.raises(CommandError, match="There is no listing NOPE"):
        call_command("verify_journal", "--symbol", "NOPE")


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
    "a decision's facts taken out": (
        "trading_factsheet",
        "DELETE FROM trading_factsheet WHERE digest = (SELECT decision->>'facts' FROM trading_command "
        "WHERE seq = 2)",
        "trading_command ACME seq 2: rests on facts that are missing",
    ),
    "a refusal's facts taken out": (
        "trading_factsheet",
        "DELETE FROM trading_factsheet WHERE digest = (SELECT decision->>'facts' FROM trading_refusal)",
        "trading_refusal id 1: rests on facts that are missing",
    ),
    "a ClOrdID": (
        "trading_clientorderkey",
        "UPDATE trading_clientorderkey SET cl_ord_id = 'mine' WHERE seq = 4",
        "trading_command ACME seq 4: is not what its ClOrdID led to",
    ),
    "what a ClOrdID was spent on": (
        "trading_clientorderkey",
        "UPDATE trading_clientorderkey SET body_hash = '\\x00' WHERE seq = 4",
        "trading_command ACME seq 4: is not what its ClOrdID led to",
    ),
    "a cancel's ClOrdID": (
        "trading_clientorderkey",
        "UPDATE trading_clientorderkey SET cl_ord_id = 'mine' WHERE seq = 6",
        "trading_clientorderkey id 5: differs from what was sealed",
    ),
    "a cancel's ClOrdID taken out": (
        "trading_clientorderkey",
        "DELETE FROM trading_clientorderkey WHERE seq = 6",
        "trading_command ACME seq 6: has no ClOrdID",
    ),
    "a replace's ClOrdID taken out": (
        "trading_clientorderkey",
        "DELETE FROM trading_clientorderkey WHERE seq = 5",
        "trading_command ACME seq 5: has no ClOrdID",
    ),
    "a second ClOrdID": (
        "trading_clientorderkey",
        "INSERT INTO trading_clientorderkey (account_id, cl_ord_id, body_hash, listing_id, seq, order_id) "
        "SELECT account_id, 'x', body_hash, listing_id, seq, order_id FROM trading_clientorderkey "
        "WHERE seq = 4",
        "trading_command ACME seq 4: has more than one ClOrdID",
    ),
    "a ClOrdID of no command": (
        "trading_clientorderkey",
        "INSERT INTO trading_clientorderkey (account_id, cl_ord_id, body_hash, listing_id, seq, order_id) "
        "SELECT account_id, 'x', body_hash, listing_id, 7, order_id FROM trading_clientorderkey "
        "WHERE seq = 4",
        "trading_command ACME seq 7: is missing, but a ClOrdID led to it",
    ),
    "a refusal's ClOrdID": (
        "trading_clientorderkey",
        "UPDATE trading_clientorderkey SET cl_ord_id = 'mine' WHERE refusal_id = 1",
        "trading_refusal id 1: is not what its ClOrdID led to",
    ),
    "what a refusal's ClOrdID was spent on": (
        "trading_clientorderkey",
        "UPDATE trading_clientorderkey SET body_hash = '\\x00' WHERE refusal_id = 1",
        "trading_refusal id 1: is not what its ClOrdID led to",
    ),
    "a refusal's ClOrdID taken out": (
        "trading_clientorderkey",
        "DELETE FROM trading_clientorderkey WHERE refusal_id = 1",
        "trading_refusal id 1: has no ClOrdID",
    ),
    "all seals of one table": (
        "portal_seal",
        "DELETE FROM portal_seal WHERE \"table\" = 'portal_auditentry'",
        "portal_seal records number 2: is missing",  # the first one is of the agreements, as released
    ),
    "a record put in where no seal comes": (
        "portal_auditentry",
        "INSERT INTO portal_auditentry (id, at, action, subject, facts) "
        "VALUES (4000000000000000000, '2020-01-01', 'FORGED', 'x', '{}')",
        "portal_auditentry id 4000000000000000000: has an id that was never handed out",
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_record_that_was_tampered_with_is_named(
    market: Listing, as_owner: psycopg.Connection, what: str
) -> None:
    table, change, named = TAMPERED[what]
    tamper(as_owner, table, change)
    assert_named(verify_journal, named)


# Projections are no records: the runtime role may change them, and what it may not do is to go unseen.
CHANGED = {
    "the largest order, which the journal knows": (
        "UPDATE trading_listing SET max_order_qty = max_order_qty * 100",
        "trading_listing ACME: max_order_qty is 1000000, the journal says 10000",
    ),
    "how far from the market an order may go": (
        "UPDATE trading_listing SET protection_bps = 9999",
        "trading_listing ACME: protection_bps is 9999, should be 500",
    ),
    "the zone in which days end": (
        "UPDATE trading_listing SET time_zone = 'Asia/Tokyo'",
        "trading_listing ACME: time_zone is 'Asia/Tokyo', should be 'America/New_York'",
    ),
    "who may trade it, in a sentence": (
        "UPDATE trading_listing SET access_note = 'Anybody.'",
        "trading_listing ACME: access_note is 'Anybody.', should be 'Accredited investors only.'",
    ),
    "what a unit of its token is": (
        "UPDATE trading_asset SET unit = 100 WHERE code = 'ACME'",
        "trading_asset ACME: is 100",
    ),
    "an order's ClOrdID": (
        "UPDATE trading_order SET cl_ord_id = 'mine' WHERE id = 1",
        "trading_order ACME id 1: cl_ord_id is 'mine', should be ",
    ),
    "an order's fills": (
        "UPDATE trading_order SET cum_qty = cum_qty - 1 WHERE id = 1",
        "trading_order ACME id 1: cum_qty is 49, should be 50",
    ),
    "an order's fee": (
        "UPDATE trading_order SET fee = 1 WHERE id = 1",
        "trading_order ACME id 1: fee is 1, should be 0",
    ),
    "what an order's fee is reckoned on": (
        "UPDATE trading_order SET maker_value = 0 WHERE id = 1",
        "trading_order ACME id 1: maker_value is 0, should be 25000",
    ),
    "an order's conditions": (
        "UPDATE trading_order SET display_qty = 1 WHERE id = 1",
        "trading_order ACME id 1: display_qty is 1, should be None",
    ),
    "what the book shows of an order": (
        "UPDATE trading_order SET displayed_qty = 4 WHERE id = 1",
        "trading_order ACME id 1: displayed_qty is 4, should be 5",
    ),
    "an order's place in its queue": (
        "UPDATE trading_order SET queued_seq = 1 WHERE id = 1",
        "trading_order ACME id 1: queued_seq is 1, should be 5",
    ),
    "what the dynamic band lies around": (
        "UPDATE trading_marketstate SET band_px = 501",
        "trading_marketstate ACME: band_px is 501, should be 500",
    ),
    "an execution's fee": (
        "UPDATE trading_execution SET fee = 1 WHERE side = 'BUY'",
        "trading_execution ACME trade 5 BUY: fee is 1, should be 0",
    ),
    "a bust that nobody decided on": (
        "UPDATE trading_execution SET status = 'BUSTED' WHERE side = 'BUY'",
        "trading_execution ACME trade 5 BUY: status is 'BUSTED', should be ",
    ),
    "an auction that did not take place": (
        "INSERT INTO trading_auction (listing_id, event_seq, call, at, volume, surplus_side, surplus_qty) "
        "SELECT id, 3, 'OPENING_CALL', now(), 1, '', 0 FROM trading_listing",
        "trading_auction ACME event 3: should not be there",
    ),
    "when a phase ends": (
        "UPDATE trading_marketstate SET phase_until = now()",
        "trading_marketstate ACME: phase_until is ",
    ),
    "what an uncrossing would give": (
        "UPDATE trading_marketstate SET indicative_px = 500",
        "trading_marketstate ACME: indicative_px is 500, should be None",
    ),
    "the reference of the price bands": (
        "UPDATE trading_marketstate SET reference_px = 501",
        "trading_marketstate ACME: reference_px is 501, should be ",
    ),
    "a price band, which the journal knows": (
        "UPDATE trading_listing SET static_band_bps = 1000",
        "trading_listing ACME: static_band_bps is 1000, the journal says 0",
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
        "trading_marketstate ACME: state is 'HALTED', should be 'CONTINUOUS'",
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
        "INSERT INTO trading_order SELECT (jsonb_populate_record(o, "
        "jsonb_build_object('id', 999, 'cl_ord_id', 'x', 'ord_status', 'FILLED', 'leaves_qty', 0))).* "
        "FROM trading_order o WHERE id = 3",
        "trading_order ACME id 999: should not be there",
    ),
}


@pytest.mark.parametrize("what", CHANGED)
def test_a_projection_that_no_event_explains_is_named(
    market: Listing, as_owner: psycopg.Connection, what: str
) -> None:
    change, named = CHANGED[what]
    assert as_owner.execute(change).rowcount == 1
    assert_named(verify_journal, named)


def test_a_damaged_snapshot_is_named(market: Listing, as_owner: psycopg.Connection) -> None:
    a_snapshot(market)
    assert verify_journal()[0] == 0
    as_owner.execute("UPDATE trading_snapshot SET state = jsonb_set(state, '{event_seq}', '3')")
    assert verify_journal() == (
        1,
        [
            "trading_snapshot ACME seq 6: state is not the market's",
            "listings=1 commands=6 events=7 unsealed=0 identical=no",
        ],
    )


def test_what_waits_for_its_seal_is_counted(market: Listing) -> None:
    audit.record(action="TESTED", subject="ACME")
    assert verify_journal() == (0, ["listings=1 commands=6 events=7 unsealed=1 identical=yes"])


def test_terms_changed_by_two_people_are_as_they_should_be(market: Listing) -> None:
    change = {"max_order_qty": 500, "max_order_cents": 600, "protection_bps": 700}
    approved("LISTING_PARAMETERS", change)
    drained(market)
    code, lines = verify_journal()
    assert code == 0, lines


APPLIED = "portal_proposal LISTING_PARAMETERS ACME #1: "
REWRITTEN = {
    "its reason": ("reason = 'none of mine'", APPLIED + "reason is 'none of mine', should be 'test'"),
    "what it changed": ("new = '{}'", APPLIED + "new is {}, should be {'max_order_qty': 500}"),
    "from what": ("old = '{}'", APPLIED + "old is {}, should be {"),
    "when": ("effective_at = '2020-01-01'", APPLIED + "effective_at is '2020-01-01T00"),
    "by whom": (
        "proposed_by_id = decided_by_id, decided_by_id = proposed_by_id", APPLIED + "proposed_by is "
    ),
    "what came of it": ("status = 'REJECTED'", APPLIED + "status is 'REJECTED', should be "),
    "what it is about": ("subject = 'OTHER'", APPLIED + "is missing, but the audit log tells of it"),
}  # fmt: skip


@pytest.mark.parametrize("what", REWRITTEN)
def test_a_proposal_that_was_rewritten_is_named(
    market: Listing, as_owner: psycopg.Connection, what: str
) -> None:
    approved("LISTING_PARAMETERS", {"max_order_qty": 500})
    drained(market)
    assert verify_journal()[0] == 0
    change, named = REWRITTEN[what]
    assert as_owner.execute(f"UPDATE portal_proposal SET {change}").rowcount == 1
    assert_named(verify_journal, named)


def test_a_proposal_that_nobody_made_or_that_is_gone_is_named(market: Listing) -> None:
    approved("LISTING_PARAMETERS", {"max_order_qty": 500})
    drained(market)
    Proposal.objects.update(id=7)
    code, lines = verify_journal()
    assert code == 1
    assert "portal_proposal LISTING_PARAMETERS ACME #7: the audit log tells of it: nothing" in lines
    assert APPLIED + "is missing, but the audit log tells of it" in lines


def approved(kind: str, new: dict[str, Any]) -> Proposal:
    proposal = proposals.propose(kind=kind, subject="ACME", new=new, reason="test", by=an_operator())
    return proposals.approve(proposal=proposal, by=an_operator())


@pytest.fixture
def put_aside(market: Listing) -> Proposal:
    """A command taken out of the fold as it should be, by two people."""
    entered(buy(funded(cents=100), market, 1, 1))
    MarketState.objects.update(fault_seq=7, fault_text="x")
    proposal = approved("QUARANTINE", {"seq": 7})
    drained(market)
    seals.seal_records()
    code, lines = verify_journal()
    assert code == 0, lines
    return proposal


PUT_ASIDE = "trading_quarantine ACME seq 7: cites proposal 1, "
# The runtime role may change a proposal, and may insert a quarantine.
UNAPPROVED = {
    "not in effect": (
        "UPDATE portal_proposal SET status = 'APPROVED'", PUT_ASIDE + "which is approved, not yet in effect"
    ),
    "of another command": (
        "UPDATE portal_proposal SET new = jsonb_set(new, '{seq}', '6')",
        PUT_ASIDE + "which is of something else",
    ),
    "of another kind": (
        "UPDATE portal_proposal SET kind = 'LISTING_PARAMETERS'", PUT_ASIDE + "which is of something else"
    ),
    "for another reason": (
        "UPDATE portal_proposal SET reason = 'another'", PUT_ASIDE + "which is of something else"
    ),
    "by others": (
        "UPDATE portal_proposal SET proposed_by_id = decided_by_id, decided_by_id = proposed_by_id",
        PUT_ASIDE + "of which the audit log tells otherwise",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", UNAPPROVED)
def test_a_command_put_aside_by_no_such_proposal_is_named(put_aside: Proposal, what: str) -> None:
    change, named = UNAPPROVED[what]
    with connection.cursor() as cursor:
        cursor.execute(change)
        assert cursor.rowcount == 1
    assert_named(verify_journal, named)


def test_a_quarantine_that_nobody_approved_is_named(market: Listing) -> None:
    """As whoever has the runtime role could insert one."""
    by = an_operator()
    proposals.propose(
        kind="LISTING_PARAMETERS", subject="ACME", new={"max_order_qty": 5}, reason="other", by=by
    )
    entered(buy(funded(cents=100), market, 1, 1))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO trading_quarantine (listing_id, seq, reason, proposal_id) VALUES (%s, 7, 'x', 1)",
            [market.pk],
        )
    drained(market)
    code, lines = verify_journal()
    assert code == 1
    for what in (
        "which is of something else",
        "which is proposed",
        "which nobody else approved",
        "of which the audit log tells otherwise",
    ):
        assert PUT_ASIDE + what in lines
