"""Accounts at the operators' desk: looked at, suspended and reinstated, never edited."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join

from compliance import services
from portal import audit, standing
from portal.admin.base import (
    NOTHING,
    ActForm,
    ReadOnlyAdmin,
    act_page,
    ids_asked,
    link,
    listing_of,
    person,
    posted,
)
from portal.models import Account, User, Verification
from trading import documents, words
from trading.models import Balance

SUSPEND, REINSTATE = "suspend", "reinstate"
EXPLANATIONS = {
    SUSPEND: "New orders are refused, and every working order is canceled in the same moment.",
    REINSTATE: "New orders are taken again. Orders that were canceled stay canceled.",
}
LOOK = "Figures are those of the ledger now. Who looked, and why, is kept (17 CFR 242.301(b)(10))."
GROUPS = {
    documents.Kind.STATEMENT: "Statements",
    documents.Kind.TAX_1099B: "Tax data",
    documents.Kind.TAX_1099DIV: "Tax data",
    documents.Kind.TAX_1042S: "Tax data",
    documents.Kind.CONFIRMATION: "Confirmations",
}


class TakeBackForm(ActForm):
    field_order = ["matter", "note"]
    matter = forms.ChoiceField(choices=Verification.Matter.choices, label="What")


class DocumentForm(ActForm):
    document = forms.ChoiceField()
    format = forms.ChoiceField(choices=[(one, one) for one in documents.Format])
    field_order = ["document", "format", "note"]

    def __init__(self, account: Account, *args: Any) -> None:
        super().__init__(*args)
        groups: dict[str, list[tuple[str, str]]] = {}
        for row in documents.available(account):
            groups.setdefault(GROUPS[row.kind], []).append((f"{row.kind} {row.id}", row.title))
        self.fields["document"].choices = list(groups.items())  # type: ignore[attr-defined]


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    list_display = ["number", "name", "kind", "status", "investor_class", "people", "opened_at"]
    list_filter = ["status", "kind", "investor_class"]
    search_fields = ["number", "name", "members__email"]
    date_hierarchy = "opened_at"
    actions = ["suspend_selected", "reinstate_selected"]
    fieldsets = [
        (None, {"fields": ["number", "name", "kind", "status", "investor_class", "opened_at"]}),
        ("People", {"fields": ["members_list"]}),
        (
            "What was verified",
            {"fields": ["identity_until", "accredited_until", "tax_until", "verified_list"]},
        ),
        ("Balances", {"fields": ["balances_list"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        return super().get_queryset(request).annotate(member_count=Count("memberships"))

    def audit_subject(self, obj: Account) -> str:
        return obj.number

    def page_context(self, request: HttpRequest, obj: Account) -> dict[str, Any]:
        tools = []
        act = {"ACTIVE": SUSPEND, "SUSPENDED": REINSTATE}.get(obj.status)
        if act and self.has_act_permission(request):
            tools.append((act.capitalize(), _act_url(act, [obj.pk])))
        if obj.kind != Account.Kind.CONTRA and self.has_documents_permission(request):
            tools.append(("Documents", reverse("admin:portal_account_documents", args=[obj.pk])))
        if self.has_act_permission(request) and obj.verifications.exists():
            tools.append(("Take back", reverse("admin:portal_account_take_back", args=[obj.pk])))
        seen = {"Orders": "order", "Executions": "execution", "Refusals": "refusal"}
        for name, model in seen.items():
            if request.user.has_perm(f"trading.view_{model}"):
                tools.append((name, listing_of(f"trading.{model}", account__id__exact=obj.pk)))
        return {"tools": tools}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        may_see_balances = request.user.has_perm("trading.view_balance")
        return [part for part in self.fieldsets if part[0] != "Balances" or may_see_balances]

    def get_urls(self) -> list[URLPattern]:
        act = self.admin_site.admin_view(self.act)
        return [
            *(path(f"{name}/", act, {"act": name}, name=f"portal_account_{name}") for name in EXPLANATIONS),
            path(
                "<int:pk>/documents/",
                self.admin_site.admin_view(self.documents),
                name="portal_account_documents",
            ),
            path(
                "<int:pk>/take-back/",
                self.admin_site.admin_view(self.take_back),
                name="portal_account_take_back",
            ),
            *super().get_urls(),
        ]

    def has_act_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("portal.suspend_account")

    def has_documents_permission(self, request: HttpRequest) -> bool:
        """They tell all that the ledger tells of an account."""
        return request.user.has_perms(
            ["portal.view_account", "trading.view_balance", "trading.view_transfer"]
        )

    @admin.action(description="Suspend…", permissions=["act"])
    def suspend_selected(self, request: HttpRequest, queryset: QuerySet[Account]) -> HttpResponse:
        return HttpResponseRedirect(_act_url(SUSPEND, queryset.values_list("pk", flat=True)))

    @admin.action(description="Reinstate…", permissions=["act"])
    def reinstate_selected(self, request: HttpRequest, queryset: QuerySet[Account]) -> HttpResponse:
        return HttpResponseRedirect(_act_url(REINSTATE, queryset.values_list("pk", flat=True)))

    def act(self, request: HttpRequest, act: str) -> HttpResponse:
        """Suspend or reinstate the accounts named in the address."""
        if not self.has_act_permission(request):
            raise PermissionDenied
        accounts = list(Account.objects.filter(pk__in=ids_asked(request, "account")).order_by("pk"))
        back = reverse("admin:portal_account_changelist")
        if not accounts:
            messages.warning(request, "Choose at least one account.")
            return HttpResponseRedirect(back)
        form = ActForm(posted(request))
        if form.is_valid():
            do = self._suspend if act == SUSPEND else self._reinstate
            for account in accounts:
                self._one(request, do, account, form.cleaned_data["note"])
            return HttpResponseRedirect(back)
        names = f"{len(accounts)} accounts" if len(accounts) > 1 else accounts[0].number
        return act_page(
            request, model_admin=self, form=form, back=back, title=f"{act.capitalize()} {names}",
            submit=f"{act.capitalize()} {names}", explanation=EXPLANATIONS[act], is_grave=act == SUSPEND,
            headings=["Number", "Name", "Status now"],
            rows=[(account.number, account.name, account.get_status_display()) for account in accounts],
        )  # fmt: skip

    def _one(
        self, request: HttpRequest, do: Callable[[Account, str, User], str], account: Account, reason: str
    ) -> None:
        """Each in its own transaction: that one cannot be suspended holds up no other."""
        try:
            messages.success(request, do(account, reason, person(request)))
        except services.SupervisionRefused as refused:
            messages.error(request, str(refused))

    def _suspend(self, account: Account, reason: str, actor: User) -> str:
        canceled = services.suspend_account(account=account, reason=reason, actor=actor)
        return f"{account.number} is suspended; working orders being canceled: {canceled}."

    def _reinstate(self, account: Account, reason: str, actor: User) -> str:
        services.reinstate_account(account=account, reason=reason, actor=actor)
        return f"{account.number} is reinstated."

    def documents(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand out one of an account's documents to whoever says why."""
        if not self.has_documents_permission(request):
            raise PermissionDenied
        account = get_object_or_404(Account.objects.exclude(kind=Account.Kind.CONTRA), pk=pk)
        form = DocumentForm(account, posted(request))
        if form.is_valid():
            kind, name = form.cleaned_data["document"].split(" ", 1)
            format, reason = form.cleaned_data["format"], form.cleaned_data["note"]
            made = documents.render(account=account, kind=kind, id=name, format=format)
            facts = {"kind": kind, "id": name, "format": format, "reason": reason}
            audit.record(
                action="DOCUMENT_LOOKED_AT", subject=account.number, actor=person(request), facts=facts
            )
            headers = {"Content-Disposition": f'attachment; filename="{made.file_name}"'}
            return HttpResponse(made.content, content_type=made.content_type, headers=headers)
        return act_page(
            request, model_admin=self, form=form, title=f"Documents of {account.number}", submit="Download",
            explanation=LOOK, back=reverse("admin:portal_account_change", args=[account.pk]),
        )  # fmt: skip

    def take_back(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What was verified is so no more: the account sells from now on, and buys no longer."""
        if not self.has_act_permission(request):
            raise PermissionDenied
        account = get_object_or_404(Account, pk=pk)
        form, back = TakeBackForm(posted(request)), reverse("admin:portal_account_change", args=[pk])
        if form.is_valid():
            matter, reason = form.cleaned_data["matter"], form.cleaned_data["note"]
            try:
                standing.take_back(account=account, matter=matter, reason=reason, by=person(request))
            except standing.StandingRefused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, f"Taken back of {account.number}.")
                return HttpResponseRedirect(back)
        return act_page(
            request, model_admin=self, form=form, title=f"Take back what was verified of {account.number}",
            submit="Take back", back=back, is_grave=True,
            explanation="Working orders to buy are canceled in the same moment; selling goes on. It is "
            "verified anew by an application of the account’s holder.",
        )  # fmt: skip

    @admin.display(description="on record")
    def verified_list(self, row: Account) -> str:
        rows = row.verifications.select_related("application", "recorded_by", "issuer")
        lines = (
            (
                one.get_matter_display(),
                " ".join(str(part) for part in (one.category, one.method, one.issuer) if part),
                one.dated,
                "taken back" if one.expires_on < one.dated else f"good to {one.expires_on}",
                link("portal.application", one.application_id, one.application),
                one.recorded_by or "the venue itself",
            )
            for one in rows
        )
        return format_html_join("", "<div>{} {}, of {}, {}; {}, {}</div>", lines) or NOTHING

    @admin.display
    def people(self, row: Account) -> int:
        return row.member_count  # type: ignore[attr-defined]

    @admin.display(description="members")
    def members_list(self, row: Account) -> str:
        people = ((link("portal.user", user.pk, user), user.email) for user in row.members.order_by("email"))
        return format_html_join("", "<div>{} ({})</div>", people) or NOTHING

    @admin.display(description="available")
    def balances_list(self, row: Account) -> str:
        rows = Balance.objects.filter(account=row).select_related("asset").order_by("asset")
        lines = ((link("trading.balance", b.pk, words.amount(b.asset, b.available)),) for b in rows)
        return format_html_join("", "<div>{}</div>", lines) or NOTHING


def _act_url(act: str, ids: Any) -> str:
    query = QueryDict(mutable=True)
    query.setlist("account", [str(pk) for pk in ids])
    return f"{reverse(f'admin:portal_account_{act}')}?{query.urlencode()}"
