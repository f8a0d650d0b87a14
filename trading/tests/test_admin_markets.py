"""Calendars, fees, auctions, broken trades and the depth of a market, at the desk."""

from datetime import UTC, datetime
from typing import Any

import pytest

from portal import clock, roles
from portal.models import Proposal
from portal.tests.desk import Desk, at_the_desk, list_of, page_of, text
from trading import words
from trading.engine import Side
from trading.models import Auction, Calendar, Execution, FeeSchedule, Listing, MarketState, Order
from trading.services.calendars import create_calendar
from trading.tests.factories import a_listing, buy, drained, entered, funded, sell, worked

pytestmark = pytest.mark.django_db

FULL: list[dict[str, Any]] = [
    {"at": "09:25", "phase": "OPENING_CALL"},
    {"at": "09:30", "phase": "CONTINUOUS", "random_end": 30},
    {"at": "16:00", "phase": "CLOSED"},
]
HALF = [{"at": "09:30", "phase": "CONTINUOUS"}, {"at": "13:00", "phase": "CLOSED"}]
WRITTEN = "09:25 Opening call\n09:30 Continuous trading +30\n16:00 Closed"


@pytest.fixture
def supervisor() -> Desk:
    return at_the_desk(roles.MARKET_SUPERVISOR)


@pytest.fixture
def officer() -> Desk:
    return at_the_desk(roles.COMPLIANCE_OFFICER)


@pytest.fixture
def calendar() -> Calendar:
    return create_calendar(name="Regular", full_day=FULL, half_day=HALF)


def approved(officer: Desk) -> Proposal:
    made = Proposal.objects.get(status="PROPOSED")
    officer.act(f"/admin/portal/proposal/{made.pk}/approve/")
    made.refresh_from_db()
    assert made.status == "APPLIED"
    return made


# --- Calendars ------------------------------------------------------------------------------------------


def test_a_calendar_is_a_timetable_people_can_read(supervisor: Desk, calendar: Calendar) -> None:
    """PHAS-005"""
    response = supervisor.get(page_of(calendar))
    page = text(response)
    assert "09:30 Continuous trading, up to 30 s later" in page
    days = response.context["days"]
    assert len(days) == 21
    weekdays = [phases for day, kind, phases in days if kind == "Full day"]
    assert weekdays[0] == "09:25 opening call, 09:30 continuous trading, 16:00 closed"
    assert {kind for day, kind, _ in days if day.startswith(("Sat", "Sun"))} == {"No trading"}


def test_a_calendar_is_changed_in_lines_of_text_by_two_people(
    supervisor: Desk, officer: Desk, calendar: Calendar
) -> None:
    """PHAS-005"""
    address = f"/admin/trading/calendar/{calendar.pk}/propose/"
    form = supervisor.get(address).context["form"]
    assert form["full_day"].initial == WRITTEN
    supervisor.act(
        address, holidays="NYSE", full_day=WRITTEN, half_day="09:30 continuous trading\n12:00 closed",
        days="2027-01-05 holiday Day of mourning\n2026-12-23 Half day", note="a test",
    )  # fmt: skip
    made = Proposal.objects.get()
    assert made.new == {
        "half_day": [{"at": "09:30", "phase": "CONTINUOUS"}, {"at": "12:00", "phase": "CLOSED"}],
        "days": [
            {"date": "2026-12-23", "kind": "HALF_DAY", "note": ""},
            {"date": "2027-01-05", "kind": "HOLIDAY", "note": "Day of mourning"},
        ],
    }
    approved(officer)
    assert "2027-01-05 Holiday Day of mourning" in text(supervisor.get(page_of(calendar)))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("full_day", "half past nine", "is not like “09:30 Continuous trading”"),
        ("full_day", "25:00 Closed", "is not like “09:30 Continuous trading”"),
        ("full_day", "09:30 Halted\n16:00 Closed", "is not like “09:30 Continuous trading”"),
        ("full_day", "09:30 Continuous trading", "ends with “Closed”"),
        ("days", "2026-02-30 Holiday", "is not like “2026-12-24 Half day”"),
        ("days", "Christmas", "is not like “2026-12-24 Half day”"),
    ],
)
def test_lines_that_make_no_sense_are_told(
    supervisor: Desk, calendar: Calendar, field: str, value: str, said: str
) -> None:
    data = {"holidays": "NYSE", "full_day": WRITTEN, "half_day": WRITTEN, "days": "", "note": "x"}
    response = supervisor.act(f"/admin/trading/calendar/{calendar.pk}/propose/", **data | {field: value})
    assert said in text(response)
    assert not Proposal.objects.exists()


def test_a_new_calendar_is_proposed_and_given_to_a_listing(supervisor: Desk, officer: Desk) -> None:
    """PHAS-002"""
    listing = a_listing()
    supervisor.act(
        "/admin/trading/calendar/propose/", name="Short", time_zone="America/New_York", holidays="NYSE",
        full_day=WRITTEN, half_day=WRITTEN, days="", note="thin listings",
    )  # fmt: skip
    approved(officer)
    calendar = Calendar.objects.get(name="Short")
    supervisor.act(f"/admin/trading/listing/{listing.pk}/calendar/", calendar=calendar.pk, note="it is thin")
    approved(officer)
    drained(listing)
    response = supervisor.get(page_of(listing))
    assert [phase for _, phase in response.context["ahead"]][-1] == "Closed"
    assert "Schedule reaches until" in text(response)
    assert not response.context["runs_out"]


def test_what_lies_ahead_is_told_to_the_second(supervisor: Desk, calendar: Calendar) -> None:
    """PHAS-007, AUCT-012"""
    listing = a_listing(calendar=calendar)
    ahead = datetime(2030, 1, 2, 21, 0, 14, 524_000, tzinfo=UTC)
    MarketState.objects.filter(pk=listing.pk).update(
        phase_until=ahead, resume_at=ahead, schedule_until=ahead, next_due_at=ahead
    )
    pages = (page_of(listing), page_of(listing.market), "/admin/trading/listing/")
    for page in map(text, map(supervisor.get, pages)):
        assert "2030-01-02 21:00:14" in page and "14.524" not in page


def test_the_desk_warns_before_a_schedule_runs_out(supervisor: Desk, calendar: Calendar) -> None:
    """PHAS-007"""
    listing = a_listing(calendar=calendar)
    assert "runs out soon" not in text(supervisor.get("/admin/"))
    MarketState.objects.filter(pk=listing.pk).update(schedule_until=clock.now())
    assert "runs out soon" in text(supervisor.get("/admin/"))
    assert "runs out soon" in text(supervisor.get(page_of(listing)))


# --- Fees -----------------------------------------------------------------------------------------------


def test_fees_are_proposed_in_percent_and_dollars(supervisor: Desk, officer: Desk) -> None:
    """FEES-001, FEES-004"""
    listing = a_listing()
    supervisor.act(
        "/admin/trading/feeschedule/propose/", listing=listing.pk, subscriber_class="", maker_rate="0.05",
        taker_rate="0.15", auction_rate="0.1", flat_cents="0", minimum_cents="1.50", note="as agreed",
        effective_date=f"{clock.today():%Y-%m-%d}",
    )  # fmt: skip
    approved(officer)
    made = FeeSchedule.objects.get()
    assert (made.maker_rate, made.taker_rate, made.auction_rate, made.minimum_cents) == (500, 1500, 1000, 150)
    for address in (list_of(FeeSchedule), page_of(made)):
        page = text(supervisor.get(address))
        assert "0.15 %" in page and "1.50 USD" in page and "Everybody" in page
    said = "Everybody: maker 0.05 %, taker 0.15 %, in auctions 0.1 %, at least 1.50 USD an order"
    assert said in text(supervisor.get(page_of(listing)))


# --- Auctions -------------------------------------------------------------------------------------------


def test_an_auction_is_told_in_words(supervisor: Desk) -> None:
    """AUCT-009"""
    listing = a_listing()
    made = Auction.objects.create(
        listing=listing, event_seq=1, call="OPENING_CALL", at=clock.now(), price=525, volume=40,
        surplus_side=Side.BUY, surplus_qty=7,
    )  # fmt: skip
    for address in (list_of(Auction), page_of(made)):
        page = text(supervisor.get(address))
        for said in ("Opening call", "5.25 USD", "40 ACME", "7 ACME of buyers"):
            assert said in page


def test_in_a_call_the_listing_shows_what_an_uncrossing_would_give(supervisor: Desk) -> None:
    """AUCT-010, MKTD-008"""
    listing = a_listing()
    MarketState.objects.filter(pk=listing.pk).update(
        state="OPENING_CALL", indicative_px=525, indicative_qty=40, surplus_side="SELL", surplus_qty=7
    )
    page = text(supervisor.get(page_of(listing)))
    for said in ("Opening call", "Auction price now", "5.25 USD", "40 ACME", "7 ACME of sellers"):
        assert said in page


# --- Broken trades --------------------------------------------------------------------------------------


@pytest.fixture
def execution() -> Execution:
    """Traded and not yet settled."""
    listing = a_listing()
    entered(
        sell(funded(lots=50, listing=listing), listing, 10, 525), buy(funded(cents=10**6), listing, 10, 525)
    )
    drained(listing)
    return Execution.objects.get(side="BUY")


def test_a_trade_is_taken_back_by_two_people(supervisor: Desk, officer: Desk, execution: Execution) -> None:
    """BUST-001"""
    assert "Propose to take the trade back" in text(supervisor.get(page_of(execution)))
    supervisor.act(
        f"/admin/trading/execution/{execution.pk}/bust/", reason_code="CLEARLY_ERRONEOUS", note="a slip"
    )
    made = approved(officer)
    drained(execution.listing)
    page = text(supervisor.get(page_of(execution)))
    assert "Busted" in page and page_of(made) in page
    assert "Propose to take the trade back" not in page


def test_a_trade_is_corrected_in_tokens_and_dollars(
    supervisor: Desk, officer: Desk, execution: Execution
) -> None:
    """BUST-004"""
    supervisor.act(
        f"/admin/trading/execution/{execution.pk}/correct/", price="5.20", qty="8",
        reason_code="CLEARLY_ERRONEOUS", note="a slip",
    )  # fmt: skip
    assert Proposal.objects.get().new == {"reason_code": "CLEARLY_ERRONEOUS", "price": 520, "qty": 8}
    approved(officer)
    drained(execution.listing)
    execution.refresh_from_db()
    assert (execution.status, execution.last_px, execution.last_qty) == ("CORRECTED", 520, 8)


def test_a_corrected_trade_tells_how_it_was_made(
    supervisor: Desk, officer: Desk, execution: Execution
) -> None:
    """BUST-005"""
    listing = execution.listing
    made = f"{words.quantity(listing, execution.last_qty)} at {words.price(listing, execution.last_px)}"
    supervisor.act(
        f"/admin/trading/execution/{execution.pk}/correct/", price="5.20", qty="8",
        reason_code="CLEARLY_ERRONEOUS", note="a slip",
    )  # fmt: skip
    approved(officer)
    drained(listing)
    page = text(supervisor.get(page_of(execution)))
    assert "5.20 USD" in page and made in page


def test_half_a_tick_is_no_correction(supervisor: Desk, execution: Execution) -> None:
    response = supervisor.act(
        f"/admin/trading/execution/{execution.pk}/correct/", price="5.205", qty="8",
        reason_code="CLEARLY_ERRONEOUS", note="a slip",
    )  # fmt: skip
    assert "This goes in steps of 0.01." in text(response)
    assert not Proposal.objects.exists()


# --- Depth ----------------------------------------------------------------------------------------------


def test_operators_see_the_depth_by_order(supervisor: Desk) -> None:
    """MKTD-003"""
    listing, account = a_listing(), funded(cents=10**6)
    first, second = worked(listing, buy(account, listing, 10, 500), buy(account, listing, 5, 501))
    Order.objects.filter(pk=first.pk).update(displayed_qty=4)
    page = text(supervisor.get(f"/admin/trading/listing/{listing.pk}/depth/"))
    assert page.index("5.01 USD") < page.index("5.00 USD")
    for said in ("4 ACME", "10 ACME", account.number, page_of(second)):
        assert said in page


def test_who_may_not_see_orders_sees_no_depth() -> None:
    """MKTD-003"""
    listing = a_listing()
    filings = at_the_desk(roles.FILINGS)
    assert filings.get(f"/admin/trading/listing/{listing.pk}/depth/").status_code == 403
    assert "Depth by order" not in text(filings.get(page_of(listing)))


def test_waiting_orders_say_what_they_wait_for(supervisor: Desk) -> None:
    """ORDT-020, ORDT-007"""
    listing, account = a_listing(), funded(cents=10**6)
    stop, at_close = worked(listing, buy(account, listing, 10, 500), buy(account, listing, 5, 400))
    waiting = Order.objects.filter(pk=stop.pk)
    waiting.update(ord_type="STOP_LIMIT", stop_px=600, displayed_qty=0)
    Order.objects.filter(pk=at_close.pk).update(time_in_force="AT_CLOSE", displayed_qty=0)
    page = text(supervisor.get(f"/admin/trading/listing/{listing.pk}/depth/"))
    assert "the last price rises to 6.00 USD" in page
    assert "the next close" in page


def test_the_desk_names_no_field(supervisor: Desk) -> None:
    listing: Listing = a_listing()
    worked(listing, buy(funded(cents=10**6), listing, 1, 500))
    for model in (Order, Execution, Listing, MarketState, FeeSchedule, Auction, Calendar):
        page = text(supervisor.get(list_of(model)))
        for name in ("Ord status", "Ord type", "ord_", "Halt code", "Applied seq", "Subscriber class"):
            assert f"By {name.lower()}" not in page and f">{name}<" not in page
