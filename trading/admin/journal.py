"""The journal to look at: commands, events, refusals, and what was put aside."""

from typing import Any, get_args

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join

from portal.admin.base import NOTHING, ReadOnlyAdmin, clock_time, link, utc
from trading import engine, words
from trading.admin import shown
from trading.models import Order
from trading.models.journal import Command, Event, FactSheet, Quarantine, Refusal


class KindFilter(admin.SimpleListFilter):
    """The kinds there can be: asking the table for its distinct values would read it all."""

    title = "kind"
    parameter_name = "kind"
    messages: tuple[type, ...] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(message.__name__, message.__name__) for message in self.messages]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class CommandKindFilter(KindFilter):
    messages = get_args(engine.Command)


class EventKindFilter(KindFilter):
    messages = get_args(engine.Event)


class JournalAdmin(shown.SearchedAdmin):
    """Rows with a place: a listing, and a gapless sequence in it."""

    numbers = ("seq",)
    of_account = ()
    search_help_text = "Symbol and sequence number, e.g. ACME 12"

    def get_urls(self) -> list[URLPattern]:
        at = self.admin_site.admin_view(self.at)
        name = f"{self.opts.app_label}_{self.opts.model_name}_at"
        return [path("at/<int:listing_id>/<int:seq>/", at, name=name), *super().get_urls()]

    def at(self, request: HttpRequest, listing_id: int, seq: int) -> HttpResponse:
        """By place, so that a link to it needs no look-up."""
        row = get_object_or_404(self.model, listing=listing_id, seq=seq)
        return HttpResponseRedirect(reverse(f"admin:trading_{self.opts.model_name}_change", args=[row.pk]))

    def title_of(self, obj: Any) -> str:
        return f"{self.opts.verbose_name.capitalize()} {obj.seq} of {obj.listing}: {obj.kind}"  # type: ignore[union-attr]

    def get_ordering(self, request: HttpRequest) -> Any:
        # Within one listing its own index has the order.
        return ["-seq"] if "listing__id__exact" in request.GET else ["-id"]

    @admin.display(description="at (UTC)", ordering="id")
    def when(self, row: Any) -> str:
        return clock_time(row.at)

    @admin.display(description="says")
    def gist(self, row: Any) -> str:
        return shown.gist(row.listing, row.payload)

    @admin.display(description="in full")
    def in_full(self, row: Any) -> str:
        return shown.payload(row.listing, row.payload, kind=row.kind)


@admin.register(Command)
class CommandAdmin(JournalAdmin):
    list_display = ["place", "when", "kind", "gist", "account_link", "order_link", "by"]
    list_select_related = ["listing", "account", "actor"]
    list_filter = [CommandKindFilter, "listing"]
    fields = [
        "place", "kind", "in_full", "account_link", "order_link", "by", "received", "when", "reserved",
        "answers", "was_decided",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Command]:
        sides = Order.objects.filter(pk=OuterRef("order_id")).values("side")
        return super().get_queryset(request).annotate(order_side=Subquery(sides))

    @admin.display(description="says")
    def gist(self, row: Any) -> str:
        """A replace or a cancel does not say itself which side its order is on."""
        says = shown.gist(row.listing, row.payload)
        return f"{row.order_side} {says}" if row.order_side and "side" not in row.payload else says

    @admin.display(description="command", ordering="seq")
    def place(self, row: Command) -> str:
        return f"{row.listing.symbol} {row.seq}"

    @admin.display(description="account")
    def account_link(self, row: Command) -> str:
        return link("portal.account", row.account_id, row.account and row.account.number)

    @admin.display(description="order")
    def order_link(self, row: Command) -> str:
        return link("trading.order", row.order_id)

    @admin.display
    def by(self, row: Command) -> str:
        return str(row.actor or NOTHING)

    @admin.display
    def received(self, row: Command) -> str:
        return utc(row.received_at)

    @admin.display(description="reserved with it")
    def reserved(self, row: Command) -> str:
        if not row.hold or row.order_id is None:
            return NOTHING
        side = Order.objects.values_list("side", flat=True).get(pk=row.order_id)
        return words.cash(row.hold) if side == engine.Side.BUY else words.quantity(row.listing, row.hold)

    @admin.display(description="answered by")
    def answers(self, row: Command) -> str:
        events = Event.objects.filter(listing=row.listing, command_seq=row.seq).order_by("seq")
        lines = (
            (shown.event_at(row.listing_id, event.seq), event.kind, shown.gist(row.listing, event.payload))
            for event in events
        )
        return format_html_join("", "<div>{} {} {}</div>", lines) or "not yet applied"

    @admin.display(description="decision at entry")
    def was_decided(self, row: Command) -> str:
        return shown.decision(row.decision, known_facts(row.decision))


@admin.register(Event)
class EventAdmin(JournalAdmin):
    list_display = ["place", "when", "kind", "gist", "command", "orders"]
    list_select_related = ["listing"]
    list_filter = [EventKindFilter, "listing"]
    fields = ["place", "kind", "in_full", "when", "command"]

    @admin.display(description="event", ordering="seq")
    def place(self, row: Event) -> str:
        return f"{row.listing.symbol} {row.seq}"

    @admin.display(description="answers command")
    def command(self, row: Event) -> str:
        return shown.command_at(row.listing_id, row.command_seq)

    @admin.display
    def orders(self, row: Event) -> str:
        names = ("order_id", "maker_order_id", "taker_order_id")
        found = ((link("trading.order", row.payload[name]),) for name in names if name in row.payload)
        return format_html_join(", ", "{}", found) or NOTHING


@admin.register(Refusal)
class RefusalAdmin(shown.SearchedAdmin):
    list_display = ["id", "when", "account_link", "listing", "client_order_id", "wish", "why"]
    list_select_related = ["account", "listing"]
    list_filter = ["listing"]
    texts = ("cl_ord_id",)
    search_help_text = "Account number, symbol, ClOrdID or id; several of them narrow"
    ordering = ["-id"]
    fields = ["when", "account", "listing", "client_order_id", "actor", "in_full", "was_decided"]

    def title_of(self, obj: Refusal) -> str:
        return f"Refusal {obj.pk}"

    @admin.display(description="received (UTC)", ordering="id")
    def when(self, row: Refusal) -> str:
        return clock_time(row.received_at)

    @admin.display(description="account")
    def account_link(self, row: Refusal) -> str:
        return link("portal.account", row.account_id, row.account.number)

    @admin.display(description="ClOrdID")
    def client_order_id(self, row: Refusal) -> str:
        return row.cl_ord_id

    @admin.display(description="asked for")
    def wish(self, row: Refusal) -> str:
        return shown.gist(row.listing, row.body)

    @admin.display
    def why(self, row: Refusal) -> str:
        return ", ".join(reason["code"] for reason in row.decision.get("reasons", []))

    @admin.display(description="asked for")
    def in_full(self, row: Refusal) -> str:
        return shown.payload(row.listing, row.body)

    @admin.display(description="decision")
    def was_decided(self, row: Refusal) -> str:
        return shown.decision(row.decision, known_facts(row.decision))


@admin.register(Quarantine)
class QuarantineAdmin(ReadOnlyAdmin):
    list_title = "Commands put aside"
    list_display = ["listing", "command", "reason", "proposal_link"]
    list_select_related = ["listing", "proposal"]
    fields = ["listing", "command", "reason", "proposal_link"]
    ordering = ["-id"]

    def title_of(self, obj: Quarantine) -> str:
        return f"Command {obj.seq} of {obj.listing}, put aside"

    @admin.display
    def command(self, row: Quarantine) -> str:
        return shown.command_at(row.listing_id, row.seq)

    @admin.display(description="proposal")
    def proposal_link(self, row: Quarantine) -> str:
        return link("portal.proposal", row.proposal_id, row.proposal)


def known_facts(decision: dict[str, Any] | None) -> dict[str, Any] | None:
    digest = (decision or {}).get("facts")
    return FactSheet.objects.filter(digest=digest).values_list("facts", flat=True).first() if digest else None
