"""Four eyes: nobody decides on what they proposed, and nothing changes before somebody else has approved."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from portal import clock, proposals
from portal.models import AuditEntry, Proposal, User
from portal.proposals import ProposalRefused
from portal.tests.factories import an_operator
from trading.models import Listing, MarketState
from trading.services.listings import ListingParameters
from trading.tests.factories import a_listing

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing() -> Listing:
    return a_listing()


@pytest.fixture
def proposer() -> User:
    return an_operator()


@pytest.fixture
def other() -> User:
    return an_operator()


def propose(by: User, *, symbol: str = "ACME", in_days: int | None = None, most: int = 500) -> Proposal:
    effective_at = None if in_days is None else clock.now() + timedelta(days=in_days)
    return proposals.propose(
        kind="LISTING_PARAMETERS",
        subject=symbol,
        new={"max_order_qty": most},
        reason="Smaller orders.",
        by=by,
        effective_at=effective_at,
    )


def largest_order(listing: Listing) -> int:
    return Listing.objects.get(pk=listing.pk).max_order_qty


def refusal_of(call: object, **arguments: object) -> str:
    with pytest.raises(ProposalRefused) as refused:
        call(**arguments)  # type: ignore[operator]
    return refused.value.code


def test_a_proposal_alone_changes_nothing(listing: Listing, proposer: User) -> None:
    proposal = propose(proposer)
    assert (proposal.status, proposal.old["max_order_qty"]) == ("PROPOSED", 10_000)
    assert largest_order(listing) == 10_000


def test_a_proposal_approved_by_another_takes_effect_and_leaves_its_trail(
    listing: Listing, proposer: User, other: User
) -> None:
    approved = proposals.approve(proposal=propose(proposer), by=other)
    assert approved.status == "APPLIED"
    assert largest_order(listing) == 500
    trail = AuditEntry.objects.filter(subject=str(approved)).order_by("id")
    assert list(trail.values_list("action", "actor")) == [
        ("PROPOSED", proposer.pk),
        ("APPROVED", other.pk),
        ("APPLIED", None),
    ]


def test_the_proposer_may_neither_approve_nor_reject(listing: Listing, proposer: User) -> None:
    proposal = propose(proposer)
    assert refusal_of(proposals.approve, proposal=proposal, by=proposer) == "FOUR_EYES"
    assert refusal_of(proposals.reject, proposal=proposal, by=proposer, reason="no") == "FOUR_EYES"
    assert largest_order(listing) == 10_000


def test_the_database_itself_wants_two_people(listing: Listing, proposer: User) -> None:
    proposal = propose(proposer)
    with pytest.raises(IntegrityError, match="proposal_needs_two_people"), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(decided_by=proposer, status="APPROVED")
    with pytest.raises(IntegrityError, match="proposal_is_decided_by_somebody"), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(status="APPLIED")


def test_a_proposal_is_decided_once(listing: Listing, proposer: User, other: User) -> None:
    proposal = propose(proposer)
    proposals.reject(proposal=proposal, by=other, reason="no")
    assert refusal_of(proposals.approve, proposal=proposal, by=other) == "ALREADY_DECIDED"
    assert largest_order(listing) == 10_000


def test_a_proposal_for_later_takes_effect_when_its_time_has_come(
    listing: Listing, proposer: User, other: User
) -> None:
    proposals.approve(proposal=propose(proposer, in_days=2), by=other)
    assert (proposals.apply_due(), largest_order(listing)) == (0, 10_000)
    clock.advance(by=timedelta(days=3))
    assert (proposals.apply_due(), largest_order(listing)) == (1, 500)
    assert proposals.apply_due() == 0


def test_a_proposal_that_makes_sense_no_longer_is_rejected_and_holds_up_no_other(
    listing: Listing, proposer: User, other: User
) -> None:
    fault = MarketState.objects.filter(pk=listing.pk)
    fault.update(fault_seq=1)
    tomorrow = clock.now() + timedelta(days=1)
    stale = proposals.propose(
        kind="QUARANTINE", subject="ACME", new={"seq": 1}, reason="x", by=proposer, effective_at=tomorrow
    )
    good = propose(proposer, in_days=2, most=400)
    for proposal in (stale, good):
        proposals.approve(proposal=proposal, by=other)
    fault.update(fault_seq=None)
    clock.advance(by=timedelta(days=3))
    assert (proposals.apply_due(), largest_order(listing)) == (1, 400)
    assert Proposal.objects.get(pk=stale.pk).status == "REJECTED"
    audited = AuditEntry.objects.get(action="NOT_APPLIED")
    assert (audited.subject, audited.facts["code"]) == (str(stale), "STALE")


def test_a_proposal_is_not_approved_once_its_subject_has_changed(
    listing: Listing, proposer: User, other: User
) -> None:
    first, second, for_later = propose(proposer, most=400), propose(proposer), propose(proposer, in_days=2)
    proposals.approve(proposal=first, by=other)
    for stale in (second, for_later):
        assert refusal_of(proposals.approve, proposal=stale, by=other) == "STALE"
        assert Proposal.objects.get(pk=stale.pk).status == "PROPOSED"
    assert largest_order(listing) == 400


def test_a_proposal_that_fails_holds_up_no_other_and_is_tried_again(
    listing: Listing, proposer: User, other: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_listing("BETA")
    failing, good = propose(proposer, in_days=1), propose(proposer, symbol="BETA", in_days=2)
    for proposal in (failing, good):
        proposals.approve(proposal=proposal, by=other)
    clock.advance(by=timedelta(days=3))
    apply = ListingParameters.apply

    def fail_for_acme(kind: ListingParameters, **arguments: Any) -> None:
        if arguments["subject"] == "ACME":
            raise ZeroDivisionError
        apply(kind, **arguments)

    with monkeypatch.context() as broken:
        broken.setattr(ListingParameters, "apply", fail_for_acme)
        assert proposals.apply_due() == 1
    assert Proposal.objects.get(pk=good.pk).status == "APPLIED"
    assert (proposals.apply_due(), largest_order(listing)) == (1, 500)


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ({}, "NOTHING_CHANGED"),
        ({"tick_size": 1}, "UNKNOWN_PARAMETER"),
        ({"max_price": 0}, "NOT_POSITIVE"),
        ({"max_price": -5}, "NOT_POSITIVE"),
        ({"max_price": "100"}, "NOT_POSITIVE"),
        ({"max_price": True}, "NOT_POSITIVE"),
        ({"protection_bps": 10_001}, "TOO_WIDE"),
    ],
)
def test_what_makes_no_sense_cannot_be_proposed(
    listing: Listing, proposer: User, new: dict[str, object], code: str
) -> None:
    arguments = {"kind": "LISTING_PARAMETERS", "subject": "ACME", "new": new, "reason": "x", "by": proposer}
    assert refusal_of(proposals.propose, **arguments) == code
    assert Proposal.objects.count() == 0


def test_a_proposal_says_why(listing: Listing, proposer: User) -> None:
    new = {"max_price": 5}
    arguments = {"kind": "LISTING_PARAMETERS", "subject": "ACME", "new": new, "reason": " ", "by": proposer}
    assert refusal_of(proposals.propose, **arguments) == "REASON_REQUIRED"
