"""What operators do to listings: halt and resume, see to a fault, propose other parameters.

Every act has a page between the wish and the deed, goes through a service, and ends on a page that tells
what came of it.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join

from portal import clock, proposals
from portal.admin.base import ActForm, act_page, ids_asked, person, posted
from trading import selectors, words
from trading.admin import shown
from trading.models import Listing
from trading.models.listings import plain
from trading.services import operations
from trading.services.listings import ListingParameters

HALT, RESUME = "halt", "resume"
CODES = {HALT: words.HALT_CODES, RESUME: words.RESUME_CODES}
VENUE = "venue"


def badge(state: str) -> str:
    return format_html('<span class="state {}">{}</span>', state.lower(), state.capitalize())


class OperateForm(ActForm):
    field_order = ["reason_code", "note"]

    def __init__(self, act: str, *args: Any) -> None:
        super().__init__(*args)
        self.fields["reason_code"] = forms.ChoiceField(choices=[("", "Choose…"), *CODES[act].items()])
        self.fields["note"].required = False
        self.fields["note"].label = "Note"
        self.fields["note"].help_text = "Shown on the trading page beside the reason."
        self.order_fields(self.field_order)


class ParametersForm(ActForm):
    """In tokens, dollars and percent; ``changes`` gives lots, ticks, cents and basis points, exactly."""

    field_order = ["max_order_qty", "max_order_cents", "max_price", "protection_bps", "effective_at", "note"]

    max_order_qty = forms.DecimalField(max_digits=24, decimal_places=8)
    max_order_cents = forms.DecimalField(max_digits=18, decimal_places=2)
    max_price = forms.DecimalField(max_digits=18, decimal_places=6)
    protection_bps = forms.DecimalField(max_digits=5, decimal_places=2)
    effective_at = forms.SplitDateTimeField(
        label="Takes effect (UTC)", required=False, widget=AdminSplitDateTime, help_text="Empty: on approval."
    )

    def __init__(self, listing: Listing, *args: Any) -> None:
        super().__init__(*args)
        self.listing = listing
        self.units = {
            "max_order_qty": (listing.lot_size, listing.symbol),
            "max_order_cents": (Decimal("0.01"), "USD"),
            "max_price": (listing.tick_size, "USD"),
            "protection_bps": (Decimal("0.01"), "percent"),
        }
        for name, (unit, called) in self.units.items():
            now = plain(getattr(listing, name) * unit)
            self.fields[name].label = ListingParameters.FIELDS[name]
            self.fields[name].initial = f"{now:f}"
            self.fields[name].help_text = f"{called}, in steps of {plain(unit):f}. Now {now:,f}."
        # Django labels the pair of fields, but neither of the two.
        for part, called in zip(self.fields["effective_at"].widget.widgets, ("date", "time"), strict=True):
            part.attrs["aria-label"] = f"Takes effect (UTC), {called}"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.changes: dict[str, int] = {}
        for name, (unit, _) in self.units.items():
            if name not in data:
                continue
            units = (data[name] / unit).to_integral_value()
            if data[name] <= 0:
                self.add_error(name, "This must be above zero.")
            elif units * unit != data[name]:
                self.add_error(name, f"This goes in steps of {plain(unit):f}.")
            elif units != getattr(self.listing, name):
                self.changes[name] = int(units)
        return data

    def clean_effective_at(self) -> Any:
        moment = self.cleaned_data["effective_at"]
        if moment is not None and moment <= clock.now():
            raise forms.ValidationError("That moment has passed.")
        return moment


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
            *super().get_urls(),
        ]

    def tools_for(self, request: HttpRequest, listing: Listing) -> list[tuple[str, str]]:
        """The acts open to this person, as (text, address)."""
        tools = []
        if self.has_halt_permission(request):
            act = RESUME if listing.market.state == "HALTED" else HALT
            tools.append((act.capitalize(), _operate_url(act, [listing.pk])))
        if self.has_propose_permission(request):
            tools.append(("Propose a change", reverse("admin:trading_listing_propose", args=[listing.pk])))
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
        form = OperateForm(act, posted(request))
        if form.is_valid() and self._do(request, act, listings, form):
            return HttpResponseRedirect(back)
        what = "the whole venue" if whole_venue else ", ".join(listing.symbol for listing in listings)
        return act_page(
            request, model_admin=self, form=form, back=back, is_grave=act == HALT,
            title=f"{act.capitalize()} {what if len(what) < 80 else f'{len(listings)} listings'}",
            submit=f"{act.capitalize()} {len(listings)} listing{'s' if len(listings) > 1 else ''}",
            explanation=(
                "No order trades and no new order is taken until trading resumes; cancels are."
                if act == HALT else "Continuous trading goes on with the orders that stand."
            ),
            headings=["Symbol", "Name", "State now", "Halted for"],
            rows=[
                (row.symbol, row.name, badge(row.market.shown_state), row.market.halt_code)
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
            ((row.symbol, shown.command_at(row.pk, seq)) for row, seq in zip(listings, numbers, strict=True)),
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
            done = self._propose(
                request, form, kind="QUARANTINE", listing=listing, new={"seq": listing.market.fault_seq}
            )
            if done:
                return done
        return act_page(
            request, model_admin=self, form=form, back=back, submit="Propose", is_grave=True,
            title=f"Propose to put a command of {listing.symbol} aside",
            explanation="The engine will read it as a reject. Somebody else has to approve.",
            headings=["Failed at command", "Error"],
            rows=[(shown.command_at(listing.pk, listing.market.fault_seq), listing.market.fault_text)],
        )  # fmt: skip

    # --- Parameters --------------------------------------------------------------------------------------

    def propose(self, request: HttpRequest, pk: int) -> HttpResponse:
        _require(self.has_propose_permission(request))
        listing, back = self._listing(pk)
        form = ParametersForm(listing, posted(request))
        if form.is_valid():
            done = self._propose(
                request, form, kind="LISTING_PARAMETERS", listing=listing, new=form.changes,
                effective_at=form.cleaned_data["effective_at"],
            )  # fmt: skip
            if done:
                return done
        return act_page(
            request, model_admin=self, form=form, back=back, title=f"Propose a change of {listing.symbol}",
            submit="Propose", explanation="Somebody else has to approve before anything changes.",
        )  # fmt: skip

    def _propose(
        self, request: HttpRequest, form: ActForm, *, kind: str, listing: Listing, new: dict[str, Any],
        effective_at: datetime | None = None,
    ) -> HttpResponse | None:  # fmt: skip
        """Make the proposal and go to it; None, and the form says why, where it makes no sense."""
        try:
            made = proposals.propose(
                kind=kind, subject=listing.symbol, new=new, reason=form.cleaned_data["note"],
                by=person(request), effective_at=effective_at,
            )  # fmt: skip
        except proposals.ProposalRefused as refused:
            form.add_error(None, str(refused))
            return None
        messages.success(request, "Proposed. Somebody else has to decide.")
        return HttpResponseRedirect(reverse("admin:portal_proposal_change", args=[made.pk]))

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
