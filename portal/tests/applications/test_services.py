"""What becomes of an application once it is sent in, and of one about an account there is."""

from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.db import transaction

from portal import clock
from portal.applications import cases, opening, services
from portal.applications.overview import Overview
from portal.applications.refusals import ApplicationRefused
from portal.checks import Finding, Outcome
from portal.models import Account, Agreement, Application, CheckResult, Identity, Notice
from portal.onboarding.kinds import ApplicantKind, Purpose
from portal.tests.applications.people import Browser, a_persons_answers, an_upload, ready
from portal.tests.factories import an_operator

pytestmark = pytest.mark.django_db

NAMES = [f"{__name__}.First", f"{__name__}.Second"]
PASSED = Finding(Outcome.PASSED, "FINE")
WAITS = Finding(Outcome.WAITING, "ASKED")
LOOK = Finding(Outcome.REVIEW, "LOOKS_ODD", facts={"score": 1})
MEND = Finding(Outcome.FIX, "PHOTO_BLURRED", "The photo is blurred: take it again.", "DOCUMENTS")


class First:
    says: ClassVar[list[Finding]] = []

    def check(self, application: Application) -> list[Finding]:
        return self.says

    def decided(self, application: Application) -> None:
        raise AssertionError("Nothing was decided.")


class Second(First):
    pass


@pytest.fixture(autouse=True)
def without_checks(settings: Any) -> None:
    settings.ONBOARDING_CHECKS = []


@pytest.fixture
def checks(settings: Any) -> Any:
    settings.ONBOARDING_CHECKS = NAMES

    def say(first: list[Finding], second: list[Finding]) -> None:
        First.says, Second.says = first, second

    return say


def sent(browser: Browser) -> Application:
    return services.submit(application=browser.application, by=browser.user)


def come_back(application: Application, finding: Finding, *, name: str = NAMES[0], round: int = 1) -> str:
    row = services.checks_answered(application=application, name=name, round=round, findings=[finding])
    return row.stage


@pytest.mark.parametrize(
    ("first", "second", "stage"),
    [
        ([PASSED], [PASSED], "IN_REVIEW"),
        ([PASSED], [LOOK], "IN_REVIEW"),
        ([PASSED], [WAITS], "CHECKING"),
        ([WAITS, PASSED], [PASSED], "CHECKING"),
        ([WAITS], [MEND], "NEEDS_ANSWERS"),
        ([LOOK], [MEND], "NEEDS_ANSWERS"),
    ],
)
def test_what_the_checks_say_moves_it_on(
    checks: Any, first: list[Finding], second: list[Finding], stage: str
) -> None:
    checks(first, second)
    assert sent(ready()).stage == stage


def test_a_check_that_had_waited_moves_it_on_when_it_is_back(checks: Any) -> None:
    checks([WAITS], [WAITS])
    application = sent(ready())
    assert come_back(application, PASSED) == "CHECKING"
    assert come_back(application, LOOK, name=NAMES[1]) == "IN_REVIEW"
    # A second answer is kept, and moves nothing.
    assert come_back(application, MEND, name=NAMES[1]) == "IN_REVIEW"
    assert CheckResult.objects.filter(application=application).count() == 5


def test_what_is_to_mend_is_mended_and_sent_in_again(checks: Any) -> None:
    checks([MEND], [LOOK])
    browser = ready()
    application = sent(browser)
    seen = browser.look()
    assert (seen["waiting_for"], seen["can_submit"]) == ("APPLICANT", False)
    assert [(row["step"], row["problem"]) for row in seen["steps"] if row["state"] == "FIX"] == [
        ("DOCUMENTS", MEND.text)
    ]
    event = seen["timeline"][-1]
    assert (event["code"], event["text"], event["steps"]) == ("PHOTO_BLURRED", MEND.text, ["DOCUMENTS"])
    assert Notice.objects.filter(user=browser.user, text=MEND.text).exists()
    # Reviewers' facts are nowhere in what the applicant is told.
    assert "LOOKS_ODD" not in str(seen)
    with pytest.raises(ApplicationRefused, match="still missing"):
        sent(browser)
    an_upload(application, kind="DRIVING_LICENCE")
    checks([PASSED], [LOOK])
    assert sent(browser).stage == "IN_REVIEW"
    assert services.round_of(application) == 2
    # What comes back of the first time it was sent in counts no more.
    assert come_back(application, MEND) == "IN_REVIEW"


def test_a_step_asked_again_is_done_once_it_is_answered_again(checks: Any) -> None:
    checks(
        [Finding(Outcome.FIX, "NAME_DIFFERS", "The name differs from the document’s.", "IDENTITY")], [PASSED]
    )
    browser = ready()
    sent(browser)
    assert [one.code for one in Overview(browser.application).missing] == ["ASKED_AGAIN"]
    browser.put_answers("IDENTITY", browser.answers("IDENTITY"))
    assert Overview(browser.application).can_submit


def test_a_withdrawn_application_is_moved_by_nothing(checks: Any) -> None:
    checks([WAITS], [PASSED])
    browser = ready()
    application = sent(browser)
    services.withdraw(application=application, by=browser.user)
    assert come_back(application, PASSED) == "WITHDRAWN"


# --- About an account there is ------------------------------------------------------------------------


def approved(browser: Browser) -> Account:
    application, by = browser.application, an_operator()
    with transaction.atomic():
        account = opening.open_account(application=application, by=by)
        Application.objects.filter(pk=application.pk).update(stage="APPROVED", account=account, decided_by=by)
    return account


def test_a_renewal_begins_with_what_was_approved_and_under_its_own_key() -> None:
    browser = ready()
    account, first = approved(browser), browser.application
    seen = browser.begin(purpose="RENEW_IDENTITY", account=str(account.pk))
    assert [row["step"] for row in seen["steps"]] == ["IDENTITY", "ADDRESS", "TAX", "DOCUMENTS"]
    renewal = browser.application
    assert renewal.key_id != first.key_id
    assert browser.answers("IDENTITY")["people"][0]["id_number"] == "•••4567"
    tax = browser.answers("TAX")
    assert tax["people"][0]["tin"] == "•••4399" and "certified" not in tax
    # Taxes are certified anew, and documents handed in anew.
    assert {one["step"] for one in seen["missing"]} == {"TAX", "DOCUMENTS"}
    moved = {"people": [a_persons_answers()["ADDRESS"]["people"][0] | {"country": "NO"}]}
    error = browser.put_answers("ADDRESS", moved, status=422)["error"]
    assert error["reasons"][0]["code"] == "RESIDENCE_FIXED"
    rows = Identity.objects.values_list("tin_fingerprint", flat=True)
    assert len(rows) == 2 and len(set(rows)) == 1


def test_a_renewal_is_of_the_kind_its_account_is() -> None:
    browser = ready()
    account = approved(browser)
    with pytest.raises(ApplicationRefused) as refused:
        services.start(
            by=browser.user, kind=ApplicantKind.LLC, purpose=Purpose.RENEW_IDENTITY, account=account
        )
    assert refused.value.code == "WRONG_KIND"


def test_a_renewal_asks_for_agreements_that_changed_since() -> None:
    browser = ready()
    account = approved(browser)
    Agreement.objects.create(
        code="FORM_CRS", title="Form CRS", version="2026-2", text="New.", in_force_from="2026-01-01"
    )
    seen = browser.begin(purpose="RENEW_IDENTITY", account=str(account.pk))
    assert seen["steps"][-1]["step"] == "AGREEMENTS"
    assert [one["field"] for one in seen["missing"] if one["step"] == "AGREEMENTS"] == ["FORM_CRS"]
    browser.put_answers("TAX", a_persons_answers()["TAX"])
    after = browser.sign_all()
    assert after["steps"][-1] == {"step": "AGREEMENTS", "state": "DONE", "problem": None}


def test_the_last_approved_application_tells_who_is_behind_an_account() -> None:
    browser = ready()
    account, first = approved(browser), browser.application
    assert cases.approved_of(account) == first
    browser.begin(purpose="RENEW_IDENTITY", account=str(account.pk))
    assert cases.approved_of(account) == first
    Application.objects.filter(pk=browser.application.pk).update(stage="APPROVED", decided_by=an_operator())
    assert cases.approved_of(account) == browser.application


def test_what_was_good_when_it_was_answered_is_judged_again_as_time_goes_on() -> None:
    browser = ready()
    assert Overview(browser.application).can_submit
    clock.advance(by=timedelta(days=401))
    missing = [(one.step, one.field, one.code) for one in Overview(browser.application).missing]
    assert missing == [("IDENTITY", "people.0.id_expires_on", "ID_EXPIRED")]


def test_accredited_status_is_asked_for_with_its_evidence() -> None:
    """17 CFR 230.506(c)(2)(ii)(A)"""
    browser = ready()
    account = approved(browser)
    browser.begin(purpose="ACCREDITATION", account=str(account.pk))
    not_wanted = browser.put_answers("ACCREDITATION", {"wanted": False}, status=422)["error"]
    assert not_wanted["field"] == "wanted"
    facts = {
        "with_spouse": False, "income_last_year": "210000", "income_year_before": "205000.50",
        "income_expected": "230000", "expects_income": True,
    }  # fmt: skip
    claim = {"wanted": True, "category": "AI06", "method": "A", "facts": facts}
    seen = browser.put_answers("ACCREDITATION", claim)
    assert browser.answers("ACCREDITATION") == claim
    this_year = clock.today().year
    assert [(one["kinds"], one["tax_year"], one["whose"], one["met"]) for one in seen["documents"]] == [
        (["TAX_RETURN"], this_year - 1, "Avery Lindqvist", False),
        (["TAX_RETURN"], this_year - 2, "Avery Lindqvist", False),
    ]
    browser.hand_in_all()
    assert sent(browser).stage == "IN_REVIEW"


# --- How long it takes --------------------------------------------------------------------------------


def test_the_time_it_takes_is_told_from_the_last_ones_decided() -> None:
    browser = ready()
    sent(browser)
    assert browser.look()["expected"] == "A person looks at it. We aim to decide within 2 business days."
    by, now = an_operator(), clock.now()
    for hours in range(5):
        Application.objects.create(
            applicant=browser.user, kind="LLC", key=browser.application.key, started_at=now,
            submitted_at=now - timedelta(hours=hours, minutes=30), decided_at=now, decided_by=by,
            stage="REJECTED",
        )  # fmt: skip
    assert browser.look()["expected"] == (
        "A person looks at it. Of the last 5, half were decided within 3 hours."
    )
