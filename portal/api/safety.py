"""How somebody's sign-in is kept theirs: contacts, their changes, the history of sign-ins."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import CharField, DateTimeField
from rest_framework.views import APIView

from portal import contacts
from portal.api.errors import ApiError, invalid, not_taken
from portal.api.inputs import ID, Input, Text, valid
from portal.api.outputs import ErrorShape, Shape, errors, moment
from portal.api.queries import QueryView
from portal.models import ContactChange, SignIn, User

PAGE = 25
CURSOR = OpenApiParameter("cursor", str, description="`next` of the page before.")
REFUSED = {422: OpenApiResponse(ErrorShape, "Understood and refused: the code says why. Nothing changed.")}
POST_ERRORS = {**errors(400, 401, 403, 404, 413, 415), **REFUSED}


class ContactChangeShape(Shape):
    id = CharField()
    kind = serializers.ChoiceField(ContactChange.Kind.choices)
    new = CharField()
    status = serializers.ChoiceField(ContactChange.Status.choices)
    asked_at = DateTimeField()
    effective_at = DateTimeField(allow_null=True, help_text="When it counts, once it was confirmed.")


class SafetyShape(Shape):
    email = CharField()
    phone = CharField(help_text="Or empty.")
    changes = ContactChangeShape(many=True, help_text="Those to be confirmed, and those that wait.")


class SignInShape(Shape):
    id = CharField()
    at = DateTimeField(help_text="Real time.")
    outcome = serializers.ChoiceField(SignIn.Outcome.choices)
    method = CharField(help_text="E.g. password, totp, webauthn; or empty.")
    address = CharField(allow_null=True)
    device = CharField(help_text="As the browser names itself.")


class SignInsShape(Shape):
    results = SignInShape(many=True)
    next = CharField(allow_null=True)


class ContactChangeInput(Input):
    kind = serializers.ChoiceField(ContactChange.Kind.choices)
    new = Text(max_length=254)


class CodeInput(Input):
    code = Text(max_length=40)


class StopInput(Input):
    secret = Text(max_length=200, help_text="What the link in the mail holds.")


@contextmanager
def told() -> Iterator[None]:
    try:
        yield
    except contacts.ContactRefused as refused:
        raise not_taken(refused.code, str(refused), field=refused.field) from refused
    except ContactChange.DoesNotExist as error:
        raise Http404("There is no such change.") from error


class SafetyView(APIView):
    @extend_schema(responses={200: SafetyShape, **errors(401)}, tags=["safety"])
    def get(self, request: Request) -> Response:
        """E-mail address, telephone number, and their changes."""
        user = _user(request)
        changes = [_change(row) for row in contacts.open_changes(user)]
        return Response({"email": user.email, "phone": user.phone, "changes": changes})


class SignInsView(QueryView):
    asked = [CURSOR]

    @extend_schema(responses={200: SignInsShape, **errors(400, 401)}, parameters=asked, tags=["safety"])
    def get(self, request: Request) -> Response:
        """Tries to sign in as the caller, newest first. Changes of how one signs in, too."""
        rows = SignIn.objects.filter(user=_user(request))
        cursor = request.query_params.get("cursor")
        if cursor is not None:
            if not ID.fullmatch(cursor):
                raise invalid("BAD_CURSOR", "Take the cursor from the page before.", field="cursor")
            rows = rows.filter(pk__lt=int(cursor))
        found = list(rows[: PAGE + 1])
        following = str(found[PAGE - 1].pk) if len(found) > PAGE else None
        return Response({"results": [_sign_in(row) for row in found[:PAGE]], "next": following})


class ContactChangesView(APIView):
    @extend_schema(
        request=ContactChangeInput, responses={201: ContactChangeShape, **POST_ERRORS}, tags=["safety"]
    )
    def post(self, request: Request) -> Response:
        """Ask for a new e-mail address or telephone number. A code is sent to confirm it with."""
        data = valid(ContactChangeInput, request.data)
        if not did_recently_reauthenticate(request._request):
            raise ApiError(
                status.HTTP_403_FORBIDDEN, "REAUTHENTICATION_REQUIRED", "Show once more that it is you."
            )
        with told():
            change = contacts.ask(user=_user(request), kind=data["kind"], new=data["new"])
        return Response(_change(change), status=status.HTTP_201_CREATED)


class VerifyContactChangeView(APIView):
    @extend_schema(request=CodeInput, responses={200: ContactChangeShape, **POST_ERRORS}, tags=["safety"])
    def post(self, request: Request, change_id: int) -> Response:
        """Confirm a change with its code. It counts some days later."""
        data = valid(CodeInput, request.data)
        with told():
            change = contacts.verify(user=_user(request), change_id=change_id, code=data["code"])
        return Response(_change(change))


class StopContactChangeView(APIView):
    @extend_schema(request=None, responses={200: ContactChangeShape, **POST_ERRORS}, tags=["safety"])
    def post(self, request: Request, change_id: int) -> Response:
        """Stop a change that does not count yet."""
        with told():
            change = contacts.stop(user=_user(request), change_id=change_id)
        return Response(_change(change))


class StopByLinkView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="safety_contact_changes_stop_by_link",
        request=StopInput,
        responses={204: None, **errors(400, 403, 404, 413, 415), **REFUSED},
        tags=["safety"],
    )
    def post(self, request: Request) -> Response:
        """Stop a change by the link in the mail to the old address. Signed in or not."""
        data = valid(StopInput, request.data)
        with told():
            contacts.stop_by(secret=data["secret"])
        return Response(status=status.HTTP_204_NO_CONTENT)


@never_cache
@require_safe
def totp_picture(request: HttpRequest) -> HttpResponse:
    """The QR code of the secret this session is about to set up, for an authenticator app's camera."""
    secret = request.session.get(SECRET_SESSION_KEY)
    if not request.user.is_authenticated or not secret:
        raise Http404
    adapter = get_adapter()
    picture = adapter.build_totp_svg(adapter.build_totp_url(request.user, secret))
    return HttpResponse(picture, content_type="image/svg+xml")


def _user(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


def _change(row: ContactChange) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "kind": row.kind,
        "new": row.new,
        "status": row.status,
        "asked_at": moment(row.asked_at),
        "effective_at": moment(row.effective_at),
    }


def _sign_in(row: SignIn) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "at": moment(row.at),
        "outcome": row.outcome,
        "method": row.method,
        "address": row.address,
        "device": row.device,
    }
