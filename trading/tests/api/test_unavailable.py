"""When the database is away or too slow, callers are told that it is not their fault."""

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from trading import selectors


@pytest.mark.parametrize("error", [OperationalError("too many clients"), InterfaceError("closed")])
def test_a_database_that_does_not_answer_is_told_from_a_bug(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def away() -> None:
        raise error

    monkeypatch.setattr(selectors, "listings", away)
    answer = client.get("/api/v1/listings")
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert answer.json()["error"]["code"] == "UNAVAILABLE"
    assert "clients" not in answer.content.decode()
