"""Sessions of listings: their calendars' rows, asked as timetables (PHAS-005, PHAS-006)."""

from datetime import date, datetime
from itertools import takewhile

from trading.engine import AT_AUCTION, Phase, TimeInForce
from trading.models import Calendar, Listing
from trading.timetable import Change, DayKind, DayPhase, Timetable, parse_day


def session_end(listing: Listing, at: datetime) -> datetime:
    """When a DAY order entered now expires: at the end of the session under way, or of the next one."""
    return timetable(listing).session_end(at)


def end_of_date(listing: Listing, day: date) -> datetime:
    """When a GTD order for that exchange date expires. May have passed."""
    return timetable(listing).end_of_date(day)


def settlement_due(listing: Listing, at: datetime) -> datetime:
    """When a trade of that moment settles on the next business day: as that begins."""
    return timetable(listing).next_business_day(at)


def upcoming(listing: Listing, at: datetime) -> list[Change]:
    """The announced phases of today's rest and of the next trading day; none for who trades without end."""
    return timetable(listing).upcoming(at) if listing.calendar_id else []


def auction_ahead(listing: Listing, time_in_force: TimeInForce, *, at: datetime) -> bool:
    """Whether an auction for such orders is on, or scheduled (ORDT-008); none for who trades without end."""
    market = listing.market
    if market.schedule_until is None or market.schedule_until <= at:
        return False
    if listing.calendar_id is None:
        return True  # of a schedule by no calendar only the engine knows
    # The state tells of a call that lasts longer than was announced.
    if AT_AUCTION.get(Phase(market.state)) is time_in_force:
        return True
    until = market.schedule_until
    ahead = takewhile(lambda change: change.at <= until, timetable(listing).from_moment(at))
    return any(AT_AUCTION.get(change.phase) is time_in_force for change in ahead)


def trades_continuously(listing: Listing) -> bool:
    """Whether any of its days has a continuous phase, the only one that triggers stops (ORDT-025)."""
    calendar = listing.calendar
    if calendar is None:
        return True
    return any(line["phase"] == Phase.CONTINUOUS for line in (*calendar.full_day, *calendar.half_day))


def timetable(listing: Listing) -> Timetable:
    """One query, and another where the listing was read without its calendar."""
    if listing.calendar is None:
        # Around the clock; its day turns, and DAY orders end, at ``closes_at``.
        every_day = (DayPhase(listing.closes_at, Phase.CONTINUOUS),)
        return Timetable(listing.time_zone, False, every_day, every_day)
    return timetable_of(listing.calendar)


def timetable_of(calendar: Calendar) -> Timetable:
    return Timetable(
        time_zone=calendar.time_zone,
        follows_exchange=calendar.holidays == Calendar.Holidays.NYSE,
        full_day=parse_day(calendar.full_day),
        half_day=parse_day(calendar.half_day),
        exceptions={day.date: DayKind(day.kind) for day in calendar.days.all()},
    )
