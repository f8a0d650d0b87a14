"""What the pages of applications ask: filters of the queue, and forms of what is decided."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from portal.admin.base import NOTE_LENGTH, ActForm, person
from portal.applications import decisions, findings
from portal.applications.overview import Overview
from portal.applications.reasons import REJECTIONS
from portal.models import Application, Issuer
from portal.models.office import in_words
from portal.onboarding.stages import ENDED, Stage

# --- The queue ----------------------------------------------------------------------------------------


class WhereFilter(admin.SimpleListFilter):
    """Without a choice it is what waits for a reviewer."""

    title = "where"
    parameter_name = "where"
    STAGES = {
        "CHECKING": [Stage.CHECKING],
        "APPLICANT": [Stage.NEEDS_ANSWERS],
        "ENDED": list(ENDED),
        "ALL": list(Stage),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("CHECKING", "Checks at work"), ("APPLICANT", "With the applicant"),
            ("ENDED", "Decided, withdrawn"), ("ALL", "All"),
        ]  # fmt: skip

    def choices(self, changelist: Any) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": "Waiting for a reviewer"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Application]) -> QuerySet[Application]:
        return queryset.filter(stage__in=self.STAGES.get(self.value() or "", [Stage.IN_REVIEW]))


class AssignedFilter(admin.SimpleListFilter):
    title = "taken by"
    parameter_name = "taken"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("me", "Me"), ("others", "Others"), ("nobody", "Nobody")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Application]) -> QuerySet[Application]:
        mine = Q(assigned_to=person(request))
        nobodys = Q(assigned_to=None)
        wanted = {"me": mine, "nobody": nobodys, "others": ~mine & ~nobodys}.get(self.value() or "")
        return queryset.filter(wanted) if wanted else queryset


# --- What an act asks -----------------------------------------------------------------------------------


class PurposeForm(forms.Form):
    purpose = forms.CharField(
        max_length=NOTE_LENGTH, widget=forms.Textarea(attrs={"rows": 2}), help_text="Kept in the audit log."
    )


class NoteForm(ActForm):
    field_order = ["verdict", "note"]
    verdict = forms.ChoiceField(choices=findings.Verdict.choices, label="What came of it")

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.fields["note"].label = "What you looked at"


class ApproveForm(ActForm):
    """Where accredited status is claimed it may be left out, and for one issuer it says for which."""

    field_order = ["issuer", "without_accreditation", "note"]
    issuer = forms.ModelChoiceField(
        Issuer.objects.all(),
        help_text="This way of being accredited counts for one issuer’s securities alone.",
    )
    without_accreditation = forms.CharField(
        max_length=NOTE_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        label="Without accredited status, because",
        help_text="Only where the account is to be opened although it is not shown: a sentence for the "
        "applicant. Otherwise leave it empty.",
    )  # fmt: skip

    def __init__(self, application: Application, *args: Any) -> None:
        super().__init__(*args)
        claim = decisions.claim_of(Overview(application).case)
        if claim is None or application.purpose == "ACCREDITATION":
            del self.fields["without_accreditation"]
        if claim is None or not claim.one_issuer:
            del self.fields["issuer"]
        else:
            self.fields["issuer"].required = "without_accreditation" not in self.fields

    @property
    def asked(self) -> dict[str, Any]:
        return {
            "issuer": self.cleaned_data.get("issuer"),
            "without_accreditation": self.cleaned_data.get("without_accreditation", ""),
        }


class RejectForm(ActForm):
    field_order = ["code", "text", "note"]
    code = forms.ChoiceField(
        label="Because",
        choices=[("", "Choose…"), *((code, one.words) for code, one in REJECTIONS.items())],
    )
    text = forms.CharField(
        max_length=NOTE_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        label="Added for the applicant",
        help_text="After the sentence of the reason. Nothing of screening, ever.",
    )  # fmt: skip


class AskForm(forms.Form):
    steps = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, label="To be gone through again")
    text = forms.CharField(
        max_length=1000, widget=forms.Textarea(attrs={"rows": 4}), label="For the applicant",
        help_text="What is missing or unclear, and what to do. Nothing of screening, ever.",
    )  # fmt: skip

    def __init__(self, application: Application, *args: Any) -> None:
        super().__init__(*args)
        steps = Overview(application).steps
        self.fields["steps"].choices = [(step.value, in_words(step)) for step in steps]  # type: ignore[attr-defined]


class RiskForm(ActForm):
    field_order = ["risk", "note"]
    risk = forms.ChoiceField()

    def __init__(self, choices: list[tuple[str, str]], *args: Any) -> None:
        super().__init__(*args)
        self.fields["risk"].choices = choices  # type: ignore[attr-defined]
