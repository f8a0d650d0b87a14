"""Applications: one's own, answered step by step and sent in."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api.access import own_account
from portal.api.application_outputs import (
    KINDS,
    PURPOSES,
    REFUSED,
    Answers,
    ApplicationShape,
    ApplicationsShape,
    StepShape,
)
from portal.api.errors import ApiError
from portal.api.inputs import IdField, Input, valid
from portal.api.outputs import errors, moment
from portal.api.uploads import as_json as upload_as_json
from portal.applications import agreements, kept, services
from portal.applications.overview import Overview
from portal.applications.refusals import ApplicationRefused, Missing
from portal.members import Role
from portal.models import Agreement, Application
from portal.onboarding.kinds import ApplicantKind, Purpose
from portal.onboarding.steps import Step
from portal.sign_in_history import address_of

GET_ERRORS = errors(401, 404)
POST_ERRORS = {**errors(400, 401, 403, 404, 413, 415), **REFUSED}
NO_SUCH_STEP = "This application has no such step."


class StartInput(Input):
    kind = serializers.ChoiceField(KINDS)
    purpose = serializers.ChoiceField(PURPOSES, default=Purpose.OPEN.value)
    account = IdField(required=False, allow_null=True, help_text="Of a renewal: which account.")


class AnswersInput(Input):
    answers = Answers()


@contextmanager
def told() -> Iterator[None]:
    """Say why it is not done, and all there is to mend."""
    try:
        yield
    except ApplicationRefused as refused:
        reasons = [_reason(one) for one in refused.reasons]
        field = refused.reasons[0].field if refused.reasons else None
        raise ApiError(
            status.HTTP_422_UNPROCESSABLE_ENTITY, refused.code, str(refused), field=field, reasons=reasons
        ) from refused


class ApplicationsView(APIView):
    @extend_schema(
        operation_id="applications_list",
        responses={200: ApplicationsShape, **errors(401)},
        tags=["applications"],
    )
    def get(self, request: Request) -> Response:
        """Your applications, newest first."""
        rows = Application.objects.filter(applicant_id=request.user.pk)
        return Response({"results": [_in_list(row) for row in rows]})

    @extend_schema(
        request=StartInput, responses={201: ApplicationShape, **POST_ERRORS}, tags=["applications"]
    )
    def post(self, request: Request) -> Response:
        """Begin an application: for a new account, or about one of yours."""
        data = valid(StartInput, request.data)
        account = data.get("account")
        if account is not None:
            account = own_account(request, str(account), least=Role.SIGNER)
        with told():
            made = services.start(
                by=request.user,  # type: ignore[arg-type]
                kind=ApplicantKind(data["kind"]),
                purpose=Purpose(data["purpose"]),
                account=account,
            )
        return Response(_whole(request, made.pk), status=status.HTTP_201_CREATED)


class ApplicationView(APIView):
    @extend_schema(responses={200: ApplicationShape, **GET_ERRORS}, tags=["applications"])
    def get(self, request: Request, application_id: int) -> Response:
        """An application: where it stands, what is missing, what has happened."""
        return Response(_whole(request, application_id))


class StepView(APIView):
    @extend_schema(responses={200: StepShape, **GET_ERRORS}, tags=["applications"])
    def get(self, request: Request, application_id: int, step: str) -> Response:
        """What was answered at a step so far."""
        application, wanted = own_application(request, application_id), _step(step)
        overview = Overview(application)
        if wanted not in overview.steps:
            raise Http404(NO_SUCH_STEP)
        if wanted == Step.AGREEMENTS:
            answers = {"signatures": _signatures(overview)}
        else:
            answers = kept.shown(application, wanted, overview.case.answers.get(wanted, {}))
        texts = agreements.certifications(overview.case) if wanted == Step.TAX else []
        return Response({"step": wanted, "answers": answers, "texts": [_text(row) for row in texts]})

    @extend_schema(
        request=AnswersInput, responses={200: ApplicationShape, **POST_ERRORS}, tags=["applications"]
    )
    def put(self, request: Request, application_id: int, step: str) -> Response:
        """Answer a step, whole. Where anything is wrong nothing is kept, and all reasons are given."""
        application, wanted = own_application(request, application_id), _step(step)
        given = valid(AnswersInput, request.data)["answers"]
        with told():
            services.answer(
                application=application, step=wanted, given=given,
                by=request.user, address=address_of(request),  # type: ignore[arg-type]
            )  # fmt: skip
        return Response(_whole(request, application_id))


class SubmitView(APIView):
    @extend_schema(request=None, responses={200: ApplicationShape, **POST_ERRORS}, tags=["applications"])
    def post(self, request: Request, application_id: int) -> Response:
        """Send it in. Sent twice, it is sent once."""
        application = own_application(request, application_id)
        with told():
            services.submit(application=application, by=request.user)  # type: ignore[arg-type]
        return Response(_whole(request, application_id))


class WithdrawView(APIView):
    @extend_schema(request=None, responses={200: ApplicationShape, **POST_ERRORS}, tags=["applications"])
    def post(self, request: Request, application_id: int) -> Response:
        """Take it back, as long as it is not decided."""
        application = own_application(request, application_id)
        with told():
            services.withdraw(application=application, by=request.user)  # type: ignore[arg-type]
        return Response(_whole(request, application_id))


def own_application(request: Request, application_id: int) -> Application:
    """The caller's application; whatever is somebody else's does not exist."""
    rows = Application.objects.filter(applicant_id=request.user.pk).select_related("account", "key")
    row = rows.filter(pk=application_id).first()
    if row is None:
        raise Http404("You have no such application.")
    return row


def _step(name: str) -> Step:
    if name not in Step.__members__:
        raise Http404(NO_SUCH_STEP)
    return Step(name)


def _whole(request: Request, application_id: int) -> dict[str, Any]:
    """Of ``ApplicationShape``, read afresh."""
    application = own_application(request, application_id)
    prefetch_related_objects([application], "answers", "identities", "uploads", "events")
    overview = Overview(application)
    return {
        **_in_list(application),
        "steps": [{"step": row.step, "state": row.state, "problem": row.problem} for row in overview.states],
        "waiting_for": overview.waiting_for,
        "expected": overview.expected,
        "documents": [
            {
                "kinds": list(paper.kinds),
                "identity": identity and str(identity.pk),
                "whose": paper.whose,
                "why": paper.why,
                "tax_year": paper.tax_year,
                "months": paper.months,
                "met": met,
            }
            for paper, identity, met in overview.papers
        ],
        "uploads": [upload_as_json(row) for row in overview.uploads],
        "agreements": [
            {
                **_text(row.agreement),
                "signed_at": row.signature and moment(row.signature.at),
                "typed_name": row.signature and row.signature.typed_name,
            }
            for row in overview.agreements
        ],
        "signing_name": overview.case.signing_name,
        "identities": [
            {"id": str(row.pk), "role": row.role, "name": row.full_name} for row in overview.identities
        ],
        "timeline": [
            {"at": moment(row.at), "stage": row.stage, "code": row.code, "text": row.text, "steps": row.steps}
            for row in overview.events
        ],
        "can_submit": overview.can_submit,
        "missing": [
            {"step": one.step, "field": one.field, "code": one.code, "message": one.message}
            for one in overview.missing
        ],
    }


def _in_list(row: Application) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "kind": row.kind,
        "purpose": row.purpose,
        "stage": row.stage,
        "account": None if row.account_id is None else str(row.account_id),
        "started_at": moment(row.started_at),
    }


def _text(row: Agreement) -> dict[str, str]:
    return {"code": row.code, "title": row.title, "version": row.version, "text": row.text}


def _signatures(overview: Overview) -> list[dict[str, str]]:
    return [
        {
            "code": row.agreement.code,
            "version": row.agreement.version,
            "typed_name": row.signature.typed_name,
        }
        for row in overview.agreements
        if row.signature is not None
    ]


def _reason(one: Missing) -> dict[str, Any]:
    return {
        "code": one.code, "message": one.message, "citation": "", "next_step": "", "until": None,
        "step": one.step, "field": one.field,
    }  # fmt: skip
