"""Every role at the desk sees and does its own, and nothing else."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import models

from compliance.models import ScreeningHit, ScreeningRun
from compliance.screening import lists as sanctions
from compliance.screening import rescreening
from compliance.tests.screening.applicants import TORVALDEN, an_approved
from compliance.tests.screening.invented import load
from portal import clock, proposals, roles, tax
from portal.models import Account, Application, AuditEntry, Issuer, Proposal, User
from portal.tests.desk import (
    Desk,
    a_superuser,
    at_the_desk,
    desk_models,
    list_of,
    page_of,
    permission_to_view,
    text,
)
from portal.tests.factories import a_user, an_account
from trading import journal
from trading.models import (
    Auction,
    BankAccount,
    BankEntry,
    Calendar,
    Case,
    Custodian,
    Execution,
    FeeSchedule,
    Instruction,
    Listing,
    MarketState,
    Withdrawal,
)
from trading.reconciliation.position_files import import_positions
from trading.services import entry, ledger
from trading.services.calendars import create_calendar
from trading.tests.cash.bank import deposit_of, imported, requested
from trading.tests.factories import a_listing, approved, buy, drained, funded, sell, settled, worked

pytestmark = pytest.mark.django_db

EVERY_ROLE = [*roles.ROLES, roles.EXAMINER]
EDITED_AT_THE_DESK = {User, Custodian, Issuer}


@pytest.fixture
def listing() -> Listing:
    """A listing with something to see in every list."""
    listing = a_listing()
    buyer = funded(cents=1_000_000, account=an_account(a_user(password=None)))
    worked(listing, sell(funded(lots=100, listing=listing), listing, 10, 100), buy(buyer, listing, 5, 100))
    entry.submit_orders([buy(buyer, listing, 10**6, 100)])
    day = [{"at": "09:30", "phase": "CONTINUOUS"}, {"at": "16:00", "phase": "CLOSED"}]
    create_calendar(name="Regular", full_day=day, half_day=day)
    FeeSchedule.objects.create(
        listing=listing, effective_date="2026-01-01", maker_rate=0, taker_rate=0, auction_rate=0,
        created_at=clock.now(),
    )  # fmt: skip
    Auction.objects.create(
        listing=listing, event_seq=1, call="OPENING_CALL", at=clock.now(), volume=0, surplus_qty=0
    )
    content = f"as_of,symbol,account,quantity\n{clock.now().date() - timedelta(days=1)},{listing.symbol},,1\n"
    import_positions(source="CUSTODIAN", content=content.encode(), file_name="positions.csv")
    Custodian.objects.create(code="KEEPER", name="Keeper Trust")
    issuer = ledger.contra_account("C-ACME", "Issued ACME")
    imported(deposit_of(issuer, "5.00"))
    requested(buyer, 100)
    tax.record_form(
        account=buyer, kind="W8BEN", name=buyer.name, address="1 Main Street", country="NO",
        signed_on=clock.now().date(),
    )  # fmt: skip
    approved("PAY_DIVIDEND", "ACME", {"cents_per_lot": "1"})
    an_approved(TORVALDEN)
    load()
    rescreening.carry_on(rescreening.start(ScreeningRun.Cause.ASKED, sanctions.in_force()))
    propose(listing)
    return listing


def propose(listing: Listing) -> Proposal:
    return proposals.propose(
        kind="LISTING_PARAMETERS",
        subject=listing.symbol,
        new={"max_price": 5},
        reason="a test",
        by=a_user(password=None),
    )


def the_proposal() -> Proposal:
    return Proposal.objects.get(kind="LISTING_PARAMETERS")


def acts(listing: Listing) -> dict[str, tuple[str, dict[str, str]]]:
    """Everything that can be done at the desk: the permission it takes, where, and what is sent."""
    account, proposal = Account.objects.exclude(kind="CONTRA").earliest("pk"), the_proposal()
    at = f"/admin/trading/listing/{listing.pk}"
    case = f"/admin/trading/case/{Case.objects.earliest('pk').pk}"
    instruction = f"/admin/trading/instruction/{Instruction.objects.earliest('pk').pk}"
    withdrawal = f"/admin/trading/withdrawal/{Withdrawal.objects.get().pk}"
    hit = f"/admin/compliance/screeninghit/{ScreeningHit.objects.get().pk}"
    reason, halt = {"note": "why not"}, {"reason_code": "REGULATORY"}
    return {
        f"/admin/trading/listing/halt/?listing={listing.pk}": ("trading.halt_listing", halt),
        "/admin/trading/listing/halt/?venue": ("trading.halt_listing", halt),
        "/admin/trading/listing/resume/?venue": ("trading.halt_listing", {"reason_code": "RESOLVED"}),
        f"{at}/try-again/": ("trading.halt_listing", reason),
        f"{at}/put-aside/": ("portal.add_proposal", reason),
        f"{at}/propose/": ("portal.add_proposal", reason),
        f"{at}/calendar/": ("portal.add_proposal", reason),
        f"/admin/trading/execution/{Execution.objects.earliest('pk').pk}/bust/": (
            "portal.add_proposal", reason
        ),
        f"/admin/trading/execution/{Execution.objects.earliest('pk').pk}/correct/": (
            "portal.add_proposal", reason
        ),
        **dict.fromkeys(
            [
                f"{at}/settlement/",
                *(f"{instruction}/{act}/" for act in ("retry", "mend", "call-off", "reverse")),
                "/admin/trading/transfer/propose/",
                "/admin/trading/dividend/propose/",
            ],
            ("portal.add_proposal", reason),
        ),
        **dict.fromkeys(
            [
                f"{withdrawal}/release/", f"{withdrawal}/refuse/",
                f"/admin/trading/bankentry/{BankEntry.objects.get().pk}/assign/",
            ],
            ("portal.add_proposal", reason),
        ),
        "/admin/trading/bankstatement/take-in/": ("trading.add_bankstatement", {}),
        "/admin/trading/bankstatement/demo/": ("trading.add_bankstatement", {}),
        "/admin/trading/withdrawal/payments/": ("trading.add_withdrawal", {}),
        "/admin/trading/withdrawal/own/": ("trading.add_withdrawal", {}),
        "/admin/trading/bankaccount/own/": ("trading.add_withdrawal", {}),
        f"/admin/trading/bankaccount/{BankAccount.objects.get().pk}/verify/": (
            "trading.verify_bankaccount", reason
        ),
        "/admin/trading/capitalfigures/record/": ("trading.add_capitalfigures", {}),
        "/admin/portal/taxform/record/": ("portal.add_taxform", {}),
        "/admin/trading/custodian/add/": ("trading.add_custodian", {}),
        "/admin/trading/calendar/propose/": ("portal.add_proposal", reason),
        f"/admin/trading/calendar/{Calendar.objects.get().pk}/propose/": ("portal.add_proposal", reason),
        "/admin/trading/feeschedule/propose/": ("portal.add_proposal", reason),
        "/admin/portal/rulevalue/propose/": ("portal.add_proposal", reason),
        "/admin/trading/positionfile/import/": ("trading.add_positionfile", {}),
        "/admin/trading/reconciliation/compare/": ("trading.close_case", {}),
        f"{case}/compare/": ("trading.close_case", {}),
        f"{case}/close/": ("trading.close_case", reason),
        f"{case}/propose/": ("portal.add_proposal", reason),
        f"{hit}/clear/": ("compliance.decide_screeninghit", reason),
        f"{hit}/confirm/": ("compliance.decide_screeninghit", reason),
        f"/admin/portal/proposal/{proposal.pk}/approve/": ("portal.decide_proposal", {}),
        f"/admin/portal/proposal/{proposal.pk}/reject/": ("portal.decide_proposal", {"reason": "why not"}),
        **{
            f"/admin/portal/application/{Application.objects.earliest('pk').pk}/{act}/": (
                "portal.review_application", reason
            )
            for act in ("take", "approve", "propose", "reject", "ask", "raise-risk", "lower-risk")
        },
        f"/admin/portal/account/{account.pk}/take-back/": ("portal.suspend_account", reason),
        f"/admin/portal/account/suspend/?account={account.pk}": ("portal.suspend_account", reason),
        f"/admin/portal/account/reinstate/?account={account.pk}": ("portal.suspend_account", reason),
    }  # fmt: skip


def footprint() -> list[object]:
    """What an act would leave behind."""
    return [
        AuditEntry.objects.count(),
        [
            journal.last_seq(listing_id=pk)
            for pk in Listing.objects.order_by("pk").values_list("pk", flat=True)
        ],
        list(Proposal.objects.order_by("pk").values_list("status", flat=True)),
        list(Account.objects.order_by("pk").values_list("status", flat=True)),
        list(Listing.objects.order_by("pk").values_list("max_price", flat=True)),
        list(User.objects.order_by("pk").values_list("is_superuser", "is_staff", "is_active")),
    ]


def first_rows() -> Iterator[models.Model]:
    for model in desk_models():
        row = model._default_manager.order_by("pk").first()
        if row is not None:
            yield row


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_a_role_opens_the_lists_and_pages_it_may_see_and_no_other(listing: Listing, role: str) -> None:
    desk = at_the_desk(role)
    seen = {model for model in desk_models() if desk.get(list_of(model)).status_code == 200}
    assert seen == {model for model in desk_models() if desk.person.has_perm(permission_to_view(model))}
    for row in first_rows():
        # Of proposals a reviewer sees those they may decide on; any other is not there.
        is_there = not isinstance(row, Proposal) or row in proposals.visible_to(desk.person)
        expected = (200 if is_there else 302) if type(row) in seen else 403
        assert desk.get(page_of(row)).status_code == expected, row


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_the_start_page_links_to_what_a_role_may_see_and_no_other(listing: Listing, role: str) -> None:
    desk = at_the_desk(role)
    page = text(desk.get("/admin/"))
    linked = {model for model in desk_models() if f'href="{list_of(model)}"' in page}
    assert linked == {model for model in desk_models() if desk.person.has_perm(permission_to_view(model))}
    assert ("Halt the whole venue" in page) == desk.person.has_perm("trading.halt_listing")


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_what_a_role_may_not_do_is_refused_and_has_no_effect(listing: Listing, role: str) -> None:
    desk = at_the_desk(role)
    before = footprint()
    refused = 0
    for address, (permission, data) in acts(listing).items():
        if not desk.person.has_perm(permission):
            assert desk.get(address).status_code == 403, address
            assert desk.post(address, data).status_code == 403, address
            refused += 1
    assert footprint() == before
    expected = {
        roles.ONBOARDING_REVIEWER: 43, roles.MARKET_OPERATOR: 47, roles.MARKET_SUPERVISOR: 14,
        roles.COMPLIANCE_OFFICER: 0,
    }  # fmt: skip
    assert refused == expected.get(role, len(acts(listing)))


@pytest.mark.parametrize("role", [roles.ONBOARDING_REVIEWER, roles.FILINGS, roles.EXAMINER])
def test_who_may_not_act_is_offered_no_act(listing: Listing, role: str) -> None:
    desk = at_the_desk(role)
    account = Account.objects.exclude(kind="CONTRA").earliest("pk")
    for row in (listing, account, the_proposal()):
        response = desk.get(page_of(row))
        if response.status_code == 200:
            page = text(response)
            offered = [address for address in acts(listing) if address.split("?")[0] in page]
            assert offered == []
    for model in (Listing, Account):
        response = desk.get(list_of(model))
        if response.status_code == 200:
            assert 'name="action"' not in text(response)


def test_an_action_slipped_in_by_who_may_not_act_does_nothing(listing: Listing) -> None:
    desk = at_the_desk(roles.EXAMINER)
    before = footprint()
    for model, action in (
        (Listing, "halt_selected"),
        (Account, "suspend_selected"),
        (Listing, "delete_selected"),
    ):
        pks = list(model._default_manager.values_list("pk", flat=True))
        response = desk.post(list_of(model), {"action": action, "_selected_action": pks, "post": "yes"})
        assert "/halt/" not in response.headers.get("Location", "")
    assert footprint() == before


@pytest.mark.parametrize("desk_of", [a_superuser, lambda: at_the_desk(*EVERY_ROLE)])
def test_records_are_only_looked_at_by_anybody(listing: Listing, desk_of: Callable[[], Desk]) -> None:
    desk = desk_of()
    before = footprint()
    rows = [row for row in first_rows() if type(row) not in EDITED_AT_THE_DESK]
    assert len(rows) >= len(desk_models()) - 6
    for row in rows:
        meta = row._meta
        assert desk.get(f"/admin/{meta.app_label}/{meta.model_name}/add/").status_code == 403
        assert desk.post(page_of(row), {"name": "changed", "subject": "changed"}).status_code == 403
        assert desk.post(page_of(row).replace("/change/", "/delete/"), {"post": "yes"}).status_code == 403
        row.refresh_from_db()
    assert footprint() == before


def test_a_person_of_every_role_still_decides_nothing_of_their_own(listing: Listing) -> None:
    desk = at_the_desk(*EVERY_ROLE)
    Proposal.objects.update(proposed_by=desk.person)
    desk.post(f"/admin/portal/proposal/{the_proposal().pk}/approve/")
    assert the_proposal().status == "PROPOSED"


def test_no_page_of_the_desk_needs_inline_script_or_style(listing: Listing) -> None:
    desk = a_superuser()
    addresses = ["/admin/", "/admin/trading/", "/admin/portal/user/add/", "/admin/password_change/"]
    addresses += [list_of(model) for model in desk_models()] + [page_of(row) for row in first_rows()]
    addresses += list(acts(listing))
    for address in addresses:
        response = desk.get(address, follow=True)
        assert response.status_code == 200, address
        assert "script-src 'self'" in response["Content-Security-Policy"]
        page = text(response)
        inline = re.findall(r"<style|<script(?![^>]*\bsrc=)[^>]*>|\sstyle=|\son[a-z]+=\"", page)
        assert inline == [], address


def test_names_and_notes_are_shown_as_text(listing: Listing) -> None:
    sting = "<script>alert(1)</script>"
    Issuer.objects.update(name=sting)
    an_account(a_user(first_name=sting, password=None))
    Account.objects.update(name=sting)
    MarketState.objects.update(fault_text=sting)
    desk = a_superuser()
    desk.post(
        f"/admin/trading/listing/halt/?listing={listing.pk}", {"reason_code": "REGULATORY", "note": sting}
    )
    drained(listing)
    settled(listing)
    addresses = ["/admin/", "/admin/trading/listing/halt/?venue", *map(list_of, desk_models())]
    addresses += [
        page_of(row) for model in desk_models() for row in model._default_manager.order_by("-pk")[:2]
    ]
    for address in addresses:
        assert sting not in text(desk.get(address)), address


def test_every_permission_a_role_names_exists() -> None:
    for name, permissions in roles.ROLES.items():
        assert Group.objects.get(name=name).permissions.count() == len(permissions)
