import pytest
from django.test import Client
from pytest_django import Settings

from portal.models import User

PASSWORD = "published-on-the-page"


def sign_in(client: Client, email: str) -> int:
    answer = client.post(
        "/_allauth/browser/v1/auth/login", {"email": email, "password": PASSWORD}, "application/json"
    )
    return answer.status_code


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
