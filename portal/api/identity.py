"""The door for providers of identity checks: no session, but a signature over time, id and body."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BooleanField, CharField
from rest_framework.views import APIView

from portal.api.errors import ApiError, invalid
from portal.api.outputs import Shape, errors
from portal.identity import cases, remote
from portal.identity.providers import Garbled, NotFromThem


class IdentityMessageInput(serializers.Serializer):
    case = CharField(max_length=100, help_text="As it was asked about.")
    outcome = serializers.ChoiceField(remote.OUTCOMES)
    code = CharField(max_length=40, help_text="In capitals, e.g. DOCUMENT_UNREADABLE.")
    facts = serializers.JSONField(required=False, help_text="For the reviewer.")


class MessageTakenShape(Shape):
    taken = BooleanField(help_text="False: it came before, and was taken then.")


def _header(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, required=True, description=description)


class IdentityMessagesView(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="identity_messages_create",
        request=IdentityMessageInput,
        responses={200: MessageTakenShape, **errors(400, 403, 404, 413, 415)},
        parameters=[
            _header(remote.TIMESTAMP, "Seconds since 1970, within five minutes."),
            _header(remote.ID, "Of this message: sent again it is the same."),
            _header(remote.SIGNATURE, "HMAC-SHA256, in hex, of `timestamp.id.body` with the shared key."),
        ],
        tags=["applications"],
    )
    def post(self, request: Request, provider: str) -> Response:
        """An answer of a provider of identity checks, signed. Sent twice, it is taken once."""
        body = request._request.body
        if len(body) > remote.LONGEST:
            raise ApiError(
                status.HTTP_413_REQUEST_ENTITY_TOO_LARGE, "BODY_TOO_LARGE", "The body is too large."
            )
        try:
            taken = cases.take(provider=provider, headers=request.headers, body=body)
        except LookupError as error:
            raise ApiError(status.HTTP_404_NOT_FOUND, "NOT_FOUND", "There is no such provider.") from error
        except NotFromThem as error:
            raise ApiError(status.HTTP_403_FORBIDDEN, "SIGNATURE_WRONG", str(error)) from error
        except Garbled as error:
            raise invalid("MALFORMED", str(error)) from error
        return Response({"taken": taken})
