"""Fee schedules: added by two people from a day that has not passed, never changed."""

from datetime import UTC, datetime
from typing import Any

import pytest

from portal import clock, proposals
from portal.models import Proposal
from portal.proposals import ProposalRefused
from portal.tests.factories import an_operator
from trading.models import FeeSchedule, Listing
from trading.services.fee_schedules import VENUE
from trading.tests.factories import a_listing

pytestmark = pytest.mark.django_db

FEES = {
    "subscriber_class": "", "effective_date": "2026-12-01", "maker_rate": 500, "taker_rate": 1500,
    "auction_rate": 1000, "flat_cents": 0, "minimum_cents": 100,
}  # fmt: skip


@pytest.fixture(autouse=True)
def late_in_november(monkeypatch: pytest.MonkeyPatch) -> None:
    # In New York it is still the 30th.
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 12, 1, 3, tzinfo=UTC))


@pytest.fixture
def listing() -> Listing:
    return a_listing()


def proposed(subject: str, **terms: Any) -> Proposal:
    return proposals.propose(
        kind="FEE_SCHEDULE", subject=subject, new=FEES | terms, reason="a test", by=an_operator()
    )


def decided(subject: str, **terms: Any) -> FeeSchedule:
    proposal = proposals.approve(proposal=proposed(subject, **terms), by=an_operator())
    return FeeSchedule.objects.get(proposal=proposal)


def test_fees_of_a_listing_are_added_by_two_people(listing: Listing) -> None:
    """FEES-001"""
    made = decided("ACME", subscriber_class="MARKET_MAKER")
    assert (made.listing, made.subscriber_class, made.taker_rate) == (listing, "MARKET_MAKER", 1500)
    assert decided(VENUE).listing is None


def test_the_first_day_may_be_today_and_not_yesterday(listing: Listing) -> None:
    """FEES-001: today, where the listing is"""
    decided("ACME", effective_date="2026-11-30")
    with pytest.raises(ProposalRefused) as refused:
        proposed("ACME", effective_date="2026-11-29")
    assert refused.value.code == "PAST"


def test_approved_fees_are_said_to_be_in_effect_from_their_first_day(
    listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FEES-001"""
    proposal = proposals.approve(proposal=proposed("ACME"), by=an_operator())
    assert proposals.standing(proposal) == "In effect from 2026-12-01"
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 12, 1, 5, tzinfo=UTC))
    assert proposals.standing(proposal) == "In effect"


def test_fees_whose_first_day_has_passed_before_they_are_approved_never_come(
    listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FEES-001"""
    proposal = proposed("ACME")
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 12, 2, 12, tzinfo=UTC))
    with pytest.raises(ProposalRefused) as refused:
        proposals.approve(proposal=proposal, by=an_operator())
    assert refused.value.code == "PAST"


def test_a_schedule_that_came_meanwhile_makes_a_proposal_stale(listing: Listing) -> None:
    first, second = proposed("ACME"), proposed("ACME", taker_rate=2000)
    proposals.approve(proposal=first, by=an_operator())
    with pytest.raises(ProposalRefused) as refused:
        proposals.approve(proposal=second, by=an_operator())
    assert refused.value.code == "STALE"


def test_a_proposal_tells_what_it_takes_the_place_of(listing: Listing) -> None:
    decided("ACME", taker_rate=2500)
    told = {what: (before, after) for what, before, after in proposals.wording(proposed("ACME"))}
    assert told["Taker"] == ("0.25 %", "0.15 %")
    assert told["At least, for an order that trades"] == ("1.00 USD", "1.00 USD")
    assert told["For"] == ("Everybody", "Everybody")


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"maker_rate": -1}, "OUT_OF_RANGE"),
        ({"taker_rate": 100_001}, "OUT_OF_RANGE"),
        ({"flat_cents": "1"}, "OUT_OF_RANGE"),
        ({"subscriber_class": "FRIENDS"}, "UNKNOWN_CLASS"),
        ({"colour": "red"}, "INCOMPLETE"),
    ],
)
def test_fees_that_make_no_sense_are_refused(listing: Listing, terms: dict[str, Any], code: str) -> None:
    """FEES-004"""
    with pytest.raises(ProposalRefused) as refused:
        proposed("ACME", **terms)
    assert refused.value.code == code
