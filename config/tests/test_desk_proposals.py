"""Proposals at the desk: what waits says what it would do, what was turned down says why."""

import pytest

from portal import proposals
from portal.models import Proposal
from portal.tests.desk import Desk, at_the_desk, list_of, page_of, text
from portal.tests.factories import an_operator
from trading.tests.factories import a_listing

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> Desk:
    return at_the_desk("Compliance officer")


def a_proposal(**new: int) -> Proposal:
    a_listing("ACME")
    return proposals.propose(
        kind="LISTING_PARAMETERS", subject="ACME", new=new, reason="The book is thin.", by=an_operator()
    )


def test_the_start_page_tells_what_waits_and_what_it_would_change(officer: Desk) -> None:
    a_proposal(max_order_qty=500)
    page = text(officer.get("/admin/"))
    assert "Listing parameters of ACME" in page and "Proposed listing parameters ACME #" in page
    assert "Largest order: 10,000 ACME → <strong>500 ACME</strong>" in page
    assert "and more" not in page


def test_of_a_long_proposal_it_tells_the_beginning(officer: Desk) -> None:
    a_proposal(max_order_qty=500, max_order_cents=600, max_price=700, protection_bps=800)
    page = text(officer.get("/admin/"))
    assert page.count("→") == 3 and "and more" in page


def test_a_rejected_proposal_shows_why(officer: Desk) -> None:
    proposal = a_proposal(max_order_qty=500)
    assert "Reason for rejecting:" in text(officer.get(page_of(proposal)))
    officer.act(f"/admin/portal/proposal/{proposal.pk}/reject/", reason="It is not thin at all.")
    page = text(officer.get(page_of(proposal)))
    assert "Rejected because" in page and "It is not thin at all." in page


def test_proposals_are_filtered_by_what_they_are_in_words(officer: Desk) -> None:
    a_proposal(max_order_qty=500)
    page = text(officer.get(list_of(Proposal)))
    assert ">Listing parameters</a>" in page and ">LISTING_PARAMETERS<" not in page
    assert page_of(Proposal.objects.get()) not in text(officer.get(list_of(Proposal) + "?kind=QUARANTINE"))
