"""An account's documents at the desk: handed out to whoever may see its ledger and says why."""

import pytest
from django.urls import reverse

from portal import roles
from portal.models import Account, AuditEntry
from portal.tests.desk import Desk, at_the_desk, page_of, text
from trading.documents import periods
from trading.services import ledger
from trading.tests.factories import funded

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> Desk:
    return at_the_desk(roles.COMPLIANCE_OFFICER)


@pytest.fixture
def account() -> Account:
    return funded(cents=100_000)


def address(account: Account) -> str:
    return reverse("admin:portal_account_documents", args=[account.pk])


def month_of(account: Account) -> periods.Period:
    return periods.month_of(account.opened_at)


def test_the_page_offers_what_there_is(officer: Desk, account: Account) -> None:
    assert address(account) in text(officer.get(page_of(account)))
    page = text(officer.get(address(account)))
    assert f"Statement, {month_of(account).title}" in page and "Confirmations" not in page


@pytest.mark.parametrize(("format", "begins"), [("PDF", b"%PDF-"), ("CSV", b"\xef\xbb\xbfDocument,")])
def test_a_document_is_handed_out_and_that_is_kept(
    officer: Desk, account: Account, format: str, begins: bytes
) -> None:
    month = month_of(account).id
    wanted = {"document": f"STATEMENT {month}", "format": format, "note": "Complaint 12"}
    response = officer.act(address(account), **wanted)
    assert response.content.startswith(begins)
    name = f"statement-{account.number}-{month}.{format.lower()}"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    entry = AuditEntry.objects.get(action="DOCUMENT_LOOKED_AT", subject=account.number)
    assert entry.actor == officer.person
    assert entry.facts == {"kind": "STATEMENT", "id": month, "format": format, "reason": "Complaint 12"}


@pytest.mark.parametrize(
    "wrong", [{"note": " "}, {"document": "STATEMENT 2020-01"}, {"document": "X"}, {"format": "DOCX"}]
)
def test_without_a_reason_or_of_what_there_is_not_nothing_is_handed_out(
    officer: Desk, account: Account, wrong: dict[str, str]
) -> None:
    asked = {"document": f"STATEMENT {month_of(account).id}", "format": "CSV", "note": "Why"} | wrong
    response = officer.act(address(account), **asked)
    assert response["Content-Type"].startswith("text/html")
    assert not AuditEntry.objects.filter(action="DOCUMENT_LOOKED_AT").exists()


def test_who_may_not_see_the_ledger_gets_no_documents(account: Account) -> None:
    reviewer = at_the_desk(roles.ONBOARDING_REVIEWER)
    assert address(account) not in text(reviewer.get(page_of(account)))
    assert reviewer.get(address(account)).status_code == 403
    assert reviewer.act(address(account)).status_code == 403


def test_the_other_side_of_the_books_has_no_documents(officer: Desk) -> None:
    bank = ledger.contra_account(ledger.BANK)
    assert "Documents" not in text(officer.get(page_of(bank)))
    assert officer.get(address(bank)).status_code == 404
    bank.pk += 1_000
    assert officer.get(address(bank)).status_code == 404
