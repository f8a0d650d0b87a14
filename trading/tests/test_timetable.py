"""Trading days, reckoned: PHAS-005 and PHAS-006 on plain dates and times."""

from datetime import UTC, date, datetime, time
from itertools import islice

import pytest

from trading.engine import Phase
from trading.timetable import DayKind, DayPhase, InvalidTimetable, Timetable, check_day, parse_day

FULL = parse_day(
    [
        {"at": "08:00", "phase": "PRE_OPEN"},
        {"at": "09:25", "phase": "OPENING_CALL"},
        {"at": "09:30", "phase": "CONTINUOUS", "random_end": 30},
        {"at": "16:00", "phase": "CLOSING_CALL"},
        {"at": "16:05", "phase": "CLOSED", "random_end": 30},
    ]
)
HALF = parse_day([{"at": "09:30", "phase": "CONTINUOUS"}, {"at": "13:00", "phase": "CLOSED"}])


def a_calendar(**exceptions: DayKind) -> Timetable:
    dates = {date.fromisoformat(day.strip("_").replace("_", "-")): kind for day, kind in exceptions.items()}
    return Timetable("America/New_York", True, FULL, HALF, dates)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def told(calendar: Timetable, day: str) -> list[tuple[str, str]]:
    changes = calendar.changes(date.fromisoformat(day))
    return [(f"{change.at:%H:%M}", change.phase.value) for change in changes]


def test_a_trading_day_has_its_phases_in_local_time() -> None:
    """PHAS-005"""
    assert told(a_calendar(), "2026-11-24") == [
        ("13:00", "PRE_OPEN"),
        ("14:25", "OPENING_CALL"),
        ("14:30", "CONTINUOUS"),
        ("21:00", "CLOSING_CALL"),
        ("21:05", "CLOSED"),
    ]


def test_summer_time_moves_a_day_by_an_hour() -> None:
    """PHAS-005"""
    assert told(a_calendar(), "2026-03-06")[0] == ("13:00", "PRE_OPEN")
    assert told(a_calendar(), "2026-03-09")[0] == ("12:00", "PRE_OPEN")
    assert told(a_calendar(), "2026-10-30")[0] == ("12:00", "PRE_OPEN")
    assert told(a_calendar(), "2026-11-02")[0] == ("13:00", "PRE_OPEN")


def test_a_day_on_which_the_clocks_skip_or_repeat_an_hour_keeps_its_order() -> None:
    """PHAS-005"""
    day = parse_day(
        [
            {"at": "01:30", "phase": "PRE_OPEN"},
            {"at": "02:45", "phase": "OPENING_CALL"},
            {"at": "03:10", "phase": "CONTINUOUS"},
            {"at": "04:00", "phase": "CLOSED"},
        ]
    )
    nights = Timetable("America/New_York", False, day, day)
    assert told(nights, "2026-03-08") == [
        ("06:30", "PRE_OPEN"),
        ("07:45", "OPENING_CALL"),
        ("07:45", "CONTINUOUS"),  # 03:10 was at 07:10; the call that is then over did not take place
        ("08:00", "CLOSED"),
    ]
    assert told(nights, "2026-11-01")[0] == ("05:30", "PRE_OPEN")  # the first of the two
    assert told(nights, "2026-11-01")[-1] == ("09:00", "CLOSED")


def test_weekends_and_holidays_of_the_exchange_have_no_phases() -> None:
    """PHAS-005"""
    for day in ("2026-11-21", "2026-11-26", "2026-07-03", "2026-12-25", "2027-01-01", "2028-04-14"):
        assert told(a_calendar(), day) == []
    assert told(a_calendar(), "2027-12-31") != []  # New Year's Day on a Saturday is not moved


def test_a_half_day_has_phases_of_its_own() -> None:
    """PHAS-005"""
    for day in ("2026-11-27", "2026-12-24"):
        assert told(a_calendar(), day) == [("14:30", "CONTINUOUS"), ("18:00", "CLOSED")]


def test_a_calendars_own_days_come_before_the_exchanges() -> None:
    """PHAS-005"""
    own = a_calendar(_2026_11_24=DayKind.HOLIDAY, _2026_11_25=DayKind.HALF_DAY, _2026_11_26=DayKind.FULL_DAY)
    assert [own.kind(date(2026, 11, day)) for day in (24, 25, 26)] == ["HOLIDAY", "HALF_DAY", "FULL_DAY"]


def test_a_calendar_without_holidays_trades_every_day() -> None:
    """PHAS-005"""
    every = Timetable("UTC", False, FULL, HALF)
    assert every.kind(date(2026, 12, 25)) == every.kind(date(2026, 11, 22)) == DayKind.FULL_DAY


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ("2026-11-24 15:00", "2026-11-24 21:05:30"),
        ("2026-11-24 03:00", "2026-11-24 21:05:30"),  # the evening before, in New York
        ("2026-11-24 21:05:30", "2026-11-25 21:05:30"),
        ("2026-11-25 22:00", "2026-11-27 18:00"),  # Thanksgiving, then half a day
        ("2026-11-27 18:00", "2026-11-30 21:05:30"),
        ("2026-03-06 22:00", "2026-03-09 20:05:30"),  # summer time began
    ],
)
def test_a_session_ends_with_the_last_phase_of_its_date(at: str, end: str) -> None:
    """PHAS-006, ORDT-003: the latest a call's random end may be, so that an order for the day is in it"""
    assert a_calendar().session_end(utc(at)) == utc(end)


def test_a_date_that_is_no_trading_day_ends_with_the_one_before() -> None:
    """PHAS-006"""
    assert a_calendar().end_of_date(date(2026, 11, 24)) == utc("2026-11-24 21:05:30")
    assert a_calendar().end_of_date(date(2026, 11, 26)) == utc("2026-11-25 21:05:30")
    assert a_calendar().end_of_date(date(2026, 11, 29)) == utc("2026-11-27 18:00")


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2026-11-24 15:00", "2026-11-25 05:00"),
        ("2026-11-25 04:30", "2026-11-25 05:00"),
        ("2026-11-25 15:00", "2026-11-27 05:00"),
        ("2026-11-27 15:00", "2026-11-30 05:00"),
    ],
)
def test_the_next_business_day_begins_at_local_midnight(at: str, due: str) -> None:
    """PHAS-011"""
    assert a_calendar().next_business_day(utc(at)) == utc(due)


def test_a_calendar_without_holidays_does_not_make_the_banks_open() -> None:
    """PHAS-011"""
    every = Timetable("America/New_York", False, FULL, HALF)
    assert every.next_business_day(utc("2026-11-27 15:00")) == utc("2026-11-30 05:00")


def test_what_is_announced_is_the_rest_of_today_and_the_next_trading_day() -> None:
    """AUCT-012: told are the earliest moments"""
    ahead = a_calendar().upcoming(utc("2026-11-25 20:00"))
    assert [(f"{change.at:%d %H:%M}", change.phase.value) for change in ahead] == [
        ("25 21:00", "CLOSING_CALL"),
        ("25 21:05", "CLOSED"),
        ("27 14:30", "CONTINUOUS"),
        ("27 18:00", "CLOSED"),
    ]


def test_a_schedule_begins_with_the_change_that_made_the_phase_of_this_moment() -> None:
    """PHAS-002"""
    for at, begun in [
        ("2026-11-24 14:27", "24 14:25"),
        ("2026-11-24 14:30", "24 14:30"),
        ("2026-11-24 05:00", "23 21:05"),
        ("2026-11-26 15:00", "25 21:05"),
        ("2026-11-29 15:00", "27 18:00"),
    ]:
        first, second = islice(a_calendar().from_moment(utc(at)), 2)
        assert f"{first.at:%d %H:%M}" == begun
        assert first.at <= utc(at) < second.at


@pytest.mark.parametrize(
    "day",
    [
        (),
        (DayPhase(time(9, 30), Phase.CONTINUOUS),),
        (DayPhase(time(9, 30), Phase.HALTED), DayPhase(time(16), Phase.CLOSED)),
        (DayPhase(time(16), Phase.CONTINUOUS), DayPhase(time(9), Phase.CLOSED)),
        (
            DayPhase(time(9), Phase.OPENING_CALL),
            DayPhase(time(9, 30), Phase.CONTINUOUS, 60),
            DayPhase(time(9, 31), Phase.CLOSED),
        ),
        (DayPhase(time(9, 30), Phase.CONTINUOUS), DayPhase(time(16), Phase.CLOSED, 30)),
    ],
)
def test_a_day_that_makes_no_sense_is_refused(day: tuple[DayPhase, ...]) -> None:
    with pytest.raises(InvalidTimetable):
        check_day(day)


def test_a_day_that_makes_sense_is_taken() -> None:
    check_day(FULL)
    check_day(HALF)
