"""Applications at the desk: who sees what, what for, and who decides."""

from pathlib import Path

import pytest
from django.urls import reverse
from pytest_django import Settings

from portal import roles, uploads
from portal.applications import decisions, findings
from portal.checks import Finding, Outcome
from portal.models import Application, AuditEntry, Proposal
from portal.tests.applications.people import SSN, Browser
from portal.tests.applications.review import SAYS, Says, noted, proposed, sent_in
from portal.tests.desk import Desk, at_the_desk, list_of, page_of, text, told
from portal.tests.uploads.files import picture

pytestmark = pytest.mark.django_db

A_LOOK = Finding(Outcome.REVIEW, "NAME_ALIKE", facts={"hits": [{"name": "Avery L.", "score": "0.91"}]})
A_NO = Finding(Outcome.REVIEW, "LISTED", facts={"says_no": True})


@pytest.fixture(autouse=True)
def checked(settings: Settings) -> None:
    settings.ONBOARDING_CHECKS = [SAYS, "portal.applications.rating.RiskRating"]
    Says.findings = []


@pytest.fixture
def desk() -> Desk:
    return at_the_desk(roles.ONBOARDING_REVIEWER)


def act(application: Application, name: str, *more: object) -> str:
    return reverse(f"admin:portal_application_{name}", args=[application.pk, *more])


def now(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)


def taken(desk: Desk, *found: Finding) -> Application:
    application = sent_in(*found)
    decisions.assign(application=application, by=desk.person)
    return application


def looks() -> list[tuple[str, str]]:
    rows = AuditEntry.objects.filter(action="PERSONAL_DATA_LOOKED_AT").order_by("pk")
    return [(row.facts["purpose"], row.facts["what"]) for row in rows]


def test_the_queue_shows_what_waits_and_no_names(desk: Desk) -> None:
    application = sent_in()
    Browser().begin()  # a draft is its applicant's own
    page = text(desk.get(list_of(Application)))
    assert f"Application {application.pk}" in page
    assert "1 application" in page
    assert "Lindqvist" not in page and application.applicant.email not in page
    start = text(desk.get("/admin/"))
    assert "Waiting for a reviewer" in start
    Application.objects.filter(pk=application.pk).update(risk="HIGH")
    assert "Two people" in text(desk.get(list_of(Application)))


def test_a_draft_is_seen_by_nobody(desk: Desk) -> None:
    browser = Browser()
    browser.begin()
    assert desk.get(page_of(browser.application)).status_code != 200


def test_who_is_not_at_work_on_a_case_says_first_what_for(desk: Desk) -> None:
    application = sent_in()
    page = text(desk.get(page_of(application)))
    assert "Lindqvist" not in page and looks() == []
    assert desk.act(act(application, "give_purpose"), purpose="").status_code == 200
    desk.act(act(application, "give_purpose"), purpose="A colleague asked me.")
    assert "Avery Lindqvist" in text(desk.get(page_of(application)))
    assert looks() == [("A colleague asked me.", "the case")]


def test_whoever_took_a_case_looks_at_it_for_its_review_and_sees_secrets_masked(desk: Desk) -> None:
    application = sent_in(A_LOOK)
    desk.act(act(application, "take"))
    page = text(desk.get(page_of(application)))
    assert looks() == [(f"review of application {application.pk}", "the case")]
    for shown in (
        "Avery Lindqvist",
        "•••4399",
        "Name alike",
        "0.91",
        "1 Main Street",
        "Capital appreciation",
    ):
        assert shown in page
    assert SSN not in page and SSN.replace("-", "") not in page


def test_a_secret_is_shown_on_one_page_for_a_purpose(desk: Desk) -> None:
    application = taken(desk)
    one = application.identities.get()
    address = act(application, "show_secret", one.pk, "tin")
    assert "536" not in text(desk.get(address))
    assert "536" not in text(desk.act(address, purpose=""))
    response = desk.act(address, purpose="To compare it with the form.")
    assert "4399" in text(response) and "536" in text(response)
    assert "no-store" in response["Cache-Control"]
    assert looks() == [("To compare it with the form.", "taxpayer number of holder 1")]


def test_a_document_is_looked_at_beside_the_answers(desk: Desk, settings: Settings, tmp_path: Path) -> None:
    settings.UPLOAD_DIR = tmp_path
    application = taken(desk)
    Application.objects.filter(pk=application.pk).update(stage="NEEDS_ANSWERS")
    upload = uploads.add(
        application=now(application), by=application.applicant, name="licence.jpg", claimed="image/jpeg",
        content=picture(), kind="DRIVING_LICENCE", identity=application.identities.get().pk,
    )  # fmt: skip
    page = text(desk.get(act(application, "document", upload.pk)))
    assert "Avery Lindqvist" in page and act(application, "page", upload.pk, 1) in page
    for view, more in (("small", ()), ("page", (1,)), ("file", ())):
        response = desk.get(act(application, view, upload.pk, *more))
        assert (response.status_code, response["Content-Type"]) == (200, "image/jpeg")
    assert desk.get(act(application, "page", upload.pk, 2)).status_code == 404
    purpose = f"review of application {application.pk}"
    assert looks()[-3:] == [(purpose, "small picture"), (purpose, "page 1"), (purpose, "file")]
    other = at_the_desk(roles.ONBOARDING_REVIEWER)
    assert other.get(act(application, "small", upload.pk)).status_code == 403


def test_a_case_is_noted_approved_and_its_applicant_told(desk: Desk) -> None:
    application = taken(desk, A_LOOK)
    finding = findings.latest(application)[0].result
    assert "NAME_ALIKE" not in text(desk.act(act(application, "approve"), note="It fits."))
    assert now(application).stage == "IN_REVIEW"
    desk.act(act(application, "note", finding.pk), verdict="CLEARED", note="Another day of birth.")
    assert told(desk.act(act(application, "approve"), note="It fits."))[-1] == f"{application} is approved."
    assert now(application).stage == "APPROVED"


def test_more_is_asked_for_by_steps_and_a_sentence(desk: Desk) -> None:
    application = taken(desk)
    assert "This field is required" in text(desk.act(act(application, "ask"), text="Again."))
    desk.act(act(application, "ask"), steps=["ADDRESS", "DOCUMENTS"], text="The bill is older than asked.")
    event = application.events.last()
    assert event is not None
    assert (event.stage, event.steps) == ("NEEDS_ANSWERS", ["ADDRESS", "DOCUMENTS"])


def test_a_case_is_rejected_for_one_of_the_reasons(desk: Desk) -> None:
    application = taken(desk)
    assert desk.act(act(application, "reject"), code="", note="So it is.").status_code == 200
    desk.act(act(application, "reject"), code="NO_ANSWER", note="Three weeks.", text="")
    assert now(application).stage == "REJECTED"


def test_one_person_cannot_pass_a_no_by_any_page(desk: Desk) -> None:
    application = taken(desk, A_NO)
    noted(application, by=desk.person)
    desk.act(act(application, "approve"), note="It fits.")
    response = desk.act(act(application, "propose_approval"), note="It fits.")
    proposal = Proposal.objects.get()
    assert response["Location"] == page_of(proposal)
    desk.act(reverse("admin:portal_proposal_approve", args=[proposal.pk]))
    assert now(application).stage == "IN_REVIEW"
    second = at_the_desk(roles.ONBOARDING_REVIEWER)
    assert "Listed" in text(second.get(page_of(proposal))) or "LISTED" in text(second.get(page_of(proposal)))
    second.act(reverse("admin:portal_proposal_approve", args=[proposal.pk]))
    assert now(application).stage == "APPROVED"


def test_a_reviewer_decides_on_no_proposal_of_the_market_nor_sees_one(desk: Desk) -> None:
    from portal import proposals
    from portal.tests.factories import an_operator

    of_the_office = proposals.propose(
        kind="COUNTRY_RULE", subject="NO", reason="A test.", by=an_operator(),
        new={"standing": "REVIEW", "effective_from": "2099-01-01", "citation": "None", "sourced": "HOUSE"},
    )  # fmt: skip
    assert desk.get(page_of(of_the_office)).status_code != 200
    for act_name in ("approve", "reject"):
        address = reverse(f"admin:portal_proposal_{act_name}", args=[of_the_office.pk])
        assert desk.act(address, reason="No.").status_code == 403
    supervisor = at_the_desk(roles.MARKET_SUPERVISOR)
    assert supervisor.get(page_of(of_the_office)).status_code == 200
    application = sent_in(A_NO)
    noted(application)
    address = reverse("admin:portal_proposal_approve", args=[proposed(application).pk])
    assert supervisor.act(address).status_code == 403
    assert now(application).stage == "IN_REVIEW"


ACTS = ["take", "approve", "propose_approval", "reject", "ask", "raise_risk", "lower_risk"]


@pytest.mark.parametrize(
    "role", [roles.EXAMINER, roles.MARKET_OPERATOR, roles.MARKET_SUPERVISOR, roles.FILINGS]
)
def test_who_is_no_reviewer_does_nothing_and_sees_no_secret(role: str) -> None:
    application = sent_in(A_LOOK)
    other = at_the_desk(role)
    one, finding = application.identities.get(), findings.latest(application)[0].result
    addresses = [act(application, name) for name in ACTS]
    addresses += [act(application, "show_secret", one.pk, "tin"), act(application, "note", finding.pk)]
    for address in addresses:
        assert other.get(address).status_code == 403, address
        assert other.act(address, note="So.", purpose="So.").status_code == 403, address
    assert now(application).stage == "IN_REVIEW"
    sees = role == roles.EXAMINER
    assert other.get(list_of(Application)).status_code == (200 if sees else 403)
    assert other.get(page_of(application)).status_code == (200 if sees else 403)
    if sees:
        other.act(act(application, "give_purpose"), purpose="Examination.")
        page = text(other.get(page_of(application)))
        assert "Avery Lindqvist" in page and act(application, "take") not in page


def test_nobody_reviews_what_is_their_own() -> None:
    application = sent_in()
    desk = at_the_desk(roles.ONBOARDING_REVIEWER)
    Application.objects.filter(pk=application.pk).update(applicant=desk.person)
    desk.act(act(application, "give_purpose"), purpose="My own.")
    assert act(application, "approve") not in text(desk.get(page_of(application)))
    desk.act(act(application, "approve"), note="It fits.")
    desk.act(act(application, "take"))
    assert (now(application).stage, now(application).assigned_to) == ("IN_REVIEW", None)
