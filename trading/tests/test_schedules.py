"""Schedules in the journal: reckoned from calendars, extended in time, replaced with the calendar."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from portal import clock, proposals
from portal.models import Proposal, User
from portal.proposals import ProposalRefused
from portal.tests.factories import an_operator
from trading import engine, journal, sessions
from trading.engine import Phase, TimeInForce
from trading.models import Auction, Calendar, CalendarDay, Listing, MarketState
from trading.services import entry, operations, schedules
from trading.services.calendars import create_calendar
from trading.tests.factories import a_listing, buy, drained, funded, sell, worked
from trading.timetable import InvalidTimetable
from trading.verification.decided import verify_terms
from trading.verification.findings import Findings

pytestmark = pytest.mark.django_db

FULL: list[dict[str, Any]] = [
    {"at": "08:00", "phase": "PRE_OPEN"},
    {"at": "09:25", "phase": "OPENING_CALL"},
    {"at": "09:30", "phase": "CONTINUOUS", "random_end": 30},
    {"at": "16:00", "phase": "CLOSING_CALL"},
    {"at": "16:05", "phase": "CLOSED"},
]
HALF = [{"at": "09:30", "phase": "CONTINUOUS"}, {"at": "13:00", "phase": "CLOSED"}]
TUESDAY_NOON = datetime(2026, 11, 24, 17, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, TUESDAY_NOON)


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.fixture
def calendar() -> Calendar:
    return create_calendar(name="Regular", full_day=FULL, half_day=HALF)


@pytest.fixture
def listing(calendar: Calendar) -> Listing:
    return a_listing(calendar=calendar)


def newest_schedule(listing: Listing) -> engine.SetSchedule | None:
    commands = (row.command() for row in journal.recorded_commands(listing_id=listing.pk))
    found = [command for command in commands if isinstance(command, engine.SetSchedule)]
    return found[-1] if found else None


def entries(listing: Listing) -> list[tuple[str, str]]:
    schedule = newest_schedule(listing)
    assert schedule is not None
    return [(f"{clock.moment(entry.announced_at):%d %H:%M}", entry.phase.value) for entry in schedule.entries]


def how_many(listing: Listing) -> int:
    rows = journal.recorded_commands(listing_id=listing.pk)
    return sum(row.kind == "SetSchedule" for row in rows)


def reaches(listing: Listing, until: datetime | None) -> None:
    """As the worker leaves it once it has applied what is in the journal."""
    applied = journal.last_seq(listing_id=listing.pk)
    MarketState.objects.filter(pk=listing.pk).update(schedule_until=until, applied_seq=applied)


# --- What is in the journal -----------------------------------------------------------------------------


def test_a_listing_with_a_calendar_is_admitted_with_its_schedule(listing: Listing) -> None:
    """PHAS-002, PHAS-005: from the phase of this moment on, with a holiday and a half day"""
    assert entries(listing)[:7] == [
        ("24 14:30", "CONTINUOUS"),
        ("24 21:00", "CLOSING_CALL"),
        ("24 21:05", "CLOSED"),
        ("25 13:00", "PRE_OPEN"),
        ("25 14:25", "OPENING_CALL"),
        ("25 14:30", "CONTINUOUS"),
        ("25 21:00", "CLOSING_CALL"),
    ]
    assert entries(listing)[8:10] == [("27 14:30", "CONTINUOUS"), ("27 18:00", "CLOSED")]


def test_a_schedule_reaches_weeks_ahead_and_ends_with_a_close(listing: Listing) -> None:
    """PHAS-007: where it runs out, nobody is left trading"""
    schedule = newest_schedule(listing)
    assert schedule is not None
    assert schedule.entries[-1].phase == Phase.CLOSED
    assert clock.moment(schedule.entries[-1].at) >= TUESDAY_NOON + schedules.HORIZON
    assert [entry.at for entry in schedule.entries] == sorted({entry.at for entry in schedule.entries})


def test_a_listing_without_a_calendar_has_none(calendar: Calendar) -> None:
    """PHAS-002"""
    assert newest_schedule(a_listing("ROUND")) is None


def calls_of(listing: Listing) -> list[str]:
    schedules.append_schedule(listing=listing)
    return [phase for _, phase in entries(listing) if phase in ("INITIAL_CALL", "OPENING_CALL")][:2]


def test_the_first_opening_of_a_listing_that_has_not_traded_is_its_initial_call(
    calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PHAS-010, ORDT-008: and no later one, though nothing traded in the first"""
    at(monkeypatch, TUESDAY_NOON + timedelta(hours=6))  # closed
    listing = a_listing(calendar=calendar)
    assert calls_of(listing) == ["INITIAL_CALL", "OPENING_CALL"]
    at(monkeypatch, TUESDAY_NOON + timedelta(hours=30))  # closed again
    drained(listing)
    assert operations.append_ticks() in ([], [listing.pk])
    drained(listing)
    assert Auction.objects.filter(listing=listing, call="INITIAL_CALL", volume=0).exists()
    assert calls_of(listing) == ["OPENING_CALL", "OPENING_CALL"]


def test_a_listing_that_traded_or_trades_has_no_initial_call(
    listing: Listing, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PHAS-010"""
    assert calls_of(listing) == ["OPENING_CALL", "OPENING_CALL"]  # in continuous trading first
    at(monkeypatch, TUESDAY_NOON + timedelta(hours=6))
    MarketState.objects.filter(pk=listing.pk).update(last_px=100)
    assert calls_of(listing) == ["OPENING_CALL", "OPENING_CALL"]


def test_random_ends_are_drawn_once_and_the_public_is_told_the_earliest(listing: Listing) -> None:
    """AUCT-012"""
    schedule = newest_schedule(listing)
    assert schedule is not None
    put_off = [entry for entry in schedule.entries[1:] if entry.phase == Phase.CONTINUOUS]
    late = {entry.at - entry.announced_at for entry in put_off if clock.moment(entry.at).day not in (27, 24)}
    assert all(0 <= by <= 30_000_000 for by in late)
    assert len(late) > 5
    others = [entry for entry in schedule.entries if entry.phase != Phase.CONTINUOUS]
    assert all(entry.at == entry.announced_at for entry in others)


# --- In time --------------------------------------------------------------------------------------------


def test_a_schedule_is_extended_once_it_reaches_less_than_half_as_far(listing: Listing) -> None:
    """PHAS-007"""
    half = TUESDAY_NOON + schedules.HORIZON / 2
    reaches(listing, half)
    assert schedules.extend_schedules() == []
    reaches(listing, half - timedelta(minutes=1))
    assert schedules.extend_schedules() == [listing.pk]
    assert how_many(listing) == 2


def test_extending_twice_is_extending_once(listing: Listing) -> None:
    reaches(listing, TUESDAY_NOON)
    assert schedules.extend_schedules() == [listing.pk]
    assert schedules.extend_schedules() == []  # in the journal, not yet applied
    reaches(listing, TUESDAY_NOON + schedules.HORIZON)
    assert schedules.extend_schedules() == []


def test_nothing_is_extended_without_a_calendar_or_in_a_fault(listing: Listing) -> None:
    a_listing("ROUND")
    reaches(listing, TUESDAY_NOON)
    MarketState.objects.filter(pk=listing.pk).update(fault_seq=1)
    assert schedules.extend_schedules() == []


def test_the_desk_is_warned_before_a_schedule_runs_out(listing: Listing) -> None:
    """PHAS-007"""
    for until, warns in ((None, True), (timedelta(days=6), True), (timedelta(days=8), False)):
        market = MarketState(schedule_until=None if until is None else TUESDAY_NOON + until)
        assert schedules.runs_out_soon(market, calendar_id=1, at=TUESDAY_NOON) == warns
    assert not schedules.runs_out_soon(MarketState(), calendar_id=None, at=TUESDAY_NOON)


# --- With the schedule's task stopped ---------------------------------------------------------------------


def test_phases_begin_at_their_moments_however_late_anybody_tells(
    listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PHAS-003, AUCT-012: no tick across a close, an expiry, an opening call and its random end"""
    drained(listing)
    buyer, seller = funded(cents=10**6), funded(lots=50, listing=listing)
    [day] = worked(listing, buy(buyer, listing, 5, 500, time_in_force=TimeInForce.DAY))
    at(monkeypatch, datetime(2026, 11, 25, 14, 26, tzinfo=UTC))
    worked(listing, buy(buyer, listing, 10, 525), sell(seller, listing, 10, 520))
    assert MarketState.objects.get(pk=listing.pk).state == "OPENING_CALL"
    at(monkeypatch, datetime(2026, 11, 25, 17, tzinfo=UTC))
    assert operations.append_ticks() == [listing.pk]
    assert operations.append_ticks() == []
    drained(listing)
    day.refresh_from_db()
    uncrossed = Auction.objects.get(listing=listing, volume__gt=0)
    market = MarketState.objects.get(pk=listing.pk)
    assert (day.ord_status, market.state, uncrossed.call) == ("EXPIRED", "CONTINUOUS", "OPENING_CALL")
    assert market.phase_since == uncrossed.at
    assert timedelta() <= uncrossed.at - datetime(2026, 11, 25, 14, 30, tzinfo=UTC) <= timedelta(seconds=30)
    assert market.phase_until == datetime(2026, 11, 25, 21, tzinfo=UTC)


def test_a_market_is_ticked_whenever_something_is_due(
    listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PHAS-003: a phase, a planned resumption, the end of the reopening call it leads to"""
    drained(listing)
    resume_at = TUESDAY_NOON + timedelta(minutes=30)
    operations.halt(
        listings=[listing],
        reason_code="OPERATIONAL",
        note="",
        actor=None,
        resume_at=resume_at,
        call_seconds=60,
    )
    drained(listing)
    for minutes, state in ((20, "HALTED"), (30, "REOPENING_CALL"), (31, "CONTINUOUS"), (241, "CLOSING_CALL")):
        at(monkeypatch, TUESDAY_NOON + timedelta(minutes=minutes))
        assert operations.append_ticks() == ([] if state == "HALTED" else [listing.pk])
        drained(listing)
        assert MarketState.objects.get(pk=listing.pk).state == state


# --- Two people ------------------------------------------------------------------------------------------


def proposed(kind: str, subject: str, new: dict[str, Any], by: User | None = None) -> Proposal:
    return proposals.propose(kind=kind, subject=subject, new=new, reason="a test", by=by or an_operator())


def decided(kind: str, subject: str, new: dict[str, Any]) -> Proposal:
    return proposals.approve(proposal=proposed(kind, subject, new), by=an_operator())


def refusal_of(kind: str, subject: str, new: dict[str, Any]) -> str:
    with pytest.raises(ProposalRefused) as refused:
        proposed(kind, subject, new)
    return refused.value.code


def test_a_listing_is_given_a_calendar_by_two_people(calendar: Calendar) -> None:
    """PHAS-002"""
    listing = a_listing("ROUND")
    proposal = proposed("LISTING_CALENDAR", "ROUND", {"calendar": "Regular"})
    assert proposals.wording(proposal) == [
        ("Calendar", "none: continuous trading around the clock", "Regular")
    ]
    assert newest_schedule(listing) is None
    proposals.approve(proposal=proposal, by=an_operator())
    assert entries(listing)[0] == ("24 14:30", "CONTINUOUS")
    listing.refresh_from_db()
    assert listing.calendar == calendar


def test_a_listing_that_gives_up_its_calendar_trades_without_end(listing: Listing) -> None:
    """PHAS-002"""
    decided("LISTING_CALENDAR", "ACME", {"calendar": None})
    schedule = newest_schedule(listing)
    assert schedule is not None
    assert schedule.entries == ()


def test_a_calendar_that_does_not_fit_is_refused(listing: Listing) -> None:
    create_calendar(name="Tokyo", full_day=FULL, half_day=HALF, time_zone="Asia/Tokyo")
    assert refusal_of("LISTING_CALENDAR", "ACME", {"calendar": "Regular"}) == "NOTHING_CHANGED"
    assert refusal_of("LISTING_CALENDAR", "ACME", {"calendar": "Tokyo"}) == "TIME_ZONE"
    assert refusal_of("LISTING_CALENDAR", "ACME", {"calendar": "Other"}) == "UNKNOWN_CALENDAR"


def test_changing_a_calendar_changes_the_schedules_of_its_listings_at_once(listing: Listing) -> None:
    """PHAS-005"""
    round_the_clock = a_listing("ROUND")
    closed = [{"date": "2026-11-25", "kind": "HOLIDAY", "note": "A day of mourning"}]
    decided(
        "CALENDAR", "Regular", {"days": closed, "half_day": [*HALF[:1], {"at": "12:00", "phase": "CLOSED"}]}
    )
    assert entries(listing)[3:5] == [("27 14:30", "CONTINUOUS"), ("27 17:00", "CLOSED")]
    assert how_many(round_the_clock) == 0
    listing = Listing.objects.get(pk=listing.pk)
    assert sessions.session_end(listing, TUESDAY_NOON + timedelta(hours=6)) == datetime(
        2026, 11, 27, 17, tzinfo=UTC
    )


def test_a_change_of_a_calendar_is_told_in_words(calendar: Calendar) -> None:
    days = [{"date": "2026-11-25", "kind": "HALF_DAY", "note": "storm"}]
    proposal = proposed("CALENDAR", "Regular", {"days": days, "half_day": FULL[3:]})
    assert proposals.wording(proposal) == [
        (
            "Half day",
            "09:30 Continuous trading; 13:00 Closed",
            "16:00 Closing call; 16:05 Closed",
        ),
        ("Days of its own", "none", "2026-11-25 Half day storm"),
    ]


def test_a_new_calendar_is_made_by_two_people() -> None:
    new = {"time_zone": "UTC", "holidays": "", "full_day": HALF, "half_day": HALF, "days": []}
    decided("CALENDAR", "Always", new)
    assert Calendar.objects.get(name="Always").terms() == new


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ({}, "NOTHING_CHANGED"),
        ({"full_day": FULL}, "NOTHING_CHANGED"),
        ({"time_zone": "UTC"}, "TIME_ZONE"),
        ({"holidays": "MOON"}, "UNKNOWN_HOLIDAYS"),
        ({"full_day": FULL[:2]}, "INVALID_DAY"),
        ({"half_day": []}, "INVALID_DAY"),
        ({"colour": "red"}, "UNKNOWN_PARAMETER"),
        ({"days": [{"date": "2026-11-25", "kind": "HOLIDAY", "note": ""}] * 2}, "DATE_TWICE"),
        (
            {"days": [{"date": str(date(2026, 1, 1) + timedelta(n)), "kind": "HOLIDAY", "note": ""}
                      for n in range(201)]},
            "TOO_MANY_DAYS",
        ),
    ],
)  # fmt: skip
def test_a_calendar_that_makes_no_sense_is_refused(
    calendar: Calendar, new: dict[str, Any], code: str
) -> None:
    assert refusal_of("CALENDAR", "Regular", new) == code


def test_a_calendar_that_makes_no_sense_is_not_created() -> None:
    with pytest.raises(InvalidTimetable):
        create_calendar(name="Endless", full_day=FULL[:1], half_day=HALF)
    assert refusal_of("CALENDAR", "New", {"full_day": FULL}) == "INCOMPLETE"


# --- Held against the audit log --------------------------------------------------------------------------


def test_a_calendar_nobody_decided_on_is_found(listing: Listing) -> None:
    decided("CALENDAR", "Regular", {"half_day": [*HALF[:1], {"at": "12:00", "phase": "CLOSED"}]})

    def found() -> list[str]:
        findings = Findings()
        verify_terms(Listing.objects.get(pk=listing.pk), findings)
        return findings.lines()

    assert found() == []
    CalendarDay.objects.create(calendar=Calendar.objects.get(), date=date(2026, 12, 1), kind="HOLIDAY")
    [line] = found()
    assert line.startswith("trading_calendar Regular: days is [{'date': '2026-12-01'")


# --- At entry ---------------------------------------------------------------------------------------------


def codes(request: Any) -> list[str]:
    return [reason.code for reason in entry.preview(request).verdict.reasons]


def test_at_auction_orders_are_taken_where_the_timetable_has_their_auction(listing: Listing) -> None:
    """ORDT-008"""
    account = funded(cents=10**6)
    drained(listing)
    for time_in_force in (TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE):
        assert codes(buy(account, listing, 1, 500, time_in_force=time_in_force)) == []
    plain = create_calendar(name="Plain", full_day=HALF, half_day=HALF)
    without = a_listing("PLAIN", calendar=plain)
    for time_in_force in (TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE):
        assert codes(buy(account, without, 1, 500, time_in_force=time_in_force)) == ["MKT-NO-AUCTION"]


def test_a_listing_without_continuous_trading_takes_no_stop_orders() -> None:
    """ORDT-027"""
    auctions = [FULL[0], FULL[3], FULL[4]]
    calendar = create_calendar(name="Auctions", full_day=auctions, half_day=auctions)
    listing, account = a_listing("THIN", calendar=calendar), funded(cents=10**6)
    stop = {"ord_type": engine.OrdType.STOP_LIMIT, "stop_px": 500}
    assert codes(buy(account, listing, 1, 510, **stop)) == ["MKT-NO-TRIGGER"]
    assert codes(buy(account, listing, 1, 510)) == []


def test_an_order_at_the_open_is_told_of_the_initial_call_it_is_in(
    calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PHAS-010, ORDT-008"""
    at(monkeypatch, datetime(2026, 11, 25, 14, 26, tzinfo=UTC))
    listing, account = a_listing("FRESH", calendar=calendar), funded(cents=10**6)
    assert MarketState.objects.get(pk=listing.pk).state == "INITIAL_CALL"
    found = entry.preview(buy(account, listing, 1, 500, time_in_force=TimeInForce.AT_OPEN))
    assert "opening auction on " in found.explanation[0] and "09:30" in found.explanation[0]
