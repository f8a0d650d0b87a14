"""Orders and executions to look at."""

from operator import itemgetter
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join

from portal.admin.base import NOTHING, clock_time, link, listing_of, utc
from trading import engine, journal, wire, words
from trading.admin import shown
from trading.admin.breaks import BreakMixin
from trading.models import Execution, Order, TradeBreak
from trading.models.journal import Command, Event

MOST = 500  # lines of each kind in an order's history


@admin.register(Order)
class OrderAdmin(shown.SearchedAdmin):
    change_form_template = "admin/trading/order/change_form.html"
    list_display = [
        "id", "entered", "account_link", "side", "quantity", "price_", "terms", "status", "filled",
        "average",
    ]  # fmt: skip
    list_select_related = ["account", "listing"]
    list_filter = [
        shown.choices("ord_status", "status"),
        "side",
        shown.choices("ord_type", "order type"),
        shown.choices("time_in_force", "time in force"),
        "listing",
    ]
    texts = ("cl_ord_id",)
    search_help_text = "Account number, symbol, ClOrdID or order id; several of them narrow"
    ordering = ["-id"]
    fields = [
        "account_link", "listing", "client_order_id", "side", "type_", "in_force", "quantity", "price_",
        "stop", "conditions", "self_trades", "protection", "expires", "status", "why", "filled", "leaves",
        "average", "fee_", "pays_by", "holds", "entered", "triggered", "updated",
    ]  # fmt: skip

    def title_of(self, obj: Order) -> str:
        return f"Order {obj.pk}: {obj.side.lower()} {words.quantity(obj.listing, obj.order_qty)}"

    def page_context(self, request: HttpRequest, obj: Order) -> dict[str, Any]:
        return {
            "history": history(obj),
            "tools": [
                ("Executions", listing_of("trading.execution", order__id__exact=obj.pk)),
                ("All of the account", listing_of("trading.order", account__id__exact=obj.account_id)),
            ],
        }

    @admin.display(description="entered (UTC)", ordering="id")
    def entered(self, row: Order) -> str:
        return clock_time(row.created_at)

    @admin.display(description="changed")
    def updated(self, row: Order) -> str:
        return utc(row.updated_at)

    @admin.display
    def expires(self, row: Order) -> str:
        return utc(row.expire_at)

    @admin.display(description="account")
    def account_link(self, row: Order) -> str:
        return link("portal.account", row.account_id, row.account.number)

    @admin.display
    def quantity(self, row: Order) -> str:
        return words.quantity(row.listing, row.order_qty)

    @admin.display(description="price")
    def price_(self, row: Order) -> str:
        return words.price(row.listing, row.price)

    @admin.display(description="ClOrdID")
    def client_order_id(self, row: Order) -> str:
        return row.cl_ord_id

    @admin.display(description="order type")
    def type_(self, row: Order) -> str:
        return _said(row.ord_type)

    @admin.display(description="stop price")
    def stop(self, row: Order) -> str:
        trailing = f", trailing by {words.price(row.listing, row.trail)}" if row.trail else ""
        return words.price(row.listing, row.stop_px) + trailing

    @admin.display
    def conditions(self, row: Order) -> str:
        said = []
        if row.display_qty is not None:
            shown_now = words.quantity(row.listing, row.displayed_qty)
            said.append(
                f"shows {words.quantity(row.listing, row.display_qty)} at most, {shown_now} of it now"
            )
        if row.min_qty is not None:
            said.append(f"trades {words.quantity(row.listing, row.min_qty)} on arrival, or nothing")
        if row.post_only:
            said.append(
                f"post-only: {'rejected' if row.post_only == 'REJECT' else 'slides'} instead of trading"
            )
        lines = [(line,) for line in said]
        if row.linked_order_id:
            lines.append((format_html("one of a pair with {}", link("trading.order", row.linked_order_id)),))
        return format_html_join("", "<div>{}</div>", lines) or NOTHING

    @admin.display(description="meeting its own")
    def self_trades(self, row: Order) -> str:
        return _said(row.self_trade)

    @admin.display(description="fee")
    def fee_(self, row: Order) -> str:
        return words.cash(row.fee)

    @admin.display(description="pays by")
    def pays_by(self, row: Order) -> str:
        if row.fee_schedule is None:
            return "no fees"
        return link("trading.feeschedule", row.fee_schedule_id, row.fee_schedule)

    @admin.display
    def triggered(self, row: Order) -> str:
        return utc(row.triggered_at)

    @admin.display(description="time in force")
    def in_force(self, row: Order) -> str:
        return _said(row.time_in_force)

    @admin.display(ordering="ord_status")
    def status(self, row: Order) -> str:
        return row.get_ord_status_display()

    @admin.display(description="why it ended")
    def why(self, row: Order) -> str:
        return _said(row.text) or NOTHING

    @admin.display
    def terms(self, row: Order) -> str:
        return f"{_said(row.ord_type)}, {_said(row.time_in_force)}"

    @admin.display(description="worst price (protection)")
    def protection(self, row: Order) -> str:
        return words.price(row.listing, row.protection_px)

    @admin.display
    def filled(self, row: Order) -> str:
        return f"{row.listing.quantity(row.cum_qty):,f}"

    @admin.display(description="still working")
    def leaves(self, row: Order) -> str:
        return words.quantity(row.listing, row.leaves_qty)

    @admin.display(description="average price")
    def average(self, row: Order) -> str:
        price = wire.average_price(row.listing, row.traded_value, row.cum_qty)
        return NOTHING if price is None else f"{price} USD"

    @admin.display(description="held for it")
    def holds(self, row: Order) -> str:
        if row.side == engine.Side.BUY:
            return words.cash(row.hold)
        return words.quantity(row.listing, row.hold)


def _said(word: str) -> str:
    """A word of FIX, for reading: abbreviations stay as they are."""
    return word if len(word) <= 3 else word.replace("_", " ").capitalize()


def history(order: Order) -> list[tuple[str, str, str, str, str]]:
    """An order's life as (at, command, event, kind, gist), oldest first.

    What its own commands came to, its trades by whatever command, and what people took back or corrected of
    them (BUST-005). (Its expiry, which no command of its own brings about, is told by its status.)
    """
    listing = order.listing
    traded = list(order.executions.order_by("id").values_list("trade_seq", flat=True)[:MOST])
    broken = TradeBreak.objects.filter(listing=listing, trade_seq__in=traded).values_list("seq", flat=True)
    commands = list(Command.objects.filter(order_id=order.pk).order_by("seq")[:MOST])
    # A correction names the buyer's order.
    commands += Command.objects.filter(listing=listing, seq__in=list(broken)).exclude(
        pk__in=[c.pk for c in commands]
    )
    own = [c.seq for c in commands]
    events = Event.objects.filter(Q(command_seq__in=own) | Q(seq__in=traded), listing=listing)
    lines: list[tuple[int, int, Command | Event, str, str]]
    lines = [(c.seq, 0, c, shown.command_at(listing.pk, c.seq), "") for c in commands]
    lines += [(e.command_seq, e.seq, e, "", shown.event_at(listing.pk, e.seq)) for e in events]
    return [
        (utc(row.at), command, event, row.kind, shown.gist(listing, row.payload))
        for _, _, row, command, event in sorted(lines, key=itemgetter(0, 1))
    ]


@admin.register(Execution)
class ExecutionAdmin(BreakMixin, shown.SearchedAdmin):
    list_display = [
        "id", "when", "side", "quantity", "price", "value", "fee_", "liquidity", "standing", "account_link",
        "order_link", "trade",
    ]  # fmt: skip
    list_select_related = ["account", "listing"]
    list_filter = ["side", "liquidity", "status", "listing"]
    numbers = ("id", "order_id")
    search_help_text = "Account number, symbol, execution id or order id; several of them narrow"
    ordering = ["-id"]
    fields = [
        "when", "listing", "side", "quantity", "price", "value", "fee_", "liquidity", "standing", "as_traded",
        "account_link", "order_link", "trade", "broken_by",
    ]  # fmt: skip

    def title_of(self, obj: Execution) -> str:
        return f"Trade {obj.trade_seq} of {obj.listing}, {obj.side.lower()} side"

    @admin.display(description="at (UTC)", ordering="id")
    def when(self, row: Execution) -> str:
        return clock_time(row.at)

    @admin.display
    def quantity(self, row: Execution) -> str:
        return words.quantity(row.listing, row.last_qty)

    @admin.display
    def price(self, row: Execution) -> str:
        return words.price(row.listing, row.last_px)

    @admin.display
    def value(self, row: Execution) -> str:
        return words.cash(row.amount)

    @admin.display(description="fee")
    def fee_(self, row: Execution) -> str:
        return words.cash(row.fee)

    @admin.display(description="status", ordering="status")
    def standing(self, row: Execution) -> str:
        return row.get_status_display()

    @admin.display(description="as traded")
    def as_traded(self, row: Execution) -> str:
        """The history stays and shows both (BUST-005)."""
        made = journal.trade(listing_id=row.listing_id, seq=row.trade_seq)
        if made is None:
            return NOTHING
        return f"{words.quantity(row.listing, made.qty)} at {words.price(row.listing, made.price)}"

    @admin.display(description="taken back or corrected by")
    def broken_by(self, row: Execution) -> str:
        broken = TradeBreak.objects.filter(listing=row.listing, trade_seq=row.trade_seq).first()
        return NOTHING if broken is None else link("portal.proposal", broken.proposal_id, broken.proposal)

    @admin.display(description="account")
    def account_link(self, row: Execution) -> str:
        return link("portal.account", row.account_id, row.account.number)

    @admin.display(description="order")
    def order_link(self, row: Execution) -> str:
        return link("trading.order", row.order_id)

    @admin.display(description="trade (event)")
    def trade(self, row: Execution) -> str:
        return shown.event_at(row.listing_id, row.trade_seq)
