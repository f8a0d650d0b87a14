"""What operators do to markets: in the journal, in the audit log, and only by those who may."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal import clock, roles
from portal.models import AuditEntry, Proposal
from portal.tests.desk import Desk, at_the_desk, list_of, page_of, text, told
from trading import projections
from trading.models import Listing, MarketState
from trading.models.journal import Command, Quarantine
from trading.services import operations
from trading.tests.factories import a_listing, buy, drained, entered, funded

pytestmark = pytest.mark.django_db

HALT, RESUME = "/admin/trading/listing/halt/", "/admin/trading/listing/resume/"


@pytest.fixture
def supervisor() -> Desk:
    return at_the_desk(roles.MARKET_SUPERVISOR)


@pytest.fixture
def officer() -> Desk:
    return at_the_desk(roles.COMPLIANCE_OFFICER)


@pytest.fixture
def listing() -> Listing:
    return a_listing()


def state(listing: Listing) -> MarketState:
    return MarketState.objects.get(pk=listing.pk)


# --- Halt and resume ------------------------------------------------------------------------------------


def test_the_action_leads_to_a_page_that_asks_why(supervisor: Desk, listing: Listing) -> None:
    response = supervisor.act(list_of(Listing), action="halt_selected", _selected_action=[listing.pk])
    assert response["Location"] == f"{HALT}?listing={listing.pk}"
    page = text(supervisor.get(response["Location"]))
    assert "News pending" in page
    assert "Halt 1 listing" in page
    assert not Command.objects.filter(kind="HaltTrading").exists()


def test_a_halt_is_a_command_an_audit_entry_and_a_state(supervisor: Desk, listing: Listing) -> None:
    response = supervisor.act(f"{HALT}?listing={listing.pk}", reason_code="NEWS_PENDING", note="merger talks")
    command = Command.objects.get(kind="HaltTrading")
    assert (command.seq, command.actor) == (2, supervisor.person)
    assert told(response) == [
        f'Halted: ACME (command <a href="/admin/trading/command/at/{listing.pk}/2/">2</a>). '
        "In effect once the engine has applied it."
    ]
    entry = AuditEntry.objects.get(action="HALTED")
    assert (entry.actor, entry.subject) == (supervisor.person, "ACME")
    assert entry.facts == {"code": "NEWS_PENDING", "note": "merger talks"}
    drained(listing)
    assert (state(listing).state, state(listing).halt_code) == ("HALTED", "NEWS_PENDING")


def test_the_whole_venue_is_halted_and_resumed_at_once(supervisor: Desk, listing: Listing) -> None:
    other = a_listing("OTHER")
    supervisor.act(f"{HALT}?venue", reason_code="OPERATIONAL", note="")
    for row in (listing, other):
        drained(row)
    assert {state(row).state for row in (listing, other)} == {"HALTED"}
    supervisor.act(f"{RESUME}?venue", reason_code="RESOLVED", note="power is back", call_seconds="0")
    for row in (listing, other):
        drained(row)
    assert {state(row).state for row in (listing, other)} == {"CONTINUOUS"}


def test_a_resumption_leads_to_each_listings_own_reopening_call_unless_told_otherwise(
    supervisor: Desk, listing: Listing
) -> None:
    """HALT-004"""
    for call_seconds, then in (("", "REOPENING_CALL"), ("60", "REOPENING_CALL"), ("0", "CONTINUOUS")):
        supervisor.act(f"{HALT}?listing={listing.pk}", reason_code="OPERATIONAL")
        supervisor.act(
            f"{RESUME}?listing={listing.pk}", reason_code="RESOLVED", note="", call_seconds=call_seconds
        )
        drained(listing)
        assert state(listing).state == then


def test_a_halt_may_name_its_resumption(supervisor: Desk, listing: Listing) -> None:
    """HALT-005, HALT-002: and the page tells when, why and since when"""
    later = (clock.now() + timedelta(hours=2)).replace(microsecond=0)
    supervisor.act(
        f"{HALT}?listing={listing.pk}", reason_code="NEWS_PENDING", note="merger talks",
        resume_at_0=f"{later:%Y-%m-%d}", resume_at_1=f"{later:%H:%M:%S}", call_seconds="60",
    )  # fmt: skip
    drained(listing)
    assert (state(listing).resume_at, state(listing).next_due_at) == (later, later)
    page = text(supervisor.get(page_of(listing)))
    for said in ("News pending – merger talks", f"{later:%Y-%m-%d %H:%M:%S}", "Since", "Trading resumes"):
        assert said in page


def test_a_halt_of_several_names_each_listing_s_own_command(supervisor: Desk, listing: Listing) -> None:
    """HALT-007"""
    first = a_listing("AAAA")  # first by symbol, second by id
    operations.halt(listings=[first], reason_code="OPERATIONAL", note="", actor=None)
    response = supervisor.act(
        f"{HALT}?listing={listing.pk}&listing={first.pk}", reason_code="OPERATIONAL", note=""
    )
    [said] = told(response)
    for row in (listing, first):
        halted = Command.objects.filter(listing=row, kind="HaltTrading").latest("seq")
        assert f'{row.symbol} (command <a href="/admin/trading/command/at/{row.pk}/{halted.seq}/">' in said


def test_who_may_not_lift_a_halt_is_told_who_may(listing: Listing) -> None:
    """HALT-003"""
    operator = at_the_desk(roles.MARKET_OPERATOR)
    operator.act(f"{HALT}?listing={listing.pk}", reason_code="REGULATORY", note="")
    response = operator.act(f"{RESUME}?listing={listing.pk}", reason_code="RESOLVED", note="")
    assert "is lifted by the compliance officer or the market supervisor" in text(response)
    drained(listing)
    assert state(listing).state == "HALTED"


def test_a_listing_that_stands_halted_may_be_on_its_way_to_resume_and_is_halted_again(
    supervisor: Desk, listing: Listing
) -> None:
    operations.halt(listings=[listing], reason_code="OPERATIONAL", note="", actor=None)
    drained(listing)
    operations.resume(listings=[listing], reason_code="RESOLVED", note="", actor=None)
    supervisor.act(f"{HALT}?venue", reason_code="REGULATORY", note="")
    drained(listing)
    assert (state(listing).state, state(listing).halt_code) == ("HALTED", "REGULATORY")


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"reason_code": "BECAUSE"},
        {"reason_code": "RESOLVED"},
        {"reason_code": "REGULATORY", "note": "x" * 401},
    ],
)
def test_a_halt_without_a_code_of_ours_or_with_too_long_a_note_is_not_taken(
    supervisor: Desk, listing: Listing, data: dict[str, str]
) -> None:
    response = supervisor.act(f"{HALT}?listing={listing.pk}", **data)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert Command.objects.count() == 1


@pytest.mark.parametrize(
    "query", ["", "listing=", "listing=x", "listing=0", f"listing={10**40}", "listing=²"]
)
def test_a_halt_of_nothing_says_so(supervisor: Desk, listing: Listing, query: str) -> None:
    response = supervisor.act(f"{HALT}?{query}", reason_code="REGULATORY", note="")
    assert told(response) == ["Choose at least one listing."]
    assert Command.objects.count() == 1


def test_the_service_takes_no_note_the_projection_cannot_hold(listing: Listing) -> None:
    with pytest.raises(operations.OperationRefused, match="at most 400"):
        operations.halt(listings=[listing], reason_code="REGULATORY", note="x" * 401, actor=None)


# --- Faults ---------------------------------------------------------------------------------------------


@pytest.fixture
def faulted(listing: Listing, monkeypatch: pytest.MonkeyPatch) -> Listing:
    """A listing that stands at command 2, an order, which a projection failed at."""
    with monkeypatch.context() as patch:
        patch.setattr(projections, "project", fail)
        entered(buy(funded(cents=10_000), listing, 1, 100))
        drained(listing)
    assert state(listing).fault_seq == 2
    return listing


def fail(**_: Any) -> Any:
    raise ZeroDivisionError("division by zero")


def test_a_fault_is_shown_with_what_can_be_done(supervisor: Desk, faulted: Listing) -> None:
    page = text(supervisor.get(page_of(faulted)))
    assert "Stopped by a fault" in page
    assert "ZeroDivisionError(&#x27;division by zero&#x27;)" in page
    assert "Try again" in page
    assert "Propose to put the command aside" in page
    assert "Faulted" in text(supervisor.get("/admin/"))
    examiners = text(at_the_desk(roles.EXAMINER).get(page_of(faulted)))
    assert "Stopped by a fault" in examiners
    assert "Try again" not in examiners


def test_trying_again_goes_on_where_it_stopped(supervisor: Desk, faulted: Listing) -> None:
    response = supervisor.act(f"/admin/trading/listing/{faulted.pk}/try-again/", note="engine mended")
    assert told(response) == ["ACME tries again."]
    assert drained(faulted) == 1
    assert AuditEntry.objects.get(action="FAULT_CLEARED").facts["note"] == "engine mended"


def test_trying_again_where_nothing_failed_says_so(supervisor: Desk, listing: Listing) -> None:
    response = supervisor.act(f"/admin/trading/listing/{listing.pk}/try-again/", note="just so")
    assert told(response) == ["ACME is not faulted."]


def test_a_command_is_put_aside_by_two_people(supervisor: Desk, officer: Desk, faulted: Listing) -> None:
    supervisor.act(f"/admin/trading/listing/{faulted.pk}/put-aside/", note="nobody can digest it")
    proposal = Proposal.objects.get()
    assert drained(faulted) == 0
    page = text(officer.get(page_of(proposal)))
    assert "Command 2 of ACME" in page
    assert "put aside, read as a reject" in page
    officer.act(f"/admin/portal/proposal/{proposal.pk}/approve/")
    assert Quarantine.objects.get().seq == 2
    assert drained(faulted) == 1
    assert state(faulted).fault_seq is None


def test_a_command_nothing_failed_at_is_not_put_aside(supervisor: Desk, listing: Listing) -> None:
    response = supervisor.act(f"/admin/trading/listing/{listing.pk}/put-aside/", note="just so")
    assert "Only the command a listing is faulted at can be put aside." in text(response)
    assert not Proposal.objects.exists()


# --- Four eyes ------------------------------------------------------------------------------------------

UNCHANGED = {
    "max_order_qty": "5000", "max_order_cents": "10000000", "max_price": "20000", "protection_bps": "5",
    "static_band_bps": "0", "dynamic_band_bps": "0", "volatility_call_seconds": "120",
    "reopening_call_seconds": "300", "effective_at_0": "", "effective_at_1": "",
    "note": "the market has grown",
}  # fmt: skip


@pytest.fixture
def fine() -> Listing:
    """Half a token a lot, 2 cents a tick."""
    return a_listing("FINE", tick_size=Decimal("0.02"), lot_size=Decimal("0.5"))


def propose(desk: Desk, listing: Listing, **changes: str) -> Any:
    return desk.act(f"/admin/trading/listing/{listing.pk}/propose/", **UNCHANGED | changes)


def test_the_form_shows_the_limits_as_they_are_in_tokens_and_dollars(supervisor: Desk, fine: Listing) -> None:
    form = supervisor.get(f"/admin/trading/listing/{fine.pk}/propose/").context["form"]
    shown = {name: form[name].initial for name in UNCHANGED if name in form.fields and name != "note"}
    assert shown == {name: value for name, value in UNCHANGED.items() if name in shown}
    assert form["reference_px"].initial is None


def test_a_proposal_counts_in_lots_ticks_and_cents_and_only_what_changes(
    supervisor: Desk, fine: Listing
) -> None:
    propose(supervisor, fine, max_order_qty="7500.5", max_price="20000.02", protection_bps="7.25")
    made = Proposal.objects.get()
    assert made.new == {"max_order_qty": 15_001, "max_price": 1_000_001, "protection_bps": 725}
    assert (made.proposed_by, made.reason) == (supervisor.person, "the market has grown")
    page = text(supervisor.get(page_of(made)))
    for shown in ("5,000 FINE", "7,500.5 FINE", "20,000.00 USD", "20,000.02 USD", "5 %", "7.25 %"):
        assert shown in page
    assert "Largest value of one order" not in page


def test_bands_and_the_reference_price_are_proposed_and_reach_the_engine(
    supervisor: Desk, officer: Desk, fine: Listing
) -> None:
    """HALT-010, HALT-012, MKTD-009"""
    propose(supervisor, fine, static_band_bps="10", dynamic_band_bps="2.5", reference_px="50.02")
    made = Proposal.objects.get()
    assert made.new == {"static_band_bps": 1000, "dynamic_band_bps": 250, "reference_px": 2501}
    page = text(officer.get(page_of(made)))
    for said in ("± 10 %", "± 2.5 %", "50.02 USD", "none"):
        assert said in page
    officer.act(f"/admin/portal/proposal/{made.pk}/approve/")
    drained(fine)
    assert state(fine).reference_px == 2501
    shown = text(officer.get(page_of(fine)))
    assert "45.02 USD – 55.02 USD" in shown  # 2501 ticks less and more 250, of 2 cents
    assert "Reference price" in shown


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_order_qty", "7500.25"),  # half a lot
        ("reference_px", "50.01"),
        ("reference_px", "0"),
        ("static_band_bps", "-1"),
        ("static_band_bps", "100.01"),
        ("volatility_call_seconds", "0"),
        ("reopening_call_seconds", "90000"),
        ("max_price", "20000.01"),  # half a tick
        ("max_order_cents", "1.005"),
        ("protection_bps", "7.255"),
        ("max_order_qty", "0"),
        ("max_order_qty", "-1"),
        ("max_price", "NaN"),
        ("max_price", "Infinity"),
        ("max_price", "1e400"),
        ("max_order_qty", "9" * 16),
        ("protection_bps", "100.01"),
        ("effective_at_0", "2020-01-01"),
        ("note", ""),
    ],
)
def test_what_does_not_fit_is_not_proposed(supervisor: Desk, fine: Listing, field: str, value: str) -> None:
    response = propose(
        supervisor, fine, **{field: value} | ({"effective_at_1": "00:00"} if "at" in field else {})
    )
    assert response.status_code == 200
    assert response.context["form"].errors
    assert not Proposal.objects.exists()


def test_a_refused_proposal_is_told_in_the_words_of_the_form(supervisor: Desk, fine: Listing) -> None:
    page = text(propose(supervisor, fine, max_order_qty="0"))
    assert "This must be above zero." in page
    assert "Furthest from the market” is 100 % at most." in text(
        propose(supervisor, fine, protection_bps="101")
    )
    assert "max_order_qty must" not in page


def test_a_proposal_that_changes_nothing_is_not_made(supervisor: Desk, fine: Listing) -> None:
    assert "Nothing is to be changed." in text(propose(supervisor, fine))
    assert not Proposal.objects.exists()


def test_the_proposer_is_told_that_somebody_else_has_to_decide(supervisor: Desk, fine: Listing) -> None:
    propose(supervisor, fine, max_price="100")
    made = Proposal.objects.get()
    page = text(supervisor.get(page_of(made)))
    assert "You proposed this: somebody else has to decide." in page
    assert f"/admin/portal/proposal/{made.pk}/approve/" not in page
    response = supervisor.act(f"/admin/portal/proposal/{made.pk}/approve/")
    assert told(response) == ["Somebody else than the proposer has to decide."]
    made.refresh_from_db()
    assert made.status == "PROPOSED"
    fine.refresh_from_db()
    assert fine.max_price == 10**6


def test_approved_by_another_it_is_in_effect_and_in_the_journal(
    supervisor: Desk, officer: Desk, fine: Listing
) -> None:
    propose(supervisor, fine, max_price="100")
    made = Proposal.objects.get()
    officer.act(f"/admin/portal/proposal/{made.pk}/approve/")
    made.refresh_from_db()
    fine.refresh_from_db()
    assert (made.status, made.decided_by, fine.max_price) == ("APPLIED", officer.person, 5000)
    command = Command.objects.filter(listing=fine).order_by("seq").last()
    assert command is not None
    assert (command.kind, command.payload["max_price"]) == ("ConfigureListing", 5000)
    actions = AuditEntry.objects.filter(subject=str(made)).order_by("id").values_list("action", "actor")
    assert list(actions) == [
        ("PROPOSED", supervisor.person.pk), ("APPROVED", officer.person.pk), ("APPLIED", None)
    ]  # fmt: skip
    again = officer.act(f"/admin/portal/proposal/{made.pk}/reject/", reason="too late")
    assert told(again)[-1] == "This proposal is in effect."


def test_a_proposal_for_later_waits_for_its_time(supervisor: Desk, officer: Desk, fine: Listing) -> None:
    later = clock.now() + timedelta(days=2)
    propose(
        supervisor, fine, max_price="100",
        effective_at_0=f"{later:%Y-%m-%d}", effective_at_1=f"{later:%H:%M:%S}",
    )  # fmt: skip
    made = Proposal.objects.get()
    officer.act(f"/admin/portal/proposal/{made.pk}/approve/")
    made.refresh_from_db()
    fine.refresh_from_db()
    assert made.effective_at == later.replace(microsecond=0)
    assert (made.status, fine.max_price) == ("APPROVED", 10**6)


def test_a_rejection_needs_a_reason_and_changes_nothing(
    supervisor: Desk, officer: Desk, fine: Listing
) -> None:
    propose(supervisor, fine, max_price="100")
    made = Proposal.objects.get()
    response = officer.act(f"/admin/portal/proposal/{made.pk}/reject/", reason=" ")
    assert told(response) == ["Say why it is rejected."]
    officer.act(f"/admin/portal/proposal/{made.pk}/reject/", reason="too low")
    made.refresh_from_db()
    fine.refresh_from_db()
    assert (made.status, fine.max_price) == ("REJECTED", 10**6)
    assert AuditEntry.objects.get(action="REJECTED").facts == {"reason": "too low"}


def test_whoever_decides_sees_that_the_ground_has_moved(
    supervisor: Desk, officer: Desk, fine: Listing
) -> None:
    propose(supervisor, fine, max_price="100")
    Listing.objects.filter(pk=fine.pk).update(max_price=7)
    assert "has changed since this was proposed" in text(officer.get(page_of(Proposal.objects.get())))


def test_nothing_is_decided_by_following_a_link(supervisor: Desk, officer: Desk, fine: Listing) -> None:
    propose(supervisor, fine, max_price="100")
    made = Proposal.objects.get()
    officer.get(f"/admin/portal/proposal/{made.pk}/approve/")
    made.refresh_from_db()
    assert made.status == "PROPOSED"


# --- The start page -------------------------------------------------------------------------------------


def test_the_start_page_tells_what_needs_attention(supervisor: Desk, fine: Listing) -> None:
    operations.halt(listings=[fine], reason_code="VOLATILITY", note="wild", actor=supervisor.person)
    drained(fine)
    a_listing("CALM")
    entered(buy(funded(cents=10_000), Listing.objects.get(symbol="CALM"), 1, 100))
    propose(supervisor, fine, max_price="100")
    response = supervisor.get("/admin/")
    page = text(response)
    assert "Meridian ATS — operators’ desk" in page
    assert "Extraordinary volatility – wild" in page
    assert (response.context["halted"], response.context["faulted"]) == (1, 0)
    assert response.context["oldest"] > timedelta(0)
    assert "the market has grown" in page
    assert "Halted FINE" in page
    assert "Halt the whole venue" in page
    assert "Resume the whole venue" in page


def test_where_all_is_halted_the_start_page_offers_to_resume_only(supervisor: Desk, listing: Listing) -> None:
    assert "Resume the whole venue" not in text(supervisor.get("/admin/"))
    operations.halt(listings=[listing], reason_code="REGULATORY", note="", actor=supervisor.person)
    drained(listing)
    page = text(supervisor.get("/admin/"))
    assert "Resume the whole venue" in page
    assert "Halt the whole venue" not in page


def test_the_start_page_takes_as_many_queries_for_many_listings_as_for_one(
    supervisor: Desk, listing: Listing
) -> None:
    with CaptureQueriesContext(connection) as one:
        supervisor.get("/admin/")
    for number in range(5):
        a_listing(f"MORE{number}")
    with CaptureQueriesContext(connection) as many:
        supervisor.get("/admin/")
    assert len(many) == len(one)
