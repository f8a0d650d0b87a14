"""Money at the desk: who sees it, who acts, and what comes of it."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal import roles
from portal.models import Account, AuditEntry, Proposal
from portal.roles import grant_roles
from portal.tests.desk import Desk, at_the_desk, list_of, page_of, text, told
from portal.tests.factories import an_account, an_operator
from trading import cash
from trading.cash import inbox
from trading.models import (
    CASH,
    Balance,
    BankAccount,
    BankEntry,
    BankStatement,
    CapitalFigures,
    Case,
    Transfer,
    Withdrawal,
)
from trading.services import ledger
from trading.tests.cash.bank import a_bank_account, a_file, credit, deposit_of, imported, released, requested
from trading.tests.factories import funded

pytestmark = pytest.mark.django_db

BANK = "/admin/trading/bankstatement/"
WITHDRAWALS = "/admin/trading/withdrawal/"


@pytest.fixture(autouse=True)
def bank_dir(settings: Any, tmp_path: Path) -> None:
    settings.BANK_DIR = tmp_path / "bank"
    grant_roles()


@pytest.fixture
def supervisor() -> Desk:
    return at_the_desk(roles.MARKET_SUPERVISOR)


@pytest.fixture
def other() -> Desk:
    return at_the_desk(roles.MARKET_SUPERVISOR)


@pytest.fixture
def examiner() -> Desk:
    return at_the_desk(roles.EXAMINER)


def upload(desk: Desk, content: bytes, name: str = "monday.csv") -> Any:
    return desk.act(f"{BANK}take-in/", file=SimpleUploadedFile(name, content))


def approve_last(desk: Desk) -> Proposal:
    proposal = Proposal.objects.latest("pk")
    desk.act(f"/admin/portal/proposal/{proposal.pk}/approve/")
    proposal.refresh_from_db()
    return proposal


def test_a_statement_is_looked_at_before_it_is_booked(supervisor: Desk) -> None:
    account = an_account()
    content = a_file(deposit_of(account, "25.00"), credit("1.00", "hello", "Somebody"), statement_id="MON")
    page = upload(supervisor, content)["Location"]
    assert page == f"{BANK}waiting/monday.csv/"
    assert "monday.csv" in text(supervisor.get(BANK))
    said = text(supervisor.get(page))
    assert "Entries: 2; cases for people to look at: 1." in said
    assert f"Deposit of 25.00 USD for {account.number}" in said
    assert "A case: The payer named no account." in said
    assert not BankStatement.objects.exists()
    found = re.search(r'name="sha256" value="(\w+)"', said)
    assert found
    response = supervisor.act(page, sha256=found[1])
    row = BankStatement.objects.get()
    assert (row.statement_id, row.imported_by) == ("MON", supervisor.person)
    assert told(response) == ["Statement MON is booked. Entries: 2."]
    assert inbox.waiting() == []
    assert "25.00 USD" in text(supervisor.get(response["Location"]))
    assert supervisor.get(page_of(row)).status_code == 200


def test_what_was_not_looked_at_is_not_booked(supervisor: Desk) -> None:
    page = upload(supervisor, a_file(deposit_of(an_account(), "25.00")))["Location"]
    response = supervisor.act(page, sha256="0" * 64)
    assert told(response) == ["monday.csv is not what it was. Look at it again. Nothing of it was booked."]
    assert not BankStatement.objects.exists() and inbox.waiting()


def test_a_file_that_cannot_be_taken_in_says_why_and_is_put_away(supervisor: Desk) -> None:
    page = upload(supervisor, a_file(deposit_of(an_account(), "-25.00")))["Location"]
    said = text(supervisor.get(page))
    assert "cannot be taken in" in said and "AMOUNT_NOT_POSITIVE" in said and "Book it" not in said
    supervisor.act(page)
    assert inbox.waiting() == [] and not BankStatement.objects.exists()
    assert "There is no file" in told(supervisor.get(page))[-1]


def test_a_file_of_another_kind_is_not_laid_in(supervisor: Desk) -> None:
    assert "Name the file with" in text(upload(supervisor, b"x", "virus.exe"))


def test_the_demo_bank_is_asked_in_demo_mode_only(supervisor: Desk, settings: Any) -> None:
    account = an_account()
    page = supervisor.act(f"{BANK}demo/", account=account.pk, amount="2500.00")["Location"]
    assert f"Deposit of 2,500.00 USD for {account.number}" in text(supervisor.get(page))
    settings.DEMO = False
    assert supervisor.get(f"{BANK}demo/").status_code == 403
    assert "demo bank" not in text(supervisor.get(BANK))


def test_two_people_say_whose_cash_it_is(supervisor: Desk, other: Desk) -> None:
    account = an_account()
    entry = imported(credit("40.00", account.number, "Somebody Else")).entries.get()
    page = text(supervisor.get(page_of(entry)))
    assert "The payer is not the account’s holder." in page and "Propose whose it is" in page
    assert f'href="{page_of(entry)}"' in text(supervisor.get(page_of(Case.objects.get())))
    address = f"/admin/trading/bankentry/{entry.pk}/assign/"
    assert "Cash cannot be assigned to A-999999" in text(
        supervisor.act(address, account="A-999999", note="asked them")
    )
    supervisor.act(address, account=account.number.lower(), note="asked them")
    assert approve_last(other).status == "APPLIED"
    assert Case.objects.get().closed_by == other.person
    assert "Propose whose it is" not in text(supervisor.get(page_of(entry)))


def test_two_people_release_a_withdrawal_from_its_page(supervisor: Desk, other: Desk) -> None:
    row = requested(funded(cents=10_000), 4_000)
    page = text(supervisor.get(page_of(row)))
    assert "Available besides" in page and "60.00 USD" in page
    supervisor.act(f"{WITHDRAWALS}{row.pk}/release/", note="known for years")
    assert approve_last(other).status == "APPLIED"
    row.refresh_from_db()
    assert row.status == "RELEASED"
    assert "Propose to release" not in text(supervisor.get(page_of(row)))
    assert "Payment file for the bank: 1 payment<" in text(supervisor.get(WITHDRAWALS))


def test_two_people_refuse_one_with_a_reason(supervisor: Desk, other: Desk) -> None:
    row = requested(funded(cents=10_000), 4_000)
    supervisor.act(f"{WITHDRAWALS}{row.pk}/refuse/", note="the account was taken over")
    approve_last(other)
    row.refresh_from_db()
    assert (row.status, row.reason) == ("REFUSED", "the account was taken over")


def test_a_stopped_desk_says_so(supervisor: Desk) -> None:
    row = requested(funded(cents=10_000), 4_000)
    Case.objects.create(kind="BANK", asset_id=CASH, subject="x", opened_at=row.requested_at)
    for address in (WITHDRAWALS, page_of(row)):
        assert "Withdrawals are stopped" in text(supervisor.get(address))
    assert "Withdrawals are stopped" not in text(supervisor.get(BANK))
    refused = supervisor.act(f"{WITHDRAWALS}{row.pk}/release/", note="now")
    assert "close that case before anything is paid" in text(refused)


def test_the_payment_file_is_downloaded_and_written_down(supervisor: Desk) -> None:
    row = released(funded(cents=10_000), 4_000)
    response = supervisor.get(f"{WITHDRAWALS}payments/")
    assert response["Content-Disposition"].startswith('attachment; filename="payments-')
    [payment] = csv.DictReader(io.StringIO(text(response)))
    assert (payment["reference"], payment["amount"]) == (row.reference, "40.00")
    assert AuditEntry.objects.get(action="PAYMENTS_TOLD").actor == supervisor.person


def test_an_operator_verifies_a_bank_account_and_says_how(supervisor: Desk) -> None:
    row = a_bank_account(an_account(), verified=False)
    page = text(supervisor.get(page_of(row)))
    assert "Verify it" in page and row.account_number in page
    response = supervisor.act(f"/admin/trading/bankaccount/{row.pk}/verify/", note="two cents sent and named")
    row.refresh_from_db()
    assert (row.status, row.verified_by) == ("VERIFIED", supervisor.person)
    assert told(response)[0].startswith("Verified. Withdrawals may go there from")
    again = supervisor.act(f"/admin/trading/bankaccount/{row.pk}/verify/", note="again")
    assert "is verified." in text(again)


def test_the_venue_withdraws_its_fees_from_the_desk(supervisor: Desk) -> None:
    fees = ledger.fee_account()
    ledger.cash(Transfer.Kind.TRADE_FEE, debit=funded(cents=10_000), credit=fees, cents=500, reference="fee")
    terms = {"account": fees.pk, "holder": "Meridian ATS, Inc.", "bank_name": "First Bank"}
    wrong = supervisor.act(
        "/admin/trading/bankaccount/own/", **terms, routing_number="123456789", account_number="12345"
    )
    assert "The routing number is nine digits" in text(wrong)
    supervisor.act(
        "/admin/trading/bankaccount/own/", **terms, routing_number="123456780", account_number="12345"
    )
    place = BankAccount.objects.get()
    own = supervisor.act(f"/admin/trading/bankaccount/{place.pk}/verify/", note="ours")
    assert "Somebody else than who added it has to verify it." in text(own)
    cash.verify_bank_account(bank_account_id=place.pk, note="ours", by=an_operator())
    BankAccount.objects.update(verified_at="2025-01-01T00:00Z")
    page = text(supervisor.get(f"{WITHDRAWALS}own/"))
    assert "C-FEES" in page and "5.00 USD" in page
    short = supervisor.act(f"{WITHDRAWALS}own/", bank_account=place.pk, amount="5.01")
    assert "5.00 USD can be withdrawn" in text(short)
    supervisor.act(f"{WITHDRAWALS}own/", bank_account=place.pk, amount="5.00")
    assert (Withdrawal.objects.get().account, Withdrawal.objects.get().cents) == (fees, 500)


def test_customers_and_own_money_stand_side_by_side(supervisor: Desk) -> None:
    imported(deposit_of(an_account(), "1000.00"))
    address = list_of(CapitalFigures)
    page = text(supervisor.get(address))
    assert "Covered" in page and "No figures of the venue’s own are recorded yet." in page
    dollars = {
        "own_cash": "260000.00", "other_assets": "0", "non_allowable_assets": "0", "haircuts": "0",
        "liabilities": "0.00", "subordinated_loans": "0",
    }  # fmt: skip
    refused = supervisor.act(f"{address}record/", as_of="2026-11-01", **dollars | {"subordinated_loans": "1"})
    assert "more than there are" in text(refused)
    supervisor.act(f"{address}record/", as_of="2026-11-01", **dollars)
    row = CapitalFigures.objects.get()
    assert (row.own_cash, row.recorded_by) == (26_000_000, supervisor.person)
    page = text(supervisor.get(address))
    assert "Early warning" in page and "Net capital is below 120 % of the minimum." in page
    assert supervisor.get(page_of(row)).status_code == 200
    exported = list(csv.DictReader(io.StringIO(text(supervisor.get(f"{address}export/")))))
    assert {
        "computation": "net capital",
        "as_of": "2026-11-01",
        "figure": "Net capital",
        "usd": "260000.00",
    } in (exported)
    assert exported[0]["usd"] == "1000.00"


def test_an_examiner_looks_at_everything_and_acts_nowhere(examiner: Desk) -> None:
    account = funded(cents=10_000)
    row = requested(account, 4_000)
    unverified = a_bank_account(account, verified=False)
    entry = imported(credit("40.00", "hello")).entries.get()
    inbox.put("monday.csv", a_file())
    before = (Proposal.objects.count(), Balance.objects.get(account=account, asset=CASH).held)
    for model in (BankStatement, BankEntry, Withdrawal, BankAccount, CapitalFigures):
        assert examiner.get(list_of(model)).status_code == 200
    for shown in (row, unverified, entry, entry.statement):
        page = text(examiner.get(page_of(shown)))
        assert "Propose" not in page and "Verify it" not in page
    assert unverified.account_number not in text(examiner.get(page_of(unverified)))
    assert "monday.csv" not in text(examiner.get(BANK))
    for address in (
        f"{BANK}take-in/", f"{BANK}demo/", f"{BANK}waiting/monday.csv/", f"{WITHDRAWALS}payments/",
        f"{WITHDRAWALS}own/", f"{WITHDRAWALS}{row.pk}/release/", f"{WITHDRAWALS}{row.pk}/refuse/",
        f"/admin/trading/bankentry/{entry.pk}/assign/", "/admin/trading/bankaccount/own/",
        f"/admin/trading/bankaccount/{unverified.pk}/verify/", "/admin/trading/capitalfigures/record/",
    ):  # fmt: skip
        assert examiner.get(address).status_code == 403, address
        assert examiner.act(address, note="x").status_code == 403, address
    assert examiner.get("/admin/trading/capitalfigures/export/").status_code == 200
    assert (Proposal.objects.count(), Balance.objects.get(account=account, asset=CASH).held) == before


def test_who_has_no_business_with_money_sees_none(supervisor: Desk) -> None:
    reviewer = at_the_desk(roles.ONBOARDING_REVIEWER)
    for model in (BankStatement, BankEntry, Withdrawal, BankAccount, CapitalFigures):
        assert reviewer.get(list_of(model)).status_code == 403
    assert reviewer.get("/admin/trading/capitalfigures/export/").status_code == 403


def test_withdrawals_are_found_by_account_and_by_number(supervisor: Desk) -> None:
    mine, others = requested(funded(cents=100), 100), requested(funded(cents=100), 100)
    for term in (mine.account.number, str(mine.pk)):
        page = text(supervisor.get(f"{WITHDRAWALS}?q={term}"))
        assert mine.reference in page and others.reference not in page
    assert Account.objects.filter(pk=mine.account_id).exists()
