"""A new address or number is confirmed, waits, and can be stopped by whoever has the old one (house rule
CONTACT-CHANGE-COOLING)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from portal import clock, contacts
from portal.contacts import ContactRefused
from portal.models import ContactChange, Notice, User
from portal.tests.door import sign_in, type_password
from portal.tests.factories import PASSWORD, a_user

pytestmark = pytest.mark.django_db
Kind, Status = ContactChange.Kind, ContactChange.Status
CHANGES = "/api/v1/safety/contact-changes"


@pytest.fixture
def user() -> User:
    return a_user("old@example.com")


def code_in(mail: Any) -> str:
    found = re.search(r"^[A-Z]{4}-[A-Z]{4}$", mail.body, re.MULTILINE)
    assert found, mail.body
    return found[0]


def waiting(user: User, mailoutbox: Any, new: str = "new@example.com") -> ContactChange:
    change = contacts.ask(user=user, kind=Kind.EMAIL, new=new)
    return contacts.verify(user=user, change_id=change.pk, code=code_in(mailoutbox[-1]))


def pass_time(**time: float) -> int:
    clock.advance(by=timedelta(**time))
    return contacts.apply_due()


def refusal(call: Any) -> str:
    with pytest.raises(ContactRefused) as refused:
        call()
    return refused.value.code


def test_a_new_address_counts_after_three_days_and_signs_in_then(user: User, mailoutbox: Any) -> None:
    change = waiting(user, mailoutbox)
    assert mailoutbox[-1].to == ["new@example.com"]
    assert change.effective_at is not None and change.effective_at - clock.now() > timedelta(days=2, hours=23)
    assert (pass_time(days=2, hours=23), pass_time(hours=1)) == (0, 1)
    user.refresh_from_db()
    assert user.email == "new@example.com"
    assert sign_in(Client(), "new@example.com").status_code == 200
    assert type_password(Client(), "old@example.com").status_code == 400
    assert contacts.apply_due() == 0


def test_the_old_address_is_told_and_its_link_stops_it_without_signing_in(
    user: User, mailoutbox: Any
) -> None:
    waiting(user, mailoutbox)
    notice = Notice.objects.get(user=user, to_mail=True)
    page, _, secret = notice.link.partition("#")
    assert (page, "counts in 3 days" in notice.text) == ("/stop-change", True)
    stranger = Client()
    assert stranger.post(f"{CHANGES}/stop", {"secret": "x"}, "application/json").status_code == 422
    assert stranger.post(f"{CHANGES}/stop", {"secret": secret}, "application/json").status_code == 204
    assert pass_time(days=4) == 0
    user.refresh_from_db()
    assert user.email == "old@example.com"
    again = stranger.post(f"{CHANGES}/stop", {"secret": secret}, "application/json")
    assert again.json()["error"]["code"] == "NOT_WAITING"


def test_it_takes_showing_again_who_one_is(user: User) -> None:
    client = Client()
    client.force_login(user)
    body = {"kind": "EMAIL", "new": "new@example.com"}
    refused = client.post(CHANGES, body, "application/json")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "REAUTHENTICATION_REQUIRED")
    again = {"password": PASSWORD}
    client.post("/_allauth/browser/v1/auth/reauthenticate", again, "application/json")
    assert client.post(CHANGES, body, "application/json").status_code == 201
    [change] = client.get("/api/v1/safety").json()["changes"]
    assert (change["status"], change["effective_at"]) == ("UNVERIFIED", None)


def test_changes_are_ones_own(user: User, mailoutbox: Any) -> None:
    change, stranger = waiting(user, mailoutbox), Client()
    stranger.force_login(a_user())
    for act, body in (("stop", {}), ("verify", {"code": "x"})):
        answer = stranger.post(f"{CHANGES}/{change.pk}/{act}", body, "application/json")
        assert answer.status_code == 404
    assert stranger.get("/api/v1/safety").json()["changes"] == []
    change.refresh_from_db()
    assert change.status == Status.WAITING


def test_an_address_of_somebody_elses_gets_mail_without_a_code_and_the_same_answer(
    user: User, mailoutbox: Any
) -> None:
    a_user("taken@example.com")
    change = contacts.ask(user=user, kind=Kind.EMAIL, new="taken@example.com")
    assert change.status == Status.UNVERIFIED
    assert "nothing has changed" in mailoutbox[-1].body
    assert not re.search(r"[A-Z]{4}-[A-Z]{4}", mailoutbox[-1].body)


def test_an_address_taken_while_it_waited_is_not_taken_away(user: User, mailoutbox: Any) -> None:
    change = waiting(user, mailoutbox)
    other = a_user("new@example.com")
    assert pass_time(days=3) == 0
    change.refresh_from_db()
    assert (change.status, User.objects.get(email="new@example.com")) == (Status.STOPPED, other)


def test_a_code_is_good_for_five_tries_and_half_an_hour(user: User, mailoutbox: Any) -> None:
    change = contacts.ask(user=user, kind=Kind.EMAIL, new="new@example.com")
    wrong = [refusal(lambda: contacts.verify(user=user, change_id=change.pk, code="x")) for _ in range(5)]
    assert wrong == ["WRONG_CODE"] * 4 + ["CODE_NO_LONGER_GOOD"]
    right = code_in(mailoutbox[-1])
    assert (
        refusal(lambda: contacts.verify(user=user, change_id=change.pk, code=right)) == "NOT_TO_BE_VERIFIED"
    )

    change = contacts.ask(user=user, kind=Kind.EMAIL, new="new@example.com")
    clock.advance(by=timedelta(minutes=31))
    late = code_in(mailoutbox[-1])
    assert (
        refusal(lambda: contacts.verify(user=user, change_id=change.pk, code=late)) == "CODE_NO_LONGER_GOOD"
    )


def test_a_number_is_confirmed_by_mail_to_the_address_there_is(user: User, mailoutbox: Any) -> None:
    change = contacts.ask(user=user, kind=Kind.PHONE, new="+1 (212) 555-0100")
    assert (mailoutbox[-1].to, "+12125550100" in mailoutbox[-1].body) == (["old@example.com"], True)
    contacts.verify(user=user, change_id=change.pk, code=code_in(mailoutbox[-1]))
    assert pass_time(days=3) == 1
    user.refresh_from_db()
    assert user.phone == "+12125550100"


@pytest.mark.parametrize(
    ("kind", "new", "code"),
    [
        (Kind.EMAIL, "nobody", "NOT_AN_ADDRESS"),
        (Kind.EMAIL, "a\x00@example.com", "NOT_AN_ADDRESS"),
        (Kind.EMAIL, "x@demo.example", "NOT_AN_ADDRESS"),
        (Kind.EMAIL, "Old@Example.com", "SAME_AS_NOW"),
        (Kind.PHONE, "212 555 0100", "NOT_A_NUMBER"),
        (Kind.PHONE, "+1", "NOT_A_NUMBER"),
    ],
)
def test_what_is_no_address_and_no_number_is_not_taken(user: User, kind: str, new: str, code: str) -> None:
    assert refusal(lambda: contacts.ask(user=user, kind=kind, new=new)) == code
    assert not ContactChange.objects.exists()


def test_another_change_is_asked_for_only_when_none_waits(user: User, mailoutbox: Any) -> None:
    first = contacts.ask(user=user, kind=Kind.EMAIL, new="typo@example.com")
    change = waiting(user, mailoutbox)
    first.refresh_from_db()
    assert first.status == Status.STOPPED, "one that was not confirmed gives way"
    ask: dict[str, Any] = {"user": user, "kind": Kind.EMAIL, "new": "third@example.com"}
    assert refusal(lambda: contacts.ask(**ask)) == "ALREADY_WAITING"
    contacts.stop(user=user, change_id=change.pk)
    assert contacts.ask(**ask).status == Status.UNVERIFIED
