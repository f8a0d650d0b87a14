"""What operators do to listings: halt and resume, see to a fault, propose other parameters.

Every act has a page between the wish and the deed, goes through a service, and ends on a page that tells
what came of it.
"""

from collections.abc import Iterable

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join

from portal.admin.base import ActForm, act_page, ids_asked, make_proposal, person, posted
from trading import selectors, words
from trading.admin import shown
from trading.admin.book_forms import ListingSettlementForm
from trading.admin.forms import (
    HaltForm,
    ListingCalendarForm,
    OperateForm,
    ParametersForm,
    ProposalForm,
    ResumeForm,
)
from trading.models import Listing, MarketState
from trading.services import operations

HALT, RESUME = "halt", "resume"
VENUE = "venue"


def badge(market: MarketState) -> str:
    return format_html('<span class="state {}">{}</span>', words.look(market), words.state(market))


class OperationsMixin(admin.ModelAdmin):
    """The acts of ``ListingAdmin``."""

    def has_halt_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("trading.halt_listing")

    def has_propose_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("portal.add_proposal")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("halt/", view(self.operate), {"act": HALT}, name="trading_listing_halt"),
            path("resume/", view(self.operate), {"act": RESUME}, name="trading_listing_resume"),
            path("<int:pk>/try-again/", view(self.try_again), name="trading_listing_try_again"),
            path("<int:pk>/put-aside/", view(self.put_aside), name="trading_listing_put_aside"),
            path("<int:pk>/propose/", view(self.propose), name="trading_listing_propose"),
            path("<int:pk>/calendar/", view(self.propose_calendar), name="trading_listing_calendar"),
            path("<int:pk>/settlement/", view(self.propose_settlement), name="trading_listing_settlement"),
            *super().get_urls(),
        ]

    def tools_for(self, request: HttpRequest, listing: Listing) -> list[tuple[str, str]]:
        """The acts open to this person, as (text, address)."""
        tools = []
        if self.has_halt_permission(request):
            act = RESUME if listing.market.state == "HALTED" else HALT
            tools.append((act.capitalize(), _operate_url(act, [listing.pk])))
        if self.has_propose_permission(request):
            for text, page in (
                ("Propose a change", "propose"),
                ("Propose another calendar", "calendar"),
                ("Propose another settlement", "settlement"),
            ):
                tools.append((text, reverse(f"admin:trading_listing_{page}", args=[listing.pk])))
        return tools

    # --- Halt and resume ---------------------------------------------------------------------------------

    @admin.action(description="Halt trading…", permissions=["halt"])
    def halt_selected(self, request: HttpRequest, queryset: QuerySet[Listing]) -> HttpResponse:
        return HttpResponseRedirect(_operate_url(HALT, queryset.values_list("pk", flat=True)))

    @admin.action(description="Resume trading…", permissions=["halt"])
    def resume_selected(self, request: HttpRequest, queryset: QuerySet[Listing]) -> HttpResponse:
        return HttpResponseRedirect(_operate_url(RESUME, queryset.values_list("pk", flat=True)))

    def operate(self, request: HttpRequest, act: str) -> HttpResponse:
        """Halt or resume the listings named in the address, or the whole venue."""
        _require(self.has_halt_permission(request))
        whole_venue = VENUE in request.GET
        named = ids_asked(request, "listing")
        found = selectors.listings() if whole_venue else selectors.listings().filter(pk__in=named)
        # However they stand: the state shown lags behind the journal, and another command may be on its way.
        listings = list(found)
        back = reverse("admin:trading_listing_changelist")
        if not listings:
            messages.warning(request, "Choose at least one listing.")
            return HttpResponseRedirect(back)
        form = HaltForm(posted(request)) if act == HALT else ResumeForm(posted(request))
        if form.is_valid() and self._do(request, act, listings, form):
            return HttpResponseRedirect(back)
        what = "the whole venue" if whole_venue else ", ".join(listing.symbol for listing in listings)
        return act_page(
            request, model_admin=self, form=form, back=back, is_grave=act == HALT,
            title=f"{act.capitalize()} {what if len(what) < 80 else f'{len(listings)} listings'}",
            submit=f"{act.capitalize()} {len(listings)} listing{'s' if len(listings) > 1 else ''}",
            explanation=(
                "No order trades and no new order is taken until trading resumes; cancels are."
                if act == HALT else
                "Trading goes on with the orders that stand, or gathers them in a reopening call first."
            ),
            headings=["Symbol", "Name", "State now", "Halted for"],
            rows=[
                (row.symbol, row.name, badge(row.market), words.halt(row.market) or words.NOTHING)
                for row in listings
            ],
        )  # fmt: skip

    def _do(self, request: HttpRequest, act: str, listings: list[Listing], form: OperateForm) -> bool:
        operate = operations.halt if act == HALT else operations.resume
        try:
            numbers = operate(listings=listings, actor=person(request), **form.cleaned_data)
        except operations.OperationRefused as refused:
            form.add_error(None, str(refused))
            return False
        done = format_html_join(
            ", ", "{} (command {})",
            ((row.symbol, shown.command_at(row.pk, numbers[row.pk])) for row in listings),
        )  # fmt: skip
        told = "Halted" if act == HALT else "Resumed"
        messages.success(
            request, format_html("{}: {}. In effect once the engine has applied it.", told, done)
        )
        return True

    # --- Faults ------------------------------------------------------------------------------------------

    def try_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        _require(self.has_halt_permission(request))
        listing, back = self._listing(pk)
        form = ActForm(posted(request))
        if form.is_valid():
            try:
                operations.clear_fault(listing=listing, note=form.cleaned_data["note"], actor=person(request))
                messages.success(request, f"{listing.symbol} tries again.")
            except operations.OperationRefused as refused:
                messages.error(request, str(refused))
            return HttpResponseRedirect(back)
        return act_page(
            request, model_admin=self, form=form, back=back, title=f"Let {listing.symbol} try again",
            submit="Try again",
            explanation="Once the cause is mended. If the command fails again, the listing faults again.",
            headings=["Failed at command", "Error"],
            rows=[(shown.command_at(listing.pk, listing.market.fault_seq), listing.market.fault_text)],
        )  # fmt: skip

    def put_aside(self, request: HttpRequest, pk: int) -> HttpResponse:
        _require(self.has_propose_permission(request))
        listing, back = self._listing(pk)
        form = ActForm(posted(request))
        if form.is_valid():
            new = {"seq": listing.market.fault_seq}
            done = make_proposal(request, form, kind="QUARANTINE", subject=listing.symbol, new=new)
            if done:
                return done
        return act_page(
            request, model_admin=self, form=form, back=back, submit="Propose", is_grave=True,
            title=f"Propose to put a command of {listing.symbol} aside",
            explanation="The engine will read it as a reject. Somebody else has to approve.",
            headings=["Failed at command", "Error"],
            rows=[(shown.command_at(listing.pk, listing.market.fault_seq), listing.market.fault_text)],
        )  # fmt: skip

    # --- Parameters, calendar and settlement -------------------------------------------------------------

    def propose(self, request: HttpRequest, pk: int) -> HttpResponse:
        listing, _ = self._listing(pk)
        form = ParametersForm(listing, posted(request))
        return self._ask(
            request, listing, form, "LISTING_PARAMETERS", f"Propose a change of {listing.symbol}"
        )

    def propose_calendar(self, request: HttpRequest, pk: int) -> HttpResponse:
        listing, _ = self._listing(pk)
        form = ListingCalendarForm(listing, posted(request))
        return self._ask(
            request, listing, form, "LISTING_CALENDAR", f"Propose another calendar for {listing.symbol}"
        )

    def propose_settlement(self, request: HttpRequest, pk: int) -> HttpResponse:
        listing, _ = self._listing(pk)
        form = ListingSettlementForm(listing, posted(request))
        return self._ask(
            request, listing, form, "LISTING_SETTLEMENT", f"Propose how trades of {listing.symbol} settle"
        )

    def _ask(
        self, request: HttpRequest, listing: Listing, form: ProposalForm, kind: str, title: str
    ) -> HttpResponse:
        _require(self.has_propose_permission(request))
        if form.is_valid():
            done = make_proposal(
                request, form, kind=kind, subject=listing.symbol, new=form.changes,
                effective_at=form.cleaned_data["effective_at"],
            )  # fmt: skip
            if done:
                return done
        back = reverse("admin:trading_listing_change", args=[listing.pk])
        return act_page(
            request, model_admin=self, form=form, back=back, title=title, submit="Propose",
            explanation="Somebody else has to approve before anything changes.",
        )  # fmt: skip

    def _listing(self, pk: int) -> tuple[Listing, str]:
        listing = get_object_or_404(selectors.listings(), pk=pk)
        return listing, reverse("admin:trading_listing_change", args=[pk])


def _require(permitted: bool) -> None:
    if not permitted:
        raise PermissionDenied


def _operate_url(act: str, ids: Iterable[int]) -> str:
    query = QueryDict(mutable=True)
    query.setlist("listing", [str(pk) for pk in ids])
    return f"{reverse(f'admin:trading_listing_{act}')}?{query.urlencode()}"
