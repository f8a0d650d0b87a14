import json

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from portal.models import User
from portal.tests import door
from portal.tests.factories import a_user

PASSWORD = "published-on-the-page"


def sign_in(client: Client, email: str) -> int:
    return door.sign_in(client, email, PASSWORD).status_code


@pytest.mark.parametrize(("demo", "status"), [(True, 200), (False, 400)])
def test_the_people_of_the_demo_are_let_in_by_a_demo_only(
    client: Client, db: None, settings: Settings, demo: bool, status: int
) -> None:
    settings.DEMO = demo
    User.objects.create_user("avery@demo.example", PASSWORD)
    assert sign_in(client, "Avery@Demo.Example") == status


def test_others_are_let_in_without_a_demo(client: Client, db: None, settings: Settings) -> None:
    settings.DEMO = False
    User.objects.create_user("someone@venue.example", PASSWORD)
    assert sign_in(client, "someone@venue.example") == 200


def test_the_sessions_of_a_demo_end_with_it(client: Client, db: None, settings: Settings) -> None:
    settings.DEMO = True
    a_user("robin@demo.example", password=PASSWORD, is_staff=True)
    sign_in(client, "robin@demo.example")
    assert client.get("/admin/").status_code == 200
    settings.DEMO = False
    assert client.get("/api/v1/session").json()["signed_in"] is False
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "account/email", {"email": "other@bank.example"}),
        ("patch", "account/email", {"email": "other@bank.example", "primary": True}),
        ("delete", "account/email", {"email": "someone@venue.example"}),
        ("post", "account/phone", {"phone": "+12025550123"}),
        ("post", "auth/phone/verify", {"code": "x"}),
        ("post", "auth/code/request", {"email": "someone@venue.example"}),
    ],
)
def test_doors_that_change_an_address_at_once_are_not_there(
    client: Client, db: None, method: str, path: str, body: dict[str, object]
) -> None:
    user = User.objects.create_user("someone@venue.example", PASSWORD)
    sign_in(client, user.email)
    answer = client.generic(method.upper(), f"/_allauth/browser/v1/{path}", json.dumps(body))
    assert answer.status_code == 404
    assert (User.objects.get().email, mail.outbox) == ("someone@venue.example", [])


def test_nobody_renames_the_people_of_a_demo(client: Client, db: None) -> None:
    """By their address they are kept out once the demo is over."""
    client.force_login(a_user("chief@venue.example", is_staff=True, is_superuser=True))
    person = User.objects.create_user("avery@demo.example", PASSWORD)
    page = f"/admin/portal/user/{person.pk}/change/"
    client.post(page, {"email": "avery@venue.example", "first_name": "Avery", "is_active": "on"})
    person.refresh_from_db()
    assert (person.email, person.first_name) == ("avery@demo.example", "Avery")


def test_people_change_their_own_password(client: Client, db: None) -> None:
    user = User.objects.create_user("someone@venue.example", PASSWORD)
    sign_in(client, user.email)
    body = {"current_password": PASSWORD, "new_password": "another-long-passphrase"}
    answer = client.post("/_allauth/browser/v1/account/password/change", body, "application/json")
    user.refresh_from_db()
    assert (answer.status_code, user.check_password("another-long-passphrase")) == (200, True)
