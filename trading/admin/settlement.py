"""The settlement board: what is to settle, how far it has come, and what becomes of what failed."""

from collections.abc import Callable
from datetime import UTC
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.timesince import timesince

from portal import clock
from portal.admin.base import (
    NOTHING,
    ActForm,
    DeskAdmin,
    act_page,
    link,
    listing_of,
    make_proposal,
    posted,
    utc,
)
from trading import words
from trading.admin import shown
from trading.admin.book_forms import CallOffForm, MendForm, RetryForm, ReverseForm
from trading.admin.journal import known_facts
from trading.models import (
    BREAKABLE,
    Custodian,
    CustodianMessage,
    Execution,
    Instruction,
    SettlementState,
    SettlementStep,
    Transfer,
)
from trading.settlement.board import COUNTED, aged_rows, board
from trading.settlement.booking import reference
from trading.settlement.failures import CONFIRMED, is_left_lying
from trading.settlement.reversals import is_reversed
from trading.settlement.subjects import subject_of

State = SettlementState
LOOKS = {
    State.SETTLED: "trading", State.FAILED: "faulted", State.CANCELED: "closed", State.EXECUTING: "halted",
}  # fmt: skip
# Address, text, form, kind of proposal.
RESOLVE, REVERSE = "RESOLVE_SETTLEMENT", "REVERSE_SETTLEMENT"
ACTS: dict[str, tuple[str, Callable[[Instruction, Any], ActForm], str]] = {
    "retry": ("Propose to try again", lambda row, data: RetryForm(data), RESOLVE),
    "mend": ("Propose to mend", MendForm, RESOLVE),
    "call-off": ("Propose to call it off", lambda row, data: CallOffForm(data), RESOLVE),
    "reverse": ("Propose a reversal", lambda row, data: ReverseForm(data), REVERSE),
}
EXPLAINED = {
    "retry": "The gates are asked again, and it settles if they let it.",
    "mend": "It is tried again, under what is said here.",
    "call-off": "Nothing is delivered or paid any more, what was kept for it is free, no fees are charged.",
    "reverse": "Securities and cash go back by an instruction of its own; what was settled stays booked.",
}


class AgedFilter(admin.SimpleListFilter):
    title = "age"
    parameter_name = "aged"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Due for more than a day")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Instruction]) -> QuerySet[Instruction]:
        return aged_rows(queryset, at=clock.now()) if self.value() == "yes" else queryset


@admin.register(Instruction)
class InstructionAdmin(shown.SearchedAdmin):
    list_title = "Settlement"
    change_list_template = "admin/trading/instruction/change_list.html"
    change_form_template = "admin/trading/instruction/change_form.html"
    list_display = [
        "id", "what", "state_", "age", "reason", "quantity", "amount_", "seller_", "buyer_", "due",
    ]  # fmt: skip
    list_display_links = ["id", "what"]
    list_select_related = ["listing", "buyer", "seller"]
    list_filter = [shown.choices("state", "state"), AgedFilter, "kind", "custodian", "listing"]
    numbers = ("id", "trade_seq")
    texts = ("reason",)
    of_account = ("buyer", "seller")
    search_help_text = "Account number, symbol, number of the trade, or reason; several of them narrow"
    ordering = ["-id"]
    fields = [
        "what", "state_", "since", "reason", "waived_", "quantity", "amount_", "seller_link", "buyer_link",
        "fees", "traded", "due", "custodian", "affirmed", "of_trade", "goes_with",
    ]  # fmt: skip

    def title_of(self, obj: Instruction) -> str:
        kind = "Reversal" if obj.kind == Instruction.Kind.REVERSAL else "Settlement"
        return f"{kind} of trade {obj.trade_seq} of {obj.listing}"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, {"board": _figures(), **(extra_context or {})})

    def page_context(self, request: HttpRequest, obj: Instruction) -> dict[str, Any]:
        return {"steps": _steps(obj), "transfers": _transfers(obj), "heard": _messages(obj),
                "tools": self._tools(request, obj)}  # fmt: skip

    def _tools(self, request: HttpRequest, obj: Instruction) -> list[tuple[str, str]]:
        if not request.user.has_perm("portal.add_proposal"):
            return []
        tools = [
            (ACTS[act][0], reverse(f"admin:trading_instruction_{act}", args=[obj.pk]))
            for act in _open_acts(obj)
        ]
        if obj.kind == Instruction.Kind.TRADE and obj.state in BREAKABLE:
            bought = _bought(obj)
            if bought is not None and bought.status == Execution.Status.TRADED:
                for text, act in (
                    ("Propose to take the trade back", "bust"),
                    ("Propose a correction", "correct"),
                ):
                    tools.append((text, reverse(f"admin:trading_execution_{act}", args=[bought.pk])))
        return tools

    # --- Acts --------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.propose)
        acts = [
            path(f"<int:pk>/{act}/", view, {"act": act}, name=f"trading_instruction_{act}") for act in ACTS
        ]
        return [*acts, *super().get_urls()]

    def propose(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        if not request.user.has_perm("portal.add_proposal"):
            raise PermissionDenied
        row = get_object_or_404(Instruction.objects.select_related("listing", "buyer", "seller"), pk=pk)
        text, make_form, kind = ACTS[act]
        form: Any = make_form(row, posted(request))
        if form.is_valid():
            done = make_proposal(request, form, kind=kind, subject=subject_of(row), new=form.changes)
            if done:
                return done
        return act_page(
            request, model_admin=self, form=form, submit="Propose", is_grave=act in ("call-off", "reverse"),
            back=reverse("admin:trading_instruction_change", args=[pk]),
            title=f"{text}: trade {row.trade_seq} of {row.listing}",
            explanation=f"{_explained(act, row)} Somebody else has to approve.",
            headings=["Quantity", "Against", "From", "To", "State", "Because"],
            rows=[(
                self.quantity(row), self.amount_(row), row.seller.number, row.buyer.number,
                self.state_(row), row.reason or NOTHING,
            )],
        )  # fmt: skip

    # --- How it looks ------------------------------------------------------------------------------------

    @admin.display(description="trade")
    def what(self, row: Instruction) -> str:
        back = ", back" if row.kind == Instruction.Kind.REVERSAL else ""
        return f"{row.listing.symbol} {row.trade_seq}{back}"

    @admin.display(description="state", ordering="state")
    def state_(self, row: Instruction) -> str:
        return badge(State(row.state))

    @admin.display(description="for", ordering="-state_at")
    def age(self, row: Instruction) -> str:
        return timesince(row.state_at, clock.now(), depth=1)

    @admin.display(description="since")
    def since(self, row: Instruction) -> str:
        return utc(row.state_at)

    @admin.display(description="waived")
    def waived_(self, row: Instruction) -> str:
        return ", ".join(row.waived) or "nothing"

    @admin.display
    def quantity(self, row: Instruction) -> str:
        return words.quantity(row.listing, row.qty)

    @admin.display(description="against")
    def amount_(self, row: Instruction) -> str:
        return words.cash(row.amount)

    @admin.display(description="fees, buyer and seller")
    def fees(self, row: Instruction) -> str:
        return f"{words.cash(row.buyer_fee)}, {words.cash(row.seller_fee)}"

    @admin.display(description="from")
    def seller_(self, row: Instruction) -> str:
        return row.seller.number

    @admin.display(description="to")
    def buyer_(self, row: Instruction) -> str:
        return row.buyer.number

    @admin.display(description="from")
    def seller_link(self, row: Instruction) -> str:
        return link("portal.account", row.seller_id, row.seller)

    @admin.display(description="to")
    def buyer_link(self, row: Instruction) -> str:
        return link("portal.account", row.buyer_id, row.buyer)

    @admin.display
    def traded(self, row: Instruction) -> str:
        return utc(row.traded_at)

    @admin.display(description="due (UTC)", ordering="due_at")
    def due(self, row: Instruction) -> str:
        return f"{row.due_at.astimezone(UTC):%Y-%m-%d %H:%M}"

    @admin.display(description="affirmed by the custodian, buyer and seller")
    def affirmed(self, row: Instruction) -> str:
        if row.custodian_id is None:
            return "no custodian has to"
        return f"{utc(row.buyer_affirmed_at)}, {utc(row.seller_affirmed_at)}"

    @admin.display(description="trade (event)")
    def of_trade(self, row: Instruction) -> str:
        return shown.event_at(row.listing_id, row.trade_seq)

    @admin.display(description="reverses, or is reversed by")
    def goes_with(self, row: Instruction) -> str:
        other = row.reverses or Instruction.objects.filter(reverses=row).first()
        return NOTHING if other is None else link("trading.instruction", other.pk)


class CustodianForm(forms.ModelForm):
    class Meta:
        model = Custodian
        fields = ["code", "name", "user"]

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if not (code.isascii() and code.isalnum() and code.isupper()):
            raise forms.ValidationError("Capital letters and digits.")
        return code


@admin.register(Custodian)
class CustodianAdmin(DeskAdmin):
    """Which listings have it is decided on their pages, by two people."""

    form = CustodianForm
    list_display = ["code", "name", "user"]
    list_select_related = ["user"]
    search_fields = ["code", "name"]
    autocomplete_fields = ["user"]

    def audit_subject(self, obj: Custodian) -> str:
        return obj.pk

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["code"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def badge(state: SettlementState) -> str:
    return format_html('<span class="state {}">{}</span>', LOOKS.get(state, "waiting"), state.label)


def _figures() -> list[tuple[str, str, str, str]]:
    """What stands on top: (called, said, address, how it looks)."""
    now = board(at=clock.now())
    figures = [
        (
            state.label,
            f"{COUNTED:,}+" if count == COUNTED else f"{count:,}",
            listing_of("trading.instruction", state__exact=state.value),
            "alarm" if state == State.FAILED and count else "",
        )
        for state, count in now.counts.items()
    ]
    aged = "attention" if now.aged else ""
    figures.append(
        ("Due for more than a day", f"{now.aged:,}", listing_of("trading.instruction", aged="yes"), aged)
    )
    for reason, count in now.failed_for:
        address = listing_of("trading.instruction", state__exact=State.FAILED.value, q=reason)
        figures.append((f"Failed: {reason}", f"{count:,}", address, ""))
    return figures


def _open_acts(row: Instruction) -> list[str]:
    if row.state == State.FAILED:
        return ["retry", "mend", "call-off"]
    if is_left_lying(row):
        return ["call-off"]
    is_trade = row.kind == Instruction.Kind.TRADE
    if is_trade and row.state == State.SETTLED and not is_reversed(row):
        return ["reverse"]
    return []


def _explained(act: str, row: Instruction) -> str:
    at_custodian = act == "call-off" and row.state == State.EXECUTING
    return f"{EXPLAINED[act]} {CONFIRMED}." if at_custodian else EXPLAINED[act]


def _bought(row: Instruction) -> Execution | None:
    return Execution.objects.filter(listing=row.listing_id, trade_seq=row.trade_seq, side="BUY").first()


def _steps(row: Instruction) -> list[tuple[str, str, str, str, str]]:
    """(at, what it passed, why, decided by, what the gates said)"""
    lines = []
    for step in SettlementStep.objects.filter(instruction=row).select_related("proposal").order_by("id"):
        passed = " → ".join(State(state).label for state in step.passed)
        why = ": ".join(filter(None, [step.reason, step.note]))
        decided = link("portal.proposal", step.proposal_id, step.proposal)
        lines.append((utc(step.at), passed, why, decided, _decision(step)))
    return lines


def _decision(step: SettlementStep) -> str:
    if step.decision is None:
        return ""
    said = ((side, shown.decision(verdict, known_facts(verdict))) for side, verdict in step.decision.items())
    rows = [format_html("<h4>{}</h4>{}", side.capitalize(), shown_as) for side, shown_as in said]
    return format_html("{}{}", *rows) if len(rows) == 2 else ""


def _transfers(row: Instruction) -> list[tuple[str, str, str, str, str]]:
    kinds = Transfer.Kind
    trade = row.kind == Instruction.Kind.TRADE
    cash, token, fee = (
        (kinds.TRADE_CASH, kinds.TRADE_TOKEN, kinds.TRADE_FEE)
        if trade
        else (kinds.REVERSAL_CASH, kinds.REVERSAL_TOKEN, kinds.REVERSAL_FEE)
    )
    names = []
    if row.state == State.SETTLED:  # of a reversal called off, the next one's are named alike
        names = [reference(cash, row), reference(token, row)]
        names += [f"{reference(fee, row)}:{side}" for side in ("BUY", "SELL")]
    proposals = SettlementStep.objects.filter(instruction=row).exclude(proposal=None)
    names += [f"{kinds.COMPENSATION}:{pk}" for pk in proposals.values_list("proposal", flat=True)]
    found = Transfer.objects.filter(reference__in=names).select_related(
        "asset", "debit_account", "credit_account"
    )
    return [
        (
            link("trading.transfer", booked.pk, booked.get_kind_display()),
            words.amount(booked.asset, booked.amount),
            link("portal.account", booked.debit_account_id, booked.debit_account.number),
            link("portal.account", booked.credit_account_id, booked.credit_account.number),
            utc(booked.at),
        )
        for booked in found.order_by("id")
    ]


def _messages(row: Instruction) -> list[tuple[str, str, str, str]]:
    heard = CustodianMessage.objects.filter(instruction=row).order_by("id")
    return [
        (utc(m.received_at), f"{m.get_kind_display()} {m.side}".strip(), m.reason, m.message_id)
        for m in heard
    ]
