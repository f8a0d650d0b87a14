"""What becomes of a market's row by what the engine tells: phases, halts, auctions."""

from datetime import datetime, timedelta

import pytest

from portal import clock
from portal.models import Account
from trading import engine, journal
from trading.engine import Phase
from trading.models import Auction, Execution, Listing, MarketState
from trading.services import operations
from trading.tests.factories import (
    a_fee_schedule,
    a_listing,
    as_recomputed,
    buy,
    drained,
    entered,
    funded,
    sell,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def listing() -> Listing:
    return a_listing(reference_px=500)


@pytest.fixture
def seller(listing: Listing) -> Account:
    return funded(lots=100, listing=listing)


def market(listing: Listing) -> MarketState:
    return MarketState.objects.get(pk=listing.pk)


def append(listing: Listing, command: engine.Command) -> None:
    journal.append(drafts={listing.pk: [journal.Draft(command)]}, received_at=clock.now())
    drained(listing)


def schedule(listing: Listing, *phases: tuple[datetime, Phase]) -> None:
    entries = tuple(engine.ScheduledPhase(clock.micros(at), phase, clock.micros(at)) for at, phase in phases)
    append(listing, engine.SetSchedule(0, 0, entries))


def test_a_phase_tells_since_when_and_until_when(listing: Listing) -> None:
    """PHAS-003, MKTD-001"""
    now = clock.now()
    closing = now + 5 * HOUR
    schedule(listing, (now, Phase.OPENING_CALL), (now + HOUR, Phase.CONTINUOUS), (closing, Phase.CLOSED))
    state = market(listing)
    assert (state.state, state.phase_until) == ("OPENING_CALL", now + HOUR)
    assert state.phase_since is not None and now <= state.phase_since < now + timedelta(minutes=1)
    assert (state.schedule_until, state.next_due_at) == (closing, now + HOUR)
    clock.advance(by=2 * HOUR)
    operations.append_ticks()
    drained(listing)
    state = market(listing)
    # A late tick delays what is told, never the rule.
    assert (state.state, state.phase_since, state.phase_until) == ("CONTINUOUS", now + HOUR, closing)
    as_recomputed(listing)


def test_a_new_end_is_no_new_beginning(listing: Listing) -> None:
    """PHAS-002"""
    began = market(listing).phase_since
    assert began is not None
    end = clock.now() + HOUR
    schedule(listing, (clock.now() - HOUR, Phase.CONTINUOUS), (end, Phase.CLOSED))
    state = market(listing)
    assert (state.state, state.phase_since, state.phase_until) == ("CONTINUOUS", began, end)
    as_recomputed(listing)


def test_a_halt_tells_reason_note_and_planned_end_until_it_is_over(listing: Listing) -> None:
    """HALT-002, HALT-005"""
    resume_at = clock.now() + HOUR
    append(listing, engine.HaltTrading(0, 0, "NEWS_PENDING", "Merger", clock.micros(resume_at), 60_000_000))
    state = market(listing)
    assert (state.state, state.halt_code, state.halt_note) == ("HALTED", "NEWS_PENDING", "Merger")
    assert state.halted_at == state.phase_since
    assert (state.resume_at, state.phase_until) == (resume_at, resume_at)
    clock.advance(by=HOUR)
    operations.append_ticks()
    drained(listing)
    state = market(listing)
    assert (state.state, state.phase_since) == ("REOPENING_CALL", resume_at)
    assert state.phase_until == resume_at + timedelta(minutes=1)
    assert (state.halt_code, state.halt_note, state.halted_at, state.resume_at) == ("", "", None, None)
    as_recomputed(listing)


def test_an_auction_is_told_while_it_gathers_and_when_it_has_been(listing: Listing, seller: Account) -> None:
    """MKTD-008, AUCT-009, AUCT-011, FEES-004"""
    a_fee_schedule(auction_rate=10_000, maker_rate=50_000, taker_rate=50_000)
    now = clock.now()
    schedule(listing, (now, Phase.OPENING_CALL), (now + HOUR, Phase.CONTINUOUS))
    entered(buy(funded(cents=100_000), listing, 30, 510), sell(seller, listing, 20, 490))
    drained(listing)
    state = market(listing)
    assert (state.indicative_px, state.indicative_qty) == (510, 20)
    assert (state.surplus_side, state.surplus_qty) == ("BUY", 10)
    assert (state.last_px, state.reference_px) == (None, 500)
    as_recomputed(listing)
    clock.advance(by=HOUR)
    operations.append_ticks()
    drained(listing)
    auction = Auction.objects.get(listing=listing)
    assert (auction.call, auction.at, auction.price, auction.volume) == ("OPENING_CALL", now + HOUR, 510, 20)
    assert (auction.surplus_side, auction.surplus_qty) == ("BUY", 10)
    state = market(listing)
    assert (state.last_px, state.reference_px, state.indicative_px, state.surplus_side) == (
        510,
        510,
        None,
        "",
    )
    # Nobody makes or takes in an auction: both sides pay its rate.
    assert set(Execution.objects.values_list("liquidity", "fee")) == {("AUCTION", 102)}
    as_recomputed(listing)


def test_an_auction_that_comes_to_nothing_has_no_price(listing: Listing) -> None:
    """AUCT-009"""
    now = clock.now()
    schedule(listing, (now, Phase.PERIODIC_CALL), (now + HOUR, Phase.CONTINUOUS))
    entered(buy(funded(cents=100_000), listing, 30, 510))
    clock.advance(by=HOUR)
    operations.append_ticks()
    drained(listing)
    auction = Auction.objects.get(listing=listing)
    assert (auction.price, auction.volume) == (None, 0)
    as_recomputed(listing)
