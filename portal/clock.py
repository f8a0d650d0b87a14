"""The only reader of time.

In demo and test mode the venue's clock can be moved forwards (``manage.py advance_clock 1d``), so that
holding periods, expiries and settlement can be lived through. Sign-in sessions and tokens do not ask
here: they use real time.
"""

import threading
import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Regulatory days are US Eastern days.
VENUE_TIME_ZONE = ZoneInfo("America/New_York")
# How long a process may go on with the offset it last read. Processes may disagree that long after a
# move; the journal does not care, because a command's time never runs backwards (DESIGN: time).
OFFSET_TTL_SECONDS = 1.0


class _Cache(threading.local):
    offset: timedelta = timedelta(0)
    read_at: float | None = None


_cached = _Cache()


def now() -> datetime:
    """The venue's time, UTC and aware."""
    return datetime.now(UTC) + _offset()


def real() -> datetime:
    """Real time: of requests signed by programs, whose clocks nobody moves."""
    return datetime.now(UTC)


def day_of(moment: datetime) -> date:
    """The venue's day a moment lies in."""
    return moment.astimezone(VENUE_TIME_ZONE).date()


def today() -> date:
    return day_of(now())


def micros(moment: datetime) -> int:
    """Microseconds since the epoch: the engine's unit of time."""
    delta = moment - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def moment(micros: int) -> datetime:
    """The inverse of ``micros``."""
    return EPOCH + timedelta(microseconds=micros)


def advance(*, by: timedelta) -> timedelta:
    """Move the venue's clock forwards; return the whole offset. Only where the clock is movable."""
    from portal.models import ClockOffset

    if not settings.DEMO:
        raise ValueError("The clock can be moved in demo and test mode only.")
    if by <= timedelta(0):
        raise ValueError("The clock moves forwards only.")
    with transaction.atomic():
        row, _ = ClockOffset.objects.select_for_update().get_or_create(pk=1)
        offset: timedelta = row.offset + by
        row.offset = offset
        row.save(update_fields=["offset"])
    forget()
    return offset


def forget() -> None:
    """Read the offset afresh at the next call (after a move, and between tests)."""
    _cached.read_at = None


def _offset() -> timedelta:
    if not settings.DEMO:
        return timedelta(0)
    if _cached.read_at is None or time.monotonic() - _cached.read_at > OFFSET_TTL_SECONDS:
        from portal.models import ClockOffset

        row = ClockOffset.objects.filter(pk=1).first()
        _cached.offset = row.offset if row else timedelta(0)
        _cached.read_at = time.monotonic()
    return _cached.offset
