"""Months and years of documents, as they pass where the venue is."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from trading.services.fee_schedules import VENUE_TIME_ZONE

ZONE = ZoneInfo(VENUE_TIME_ZONE)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    first_day: date
    next_day: date  # the first that is not in it any more

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.first_day, time(0), ZONE)

    @property
    def ends_at(self) -> datetime:
        return datetime.combine(self.next_day, time(0), ZONE)

    @property
    def last_day(self) -> date:
        return self.next_day - _ONE_DAY

    @property
    def id(self) -> str:
        return f"{self.first_day:%Y-%m}" if self.is_month else f"{self.first_day:%Y}"

    @property
    def title(self) -> str:
        return f"{self.first_day:%B %Y}" if self.is_month else f"{self.first_day:%Y}"

    @property
    def is_month(self) -> bool:
        return self.next_day - self.first_day < timedelta(days=32)

    def __contains__(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


def month(year: int, number: int) -> Period:
    return Period(date(year, number, 1), date(year + number // 12, number % 12 + 1, 1))


def month_of(at: datetime) -> Period:
    day = local_date(at)
    return month(day.year, day.month)


def month_named(name: str) -> Period | None:
    found = re.fullmatch(r"(20[0-9]{2})-(0[1-9]|1[0-2])", name, re.ASCII)
    return month(int(found[1]), int(found[2])) if found else None


def year(number: int) -> Period:
    return Period(date(number, 1, 1), date(number + 1, 1, 1))


def year_named(name: str) -> Period | None:
    return year(int(name)) if re.fullmatch(r"20[0-9]{2}", name, re.ASCII) else None


def months(since: datetime, until: datetime) -> list[Period]:
    """Those from one moment to another, the last first."""
    found = [month_of(until)]
    while found[-1].first_day > month_of(since).first_day:
        found.append(month_of(found[-1].starts_at - _ONE_DAY))
    return found


def local_date(at: datetime) -> date:
    return at.astimezone(ZONE).date()


def local(at: datetime) -> datetime:
    return at.astimezone(ZONE)


def in_words(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"
