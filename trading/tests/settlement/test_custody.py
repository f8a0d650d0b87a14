"""The three-step model: the custodian affirms both sides, settles at the venue's word, and tells so."""

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from compliance.services import suspend_account
from portal import clock
from portal.proposals import ProposalRefused
from portal.tests.factories import a_user
from trading.models import (
    Balance,
    Case,
    Custodian,
    CustodianMessage,
    Instruction,
    Listing,
    Lot,
    Transfer,
)
from trading.settlement import custodian_files, custody
from trading.settlement.custody import Message, MessageRefused
from trading.settlement.failures import ResolveSettlement
from trading.settlement.subjects import subject_of
from trading.tests.factories import (
    a_fee_schedule,
    a_listing,
    approved,
    as_recomputed,
    drained,
    funded,
    settled,
)
from trading.tests.settlement.cases import a_custodian, traded

pytestmark = pytest.mark.django_db


@pytest.fixture
def custodian() -> Custodian:
    return a_custodian(user=a_user())


@pytest.fixture
def listing(custodian: Custodian) -> Listing:
    listing = a_listing()
    approved("LISTING_SETTLEMENT", "ACME", {"rail": "BOOK_ENTRY_T0", "custodian": custodian.pk})
    listing.refresh_from_db()
    return listing


@pytest.fixture
def row(listing: Listing) -> Instruction:
    return traded(listing, funded(cents=1_000, lots=100, listing=listing), funded(cents=1_000_000))


def said(row: Instruction, kind: str, side: str = "", reason: str = "", message_id: str = "") -> Message:
    return Message(message_id or f"{kind}-{side}", row.pk, kind, side, reason)


def hear(custodian: Custodian, row: Instruction, *messages: Message) -> None:
    custody.receive(custodian=custodian, messages=messages)
    row.refresh_from_db()


def affirm(custodian: Custodian, row: Instruction) -> None:
    both = (said(row, "AFFIRM", side, message_id=f"{row.pk}-{side}") for side in ("BUY", "SELL"))
    hear(custodian, row, *both)


def refused(custodian: Custodian, *messages: Message) -> str:
    with pytest.raises(MessageRefused) as refusal:
        custody.receive(custodian=custodian, messages=messages)
    return refusal.value.code


def booked() -> int:
    return Transfer.objects.filter(kind__startswith="TRADE").count()


def test_a_trade_settles_as_its_custodian_affirms_and_reports(
    listing: Listing, custodian: Custodian, row: Instruction
) -> None:
    settled(listing)
    assert row.state == "INSTRUCTED"
    hear(custodian, row, said(row, "AFFIRM", "BUY"))
    settled(listing)
    assert row.state == "INSTRUCTED"
    hear(custodian, row, said(row, "AFFIRM", "SELL"))
    assert row.state == "AFFIRMED"
    settled(listing)
    row.refresh_from_db()
    assert (row.state, booked()) == ("EXECUTING", 0)
    as_recomputed(listing)
    hear(custodian, row, said(row, "SETTLED"))
    assert (row.state, booked()) == ("SETTLED", 2)
    as_recomputed(listing)


def test_the_venue_asks_its_gates_before_it_lets_the_custodian_settle(
    listing: Listing, custodian: Custodian, row: Instruction
) -> None:
    suspend_account(account=row.seller, reason="test", actor=None)
    affirm(custodian, row)
    settled(listing)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("FAILED", "ACC-SUSPENDED")


def test_a_refused_side_fails_and_is_affirmed_anew(
    listing: Listing, custodian: Custodian, row: Instruction
) -> None:
    affirm(custodian, row)
    hear(custodian, row, said(row, "REFUSE", "SELL", "not there"))
    assert (row.state, row.reason) == ("FAILED", "CUSTODIAN_REFUSED")
    assert row.steps.latest("id").note == "SELL side: not there"
    approved("RESOLVE_SETTLEMENT", subject_of(row), {"act": "RETRY"})
    row.refresh_from_db()
    assert row.state == "INSTRUCTED"
    hear(custodian, row, said(row, "AFFIRM", "SELL", message_id="now it is"))
    assert row.state == "AFFIRMED"
    as_recomputed(listing)


def test_what_the_custodian_could_not_settle_is_tried_again_or_called_off(
    listing: Listing, custodian: Custodian, row: Instruction
) -> None:
    affirm(custodian, row)
    settled(listing)
    hear(custodian, row, said(row, "FAILED", reason="system down", message_id="f1"))
    assert (row.state, row.reason) == ("FAILED", "CUSTODIAN_FAILED")
    approved("RESOLVE_SETTLEMENT", subject_of(row), {"act": "RETRY"})
    settled(listing)
    row.refresh_from_db()
    assert row.state == "EXECUTING"
    hear(custodian, row, said(row, "FAILED", message_id="f2"))
    approved("RESOLVE_SETTLEMENT", subject_of(row), {"act": "CANCEL"})
    assert Balance.objects.get(account=row.buyer, asset="USD").available == 1_000_000
    as_recomputed(listing)


@pytest.mark.parametrize("state", ["INSTRUCTED", "AFFIRMED", "EXECUTING"])
def test_what_a_silent_custodian_leaves_lying_is_called_off(
    listing: Listing, custodian: Custodian, row: Instruction, state: str
) -> None:
    if state != "INSTRUCTED":
        affirm(custodian, row)
    if state == "EXECUTING":
        settled(listing)
        row.refresh_from_db()
    assert row.state == state
    assert unresolved(row, "CANCEL") == "NOT_FAILED"
    clock.advance(by=timedelta(days=5))
    assert unresolved(row, "RETRY") == unresolved(row, "MEND", due_on="2031-01-02") == "NOT_FAILED"
    proposal = approved("RESOLVE_SETTLEMENT", subject_of(row), {"act": "CANCEL"})
    [(_, was, becomes)] = ResolveSettlement().wording(
        subject=subject_of(row), old=proposal.old, new=proposal.new
    )
    assert f": {state.lower()} since" in was
    assert ("custodian has confirmed" in becomes) == (state == "EXECUTING")
    row.refresh_from_db()
    assert (row.state, row.reason) == ("CANCELED", "CALLED_OFF")
    assert Balance.objects.get(account=row.buyer, asset="USD").available == 1_000_000
    assert refused(custodian, said(row, "SETTLED", message_id="too late")) == "NOT_AWAITED"
    as_recomputed(listing)


def unresolved(row: Instruction, act: str, **new: str) -> str:
    with pytest.raises(ProposalRefused) as refusal:
        approved("RESOLVE_SETTLEMENT", subject_of(row), {"act": act, **new})
    return refusal.value.code


def test_a_corrected_trade_is_affirmed_anew(listing: Listing, custodian: Custodian, row: Instruction) -> None:
    hear(custodian, row, said(row, "AFFIRM", "BUY"))
    terms = {"reason_code": "AGREED", "price": 400, "qty": 5}
    approved("CORRECT_TRADE", subject_of(row), terms)
    drained(listing)
    settled(listing)
    row.refresh_from_db()
    assert (row.state, row.qty, row.buyer_affirmed_at) == ("INSTRUCTED", 5, None)
    as_recomputed(listing)


def test_a_reversal_goes_through_the_custodian_too(
    listing: Listing, custodian: Custodian, row: Instruction
) -> None:
    affirm(custodian, row)
    settled(listing)
    hear(custodian, row, said(row, "SETTLED"))
    approved("REVERSE_SETTLEMENT", subject_of(row), {"fees_back": False})
    back = Instruction.objects.get(reverses=row)
    assert back.state == "INSTRUCTED"
    affirm(custodian, back)
    settled(listing)
    hear(custodian, back, said(back, "SETTLED", message_id="and back"))
    assert back.state == "SETTLED"
    as_recomputed(listing)


def test_a_message_is_heard_once(listing: Listing, custodian: Custodian, row: Instruction) -> None:
    first = said(row, "AFFIRM", "BUY", message_id="m1")
    for _ in range(2):
        hear(custodian, row, first, first)
    assert CustodianMessage.objects.count() == 1
    other = said(row, "AFFIRM", "SELL", message_id="m1")
    assert refused(custodian, other) == "MESSAGE_ID_USED"
    assert refused(custodian, said(row, "AFFIRM", "SELL", message_id="m2"), other) == "MESSAGE_ID_USED"
    row.refresh_from_db()
    assert row.seller_affirmed_at is None  # all of them, or none
    hear(custodian, row, said(row, "AFFIRM", "SELL"))
    settled(listing)
    hear(custodian, row, said(row, "SETTLED"))
    for _ in range(2):
        hear(custodian, row, first, said(row, "SETTLED"))
    assert booked() == 2
    as_recomputed(listing)


def test_what_it_settled_is_heard_once_the_venues_lots_are_put_right(
    listing: Listing, custodian: Custodian, row: Instruction
) -> None:
    affirm(custodian, row)
    settled(listing)
    Lot.objects.filter(account=row.seller).update(qty=3)
    client = speaking(custodian)
    message = {"message_id": "s1", "instruction": str(row.pk), "kind": "SETTLED"}
    for _ in range(2):
        answer = send(client, **message)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "LOTS_MISSING")
    case = Case.objects.get()
    assert (case.kind, case.facts) == ("LOTS", {"account": row.seller.number, "missing": 7})
    row.refresh_from_db()
    assert (row.state, booked()) == ("EXECUTING", 0)
    Lot.objects.filter(account=row.seller).update(qty=100)
    assert send(client, **message).json()["state"] == "SETTLED"
    as_recomputed(listing)


@pytest.mark.parametrize(
    ("kind", "side", "code"),
    [
        ("AFFIRM", "", "SIDE_UNFIT"),
        ("SETTLED", "BUY", "SIDE_UNFIT"),
        ("SETTLED", "", "NOT_AWAITED"),
        ("FAILED", "", "NOT_AWAITED"),
        ("AFFIRM", "BUY", "AFFIRMED_ALREADY"),
    ],
)
def test_what_makes_no_sense_is_refused(
    custodian: Custodian, row: Instruction, kind: str, side: str, code: str
) -> None:
    hear(custodian, row, said(row, "AFFIRM", "BUY", message_id="m0"))
    assert refused(custodian, said(row, kind, side)) == code


def test_a_custodian_speaks_for_nobody_elses(row: Instruction) -> None:
    other = a_custodian("OTHER")
    assert list(custody.instructions_for(other)) == []
    assert refused(other, said(row, "AFFIRM", "BUY")) == "NO_SUCH_INSTRUCTION"


def test_only_trades_instructed_from_then_on_get_the_custodian(custodian: Custodian) -> None:
    listing = a_listing("BETA", rail=Listing.Rail.BOOK_ENTRY_T1)
    seller, buyer = funded(lots=100, listing=listing), funded(cents=1_000_000)
    before = traded(listing, seller, buyer)
    approved("LISTING_SETTLEMENT", "BETA", {"rail": "BOOK_ENTRY_T0", "custodian": custodian.pk})
    after = traded(listing, seller, buyer)
    assert (before.custodian, before.state) == (None, "AFFIRMED")
    assert (after.custodian, after.state) == (custodian, "INSTRUCTED")
    as_recomputed(listing)


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ({"rail": "BOOK_ENTRY_T0", "custodian": "NOBODY"}, "UNKNOWN_CUSTODIAN"),
        ({"rail": "PIGEON", "custodian": None}, "UNKNOWN_RAIL"),
        ({"rail": "BOOK_ENTRY_T0"}, "UNKNOWN_RAIL"),
        ({"rail": "BOOK_ENTRY_T0", "custodian": None}, "NOTHING_CHANGED"),
    ],
)
def test_a_listing_settles_in_ways_there_are(new: dict[str, Any], code: str) -> None:
    a_listing()
    with pytest.raises(ProposalRefused) as refusal:
        approved("LISTING_SETTLEMENT", "ACME", new)
    assert refusal.value.code == code


# --- The API ----------------------------------------------------------------------------------------------

INSTRUCTIONS, MESSAGES = "/api/v1/custodian/instructions", "/api/v1/custodian/messages"


def speaking(custodian: Custodian) -> Client:
    client = Client()
    assert custodian.user is not None
    client.force_login(custodian.user)
    return client


def send(client: Client, **message: Any) -> Any:
    return client.post(MESSAGES, message, content_type="application/json")


def test_a_custodian_reads_and_answers_its_instructions(
    listing: Listing, custodian: Custodian, row: Instruction
) -> None:
    client = speaking(custodian)
    [found] = client.get(INSTRUCTIONS).json()["results"]
    assert (found["id"], found["symbol"], found["qty"], found["amount"]) == (
        str(row.pk),
        "ACME",
        "10",
        "50.00",
    )
    message = {"message_id": "m1", "instruction": found["id"], "kind": "AFFIRM", "side": "BUY"}
    for _ in range(2):
        answer = send(client, **message)
        assert (answer.status_code, answer.json()["state"]) == (200, "INSTRUCTED")
        assert answer.json()["buyer_affirmed_at"]
    other = send(client, **message | {"side": "SELL"})
    assert (other.status_code, other.json()["error"]["code"]) == (409, "MESSAGE_ID_USED")
    early = send(client, message_id="m2", instruction=found["id"], kind="SETTLED")
    assert (early.status_code, early.json()["error"]["code"]) == (409, "NOT_AWAITED")
    assert CustodianMessage.objects.get().by == custodian.user
    assert client.get(f"{INSTRUCTIONS}?state=EXECUTING").json()["results"] == []
    assert client.get(f"{INSTRUCTIONS}?state=SETTLED").status_code == 400


def test_others_find_nothing_there(row: Instruction) -> None:
    assert Client().get(INSTRUCTIONS).status_code == 401
    stranger = Client()
    stranger.force_login(a_user())
    other = speaking(a_custodian("OTHER", user=a_user()))
    message = {"message_id": "m1", "instruction": str(row.pk), "kind": "AFFIRM", "side": "BUY"}
    assert stranger.get(INSTRUCTIONS).status_code == 404
    assert send(stranger, **message).status_code == 404
    assert other.get(INSTRUCTIONS).json()["results"] == []
    assert send(other, **message).status_code == 404
    assert not CustodianMessage.objects.exists()


@pytest.mark.parametrize(
    "change", [{"kind": "MAYBE"}, {"side": "BOTH"}, {"message_id": "a b"}, {"instruction": "x"}, {"more": 1}]
)
def test_a_malformed_message_is_a_bad_request(
    custodian: Custodian, row: Instruction, change: dict[str, Any]
) -> None:
    message = {"message_id": "m1", "instruction": str(row.pk), "kind": "AFFIRM", "side": "BUY"}
    assert send(speaking(custodian), **message | change).status_code == 400


# --- Files ------------------------------------------------------------------------------------------------


def test_files_say_the_same(listing: Listing, custodian: Custodian, row: Instruction, tmp_path: Path) -> None:
    out, answers = tmp_path / "out.csv", tmp_path / "in.csv"
    call_command("custodian_file", "out", custodian.pk, str(out))
    [told] = csv.DictReader(io.StringIO(out.read_text()))
    assert (told["instruction"], told["quantity"], told["amount"]) == (str(row.pk), "10", "50.00")
    answers.write_text(custodian_files.agreeable_answers(out.read_text()))
    for _ in range(2):
        call_command("custodian_file", "in", custodian.pk, str(answers))
    row.refresh_from_db()
    assert row.state == "AFFIRMED"


HEAD = "message_id,instruction,kind,side,reason\n"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("id,instruction\n", "first line"),
        (HEAD + "m1,{},AFFIRM\n", "Line 2 must have 5 fields"),
        (HEAD + "m1,{},MAYBE,,\n", "“MAYBE” is none of"),
        (HEAD + "m1,{},AFFIRM,BUY,\nm2,{},AFFIRM,BOTH,\n", "Line 3: a side"),
        (HEAD + "m1,seven,AFFIRM,BUY,\n", "no instruction"),
        (HEAD + "m1,{},AFFIRM,BUY,\nm2,{},SETTLED,,\n", "NOT_AWAITED"),
    ],
)
def test_a_file_is_taken_as_a_whole_or_not_at_all(
    custodian: Custodian, row: Instruction, tmp_path: Path, text: str, what: str
) -> None:
    file = tmp_path / "in.csv"
    file.write_text(text.replace("{}", str(row.pk)))
    with pytest.raises(CommandError, match="Nothing was taken") as refusal:
        call_command("custodian_file", "in", custodian.pk, str(file))
    assert what in str(refusal.value)
    assert not CustodianMessage.objects.exists()


def test_a_stand_in_affirms_and_settles_all(listing: Listing, custodian: Custodian) -> None:
    a_fee_schedule(maker_rate=5_000, taker_rate=7_000)
    seller, buyer = funded(lots=100, listing=listing), funded(cents=1_000_000)
    for _ in range(3):
        traded(listing, seller, buyer)
    for _ in range(2):
        call_command("loopback_custodian", custodian.pk, once=True)
        settled(listing)
    assert set(Instruction.objects.values_list("state", flat=True)) == {"SETTLED"}
    as_recomputed(listing)
