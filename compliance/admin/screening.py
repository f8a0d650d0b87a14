"""Screening at the desk: lists and what they say, runs, and hits to be decided."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join

from compliance.models import ListedEntry, ScreeningHit, ScreeningList, ScreeningRun
from compliance.screening import hits, lists
from portal import audit
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
    posted,
    utc,
)
from portal.models import Proposal

CLEAR = "The hit stays cleared until this person, or what the list says of the entry, changes."
CONFIRM = (
    "Somebody else has to approve. Then an account there is gets suspended, and an application goes no "
    "further. Neither holder nor applicant is told why."
)
LOOKS = {"OPEN": "attention", "CONFIRMED": "alarm"}
EARLIER = 20


@admin.register(ScreeningHit)
class ScreeningHitAdmin(ReadOnlyAdmin):
    change_form_template = "admin/compliance/screeninghit/change_form.html"
    list_display = ["id", "name", "entry", "score", "matched", "state", "application", "found"]
    list_display_links = ["id", "name"]
    list_select_related = ["entry", "application"]
    list_filter = ["status", "entry__list_kind"]
    search_fields = ["name", "entry__name"]
    ordering = [F("status").desc(), "-score", "pk"]
    fields = [
        "state", "score", "matched", "why", "found", "in_run", "decided", "decided_by", "reason",
        "decided_in",
    ]  # fmt: skip

    def title_of(self, obj: ScreeningHit) -> str:
        return f"{obj}: {obj.name}"

    def audit_subject(self, obj: ScreeningHit) -> str:
        return str(obj)

    def get_ordering(self, request: HttpRequest) -> Any:
        return self.ordering

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/clear/", view(self.clear), name="compliance_screeninghit_clear"),
            path("<int:pk>/confirm/", view(self.confirm), name="compliance_screeninghit_confirm"),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, obj: ScreeningHit) -> dict[str, Any]:
        """Looking is an act: it shows who somebody is."""
        audit.record(
            action="PERSONAL_DATA_LOOKED_AT",
            subject=f"application {obj.application_id}",
            actor=person(request),
            facts={"purpose": "Screening", "what": str(obj)},
        )
        tools = []
        if obj.status == ScreeningHit.Status.OPEN and request.user.has_perm(hits.MAY_DECIDE):
            tools.append(("Clear: somebody else", _address("clear", obj)))
            if request.user.has_perm("portal.add_proposal"):
                tools.append(("Propose to confirm", _address("confirm", obj)))
        tools.append(
            ("The listed entry", reverse("admin:compliance_listedentry_change", args=[obj.entry_id]))
        )
        if request.user.has_perm("portal.view_application"):
            tools.append(
                ("Application", reverse("admin:portal_application_change", args=[obj.application_id]))
            )
        same = ScreeningHit.objects.filter(application__applicant=obj.application.applicant_id)
        return {
            "tools": tools,
            "sides": [("Our person", _ours(obj)), ("On the list", _theirs(obj.entry))],
            "earlier": same.exclude(pk=obj.pk).select_related("entry", "decided_by")[:EARLIER],
            "proposals": Proposal.objects.filter(kind="CONFIRM_SCREENING_HIT", subject=str(obj.pk)),
        }

    def clear(self, request: HttpRequest, pk: int) -> HttpResponse:
        hit, form = self._asked(request, pk), ActForm(posted(request))
        if form.is_valid():
            try:
                hits.clear(hit=hit, reason=form.cleaned_data["note"], by=person(request))
            except hits.HitRefused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, f"{hit} is cleared.")
                return HttpResponseRedirect(reverse("admin:compliance_screeninghit_changelist"))
        return self._page(request, hit, form, title=f"Clear {hit}", submit="Clear", explanation=CLEAR)

    def confirm(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm("portal.add_proposal"):
            raise PermissionDenied
        hit, form = self._asked(request, pk), ActForm(posted(request))
        if form.is_valid():
            done = make_proposal(request, form, kind="CONFIRM_SCREENING_HIT", subject=str(pk), new={})
            if done:
                return done
        return self._page(
            request, hit, form, title=f"Propose to confirm {hit}", submit="Propose", explanation=CONFIRM
        )

    def _asked(self, request: HttpRequest, pk: int) -> ScreeningHit:
        if not request.user.has_perm(hits.MAY_DECIDE):
            raise PermissionDenied
        return get_object_or_404(ScreeningHit.objects.select_related("entry"), pk=pk)

    def _page(
        self, request: HttpRequest, hit: ScreeningHit, form: forms.Form, *, title: str, submit: str,
        explanation: str,
    ) -> HttpResponse:  # fmt: skip
        return act_page(
            request, model_admin=self, form=form, title=title, submit=submit, explanation=explanation,
            back=reverse("admin:compliance_screeninghit_change", args=[hit.pk]),
            headings=["Person", "Listed", "Score", "Why"],
            rows=[(hit.name, f"{hit.matched} ({hit.entry})", hit.score, hit.why)],
        )  # fmt: skip

    @admin.display(description="state", ordering="status")
    def state(self, row: ScreeningHit) -> str:
        look = LOOKS.get(row.status, "")
        return format_html('<span class="state {}">{}</span>', look, row.get_status_display())

    @admin.display(description="found", ordering="found_at")
    def found(self, row: ScreeningHit) -> str:
        return utc(row.found_at)

    @admin.display(description="decided")
    def decided(self, row: ScreeningHit) -> str:
        return utc(row.decided_at)

    @admin.display(description="in run")
    def in_run(self, row: ScreeningHit) -> str:
        return link("compliance.screeningrun", row.run_id)

    @admin.display(description="proposal")
    def decided_in(self, row: ScreeningHit) -> str:
        return link("portal.proposal", row.proposal_id)


@admin.register(ScreeningList)
class ScreeningListAdmin(ReadOnlyAdmin):
    list_title = "Sanctions lists"
    list_display = [
        "__str__", "loaded", "published_on", "entries", "names", "added", "changed", "removed", "in_force",
    ]  # fmt: skip
    list_filter = ["kind"]
    fields = [
        "kind", "loaded", "published_on", "in_force", "entries", "names", "added", "changed", "removed",
        "digests",
    ]  # fmt: skip

    def page_context(self, request: HttpRequest, obj: ScreeningList) -> dict[str, Any]:
        came = listing_of("compliance.listedentry", since__id__exact=obj.pk)
        went = listing_of("compliance.listedentry", until__id__exact=obj.pk)
        return {"tools": [("What came with it", came), ("What ended with it", went)]}

    @admin.display(description="loaded", ordering="loaded_at")
    def loaded(self, row: ScreeningList) -> str:
        return utc(row.loaded_at)

    @admin.display(description="in force", boolean=True)
    def in_force(self, row: ScreeningList) -> bool:
        return row in lists.in_force()

    @admin.display(description="files (SHA-256)")
    def digests(self, row: ScreeningList) -> str:
        return facts(row.files)


class InForceFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("now", "In force"), ("ended", "Said no longer")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ListedEntry]) -> QuerySet[ListedEntry]:
        return queryset.filter(until__isnull=self.value() == "now") if self.value() else queryset


@admin.register(ListedEntry)
class ListedEntryAdmin(ReadOnlyAdmin):
    list_display = ["uid", "name", "kind", "list_kind", "program", "since", "until"]
    list_display_links = ["uid", "name"]
    list_select_related = ["since", "until"]
    list_filter = [InForceFilter, "list_kind", "kind"]
    search_fields = ["uid__exact", "names__text"]
    search_help_text = "A name, or OFAC’s number"
    ordering = ["name", "pk"]
    fields = [
        "uid", "list_kind", "kind", "program", "title", "all_names", "born", "ids", "places", "remarks",
        "since", "until",
    ]  # fmt: skip

    def title_of(self, obj: ListedEntry) -> str:
        return obj.name

    def page_context(self, request: HttpRequest, obj: ListedEntry) -> dict[str, Any]:
        versions = listing_of("compliance.listedentry", q=obj.uid)
        found = listing_of("compliance.screeninghit", entry__id__exact=obj.pk)
        tools = [("As it was and is", versions)]
        if request.user.has_perm("compliance.view_screeninghit"):
            tools.append(("Hits", found))
        return {"tools": tools}

    @admin.display(description="programs")
    def program(self, row: ListedEntry) -> str:
        return ", ".join(row.programs) or NOTHING

    @admin.display(description="names")
    def all_names(self, row: ListedEntry) -> str:
        names = ((name.text, name.get_kind_display()) for name in row.names.all())
        return format_html_join("", '<div>{} <span class="quiet">{}</span></div>', names)

    @admin.display(description="born")
    def born(self, row: ListedEntry) -> str:
        return "; ".join(birth["text"] for birth in row.births) or NOTHING

    @admin.display(description="numbers")
    def ids(self, row: ListedEntry) -> str:
        said = ((n["kind"], n["value"], n["country"]) for n in row.numbers)
        return format_html_join("", "<div>{} {} {}</div>", said) or NOTHING

    @admin.display(description="addresses")
    def places(self, row: ListedEntry) -> str:
        said = ((", ".join(filter(None, (a["line"], a["city"], a["country"]))),) for a in row.addresses)
        return format_html_join("", "<div>{}</div>", said) or NOTHING


@admin.register(ScreeningRun)
class ScreeningRunAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "cause", "started", "finished", "progress", "entries", "new_hits"]
    list_filter = ["cause"]
    fields = ["cause", "of", "started", "finished", "progress", "entries", "new_hits"]

    def audit_subject(self, obj: ScreeningRun) -> str:
        return str(obj)

    @admin.display(description="lists")
    def of(self, row: ScreeningRun) -> str:
        links = ((link("compliance.screeninglist", one.pk, one),) for one in row.lists.all())
        return format_html_join(", ", "{}", links)

    @admin.display(description="started", ordering="started_at")
    def started(self, row: ScreeningRun) -> str:
        return utc(row.started_at)

    @admin.display(description="finished")
    def finished(self, row: ScreeningRun) -> str:
        return utc(row.finished_at)

    @admin.display(description="people")
    def progress(self, row: ScreeningRun) -> str:
        return f"{row.done:,} of {row.people:,}"

    @admin.display(description="new hits", ordering="hits")
    def new_hits(self, row: ScreeningRun) -> str:
        if not row.hits:
            return "0"
        url = listing_of("compliance.screeninghit", run__id__exact=row.pk)
        return format_html('<a href="{}">{}</a>', url, row.hits)


def _address(act: str, hit: ScreeningHit) -> str:
    return reverse(f"admin:compliance_screeninghit_{act}", args=[hit.pk])


def _ours(hit: ScreeningHit) -> list[tuple[str, str]]:
    row = hit.identity
    if row is None:
        return [("Name, as screened", hit.name)]
    place = ", ".join(filter(None, (row.city, row.region, row.country)))
    return [
        ("Name", row.full_name),
        ("As", row.get_role_display()),
        ("Born or formed", str(row.born_on or NOTHING)),
        ("Citizenship", row.citizenship or NOTHING),
        ("Lives in", place or NOTHING),
        ("Owns", f"{row.owns_percent} %" if row.owns_percent else NOTHING),
    ]


def _theirs(entry: ListedEntry) -> list[tuple[str, str]]:
    names = [name.text for name in entry.names.all()[:12]]
    return [
        ("Name", entry.name),
        ("As", f"{entry.get_kind_display()}, {entry.get_list_kind_display()} {entry.uid}"),
        ("Born or formed", "; ".join(birth["text"] for birth in entry.births) or NOTHING),
        ("Countries", ", ".join(entry.countries) or NOTHING),
        ("Other names", "; ".join(names[1:]) or NOTHING),
        ("Programs", ", ".join(entry.programs) or NOTHING),
        ("Remarks", entry.remarks or NOTHING),
    ]
