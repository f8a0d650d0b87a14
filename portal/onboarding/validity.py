"""How long something is good, and when to remind of its end. A last day is good itself.

Two readings of the calendar, each the safe one. Years that begin on 29 February end on 1 March where
the year has no 29th: only then has the full year run. Evidence may be so many months old: where the last
month has no such day, its last one counts, so that nothing is taken that is older by any reading.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date, timedelta


def years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def is_fresh(dated: date, *, today: date, months: int) -> bool:
    """Is what is of this day no older than so many months (17 CFR 230.506(c)(2)(ii)(B), (C))?"""
    year, month = divmod(dated.month - 1 + months, 12)
    year, month = dated.year + year, month + 1
    last = date(year, month, min(dated.day, monthrange(year, month)[1]))
    return dated <= today <= last


def good_for_days(day: date, days: int) -> date:
    """The last of so many days; the day itself is not counted."""
    return day + timedelta(days=days)


def identity_until(verified_on: date, *, risk: str, years: Mapping[str, int]) -> date:
    """Who somebody is, is verified anew the sooner the higher the risk (31 CFR 1023.210(b)(5)(ii))."""
    return years_after(verified_on, years[risk])


def reminder_due(until: date, *, today: date, days: Iterable[int]) -> int | None:
    """The last reminder whose time has come, in days before the end; None: none has yet.

    Of several missed the last one says all. From the last day on it is the one of that day.
    """
    left = max((until - today).days, 0)
    return min((ahead for ahead in days if left <= ahead), default=None)
