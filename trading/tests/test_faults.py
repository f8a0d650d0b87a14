"""A command the engine fails at stops its own listing, until two people put it aside."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError

from portal import clock, proposals
from portal.models import AuditEntry, Proposal
from portal.proposals import ProposalRefused
from portal.tests.factories import an_operator
from tests.support.verify import assert_identical, assert_pure_fold
from trading import engine, matching, projections, tasks
from trading.engine import Market, TimeInForce, phases
from trading.models import CASH, Balance, Listing, MarketState, Order, OrdStatus
from trading.services import entry, operations
from trading.services.requests import Refused
from trading.tests.factories import (
    a_listing,
    buy,
    cancel,
    drained,
    entered,
    funded,
    replace,
    settled,
    worked,
)

POISON = 13  # an order for so many lots is more than the engine of these tests can bear


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    apply = Market.apply

    def fail_at_poison(market: Market, command: engine.Command) -> list[engine.Event]:
        if isinstance(command, engine.NewOrder) and command.order_qty == POISON:
            raise ZeroDivisionError("poison")
        return apply(market, command)

    monkeypatch.setattr(Market, "apply", fail_at_poison)
    return monkeypatch


def status(order: Order) -> tuple[str, str]:
    order.refresh_from_db()
    return order.ord_status, order.text


@pytest.mark.django_db
def test_a_poison_command_faults_its_listing_and_what_came_before_it_is_applied(poisoned: object) -> None:
    listing, account = a_listing(), funded(cents=10**6)
    before, poison, behind = entered(*(buy(account, listing, qty, 500) for qty in (1, POISON, 2)))
    assert drained(listing) == 1
    state = MarketState.objects.get(pk=listing.pk)
    assert (state.applied_seq, state.fault_seq, state.fault_text) == (2, 3, "ZeroDivisionError('poison')")
    assert status(before) == ("NEW", "")
    assert status(poison) == status(behind) == ("PENDING_NEW", "")
    audited = AuditEntry.objects.get(action="LISTING_FAULTED")
    assert (audited.subject, audited.facts["seq"]) == ("ACME", 3)


@pytest.mark.django_db
def test_a_poison_command_late_in_a_batch_is_found_within_one_drain(poisoned: object) -> None:
    listing, account = a_listing(), funded(cents=10**6)
    entered(*(buy(account, listing, qty, 500) for qty in [1] * 8 + [POISON]))
    assert matching.drain(listing.pk) == 8
    assert MarketState.objects.get(pk=listing.pk).fault_seq == 10


@pytest.mark.django_db
def test_a_command_another_worker_got_over_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker with the old code fails at a command which one with the new code applies meanwhile."""
    listing, account = a_listing(), funded(cents=10**6)
    entered(buy(account, listing, 1, 500))
    fault = matching._fault

    def fail(**_: Any) -> None:
        raise ZeroDivisionError("old code")

    def fault_late(*arguments: Any) -> None:
        with monkeypatch.context() as mended:
            mended.setattr(projections, "project", project)
            assert drained(listing) == 1
        fault(*arguments)

    project = projections.project
    monkeypatch.setattr(projections, "project", fail)
    monkeypatch.setattr(matching, "_fault", fault_late)
    assert matching.drain(listing.pk) == 0
    state = MarketState.objects.get(pk=listing.pk)
    assert (state.applied_seq, state.fault_seq) == (2, None)


@pytest.mark.django_db
def test_other_listings_trade_on(poisoned: object) -> None:
    """HALT-022"""
    faulted, other, account = a_listing("ACME"), a_listing("BETA"), funded(cents=10**6)
    entered(buy(account, faulted, POISON, 500))
    [order] = entered(buy(account, other, 1, 500))
    assert (drained(faulted), drained(other)) == (0, 1)
    assert status(order) == ("NEW", "")
    assert MarketState.objects.get(pk=other.pk).fault_seq is None


@pytest.mark.django_db
def test_a_faulted_listing_refuses_orders_and_queues_cancels_and_reductions(poisoned: object) -> None:
    """HALT-022"""
    listing, account = a_listing(), funded(cents=10**6)
    resting, large = worked(listing, *(buy(account, listing, qty, 500) for qty in (1, 10)))
    entered(buy(account, listing, POISON, 500))
    drained(listing)
    [refused] = entry.submit_orders([buy(account, listing, 1, 500)])
    assert isinstance(refused, Refused)
    assert [reason["code"] for reason in refused.reasons] == ["MKT-FAULT"]
    entered(cancel(resting), replace(large, 4, 500))
    assert drained(listing) == 0
    assert status(resting) == status(large) == ("NEW", "")


@pytest.mark.django_db
def test_a_mended_engine_goes_on_where_it_stopped(poisoned: pytest.MonkeyPatch) -> None:
    listing, account = a_listing(), funded(cents=10**6)
    poison, behind = entered(*(buy(account, listing, qty, 500) for qty in (POISON, 2)))
    drained(listing)
    poisoned.undo()
    assert drained(listing) == 0
    operations.clear_fault(listing=listing, note="engine mended", actor=an_operator())
    assert drained(listing) == 2
    assert status(poison) == status(behind) == ("NEW", "")


@pytest.mark.django_db
def test_a_fault_that_is_cleared_without_a_remedy_comes_back(poisoned: object) -> None:
    listing, account = a_listing(), funded(cents=10**6)
    entered(buy(account, listing, POISON, 500))
    drained(listing)
    operations.clear_fault(listing=listing, note="hoping", actor=an_operator())
    drained(listing)
    assert MarketState.objects.get(pk=listing.pk).fault_seq == 2


@pytest.mark.django_db
def test_a_database_that_fails_is_no_fault_of_the_listing(monkeypatch: pytest.MonkeyPatch) -> None:
    listing, account = a_listing(), funded(cents=10**6)
    entered(buy(account, listing, 1, 500))

    def fail(**_: Any) -> None:
        raise OperationalError("the connection is lost")

    with monkeypatch.context() as broken:
        broken.setattr(projections, "project", fail)
        with pytest.raises(OperationalError):
            matching.drain(listing.pk)
    assert MarketState.objects.get(pk=listing.pk).fault_seq is None
    assert drained(listing) == 1


def faulted_listing() -> tuple[Listing, list[Order]]:
    """Faulted at the second of three orders."""
    listing, account = a_listing(), funded(cents=10**6)
    orders = entered(*(buy(account, listing, qty, 500) for qty in (1, POISON, 2)))
    drained(listing)
    return listing, orders


def propose_quarantine(seq: int) -> Proposal:
    return proposals.propose(
        kind="QUARANTINE",
        subject="ACME",
        new={"seq": seq},
        reason="The engine fails at it.",
        by=an_operator(),
    )


def test_two_people_put_the_command_aside_and_the_listing_trades_on(
    committed_db: str, poisoned: object
) -> None:
    listing, (before, poison, behind) = faulted_listing()
    proposals.approve(proposal=propose_quarantine(3), by=an_operator())
    assert drained(listing) == 2
    assert status(before) == status(behind) == ("NEW", "")
    assert status(poison) == (OrdStatus.REJECTED, "QUARANTINED")
    assert Balance.objects.get(account=poison.account_id, asset=CASH).held == 1_500
    worked(listing, buy(funded(cents=10**6), listing, 5, 500))
    settled(listing)
    assert_pure_fold(listing)
    assert_identical()


def test_a_faulted_listing_is_identical_up_to_its_fault(committed_db: str, poisoned: object) -> None:
    faulted_listing()
    assert_identical()


@pytest.mark.django_db
def test_the_proposer_cannot_approve_a_quarantine(poisoned: object) -> None:
    listing, _ = faulted_listing()
    proposal = propose_quarantine(3)
    with pytest.raises(ProposalRefused) as refused:
        proposals.approve(proposal=proposal, by=proposal.proposed_by)
    assert refused.value.code == "FOUR_EYES"
    assert drained(listing) == 0


@pytest.mark.django_db
def test_a_fault_in_an_expiry_due_before_the_command_is_not_put_aside_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listing, account = a_listing(), funded(cents=10**6)
    [day] = worked(listing, buy(account, listing, 1, 500, time_in_force=TimeInForce.DAY))
    clock.advance(by=timedelta(days=2))
    [late] = entered(buy(account, listing, 2, 500))

    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(phases, "_expire", fail)
        drained(listing)
        first, second = propose_quarantine(3), propose_quarantine(3)
        proposals.approve(proposal=first, by=an_operator())
        drained(listing)
        assert MarketState.objects.get(pk=listing.pk).fault_seq == 3
        for again in (
            partial(proposals.approve, proposal=second, by=an_operator()),
            partial(propose_quarantine, 3),
        ):
            with pytest.raises(ProposalRefused) as refused:
                again()
            assert refused.value.code == "PUT_ASIDE_ALREADY"
    operations.clear_fault(listing=listing, note="engine mended", actor=an_operator())
    drained(listing)
    assert (status(day), status(late)) == (("EXPIRED", ""), ("REJECTED", "QUARANTINED"))


@pytest.mark.django_db
def test_only_the_command_at_fault_can_be_put_aside(poisoned: object) -> None:
    faulted_listing()
    with pytest.raises(ProposalRefused) as refused:
        propose_quarantine(2)
    assert refused.value.code == "NOT_THE_FAULT"


@pytest.mark.django_db
def test_a_settlement_that_fails_holds_up_no_other_listing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is a task of its own."""
    listings, asked = [a_listing("ACME"), a_listing("BETA")], list[int]()
    monkeypatch.setattr(tasks.settle, "delay", asked.append)
    tasks.sweep()
    assert sorted(asked) == [listing.pk for listing in listings]
