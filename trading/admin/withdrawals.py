"""Withdrawals and bank accounts at the desk: looked at, verified, proposed to be released or refused."""

import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse

from portal import clock
from portal.admin.base import (
    ActForm,
    act_page,
    clock_time,
    link,
    make_proposal,
    person,
    posted,
    utc,
)
from portal.models import Account
from trading import cash, words
from trading.admin.shown import SearchedAdmin
from trading.cash import CashRefused
from trading.cash.payments import payment_file, unpaid
from trading.models import CASH, WORKING, Balance, BankAccount, Case, Order, Transfer, Withdrawal
from trading.services import ledger
from trading.services.ledger import BANK, SUSPENSE, TRANSIT

# By kind of proposal: what it does in words, and what follows.
ACTS = {
    "RELEASE_WITHDRAWAL": ("release", "the bank is told with the next payment file."),
    "REFUSE_WITHDRAWAL": ("refuse", "the cash is the account’s again, and it is told why."),
    "TAKE_BACK_WITHDRAWAL": (
        "take back",
        "the bank did not pay it, the cash is the account’s again. If it paid another amount, assign that "
        "line of its statement too.",
    ),
}
OPEN_ACTS = {
    Withdrawal.Status.REQUESTED: ["RELEASE_WITHDRAWAL", "REFUSE_WITHDRAWAL"],
    Withdrawal.Status.RELEASED: ["TAKE_BACK_WITHDRAWAL"],
}
MAY_VERIFY, MAY_WITHDRAW = "trading.verify_bankaccount", "trading.add_withdrawal"
RECENT = timedelta(days=30)


def own_accounts() -> Any:
    """Contra accounts somebody takes cash from: the venue, the tax office, issuers."""
    return Account.objects.filter(kind=Account.Kind.CONTRA).exclude(number__in=[BANK, SUSPENSE, TRANSIT])


class VerifyForm(ActForm):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.fields["note"].label = "How it was verified"


class OwnBankAccountForm(forms.Form):
    account = forms.ModelChoiceField(own_accounts())
    holder = forms.CharField(max_length=140)
    bank_name = forms.CharField(max_length=140)
    routing_number = forms.CharField(max_length=11, help_text="ABA, nine digits.")
    account_number = forms.CharField(max_length=20)


class OwnWithdrawalForm(forms.Form):
    bank_account = forms.ModelChoiceField(
        BankAccount.objects.filter(
            account__kind=Account.Kind.CONTRA, status=BankAccount.Status.VERIFIED
        ).select_related("account"),
        label="To", help_text="A verified bank account of the venue’s own; it tells what is withdrawn from.",
    )  # fmt: skip
    amount = forms.DecimalField(max_digits=15, decimal_places=2, help_text="USD")


@admin.register(Withdrawal)
class WithdrawalAdmin(SearchedAdmin):
    change_list_template = "admin/trading/withdrawal/change_list.html"
    change_form_template = "admin/trading/withdrawal/change_form.html"
    list_display = ["reference", "status", "account_number", "amount", "bank_account", "asked"]
    list_select_related = ["account", "bank_account"]
    list_filter = ["status"]
    of_listing = ()
    texts = ("request_id",)
    search_help_text = "Account number, or a withdrawal’s number"
    ordering = ["-id"]
    fields = [
        "reference", "status", "account_link", "amount", "bank_account_link", "requested", "requested_by",
        "released", "ended", "reason",
    ]  # fmt: skip

    def audit_subject(self, obj: Withdrawal) -> str:
        return obj.reference

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("payments/", view(self.payments), name="trading_withdrawal_payments"),
            path("own/", view(self.withdraw_own), name="trading_withdrawal_own"),
            *(
                path(f"<int:pk>/{_slug(kind)}/", view(self.propose), {"kind": kind}, name=_page_of(kind))
                for kind in ACTS
            ),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {
            "stopped": cash.is_stopped(),
            "unpaid": unpaid().count(),
            "may_withdraw": request.user.has_perm(MAY_WITHDRAW),
        }
        return super().changelist_view(request, context | (extra_context or {}))

    def page_context(self, request: HttpRequest, obj: Withdrawal) -> dict[str, Any]:
        tools = []
        if request.user.has_perm("portal.add_proposal"):
            tools = [
                (f"Propose to {ACTS[kind][0]} it", reverse(f"admin:{_page_of(kind)}", args=[obj.pk]))
                for kind in OPEN_ACTS.get(Withdrawal.Status(obj.status), [])
            ]
        return {"tools": tools, "standing": _standing(obj), "stopped": cash.is_stopped()}

    def propose(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        if not request.user.has_perm("portal.add_proposal"):
            raise PermissionDenied
        row = get_object_or_404(Withdrawal.objects.select_related("account", "bank_account"), pk=pk)
        form = ActForm(posted(request))
        if form.is_valid():
            done = make_proposal(request, form, kind=kind, subject=row.reference, new={})
            if done:
                return done
        act, follows = ACTS[kind]
        return act_page(
            request, model_admin=self, form=form, submit="Propose", is_grave=kind != "REFUSE_WITHDRAWAL",
            title=f"Propose to {act} {row.reference}",
            back=reverse("admin:trading_withdrawal_change", args=[pk]),
            explanation=f"{words.cash(row.cents)} of {row.account} to {row.bank_account}. Somebody else has "
            f"to approve; {follows}",
            headings=["The account’s standing", ""], rows=_standing(row),
        )  # fmt: skip

    def payments(self, request: HttpRequest) -> HttpResponse:
        """What the bank is to pay, as a file."""
        if not request.user.has_perm(MAY_WITHDRAW):
            raise PermissionDenied
        response = HttpResponse(payment_file(by=person(request)), content_type="text/csv; charset=utf-8")
        name = f"payments-{clock.now():%Y%m%d-%H%M%S}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def withdraw_own(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(MAY_WITHDRAW):
            raise PermissionDenied
        form = OwnWithdrawalForm(posted(request))
        if form.is_valid():
            to = form.cleaned_data["bank_account"]
            try:
                row = cash.request_withdrawal(
                    account=to.account, bank_account_id=to.pk, request_id=str(uuid.uuid4()),
                    cents=int(form.cleaned_data["amount"] * 100), by=person(request),
                )  # fmt: skip
            except CashRefused as refused:
                form.add_error("amount" if refused.field == "amount" else None, str(refused))
            else:
                messages.success(request, f"{row} is requested. Two people release it.")
                return HttpResponseRedirect(reverse("admin:trading_withdrawal_change", args=[row.pk]))
        return act_page(
            request, model_admin=self, form=form, submit="Request it", title="Withdraw the venue’s own",
            back=reverse("admin:trading_withdrawal_changelist"),
            explanation="Fees, taxes withheld, and what issuers paid in beyond their distributions.",
            headings=["Account", "Available"],
            rows=[(row.account, words.cash(row.available)) for row in _own_balances()],
        )  # fmt: skip

    @admin.display(description="account", ordering="account")
    def account_link(self, row: Withdrawal) -> str:
        return link("portal.account", row.account_id, row.account)

    @admin.display(description="account", ordering="account")
    def account_number(self, row: Withdrawal) -> str:
        return link("portal.account", row.account_id, row.account.number)

    @admin.display(ordering="cents")
    def amount(self, row: Withdrawal) -> str:
        return words.cash(row.cents)

    @admin.display(description="to")
    def bank_account_link(self, row: Withdrawal) -> str:
        return link("trading.bankaccount", row.bank_account_id, row.bank_account)

    @admin.display(description="requested (UTC)", ordering="id")
    def asked(self, row: Withdrawal) -> str:
        return clock_time(row.requested_at)

    @admin.display
    def requested(self, row: Withdrawal) -> str:
        return utc(row.requested_at)

    @admin.display
    def released(self, row: Withdrawal) -> str:
        return utc(row.released_at)

    @admin.display
    def ended(self, row: Withdrawal) -> str:
        return utc(row.ended_at)


@admin.register(BankAccount)
class BankAccountAdmin(SearchedAdmin):
    change_list_template = "admin/trading/bankaccount/change_list.html"
    list_display = ["id", "account_link", "holder", "bank_name", "masked_", "status", "added_"]
    list_display_links = ["id", "holder"]
    list_select_related = ["account"]
    list_filter = ["status"]
    of_listing = ()
    search_help_text = "Account number"
    ordering = ["-id"]

    def audit_subject(self, obj: BankAccount) -> str:
        return obj.account.number

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("own/", view(self.add_own), name="trading_bankaccount_own"),
            path("<int:pk>/verify/", view(self.verify), name="trading_bankaccount_verify"),
            *super().get_urls(),
        ]

    def get_fields(self, request: HttpRequest, obj: BankAccount | None = None) -> Any:
        """In full for those who compare it with what the bank says."""
        number = "account_number" if request.user.has_perm(MAY_VERIFY) else "masked_"
        return [
            "account_link", "holder", "bank_name", "routing_number", number, "status", "added", "verified",
            "verified_by", "usable",
        ]  # fmt: skip

    def page_context(self, request: HttpRequest, obj: BankAccount) -> dict[str, Any]:
        if obj.status != BankAccount.Status.UNVERIFIED or not request.user.has_perm(MAY_VERIFY):
            return {"tools": []}
        return {"tools": [("Verify it", reverse("admin:trading_bankaccount_verify", args=[obj.pk]))]}

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"may_withdraw": request.user.has_perm(MAY_WITHDRAW)}
        return super().changelist_view(request, context | (extra_context or {}))

    def verify(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm(MAY_VERIFY):
            raise PermissionDenied
        row = get_object_or_404(BankAccount.objects.select_related("account"), pk=pk)
        back = reverse("admin:trading_bankaccount_change", args=[pk])
        form = VerifyForm(posted(request))
        if form.is_valid():
            try:
                row = cash.verify_bank_account(
                    bank_account_id=pk, note=form.cleaned_data["note"], by=person(request)
                )
            except CashRefused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(
                    request, f"Verified. Withdrawals may go there from {utc(cash.usable_from(row))}."
                )
                return HttpResponseRedirect(back)
        return act_page(
            request, model_admin=self, form=form, submit="Verify it", back=back,
            title=f"Verify a bank account of {row.account}",
            explanation="That it belongs to the holder of the account here, and to nobody else.",
            headings=["Account", "Holder as the bank knows them", "Bank", "Routing number", "Account number"],
            rows=[(row.account, row.holder, row.bank_name, row.routing_number, row.account_number)],
        )  # fmt: skip

    def add_own(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(MAY_WITHDRAW):
            raise PermissionDenied
        form = OwnBankAccountForm(posted(request))
        if form.is_valid():
            try:
                row = cash.add_bank_account(by=person(request), **form.cleaned_data)
            except CashRefused as refused:
                form.add_error(refused.field if refused.field in form.fields else None, str(refused))
            else:
                messages.success(request, "Added. It has to be verified.")
                return HttpResponseRedirect(reverse("admin:trading_bankaccount_change", args=[row.pk]))
        return act_page(
            request, model_admin=self, form=form, submit="Add it",
            title="Add a bank account of the venue’s own",
            explanation="Where fees, withheld taxes and issuers’ funds are paid to.",
            back=reverse("admin:trading_bankaccount_changelist"),
        )  # fmt: skip

    @admin.display(description="account", ordering="account")
    def account_link(self, row: BankAccount) -> str:
        return link("portal.account", row.account_id, row.account)

    @admin.display(description="account number")
    def masked_(self, row: BankAccount) -> str:
        return row.masked

    @admin.display(description="added (UTC)", ordering="added_at")
    def added_(self, row: BankAccount) -> str:
        return clock_time(row.added_at)

    @admin.display
    def added(self, row: BankAccount) -> str:
        return utc(row.added_at)

    @admin.display(ordering="verified_at")
    def verified(self, row: BankAccount) -> str:
        return utc(row.verified_at)

    @admin.display(description="withdrawals from")
    def usable(self, row: BankAccount) -> str:
        return utc(cash.usable_from(row))


def _slug(kind: str) -> str:
    return ACTS[kind][0].replace(" ", "-")


def _page_of(kind: str) -> str:
    return f"trading_withdrawal_{_slug(kind)}"


def _standing(row: Withdrawal) -> list[tuple[str, Any]]:
    """What two people look at before cash leaves."""
    account, since = row.account, clock.now() - RECENT
    balance = Balance.objects.filter(account=account, asset=CASH).first() or Balance()
    deposits = Transfer.objects.filter(credit_account=account, kind=Transfer.Kind.DEPOSIT, at__gte=since)
    others = Withdrawal.objects.filter(account=account, requested_at__gte=since).exclude(pk=row.pk)
    cases = Case.objects.filter(Q(facts__account=account.number), kind=Case.Kind.UNMATCHED, closed_at=None)
    place = row.bank_account
    return [
        ("Account", account.get_status_display()),
        ("Cash settled", words.cash(balance.settled)),
        ("Held for orders and withdrawals", words.cash(balance.held)),
        ("To be paid for trades", words.cash(balance.pending_out)),
        ("Available besides", words.cash(balance.available)),
        ("Working orders", Order.objects.filter(account=account, ord_status__in=WORKING).count()),
        ("Deposits in 30 days", words.cash(deposits.aggregate(sum=Sum("amount"))["sum"] or 0)),
        ("Other withdrawals in 30 days", words.cash(others.aggregate(sum=Sum("cents"))["sum"] or 0)),
        ("Open cases of cash that names it", cases.count()),
        ("Bank account", f"{place}, {place.get_status_display().lower()}, holder {place.holder}"),
    ]


def _own_balances() -> list[Balance]:
    ledger.fee_account()
    rows = Balance.objects.filter(account__in=own_accounts(), asset=CASH, settled__gt=0)
    return list(rows.select_related("account").order_by("account__number"))
