"""The bank at the desk: files that wait, what taking one in would book, and what was taken in."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse

from portal.admin.base import (
    NOTHING,
    ActForm,
    ReadOnlyAdmin,
    act_page,
    clock_time,
    link,
    listing_of,
    make_proposal,
    person,
    posted,
    utc,
)
from portal.models import Account
from trading import cash, words
from trading.admin.shown import SearchedAdmin
from trading.cash import CashRefused, inbox, matches
from trading.cash.imports import Preview, at_bank
from trading.cash.statements import CREDIT
from trading.demo import bank as demo_bank
from trading.models import BankEntry, BankStatement, Case

MAY_IMPORT = "trading.add_bankstatement"
LINES_SHOWN = 200
FILES_SHOWN = 50


class UploadForm(forms.Form):
    file = forms.FileField(
        help_text="CSV, or ISO 20022 camt.053. It is shown to you before anything is booked. Files larger "
        "than 200 KB: manage.py import_bank_statement."
    )


class ImportForm(forms.Form):
    """Names what was looked at, so that nothing else is booked."""

    sha256 = forms.CharField(widget=forms.HiddenInput)


class DemoForm(forms.Form):
    account = forms.ModelChoiceField(
        Account.objects.exclude(kind=Account.Kind.CONTRA), required=False, empty_label="Nobody",
        label="Brings a deposit of",
    )  # fmt: skip
    amount = forms.DecimalField(max_digits=12, decimal_places=2, min_value=0, initial=0, help_text="USD")


class BookedFilter(admin.SimpleListFilter):
    """Of the kinds of transfers those a bank books."""

    title = "booked as"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind.value, kind.label) for kind in matches.KINDS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[BankEntry]) -> QuerySet[BankEntry]:
        return queryset.filter(transfer__kind=self.value()) if self.value() else queryset


class AssignForm(ActForm):
    field_order = ["account", "note"]

    account = forms.CharField(
        max_length=16, help_text="Its number; C- and the symbol for an issuer’s, C-FEES for the venue’s own."
    )


@admin.register(BankStatement)
class BankStatementAdmin(ReadOnlyAdmin):
    change_list_template = "admin/trading/bankstatement/change_list.html"
    list_title = "Bank"
    list_display = ["statement_id", "booked_on", "opening", "closing", "lines", "taken_in", "imported_by"]
    list_select_related = ["imported_by"]
    search_fields = ["statement_id"]
    search_help_text = "The bank’s id of a statement"
    date_hierarchy = "booked_on"
    ordering = ["-id"]
    fields = [
        "statement_id", "booked_on", "opening", "closing", "lines", "format", "file_name", "sha256",
        "imported", "imported_by",
    ]  # fmt: skip

    def audit_subject(self, obj: BankStatement) -> str:
        return f"statement {obj}"[:100]

    def get_queryset(self, request: HttpRequest) -> QuerySet[BankStatement]:
        return super().get_queryset(request).annotate(count=Count("entries"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("take-in/", view(self.upload), name="trading_bankstatement_upload"),
            path("demo/", view(self.ask_demo_bank), name="trading_bankstatement_demo"),
            path("waiting/<str:name>/", view(self.look), name="trading_bankstatement_look"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        may_import = request.user.has_perm(MAY_IMPORT)
        context = {
            "waiting": inbox.waiting()[:FILES_SHOWN] if may_import else [],
            "may_import": may_import,
            "has_demo_bank": settings.DEMO,
            "stopped": cash.is_stopped(),
            "at_bank": words.cash(at_bank()),
        }
        return super().changelist_view(request, context | (extra_context or {}))

    def page_context(self, request: HttpRequest, obj: BankStatement) -> dict[str, Any]:
        return {"tools": [("Entries", listing_of("trading.bankentry", statement__id__exact=obj.pk))]}

    # --- Files that wait ----------------------------------------------------------------------------------

    def upload(self, request: HttpRequest) -> HttpResponse:
        _require(request, MAY_IMPORT)
        form = UploadForm(posted(request), request.FILES or None)
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                name = inbox.put(file.name, file.read())
            except CashRefused as refused:
                form.add_error("file", str(refused))
            else:
                return HttpResponseRedirect(reverse("admin:trading_bankstatement_look", args=[name]))
        return act_page(
            request, model_admin=self, form=form, submit="Look at it", title="Take in a bank statement",
            back=_back(),
        )  # fmt: skip

    def ask_demo_bank(self, request: HttpRequest) -> HttpResponse:
        _require(request, MAY_IMPORT)
        if not settings.DEMO:
            raise PermissionDenied
        form = DemoForm(posted(request))
        if form.is_valid():
            account, cents = form.cleaned_data["account"], int(form.cleaned_data["amount"] * 100)
            name = demo_bank.next_statement([(account, cents)] if account and cents else [])
            return HttpResponseRedirect(reverse("admin:trading_bankstatement_look", args=[name]))
        return act_page(
            request, model_admin=self, form=form, submit="Ask for it", back=_back(),
            title="Ask the demo bank for its next statement",
            explanation="It pays every withdrawal that was released. Nothing of it is real.",
        )  # fmt: skip

    def look(self, request: HttpRequest, name: str) -> HttpResponse:
        """What a file would book, and then booking it; or, where it cannot be, putting it away."""
        _require(request, MAY_IMPORT)
        try:
            content = inbox.read(name)
        except CashRefused as refused:
            messages.error(request, str(refused))
            return HttpResponseRedirect(_back())
        if request.method == "POST":
            return self._import(request, name, content)
        try:
            preview = cash.preview_statement(content=content, file_name=name)
        except CashRefused as refused:
            return act_page(
                request, model_admin=self, form=forms.Form(), submit="Put the file away", is_grave=True,
                title=f"{name} cannot be taken in", explanation=f"{refused} ({refused.code})", back=_back(),
            )  # fmt: skip
        statement = preview.statement
        return act_page(
            request, model_admin=self, form=ImportForm(initial={"sha256": statement.sha256}), back=_back(),
            title=f"Take in the statement {statement.statement_id}", submit="Book it",
            explanation=_summary(preview), rows=_rows(preview),
            headings=["Bank’s reference", "Amount", "From or to", "What was written", "What it books"],
        )  # fmt: skip

    def _import(self, request: HttpRequest, name: str, content: bytes) -> HttpResponse:
        form = ImportForm(request.POST)
        if not form.is_valid():
            inbox.put_away(name)
            messages.success(request, f"{name} is put away. Nothing of it was booked.")
            return HttpResponseRedirect(_back())
        try:
            statement = cash.read_statement(content, name)
            if statement.sha256 != form.cleaned_data["sha256"]:
                raise CashRefused("FILE_CHANGED", f"{name} is not what it was. Look at it again.")
            row = cash.import_statement(content=content, file_name=name, by=person(request))
        except CashRefused as refused:
            messages.error(request, f"{refused} Nothing of it was booked.")
            return HttpResponseRedirect(_back())
        inbox.put_away(name)
        messages.success(request, f"Statement {row} is booked. Entries: {len(statement.lines)}.")
        return HttpResponseRedirect(listing_of("trading.bankentry", statement__id__exact=row.pk))

    @admin.display(description="opens with")
    def opening(self, row: BankStatement) -> str:
        return words.cash(row.opening_cents)

    @admin.display(description="closes with")
    def closing(self, row: BankStatement) -> str:
        return words.cash(row.closing_cents)

    @admin.display(description="entries")
    def lines(self, row: Any) -> int:
        return int(row.count)

    @admin.display(description="imported (UTC)", ordering="id")
    def taken_in(self, row: BankStatement) -> str:
        return clock_time(row.imported_at)

    @admin.display
    def imported(self, row: BankStatement) -> str:
        return utc(row.imported_at)


@admin.register(BankEntry)
class BankEntryAdmin(SearchedAdmin):
    list_display = [
        "bank_reference", "booked_on", "direction", "amount", "counterparty", "remittance", "booked", "whose",
    ]  # fmt: skip
    list_select_related = ["transfer__debit_account", "transfer__credit_account"]
    list_filter = ["direction", BookedFilter]
    of_account = ("transfer__debit_account", "transfer__credit_account")
    of_listing = ()
    numbers = ("cents",)
    texts = ("bank_reference",)
    search_help_text = "Bank’s reference, account number, or an amount in cents"
    date_hierarchy = "booked_on"
    ordering = ["-id"]
    fields = [
        "bank_reference", "statement_link", "booked_on", "direction", "amount", "counterparty",
        "counterparty_account", "remittance", "booked", "whose", "transfer_link", "case",
    ]  # fmt: skip

    def audit_subject(self, obj: BankEntry) -> str:
        return obj.bank_reference

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.assign)
        return [path("<int:pk>/assign/", view, name="trading_bankentry_assign"), *super().get_urls()]

    def page_context(self, request: HttpRequest, obj: BankEntry) -> dict[str, Any]:
        case = _case(obj)
        if case is None or case.closed_at is not None or not request.user.has_perm("portal.add_proposal"):
            return {"tools": []}
        return {"tools": [("Propose whose it is", reverse("admin:trading_bankentry_assign", args=[obj.pk]))]}

    def assign(self, request: HttpRequest, pk: int) -> HttpResponse:
        _require(request, "portal.add_proposal")
        entry = get_object_or_404(BankEntry, pk=pk)
        form = AssignForm(posted(request))
        if form.is_valid():
            number = form.cleaned_data["account"].strip().upper()
            done = make_proposal(
                request, form, kind="ASSIGN_CASH", subject=entry.bank_reference, new={"account": number}
            )
            if done:
                return done
        case = _case(entry)
        return act_page(
            request, model_admin=self, form=form, submit="Propose", is_grave=True,
            back=reverse("admin:trading_bankentry_change", args=[pk]),
            title=f"Propose whose {words.cash(entry.cents)} {_came(entry)}",
            explanation="Somebody else has to approve; then the cash is booked and the case closed. Cash of "
            "a third party belongs to nobody here: have the bank send it back under its own reference.",
            headings=["From or to", "What was written", "Why it waits"],
            rows=[(entry.counterparty or NOTHING, entry.remittance or NOTHING, _why(case))],
        )  # fmt: skip

    @admin.display
    def amount(self, row: BankEntry) -> str:
        return words.cash(row.cents)

    @admin.display(description="booked as")
    def booked(self, row: BankEntry) -> str:
        return row.transfer.get_kind_display()

    @admin.display(description="account")
    def whose(self, row: BankEntry) -> str:
        transfer = row.transfer
        account = transfer.credit_account if row.direction == CREDIT else transfer.debit_account
        return link("portal.account", account.pk, account.number)

    @admin.display(description="statement")
    def statement_link(self, row: BankEntry) -> str:
        return link("trading.bankstatement", row.statement_id, row.statement)

    @admin.display(description="transfer")
    def transfer_link(self, row: BankEntry) -> str:
        return link("trading.transfer", row.transfer_id)

    @admin.display
    def case(self, row: BankEntry) -> str:
        case = _case(row)
        if case is None:
            return NOTHING
        return link("trading.case", case.pk, f"{case}: {case.resolution or _why(case)}")


def _summary(preview: Preview) -> str:
    statement, count, cases = preview.statement, len(preview.statement.lines), len(preview.cases)
    return (
        f"Of {statement.booked_on}: opens with {words.cash(statement.opening_cents)}, closes with "
        f"{words.cash(statement.closing_cents)}. Entries: {count}; cases for people to look at: {cases}."
        + (f" The first {LINES_SHOWN} are shown, cases first." if count > LINES_SHOWN else "")
    )


def _rows(preview: Preview) -> list[tuple[str, ...]]:
    rows = sorted(preview.matches, key=lambda one: not one.why)[:LINES_SHOWN]
    return [
        (
            one.line.bank_reference,
            f"{'+' if one.line.direction == CREDIT else '−'} {words.cash(one.line.cents)}",
            one.line.counterparty or NOTHING,
            one.line.remittance or NOTHING,
            matches.in_words(one),
        )
        for one in rows
    ]


def _case(entry: BankEntry) -> Case | None:
    return Case.objects.filter(kind=Case.Kind.UNMATCHED, subject=entry.bank_reference).order_by("-pk").first()


def _why(case: Case | None) -> str:
    return matches.WHY.get(case.facts.get("why", ""), NOTHING) if case else NOTHING


def _came(entry: BankEntry) -> str:
    return "is" if entry.direction == CREDIT else "was"


def _back() -> str:
    return reverse("admin:trading_bankstatement_changelist")


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied
