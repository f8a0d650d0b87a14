"""Statements are of one moment, while the venue trades on."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from trading.documents import periods
from trading.documents.figures import statements as figures
from trading.tests.factories import funded


def test_what_is_booked_meanwhile_is_in_none_of_the_figures(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = funded(cents=100)
    levels = []
    fold = figures._Fold.done

    def watched(self: Any) -> Iterator[figures.Statement]:
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_isolation")
            levels.append(cursor.fetchone()[0])
        return iter(fold(self))

    monkeypatch.setattr(figures._Fold, "done", watched)
    [found] = figures.statements([account], periods.month_of(account.opened_at))
    assert (levels, found.closing_cash) == (["repeatable read"], 100)
    assert not connection.in_atomic_block
