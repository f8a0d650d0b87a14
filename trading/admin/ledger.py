"""The ledger to look at: balances, and the transfers they follow from."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse

from portal.admin.base import act_page, clock_time, link, make_proposal, posted
from trading import words
from trading.admin.book_forms import EntryForm
from trading.admin.shown import SearchedAdmin
from trading.models import Balance, Transfer
from trading.services import entries


@admin.register(Balance)
class BalanceAdmin(SearchedAdmin):
    list_display = ["account", "asset", "settled_", "held_", "pending_in_", "pending_out_", "available"]
    list_select_related = ["account", "asset"]
    list_filter = ["asset", "is_contra"]
    of_listing = ("asset__listing",)
    search_help_text = "Account number or symbol"
    ordering = ["account", "asset"]
    fields = [
        "account_link", "asset", "settled_", "held_", "pending_in_", "pending_out_", "available", "is_contra",
    ]  # fmt: skip

    @admin.display(description="account")
    def account_link(self, row: Balance) -> str:
        return link("portal.account", row.account_id, row.account)

    @admin.display(description="settled", ordering="settled")
    def settled_(self, row: Balance) -> str:
        return words.amount(row.asset, row.settled)

    @admin.display(description="held for orders", ordering="held")
    def held_(self, row: Balance) -> str:
        return words.amount(row.asset, row.held)

    @admin.display(description="coming in")
    def pending_in_(self, row: Balance) -> str:
        return words.amount(row.asset, row.pending_in)

    @admin.display(description="going out")
    def pending_out_(self, row: Balance) -> str:
        return words.amount(row.asset, row.pending_out)

    @admin.display
    def available(self, row: Balance) -> str:
        return words.amount(row.asset, row.available)


@admin.register(Transfer)
class TransferAdmin(SearchedAdmin):
    change_list_template = "admin/trading/transfer/change_list.html"
    list_display = ["id", "when", "kind", "amount_", "debit_link", "credit_link", "reference"]
    list_select_related = ["debit_account", "credit_account", "asset"]
    list_filter = ["kind", "asset"]
    of_account = ("debit_account", "credit_account")
    of_listing = ()
    texts = ("reference",)
    search_help_text = "Account number, id or reference"
    ordering = ["-id"]
    fields = ["when", "kind", "amount_", "debit_link", "credit_link", "reference"]

    def get_urls(self) -> list[URLPattern]:
        propose = self.admin_site.admin_view(self.propose)
        return [path("propose/", propose, name="trading_transfer_propose"), *super().get_urls()]

    def propose(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("portal.add_proposal"):
            raise PermissionDenied
        form = EntryForm(posted(request))
        if form.is_valid():
            new = form.changes
            done = make_proposal(request, form, kind="LEDGER_ENTRY", subject=entries.SUBJECT, new=new)
            if done:
                return done
        return act_page(
            request, model_admin=self, form=form, submit="Propose", title="Propose an entry", is_grave=True,
            back=reverse("admin:trading_transfer_changelist"),
            explanation="By hand, where no service of the venue books it. Somebody else has to approve.",
        )  # fmt: skip

    @admin.display(description="at (UTC)", ordering="id")
    def when(self, row: Transfer) -> str:
        return clock_time(row.at)

    @admin.display(description="amount")
    def amount_(self, row: Transfer) -> str:
        return words.amount(row.asset, row.amount)

    @admin.display(description="from")
    def debit_link(self, row: Transfer) -> str:
        return link("portal.account", row.debit_account_id, row.debit_account.number)

    @admin.display(description="to")
    def credit_link(self, row: Transfer) -> str:
        return link("portal.account", row.credit_account_id, row.credit_account.number)
