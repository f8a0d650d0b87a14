"""The compliance officer's work on hits, at the desk."""

import pytest
from django.urls import reverse

from compliance.models import ListedEntry, ScreeningHit, ScreeningList, ScreeningRun
from compliance.screening import lists, rescreening
from compliance.tests.screening.applicants import TORVALDEN, an_approved
from compliance.tests.screening.invented import ENTRIES, NAMES, files, load, person
from portal import roles
from portal.models import Account, AuditEntry, Proposal
from portal.tests.desk import at_the_desk, list_of, page_of, text, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    _, account = an_approved(TORVALDEN)
    load()
    rescreening.carry_on(rescreening.start(ScreeningRun.Cause.ASKED, lists.in_force()))
    return account


def the_hit() -> ScreeningHit:
    return ScreeningHit.objects.get()


def clear_at() -> str:
    return reverse("admin:compliance_screeninghit_clear", args=[the_hit().pk])


def confirm_at() -> str:
    return reverse("admin:compliance_screeninghit_confirm", args=[the_hit().pk])


def test_a_hit_is_shown_beside_the_entry_with_its_reasons_and_the_look_is_logged(account: Account) -> None:
    desk = at_the_desk(roles.COMPLIANCE_OFFICER)
    assert "Joaquin Torvalden" in text(desk.get(list_of(ScreeningHit)))
    page = text(desk.get(page_of(the_hit())))
    for said in ("1963-07-28", "28 Jul 1963", "TORVALDEN, Chapo", "Born on 1963-07-28, as listed"):
        assert said in page
    entry = AuditEntry.objects.get(action="PERSONAL_DATA_LOOKED_AT")
    assert (entry.subject, entry.actor) == (f"application {the_hit().application_id}", desk.person)
    assert entry.facts == {"purpose": "Screening", "what": str(the_hit())}


def test_it_is_cleared_with_a_reason(account: Account) -> None:
    desk = at_the_desk(roles.COMPLIANCE_OFFICER)
    assert desk.act(clear_at(), note="").status_code == 200
    assert the_hit().status == "OPEN"
    assert desk.act(clear_at(), note="Another town.").status_code == 302
    hit = the_hit()
    assert (hit.status, hit.reason, hit.decided_by) == ("CLEARED", "Another town.", desk.person)
    assert "Another town." in text(desk.get(page_of(hit)))
    assert "already" not in text(desk.act(clear_at(), note="Again."))
    assert the_hit().reason == "Another town."


def test_two_officers_confirm_it_and_the_account_stands_still(account: Account) -> None:
    first, second = at_the_desk(roles.COMPLIANCE_OFFICER), at_the_desk(roles.COMPLIANCE_OFFICER)
    assert told(first.act(confirm_at(), note="Same passport.")) == ["Proposed. Somebody else has to decide."]
    proposal = Proposal.objects.get()
    approve = f"/admin/portal/proposal/{proposal.pk}/approve/"
    first.act(approve)
    assert the_hit().status == "OPEN"
    second.act(approve)
    account.refresh_from_db()
    assert (the_hit().status, account.status) == ("CONFIRMED", "SUSPENDED")
    assert "Same passport." in text(second.get(page_of(the_hit())))


@pytest.mark.parametrize("role", [roles.ONBOARDING_REVIEWER, roles.MARKET_SUPERVISOR, roles.EXAMINER])
def test_nobody_else_decides(account: Account, role: str) -> None:
    desk = at_the_desk(role)
    for address in (clear_at(), confirm_at()):
        assert desk.get(address).status_code == 403
        assert desk.act(address, note="Why not.").status_code == 403
    assert the_hit().status == "OPEN"
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("role", [roles.ONBOARDING_REVIEWER, roles.MARKET_SUPERVISOR, roles.FILINGS])
def test_nobody_else_sees_who_was_hit(account: Account, role: str) -> None:
    desk = at_the_desk(role)
    assert desk.get(list_of(ScreeningHit)).status_code == 403
    assert desk.get(page_of(the_hit())).status_code == 403


def test_lists_entries_and_runs_tell_what_they_hold(account: Account) -> None:
    desk = at_the_desk(roles.COMPLIANCE_OFFICER)
    load(files(person(101, "TORVALDEN MARKOS, Joaquin"), *ENTRIES[1:], names=NAMES))
    first, second = ScreeningList.objects.order_by("pk")
    assert "9" in text(desk.get(page_of(first)))
    assert "What came with it" in text(desk.get(page_of(second)))
    came = text(desk.get(list_of(ListedEntry), {"since__id__exact": second.pk}))
    assert "TORVALDEN MARKOS" in came and "BELOSTENKOV" not in came
    entry = ListedEntry.objects.get(uid=101, until=second)
    page = text(desk.get(page_of(entry)))
    for said in ("EL RELOJERO", "28 Jul 1963", "Passport P0017003 Belize", "Corozal", "SDGT"):
        assert said in page
    assert "Chapo" in text(desk.get(page_of(entry)))
    assert text(desk.get(list_of(ListedEntry), {"q": "chapo"})).count("TORVALDEN MARKOS") == 2
    assert "1 of 1" in text(desk.get(page_of(ScreeningRun.objects.get())))
