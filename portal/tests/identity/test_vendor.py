"""A provider outside: whatever it does, no case is lost, and none is changed by what is not its answer."""

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from portal import clock
from portal.identity import cases
from portal.identity.remote import Remote
from portal.models import Application, AuditEntry, CheckResult, ProviderCase, ProviderMessage
from portal.tests.applications.people import Browser, ready
from portal.tests.identity.vendor import Vendor, signed

pytestmark = pytest.mark.django_db
Status = ProviderCase.Status


def sent_in() -> Browser:
    browser = ready()
    browser.ask("post", f"{browser.at}/submit")
    return browser


def a_case() -> ProviderCase:
    return ProviderCase.objects.get()


def stage() -> str:
    return Application.objects.get().stage


def answer(
    case: ProviderCase, outcome: str = "PASSED", code: str = "IDENTITY_VERIFIED", **more: Any
) -> bytes:
    return json.dumps({"case": str(case.pk), "outcome": outcome, "code": code, **more}).encode()


def post(body: bytes, headers: dict[str, str], provider: str = "acme") -> tuple[int, Any]:
    response = Client().post(
        f"/api/v1/identity/{provider}/messages", body, "application/json", headers=headers
    )
    return response.status_code, response.json()


def due_now() -> None:
    ProviderCase.objects.update(next_try_at=clock.now())


def codes() -> list[str]:
    return list(CheckResult.objects.values_list("code", flat=True))


def test_a_provider_is_asked_answers_later_and_the_application_goes_on(vendor: Vendor) -> None:
    browser = sent_in()
    assert stage() == "CHECKING" and vendor.asked == []  # not inside the transaction of sending it in
    cases.ask_due()
    assert (a_case().status, a_case().reference) == (Status.ASKED, "V-1")
    [asked] = vendor.asked
    assert asked["case"] == str(a_case().pk) and vendor.signed_right == [True]
    assert asked["people"][0]["last_name"] == "Lindqvist" and asked["people"][0]["id_number"] == "L1234567"
    assert AuditEntry.objects.filter(action="PERSONAL_DATA_SENT").count() == 1
    body = answer(a_case(), facts={"score": "zeal-7"})
    assert post(body, signed(body)) == (200, {"taken": True})
    assert a_case().status == Status.ANSWERED and stage() == "IN_REVIEW"
    assert codes() == ["PROVIDER_ASKED", "IDENTITY_VERIFIED"]
    assert "zeal-7" not in json.dumps(browser.look())


def test_a_provider_may_answer_at_once(vendor: Vendor) -> None:
    sent_in()
    vendor.says = json.dumps({"outcome": "REVIEW", "code": "FACE_DIFFERS"}).encode()
    cases.ask_due()
    assert a_case().status == Status.ANSWERED and stage() == "IN_REVIEW"
    assert codes() == ["PROVIDER_ASKED", "PROVIDER_IN_DOUBT"]


def test_what_can_be_mended_is_said_in_the_venues_own_words(vendor: Vendor) -> None:
    browser = sent_in()
    said = {"text": "on a watch list"}
    body = answer(a_case(), "FIX", "DOCUMENT_UNREADABLE", facts=said)
    post(body, signed(body))
    assert stage() == "NEEDS_ANSWERS"
    told = json.dumps(browser.look())
    assert "cannot be read. Send another" in told and "watch list" not in told


def test_what_the_venue_has_no_words_for_goes_to_a_person(vendor: Vendor) -> None:
    sent_in()
    body = answer(a_case(), "FIX", "SOMETHING_ELSE")
    post(body, signed(body))
    assert stage() == "IN_REVIEW" and codes()[-1] == "PROVIDER_IN_DOUBT"


@pytest.mark.parametrize(
    "fault", ["down", "slow", "500", "redirect", "nonsense", "no JSON object", "endless"]
)
def test_a_provider_that_fails_is_asked_again_later(
    fault: str, vendor: Vendor, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    sent_in()
    match fault:
        case "down":
            options = settings.IDENTITY_PROVIDERS["acme"]["options"] | {"url": "http://127.0.0.1:9/"}
            settings.IDENTITY_PROVIDERS = {
                "acme": {"class": "portal.identity.remote.Remote", "options": options}
            }
        case "slow":
            vendor.waits_s = 1.0
        case "500":
            vendor.status = 500
        case "redirect":
            vendor.status = 302
        case "nonsense":
            vendor.says = b"<html>We are sorry.</html>"
        case "no JSON object":
            vendor.says = b'["reference"]'
        case "endless":
            vendor.says = b"x" * 100_000
    with caplog.at_level(logging.WARNING):
        cases.ask_due()
    case = a_case()
    assert (case.status, case.tries, stage()) == (Status.TO_ASK, 1, "CHECKING")
    assert case.last_error and case.next_try_at - clock.now() > timedelta(seconds=50)
    assert len(vendor.asked) <= 1 and "Lindqvist" not in caplog.text
    assert cases.ask_due() == 0  # not before its time
    vendor.status, vendor.waits_s, vendor.says = 200, 0.0, b'{"reference": "V-2"}'
    if fault != "down":
        due_now()
        cases.ask_due()
        assert (a_case().status, a_case().reference) == (Status.ASKED, "V-2")
        assert {asked["case"] for asked in vendor.asked} == {str(case.pk)}


def test_after_the_last_try_a_person_takes_over(vendor: Vendor) -> None:
    sent_in()
    vendor.status = 503
    waits = []
    while stage() == "CHECKING":
        before = clock.now()
        cases.ask_due()
        waits.append(round((a_case().next_try_at - before).total_seconds() / 60))
        due_now()
    assert waits[:5] == [1, 5, 15, 60, 240] and len(vendor.asked) == 5
    assert a_case().status == Status.GIVEN_UP and stage() == "IN_REVIEW"
    assert codes() == ["PROVIDER_ASKED", "PROVIDER_SILENT"]
    body = answer(a_case())
    assert post(body, signed(body)) == (200, {"taken": True})
    assert a_case().status == Status.GIVEN_UP and codes()[-1] == "IDENTITY_VERIFIED"  # for the reviewer
    assert stage() == "IN_REVIEW"


def test_a_provider_that_took_the_question_and_says_nothing_is_asked_again_and_given_up(
    vendor: Vendor,
) -> None:
    sent_in()
    for _ in range(6):
        cases.ask_due()
        due_now()
    assert a_case().status == Status.GIVEN_UP and stage() == "IN_REVIEW"


def test_a_message_counts_once(vendor: Vendor) -> None:
    sent_in()
    body = answer(a_case())
    headers = signed(body)
    assert post(body, headers) == (200, {"taken": True})
    assert post(body, headers) == (200, {"taken": False})
    assert post(body, signed(body, message_id="message-2")) == (200, {"taken": True})  # the same, said again
    other = answer(a_case(), "FIX", "DOCUMENT_UNREADABLE")
    post(other, signed(other, message_id="message-3"))
    assert codes() == ["PROVIDER_ASKED", "IDENTITY_VERIFIED"] and stage() == "IN_REVIEW"
    assert ProviderMessage.objects.count() == 3


@pytest.mark.parametrize(
    ("status", "code", "change"),
    [
        (403, "SIGNATURE_WRONG", {"key": "another key"}), (403, "SIGNATURE_WRONG", {"age_s": 301}),
        (403, "SIGNATURE_WRONG", {"age_s": -301}), (400, "MALFORMED", {"message_id": "short"}),
    ],
)  # fmt: skip
def test_a_message_not_of_the_provider_or_not_of_these_minutes_changes_nothing(
    status: int, code: str, change: dict[str, Any], vendor: Vendor
) -> None:
    sent_in()
    body = answer(a_case())
    answered, said = post(body, signed(body, **change))
    assert (answered, said["error"]["code"]) == (status, code)
    assert a_case().status == Status.TO_ASK and stage() == "CHECKING" and not ProviderMessage.objects.exists()


def test_a_signature_covers_time_id_and_body(vendor: Vendor) -> None:
    sent_in()
    body = answer(a_case())
    headers = signed(body)
    assert post(answer(a_case(), "REVIEW"), headers)[0] == 403
    assert post(body, headers | {"X-Message-Id": "message-2"})[0] == 403
    assert post(body, headers | {"X-Timestamp": str(int(headers["X-Timestamp"]) + 1)})[0] == 403
    assert post(body, {})[0] == 403
    assert stage() == "CHECKING"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"case": 1}', b'{"case": "1", "outcome": "MAYBE", "code": "A_CODE"}',
     b'{"case": "1", "outcome": "PASSED", "code": "<script>"}', b"[" * 10_000],
)  # fmt: skip
def test_garbled_messages_are_refused_and_change_nothing(body: bytes, vendor: Vendor) -> None:
    sent_in()
    assert post(body, signed(body))[0] == 400
    assert stage() == "CHECKING" and not ProviderMessage.objects.exists()


@pytest.mark.parametrize("case", ["999999", "1e3", "٣", "9" * 40])
def test_a_message_about_no_case_is_kept_and_changes_none(case: str, vendor: Vendor) -> None:
    sent_in()
    body = json.dumps({"case": case, "outcome": "PASSED", "code": "IDENTITY_VERIFIED"}).encode()
    assert post(body, signed(body)) == (200, {"taken": True})
    assert ProviderMessage.objects.get().case is None and a_case().status == Status.TO_ASK


def test_there_is_no_door_for_a_provider_nobody_set_up(vendor: Vendor) -> None:
    assert post(b"{}", signed(b"{}"), provider="other")[0] == 404


def test_an_answer_of_an_earlier_round_moves_nothing(vendor: Vendor) -> None:
    browser = sent_in()
    body = answer(first := a_case(), "FIX", "DOCUMENT_UNREADABLE")
    post(body, signed(body))
    browser.ask("post", f"{browser.at}/submit", status=422)  # the document is to be sent again
    assert ProviderCase.objects.get() == first and stage() == "NEEDS_ANSWERS"


def test_a_withdrawn_application_is_not_put_before_anybody(vendor: Vendor) -> None:
    browser = sent_in()
    browser.ask("post", f"{browser.at}/withdraw")
    cases.ask_due()
    assert vendor.asked == [] and a_case().status == Status.GIVEN_UP


@pytest.mark.parametrize(("url", "key"), [("http://vendor.example/", "k"), ("https://vendor.example/", "")])
def test_personal_data_goes_nowhere_in_the_clear_or_unsigned(url: str, key: str) -> None:
    with pytest.raises(ValueError, match="needs a key"):
        Remote(url=url, key=key)
