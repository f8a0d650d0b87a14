"""Schedules: a listing's calendar, reckoned weeks ahead and put into its journal."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from portal import clock
from portal.models import User
from trading import doorbell, engine, journal, sessions
from trading.models import Auction, Listing, MarketState
from trading.timetable import Change

HORIZON = timedelta(weeks=4)
WARN_AHEAD = timedelta(weeks=1)


def append_schedule(*, listing: Listing, actor: User | None = None) -> None:
    """Replace the rest of the schedule in the journal by what the listing's calendar says now."""
    now = clock.now()
    command = engine.SetSchedule(0, 0, _entries(listing, now))
    draft = journal.Draft(command=command, actor_id=actor.pk if actor else None)
    journal.append(drafts={listing.pk: [draft]}, received_at=now)
    doorbell.ring_on_commit(listing.pk)


def extend_schedules() -> list[int]:
    """Give every listing whose schedule reaches less than half as far as it should a new one; return them.

    Applied twice it does nothing the second time, whether or not the first has been drained.
    """
    extended = []
    for pk in _short(clock.now()).values_list("pk", flat=True):
        with transaction.atomic():
            row = Listing.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
            listing = row.select_related("calendar").filter(pk=pk).first()
            # Read under the lock: another worker may have extended it meanwhile.
            if listing is None or not _short(clock.now()).filter(pk=pk).exists():
                continue
            if journal.is_underway(listing_id=pk, kind="SetSchedule"):
                continue
            append_schedule(listing=listing)
            extended.append(pk)
    return extended


def runs_out_soon(market: MarketState, *, calendar_id: int | None, at: datetime) -> bool:
    """Whether people should see to it: extension is due long before (PHAS-007)."""
    if calendar_id is None:
        return False
    return market.schedule_until is None or market.schedule_until < at + WARN_AHEAD


def _short(now: datetime) -> QuerySet[MarketState]:
    has_calendar = MarketState.objects.filter(listing__calendar__isnull=False, fault_seq=None)
    return has_calendar.filter(Q(schedule_until=None) | Q(schedule_until__lt=now + HORIZON / 2))


def _entries(listing: Listing, now: datetime) -> tuple[engine.ScheduledPhase, ...]:
    """From the phase of this moment to the last close within the horizon, random ends drawn (AUCT-012)."""
    if listing.calendar_id is None:
        return ()
    entries: list[engine.ScheduledPhase] = []
    has_opened = _has_opened(listing)
    for change in sessions.timetable(listing).from_moment(now):
        if change.at > now + HORIZON and entries and entries[-1].phase == engine.Phase.CLOSED:
            break
        phase = change.phase
        if phase == engine.Phase.OPENING_CALL and not has_opened:
            phase = engine.Phase.INITIAL_CALL
        has_opened = has_opened or phase in (engine.Phase.INITIAL_CALL, engine.Phase.CONTINUOUS)
        entries.append(engine.ScheduledPhase(_begin(change, now), phase, clock.micros(change.at)))
    return tuple(entries)


def _has_opened(listing: Listing) -> bool:
    """Whether it has traded, or had an opening, be it one in which nothing traded (PHAS-010)."""
    openings = (engine.Phase.INITIAL_CALL, engine.Phase.OPENING_CALL)
    return (
        MarketState.objects.filter(pk=listing.pk, last_px__isnull=False).exists()
        or Auction.objects.filter(listing=listing, call__in=openings).exists()
    )


def _begin(change: Change, now: datetime) -> int:
    """Drawn anew for what lies ahead only: a phase that may have begun has."""
    announced = clock.micros(change.at)
    if change.at <= now:
        return announced
    return announced + secrets.randbelow(clock.micros(change.latest) - announced + 1)
