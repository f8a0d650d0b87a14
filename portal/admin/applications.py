"""Applications at the reviewer's desk: a queue, one page a case, and what is decided there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, ExpressionWrapper, Max, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from portal import audit, clock, uploads
from portal.admin.application_forms import (
    ApproveForm,
    AskForm,
    AssignedFilter,
    NoteForm,
    PurposeForm,
    RejectForm,
    RiskForm,
    WhereFilter,
)
from portal.admin.base import (
    NOTHING,
    ReadOnlyAdmin,
    act_page,
    make_proposal,
    person,
    posted,
)
from portal.admin.case_file import SECRETS, case_file, opened
from portal.applications import decisions, findings, rating
from portal.applications.queue import waiting_for
from portal.applications.reasons import REJECTIONS
from portal.applications.refusals import ApplicationRefused
from portal.models import Application, CheckResult, Identity, Proposal, Upload
from portal.models.office import in_words
from portal.onboarding.risk import Risk, is_higher
from portal.onboarding.stages import ENDED, Stage
from portal.uploads import UploadNotFound

REVIEW = "portal.review_application"
PURPOSES = "purposes_of_looks"  # in the session: for which application, what for, and since when
PURPOSE_GOOD_FOR = timedelta(minutes=30)
LOOK = "Who looked at somebody’s data, when, and what for, is kept."
TWO = "It takes two people: you propose, and somebody else decides."
LOOKS = {
    Stage.IN_REVIEW: "halted", Stage.CHECKING: "waiting", Stage.APPROVED: "trading",
    Stage.REJECTED: "faulted",
}  # fmt: skip


# --- The desk -----------------------------------------------------------------------------------------


@admin.register(Application)
class ApplicationAdmin(ReadOnlyAdmin):
    """Drafts are their applicants' own: nobody looks at what was not sent in."""

    list_title = "Applications"
    list_display = ["number", "whose", "what_for", "where", "risk_rated", "urgency", "waiting", "taken_by"]
    list_filter = [WhereFilter, "risk", "kind", "purpose", AssignedFilter]
    list_select_related = ["assigned_to"]
    search_fields = ["id__exact", "applicant__email__exact"]
    search_help_text = "Exact number or e-mail address"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        rows = Application.objects.filter(submitted_at__isnull=False)
        is_high = ExpressionWrapper(Q(risk="HIGH"), output_field=BooleanField())
        return rows.annotate(is_high=is_high, rounds=Max("check_results__round"))

    def get_ordering(self, request: HttpRequest) -> Any:
        """Those of a high risk, then those that were sent back and came again, then who waits longest."""
        return ["-is_high", "-rounds", "submitted_at"]

    def audit_subject(self, obj: Application) -> str:
        return obj.subject

    def title_of(self, obj: Application) -> str:
        return f"{obj}: {obj.get_kind_display().lower()}, {obj.get_purpose_display().lower()}"

    @admin.display(description="application", ordering="id")
    def number(self, row: Application) -> str:
        return str(row)

    @admin.display(description="kind", ordering="kind")
    def whose(self, row: Application) -> str:
        return row.get_kind_display()

    @admin.display(description="purpose", ordering="purpose")
    def what_for(self, row: Application) -> str:
        return row.get_purpose_display()

    @admin.display(description="stage", ordering="stage")
    def where(self, row: Application) -> str:
        return stage_of(row)

    @admin.display(description="risk", ordering="risk")
    def risk_rated(self, row: Application) -> str:
        return row.risk.capitalize() or NOTHING

    @admin.display(description="why first")
    def urgency(self, row: Application) -> str:
        again = (row.rounds or 1) > 1  # type: ignore[attr-defined]
        said = ["two people"] if row.risk == Risk.HIGH else []
        return ", ".join([*said, *(["sent in again"] if again else [])]).capitalize() or NOTHING

    @admin.display(description="waiting for", ordering="submitted_at")
    def waiting(self, row: Application) -> str:
        return NOTHING if row.stage in ENDED else waiting_for(row) or NOTHING

    @admin.display(description="taken by", ordering="assigned_to")
    def taken_by(self, row: Application) -> str:
        return str(row.assigned_to or NOTHING)

    # --- Pages ----------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        pages: dict[str, Callable[..., HttpResponse]] = {
            "purpose": self.give_purpose, "take": self.take, "approve": self.approve,
            "propose": self.propose_approval, "reject": self.reject, "ask": self.ask,
            "raise-risk": self.raise_risk, "lower-risk": self.lower_risk,
            "note/<int:finding>": self.note, "secret/<int:identity>/<str:secret>": self.show_secret,
            "document/<int:upload>": self.document, "document/<int:upload>/file": self.file,
            "document/<int:upload>/small": self.small, "document/<int:upload>/<int:page>": self.page,
        }  # fmt: skip
        shown = self.admin_site.admin_view
        own = [
            path(f"<int:pk>/{name}/", shown(view), name=f"portal_application_{view.__name__}")
            for name, view in pages.items()
        ]
        return own + super().get_urls()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One case. Whoever is not at work on it says first what for they look."""
        if request.method != "GET" or not self.has_view_permission(request):
            raise PermissionDenied
        application = self._shown(request, object_id)
        purpose = self._purpose(request, application)
        if purpose is None:
            return self._ask_purpose(request, application)
        _looked(request, application, purpose, "the case")
        file = case_file(application)
        may_review = request.user.has_perm(REVIEW)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": application,
            "title": self.title_of(application),
            "media": self.media,
            "file": file,
            "stage": stage_of(application),
            "waiting": waiting_for(application),
            "tools": self._tools(request, application, file.needs_two) if may_review else [],
            "may_review": may_review,
            "may_note": may_review and application.stage == Stage.IN_REVIEW,
            "may_see_hits": request.user.has_perm("compliance.view_screeninghit"),
            "has_history": request.user.has_perm("portal.view_auditentry"),
            "proposals": _proposals_of(application),
        }
        return TemplateResponse(request, "admin/portal/application/case.html", context)

    def _tools(self, request: HttpRequest, row: Application, needs_two: bool) -> list[tuple[str, str]]:
        if row.stage in ENDED or row.applicant_id == request.user.pk:
            return []
        tools = [("Take it", "take")] if row.assigned_to_id != request.user.pk else []
        if row.stage == Stage.IN_REVIEW:
            tools.append(("Propose approval", "propose_approval") if needs_two else ("Approve", "approve"))
            tools.append(("Ask for more", "ask"))
        if row.stage in (Stage.IN_REVIEW, Stage.NEEDS_ANSWERS):
            tools.append(("Reject", "reject"))
        if row.risk != Risk.HIGH:
            tools.append(("Raise risk", "raise_risk"))
        if row.risk not in ("", Risk.LOW):
            tools.append(("Propose a lower risk", "lower_risk"))
        return [(text, self._address(row, view)) for text, view in tools]

    # --- Looking ---------------------------------------------------------------------------------------

    def give_purpose(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        application = self._shown(request, pk)
        return self._ask_purpose(request, application)

    def _ask_purpose(self, request: HttpRequest, application: Application) -> HttpResponse:
        form = PurposeForm(posted(request))
        if form.is_valid():
            given = {str(application.pk): [form.cleaned_data["purpose"], clock.micros(clock.now())]}
            request.session[PURPOSES] = {**request.session.get(PURPOSES, {}), **given}
            return self._to(application)
        return act_page(
            request, model_admin=self, form=form, title=self.title_of(application), submit="Look",
            back=reverse("admin:portal_application_changelist"),
            explanation=f"You are not at work on this one: say what for you look at it. {LOOK}",
            action=self._address(application, "give_purpose"),
        )  # fmt: skip

    def _purpose(self, request: HttpRequest, application: Application) -> str | None:
        """For what somebody looks: their work, or what they said half an hour ago at most."""
        if application.assigned_to_id == request.user.pk and application.stage not in ENDED:
            return f"review of {application.subject}"
        said, at = request.session.get(PURPOSES, {}).get(str(application.pk), (None, 0))
        return said if said and clock.now() - clock.moment(at) <= PURPOSE_GOOD_FOR else None

    def show_secret(self, request: HttpRequest, pk: int, identity: int, secret: str) -> HttpResponse:
        """A number that is masked elsewhere, for a purpose, on this page alone."""
        application = self._reviewed(request, pk)
        rows = Identity.objects.select_related("application__key")
        one = get_object_or_404(rows, pk=identity, application=application)
        if secret not in SECRETS:
            raise Http404
        form, shown = PurposeForm(posted(request)), []
        if form.is_valid():
            what = f"{SECRETS[secret].lower()} of {one.role.lower()} {one.position + 1}"
            _looked(request, application, form.cleaned_data["purpose"], what)
            shown = [(SECRETS[secret], opened(one, secret))]
        response = act_page(
            request, model_admin=self, form=form, title=f"{SECRETS[secret]} of {one}", submit="Show",
            explanation=LOOK, headings=["What", "In full"], rows=shown,
            back=self._page_of(application),
        )  # fmt: skip
        response["Cache-Control"] = "no-store"
        return response

    def document(self, request: HttpRequest, pk: int, upload: int) -> HttpResponse:
        """A document, its pages one below the other, beside what was answered of whom it is."""
        application, row, purpose = self._upload(request, pk, upload)
        _looked(request, application, purpose, f"document {row.pk}, beside the answers")
        file = case_file(application)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": application,
            "title": str(row),
            "upload": row,
            "pages": range(1, row.pages + 1),
            "people": [one for one in file.people if row.identity_id in (None, one.identity.pk)],
            "findings": [one for one in file.findings if one.said.result.facts.get("upload") == row.pk],
            "claim": file.claim,
        }
        return TemplateResponse(request, "admin/portal/application/document.html", context)

    def small(self, request: HttpRequest, pk: int, upload: int) -> HttpResponse:
        _, row, purpose = self._upload(request, pk, upload)
        return _picture(lambda: uploads.small(upload=row, by=person(request), purpose=purpose))

    def page(self, request: HttpRequest, pk: int, upload: int, page: int) -> HttpResponse:
        _, row, purpose = self._upload(request, pk, upload)
        return _picture(lambda: uploads.page(upload=row, by=person(request), purpose=purpose, number=page))

    def file(self, request: HttpRequest, pk: int, upload: int) -> HttpResponse:
        _, row, purpose = self._upload(request, pk, upload)
        response = _picture(lambda: uploads.read(upload=row, by=person(request), purpose=purpose))
        response["Content-Disposition"] = f'attachment; filename="document-{row.pk}"'
        return response

    def _upload(self, request: HttpRequest, pk: int, upload: int) -> tuple[Application, Upload, str]:
        application = self._reviewed(request, pk)
        purpose = self._purpose(request, application)
        if purpose is None:
            raise PermissionDenied
        rows = Upload.objects.select_related("application__key", "identity").filter(removed_at=None)
        return application, get_object_or_404(rows, pk=upload, application=application), purpose

    # --- Deciding --------------------------------------------------------------------------------------

    def take(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = self._reviewed(request, pk)
        whose = application.assigned_to
        form = forms.Form(posted(request))

        def act() -> str:
            decisions.assign(application=application, by=person(request))
            return f"{application} is yours."

        if form.is_valid() and self._done(request, form, act):
            return self._to(application)
        said = f"{whose} has it now. " if whose else ""
        said += "You look at it for its review from then on."
        return self._act(request, application, form, f"Take {application}", "Take it", said)

    def note(self, request: HttpRequest, pk: int, finding: int) -> HttpResponse:
        application = self._reviewed(request, pk)
        row = get_object_or_404(CheckResult, pk=finding, application=application)
        form = NoteForm(posted(request))

        def act() -> str:
            given = form.cleaned_data
            findings.note(finding=row, by=person(request), verdict=given["verdict"], text=given["note"])
            return "Noted."

        if form.is_valid() and self._done(request, form, act):
            return self._to(application)
        return self._act(
            request, application, form, f"Look at {in_words(row.code).lower()}", "Note it",
            "What stands once is not cleared by a later note: then two people decide.",
        )  # fmt: skip

    def approve(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = self._reviewed(request, pk)
        form = ApproveForm(application, posted(request))

        def act() -> str:
            decisions.approve(
                application=application, by=person(request), reason=form.cleaned_data["note"], **form.asked
            )
            return f"{application} is approved."

        if form.is_valid() and self._done(request, form, act):
            return self._to(application)
        return self._act(
            request, application, form, f"Approve {application}", "Approve",
            "The applicant is told at once, and an account that is opened may be used at once.",
        )  # fmt: skip

    def propose_approval(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = self._reviewed(request, pk)
        form = ApproveForm(application, posted(request))
        if form.is_valid():
            if application.applicant_id == request.user.pk:
                form.add_error(None, "Nobody decides on what is their own.")
            else:
                issuer = form.asked["issuer"]
                new = form.asked | {"issuer": issuer and issuer.pk}
                made = make_proposal(
                    request, form, kind="APPROVE_APPLICATION", subject=str(application.pk), new=new
                )
                if made:
                    return made
        return self._act(request, application, form, f"Propose to approve {application}", "Propose", TWO)

    def reject(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = self._reviewed(request, pk)
        form = RejectForm(posted(request))

        def act() -> str:
            given = form.cleaned_data
            decisions.reject(
                application=application, by=person(request), code=given["code"], text=given["text"],
                reason=given["note"],
            )  # fmt: skip
            return f"{application} is rejected."

        if form.is_valid() and self._done(request, form, act):
            return self._to(application)
        return self._act(
            request, application, form, f"Reject {application}", "Reject", "The applicant is told at once.",
            headings=["Because", "The applicant reads"], is_grave=True,
            rows=[(one.words, one.told) for one in REJECTIONS.values()],
        )  # fmt: skip

    def ask(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = self._reviewed(request, pk)
        form = AskForm(application, posted(request))

        def act() -> str:
            decisions.ask_for_more(application=application, by=person(request), **form.cleaned_data)
            return f"{application} is with the applicant again."

        if form.is_valid() and self._done(request, form, act):
            return self._to(application)
        return self._act(
            request, application, form, f"Ask for more: {application}", "Ask",
            "It goes back to the applicant, who is told at once and sends it in again.",
        )  # fmt: skip

    def raise_risk(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = self._reviewed(request, pk)
        choices = [row for row in Application.Risk.choices if is_higher(row[0], application.risk)]
        form = RiskForm(choices, posted(request))

        def act() -> str:
            given = form.cleaned_data
            rating.raise_risk(
                application=application, by=person(request), to=given["risk"], reason=given["note"]
            )
            return "Rated."

        if form.is_valid() and self._done(request, form, act):
            return self._to(application)
        return self._act(
            request, application, form, f"Raise the risk of {application}", "Raise",
            "One person raises it; it takes two to lower it again.",
        )  # fmt: skip

    def lower_risk(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = self._reviewed(request, pk)
        choices = [row for row in Application.Risk.choices if is_higher(application.risk or Risk.LOW, row[0])]
        form = RiskForm(choices, posted(request))
        if form.is_valid():
            new = {"risk": form.cleaned_data["risk"]}
            made = make_proposal(request, form, kind="LOWER_RISK", subject=str(application.pk), new=new)
            if made:
                return made
        return self._act(request, application, form, f"Propose a lower risk of {application}", "Propose", TWO)

    # --- What these have in common ------------------------------------------------------------------------

    def _shown(self, request: HttpRequest, pk: Any) -> Application:
        found = self.get_object(request, str(pk))
        if found is None:
            raise Http404
        return found

    def _reviewed(self, request: HttpRequest, pk: int) -> Application:
        if not request.user.has_perm(REVIEW):
            raise PermissionDenied
        return self._shown(request, pk)

    def _done(self, request: HttpRequest, form: forms.Form, act: Callable[[], str]) -> bool:
        try:
            messages.success(request, act())
        except ApplicationRefused as refused:
            for sentence in dict.fromkeys([str(refused), *(reason.message for reason in refused.reasons)]):
                form.add_error(None, sentence)
            return False
        return True

    def _act(
        self,
        request: HttpRequest,
        application: Application,
        form: forms.Form,
        title: str,
        submit: str,
        explanation: str,
        **more: Any,
    ) -> TemplateResponse:
        return act_page(
            request, model_admin=self, form=form, title=title, submit=submit, explanation=explanation,
            back=self._page_of(application), **more,
        )  # fmt: skip

    def _address(self, application: Application, view: str) -> str:
        return reverse(f"admin:portal_application_{view}", args=[application.pk])

    def _page_of(self, application: Application) -> str:
        return self._address(application, "change")

    def _to(self, application: Application) -> HttpResponse:
        return HttpResponseRedirect(self._page_of(application))


def stage_of(row: Application) -> str:
    look = LOOKS.get(Stage(row.stage), "closed")
    return format_html('<span class="state {}">{}</span>', look, row.get_stage_display())


def _proposals_of(application: Application) -> QuerySet[Proposal]:
    kinds = ["APPROVE_APPLICATION", "LOWER_RISK"]
    return Proposal.objects.filter(kind__in=kinds, subject=str(application.pk)).order_by("-id")


def _looked(request: HttpRequest, application: Application, purpose: str, what: str) -> None:
    facts = {"purpose": purpose, "what": what}
    audit.record(
        action="PERSONAL_DATA_LOOKED_AT", subject=application.subject, actor=person(request), facts=facts
    )


def _picture(read: Callable[[], uploads.File]) -> HttpResponse:
    try:
        file = read()
    except UploadNotFound as error:
        raise Http404 from error
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(file.content, content_type=file.content_type, headers=headers)
