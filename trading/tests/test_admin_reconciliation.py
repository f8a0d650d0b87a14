"""Comparisons, position files and cases at the desk: looked at, taken in, and closed by those who may."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal import clock, roles
from portal.models import Account, AuditEntry, Proposal
from portal.tests.desk import Desk, at_the_desk, list_of, page_of, text, told
from trading.models import CASH, Case, Listing, PositionFile, Reconciliation
from trading.tests.factories import a_listing, funded

pytestmark = pytest.mark.django_db

IMPORT, COMPARE = "/admin/trading/positionfile/import/", "/admin/trading/reconciliation/compare/"


@pytest.fixture
def supervisor() -> Desk:
    return at_the_desk(roles.MARKET_SUPERVISOR)


@pytest.fixture
def examiner() -> Desk:
    return at_the_desk(roles.EXAMINER)


@pytest.fixture
def listing() -> Listing:
    return a_listing()


@pytest.fixture
def holder(listing: Listing) -> Account:
    return funded(lots=1_500, listing=listing)


def taken_in(desk: Desk, *lines: str) -> list[str]:
    content = "\n".join(["as_of,symbol,account,quantity", *(f"{clock.now().date()},{x}" for x in lines)])
    file = SimpleUploadedFile("register.csv", content.encode(), content_type="text/csv")
    return told(desk.act(IMPORT, source="REGISTER", file=file))


@pytest.fixture(autouse=True)
def _noon(db: None) -> None:
    """A day is the same day here and in New York."""
    now = clock.now()
    clock.advance(by=(now.replace(hour=17, minute=0) - now) % timedelta(days=1))


def test_a_file_is_taken_in_and_says_how_it_compares(supervisor: Desk, holder: Account) -> None:
    assert "multipart/form-data" in text(supervisor.get(IMPORT))
    [message] = taken_in(supervisor, f"ACME,{holder.number},1400")
    assert message.endswith("ours 1,500 ACME, theirs 1,400 ACME: DIFFERS in 1 places.")
    page = text(supervisor.get(page_of(PositionFile.objects.get())))
    assert holder.number in page and "1,400 ACME" in page
    assert AuditEntry.objects.filter(action="POSITIONS_IMPORTED", actor=supervisor.person).exists()


def test_a_file_that_is_wrong_says_in_which_line(supervisor: Desk, listing: Listing) -> None:
    file = SimpleUploadedFile("register.csv", b"as_of,symbol,account,quantity\n2026-01-05,NOPE,,1\n")
    page = text(supervisor.act(IMPORT, source="REGISTER", file=file))
    assert "Line 2: there is no listing" in page
    assert "This field is required." in text(supervisor.act(IMPORT, source="REGISTER"))
    assert not PositionFile.objects.exists()


def test_a_case_tells_what_differs_and_what_it_stops(supervisor: Desk, holder: Account) -> None:
    taken_in(supervisor, f"ACME,{holder.number},1400")
    case = Case.objects.get()
    page = text(supervisor.get(page_of(case)))
    for said in ("settlement in ACME", "1,500 ACME", "1,400 ACME", "100 ACME", "It differs."):
        assert said in page
    assert "Propose to close it as it is" in page and "Compare again" in page
    assert f"/admin/trading/case/{case.pk}/close/" not in page
    assert "Holdings and the register differ: ACME" in text(supervisor.get("/admin/"))


def test_a_break_that_has_gone_is_closed_with_a_resolution(supervisor: Desk, holder: Account) -> None:
    taken_in(supervisor, f"ACME,{holder.number},1400")
    case = Case.objects.get()
    close = f"/admin/trading/case/{case.pk}/close/"
    assert "does not agree" in text(supervisor.act(close, note="All is well."))
    taken_in(supervisor, f"ACME,{holder.number},1500")
    assert close in text(supervisor.get(page_of(case)))
    assert told(supervisor.act(close, note="The agent had missed a transfer.")) == ["Closed."]
    case.refresh_from_db()
    assert (case.resolution, case.closed_by) == ("The agent had missed a transfer.", supervisor.person)
    assert "The books agree." in text(supervisor.get("/admin/"))
    assert "nothing" in text(supervisor.get(page_of(case)))


def test_a_break_that_is_there_is_proposed_to_be_closed(supervisor: Desk, holder: Account) -> None:
    taken_in(supervisor, f"ACME,{holder.number},1400")
    case = Case.objects.get()
    supervisor.act(f"/admin/trading/case/{case.pk}/propose/", note="Agreed with the agent.")
    proposal = Proposal.objects.get()
    assert (proposal.kind, proposal.subject) == ("CLOSE_CASE", str(case.pk))
    assert "closed as it is" in text(supervisor.get(page_of(proposal)))


def test_comparing_again_says_how_it_came_out(supervisor: Desk, holder: Account) -> None:
    taken_in(supervisor, f"ACME,{holder.number},1400")
    again = f"/admin/trading/case/{Case.objects.get().pk}/compare/"
    assert "Compare" in text(supervisor.get(again))
    [message] = told(supervisor.act(again))
    assert "DIFFERS" in message
    supervisor.act(COMPARE)
    assert sorted(Reconciliation.objects.values_list("kind", flat=True)) == ["LOTS", *["REGISTER"] * 3]
    page = text(supervisor.get(list_of(Reconciliation)))
    assert "differs" in page and "agrees" in page
    differing = Reconciliation.objects.filter(kind="REGISTER").latest("id")
    assert "More with us by" in text(supervisor.get(page_of(differing)))


def test_open_cases_come_first_the_oldest_before_others(supervisor: Desk, listing: Listing) -> None:
    def opened(subject: str, **fields: object) -> int:
        return Case.objects.create(
            kind="UNMATCHED", asset_id=CASH, subject=subject, opened_at=clock.now(), **fields
        ).pk

    closed = opened("1", closed_at=clock.now(), resolution="It was A-1's.")
    oldest, newest = opened("2"), opened("3")
    page = supervisor.get(list_of(Case))
    assert [row.pk for row in page.context["cl"].result_list] == [oldest, newest, closed]
    page = supervisor.get(f"{list_of(Case)}?state=open")
    assert [row.pk for row in page.context["cl"].result_list] == [oldest, newest]


def test_an_examiner_looks_and_does_nothing(examiner: Desk, supervisor: Desk, holder: Account) -> None:
    taken_in(supervisor, f"ACME,{holder.number},1400")
    case = Case.objects.get()
    page = text(examiner.get(page_of(case)))
    assert "Compare again" not in page and "Propose" not in page
    for act in ("compare", "close", "propose"):
        assert examiner.act(f"/admin/trading/case/{case.pk}/{act}/", note="x").status_code == 403
    for address in (IMPORT, COMPARE):
        assert examiner.get(address).status_code == 403
