"""Listings and their markets, with what operators may do to them."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join

from portal import clock
from portal.admin.base import NOTHING, ReadOnlyAdmin, link, listing_of, planned, planned_utc, utc
from trading import selectors, sessions, words
from trading.admin import operations, shown
from trading.engine import Side, bands
from trading.models import Listing, Order
from trading.models.listings import plain
from trading.services import fee_schedules, fees, schedules

DEEPEST = 200  # orders of each kind on the page of depth by order


class MarketPhaseFilter(shown.PhaseFilter):
    column = "market__state"


@admin.register(Listing)
class ListingAdmin(operations.OperationsMixin, ReadOnlyAdmin):
    change_form_template = "admin/trading/listing/change_form.html"
    change_list_template = "admin/trading/listing/change_list.html"
    list_display = ["symbol", "name", "state", "until", "halted_for", "last_price", "journal_at"]
    list_select_related = ["issuer", "market", "sequence"]
    list_filter = [MarketPhaseFilter, "exemption", "kind", "calendar"]
    search_fields = ["symbol", "name", "issuer__name"]
    actions = ["halt_selected", "resume_selected"]
    fieldsets = [
        (None, {"fields": ["symbol", "name", "issuer", "kind", "description", "listed"]}),
        ("Who may trade it", {"fields": ["exemption", "classes", "access_note"]}),
        ("How it trades", {"fields": ["tick", "lot", "calendar_link", "closes", "fees", "epoch"]}),
        ("How trades settle", {"fields": ["settles", "custodian_link"]}),
        ("Limits", {"fields": ["largest_order", "largest_value", "highest_price", "collar"]}),
        ("Price bands", {"fields": ["static_band", "dynamic_band", "volatility_call", "reopening_call"]}),
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
        now = clock.now()
        return {
            "market": obj.market,
            "state": operations.badge(obj.market),
            "why": words.halt(obj.market),
            "figures": self._figures(obj),
            "runs_out": schedules.runs_out_soon(obj.market, calendar_id=obj.calendar_id, at=now),
            "ahead": [
                (words.moment(change.at, obj.time_zone), words.PHASES[change.phase])
                for change in sessions.upcoming(obj, now)
            ],
            "fault_command": shown.command_at(obj.pk, obj.market.fault_seq),
            "book": levels,
            "tools": [*self.tools_for(request, obj), *self._lists(request, obj)],
        }

    def _figures(self, obj: Listing) -> list[tuple[str, str]]:
        """How its market stands, where there is something to tell."""
        market = obj.market
        figures = [
            ("Since", utc(market.phase_since)),
            ("Until, as announced", planned_utc(market.phase_until)),
            ("Trading resumes", planned_utc(market.resume_at)),
            ("Last price", words.price(obj, market.last_px)),
            ("Reference price", words.price(obj, market.reference_px)),
            ("Trades between", _edges(obj, market.reference_px, obj.static_band_bps)),
            ("Trades without a pause between", _edges(obj, market.last_px, obj.dynamic_band_bps)),
            ("Schedule reaches until", planned_utc(market.schedule_until)),
            ("Applied / journal", self.journal_at(obj)),
        ]
        if market.indicative_qty is not None:
            figures[3:3] = [
                ("Auction price now", words.price(obj, market.indicative_px)),
                ("Auction volume now", words.quantity(obj, market.indicative_qty)),
                ("Left over", words.surplus(obj, market.surplus_side, market.surplus_qty)),
            ]
        return [(called, said) for called, said in figures if said != NOTHING]

    def _lists(self, request: HttpRequest, obj: Listing) -> list[tuple[str, str]]:
        names = {
            "orders": "order", "executions": "execution", "auctions": "auction", "commands": "command",
            "events": "event", "settlement": "instruction",
        }  # fmt: skip
        lists = [
            (name.capitalize(), listing_of(f"trading.{model}", listing__id__exact=obj.pk))
            for name, model in names.items()
            if request.user.has_perm(f"trading.view_{model}")
        ]
        if request.user.has_perm("trading.view_order"):
            lists.insert(0, ("Depth by order", reverse("admin:trading_listing_depth", args=[obj.pk])))
        return lists

    def get_urls(self) -> list[URLPattern]:
        depth = self.admin_site.admin_view(self.depth)
        return [path("<int:pk>/depth/", depth, name="trading_listing_depth"), *super().get_urls()]

    def depth(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Every order in the book by itself, and what waits outside it (MKTD-003)."""
        if not request.user.has_perm("trading.view_order"):
            raise PermissionDenied
        listing = get_object_or_404(selectors.listings(), pk=pk)
        book = selectors.orders_in_book(listing, limit=DEEPEST)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Depth of {listing.symbol} by order",
            "listing": listing,
            "state": operations.badge(listing.market),
            "seq": book.seq,
            "sides": [
                (called, [_in_book(listing, order) for order in orders], len(orders) == DEEPEST)
                for called, orders in (("Bids", book.bids), ("Asks", book.asks))
            ],
            "waiting": [_waiting(listing, order) for order in book.waiting],
            "waiting_cut": len(book.waiting) == DEEPEST,
            "most": DEEPEST,
        }
        return TemplateResponse(request, "admin/trading/listing/depth.html", context)

    @admin.display(ordering="market__state")
    def state(self, row: Listing) -> str:
        return operations.badge(row.market)

    @admin.display(description="until (UTC)")
    def until(self, row: Listing) -> str:
        return planned(row.market.phase_until)

    @admin.display(description="halted for")
    def halted_for(self, row: Listing) -> str:
        return words.halt(row.market) or NOTHING

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

    @admin.display(description="calendar")
    def calendar_link(self, row: Listing) -> str:
        if row.calendar is None:
            return "none: continuous trading around the clock"
        return link("trading.calendar", row.calendar_id, row.calendar)

    @admin.display(description="DAY orders expire")
    def closes(self, row: Listing) -> str:
        return words.moment(sessions.session_end(row, clock.now()), row.time_zone)

    @admin.display(description="trades settle")
    def settles(self, row: Listing) -> str:
        return row.get_rail_display()

    @admin.display(description="custodian")
    def custodian_link(self, row: Listing) -> str:
        if row.custodian is None:
            return "none: on the venue’s books"
        return link("trading.custodian", row.custodian_id, row.custodian)

    @admin.display(description="fees in force")
    def fees(self, row: Listing) -> str:
        levels = fees.in_force([row], at=clock.now()).by_listing.get(row.pk, {})
        lines = ((fee_schedules.in_words(schedule),) for schedule in levels.values())
        return format_html_join("", "<div>{}</div>", lines) or "none"

    @admin.display(description="static: around the reference price")
    def static_band(self, row: Listing) -> str:
        return words.band(row.static_band_bps)

    @admin.display(description="dynamic: around the last price")
    def dynamic_band(self, row: Listing) -> str:
        return words.band(row.dynamic_band_bps)

    @admin.display(description="length of a volatility call")
    def volatility_call(self, row: Listing) -> str:
        return words.duration(row.volatility_call_seconds)

    @admin.display(description="length of a reopening call")
    def reopening_call(self, row: Listing) -> str:
        return words.duration(row.reopening_call_seconds) if row.reopening_call_seconds else "none"


def _edges(listing: Listing, around: int | None, bps: int) -> str:
    """A band in money."""
    if bps and around is None:
        return "any prices: there is none yet to reckon from"
    edges = bands.edges(around, bps)
    return NOTHING if edges is None else " – ".join(words.price(listing, edge) for edge in edges)


def _in_book(listing: Listing, order: Order) -> tuple[str, str, str, str, str]:
    """Price, displayed quantity, all of it where some is hidden, account, order."""
    hidden = order.leaves_qty > order.displayed_qty
    return (
        words.price(listing, order.price),
        words.quantity(listing, order.displayed_qty),
        words.quantity(listing, order.leaves_qty) if hidden else "",
        link("portal.account", order.account_id, order.account.number),
        link("trading.order", order.pk),
    )


def _waiting(listing: Listing, order: Order) -> tuple[str, str, str, str, str, str]:
    """What an order outside the book waits for."""
    if order.stop_px is not None and order.triggered_at is None:
        rises = "rises" if order.side == Side.BUY else "falls"
        event = f"the last price {rises} to {words.price(listing, order.stop_px)}"
    else:
        event = "the next opening" if order.time_in_force == "AT_OPEN" else "the next close"
    limit = words.price(listing, order.price) if order.price is not None else "no limit"
    return (
        order.side.capitalize(),
        words.quantity(listing, order.leaves_qty),
        limit,
        event,
        link("portal.account", order.account_id, order.account.number),
        link("trading.order", order.pk),
    )
