"""Pages for what went wrong: they say what happened and leave a way out."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client

from config.logs import OutageInALine
from portal.tests.desk import at_the_desk, text
from portal.tests.door import sign_in
from portal.tests.factories import a_user


@pytest.mark.django_db
def test_a_mistyped_address_is_answered_by_a_page_with_a_way_home(client: Client) -> None:
    response = client.get("/marketz")
    page = text(response)
    assert response.status_code == 404
    assert "<main>" in page and "There is no such page" in page and 'href="/"' in page
    assert "portal/error.css" in page and "Sign in as" not in page


@pytest.mark.django_db
def test_an_investor_at_the_desk_can_sign_in_as_somebody_else() -> None:
    investor = Client(enforce_csrf_checks=True)
    investor.force_login(a_user(first_name="Ines"))
    refused = investor.get("/admin/", follow=True)
    assert refused.status_code == 403
    assert "The operators&#x27; desk is for staff." in text(refused)
    assert "You are signed in as Ines" in text(refused) and 'href="/admin/"' not in text(refused)

    token = investor.cookies["csrftoken"].value
    gone = investor.post("/admin/logout/", {"csrfmiddlewaretoken": token})
    assert gone["Location"] == "/sign-in"
    assert "_auth_user_id" not in investor.session


@pytest.mark.django_db
def test_an_operator_finds_back_to_the_desk() -> None:
    lost = at_the_desk("Market supervisor").get("/admin/nowhere/")
    assert lost.status_code == 404
    assert 'href="/admin/"' in text(lost)


@pytest.mark.django_db
def test_a_form_without_its_token_is_told_to_be_loaded_anew() -> None:
    response = Client(enforce_csrf_checks=True).post("/admin/logout/")
    assert response.status_code == 403
    assert "This form is out of date" in text(response)


# --- While the database is away ----------------------------------------------------------------------


@pytest.fixture
def outage() -> Iterator[Any]:
    """A block in which every query fails as it does without a server; limits are fresh."""

    def fail(*_: object) -> None:
        raise OperationalError("connection refused")

    cache.clear()
    yield lambda: connection.execute_wrapper(fail)
    cache.clear()


@pytest.mark.django_db
def test_whoever_signs_in_during_an_outage_is_told_so_and_has_guessed_nothing(outage: Any) -> None:
    client, user = Client(raise_request_exception=False), a_user()
    with outage():
        answers = [sign_in(client, user.email) for _ in range(7)]
    assert {answer.status_code for answer in answers} == {503}
    assert answers[0]["Retry-After"] == "1"
    assert json.loads(answers[0].content)["error"]["code"] == "UNAVAILABLE"
    assert sign_in(client, user.email).status_code == 200


@pytest.mark.django_db
def test_a_page_says_that_the_venue_cannot_answer(outage: Any) -> None:
    desk = at_the_desk("Market supervisor")
    desk.raise_request_exception = False
    with outage():
        response = desk.get("/admin/")
    assert (response.status_code, response["Retry-After"]) == (503, "1")
    assert "The venue cannot answer right now" in text(response)


def logged(error: Exception, cause: Exception | None = None) -> logging.LogRecord:
    error.__cause__ = cause
    exc_info = (type(error), error, None)
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "%s failed", ("/x",), exc_info)
    assert OutageInALine().filter(record)
    return record


@pytest.mark.parametrize("cause", [None, psycopg.OperationalError(), psycopg.errors.AdminShutdown()])
def test_an_outage_is_a_line_in_the_log(cause: Exception | None) -> None:
    record = logged(OperationalError("connection refused\n\tIs the server running?"), cause)
    assert record.getMessage() == ("/x failed (OperationalError: connection refused Is the server running?)")
    assert record.exc_info is None


@pytest.mark.parametrize(
    ("error", "cause"),
    [(ValueError("x"), None), (OperationalError("deadlock"), psycopg.errors.DeadlockDetected())],
)
def test_anything_else_keeps_its_traceback(error: Exception, cause: Exception | None) -> None:
    assert logged(error, cause).exc_info is not None
