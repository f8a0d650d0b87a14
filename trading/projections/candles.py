"""Candles of a minute and of a day: added to as trades are made, counted anew where one is broken."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import DecimalField, F, Max, Min, Sum
from django.db.models.functions import Cast

from portal import clock
from trading import selectors
from trading.engine import Side, Traded
from trading.models import Candle, Execution, Listing

MINUTE, DAY = Candle.Interval.MINUTE.value, Candle.Interval.DAY.value


def add(listing: Listing, trades: Sequence[Traded]) -> None:
    candles: dict[tuple[str, datetime], list[int]] = {}
    for trade in trades:
        at = clock.moment(trade.at)
        for key in ((MINUTE, _minute(at)), (DAY, selectors.day_start(listing.time_zone, at))):
            px, qty = trade.price, trade.qty
            candle = candles.setdefault(key, [px, px, px, px, 0, 0])
            candle[1], candle[2], candle[3] = max(candle[1], px), min(candle[2], px), px
            candle[4] += qty
            candle[5] += px * qty
    if not candles:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            'INSERT INTO trading_candle AS c (listing_id, "interval", starts_at, open, high, low, close, '
            "volume, value) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) "
            'ON CONFLICT (listing_id, "interval", starts_at) DO UPDATE SET '
            "high = greatest(c.high, excluded.high), low = least(c.low, excluded.low), "
            "close = excluded.close, volume = c.volume + excluded.volume, value = c.value + excluded.value",
            [(listing.pk, interval, start, *values) for (interval, start), values in sorted(candles.items())],
        )


def count_anew(listing: Listing, moments: Iterable[datetime]) -> None:
    """Make the candles of these moments of the trades that stand (BUST-005)."""
    spans = set()
    for at in moments:
        minute, day = _minute(at), selectors.day_start(listing.time_zone, at)
        spans.add((MINUTE, minute, minute + timedelta(minutes=1)))
        # A day that turns the clock is longer or shorter, and no two days are more than 25 hours.
        spans.add((DAY, day, selectors.day_start(listing.time_zone, day + timedelta(hours=26))))
    for interval, start, end in sorted(spans):
        _count_anew(listing, interval, start, end)


def _count_anew(listing: Listing, interval: str, start: datetime, end: datetime) -> None:
    candle = Candle.objects.filter(listing=listing, interval=interval, starts_at=start)
    stand = (
        Execution.objects.filter(listing=listing, side=Side.BUY, at__gte=start, at__lt=end)
        .exclude(status=Execution.Status.BUSTED)
        .order_by("trade_seq")
    )
    first, last = stand.first(), stand.last()
    if first is None or last is None:
        candle.delete()
        return
    sums = stand.aggregate(
        high=Max("last_px"), low=Min("last_px"), volume=Sum("last_qty"),
        value=Sum(Cast(F("last_px") * F("last_qty"), DecimalField(max_digits=40, decimal_places=0))),
    )  # fmt: skip
    candle.update(open=first.last_px, close=last.last_px, **sums)


def _minute(at: datetime) -> datetime:
    return at - timedelta(seconds=at.second, microseconds=at.microsecond)
