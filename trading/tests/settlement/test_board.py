"""The settlement board: how all stands, and what becomes of one."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal import clock, roles
from portal.models import Account, AuditEntry, Proposal, TaxForm
from portal.tests.desk import Desk, a_superuser, at_the_desk, list_of, page_of, text
from portal.tests.factories import a_user
from trading.models import (
    CASH,
    Custodian,
    Dividend,
    DividendPayment,
    Execution,
    Instruction,
    Listing,
    SettlementState,
    Transfer,
)
from trading.services import ledger
from trading.settlement import custody
from trading.settlement.board import board
from trading.settlement.custody import Message
from trading.settlement.subjects import subject_of
from trading.tests.factories import a_listing, approved, as_recomputed, funded, settled
from trading.tests.settlement.cases import a_custodian, failed, traded

pytestmark = pytest.mark.django_db

BOARD = list_of(Instruction)


@pytest.fixture
def supervisor() -> Desk:
    return at_the_desk(roles.MARKET_SUPERVISOR)


@pytest.fixture
def listing() -> Listing:
    return a_listing()


@pytest.fixture
def seller(listing: Listing) -> Account:
    return funded(lots=1_000, listing=listing)


@pytest.fixture
def buyer() -> Account:
    return funded(cents=10_000_000)


def act_on(row: Instruction, act: str) -> str:
    return f"/admin/trading/instruction/{row.pk}/{act}/"


def proposed(response: Any) -> Proposal:
    assert response.status_code == 302, text(response)
    return Proposal.objects.latest("id")


def test_on_top_stands_how_many_are_in_each_state(
    supervisor: Desk, listing: Listing, seller: Account, buyer: Account
) -> None:
    failed(listing, seller, buyer)
    for _ in range(2):
        traded(listing, seller, buyer)
    figures = {called: said for called, said, _, _ in supervisor.get(BOARD).context["board"]}
    assert (figures["Settled"], figures["Failed"], figures["Matched"]) == ("2", "1", "0")
    assert figures["Failed: ACC-SUSPENDED"] == "1"
    assert figures["Due for more than a day"] == "0"
    clock.advance(by=timedelta(days=2))
    figures = {called: said for called, said, _, _ in supervisor.get(BOARD).context["board"]}
    assert figures["Due for more than a day"] == "1"
    now = board(at=clock.now())
    assert (now.failed, now.aged, now.failed_for) == (1, 1, [("ACC-SUSPENDED", 1)])
    assert now.oldest_due == Instruction.objects.get(state="FAILED").due_at


def test_it_is_filtered_and_searched(
    supervisor: Desk, listing: Listing, seller: Account, buyer: Account
) -> None:
    bad, good = failed(listing, seller, buyer), traded(listing, seller, buyer)

    def found(query: str) -> set[int]:
        response = supervisor.get(f"{BOARD}?{query}")
        return {row.pk for row in response.context["cl"].result_list}

    assert found("state__exact=FAILED") == {bad.pk}
    assert found(f"q={seller.number}") == {bad.pk, good.pk}
    assert found(f"q={seller.number}+ACC-SUSPENDED") == {bad.pk}
    assert found(f"q={good.trade_seq}") >= {good.pk}
    assert found("q=ACME") == {bad.pk, good.pk}
    assert found("aged=yes") == set()


def test_a_page_tells_all_that_became_of_one(
    supervisor: Desk, listing: Listing, seller: Account, buyer: Account
) -> None:
    row = failed(listing, seller, buyer)
    approved("RESOLVE_SETTLEMENT", subject_of(row), {"act": "RETRY"})
    settled(listing)
    page = text(supervisor.get(page_of(row)))
    assert "Matched → Instructed → Affirmed → Failed" in page
    assert "Executing → Settled" in page
    assert "ACC-SUSPENDED" in page
    assert page_of(Proposal.objects.get()) in page
    for booked in Transfer.objects.filter(kind__startswith="TRADE"):
        assert page_of(booked) in page
    assert "Propose a reversal" in page and "Propose to mend" not in page


def test_what_a_custodian_said_is_on_its_page(supervisor: Desk, seller: Account, buyer: Account) -> None:
    listing, custodian = Listing.objects.get(), a_custodian()
    approved("LISTING_SETTLEMENT", "ACME", {"rail": "BOOK_ENTRY_T0", "custodian": custodian.pk})
    row = traded(listing, seller, buyer)
    message = Message("m-17", row.pk, "REFUSE", "SELL", "no securities there")
    custody.receive(custodian=custodian, messages=[message])
    page = text(supervisor.get(page_of(row)))
    assert "m-17" in page and "no securities there" in page
    assert "Keeper Trust" in text(supervisor.get(page_of(listing)))


@pytest.mark.parametrize(
    ("act", "data", "new"),
    [
        ("retry", {}, {"act": "RETRY"}),
        ("mend", {"waive": ["ACC-SUSPENDED"]}, {"act": "MEND", "waive": ["ACC-SUSPENDED"]}),
        ("call-off", {}, {"act": "CANCEL"}),
        (
            "call-off",
            {"side": "BUY", "amount": "1.50"},
            {"act": "CANCEL", "compensation": {"side": "BUY", "cents": 150}},
        ),
    ],
)
def test_two_people_decide_on_what_failed(
    supervisor: Desk, listing: Listing, seller: Account, buyer: Account, act: str, data: Any, new: Any
) -> None:
    bank, fees = ledger.contra_account(ledger.BANK), ledger.fee_account()
    ledger.cash(Transfer.Kind.DEPOSIT, debit=bank, credit=fees, cents=500, reference="own")
    row = failed(listing, seller, buyer)
    assert act_on(row, act) in text(supervisor.get(page_of(row)))
    assert supervisor.get(act_on(row, act)).status_code == 200
    made = proposed(supervisor.act(act_on(row, act), note="they called", **data))
    assert (made.kind, made.new, made.proposed_by) == ("RESOLVE_SETTLEMENT", new, supervisor.person)
    other = at_the_desk(roles.MARKET_SUPERVISOR)
    other.act(f"/admin/portal/proposal/{made.pk}/approve/")
    row.refresh_from_db()
    assert row.state in ("AFFIRMED", "CANCELED")
    as_recomputed(listing)


def test_a_reversal_is_proposed_with_or_without_the_fees(
    supervisor: Desk, listing: Listing, seller: Account, buyer: Account
) -> None:
    row = traded(listing, seller, buyer)
    page = supervisor.act(act_on(row, "reverse"), note="agreed")
    assert page.status_code == 200  # says what is missing
    made = proposed(supervisor.act(act_on(row, "reverse"), note="agreed", fees_back="stay"))
    assert (made.kind, made.new) == ("REVERSE_SETTLEMENT", {"fees_back": False})


def test_a_refused_proposal_says_why_on_the_form(
    supervisor: Desk, listing: Listing, seller: Account, buyer: Account
) -> None:
    row = traded(listing, seller, buyer)
    page = supervisor.act(act_on(row, "retry"), note="again")
    assert "there is nothing to decide" in text(page)
    half = supervisor.act(act_on(failed(listing, seller, buyer), "call-off"), note="x", side="BUY")
    assert "or neither" in text(half)
    assert not Proposal.objects.exists()


def test_who_may_not_propose_is_offered_nothing(listing: Listing, seller: Account, buyer: Account) -> None:
    row = failed(listing, seller, buyer)
    examiner = at_the_desk(roles.EXAMINER)
    assert "Propose" not in text(examiner.get(page_of(row)))
    assert examiner.get(act_on(row, "retry")).status_code == 403
    assert at_the_desk(roles.ONBOARDING_REVIEWER).get(BOARD).status_code == 403


def test_many_rows_cost_as_much_as_few(
    supervisor: Desk, listing: Listing, seller: Account, buyer: Account
) -> None:
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert supervisor.get(address).status_code == 200
        return len(captured)

    traded(listing, seller, buyer)
    for address in (BOARD, "/admin/"):
        queries(address)  # what a process asks for once
    few = queries(BOARD), queries("/admin/")
    for n in range(12):
        traded(a_listing(f"MORE{n}"), funded(lots=9, listing=Listing.objects.latest("id")), buyer, qty=1)
    assert (queries(BOARD), queries("/admin/")) == few


def test_the_start_page_counts_what_failed(
    supervisor: Desk, listing: Listing, seller: Account, buyer: Account
) -> None:
    failed(listing, seller, buyer)
    page = supervisor.get("/admin/")
    assert page.context["settlement"].counts[SettlementState.FAILED] == 1
    assert "Settlements failed" in text(page)
    assert "settlement" not in at_the_desk(roles.FILINGS).get("/admin/").context


# --- Custodians, entries, dividends, tax forms ------------------------------------------------------------


def test_custodians_are_kept_by_the_compliance_officer() -> None:
    officer, speaker = at_the_desk(roles.COMPLIANCE_OFFICER), a_user()
    added = officer.act("/admin/trading/custodian/add/", code="KEEPER", name="Keeper Trust", user=speaker.pk)
    assert added.status_code == 302, text(added)
    assert Custodian.objects.get().user == speaker
    assert AuditEntry.objects.filter(action="ADDED", subject="KEEPER", actor=officer.person).exists()
    bad = officer.act("/admin/trading/custodian/add/", code="bad one", name="x")
    assert "Capital letters and digits" in text(bad)
    supervisor = at_the_desk(roles.MARKET_SUPERVISOR)
    assert supervisor.get("/admin/trading/custodian/add/").status_code == 403


def test_how_a_listing_settles_is_proposed_on_its_page(supervisor: Desk, listing: Listing) -> None:
    custodian = a_custodian()
    address = f"/admin/trading/listing/{listing.pk}/settlement/"
    assert address in text(supervisor.get(page_of(listing)))
    made = proposed(
        supervisor.act(address, rail="BOOK_ENTRY_T1", custodian=custodian.pk, note="agreed with them")
    )
    assert made.new == {"rail": "BOOK_ENTRY_T1", "custodian": "KEEPER"}
    page = text(supervisor.get(page_of(made)))
    assert "Keeper Trust" in page and "T+1" in page


def test_an_entry_is_proposed_in_dollars_or_tokens(supervisor: Desk, listing: Listing) -> None:
    debtor, creditor = funded(cents=1_000), funded(cents=1)
    terms = {"entry": "CORRECTION", "debit": debtor.number, "credit": creditor.number, "asset": CASH}
    address = "/admin/trading/transfer/propose/"
    half = supervisor.act(address, **terms, amount="1.005", text="wrong account", note="found")
    assert "goes in steps of 0.01" in text(half)
    made = proposed(supervisor.act(address, **terms, amount="2.50", text="wrong account", note="found"))
    assert made.new == terms | {"amount": 250, "text": "wrong account"}
    assert "2.50 USD from" in text(supervisor.get(page_of(made)))


def test_a_dividend_is_proposed_and_its_payments_are_shown(supervisor: Desk, listing: Listing) -> None:
    holder = funded(lots=100, listing=listing)
    bank, issuer = ledger.contra_account(ledger.BANK), ledger.contra_account("C-ACME", "Issued ACME")
    ledger.cash(Transfer.Kind.FUNDING, debit=bank, credit=issuer, cents=5_000, reference="funding")
    address = "/admin/trading/dividend/propose/"
    assert "50.00 USD" in text(supervisor.get(address))
    made = proposed(supervisor.act(address, listing=listing.pk, a_token="0.255", note="declared"))
    assert made.new == {"cents_per_lot": "25.5"}
    at_the_desk(roles.MARKET_SUPERVISOR).act(f"/admin/portal/proposal/{made.pk}/approve/")
    dividend = Dividend.objects.get()
    page = text(supervisor.get(page_of(dividend)))
    assert "0.255 USD" in page and "25.50 USD" in page and "6.12 USD" in page
    shown = text(supervisor.get(list_of(DividendPayment) + f"?dividend__id__exact={dividend.pk}"))
    assert holder.number in shown and "NO_VALID_FORM" in shown
    assert supervisor.get(page_of(DividendPayment.objects.get())).status_code == 200


def test_a_tax_form_is_recorded_and_its_number_is_masked() -> None:
    reviewer, account = at_the_desk(roles.ONBOARDING_REVIEWER), funded(cents=1)
    said = {
        "account": account.number, "kind": "W9", "name": "A Person", "address": "1 Main Street",
        "country": "US", "signed_on": "2026-01-15",
    }  # fmt: skip
    address = "/admin/portal/taxform/record/"
    assert "taxpayer" in text(reviewer.post(address, said))
    assert reviewer.post(address, said | {"tin": "000-12-3456"}).status_code == 302
    form = TaxForm.objects.get()
    assert (form.recorded_by, form.account) == (reviewer.person, account)
    page = text(reviewer.get(page_of(form)))
    assert "•••3456" in page and "000-12" not in page
    assert at_the_desk(roles.MARKET_SUPERVISOR).get(address).status_code == 403


def test_busting_is_offered_until_it_settles(listing: Listing, seller: Account, buyer: Account) -> None:
    row = failed(listing, seller, buyer)
    desk = a_superuser()
    bought = Execution.objects.get(trade_seq=row.trade_seq, side="BUY")
    assert f"/admin/trading/execution/{bought.pk}/bust/" in text(desk.get(page_of(row)))
    done = traded(listing, seller, buyer)
    assert "/bust/" not in text(desk.get(page_of(done)))
