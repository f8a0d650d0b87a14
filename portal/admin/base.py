"""What the pages of the operators' desk have in common."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.db import DataError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst

from portal import audit, proposals
from portal.models import User

NOTHING = "–"
NOTE_LENGTH = 400
OF_ANOTHER_ROW = re.compile(r"[a-z]+__(id|code)")  # by its key: what pages link to each other by


class BoundedPaginator(Paginator):
    """Counts no further than anybody pages: a COUNT(*) takes as long as its table is, and these grow."""

    FURTHEST = 10_000

    @cached_property
    def count(self) -> int:
        assert isinstance(self.object_list, QuerySet)
        return self.object_list.order_by()[: self.FURTHEST].count()

    @property
    def is_cut(self) -> bool:
        return self.count == self.FURTHEST


class DeskAdmin(admin.ModelAdmin):
    """Of what happens at the desk there is one audit log: ours, not Django's."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # a facet is a COUNT(*) for each choice
    list_per_page = 50
    list_max_show_all = 0
    list_title: str | None = None  # where the list goes by another name than its model

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Django takes any lookup of any column: patterns that read a whole table, or are none."""
        columns = [shown[0] if isinstance(shown, tuple) else shown for shown in self.list_filter]
        offered = {getattr(shown, "parameter_name", shown) for shown in columns}
        offered |= {column.removesuffix("__exact") for column in self.search_fields}
        offered |= {f"{self.date_hierarchy}__{part}" for part in ("year", "month", "day")}
        asked = lookup.removesuffix("__exact").removesuffix("__isnull")
        return asked in offered or bool(OF_ANOTHER_ROW.fullmatch(asked))

    def title_of(self, obj: Any) -> str:
        return f"{capfirst(self.opts.verbose_name)} {obj}"

    def audit_subject(self, obj: Any) -> str | None:
        """What the audit log calls this row, if it speaks of it at all."""
        return None

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = self.list_title or capfirst(self.opts.verbose_name_plural)
        try:
            return super().changelist_view(request, {"title": title, **(extra_context or {})})
        except DataError as error:  # of an address somebody wrote: no column can hold such a value
            raise BadRequest(str(error)) from error

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        subject = found and self.audit_subject(found)
        if not subject:
            raise Http404
        return HttpResponseRedirect(listing_of("portal.auditentry", subject__exact=subject))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        response = super().change_view(request, object_id, form_url, extra_context)
        if isinstance(response, TemplateResponse) and response.context_data is not None:
            shown = response.context_data["original"]
            response.context_data |= {"title": self.title_of(shown), "subtitle": None}
            may_see_log = request.user.has_perm("portal.view_auditentry")
            response.context_data["has_history"] = may_see_log and bool(self.audit_subject(shown))
            response.context_data |= self.page_context(request, shown)
        return response

    def page_context(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """What the page of one row shows beside its fields."""
        return {}

    def construct_change_message(
        self, request: HttpRequest, form: forms.Form, formsets: Any, add: bool = False
    ) -> Any:
        """From what to what; never a password."""
        return {
            name: [None if add else _plain(form.initial.get(name)), _plain(form.cleaned_data[name])]
            for name in form.changed_data
            if "password" not in name
        }

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return self._log("ADDED", request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return self._log("CHANGED", request, obj, message)

    def _log(self, action: str, request: HttpRequest, obj: Model, message: Any) -> Any:
        subject = self.audit_subject(obj) or str(obj)
        facts = {"what": str(obj._meta.verbose_name), "changes": message}
        return audit.record(action=action, subject=subject[:100], actor=person(request), facts=facts)


class ReadOnlyAdmin(DeskAdmin):
    """Looked at here, changed by what the venue does: for superusers too."""

    actions: Any = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


# --- Acts: pages that ask for a reason before something is done ----------------------------------------


class ActForm(forms.Form):
    """What an act asks of whoever does it."""

    note = forms.CharField(
        max_length=NOTE_LENGTH, widget=forms.Textarea(attrs={"rows": 3}), label="Reason",
        help_text="Kept in the audit log.",
    )  # fmt: skip


def ids_asked(request: HttpRequest, name: str) -> list[int]:
    """The rows an act's address names; what is no id names none."""
    return [int(pk) for pk in request.GET.getlist(name) if re.fullmatch(r"[0-9]{1,18}", pk)]


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: what was sent, however little, and nothing before."""
    return request.POST if request.method == "POST" else None


def act_page(
    request: HttpRequest,
    *,
    model_admin: admin.ModelAdmin,
    form: forms.Form,
    title: str,
    submit: str,
    explanation: str = "",
    rows: Sequence[Sequence[Any]] = (),
    headings: Sequence[str] = (),
    is_grave: bool = False,
    action: str = "",
    back: str,
) -> TemplateResponse:
    """The page between the wish and the deed: what it concerns, what is asked, and a button that says it."""
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": title,
        "explanation": explanation,
        "form": form,
        "media": model_admin.media + form.media,
        "headings": headings,
        "rows": rows,
        "submit": submit,
        "is_grave": is_grave,
        "action": action,
        "back": back,
    }
    return TemplateResponse(request, "admin/act.html", context)


def make_proposal(
    request: HttpRequest,
    form: ActForm,
    *,
    kind: str,
    subject: str,
    new: dict[str, Any],
    effective_at: datetime | None = None,
) -> HttpResponse | None:
    """Make it and go to it; None, and the form says why, where it makes no sense."""
    try:
        made = proposals.propose(
            kind=kind, subject=subject, new=new, reason=form.cleaned_data["note"], by=person(request),
            effective_at=effective_at,
        )  # fmt: skip
    except proposals.ProposalRefused as refused:
        form.add_error(None, str(refused))
        return None
    messages.success(request, "Proposed. Somebody else has to decide.")
    return HttpResponseRedirect(reverse("admin:portal_proposal_change", args=[made.pk]))


def person(request: HttpRequest) -> User:
    """Whoever is at the desk (the site lets nobody in who has not signed in)."""
    assert isinstance(request.user, User)
    return request.user


# --- How things look ----------------------------------------------------------------------------------


def clock_time(at: datetime | None) -> str:
    """UTC to the millisecond (what happened first matters here), for columns that say so."""
    return NOTHING if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"[:-3]


def utc(at: datetime | None) -> str:
    return NOTHING if at is None else f"{clock_time(at)} UTC"


def planned(at: datetime | None) -> str:
    """UTC to the second, for what lies ahead: nobody plans by the millisecond."""
    return NOTHING if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def planned_utc(at: datetime | None) -> str:
    return NOTHING if at is None else f"{planned(at)} UTC"


def link(model: str, pk: Any, text: Any = None) -> str:
    """A link to the page of one row; ``model`` as in ``"trading.order"``."""
    if pk is None:
        return NOTHING
    url = reverse(_page(model, "change"), args=[pk])
    return format_html('<a href="{}">{}</a>', url, pk if text is None else text)


def listing_of(model: str, **filters: Any) -> str:
    """The address of a filtered list."""
    query = QueryDict(mutable=True)
    query.update({name: str(value) for name, value in filters.items()})
    return f"{reverse(_page(model, 'changelist'))}?{query.urlencode()}"


def _page(model: str, page: str) -> str:
    return f"admin:{model.replace('.', '_').lower()}_{page}"


def facts(value: Any) -> str:
    """Nested facts as nested lists, readable without knowing JSON."""
    return render_to_string("admin/facts.html", {"value": _branch(value)})


def _branch(value: Any) -> Any:
    """A template can ask for a branch's ``pairs`` or ``items``, but not for its type."""
    if isinstance(value, Mapping):
        return {"pairs": [(name.replace("_", " "), _branch(inner)) for name, inner in value.items()]}
    if isinstance(value, list | tuple):
        if all(isinstance(inner, str | int) for inner in value):
            return {"text": ", ".join(map(str, value)) or NOTHING}
        return {"list": [_branch(inner) for inner in value]}
    if isinstance(value, bool):
        return {"text": "yes" if value else "no"}
    return {"text": NOTHING if value is None or value == "" else str(value)}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, QuerySet | list | tuple):
        return [str(item) for item in value]
    return str(value)
