"""Longer candles are made of minutes, and of no more minutes than they need."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from trading import selectors
from trading.models import Candle, Listing
from trading.tests.factories import a_listing

pytestmark = pytest.mark.django_db
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)


def a_history(listing: Listing, minutes: list[int]) -> None:
    """A candle for each of these minutes: it opens at its number, closes one higher, and has traded one."""
    Candle.objects.bulk_create(
        Candle(
            listing=listing, interval=Candle.Interval.MINUTE, starts_at=MIDNIGHT + timedelta(minutes=minute),
            open=minute, high=minute + 2, low=minute, close=minute + 1, volume=1, value=minute,
        )
        for minute in minutes
    )  # fmt: skip


def test_minutes_make_longer_candles_whatever_is_missing_between_them() -> None:
    listing = a_listing()
    a_history(listing, [0, 1, 4, 5, 9, 10_000])

    def shown(limit: int) -> list[tuple[int, ...]]:
        rows = selectors.candles(listing, interval="5m", limit=limit)
        return [((start - MIDNIGHT) // timedelta(minutes=1), *rest) for start, *rest in rows]

    everything = [(0, 0, 6, 0, 5, 3), (5, 5, 11, 5, 10, 2), (10_000, 10_000, 10_002, 10_000, 10_001, 1)]
    assert shown(10) == everything
    assert shown(2) == everything[-2:]
    assert shown(1) == everything[-1:]


def test_a_candle_is_whole_however_few_are_asked_for() -> None:
    listing = a_listing()
    a_history(listing, list(range(100)))
    [(start, *rest)] = selectors.candles(listing, interval="15m", limit=1)
    assert (start, rest) == (MIDNIGHT + timedelta(minutes=90), [90, 101, 90, 100, 10])
    [(_, *earlier), _] = selectors.candles(listing, interval="15m", limit=2)
    assert earlier == [75, 91, 75, 90, 15]


def test_the_history_is_not_read_for_the_last_candles() -> None:
    listing = a_listing()
    a_history(listing, list(range(3000)))
    with CaptureQueriesContext(connection) as captured:
        selectors.candles(listing, interval="5m", limit=4)
    [query] = captured
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query['sql']}")
        [[found]] = cursor.fetchone() or [[]]
    assert max(rows_of(found["Plan"])) == 4 * 5


def rows_of(plan: dict[str, Any]) -> list[float]:
    """How many rows came of each node."""
    return [plan["Actual Rows"], *(n for inner in plan.get("Plans", []) for n in rows_of(inner))]
