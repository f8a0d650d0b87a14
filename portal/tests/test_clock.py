"""The venue's clock: forwards only, and movable only where no real trading is."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import override_settings

from portal import clock

pytestmark = pytest.mark.django_db

NEARLY = timedelta(seconds=5)


def ahead() -> timedelta:
    real = datetime.now(UTC)  # noqa: TID251 (what the venue's clock is held against)
    return clock.now() - real


def test_the_clock_shows_real_time_until_it_is_moved() -> None:
    assert abs(ahead()) < NEARLY


def test_moves_add_up_and_are_seen_by_every_process() -> None:
    clock.advance(by=timedelta(days=1))
    assert clock.advance(by=timedelta(hours=2)) == timedelta(days=1, hours=2)
    clock.forget()  # as another process reads it
    assert abs(ahead() - timedelta(days=1, hours=2)) < NEARLY


@pytest.mark.parametrize("by", [timedelta(0), timedelta(seconds=-1)])
def test_the_clock_never_moves_backwards(by: timedelta) -> None:
    with pytest.raises(ValueError, match="forwards only"):
        clock.advance(by=by)


@override_settings(DEMO=False)
def test_where_trading_is_real_the_clock_cannot_be_moved() -> None:
    with pytest.raises(ValueError, match="demo and test mode only"):
        clock.advance(by=timedelta(days=1))


def test_an_offset_left_behind_by_a_demo_means_nothing_where_trading_is_real() -> None:
    clock.advance(by=timedelta(days=1))
    with override_settings(DEMO=False):
        assert abs(ahead()) < NEARLY


def test_the_command_moves_the_clock() -> None:
    told = StringIO()
    call_command("advance_clock", "1d6h30m", stdout=told)
    assert abs(ahead() - timedelta(days=1, hours=6, minutes=30)) < NEARLY
    assert told.getvalue().endswith(" UTC, 1 day 6 hours 30 minutes ahead.\n")


@pytest.mark.parametrize("moment", [0, 1, 1_767_225_600_000_001, 4_102_444_800_999_999])
def test_microseconds_and_moments_are_the_same_time(moment: int) -> None:
    assert clock.micros(clock.moment(moment)) == moment
