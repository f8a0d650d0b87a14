"""Candles of every interval, made of minutes and days, without gaps and page by page."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from trading import selectors
from trading.models import Candle, Listing
from trading.selectors import INTERVALS, Bar
from trading.tests.factories import a_listing

pytestmark = pytest.mark.django_db
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
NEW_YORK = ZoneInfo("America/New_York")


def a_history(listing: Listing, minutes: list[int]) -> None:
    """A candle for each of these minutes: it opens at its number, closes one higher, and has traded one."""
    Candle.objects.bulk_create(
        Candle(
            listing=listing, interval=Candle.Interval.MINUTE, starts_at=MIDNIGHT + timedelta(minutes=minute),
            open=minute, high=minute + 2, low=minute, close=minute + 1, volume=1, value=minute,
        )
        for minute in minutes
    )  # fmt: skip


def a_day(listing: Listing, day: datetime, *, close: int, volume: int = 1) -> None:
    Candle.objects.create(
        listing=listing, interval=Candle.Interval.DAY, starts_at=day, open=close, high=close + 1,
        low=close - 1, close=close, volume=volume, value=close * volume,
    )  # fmt: skip


def shown(listing: Listing, interval: str, limit: int, *, until: int) -> list[tuple[int, ...]]:
    """Candles up to this minute, each with the minute it starts at."""
    at = MIDNIGHT + timedelta(minutes=until)
    rows = selectors.candles(listing, interval=interval, limit=limit, at=at)
    return [((start - MIDNIGHT) // timedelta(minutes=1), *rest) for start, *rest in rows]


def test_where_nothing_traded_the_last_close_goes_on_to_now() -> None:
    """MKTD-005"""
    listing = a_listing()
    a_history(listing, [0, 1, 4, 15])
    everything = [
        (0, 0, 6, 0, 5, 3), (5, 5, 5, 5, 5, 0), (10, 5, 5, 5, 5, 0), (15, 15, 17, 15, 16, 1),
        (20, 16, 16, 16, 16, 0),
    ]  # fmt: skip
    assert shown(listing, "5m", 10, until=23) == everything
    for limit in range(1, 6):
        assert shown(listing, "5m", limit, until=23) == everything[-limit:]


def test_what_has_never_traded_has_no_candles() -> None:
    """MKTD-005"""
    assert shown(a_listing(), "1m", 10, until=5) == []


def test_the_candle_under_way_is_the_last() -> None:
    listing = a_listing()
    a_history(listing, [0, 1])
    assert shown(listing, "1m", 10, until=1) == [(0, 0, 2, 0, 1, 1), (1, 1, 3, 1, 2, 1)]


def test_a_candle_is_whole_however_few_are_asked_for() -> None:
    listing = a_listing()
    a_history(listing, list(range(100)))
    assert shown(listing, "15m", 1, until=99) == [(90, 90, 101, 90, 100, 10)]
    assert shown(listing, "15m", 2, until=99)[0] == (75, 75, 91, 75, 90, 15)


@pytest.mark.parametrize("interval", INTERVALS)
def test_pages_lie_side_by_side_over_the_whole_history(interval: str) -> None:
    """MKTD-005, MKTD-007"""
    listing = a_listing()
    span = INTERVALS[interval]
    zone = NEW_YORK if span >= timedelta(days=1) else UTC
    first = datetime(2026, 3, 2, tzinfo=zone)
    kept = Candle.Interval.DAY if span >= timedelta(days=1) else Candle.Interval.MINUTE
    for n in (0, 3, 4, 22):
        moment = (first.replace(tzinfo=None) + n * span).replace(tzinfo=zone)
        Candle.objects.create(
            listing=listing, interval=kept, starts_at=moment, open=10 + n, high=20 + n, low=5, close=15 + n,
            volume=n + 1, value=1,
        )  # fmt: skip
    at = (first.replace(tzinfo=None) + 24 * span).replace(tzinfo=zone)

    def page(limit: int, before: datetime | None = None) -> list[Bar]:
        return selectors.candles(listing, interval=interval, limit=limit, at=at, before=before)

    everything = page(1000)
    assert len(everything) == 25
    assert sum(bar.volume for bar in everything) == 1 + 4 + 5 + 23
    assert all(later.starts_at.replace(tzinfo=None) - earlier.starts_at.replace(tzinfo=None) == span
               for earlier, later in pairwise(everything))  # fmt: skip
    assert all(later.open == earlier.close for earlier, later in pairwise(everything) if not later.volume)
    paged: list[Bar] = []
    while found := page(7, paged[0].starts_at if paged else None):
        paged = found + paged
    assert paged == everything


def test_a_page_before_any_moment_ends_with_the_candle_that_starts_before_it() -> None:
    listing = a_listing()
    a_history(listing, list(range(20)))
    at, before = MIDNIGHT + timedelta(minutes=30), MIDNIGHT + timedelta(minutes=10, seconds=1)
    [last] = selectors.candles(listing, interval="5m", limit=1, at=at, before=before)
    assert last.starts_at == MIDNIGHT + timedelta(minutes=10)
    [last] = selectors.candles(
        listing, interval="5m", limit=1, at=at, before=MIDNIGHT + timedelta(minutes=10)
    )
    assert last.starts_at == MIDNIGHT + timedelta(minutes=5)
    assert selectors.candles(listing, interval="5m", limit=9, at=at, before=MIDNIGHT) == []


def test_days_are_exchange_dates_through_a_change_of_clocks() -> None:
    """MKTD-005: New York's clocks went forward on 8 March 2026."""
    listing = a_listing()
    a_day(listing, datetime(2026, 3, 6, tzinfo=NEW_YORK), close=100)
    a_day(listing, datetime(2026, 3, 9, tzinfo=NEW_YORK), close=110)
    at = datetime(2026, 3, 10, 3, 30, tzinfo=UTC)  # still the evening of the 9th
    bars = selectors.candles(listing, interval="1d", limit=10, at=at)
    assert [(bar.starts_at.astimezone(UTC).isoformat(), bar.close, bar.volume) for bar in bars] == [
        ("2026-03-06T05:00:00+00:00", 100, 1), ("2026-03-07T05:00:00+00:00", 100, 0),
        ("2026-03-08T05:00:00+00:00", 100, 0), ("2026-03-09T04:00:00+00:00", 110, 1),
    ]  # fmt: skip


def test_weeks_begin_on_monday_and_are_made_of_days() -> None:
    """MKTD-005"""
    listing = a_listing()
    for day, close in ((4, 100), (6, 120), (8, 90), (16, 95)):
        a_day(listing, datetime(2026, 3, day, tzinfo=NEW_YORK), close=close, volume=day)
    at = datetime(2026, 3, 17, tzinfo=NEW_YORK)
    bars = selectors.candles(listing, interval="1w", limit=10, at=at)
    assert [(bar.starts_at.day, *bar[1:]) for bar in bars] == [
        (2, 100, 121, 89, 90, 18), (9, 90, 90, 90, 90, 0), (16, 95, 96, 94, 95, 16),
    ]  # fmt: skip


def test_the_history_is_not_read_for_the_last_candles() -> None:
    listing = a_listing()
    a_history(listing, list(range(3000)))
    with CaptureQueriesContext(connection) as captured:
        assert len(shown(listing, "5m", 4, until=2999)) == 4
    assert len(captured) == 3
    assert max(max(rows_read(query["sql"])) for query in captured) == 4 * 5


def rows_read(sql: str) -> list[float]:
    """How many rows came of each node of the plan."""

    def of(plan: dict[str, Any]) -> list[float]:
        return [plan["Actual Rows"], *(n for inner in plan.get("Plans", []) for n in of(inner))]

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        [[found]] = cursor.fetchone() or [[]]
    return of(found["Plan"])
