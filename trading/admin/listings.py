"""Listings and their markets, with what operators may do to them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from portal.admin.base import NOTHING, ReadOnlyAdmin, clock_time, listing_of, utc
from trading import selectors, words
from trading.admin import operations, shown
from trading.models import Candle, Listing, MarketState
from trading.models.listings import plain


@admin.register(Listing)
class ListingAdmin(operations.OperationsMixin, ReadOnlyAdmin):
    change_form_template = "admin/trading/listing/change_form.html"
    change_list_template = "admin/trading/listing/change_list.html"
    list_display = [
        "symbol", "name", "state", "halted_for", "last_price", "journal_at", "exemption",
    ]  # fmt: skip
    list_select_related = ["issuer", "market", "sequence"]
    list_filter = ["market__state", "exemption", "kind"]
    search_fields = ["symbol", "name", "issuer__name"]
    actions = ["halt_selected", "resume_selected"]
    fieldsets = [
        (None, {"fields": ["symbol", "name", "issuer", "kind", "description", "listed"]}),
        ("Who may trade it", {"fields": ["exemption", "classes", "access_note"]}),
        ("How it trades", {"fields": ["tick", "lot", "closes", "epoch"]}),
        ("Limits", {"fields": ["largest_order", "largest_value", "highest_price", "collar"]}),
    ]

    def audit_subject(self, obj: Listing) -> str:
        return obj.symbol

    def get_queryset(self, request: HttpRequest) -> QuerySet[Listing]:
        return super().get_queryset(request).select_related("market", "sequence")

    def page_context(self, request: HttpRequest, obj: Listing) -> dict[str, Any]:
        book = selectors.book(obj, depth=5)
        levels = {
            side: [(words.quantity(obj, qty), words.price(obj, px), count) for px, qty, count in rows]
            for side, rows in (("bids", book.bids), ("asks", book.asks))
        }
        return {
            "market": obj.market,
            "fault_command": shown.command_at(obj.pk, obj.market.fault_seq),
            "book": levels,
            "last_price": self.last_price(obj),
            "journal_at": self.journal_at(obj),
            "tools": [*self.tools_for(request, obj), *self._lists(obj)],
        }

    def _lists(self, obj: Listing) -> list[tuple[str, str]]:
        names = {"orders": "order", "executions": "execution", "commands": "command", "events": "event"}
        return [
            (name.capitalize(), listing_of(f"trading.{model}", listing__id__exact=obj.pk))
            for name, model in names.items()
        ]

    @admin.display(ordering="market__state")
    def state(self, row: Listing) -> str:
        return operations.badge(row.market.shown_state)

    @admin.display(description="halted for")
    def halted_for(self, row: Listing) -> str:
        return " – ".join(filter(None, [row.market.halt_code, row.market.halt_note])) or NOTHING

    @admin.display(description="last price")
    def last_price(self, row: Listing) -> str:
        return words.price(row, row.market.last_px)

    @admin.display(description="applied / journal")
    def journal_at(self, row: Listing) -> str:
        return f"{row.market.applied_seq:,} / {row.sequence.last_seq:,}"

    @admin.display(description="listed")
    def listed(self, row: Listing) -> str:
        return utc(row.listed_at)

    @admin.display(description="open to")
    def classes(self, row: Listing) -> str:
        return ", ".join(words.CLASSES.get(name, name) for name in row.open_to) or "nobody"

    @admin.display(description="tick size")
    def tick(self, row: Listing) -> str:
        return f"{plain(row.tick_size):f} USD"

    @admin.display(description="lot size")
    def lot(self, row: Listing) -> str:
        return f"{plain(row.lot_size):f} {row.symbol}"

    @admin.display(description="largest order")
    def largest_order(self, row: Listing) -> str:
        return words.quantity(row, row.max_order_qty)

    @admin.display(description="largest value of one order")
    def largest_value(self, row: Listing) -> str:
        return words.cash(row.max_order_cents)

    @admin.display(description="highest price")
    def highest_price(self, row: Listing) -> str:
        return words.price(row, row.max_price)

    @admin.display(description="furthest from the market")
    def collar(self, row: Listing) -> str:
        return words.collar(row.protection_bps)

    @admin.display(description="DAY orders expire")
    def closes(self, row: Listing) -> str:
        return f"{row.closes_at:%H:%M} {row.time_zone}"


@admin.register(MarketState)
class MarketStateAdmin(ReadOnlyAdmin):
    list_display = [
        "listing", "state_", "halt_code", "applied_seq", "event_seq", "applied", "last_price", "fault",
    ]  # fmt: skip
    list_select_related = ["listing"]
    list_filter = ["state"]
    search_fields = ["listing__symbol"]
    ordering = ["listing__symbol"]
    fields = [
        "listing", "state_", "halt_code", "halt_note", "halted", "applied_seq", "event_seq", "applied",
        "last_price", "last_quantity", "last_traded", "fault", "fault_text",
    ]  # fmt: skip

    @admin.display(description="state", ordering="state")
    def state_(self, row: MarketState) -> str:
        return operations.badge(row.shown_state)

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
