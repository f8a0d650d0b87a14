"""Dividends: proposed, and what each holder got."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse

from portal.admin.base import ReadOnlyAdmin, act_page, link, listing_of, make_proposal, posted, utc
from trading import words
from trading.admin import shown
from trading.admin.book_forms import DividendForm
from trading.models import CASH, Balance, Dividend, DividendPayment, Listing
from trading.models.listings import plain


@admin.register(Dividend)
class DividendAdmin(ReadOnlyAdmin):
    change_list_template = "admin/trading/dividend/change_list.html"
    list_display = ["id", "listing", "a_token", "record", "decided"]
    list_select_related = ["listing", "proposal"]
    list_filter = ["listing"]
    ordering = ["-id"]
    fields = ["listing", "a_token", "record", "paid", "holders", "gross", "withheld", "decided"]

    def title_of(self, obj: Dividend) -> str:
        return f"Dividend of {obj.listing}, {obj.record_at:%Y-%m-%d}"

    def page_context(self, request: HttpRequest, obj: Dividend) -> dict[str, Any]:
        return {"tools": [("Payments", listing_of("trading.dividendpayment", dividend__id__exact=obj.pk))]}

    def get_urls(self) -> list[URLPattern]:
        propose = self.admin_site.admin_view(self.propose)
        return [path("propose/", propose, name="trading_dividend_propose"), *super().get_urls()]

    def propose(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("portal.add_proposal"):
            raise PermissionDenied
        form = DividendForm(posted(request))
        if form.is_valid():
            symbol = form.cleaned_data["listing"].symbol
            done = make_proposal(request, form, kind="PAY_DIVIDEND", subject=symbol, new=form.changes)
            if done:
                return done
        return act_page(
            request, model_admin=self, form=form, submit="Propose", title="Propose a dividend", is_grave=True,
            back=reverse("admin:trading_dividend_changelist"),
            explanation="Whoever holds settled tokens as somebody else approves is paid at once, less the "
            "taxes withheld. What it comes to has to be paid in before.",
            headings=["Paid in by the issuer", "For"], rows=_funded(),
        )  # fmt: skip

    @admin.display(description="for each token")
    def a_token(self, row: Dividend) -> str:
        return f"{plain(row.cents_per_lot / 100 / row.listing.lot_size):,f} {CASH}"

    @admin.display(description="whoever held at", ordering="record_at")
    def record(self, row: Dividend) -> str:
        return utc(row.record_at)

    @admin.display
    def paid(self, row: Dividend) -> str:
        return utc(row.paid_at)

    @admin.display
    def holders(self, row: Dividend) -> str:
        return f"{self._sums(row)['holders']:,}"

    @admin.display
    def gross(self, row: Dividend) -> str:
        return words.cash(self._sums(row)["gross"] or 0)

    @admin.display
    def withheld(self, row: Dividend) -> str:
        return words.cash(self._sums(row)["taken"] or 0)

    @admin.display(description="proposal")
    def decided(self, row: Dividend) -> str:
        return link("portal.proposal", row.proposal_id, row.proposal)

    def _sums(self, row: Dividend) -> dict[str, Any]:
        return row.payments.aggregate(holders=Count("pk"), gross=Sum("gross"), taken=Sum("withheld"))


@admin.register(DividendPayment)
class DividendPaymentAdmin(shown.SearchedAdmin):
    list_display = ["id", "dividend_", "account_link", "holding", "gross_", "withheld_", "rate", "why"]
    list_select_related = ["dividend__listing", "account"]
    list_filter = ["dividend__listing"]
    of_listing = ("dividend__listing",)
    search_help_text = "Account number or symbol"
    ordering = ["-id"]
    fields = ["dividend_", "account_link", "holding", "gross_", "withheld_", "rate", "why"]

    @admin.display(description="dividend")
    def dividend_(self, row: DividendPayment) -> str:
        dividend = row.dividend
        return link("trading.dividend", dividend.pk, f"{dividend.listing} {dividend.record_at:%Y-%m-%d}")

    @admin.display(description="account")
    def account_link(self, row: DividendPayment) -> str:
        return link("portal.account", row.account_id, row.account.number)

    @admin.display
    def holding(self, row: DividendPayment) -> str:
        return words.quantity(row.dividend.listing, row.lots)

    @admin.display(description="gross")
    def gross_(self, row: DividendPayment) -> str:
        return words.cash(row.gross)

    @admin.display(description="withheld")
    def withheld_(self, row: DividendPayment) -> str:
        return words.cash(row.withheld)

    @admin.display(description="rate")
    def rate(self, row: DividendPayment) -> str:
        return f"{plain(row.withholding_rate):f} %"

    @admin.display(description="because")
    def why(self, row: DividendPayment) -> str:
        return row.withholding_reason


def _funded() -> list[tuple[str, str]]:
    """What issuers paid in and is not paid out."""
    issuers = {f"C-{symbol}": symbol for symbol in Listing.objects.values_list("symbol", flat=True)}
    found = Balance.objects.filter(asset=CASH, settled__gt=0, account__number__in=issuers)
    rows = found.order_by("account__number").values_list("account__number", "settled")
    return [(words.cash(cents), issuers[number]) for number, cents in rows]
