"""Taking a trade back, or correcting it: proposed on one of its executions (BUST-001)."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse

from portal.admin.base import act_page, make_proposal, posted
from trading import words
from trading.admin.forms import BustForm, CorrectForm
from trading.models import Execution
from trading.services.busts import subject_of

BUST, CORRECT = "BUST_TRADE", "CORRECT_TRADE"


class BreakMixin(admin.ModelAdmin):
    """The acts of ``ExecutionAdmin``."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.propose_break)
        return [
            path("<int:pk>/bust/", view, {"kind": BUST}, name="trading_execution_bust"),
            path("<int:pk>/correct/", view, {"kind": CORRECT}, name="trading_execution_correct"),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, obj: Execution) -> dict[str, Any]:
        if obj.status != Execution.Status.TRADED or not request.user.has_perm("portal.add_proposal"):
            return {"tools": []}
        acts = (("Propose to take the trade back", "bust"), ("Propose a correction", "correct"))
        return {
            "tools": [(text, reverse(f"admin:trading_execution_{act}", args=[obj.pk])) for text, act in acts]
        }

    def propose_break(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        if not request.user.has_perm("portal.add_proposal"):
            raise PermissionDenied
        execution = get_object_or_404(Execution.objects.select_related("listing"), pk=pk)
        form = BustForm(posted(request)) if kind == BUST else CorrectForm(execution, posted(request))
        if form.is_valid():
            done = make_proposal(request, form, kind=kind, subject=subject_of(execution), new=form.changes)
            if done:
                return done
        listing = execution.listing
        return act_page(
            request, model_admin=self, form=form, submit="Propose", is_grave=True,
            back=reverse("admin:trading_execution_change", args=[pk]),
            title=f"Propose to {'take back' if kind == BUST else 'correct'} a trade of {listing.symbol}",
            explanation="For both sides, until the trade is settled. Somebody else has to approve.",
            headings=["Trade", "Price", "Quantity"],
            rows=[(
                execution.trade_seq, words.price(listing, execution.last_px),
                words.quantity(listing, execution.last_qty),
            )],
        )  # fmt: skip
