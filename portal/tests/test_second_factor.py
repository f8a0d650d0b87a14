"""The second factor: what it is needed for, and that each code counts once."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.test import Client, TestCase

from portal import second_factor, vault
from portal.models import Notice, SignIn, User
from portal.tests.door import ask, new_code, sign_in, type_code, type_password
from portal.tests.factories import PASSWORD, TOTP_SECRET, a_user

pytestmark = pytest.mark.django_db
Outcome = SignIn.Outcome


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def is_signed_in(client: Client) -> bool:
    return bool(client.get("/api/v1/session").json()["signed_in"])


def recovery_codes(user: User) -> list[str]:
    return RecoveryCodes.activate(user).generate_codes()


def test_a_password_alone_does_not_sign_in_whoever_has_a_second_factor(client: Client) -> None:
    user = a_user()
    answer = type_password(client, user.email)
    assert answer.status_code == 401
    assert not is_signed_in(client)
    assert type_code(client, "000000").status_code == 400
    assert not is_signed_in(client)
    assert type_code(client, new_code(user.email)).status_code == 200
    assert is_signed_in(client)


def test_a_code_counts_once_also_in_another_browser_and_after_its_half_minute() -> None:
    """RFC 6238, 5.2"""
    user, code = a_user(), second_factor.code_of(TOTP_SECRET)
    assert second_factor.accept(code, user=user)
    assert second_factor.accept(code, user=user) is None
    before, now, _ = totp.yield_hotp_counters_from_time()
    older = totp.format_hotp_value(totp.hotp_value(TOTP_SECRET, before))
    assert second_factor.accept(older, user=user) is None, "nor does one from before it"
    assert Authenticator.objects.get(user=user).data["counter"] >= now


def test_the_demos_code_counts_as_often_as_visitors_give_it() -> None:
    user = a_user("avery@demo.example")
    code = second_factor.code_of(TOTP_SECRET)
    assert [sign_in_with(code, user.email) for _ in range(3)] == [200, 200, 200]


def sign_in_with(code: str, email: str) -> int:
    client = Client()
    type_password(client, email)
    return type_code(client, code).status_code


def test_a_recovery_code_counts_once() -> None:
    user = a_user()
    first, second, *_ = recovery_codes(user)
    assert [sign_in_with(code, user.email) for code in (first, first, second)] == [200, 400, 200]


def test_secrets_lie_sealed_in_the_table() -> None:
    user = a_user()
    recovery_codes(user)
    for row in Authenticator.objects.filter(user=user):
        secret = row.data.get("secret") or row.data["seed"]
        assert TOTP_SECRET not in str(row.data)
        assert vault.unseal(secret) not in str(row.data)


def test_whoever_has_just_signed_in_sets_a_factor_up_and_anybody_later_shows_again_who_they_are() -> None:
    client = Client()
    user = User.objects.create_superuser("first@venue.example", PASSWORD)
    type_password(client, user.email)
    assert client.get("/admin/", follow=True).status_code == 403
    secret = ask(client, "GET", "account/authenticators/totp").json()["meta"]["secret"]
    picture = client.get("/api/v1/safety/totp.svg")
    assert picture["Content-Type"] == "image/svg+xml" and b"<svg" in picture.content
    code = second_factor.code_of(secret)
    assert ask(client, "POST", "account/authenticators/totp", code=code).status_code == 200
    assert second_factor.has(User.objects.get())
    assert (
        len(ask(client, "GET", "account/authenticators/recovery-codes").json()["data"]["unused_codes"]) == 10
    )

    later = Client()
    later.force_login(user)
    assert ask(later, "DELETE", "account/authenticators/totp").status_code == 401
    assert ask(later, "POST", "auth/reauthenticate", password=PASSWORD).status_code == 200
    assert ask(later, "DELETE", "account/authenticators/totp").status_code == 200
    assert not second_factor.has(User.objects.get())


def test_changes_of_the_factor_are_on_record_and_told() -> None:
    client, user = Client(), a_user()
    sign_in(client, user.email)
    assert ask(client, "DELETE", "account/authenticators/totp").status_code == 200
    secret = ask(client, "GET", "account/authenticators/totp").json()["meta"]["secret"]
    # What waits for a commit is sent in life; here the test's own transaction never ends.
    with TestCase.captureOnCommitCallbacks(execute=True):
        ask(client, "POST", "account/authenticators/totp", code=second_factor.code_of(secret))
    outcomes = list(SignIn.objects.filter(user=user).order_by("pk").values_list("outcome", "method"))
    assert outcomes == [
        (Outcome.SIGNED_IN, "totp"), (Outcome.FACTOR_REMOVED, "totp"), (Outcome.FACTOR_ADDED, "totp"),
    ]  # fmt: skip
    texts = list(
        Notice.objects.filter(user=user, kind="SAFETY").order_by("pk").values_list("text", flat=True)
    )
    assert ["no longer takes" in texts[0], "now takes" in texts[1]] == [True, True]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        (
            "POST",
            "account/password/change",
            {"current_password": PASSWORD, "new_password": "another-long-one"},
        ),
        ("DELETE", "account/authenticators/totp", {}),
        ("POST", "account/authenticators/recovery-codes", {}),
    ],
)
def test_no_visitor_locks_the_others_out_of_the_demos_people(
    client: Client, method: str, path: str, body: dict[str, str]
) -> None:
    user = a_user("avery@demo.example")
    sign_in(client, user.email)
    answer = ask(client, method, path, **body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "PERSON_OF_THE_DEMO")
    user.refresh_from_db()
    assert user.check_password(PASSWORD) and second_factor.has(user)


NO_PASSKEYS: list[Any] = [
    {}, {"id": "x"},
    {"rawId": "eA", "id": "eA", "type": "public-key", "response": {}}, [], "x", {"id": 1, "rawId": 2},
]  # fmt: skip


@pytest.mark.parametrize("credential", NO_PASSKEYS)
def test_a_passkey_that_is_none_is_refused(client: Client, credential: Any) -> None:
    user = a_user()
    assert ask(client, "POST", "auth/webauthn/login", credential=credential).status_code == 400
    type_password(client, user.email)
    answer = ask(client, "POST", "auth/webauthn/authenticate", credential=credential)
    assert answer.status_code == 400
    type_code(client, new_code(user.email))
    assert ask(client, "POST", "account/authenticators/webauthn", credential=credential).status_code == 400
