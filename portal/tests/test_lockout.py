"""Guessing closes sign-in for a quarter of an hour, counted in the database."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db.models.functions import Now
from django.test import Client

from portal import lockout
from portal.models import Notice, SignIn, User
from portal.tests.door import ask, new_code, sign_in, type_code, type_password
from portal.tests.factories import PASSWORD, a_user
from tests.support.threads import race

Outcome = SignIn.Outcome
SHUT = "too_many_login_attempts"


@pytest.fixture(autouse=True)
def quick_hashes_and_fresh_limits(settings: Any) -> Iterator[None]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    yield
    cache.clear()


def told(answer: Any) -> str:
    code: str = answer.json()["errors"][0]["code"]
    return code


def tries(email: str, *minutes_ago: float, outcome: Outcome = Outcome.WRONG_PASSWORD, **fields: Any) -> None:
    for ago in minutes_ago:
        SignIn.objects.create(at=Now() - timedelta(minutes=ago), email=email, outcome=outcome, **fields)


@pytest.mark.django_db
def test_five_wrong_passwords_close_sign_in_even_for_the_right_one_and_the_owner_is_told() -> None:
    user = a_user()
    assert [told(type_password(Client(), user.email, f"guess {n}")) for n in range(5)] == [
        "email_password_mismatch"
    ] * 5
    assert told(type_password(Client(), user.email)) == SHUT
    assert SignIn.objects.filter(email=user.email, outcome=Outcome.LOCKED).count() == 1
    [notice] = Notice.objects.filter(user=user)
    assert (notice.kind, "closed for 15 minutes" in notice.subject) == ("SAFETY", True)


@pytest.mark.django_db
def test_wrong_codes_count_like_wrong_passwords() -> None:
    user, client = a_user(), Client()
    type_password(client, user.email)
    for _ in range(5):
        assert told(type_code(client, "000000")) == "incorrect_code"
    assert told(type_code(client, new_code(user.email))) == SHUT
    assert told(type_password(Client(), user.email)) == SHUT


@pytest.mark.django_db
def test_a_wrong_password_when_asked_again_counts_too() -> None:
    user, client = a_user(), Client()
    sign_in(client, user.email)
    codes = [told(ask(client, "POST", "auth/reauthenticate", password="guess")) for _ in range(6)]
    assert codes[0] == "incorrect_password" and codes[5] == SHUT


@pytest.mark.parametrize(
    ("ages", "is_shut"),
    [
        ((4, 3, 2, 1), False),
        ((5, 4, 3, 2, 1), True),
        ((29.8, 29, 20, 16, 14.9), True),  # five within 15 minutes, the last of them less than 15 ago
        ((29.8, 29, 20, 16, 15.1), False),  # which is over
        ((30.1, 29, 20, 16, 14.9), False),  # spread over more than 15 minutes
    ],
)
@pytest.mark.django_db
def test_it_takes_five_within_a_quarter_of_an_hour_and_lasts_as_long(ages: Any, is_shut: bool) -> None:
    tries("ada@example.com", *ages)
    assert lockout.is_locked_for("ada@example.com") is is_shut
    assert not lockout.is_locked_for("bob@example.com")


@pytest.mark.parametrize("cleared", [Outcome.SIGNED_IN, Outcome.PASSWORD_CHANGED])
@pytest.mark.django_db
def test_whoever_has_shown_who_they_are_starts_afresh(cleared: Outcome) -> None:
    tries("ada@example.com", 5, 4, 3, 2)
    tries("ada@example.com", 1.5, outcome=cleared)
    tries("ada@example.com", 1)
    assert not lockout.is_locked_for("ada@example.com")


@pytest.mark.django_db
def test_one_password_tried_on_many_people_closes_it_for_that_network_address() -> None:
    for n in range(lockout.MOST_FROM_ONE):
        tries(f"person{n}@example.com", 5, address="127.0.0.1")
    user = a_user()
    assert told(type_password(Client(), user.email)) == SHUT
    assert type_password(Client(REMOTE_ADDR="10.1.2.3"), user.email).status_code == 401


@pytest.mark.django_db
def test_somebody_unknown_is_shut_out_alike() -> None:
    codes = [told(type_password(Client(), "nobody@example.com", "guess")) for _ in range(6)]
    assert codes == ["email_password_mismatch"] * 5 + [SHUT]


@pytest.mark.django_db
def test_a_new_password_by_mail_opens_it_again(mailoutbox: Any) -> None:
    user = a_user()
    tries(user.email, 5, 4, 3, 2, 1)
    client = Client()
    ask(client, "POST", "auth/password/request", email=user.email)
    code = mailoutbox[-1].body.split("\n\n")[1].strip()
    answer = ask(client, "POST", "auth/password/reset", key=code, password="a-passphrase-of-my-own")
    assert answer.status_code == 401, "set, and not signed in by it"
    assert not client.get("/api/v1/session").json()["signed_in"]
    assert sign_in(Client(), user.email, "a-passphrase-of-my-own").status_code == 200
    assert User.objects.get(pk=user.pk).check_password(PASSWORD) is False


def test_guesses_sent_at_once_are_counted_one_by_one(committed_db: str) -> None:
    user = a_user()
    answers = race(*(lambda n=n: told(type_password(Client(), user.email, f"guess {n}")) for n in range(8)))
    assert sorted(answers) == ["email_password_mismatch"] * 5 + [SHUT] * 3
