"""Trading days reckoned from a calendar: pure dates and times, without Django and without a clock."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import holidays

from trading.engine import Phase

ONE_DAY = timedelta(days=1)
FURTHEST_DAYS = 400  # a calendar without a trading day for longer than a year has none
MOST_PHASES = 60  # in a day: a schedule of some weeks shall be a command of modest size


class DayKind(StrEnum):
    FULL_DAY = "FULL_DAY"
    HALF_DAY = "HALF_DAY"
    HOLIDAY = "HOLIDAY"


class DayPhase(NamedTuple):
    """A line of a day's timetable, in local time. The phase begins up to ``random_end`` seconds later: that
    much longer the call before it may last."""

    at: time
    phase: Phase
    random_end: int = 0


class Change(NamedTuple):
    """A phase's begin as the public is told it, and the latest it may be (UTC)."""

    at: datetime
    phase: Phase
    latest: datetime


class InvalidTimetable(ValueError):
    """A sentence for whoever wrote it."""


@dataclass(frozen=True)
class Timetable:
    """When what happens on which day. Sessions lie within one local date."""

    time_zone: str
    follows_exchange: bool  # weekends, holidays and half days of the New York Stock Exchange
    full_day: tuple[DayPhase, ...]
    half_day: tuple[DayPhase, ...]
    exceptions: Mapping[date, DayKind] = field(default_factory=dict)

    def kind(self, day: date) -> DayKind:
        if day in self.exceptions:
            return self.exceptions[day]
        if not self.follows_exchange:
            return DayKind.FULL_DAY
        if is_exchange_holiday(day):
            return DayKind.HOLIDAY
        return DayKind.HALF_DAY if day in _exchange_days(day.year).half else DayKind.FULL_DAY

    def changes(self, day: date) -> list[Change]:
        """The phases of an exchange date; none on a holiday.

        A local time the clocks skip is the moment that much after the skip began. That may lie behind the
        next line's, which then waits: nothing begins before what stands above it.
        """
        lines = {DayKind.FULL_DAY: self.full_day, DayKind.HALF_DAY: self.half_day}.get(self.kind(day), ())
        changes: list[Change] = []
        earliest = datetime.min.replace(tzinfo=UTC)
        for line in lines:
            at = max(earliest, self._moment(day, line.at))
            earliest = at + timedelta(seconds=line.random_end)
            changes.append(Change(at, line.phase, earliest))
        return changes

    def from_moment(self, at: datetime) -> Iterator[Change]:
        """The change that made the phase of this moment, and all after it, without end."""
        yesterday = self.exchange_date(at) - ONE_DAY
        current: Change | None = None
        for change in self._from_day(self._last_trading_day(yesterday) or yesterday):
            if change.at <= at:
                current = change
                continue
            if current is not None:
                yield current
                current = None
            yield change

    def session_end(self, at: datetime) -> datetime:
        """The end of the session under way, or of the next one."""
        for day in self._trading_days(self.exchange_date(at)):
            if (end := self._end(day)) > at:
                return end
        raise InvalidTimetable("The calendar has no trading day ahead.")

    def end_of_date(self, day: date) -> datetime:
        """The end of that exchange date, or of the last trading day before it."""
        last = self._last_trading_day(day)
        if last is None:
            raise InvalidTimetable("The calendar has no trading day until then.")
        return self._end(last)

    def next_business_day(self, at: datetime) -> datetime:
        """Local midnight of it. Banks must be open too, whatever the calendar says of a weekend."""
        day = self.exchange_date(at) + ONE_DAY
        while is_exchange_holiday(day) or self.kind(day) == DayKind.HOLIDAY:
            day += ONE_DAY
        return self._moment(day, time(0))

    def upcoming(self, at: datetime) -> list[Change]:
        """What is left of today's phases, and the next trading day's."""
        today = self.exchange_date(at)
        following = next(self._trading_days(today + ONE_DAY), None)
        changes = self.changes(today) + (self.changes(following) if following else [])
        return [change for change in changes if change.at > at]

    def exchange_date(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.time_zone)).date()

    def _end(self, day: date) -> datetime:
        # The latest: an order for the day takes part in a closing call however long that lasts.
        return self.changes(day)[-1].latest

    def _trading_days(self, day: date) -> Iterator[date]:
        ahead = (day + n * ONE_DAY for n in range(FURTHEST_DAYS))
        return (candidate for candidate in ahead if self.kind(candidate) != DayKind.HOLIDAY)

    def _last_trading_day(self, day: date) -> date | None:
        back = (day - n * ONE_DAY for n in range(FURTHEST_DAYS))
        return next((candidate for candidate in back if self.kind(candidate) != DayKind.HOLIDAY), None)

    def _from_day(self, day: date) -> Iterator[Change]:
        while (following := next(self._trading_days(day), None)) is not None:
            yield from self.changes(following)
            day = following + ONE_DAY

    def _moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, tzinfo=ZoneInfo(self.time_zone)).astimezone(UTC)


def parse_day(lines: Iterable[Mapping[str, Any]]) -> tuple[DayPhase, ...]:
    """A day as a calendar's row has it."""
    return tuple(
        DayPhase(time.fromisoformat(line["at"]), Phase(line["phase"]), line.get("random_end", 0))
        for line in lines
    )


# Begun by halts and bands, or by a listing's first opening, but by no timetable.
UNSCHEDULED = {Phase.HALTED, Phase.REOPENING_CALL, Phase.VOLATILITY_CALL, Phase.INITIAL_CALL}


def check_day(day: tuple[DayPhase, ...]) -> None:
    """Raise InvalidTimetable where a day makes no sense."""
    if not day or day[-1].phase != Phase.CLOSED:
        raise InvalidTimetable("A trading day ends with “Closed”.")
    if len(day) > MOST_PHASES:
        raise InvalidTimetable(f"A trading day has at most {MOST_PHASES} phases.")
    if any(line.phase in UNSCHEDULED for line in day):
        raise InvalidTimetable("Halts, and the calls that end them, are not scheduled.")
    for line, following in pairwise(day):
        if _seconds(line.at) + line.random_end >= _seconds(following.at):
            raise InvalidTimetable(f"The phase of {following.at:%H:%M} begins before the one above it may.")
    calls = [False, *(line.phase.endswith("_CALL") for line in day)]
    if any(line.random_end and not in_call for line, in_call in zip(day, calls, strict=False)):
        raise InvalidTimetable("Only the end of a call can be put off at random.")


def _seconds(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second


class _ExchangeDays(NamedTuple):
    closed: frozenset[date]
    half: frozenset[date]


@lru_cache(maxsize=64)
def _exchange_days(year: int) -> _ExchangeDays:
    # A year at a time: the package's own growing dictionary is not safe between threads.
    half_days = holidays.NYSE(years=year, expand=False, categories=("half_day",))
    return _ExchangeDays(frozenset(holidays.NYSE(years=year, expand=False)), frozenset(half_days))


def is_exchange_holiday(day: date) -> bool:
    """Saturdays, Sundays and the New York Stock Exchange's holidays."""
    return day.weekday() >= 5 or day in _exchange_days(day.year).closed
