"""Where markets stand, what they traded, and how auctions ended."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from portal.admin.base import NOTHING, ReadOnlyAdmin, clock_time, planned_utc, utc
from trading import words
from trading.admin import operations, shown
from trading.engine import CALLS, Phase
from trading.models import Auction, Candle, MarketState


@admin.register(MarketState)
class MarketStateAdmin(ReadOnlyAdmin):
    list_display = [
        "listing", "state_", "until", "why", "commands", "events", "applied", "last_price", "fault",
    ]  # fmt: skip
    list_select_related = ["listing"]
    list_filter = [shown.PhaseFilter]
    search_fields = ["listing__symbol"]
    ordering = ["listing__symbol"]
    fields = [
        "listing", "state_", "since", "until", "why", "halted", "resumes", "schedule", "due", "commands",
        "events", "applied", "last_price", "last_quantity", "last_traded", "reference", "fault", "error",
    ]  # fmt: skip

    @admin.display(description="state", ordering="state")
    def state_(self, row: MarketState) -> str:
        return operations.badge(row)

    @admin.display
    def since(self, row: MarketState) -> str:
        return utc(row.phase_since)

    @admin.display(description="until, as announced")
    def until(self, row: MarketState) -> str:
        return planned_utc(row.phase_until)

    @admin.display(description="halted for")
    def why(self, row: MarketState) -> str:
        return words.halt(row) or NOTHING

    @admin.display(description="trading resumes")
    def resumes(self, row: MarketState) -> str:
        return planned_utc(row.resume_at)

    @admin.display(description="schedule reaches until")
    def schedule(self, row: MarketState) -> str:
        return planned_utc(row.schedule_until)

    @admin.display(description="next moment due")
    def due(self, row: MarketState) -> str:
        return planned_utc(row.next_due_at)

    @admin.display(description="commands applied", ordering="applied_seq")
    def commands(self, row: MarketState) -> str:
        return f"{row.applied_seq:,}"

    @admin.display(ordering="event_seq")
    def events(self, row: MarketState) -> str:
        return f"{row.event_seq:,}"

    @admin.display(description="reference price")
    def reference(self, row: MarketState) -> str:
        return words.price(row.listing, row.reference_px)

    @admin.display(description="halted since")
    def halted(self, row: MarketState) -> str:
        return utc(row.halted_at)

    @admin.display(description="last applied (UTC)")
    def applied(self, row: MarketState) -> str:
        return clock_time(row.applied_at)

    @admin.display(description="last price")
    def last_price(self, row: MarketState) -> str:
        return words.price(row.listing, row.last_px)

    @admin.display(description="last quantity")
    def last_quantity(self, row: MarketState) -> str:
        return words.quantity(row.listing, row.last_qty)

    @admin.display(description="last traded")
    def last_traded(self, row: MarketState) -> str:
        return utc(row.last_at)

    @admin.display(description="faulted at command")
    def fault(self, row: MarketState) -> str:
        return shown.command_at(row.listing_id, row.fault_seq)

    @admin.display
    def error(self, row: MarketState) -> str:
        return row.fault_text or NOTHING


class CallFilter(shown.PhaseFilter):
    title = "kind"
    parameter_name = "kind"
    column = "call"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(call.value, words.PHASES[call]) for call in Phase if call in CALLS]


@admin.register(Auction)
class AuctionAdmin(shown.SearchedAdmin):
    list_display = ["when", "listing", "kind", "price_", "traded", "left_over", "event"]
    list_select_related = ["listing"]
    list_filter = [CallFilter, "listing"]
    numbers = ("event_seq",)
    of_account = ()
    search_help_text = "Symbol and sequence number, e.g. ACME 12"
    ordering = ["-id"]
    fields = ["when", "listing", "kind", "price_", "traded", "left_over", "event"]

    def title_of(self, obj: Auction) -> str:
        return f"{self.kind(obj)} of {obj.listing}"

    @admin.display(description="uncrossed (UTC)", ordering="id")
    def when(self, row: Auction) -> str:
        return clock_time(row.at)

    @admin.display
    def kind(self, row: Auction) -> str:
        return words.PHASES[Phase(row.call)]

    @admin.display(description="price")
    def price_(self, row: Auction) -> str:
        return words.price(row.listing, row.price)

    @admin.display(description="volume")
    def traded(self, row: Auction) -> str:
        return words.quantity(row.listing, row.volume)

    @admin.display(description="left over")
    def left_over(self, row: Auction) -> str:
        return words.surplus(row.listing, row.surplus_side, row.surplus_qty)

    @admin.display(description="event")
    def event(self, row: Auction) -> str:
        return shown.event_at(row.listing_id, row.event_seq)


@admin.register(Candle)
class CandleAdmin(ReadOnlyAdmin):
    fields = ("listing", "interval", "starts", "opened", "highest", "lowest", "closed", "traded")
    list_display = fields
    list_select_related = ["listing"]
    list_filter = ["interval", "listing"]
    ordering = ["-id"]

    @admin.display(description="from (UTC)", ordering="starts_at")
    def starts(self, row: Candle) -> str:
        return clock_time(row.starts_at)

    @admin.display(description="open")
    def opened(self, row: Candle) -> str:
        return words.price(row.listing, row.open)

    @admin.display(description="high")
    def highest(self, row: Candle) -> str:
        return words.price(row.listing, row.high)

    @admin.display(description="low")
    def lowest(self, row: Candle) -> str:
        return words.price(row.listing, row.low)

    @admin.display(description="close")
    def closed(self, row: Candle) -> str:
        return words.price(row.listing, row.close)

    @admin.display(description="volume")
    def traded(self, row: Candle) -> str:
        return words.quantity(row.listing, row.volume)
