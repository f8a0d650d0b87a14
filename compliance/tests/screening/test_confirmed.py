"""It is the listed person: said by two, and their account stands still."""

import pytest
from django.db import IntegrityError, transaction

from compliance.models import ScreeningHit, ScreeningRun
from compliance.screening import hits, lists, rescreening
from compliance.tests.screening.applicants import TORVALDEN, an_approved
from compliance.tests.screening.invented import load
from portal import proposals
from portal.models import Account, AuditEntry, Proposal
from portal.proposals import ProposalRefused
from portal.tests.factories import an_operator

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    _, account = an_approved(TORVALDEN)
    load()
    run = rescreening.start(ScreeningRun.Cause.ASKED, lists.in_force())
    assert not rescreening.carry_on(run)
    return account


def proposed() -> Proposal:
    hit = ScreeningHit.objects.get()
    return proposals.propose(
        kind="CONFIRM_SCREENING_HIT", subject=str(hit.pk), new={}, reason="Same passport.", by=an_operator()
    )


def test_a_hit_alone_stops_nothing(account: Account) -> None:
    account.refresh_from_db()
    assert account.status == "ACTIVE"
    proposed()
    account.refresh_from_db()
    assert account.status == "ACTIVE"


def test_confirmed_by_two_the_account_is_suspended_and_no_reason_given(account: Account) -> None:
    second = an_operator()
    proposal = proposals.approve(proposal=proposed(), by=second)
    account.refresh_from_db()
    assert account.status == "SUSPENDED"
    hit = ScreeningHit.objects.get()
    assert (hit.status, hit.decided_by, hit.reason, hit.proposal) == (
        "CONFIRMED", second, "Same passport.", proposal
    )  # fmt: skip
    told = AuditEntry.objects.get(action="ACCOUNT_SUSPENDED")
    assert told.facts["reason"] == "By order of the compliance officer."


def test_one_person_confirms_nothing(account: Account) -> None:
    proposal = proposed()
    with pytest.raises(ProposalRefused) as refused:
        proposals.approve(proposal=proposal, by=proposal.proposed_by)
    assert refused.value.code == "FOUR_EYES"
    assert ScreeningHit.objects.get().status == "OPEN"


def test_the_database_too_knows_no_confirmed_hit_without_a_proposal(account: Account) -> None:
    hit = ScreeningHit.objects.get()
    hit.status, hit.decided_by, hit.decided_at, hit.reason = "CONFIRMED", an_operator(), hit.found_at, "So."
    with pytest.raises(IntegrityError, match="hit_is_confirmed_by_two"), transaction.atomic():
        hit.save()


def test_the_database_too_knows_no_decision_without_a_person_and_a_reason(account: Account) -> None:
    with pytest.raises(IntegrityError, match="hit_is_decided_by_somebody"), transaction.atomic():
        ScreeningHit.objects.update(status="CLEARED")


def test_a_proposal_is_stale_once_the_hit_is_decided(account: Account) -> None:
    proposal = proposed()
    hits.clear(hit=ScreeningHit.objects.get(), reason="Another town.", by=an_operator())
    with pytest.raises(ProposalRefused) as refused:
        proposals.approve(proposal=proposal, by=an_operator())
    assert refused.value.code == "STALE"
    account.refresh_from_db()
    assert account.status == "ACTIVE"
    with pytest.raises(ProposalRefused) as refused:
        proposed()
    assert refused.value.code == "DECIDED_ALREADY"


def test_an_account_suspended_already_does_not_stand_in_the_way(account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(status="SUSPENDED")
    proposals.approve(proposal=proposed(), by=an_operator())
    assert ScreeningHit.objects.get().status == "CONFIRMED"
