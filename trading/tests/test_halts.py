"""Halts and resumptions: commands in every journal concerned, by those who may."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group

from portal import clock, roles
from portal.models import AuditEntry, User
from portal.tests.factories import a_user
from trading import journal
from trading.models import CASH, Balance, Listing, MarketState, Order
from trading.services import entry, operations
from trading.services.operations import OperationRefused
from trading.services.requests import Refused
from trading.tests.factories import (
    a_listing,
    buy,
    cancel,
    drained,
    entered,
    funded,
    replace,
    sell,
    worked,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing() -> Listing:
    return a_listing()


def in_role(role: str) -> User:
    person = a_user(password=None, is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    return person


@pytest.fixture
def operator() -> User:
    return in_role(roles.MARKET_OPERATOR)


@pytest.fixture
def supervisor() -> User:
    return in_role(roles.MARKET_SUPERVISOR)


def halt(*listings: Listing, code: str = "NEWS_PENDING", by: User | None = None, **terms: Any) -> None:
    operations.halt(listings=listings, reason_code=code, note="merger talks", actor=by, **terms)


def resume(*listings: Listing, by: User | None = None, **terms: Any) -> None:
    operations.resume(listings=listings, reason_code="NEWS_RELEASED", note="", actor=by, **terms)


def refusal_of(act: Any, *listings: Listing, **terms: Any) -> str:
    before = {row.pk: journal.last_seq(listing_id=row.pk) for row in listings}
    with pytest.raises(OperationRefused) as refused:
        act(*listings, **terms)
    assert {row.pk: journal.last_seq(listing_id=row.pk) for row in listings} == before
    return refused.value.code


def last_command(listing: Listing) -> dict[str, Any]:
    seq = journal.last_seq(listing_id=listing.pk)
    return journal.recorded_command(listing_id=listing.pk, seq=seq).payload


def status(order: Order) -> tuple[str, str]:
    order.refresh_from_db()
    return order.ord_status, order.text


def test_a_halted_listing_refuses_orders_and_says_why(listing: Listing) -> None:
    halt(listing)
    drained(listing)
    [outcome] = entry.submit_orders([buy(funded(cents=10**6), listing, 1, 500)])
    assert isinstance(outcome, Refused)
    assert [(r["code"], r["message"]) for r in outcome.reasons] == [
        ("MKT-HALT", "Trading in ACME is halted (news pending): merger talks.")
    ]


def test_an_order_that_met_the_halt_on_its_way_is_rejected_and_its_hold_let_go(listing: Listing) -> None:
    account = funded(cents=10**6)
    halt(listing)
    [order] = entered(buy(account, listing, 1, 500))
    drained(listing)
    assert status(order) == ("REJECTED", "HALTED")
    assert Balance.objects.get(account=account, asset=CASH).held == 0


def test_orders_may_be_canceled_and_reduced_in_a_halt_and_not_improved(listing: Listing) -> None:
    account = funded(cents=10**6)
    first, second, third = worked(listing, *(buy(account, listing, 10, 500) for _ in range(3)))
    halt(listing)
    drained(listing)
    worked(listing, cancel(first), replace(second, 4, 500))
    assert status(first) == ("CANCELED", "REQUESTED")
    second.refresh_from_db()
    assert (second.ord_status, second.leaves_qty) == ("NEW", 4)
    [outcome] = entry.submit_orders([replace(third, 10, 501)])
    assert isinstance(outcome, Refused)


def test_a_resumed_listing_trades(listing: Listing) -> None:
    seller, buyer = funded(lots=10, listing=listing), funded(cents=10**6)
    [resting] = worked(listing, sell(seller, listing, 1, 500))
    halt(listing)
    drained(listing)
    resume(listing)
    drained(listing)
    worked(listing, buy(buyer, listing, 1, 500))
    assert status(resting) == ("FILLED", "")
    state = MarketState.objects.get(pk=listing.pk)
    assert (state.state, state.halt_code, state.halt_note, state.halted_at) == ("CONTINUOUS", "", "", None)


def test_the_whole_venue_is_halted_by_a_command_in_each_journal(listing: Listing) -> None:
    """HALT-007"""
    other = a_listing("BETA")
    halt(listing, other)
    drained(listing)
    drained(other)
    assert list(MarketState.objects.order_by("pk").values_list("state", "halt_code")) == [
        ("HALTED", "NEWS_PENDING"),
        ("HALTED", "NEWS_PENDING"),
    ]
    assert list(AuditEntry.objects.filter(action="HALTED").values_list("subject", flat=True)) == [
        "ACME",
        "BETA",
    ]


def test_a_halt_needs_a_known_code(listing: Listing) -> None:
    """HALT-002"""
    assert refusal_of(halt, listing, code="BECAUSE") == "UNKNOWN_HALT_CODE"


# --- Who lifts it --------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["REGULATORY", "NEWS_PENDING"])
def test_a_regulatory_or_news_halt_is_lifted_by_few(
    listing: Listing, operator: User, supervisor: User, code: str
) -> None:
    """HALT-003, whether or not the halt has reached the engine"""
    halt(listing, code=code, by=operator)
    assert refusal_of(resume, listing, by=operator) == "MAY_NOT_LIFT"
    drained(listing)
    assert refusal_of(resume, listing, by=operator) == "MAY_NOT_LIFT"
    resume(listing, by=supervisor)
    assert last_command(listing)["reason_code"] == "NEWS_RELEASED"


@pytest.mark.parametrize("code", ["VOLATILITY", "OPERATIONAL", "TECHNICAL_FAULT"])
def test_any_other_halt_is_lifted_by_whoever_may_halt(listing: Listing, operator: User, code: str) -> None:
    """HALT-003"""
    halt(listing, code=code, by=operator)
    drained(listing)
    resume(listing, by=operator)
    assert last_command(listing)["reason_code"] == "NEWS_RELEASED"


def test_a_halt_few_may_lift_is_not_turned_into_one_anybody_may(listing: Listing, operator: User) -> None:
    """HALT-003"""
    halt(listing, code="REGULATORY")
    assert refusal_of(halt, listing, code="OPERATIONAL", by=operator) == "MAY_NOT_LIFT"
    halt(listing, code="NEWS_PENDING", by=operator)
    assert last_command(listing)["reason_code"] == "NEWS_PENDING"


def test_a_planned_resumption_is_lifting_ahead_of_time(
    listing: Listing, operator: User, supervisor: User
) -> None:
    """HALT-003, HALT-005"""
    at = clock.now() + timedelta(hours=1)
    assert refusal_of(halt, listing, by=operator, resume_at=at) == "MAY_NOT_LIFT"
    halt(listing, by=supervisor, resume_at=at)
    assert last_command(listing)["resume_at"] == clock.micros(at)


def test_after_a_resumption_that_is_on_its_way_anybody_may_halt_and_resume(
    listing: Listing, operator: User
) -> None:
    halt(listing)
    drained(listing)
    resume(listing)
    halt(listing, code="OPERATIONAL", by=operator)
    resume(listing, by=operator)


def test_one_listing_that_may_not_be_resumed_keeps_all_halted(listing: Listing, operator: User) -> None:
    """HALT-007"""
    other = a_listing("BETA")
    halt(listing, code="OPERATIONAL")
    halt(other, code="REGULATORY")
    assert refusal_of(resume, listing, other, by=operator) == "MAY_NOT_LIFT"
    assert AuditEntry.objects.filter(action="RESUMED").count() == 0


# --- How it ends ---------------------------------------------------------------------------------------


def test_a_resumption_is_direct_or_by_a_call_of_a_stated_length_or_the_listings_own(listing: Listing) -> None:
    """HALT-004"""
    halt(listing, code="OPERATIONAL")
    for asked, call_us in ((0, 0), (60, 60_000_000), (None, 300_000_000)):
        resume(listing, call_seconds=asked)
        assert last_command(listing)["call_us"] == call_us


def test_a_planned_resumption_lies_ahead_and_says_how(listing: Listing) -> None:
    """HALT-005"""
    assert refusal_of(halt, listing, resume_at=clock.now()) == "PAST"
    at = clock.now() + timedelta(minutes=10)
    halt(listing, resume_at=at, call_seconds=None)
    assert (last_command(listing)["resume_at"], last_command(listing)["call_us"]) == (
        clock.micros(at),
        300_000_000,
    )
    assert AuditEntry.objects.get(action="HALTED").facts["resume_at"] == at.isoformat()
