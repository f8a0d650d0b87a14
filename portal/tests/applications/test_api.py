"""Applications by their API: resumed, sent in, and nobody else's."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.models import Agreement, Application, Identity, Notice, Signature, StepAnswers
from portal.tests.applications.people import (
    SSN,
    Browser,
    a_persons_answers,
    an_llc,
    an_owner,
    an_upload,
    in_control,
    ready,
)
from portal.tests.factories import a_user, an_account

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_checks(settings: Any) -> None:
    settings.ONBOARDING_CHECKS = []


def test_an_individual_answers_every_step_and_sends_it_in() -> None:
    browser = Browser()
    begun = browser.begin()
    assert begun["missing"][0]["code"] == "NOT_ANSWERED" and begun["can_submit"] is False
    for step, answers in a_persons_answers().items():
        browser.put_answers(step, answers)
    browser.hand_in_all()
    seen = browser.sign_all()
    assert seen["missing"] == [] and seen["can_submit"] is True
    assert {row["state"] for row in seen["steps"]} == {"DONE"}
    sent = browser.ask("post", f"{browser.at}/submit")
    assert (sent["stage"], sent["waiting_for"]) == ("IN_REVIEW", "VENUE")
    assert [event["code"] for event in sent["timeline"]] == ["STARTED", "SUBMITTED", "IN_REVIEW"]
    assert "2 business days" in sent["expected"]
    assert Notice.objects.filter(user=browser.user, kind="APPLICATION").count() == 2


def test_whoever_leaves_finds_every_step_as_it_was() -> None:
    browser = Browser()
    browser.begin()
    answers = a_persons_answers()
    browser.put_answers("IDENTITY", answers["IDENTITY"])
    browser.put_answers("FINANCES", answers["FINANCES"])
    later = Browser(browser.user)
    later.at = browser.at
    masked = answers["IDENTITY"]["people"][0] | {"id_number": "•••4567"}
    assert later.answers("IDENTITY")["people"][0].items() >= masked.items()
    assert later.answers("FINANCES") == answers["FINANCES"]
    assert later.answers("ADDRESS") == {}
    assert [row["step"] for row in later.look()["steps"] if row["state"] != "DONE"] == [
        "ADDRESS", "TAX", "OBJECTIVE", "TRUSTED_CONTACT", "ACCREDITATION", "DOCUMENTS", "AGREEMENTS",
    ]  # fmt: skip
    assert [row["id"] for row in later.ask("get", "/api/v1/applications")["results"]] == [
        str(browser.application.pk)
    ]


def test_numbers_are_sealed_and_lie_nowhere_in_the_clear() -> None:
    browser = Browser()
    browser.begin()
    answers = a_persons_answers()
    for step in ("IDENTITY", "ADDRESS", "TAX"):
        browser.put_answers(step, answers[step])
    row = Identity.objects.get(application=browser.application)
    kept = json.dumps(
        [list(StepAnswers.objects.values_list("answers")), Identity.objects.values().get()], default=str
    )
    assert SSN not in kept and "4399" not in kept and "L1234567" not in kept
    assert row.tin_fingerprint and row.id_fingerprint
    before = row.sealed_tin, row.tin_fingerprint

    masked = browser.answers("TAX")
    assert masked["people"][0]["tin"] == "•••4399"
    browser.put_answers("TAX", masked)
    row.refresh_from_db()
    assert row.tin_fingerprint == before[1] and browser.answers("TAX") == masked
    masked["people"][0]["tin"] = "•••9999"
    refused = browser.put_answers("TAX", masked, status=422)
    assert refused["error"]["field"] == "people.0.tin"


def test_what_is_wrong_is_told_whole_and_nothing_is_kept() -> None:
    browser = Browser()
    browser.begin()
    answers = a_persons_answers()["IDENTITY"]
    answers["people"][0] |= {"born_on": "2020-01-01", "first_name": "", "id_number": "\x00"}
    error = browser.put_answers("IDENTITY", answers, status=422)["error"]
    assert error["code"] == "INVALID_ANSWERS"
    assert {(reason["field"], reason["code"]) for reason in error["reasons"]} == {
        ("people.0.born_on", "UNDER_AGE"),
        ("people.0.first_name", "REQUIRED"),
        ("people.0.id_number", "NOT_TEXT"),
    }
    assert not StepAnswers.objects.exists() and not Identity.objects.exists()


def test_an_answer_elsewhere_can_make_a_step_one_to_mend() -> None:
    browser = Browser()
    browser.begin()
    answers = a_persons_answers()
    browser.put_answers("IDENTITY", answers["IDENTITY"])
    seen = browser.put_answers(
        "ADDRESS",
        {"people": [{"address_line": "Karl Johans gate 1", "city": "Oslo", "country": "NO"}]},
    )
    identity = next(row for row in seen["steps"] if row["step"] == "IDENTITY")
    assert identity == {
        "step": "IDENTITY", "state": "FIX",
        "problem": "Who lives outside the United States needs a passport.",
    }  # fmt: skip


def test_a_persons_application_is_nobody_elses() -> None:
    browser, other = ready(), Browser()
    for method, path, data in (
        ("get", "", None),
        ("get", "/steps/IDENTITY", None),
        ("put", "/steps/IDENTITY", {"answers": a_persons_answers()["IDENTITY"]}),
        ("post", "/submit", None),
        ("post", "/withdraw", None),
    ):
        assert other.ask(method, browser.at + path, data, status=404)["error"]["code"] == "NOT_FOUND"
    assert browser.look()["stage"] == "DRAFT"
    assert other.ask("get", "/api/v1/applications") == {"results": []}
    assert Client().get(browser.at).status_code == 401


def test_what_is_incomplete_is_not_sent_in_and_all_of_it_is_told() -> None:
    browser = Browser()
    browser.begin()
    browser.put_answers("IDENTITY", a_persons_answers()["IDENTITY"])
    error = browser.ask("post", f"{browser.at}/submit", status=422)["error"]
    assert error["code"] == "INCOMPLETE"
    told = {(reason["step"], reason["code"]) for reason in error["reasons"]}
    assert ("ADDRESS", "NOT_ANSWERED") in told and ("AGREEMENTS", "NOT_SIGNED") in told
    assert ("DOCUMENTS", "DOCUMENT_MISSING") in told
    assert browser.look()["stage"] == "DRAFT"


def test_sent_twice_it_is_sent_once_and_then_not_answered_any_more() -> None:
    browser = ready()
    first = browser.ask("post", f"{browser.at}/submit")
    assert browser.ask("post", f"{browser.at}/submit") == first
    error = browser.put_answers("IDENTITY", a_persons_answers()["IDENTITY"], status=422)["error"]
    assert error["code"] == "WITH_VENUE" and "with a reviewer" in error["message"]
    assert browser.ask("post", f"{browser.at}/withdraw")["stage"] == "WITHDRAWN"
    assert browser.ask("post", f"{browser.at}/withdraw")["waiting_for"] is None
    assert browser.ask("post", f"{browser.at}/submit", status=422)["error"]["code"] == "ENDED"


def test_one_application_of_a_kind_is_under_way_at_a_time() -> None:
    browser = Browser()
    browser.begin()
    again = browser.ask("post", "/api/v1/applications", {"kind": "INDIVIDUAL"}, status=422)
    assert again["error"]["code"] == "ALREADY_UNDER_WAY"
    browser.ask("post", f"{browser.at}/withdraw")
    browser.begin()


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"kind": "CHURCH"}, 400, "INVALID_CHOICE"),
        ({}, 400, "REQUIRED"),
        ({"kind": "INDIVIDUAL", "shoes": 1}, 400, "UNKNOWN_FIELD"),
        ({"kind": "INDIVIDUAL", "purpose": "RENEW_IDENTITY"}, 422, "ACCOUNT_OR_NONE"),
        ({"kind": "INDIVIDUAL", "purpose": "ACCREDITATION", "account": "999999"}, 404, "NOT_FOUND"),
    ],
)
def test_what_cannot_be_begun_is_refused(sent: Any, status: int, code: str) -> None:
    browser = Browser()
    assert browser.ask("post", "/api/v1/applications", sent, status=status)["error"]["code"] == code
    assert not Application.objects.exists()


def test_only_a_signer_applies_about_an_account() -> None:
    browser = Browser()
    account = an_account(browser.user)
    sent = {"kind": "INDIVIDUAL", "purpose": "ACCREDITATION", "account": str(account.pk)}
    account.memberships.update(role="TRADER")
    browser.ask("post", "/api/v1/applications", sent, status=403)
    browser.ask("post", "/api/v1/applications", sent | {"account": str(an_account(a_user()).pk)}, status=404)
    account.memberships.update(role="SIGNER")
    made = browser.ask("post", "/api/v1/applications", sent, status=201)
    assert [row["step"] for row in made["steps"]] == ["ACCREDITATION", "DOCUMENTS"]


def test_steps_that_are_not_asked_are_not_there() -> None:
    browser = Browser()
    browser.begin()
    for step in ("OWNERS", "NOTHING"):
        browser.ask("get", f"{browser.at}/steps/{step}", status=404)
    browser.put_answers("NOTHING", {}, status=404)
    assert browser.put_answers("OWNERS", {}, status=422)["error"]["code"] == "NO_SUCH_STEP"


# --- Agreements -------------------------------------------------------------------------------------------


def test_agreements_are_signed_by_the_full_legal_name_and_kept_with_their_text() -> None:
    browser = Browser()
    browser.begin()
    one = {"code": "PRIVACY_NOTICE", "version": "2026-1", "typed_name": " AVERY lindqvist"}
    early = browser.put_answers("AGREEMENTS", {"signatures": [one]}, status=422)["error"]
    assert early["reasons"][0]["code"] == "NAME_UNKNOWN"
    browser.put_answers("IDENTITY", a_persons_answers()["IDENTITY"])
    for change, code in (
        ({"typed_name": "A. Lindqvist"}, "NAME_DIFFERS"),
        ({"version": "2019-1"}, "OUTDATED_VERSION"),
        ({"code": "NOTHING"}, "NO_SUCH_AGREEMENT"),
    ):
        refused = browser.put_answers("AGREEMENTS", {"signatures": [one | change]}, status=422)
        assert refused["error"]["reasons"][0]["code"] == code
    assert not Signature.objects.exists()
    browser.put_answers("AGREEMENTS", {"signatures": [one]})
    browser.put_answers("AGREEMENTS", {"signatures": [one]})
    row = Signature.objects.get()
    assert (row.typed_name, row.signed_by, row.address) == ("AVERY lindqvist", browser.user, "127.0.0.1")
    assert len(row.text_digest) == 64
    assert browser.answers("AGREEMENTS") == {"signatures": [one | {"typed_name": "AVERY lindqvist"}]}


def test_who_mends_their_name_signs_again() -> None:
    browser = ready()
    answers = a_persons_answers()["IDENTITY"]
    answers["people"][0]["last_name"] = "Lindquist"
    seen = browser.put_answers("IDENTITY", answers)
    assert {one["step"] for one in seen["missing"]} == {"TAX", "AGREEMENTS"}


def test_a_newer_version_is_the_one_to_sign() -> None:
    browser = ready()
    Agreement.objects.create(
        code="PRIVACY_NOTICE",
        title="Privacy notice",
        version="2026-2",
        text="New.",
        in_force_from="2026-01-01",
    )
    assert [one["field"] for one in browser.look()["missing"]] == ["PRIVACY_NOTICE"]
    Agreement.objects.create(
        code="FORM_CRS", title="Form CRS", version="2099-1", text="Later.", in_force_from="2099-01-01"
    )
    assert len(browser.look()["missing"]) == 1


def test_the_tax_step_shows_what_it_certifies_and_keeps_that_it_was_signed() -> None:
    browser = ready()
    texts = browser.ask("get", f"{browser.at}/steps/TAX")["texts"]
    assert {one["code"] for one in texts} == {"W9_CERTIFICATION", "W8BEN_CERTIFICATION"}
    assert Signature.objects.filter(agreement__code="W9_CERTIFICATION").exists()


# --- Owners -------------------------------------------------------------------------------------------------


def test_owners_keep_their_numbers_wherever_in_the_list_they_are() -> None:
    browser = Browser()
    browser.begin("LLC")
    answers = an_llc()
    for step in ("ENTITY", "ADDRESS", "OWNERS"):
        browser.put_answers(step, answers[step])
    kim, _, noor = browser.answers("OWNERS")["people"]
    fingerprints = dict(browser.application.identities.values_list("first_name", "tin_fingerprint"))
    paper = an_upload(browser.application, identity=browser.application.identities.get(first_name="Noor"))
    browser.put_answers("OWNERS", {"people": [noor, kim], "nobody_owns_25": False})
    rows = browser.application.identities.exclude(role="ENTITY")
    assert {(row.first_name, row.role, row.position) for row in rows} == {
        ("Noor", "BENEFICIAL_OWNER", 0), ("Kim", "CONTROL_PERSON", 0),
    }  # fmt: skip
    assert all(row.tin_fingerprint == fingerprints[row.first_name] for row in rows)
    paper.refresh_from_db()
    assert paper.identity and paper.identity.first_name == "Noor"
    # Somebody else in Noor's place does not get her number.
    stranger = an_owner("Sasha", tin=noor["tin"], id_number="S5556667")
    sent = {"people": [stranger, noor, in_control(tin="318-42-1234")], "nobody_owns_25": False}
    error = browser.put_answers("OWNERS", sent, status=422)["error"]
    assert [reason["field"] for reason in error["reasons"]] == ["people.0.tin"]


def test_a_get_asks_as_often_however_much_there_is() -> None:
    few = Browser()
    few.begin("LLC")
    many = ready(kind="LLC", answers=an_llc())
    many.ask("post", f"{many.at}/submit")
    many.ask("post", f"{many.at}/withdraw")

    def queries(browser: Browser) -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            browser.look()
        return len(asked)

    assert queries(many) <= queries(few) + 1 <= 20
