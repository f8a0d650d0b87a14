"""Calendars: two people decide when listings trade, and every schedule that rests on it follows at once."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django.db import transaction

from portal import audit
from portal.models import Proposal, User
from portal.proposals import ProposalRefused, Wording
from trading import words
from trading.engine import Phase
from trading.models import Calendar, CalendarDay, Listing
from trading.services.listings import named_listing
from trading.services.schedules import append_schedule
from trading.timetable import DayKind, InvalidTimetable, check_day, parse_day

Lines = Sequence[dict[str, Any]]

MOST_DAYS = 200  # days of its own: fewer than the exchange's trading days in a year


def create_calendar(
    *,
    name: str,
    full_day: Lines,
    half_day: Lines,
    time_zone: str = "America/New_York",
    holidays: str = Calendar.Holidays.NYSE,
    actor: User | None = None,
) -> Calendar:
    """Raises InvalidTimetable where a day makes no sense."""
    for day in (full_day, half_day):
        check_day(parse_day(day))
    with transaction.atomic():
        calendar = Calendar.objects.create(
            name=name,
            time_zone=time_zone,
            holidays=holidays,
            full_day=list(full_day),
            half_day=list(half_day),
        )
        audit.record(action="CALENDAR_ADDED", subject=name, actor=actor, facts=calendar.terms())
    return calendar


class CalendarTerms:
    """Kind of proposal: a new calendar, or a change of one. Subject: its name; new: some of ``FIELDS``, of a
    new one all."""

    FIELDS = {
        "time_zone": "Time zone",
        "holidays": "Holidays",
        "full_day": "Full day",
        "half_day": "Half day",
        "days": "Days of its own",
    }

    def current(self, *, subject: str, lock: bool = False) -> dict[str, Any]:
        """Nothing of one that is still to come."""
        rows = Calendar.objects.select_for_update(no_key=True) if lock else Calendar.objects.all()
        calendar = rows.filter(name=subject).first()
        return calendar.terms() if calendar else {}

    def check(self, *, subject: str, new: dict[str, Any]) -> None:
        now = self.current(subject=subject)
        if not now and set(new) != set(self.FIELDS):
            raise ProposalRefused("INCOMPLETE", "A new calendar needs all of its terms.")
        if not new or all(now.get(name) == value for name, value in new.items()):
            raise ProposalRefused("NOTHING_CHANGED", "Nothing is to be changed.")
        if not set(new) <= set(self.FIELDS) or not 0 < len(subject) <= 60:
            raise ProposalRefused("UNKNOWN_PARAMETER", "A calendar has other terms.")
        if now and "time_zone" in new:
            raise ProposalRefused("TIME_ZONE", "A calendar keeps its time zone: make another one.")
        if "time_zone" in new and new["time_zone"] not in available_timezones():
            raise ProposalRefused("TIME_ZONE", f"There is no time zone {new['time_zone']}.")
        if "holidays" in new and new["holidays"] not in Calendar.Holidays.values:
            raise ProposalRefused("UNKNOWN_HOLIDAYS", "Nobody's holidays go by that name.")
        for name in ("full_day", "half_day"):
            if name in new:
                _check_lines(self.FIELDS[name], new[name])
        if "days" in new:
            _check_days(new["days"])

    def apply(self, *, subject: str, new: dict[str, Any], proposal: Proposal) -> None:
        """The schedules of its listings follow in the same transaction."""
        terms = {name: value for name, value in new.items() if name != "days"}
        calendar, _ = Calendar.objects.update_or_create(name=subject, defaults=terms)
        if "days" in new:
            calendar.days.all().delete()
            CalendarDay.objects.bulk_create(CalendarDay(calendar=calendar, **day) for day in new["days"])
        listings = Listing.objects.select_for_update(no_key=True).filter(calendar=calendar)
        for listing in listings.order_by("pk"):
            listing.calendar = calendar
            append_schedule(listing=listing, actor=proposal.decided_by)

    def wording(self, *, subject: str, old: dict[str, Any], new: dict[str, Any]) -> Wording:
        return [
            (called, _say(name, old[name]) if name in old else words.NOTHING, _say(name, new[name]))
            for name, called in self.FIELDS.items()
            if name in new
        ]


class ListingCalendar:
    """Kind of proposal: the calendar a listing trades by. Subject: the symbol; new: ``calendar``, its name,
    or None for continuous trading around the clock."""

    def current(self, *, subject: str, lock: bool = False) -> dict[str, Any]:
        listing = named_listing(subject, lock=lock)
        return {"calendar": listing.calendar.name if listing.calendar else None}

    def check(self, *, subject: str, new: dict[str, Any]) -> None:
        listing, calendar = named_listing(subject), self._calendar(new)
        if listing.calendar == calendar:
            raise ProposalRefused("NOTHING_CHANGED", "Nothing is to be changed.")
        if calendar is not None and calendar.time_zone != listing.time_zone:
            raise ProposalRefused(
                "TIME_ZONE",
                f"{subject} keeps its dates in {listing.time_zone}, the calendar in another zone.",
            )

    def apply(self, *, subject: str, new: dict[str, Any], proposal: Proposal) -> None:
        listing = named_listing(subject)
        listing.calendar = self._calendar(new)
        listing.save(update_fields=["calendar"])
        append_schedule(listing=listing, actor=proposal.decided_by)

    def wording(self, *, subject: str, old: dict[str, Any], new: dict[str, Any]) -> Wording:
        return [("Calendar", _calendar_name(old["calendar"]), _calendar_name(new["calendar"]))]

    def _calendar(self, new: dict[str, Any]) -> Calendar | None:
        if new.get("calendar") is None:
            return None
        calendar = Calendar.objects.filter(name=new["calendar"]).first()
        if calendar is None:
            raise ProposalRefused("UNKNOWN_CALENDAR", f"There is no calendar {new['calendar']}.")
        return calendar


def _check_lines(called: str, lines: Any) -> None:
    try:
        check_day(parse_day(lines))
    except InvalidTimetable as invalid:
        raise ProposalRefused("INVALID_DAY", f"{called}: {invalid}") from invalid


def _check_days(days: Lines) -> None:
    dates = [day["date"] for day in days]
    if len(days) > MOST_DAYS:
        raise ProposalRefused("TOO_MANY_DAYS", f"A calendar has at most {MOST_DAYS} days of its own.")
    if dates != sorted(set(dates)):
        raise ProposalRefused("DATE_TWICE", "Dates ascend, each named once.")
    for day in days:
        date.fromisoformat(day["date"])
        DayKind(day["kind"])


def _say(name: str, value: Any) -> str:
    if name in ("full_day", "half_day"):
        return "; ".join(line_in_words(line) for line in value)
    if name == "days":
        return "; ".join(day_in_words(day) for day in value) or "none"
    return Calendar.Holidays(value).label if name == "holidays" else str(value)


def line_in_words(line: dict[str, Any]) -> str:
    put_off = f" +{line['random_end']}" if line.get("random_end") else ""
    return f"{line['at']} {words.PHASES[Phase(line['phase'])]}{put_off}"


def day_in_words(day: dict[str, Any]) -> str:
    return f"{day['date']} {CalendarDay.Kind(day['kind']).label} {day['note']}".strip()


def _calendar_name(name: str | None) -> str:
    return name or "none: continuous trading around the clock"
