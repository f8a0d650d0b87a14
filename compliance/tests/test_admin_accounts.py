"""Accounts at the desk: suspended with a reason, and their orders canceled in the same moment."""

from datetime import timedelta

import pytest

from compliance import services
from portal import clock, roles, standing
from portal.models import Account, AuditEntry
from portal.tests.desk import Desk, at_the_desk, list_of, page_of, text, told
from portal.tests.factories import a_user, an_account
from trading import engine, journal
from trading.tests.factories import a_listing, buy, entered, funded

pytestmark = pytest.mark.django_db

SUSPEND, REINSTATE = "/admin/portal/account/suspend/", "/admin/portal/account/reinstate/"


@pytest.fixture
def officer() -> Desk:
    return at_the_desk(roles.COMPLIANCE_OFFICER)


@pytest.fixture
def account() -> Account:
    return funded(cents=100_000, account=an_account(a_user("ann@example.com", password=None)))


def test_the_page_of_an_account_shows_its_people_status_and_balances(officer: Desk, account: Account) -> None:
    page = text(officer.get(page_of(account)))
    for shown in (account.number, "Active", "ann@example.com", "1,000.00 USD", "Suspend"):
        assert shown in page


def test_who_may_not_see_balances_sees_none_on_the_page_of_an_account(account: Account) -> None:
    page = text(at_the_desk(roles.ONBOARDING_REVIEWER).get(page_of(account)))
    assert account.number in page
    assert "USD" not in page


def test_the_action_leads_to_a_page_that_asks_why(officer: Desk, account: Account) -> None:
    response = officer.act(list_of(Account), action="suspend_selected", _selected_action=[account.pk])
    assert response["Location"] == f"{SUSPEND}?account={account.pk}"
    assert f"Suspend {account.number}" in text(officer.get(response["Location"]))


def test_a_suspension_cancels_what_works_and_is_in_the_audit_log(officer: Desk, account: Account) -> None:
    listing = a_listing()
    [order] = entered(buy(account, listing, 1, 100))
    response = officer.act(f"{SUSPEND}?account={account.pk}", note="sanctions hit")
    assert told(response) == [f"{account.number} is suspended; working orders being canceled: 1."]
    account.refresh_from_db()
    assert account.status == "SUSPENDED"
    [*_, last] = journal.commands_after(listing_id=listing.pk, seq=0, limit=10)
    assert isinstance(last.command, engine.CancelOrder)
    assert (last.command.order_id, last.command.reason) == (order.pk, "ACCOUNT_RESTRICTED")
    entry = AuditEntry.objects.get(action="ACCOUNT_SUSPENDED")
    assert (entry.actor, entry.subject) == (officer.person, account.number)
    assert entry.facts == {"reason": "sanctions hit", "orders_canceled": 1}


def test_no_reason_no_suspension(officer: Desk, account: Account) -> None:
    assert officer.act(f"{SUSPEND}?account={account.pk}", note=" ").status_code == 200
    account.refresh_from_db()
    assert account.status == "ACTIVE"


def test_one_account_that_cannot_be_suspended_holds_up_no_other(officer: Desk, account: Account) -> None:
    closed = an_account(status="CLOSED")
    response = officer.act(f"{SUSPEND}?account={account.pk}&account={closed.pk}", note="sanctions hit")
    assert sorted(told(response)) == sorted(
        [f"{account.number} is suspended; working orders being canceled: 0.", f"{closed.number} is closed."]
    )


def test_a_reinstated_account_is_active_again(officer: Desk, account: Account) -> None:
    services.suspend_account(account=account, reason="by mistake", actor=officer.person)
    officer.act(f"{REINSTATE}?account={account.pk}", note="it was a namesake")
    account.refresh_from_db()
    assert account.status == "ACTIVE"
    assert AuditEntry.objects.get(action="ACCOUNT_REINSTATED").facts == {"reason": "it was a namesake"}


def test_a_closed_account_is_not_reinstated(officer: Desk) -> None:
    closed = an_account(status="CLOSED")
    assert told(officer.act(f"{REINSTATE}?account={closed.pk}", note="please")) == [
        f"{closed.number} is closed."
    ]
    closed.refresh_from_db()
    assert closed.status == "CLOSED"


def test_the_audit_log_of_an_account_is_a_link_away(officer: Desk, account: Account) -> None:
    services.suspend_account(account=account, reason="sanctions hit", actor=officer.person)
    response = officer.get(page_of(account).replace("/change/", "/history/"), follow=True)
    assert response.redirect_chain[-1][0] == f"/admin/portal/auditentry/?subject__exact={account.number}"
    assert [row.action for row in response.context["cl"].result_list] == ["ACCOUNT_SUSPENDED"]


def test_what_was_verified_is_shown_and_taken_back_with_a_reason() -> None:
    account = an_account()
    today = clock.today()
    standing.verify(account=account, matter="IDENTITY", dated=today, expires_on=today, by=None)
    desk = at_the_desk(roles.COMPLIANCE_OFFICER)
    assert f"good to {today}" in text(desk.get(page_of(account)))
    address = f"/admin/portal/account/{account.pk}/take-back/"
    assert "not good today" in text(desk.act(address, matter="ACCREDITATION", note="Why not."))
    desk.act(address, matter="IDENTITY", note="The passport was forged.")
    account.refresh_from_db()
    assert account.identity_until == today - timedelta(days=1)
    assert "taken back" in text(desk.get(page_of(account)))
