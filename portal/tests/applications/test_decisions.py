"""What reviewers decide: one person where one is enough, two where it takes two, in the database too."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from portal import clock, proposals
from portal.applications import decisions, findings, rating, services
from portal.applications.reasons import REJECTIONS
from portal.applications.refusals import ApplicationRefused
from portal.checks import Finding, Outcome
from portal.models import Application, AuditEntry, Notice, ReviewNote, User, Verification
from portal.onboarding.validity import years_after
from portal.proposals import ProposalRefused
from portal.standing import identity_until
from portal.tests.applications.people import Browser, a_persons_answers, abroad, ready
from portal.tests.applications.review import SAYS, Says, noted, proposed, sent_in, the_finding
from portal.tests.factories import an_issuer, an_operator

pytestmark = pytest.mark.django_db

A_LOOK = Finding(Outcome.REVIEW, "NAME_ALIKE", facts={"score": "0.91"})
A_NO = Finding(Outcome.REVIEW, "LISTED", facts={"says_no": True})
WHY = "The documents show it."


@pytest.fixture(autouse=True)
def checked(settings: Settings) -> None:
    settings.ONBOARDING_CHECKS = [SAYS, "portal.applications.rating.RiskRating"]
    Says.findings = []


@pytest.fixture
def reviewer() -> User:
    return an_operator()


def now(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)


def code_of(act: Callable[[], Any]) -> str:
    with pytest.raises((ApplicationRefused, ProposalRefused)) as refused:
        act()
    return str(refused.value.code)  # type: ignore[attr-defined]


# --- Approval ----------------------------------------------------------------------------------------


def test_one_person_approves_what_nothing_speaks_against(reviewer: User) -> None:
    application = sent_in()
    done = decisions.approve(application=application, by=reviewer, reason=WHY)
    assert (done.stage, done.decided_by, done.risk) == ("APPROVED", reviewer, "LOW")
    account = done.account
    assert account is not None
    account.refresh_from_db()
    verified = Verification.objects.get(account=account)
    assert (verified.matter, verified.application, verified.recorded_by) == (
        "IDENTITY",
        application,
        reviewer,
    )
    assert account.identity_until == verified.expires_on == identity_until(clock.today(), risk="LOW")
    assert {row["kind"] for row in verified.evidence} == {"DRIVING_LICENCE"}
    assert account.accredited_until is None
    event = done.events.last()
    assert event is not None
    assert (event.code, event.text) == ("APPROVED", f"Your account {account.number} is open.")
    assert Notice.objects.filter(user=done.applicant, subject="Your application is approved").exists()
    entry = AuditEntry.objects.get(action="APPLICATION_APPROVED")
    assert (entry.actor, entry.facts["reason"]) == (reviewer, WHY)
    assert Says.told == [application]


def test_a_finding_is_looked_at_and_noted_before_anybody_approves(reviewer: User) -> None:
    application = sent_in(A_LOOK)
    approve = lambda: decisions.approve(application=application, by=reviewer, reason=WHY)  # noqa: E731
    assert code_of(approve) == "FINDINGS_NOT_LOOKED_AT"
    findings.note(
        finding=the_finding(application, "NAME_ALIKE"),
        by=reviewer,
        verdict="CLEARED",
        text="Another day of birth.",
    )
    assert approve().stage == "APPROVED"
    assert AuditEntry.objects.get(action="FINDING_NOTED").facts["note"] == "Another day of birth."


def test_a_check_that_has_not_answered_blocks(reviewer: User) -> None:
    application = sent_in(Finding(Outcome.WAITING, "ASKED"))
    assert application.stage == "CHECKING"
    approve = lambda: decisions.approve(application=application, by=reviewer, reason=WHY)  # noqa: E731
    assert code_of(approve) == "CHECKS_WAITING"
    services.checks_answered(
        application=application, name=SAYS, round=1, findings=[Finding(Outcome.PASSED, "FINE")]
    )
    assert approve().stage == "APPROVED"


def test_what_expired_since_it_was_sent_in_is_asked_for_anew(reviewer: User) -> None:
    application = sent_in()
    clock.advance(by=timedelta(days=401))
    with pytest.raises(ApplicationRefused) as refused:
        decisions.approve(application=application, by=reviewer, reason=WHY)
    assert refused.value.code == "ID_EXPIRED"
    assert now(application).stage == "IN_REVIEW"


def test_nobody_decides_on_what_is_their_own() -> None:
    application = sent_in()
    own = application.applicant
    for act in (
        lambda: decisions.approve(application=application, by=own, reason=WHY),
        lambda: decisions.reject(application=application, by=own, code="NO_ANSWER", reason=WHY),
        lambda: decisions.ask_for_more(application=application, by=own, steps=["TAX"], text="Again."),
        lambda: decisions.assign(application=application, by=own),
    ):
        assert code_of(act) == "OWN_APPLICATION"


def test_what_is_decided_is_decided_once(reviewer: User) -> None:
    application = sent_in()
    decisions.approve(application=application, by=reviewer, reason=WHY)
    for act in (
        lambda: decisions.approve(application=application, by=reviewer, reason=WHY),
        lambda: decisions.reject(application=application, by=reviewer, code="NO_ANSWER", reason=WHY),
        lambda: decisions.ask_for_more(application=application, by=reviewer, steps=["TAX"], text="Again."),
        lambda: decisions.assign(application=application, by=reviewer),
    ):
        assert code_of(act) == "WRONG_STAGE"
    assert Verification.objects.count() == 1


# --- Four eyes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "found"),
    [("high", ()), ("says no", (A_NO,)), ("stands", (A_LOOK,))],
)
def test_a_high_risk_or_a_no_is_passed_by_two_people_only(
    how: str, found: tuple[Finding, ...], reviewer: User
) -> None:
    application = sent_in(*found)
    if how == "high":
        rating.raise_risk(application=application, by=reviewer, to="HIGH", reason="Cash business.")
    noted(application, by=reviewer, verdict="STANDS" if how == "stands" else "CLEARED")
    noted(application, by=reviewer)
    approve = lambda: decisions.approve(application=application, by=reviewer, reason=WHY)  # noqa: E731
    assert code_of(approve) == "TWO_PEOPLE"

    proposal = proposed(application, by=reviewer)
    assert code_of(lambda: proposals.approve(proposal=proposal, by=reviewer)) == "FOUR_EYES"
    assert (
        code_of(lambda: proposals.approve(proposal=proposal, by=application.applicant)) == "OWN_APPLICATION"
    )
    second = an_operator()
    for change in (
        {"stage": "APPROVED", "decided_by": reviewer},
        {"stage": "APPROVED", "decided_by": reviewer, "proposal": proposal},
        {"stage": "APPROVED", "decided_by": second, "proposal": proposal},
        {"risk": "LOW"}
        if how == "high"
        else {"stage": "APPROVED", "decided_by": second, "is_override": True},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Application.objects.filter(pk=application.pk).update(account=an_account_id(), **change)
    assert now(application).stage == "IN_REVIEW"

    proposals.approve(proposal=proposal, by=second)
    done = now(application)
    assert (done.stage, done.decided_by, done.proposal) == ("APPROVED", second, proposal)
    assert done.is_override == (how != "high")


def an_account_id() -> int:
    from portal.tests.factories import an_account

    return an_account().pk


def test_what_stands_once_is_not_cleared_by_another_note(reviewer: User) -> None:
    application = sent_in(A_LOOK)
    finding = the_finding(application, "NAME_ALIKE")
    for verdict in ("STANDS", "CLEARED"):
        findings.note(finding=finding, by=reviewer, verdict=verdict, text="So it is.")
    assert decisions.needs_two(application)


def test_a_proposal_of_who_applies_is_worth_nothing() -> None:
    application = sent_in(A_NO)
    noted(application)
    proposal = proposed(application, by=application.applicant)
    assert code_of(lambda: proposals.approve(proposal=proposal, by=an_operator())) == "OWN_APPLICATION"


def test_what_was_found_since_it_was_proposed_is_agreed_on_anew() -> None:
    application = sent_in(A_NO)
    noted(application)
    proposal = proposed(application)
    services.checks_answered(application=application, name=SAYS, round=1, findings=[A_LOOK])
    assert code_of(lambda: proposals.approve(proposal=proposal, by=an_operator())) == "STALE"


def test_a_risk_is_raised_by_one_and_lowered_by_two(reviewer: User) -> None:
    application = sent_in()
    rating.raise_risk(application=application, by=reviewer, to="HIGH", reason="Cash business.")
    lower = lambda: rating.raise_risk(application=application, by=reviewer, to="LOW", reason=WHY)  # noqa: E731
    assert code_of(lower) == "NOT_HIGHER"
    proposal = proposals.propose(
        kind="LOWER_RISK", subject=str(application.pk), new={"risk": "LOW"}, reason=WHY, by=reviewer
    )
    assert code_of(lambda: proposals.approve(proposal=proposal, by=reviewer)) == "FOUR_EYES"
    proposals.approve(proposal=proposal, by=an_operator())
    assert now(application).risk == "LOW"
    # The proposal that lowered it once lowers it no second time.
    rating.raise_risk(application=application, by=reviewer, to="HIGH", reason=WHY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=application.pk).update(risk="LOW")


# --- Rejection, and asking for more -------------------------------------------------------------------------


@pytest.mark.parametrize("code", REJECTIONS)
def test_a_rejection_tells_why_and_what_can_be_done(code: str, reviewer: User) -> None:
    application = sent_in(A_NO)
    done = decisions.reject(application=application, by=reviewer, code=code, reason="As on file.")
    event = done.events.last()
    assert event is not None
    assert (done.stage, event.code, event.text) == ("REJECTED", code, REJECTIONS[code].told)
    assert (
        Notice.objects.get(user=done.applicant, subject="Your application was not approved").text
        == event.text
    )
    assert AuditEntry.objects.get(action="APPLICATION_REJECTED").facts["reason"] == "As on file."
    assert Says.told == [application]


def test_no_rejection_tells_of_screening_and_nothing_is_added_to_what_is_not_told(reviewer: User) -> None:
    """31 CFR 1023.320(e)(1)(i)"""
    for code, one in REJECTIONS.items():
        told = f"{code} {one.told}".lower()
        assert not any(word in told for word in ("sanction", "ofac", "suspicious", "screen", "list", "sar "))
    application = sent_in(A_NO)
    add = lambda: decisions.reject(  # noqa: E731
        application=application, by=reviewer, code="NOT_OUR_CUSTOMER", reason=WHY, text="A match on a list."
    )
    assert code_of(add) == "NOTHING_ADDED"
    assert now(application).stage == "IN_REVIEW"


def test_an_applicant_who_is_asked_for_more_mends_it_and_sends_it_in_again(reviewer: User) -> None:
    browser = ready()
    application = services.submit(application=browser.application, by=browser.user)
    for steps, text, code in (
        ([], "Again.", "STEPS_REQUIRED"),
        (["OWNERS"], "Again.", "STEPS_REQUIRED"),
        (["ADDRESS"], " ", "TEXT_REQUIRED"),
    ):
        ask = lambda: decisions.ask_for_more(application=application, by=reviewer, steps=steps, text=text)  # noqa: B023, E731
        assert code_of(ask) == code
    decisions.ask_for_more(
        application=application, by=reviewer, steps=["ADDRESS"], text="Give the number of the flat."
    )
    seen = browser.look()
    assert seen["stage"] == "NEEDS_ANSWERS"
    assert {row["step"] for row in seen["steps"] if row["state"] == "FIX"} == {"ADDRESS"}
    assert seen["timeline"][-1]["text"] == "Give the number of the flat."
    browser.put_answers("ADDRESS", browser.answers("ADDRESS"))
    services.submit(application=application, by=browser.user)
    assert decisions.approve(application=application, by=reviewer, reason=WHY).stage == "APPROVED"


def test_a_case_is_taken_and_taken_over(reviewer: User) -> None:
    application, other = sent_in(), an_operator()
    decisions.assign(application=application, by=reviewer)
    decisions.assign(application=application, by=other)
    assert now(application).assigned_to == other
    last = AuditEntry.objects.filter(action="APPLICATION_TAKEN").last()
    assert last is not None
    assert last.facts == {"before": reviewer.email}


# --- Accredited status, and what is verified anew -------------------------------------------------------


def by_income(**more: Any) -> dict[str, Any]:
    answers = a_persons_answers()
    year = clock.today().year
    answers["ACCREDITATION"] = {
        "wanted": True, "category": "AI06", "method": "A",
        "facts": income_facts(year) | {"expects_income": True} | more,
    }  # fmt: skip
    return answers


def income_facts(year: int) -> dict[str, Any]:
    from portal.onboarding.accreditation import Form, facts_of
    from portal.onboarding.kinds import ApplicantKind

    said: dict[Form, Any] = {Form.MONEY: "310000", Form.YES_NO: True}
    return {
        fact.name: fact.choices[0][0] if fact.form == Form.CHOICE else said[fact.form]
        for fact in facts_of("AI06", ApplicantKind.INDIVIDUAL)
    }


def test_accredited_status_is_verified_with_the_account_it_is_wanted_for(reviewer: User) -> None:
    """17 CFR 230.506(c)(2)(ii)(A)"""
    done = decisions.approve(application=sent_in(answers=by_income()), by=reviewer, reason=WHY)
    assert done.account is not None
    verified = Verification.objects.get(account=done.account, matter="ACCREDITATION")
    assert (verified.category, verified.method, verified.dated) == ("AI06", "A", clock.today())
    assert [row["kind"] for row in verified.evidence].count("TAX_RETURN") == 2
    done.account.refresh_from_db()
    assert done.account.investor_class == "ACCREDITED"
    assert done.account.accredited_until == verified.expires_on > clock.today()


def test_an_account_is_opened_without_the_accredited_status_that_is_not_shown(reviewer: User) -> None:
    done = decisions.approve(
        application=sent_in(answers=by_income()), by=reviewer, reason=WHY,
        without_accreditation="The forms of 2025 cannot be read.",
    )  # fmt: skip
    assert done.account is not None
    assert not Verification.objects.filter(account=done.account, matter="ACCREDITATION").exists()
    event = done.events.last()
    assert event is not None
    assert "not shown yet: The forms of 2025 cannot be read." in event.text


def approved_browser(reviewer: User, **how: Any) -> Browser:
    browser = ready(**how)
    services.submit(application=browser.application, by=browser.user)
    decisions.approve(application=browser.application, by=reviewer, reason=WHY)
    return browser


def test_identity_is_verified_anew_for_the_account_there_is(reviewer: User) -> None:
    browser = approved_browser(reviewer)
    account = browser.application.account
    assert account is not None
    clock.advance(by=timedelta(days=300))
    browser.begin(purpose="RENEW_IDENTITY", account=account.pk)
    browser.put_answers("TAX", a_persons_answers()["TAX"])
    browser.hand_in_all()
    application = services.submit(application=browser.application, by=browser.user)
    decisions.approve(application=application, by=reviewer, reason=WHY)
    account.refresh_from_db()
    assert account.identity_until == identity_until(clock.today(), risk="LOW")
    assert account.verifications.count() == 2
    assert account.tax_forms.count() == 2


def test_who_was_verified_by_evidence_states_it_again_for_five_years_from_then(reviewer: User) -> None:
    """17 CFR 230.506(c)(2)(ii)(E)"""
    browser = approved_browser(reviewer, answers=by_income())
    account, first = browser.application.account, clock.today()
    assert account is not None
    clock.advance(by=timedelta(days=300))
    browser.begin(purpose="ACCREDITATION", account=account.pk)
    facts = income_facts(clock.today().year) | {"still_accredited": True}
    browser.put_answers("ACCREDITATION", {"wanted": True, "category": "AI06", "method": "E", "facts": facts})
    browser.hand_in_all()
    application = services.submit(application=browser.application, by=browser.user)
    assert (
        code_of(
            lambda: decisions.approve(
                application=application, by=reviewer, reason=WHY, without_accreditation="Not shown."
            )
        )
        == "NOTHING_LEFT"
    )
    decisions.approve(application=application, by=reviewer, reason=WHY)
    account.refresh_from_db()
    assert account.accredited_until == years_after(first, 5)


# --- Risk -------------------------------------------------------------------------------------------------


def test_a_watched_country_is_a_high_risk_and_its_reasons_are_for_reviewers() -> None:
    answers = abroad()
    person = answers["IDENTITY"]["people"][0]
    person |= {"citizenship": "UA", "id_country": "UA", "id_number": "AB123456"}
    application = sent_in(answers=answers)
    assert application.risk == now(application).risk == "HIGH"
    found = the_finding(application, "RISK_HIGH")
    assert "Avery Lindqvist is a citizen of UA, which is watched." in found.facts["reasons"]
    assert (found.outcome, found.text) == ("PASSED", "")


def test_a_record_of_review_is_written_once() -> None:
    application = sent_in(A_LOOK)
    noted(application)
    with pytest.raises(TypeError):
        ReviewNote.objects.get().save()


def test_a_reviewer_names_the_issuer_where_it_counts_for_one_alone(reviewer: User) -> None:
    """17 CFR 230.501(a)(4)"""
    from portal.onboarding.accreditation import Form, facts_of
    from portal.onboarding.kinds import ApplicantKind

    said: dict[Form, Any] = {Form.TEXT: "Acme", Form.YES_NO: True, Form.DATE: date(2020, 1, 1).isoformat()}
    facts = {
        fact.name: fact.choices[0][0] if fact.form == Form.CHOICE else said[fact.form]
        for fact in facts_of("AI04", ApplicantKind.INDIVIDUAL)
    } | {"all_disclosed": True}
    answers = a_persons_answers()
    answers["ACCREDITATION"] = {"wanted": True, "category": "AI04", "method": "B", "facts": facts}
    application, issuer = sent_in(answers=answers), an_issuer()
    assert (
        code_of(lambda: decisions.approve(application=application, by=reviewer, reason=WHY)) == "ONE_ISSUER"
    )
    assert now(application).account is None
    done = decisions.approve(application=application, by=reviewer, reason=WHY, issuer=issuer)
    assert done.account is not None
    done.account.refresh_from_db()
    assert done.account.accredited_for == issuer
