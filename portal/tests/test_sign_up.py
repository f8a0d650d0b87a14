"""Signing up, confirming the address, and a forgotten password; nobody learns who has signed up before."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client

from portal.models import SignIn, User
from portal.tests.door import ask, recovery_code, sign_in, type_code, type_password
from portal.tests.factories import PASSWORD, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick_hashes_and_fresh_limits(settings: Any) -> Iterator[None]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    yield
    cache.clear()


def sign_up(client: Client, email: str, password: str = PASSWORD) -> Any:
    return ask(client, "POST", "auth/signup", email=email, password=password)


def code_in(mail: Any) -> str:
    found = re.search(r"^[A-Z]{4}-[A-Z]{4}$", mail.body, re.MULTILINE)
    assert found, mail.body
    return found[0]


def signed_in(client: Client) -> bool:
    return bool(client.get("/api/v1/session").json()["signed_in"])


def test_whoever_confirms_the_address_is_in(client: Client, mailoutbox: Any) -> None:
    assert sign_up(client, "Nia@Example.com").status_code == 401
    assert not signed_in(client)
    [mail] = mailoutbox
    assert mail.to == ["nia@example.com"]
    assert ask(client, "POST", "auth/email/verify", key="WRNG-CODE").status_code == 400
    assert ask(client, "POST", "auth/email/verify", key=code_in(mail)).status_code == 200
    assert signed_in(client)
    assert EmailAddress.objects.get(user__email="nia@example.com").verified


def test_nobody_signs_in_before_the_address_is_confirmed(client: Client, mailoutbox: Any) -> None:
    sign_up(client, "nia@example.com")
    cache.clear()
    other = Client()
    answer = type_password(other, "nia@example.com")
    assert (answer.status_code, signed_in(other)) == (401, False)
    assert ask(other, "POST", "auth/email/verify", key=code_in(mailoutbox[-1])).status_code == 200
    assert signed_in(other)


def test_three_wrong_codes_end_the_sign_up(client: Client, mailoutbox: Any) -> None:
    sign_up(client, "nia@example.com")
    codes = [ask(client, "POST", "auth/email/verify", key="x").status_code for _ in range(4)]
    assert codes == [400, 400, 400, 409]
    assert ask(client, "POST", "auth/email/verify", key=code_in(mailoutbox[0])).status_code == 409


@pytest.mark.parametrize("password", ["short", "password1234", "nia@example.com"])
def test_passwords_that_are_guessed_first_are_not_taken(client: Client, password: str) -> None:
    answer = sign_up(client, "nia@example.com", password)
    assert (answer.status_code, answer.json()["errors"][0]["param"]) == (400, "password")
    assert not User.objects.exists()


def test_passwords_are_kept_as_argon2(client: Client, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    sign_up(client, "nia@example.com")
    assert User.objects.get().password.startswith("argon2$argon2id$")


def test_an_address_that_has_signed_up_gets_the_answers_of_one_that_has_not(mailoutbox: Any) -> None:
    a_user("known@example.com")
    known, new = (sign_up(Client(), f"{name}@example.com") for name in ("known", "new"))
    assert (known.status_code, known.json()) == (new.status_code, new.json())
    told, code = mailoutbox
    assert (told.to, "has signed up before" in told.body) == (["known@example.com"], True)
    assert code_in(code)

    known, new = (
        ask(Client(), "POST", "auth/password/request", email=f"{n}@example.com") for n in ("known", "no")
    )
    assert (known.status_code, known.json()) == (new.status_code, new.json())
    assert code_in(mailoutbox[2]) and "Nobody has signed up" in mailoutbox[3].body

    known, new = (type_password(Client(), f"{name}@example.com", "guess") for name in ("known", "nobody"))
    assert (known.status_code, known.json()) == (new.status_code, new.json())


def test_a_wrong_code_for_a_known_and_an_unknown_address_look_the_same() -> None:
    a_user("known@example.com")
    answers = []
    for name in ("known", "no"):
        client = Client()
        ask(client, "POST", "auth/password/request", email=f"{name}@example.com")
        answer = ask(client, "POST", "auth/password/reset", key="WRNG-CODE", password="a-passphrase-of-mine")
        answers.append((answer.status_code, answer.json()))
    assert answers[0] == answers[1]


def test_a_password_set_by_mail_ends_every_session(client: Client, mailoutbox: Any) -> None:
    user = a_user()
    sign_in(client, user.email)
    other = Client()
    ask(other, "POST", "auth/password/request", email=user.email)
    ask(other, "POST", "auth/password/reset", key=code_in(mailoutbox[-1]), password="a-passphrase-of-mine")
    assert not signed_in(client)
    assert SignIn.objects.filter(user=user, outcome=SignIn.Outcome.PASSWORD_CHANGED, method="mail").exists()


def test_nobody_signs_up_as_one_of_the_demos_people(client: Client) -> None:
    assert sign_up(client, "avery@demo.example").status_code == 400
    assert not User.objects.exists()


@pytest.mark.parametrize("demo", [True, False])
def test_a_demo_alone_shows_the_code_and_to_whoever_signs_up_alone(
    client: Client, settings: Any, mailoutbox: Any, demo: bool
) -> None:
    settings.DEMO = demo
    sign_up(client, "nia@example.com")
    shown = client.get("/api/v1/session").json()["demo_mail_code"]
    assert shown == (code_in(mailoutbox[0]) if demo else None)
    assert Client().get("/api/v1/session").json()["demo_mail_code"] is None


def test_codes_are_in_no_log(client: Client, mailoutbox: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    sign_up(client, "nia@example.com")
    ask(client, "POST", "auth/email/verify", key="WRNG-CODE")
    assert code_in(mailoutbox[0]) not in caplog.text and "WRNG-CODE" not in caplog.text


def test_sessions_are_listed_and_ended(client: Client) -> None:
    user = a_user()
    elsewhere = Client(headers={"User-Agent": "Elsewhere/1.0"})
    sign_in(elsewhere, user.email)
    sign_in(client, user.email)
    rows = ask_get(client, "auth/sessions")
    assert [(row["user_agent"], row["is_current"]) for row in rows] == [("Elsewhere/1.0", False), ("", True)]
    stranger = Client()
    sign_in(stranger, a_user().email)
    assert ask(stranger, "DELETE", "auth/sessions", sessions=[rows[0]["id"]]).status_code == 400
    assert signed_in(elsewhere)
    assert ask(client, "DELETE", "auth/sessions", sessions=[rows[0]["id"]]).status_code == 200
    assert (signed_in(elsewhere), signed_in(client)) == (False, True)


def ask_get(client: Client, path: str) -> Any:
    return client.get(f"/_allauth/browser/v1/{path}").json()["data"]


def test_a_new_device_is_told_of_and_a_known_one_is_not() -> None:
    user = a_user()
    told = []
    for device in ("Firefox", "Firefox", "Chrome\u00ff", "Chrome\u00ff"):
        client = Client(headers={"User-Agent": device})
        type_password(client, user.email)
        type_code(client, recovery_code(user))
        told.append(user.notices.filter(subject="Signed in on a new device").count())
    assert told == [0, 0, 1, 1]


def test_the_history_shows_ones_own_tries_whatever_came_of_them(client: Client) -> None:
    user = a_user()
    type_password(client, user.email, "guess")
    sign_in(client, user.email)
    sign_in(Client(), a_user().email)
    rows = client.get("/api/v1/safety/sign-ins").json()["results"]
    assert [(row["outcome"], row["method"], row["address"]) for row in rows] == [
        ("SIGNED_IN", "totp", "127.0.0.1"),
        ("WRONG_PASSWORD", "password", "127.0.0.1"),
    ]
