"""The operators' desk: Django's admin with a start page of our own."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest

from portal import clock, proposals, second_factor
from portal.applications import queue
from portal.models import AuditEntry, Proposal
from trading import journal, selectors, words
from trading.models import Case, Listing
from trading.reconciliation.cases import stops
from trading.services import schedules
from trading.settlement.board import board

# In the order in which operators think of them; what is in no section follows by app.
SECTIONS = {
    "Market": ["trading.Listing", "trading.MarketState", "trading.Auction", "trading.Candle"],
    "Rules of the market": ["trading.Calendar", "trading.FeeSchedule"],
    "Order flow": ["trading.Order", "trading.Execution", "trading.Refusal"],
    "Journal": ["trading.Command", "trading.Event", "trading.Quarantine"],
    "Settlement": ["trading.Instruction", "trading.Custodian"],
    "Ledger": ["trading.Balance", "trading.Transfer", "trading.Dividend", "trading.DividendPayment"],
    "Money": [
        "trading.BankStatement",
        "trading.BankEntry",
        "trading.Withdrawal",
        "trading.BankAccount",
        "trading.CapitalFigures",
    ],
    "Reconciliation": ["trading.Case", "trading.Reconciliation", "trading.PositionFile"],
    "Onboarding": ["portal.Application"],
    "People": ["portal.Account", "portal.User", "auth.Group", "portal.Issuer", "portal.TaxForm"],
    "Screening": [
        "compliance.ScreeningHit",
        "compliance.ScreeningList",
        "compliance.ListedEntry",
        "compliance.ScreeningRun",
    ],
    "Office": [
        "portal.Proposal",
        "portal.RuleValue",
        "portal.CountryRule",
        "portal.AuditEntry",
        "portal.Denial",
        "portal.Seal",
    ],
}
NAMES = {
    "portal.User": "People",
    "auth.Group": "Roles",
    "trading.Instruction": "Settlement",
    "trading.Quarantine": "Commands put aside",
    "trading.Reconciliation": "Comparisons",
    "trading.BankStatement": "Bank",
    "trading.CapitalFigures": "Customers’ and own money",
    "portal.RuleValue": "Rule table",
    "compliance.ScreeningHit": "Hits",
    "compliance.ScreeningList": "Sanctions lists",
    "compliance.ScreeningRun": "Runs",
    "portal.Denial": "Denied",
    "portal.CountryRule": "Countries",
}
LATEST = 8


@dataclass(frozen=True)
class Market:
    """A listing's line on the start page."""

    listing: Listing
    waiting: timedelta | None  # age of its oldest command that is not yet applied
    runs_out: bool  # its schedule, soon (PHAS-007)

    @property
    def look(self) -> str:
        return words.look(self.listing.market)

    @property
    def state(self) -> str:
        return words.state(self.listing.market)

    @property
    def until(self) -> str:
        until = self.listing.market.phase_until
        return f"{until:%a %H:%M}" if until else ""

    @property
    def why(self) -> str:
        return words.halt(self.listing.market)


class OperatorsDesk(AdminSite):
    site_title = "Meridian ATS"
    site_header = "Meridian ATS — operators’ desk"
    index_title = "Operators’ desk"
    index_template = "admin/desk.html"
    empty_value_display = "–"

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")

    def has_permission(self, request: HttpRequest) -> bool:
        """Whoever is staff without a second factor is told how to set one up (``config.sign_in``)."""
        return super().has_permission(request) and second_factor.has(request.user)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        may = request.user.has_perm
        context: dict[str, Any] = {"now": clock.now()}
        if may("trading.view_listing"):
            context |= _markets()
        if may("trading.view_case"):
            opened = Case.objects.filter(closed_at=None).order_by("opened_at")
            context["cases"] = [(case, stops(case)) for case in opened[:LATEST]]
        if may("trading.view_instruction"):
            context["settlement"] = board(at=context["now"])
        if may("portal.view_application"):
            context["onboarding"] = queue.figures()
        if may("portal.view_proposal"):
            proposed = proposals.visible_to(request.user).filter(status=Proposal.Status.PROPOSED)
            proposed = proposed.select_related("proposed_by")
            context["proposals"] = [(row, proposals.wording(row)) for row in proposed[:LATEST]]
        if may("portal.view_auditentry"):
            context["entries"] = list(AuditEntry.objects.select_related("actor").order_by("-id")[:LATEST])
        return super().index(request, context | (extra_context or {}))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        models = {
            f"{app['app_label']}.{model['object_name']}": model for app in apps for model in app["models"]
        }
        sections = []
        for title, labels in SECTIONS.items():
            found = [models.pop(label) | _named(label) for label in labels if label in models]
            if found:
                sections.append({"name": title, "app_label": title.lower(), "app_url": "", "models": found})
        for app in apps:
            left = [m for m in app["models"] if f"{app['app_label']}.{m['object_name']}" in models]
            if left:
                sections.append(app | {"models": left})
        return sections


def _named(label: str) -> dict[str, str]:
    return {"name": NAMES[label]} if label in NAMES else {}


def _markets() -> dict[str, Any]:
    now = clock.now()
    waiting = {pk: max(now - received_at, timedelta(0)) for pk, received_at in journal.oldest_unapplied()}
    markets = [
        Market(
            listing=row,
            waiting=waiting.get(row.pk),
            runs_out=schedules.runs_out_soon(row.market, calendar_id=row.calendar_id, at=now),
        )
        for row in selectors.listings()
    ]
    return {
        "markets": markets,
        "halted": sum(market.listing.market.shown_state == "HALTED" for market in markets),
        "faulted": sum(market.listing.market.shown_state == "FAULTED" for market in markets),
        "oldest": max(waiting.values(), default=None),
    }
