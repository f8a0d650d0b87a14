"""Do the books agree with what others keep: comparisons, the files of others, and cases until closed."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.timesince import timesince

from portal import clock
from portal.admin.base import (
    NOTHING,
    ActForm,
    ReadOnlyAdmin,
    act_page,
    facts,
    link,
    listing_of,
    make_proposal,
    person,
    planned,
    posted,
    utc,
)
from portal.models import Account
from trading import words
from trading.admin import shown
from trading.cash import matches
from trading.cash.statements import CREDIT
from trading.models import BREAKS, BankEntry, Case, PositionFile, Reconciliation
from trading.reconciliation.cases import close_case, latest, still_differs, stops
from trading.reconciliation.comparing import in_words, reconcile, reconcile_all
from trading.reconciliation.errors import ReconciliationRefused
from trading.reconciliation.position_files import COLUMNS, import_positions

LINES_SHOWN = 200
MAY_CLOSE, MAY_IMPORT = "trading.close_case", "trading.add_positionfile"


class OpenFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("closed", "Closed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        return queryset.filter(closed_at__isnull=self.value() == "open") if self.value() else queryset


class CloseForm(ActForm):
    field_order = ["note"]

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.fields["note"].label = "Resolution"
        self.fields["note"].help_text = "What it was, and what was done about it. Kept with the case."


class CompareForm(forms.Form):
    """Nothing to say: comparing changes no books."""


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    change_form_template = "admin/trading/case/change_form.html"
    list_display = ["id", "what", "asset", "stops_", "opened", "age", "closed"]
    list_display_links = ["id", "what"]
    list_select_related = ["asset"]
    list_filter = [OpenFilter, shown.choices("kind", "what"), "asset"]
    ordering = [F("closed_at").desc(nulls_first=True), "opened_at"]
    fields = ["what", "asset", "stops_", "opened", "age", "found", "closed", "closed_by", "resolution"]

    def audit_subject(self, obj: Case) -> str:
        return str(obj)

    def title_of(self, obj: Case) -> str:
        return f"Case {obj.pk}: {obj.get_kind_display()}, {obj.asset_id}"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/compare/", view(self.compare), name="trading_case_compare"),
            path("<int:pk>/close/", view(self.close), name="trading_case_close"),
            path("<int:pk>/propose/", view(self.propose), name="trading_case_propose"),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, obj: Case) -> dict[str, Any]:
        tools, is_break = [], obj.kind in BREAKS
        if is_break and obj.closed_at is None:
            if request.user.has_perm(MAY_CLOSE):
                tools.append(("Compare again", reverse("admin:trading_case_compare", args=[obj.pk])))
                if not still_differs(obj):
                    tools.append(("Close", reverse("admin:trading_case_close", args=[obj.pk])))
            if still_differs(obj) and request.user.has_perm("portal.add_proposal"):
                url = reverse("admin:trading_case_propose", args=[obj.pk])
                tools.append(("Propose to close it as it is", url))
        if is_break:
            url = listing_of("trading.reconciliation", kind__exact=obj.kind, asset__code__exact=obj.asset_id)
            tools.append(("Comparisons", url))
        elif entry := BankEntry.objects.filter(bank_reference=obj.subject).first():
            tools.append(("The bank’s entry", reverse("admin:trading_bankentry_change", args=[entry.pk])))
            if obj.closed_at is None and request.user.has_perm("portal.add_proposal"):
                url = reverse("admin:trading_bankentry_assign", args=[entry.pk])
                tools.append(("Propose whose it is", url))
        last = latest(kind=obj.kind, asset=obj.asset_id) if is_break else None
        return {"tools": tools, "comparison": last, "differences": _differences(last)}

    def compare(self, request: HttpRequest, pk: int) -> HttpResponse:
        case = self._break(request, pk)
        if request.method == "POST":
            made = reconcile(asset=case.asset_id, kind=case.kind)
            _tell(request, [made] if made else [])
            return self._to(case)
        return act_page(
            request, model_admin=self, form=CompareForm(), submit="Compare",
            title=f"Compare again: {case.get_kind_display().lower()}, {case.asset_id}",
            back=reverse("admin:trading_case_change", args=[pk]),
        )  # fmt: skip

    def close(self, request: HttpRequest, pk: int) -> HttpResponse:
        case = self._break(request, pk)
        form = CloseForm(posted(request))
        if form.is_valid():
            try:
                close_case(case=case, resolution=form.cleaned_data["note"], by=person(request))
            except ReconciliationRefused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, "Closed.")
                return self._to(case)
        return act_page(
            request, model_admin=self, form=form, submit="Close", title=f"Close case {pk}",
            explanation="The last comparison agrees.", back=reverse("admin:trading_case_change", args=[pk]),
        )  # fmt: skip

    def propose(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm("portal.add_proposal"):
            raise PermissionDenied
        case = get_object_or_404(Case, pk=pk)
        form = CloseForm(posted(request))
        if form.is_valid():
            done = make_proposal(request, form, kind="CLOSE_CASE", subject=str(pk), new={})
            if done:
                return done
        return act_page(
            request, model_admin=self, form=form, submit="Propose", is_grave=True,
            title=f"Propose to close case {pk} as it is",
            explanation=f"The books still differ. Once somebody else approves, {stops(case)} goes on; the "
            "next comparison that differs opens another case.",
            back=reverse("admin:trading_case_change", args=[pk]),
        )  # fmt: skip

    def _break(self, request: HttpRequest, pk: int) -> Case:
        if not request.user.has_perm(MAY_CLOSE):
            raise PermissionDenied
        return get_object_or_404(Case, pk=pk, kind__in=BREAKS)

    def _to(self, case: Case) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:trading_case_change", args=[case.pk]))

    @admin.display(description="what", ordering="kind")
    def what(self, row: Case) -> str:
        return row.get_kind_display()

    @admin.display(description="stops")
    def stops_(self, row: Case) -> str:
        return stops(row)

    @admin.display(description="opened", ordering="opened_at")
    def opened(self, row: Case) -> str:
        return utc(row.opened_at)

    @admin.display(description="open for")
    def age(self, row: Case) -> str:
        return timesince(row.opened_at, row.closed_at or clock.now())

    @admin.display(description="as it was found")
    def found(self, row: Case) -> str:
        said = dict(row.facts)
        if "cents" in said:
            said["amount"] = words.cash(said.pop("cents"))
            said["direction"] = "came in" if said.get("direction") == CREDIT else "went out"
            said["why"] = matches.WHY.get(said["why"], said["why"])
        if (comparison := said.pop("comparison", None)) is not None:
            said["comparison"] = f"number {comparison}"
        if "missing" in said:
            said["missing"] = f"lots of {words.amount(row.asset, said['missing'])}, found by settlement"
        return facts(said) if said else NOTHING

    @admin.display(description="closed", ordering="closed_at")
    def closed(self, row: Case) -> str:
        return utc(row.closed_at)


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnlyAdmin):
    change_list_template = "admin/trading/reconciliation/change_list.html"
    change_form_template = "admin/trading/reconciliation/change_form.html"
    list_title = "Comparisons"
    list_display = ["id", "what", "asset", "as_of", "ours_", "theirs_", "came_out", "when"]
    list_display_links = ["id", "what"]
    list_select_related = ["asset"]
    list_filter = [shown.choices("kind", "what"), "asset"]
    date_hierarchy = "as_of"
    ordering = ["-id"]
    fields = ["what", "asset", "as_of", "ours_", "theirs_", "came_out", "when"]

    def title_of(self, obj: Reconciliation) -> str:
        return f"{obj.get_kind_display()}: {obj.asset_id} as of {obj.as_of}"

    def page_context(self, request: HttpRequest, obj: Reconciliation) -> dict[str, Any]:
        return {"differences": _differences(obj)}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.compare)
        return [path("compare/", view, name="trading_reconciliation_compare"), *super().get_urls()]

    def compare(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(MAY_CLOSE):
            raise PermissionDenied
        back = reverse("admin:trading_reconciliation_changelist")
        if request.method == "POST":
            _tell(request, reconcile_all())
            return HttpResponseRedirect(back)
        return act_page(
            request, model_admin=self, form=CompareForm(), submit="Compare", back=back,
            title="Compare everything now", explanation="As every day: what differs opens a case.",
        )  # fmt: skip

    @admin.display(description="what", ordering="kind")
    def what(self, row: Reconciliation) -> str:
        return row.get_kind_display()

    @admin.display(description="ours")
    def ours_(self, row: Reconciliation) -> str:
        return words.amount(row.asset, row.ours)

    @admin.display(description="theirs")
    def theirs_(self, row: Reconciliation) -> str:
        return words.amount(row.asset, row.theirs)

    @admin.display(description="came out")
    def came_out(self, row: Reconciliation) -> str:
        return "agrees" if row.agrees else "differs"

    @admin.display(description="compared (UTC)", ordering="id")
    def when(self, row: Reconciliation) -> str:
        return planned(row.at)


class PositionsForm(forms.Form):
    source = forms.ChoiceField(label="From", choices=PositionFile.Source.choices)
    file = forms.FileField(
        help_text=f"CSV: {','.join(COLUMNS)}. One day a file, quantities in tokens; a custodian that names "
        "nobody leaves the account empty. Files larger than 200 KB: manage.py import_positions."
    )


@admin.register(PositionFile)
class PositionFileAdmin(ReadOnlyAdmin):
    change_list_template = "admin/trading/positionfile/change_list.html"
    change_form_template = "admin/trading/positionfile/change_form.html"
    list_display = ["id", "source", "as_of", "file_name", "positions", "imported", "imported_by"]
    list_display_links = ["id", "source"]
    list_select_related = ["imported_by"]
    list_filter = [shown.choices("source", "from")]
    ordering = ["-id"]
    fields = ["source", "as_of", "file_name", "sha256", "positions", "imported", "imported_by"]

    def audit_subject(self, obj: PositionFile) -> str:
        return str(obj)

    def title_of(self, obj: PositionFile) -> str:
        return f"{obj.get_source_display()}: positions of {obj.as_of}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[PositionFile]:
        return super().get_queryset(request).annotate(count=Count("lines"))

    def page_context(self, request: HttpRequest, obj: PositionFile) -> dict[str, Any]:
        lines = obj.lines.select_related("asset").order_by("asset", "account_number")
        said = [
            (line.asset_id, line.account_number or "all", words.amount(line.asset, line.lots))
            for line in lines[:LINES_SHOWN]
        ]
        return {"lines": said, "most": LINES_SHOWN}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.take_in)
        return [path("import/", view, name="trading_positionfile_import"), *super().get_urls()]

    def take_in(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(MAY_IMPORT):
            raise PermissionDenied
        form = PositionsForm(posted(request), request.FILES or None)
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                taken, compared = import_positions(
                    source=form.cleaned_data["source"], content=file.read(), file_name=file.name,
                    by=person(request),
                )  # fmt: skip
            except ReconciliationRefused as refused:
                form.add_error("file", str(refused))
            else:
                _tell(request, compared)
                return HttpResponseRedirect(reverse("admin:trading_positionfile_change", args=[taken.pk]))
        return act_page(
            request, model_admin=self, form=form, submit="Take in", title="Take in a position file",
            explanation="What a transfer agent’s register, or a custodian, says is held at the end of a day. "
            "It is compared at once; where it differs, settlement in that security stops until people have "
            "closed the case.",
            back=reverse("admin:trading_positionfile_changelist"),
        )  # fmt: skip

    @admin.display(description="positions")
    def positions(self, row: Any) -> int:
        return int(row.count)

    @admin.display(description="taken in", ordering="id")
    def imported(self, row: PositionFile) -> str:
        return utc(row.imported_at)


def _tell(request: HttpRequest, made: list[Reconciliation]) -> None:
    for row in made:
        (messages.success if row.agrees else messages.warning)(request, f"{in_words(row)}.")
    if not made:
        messages.info(request, "There is nothing to compare with yet.")


def _differences(row: Reconciliation | None) -> list[tuple[str, str, str, str]]:
    """Account, ours, theirs, and by how much."""
    if row is None:
        return []
    numbers = [said["account"] for said in row.differences]
    pages = dict(Account.objects.filter(number__in=numbers).values_list("number", "pk"))
    return [
        (
            link("portal.account", pages[number], number) if number in pages else number or "all",
            words.amount(row.asset, said["ours"]),
            words.amount(row.asset, said["theirs"]),
            words.amount(row.asset, said["ours"] - said["theirs"]),
        )
        for said in row.differences
        for number in [said["account"]]
    ]
