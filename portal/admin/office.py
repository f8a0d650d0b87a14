"""Proposals, the audit log, and its seals."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse

from portal import proposals
from portal.admin.base import NOTE_LENGTH, ReadOnlyAdmin, clock_time, facts, person, utc
from portal.models import AuditEntry, Proposal, Seal
from portal.models.office import in_words


class RejectionForm(forms.Form):
    reason = forms.CharField(
        max_length=NOTE_LENGTH, widget=forms.Textarea(attrs={"rows": 2}), label="Reason for rejecting"
    )


class KindFilter(admin.SimpleListFilter):
    title = "what"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, in_words(kind)) for kind in settings.PROPOSAL_KINDS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Proposal)
class ProposalAdmin(ReadOnlyAdmin):
    """Decided on here; made where their subject is shown."""

    change_form_template = "admin/portal/proposal/change_form.html"
    list_display = ["id", "kind_in_words", "subject", "standing", "proposed_by", "proposed", "decided_by"]
    list_display_links = ["id", "kind_in_words"]
    list_filter = ["status", KindFilter]
    list_select_related = ["proposed_by", "decided_by"]
    search_fields = ["subject", "reason"]
    date_hierarchy = "proposed_at"
    fields = [
        "kind_in_words", "subject", "standing", "reason", "proposed_by", "proposed", "effective",
        "decided_by", "decided", "applied",
    ]  # fmt: skip

    def get_fields(self, request: HttpRequest, obj: Proposal | None = None) -> Any:
        was_rejected = obj is not None and obj.status == Proposal.Status.REJECTED
        return [*self.fields, "rejected_because"] if was_rejected else self.fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        return proposals.visible_to(request.user)

    def audit_subject(self, obj: Proposal) -> str:
        return str(obj)

    def title_of(self, obj: Proposal) -> str:
        return f"Proposal {obj.pk}: {obj.kind_in_words.lower()} of {obj.subject}"

    def page_context(self, request: HttpRequest, obj: Proposal) -> dict[str, Any]:
        is_open = obj.status == Proposal.Status.PROPOSED
        may_decide = is_open and proposals.may_decide(request.user, obj)
        is_own = obj.proposed_by_id == request.user.pk
        return {
            "changes": proposals.wording(obj),
            "is_stale": is_open and proposals.is_stale(obj),
            "may_decide": may_decide and not is_own,
            "must_leave_to_others": may_decide and is_own,
            "rejection": RejectionForm(),
        }

    def get_urls(self) -> list[URLPattern]:
        decide = self.admin_site.admin_view(self.decide)
        return [
            path("<int:pk>/approve/", decide, {"approved": True}, name="portal_proposal_approve"),
            path("<int:pk>/reject/", decide, {"approved": False}, name="portal_proposal_reject"),
            *super().get_urls(),
        ]

    def decide(self, request: HttpRequest, pk: int, approved: bool) -> HttpResponse:
        proposal = get_object_or_404(Proposal, pk=pk)
        if not proposals.may_decide(request.user, proposal):
            raise PermissionDenied
        page = HttpResponseRedirect(reverse("admin:portal_proposal_change", args=[pk]))
        if request.method != "POST":
            return page
        try:
            if approved:
                proposal = proposals.approve(proposal=proposal, by=person(request))
            else:
                form = RejectionForm(request.POST)
                if not form.is_valid():
                    messages.error(request, "Say why it is rejected.")
                    return page
                reason = form.cleaned_data["reason"]
                proposal = proposals.reject(proposal=proposal, by=person(request), reason=reason)
        except proposals.ProposalRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, f"{self.title_of(proposal)} – {proposals.standing(proposal).lower()}.")
        return page

    @admin.display(description="what", ordering="kind")
    def kind_in_words(self, row: Proposal) -> str:
        return row.kind_in_words

    @admin.display(description="status", ordering="status")
    def standing(self, row: Proposal) -> str:
        return proposals.standing(row)

    @admin.display(description="proposed (UTC)", ordering="id")
    def proposed(self, row: Proposal) -> str:
        return clock_time(row.proposed_at)

    @admin.display(description="takes effect")
    def effective(self, row: Proposal) -> str:
        return "on approval" if row.effective_at is None else utc(row.effective_at)

    @admin.display
    def decided(self, row: Proposal) -> str:
        return utc(row.decided_at)

    @admin.display(description="rejected because")
    def rejected_because(self, row: Proposal) -> str:
        """By a person, or by the venue where it made sense no longer when its time came."""
        log = AuditEntry.objects.filter(subject=str(row), action__in=["REJECTED", "NOT_APPLIED"])
        return " ".join(entry.facts["reason"] for entry in log)

    @admin.display(description="applied")
    def applied(self, row: Proposal) -> str:
        return utc(row.applied_at)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ["when", "action", "subject", "who", "gist"]
    list_filter = ["action"]
    date_hierarchy = "at"  # grows as fast as people act, which a database hardly notices
    list_select_related = ["actor"]
    search_fields = ["subject__exact", "action__exact", "actor__email__exact"]
    search_help_text = "Exact subject (a symbol, an account number), action or e-mail address"
    ordering = ["-id"]
    fields = ["when", "action", "subject", "who", "in_full"]

    @admin.display(description="at (UTC)", ordering="id")
    def when(self, row: AuditEntry) -> str:
        return clock_time(row.at)

    @admin.display(description="by")
    def who(self, row: AuditEntry) -> str:
        return str(row.actor or "the venue itself")

    @admin.display(description="facts")
    def gist(self, row: AuditEntry) -> str:
        said = {name: value for name, value in row.facts.items() if isinstance(value, str | int)}
        return ", ".join(f"{name}: {value}" for name, value in said.items() if value != "")

    @admin.display(description="facts")
    def in_full(self, row: AuditEntry) -> str:
        return facts(row.facts)


@admin.register(Seal)
class SealAdmin(ReadOnlyAdmin):
    list_display = ["stream", "number", "table", "first", "last", "count", "when"]
    search_fields = ["stream__exact"]
    search_help_text = "Exact stream: commands:1, events:1 or records"
    ordering = ["-id"]
    fields = ["stream", "number", "table", "first", "last", "count", "when", "chained_hash"]

    @admin.display(description="sealed (UTC)", ordering="id")
    def when(self, row: Seal) -> str:
        return clock_time(row.at)

    @admin.display(description="hash")
    def chained_hash(self, row: Seal) -> str:
        return bytes(row.hash).hex()
