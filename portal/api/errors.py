"""One envelope for every error: ``{"error": {code, message, field, reasons}}``."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, JsonResponse
from rest_framework import exceptions, status
from rest_framework.response import Response

from portal.api.parsers import BodyTooLarge

logger = logging.getLogger(__name__)


DATABASE_AWAY = (OperationalError, InterfaceError)


class Unavailable(exceptions.APIException):
    """The database is away, or took longer than anybody waits."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The venue cannot answer right now. Send it again as it was: nothing is entered twice."
    wait = 1  # seconds, for Retry-After


CODES = {
    exceptions.NotAuthenticated: "NOT_SIGNED_IN",
    exceptions.AuthenticationFailed: "NOT_SIGNED_IN",
    exceptions.PermissionDenied: "NOT_ALLOWED",
    exceptions.NotFound: "NOT_FOUND",
    exceptions.NotAcceptable: "NOT_ACCEPTABLE",
    exceptions.MethodNotAllowed: "METHOD_NOT_ALLOWED",
    exceptions.UnsupportedMediaType: "UNSUPPORTED_MEDIA_TYPE",
    exceptions.ParseError: "MALFORMED",
    BodyTooLarge: "BODY_TOO_LARGE",
    Unavailable: "UNAVAILABLE",
    exceptions.Throttled: "TOO_MANY_REQUESTS",
    Http404: "NOT_FOUND",
    PermissionDenied: "NOT_ALLOWED",
}


class ApiError(exceptions.APIException):
    """An anticipated error with a code of its own."""

    def __init__(
        self,
        http_status: int,
        code: str,
        message: str,
        *,
        field: str | None = None,
        reasons: list[dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(detail=message, code=code)
        self.status_code = http_status
        self.body = {"code": code, "message": message, "field": field, "reasons": reasons or []}


def not_taken(code: str, message: str, *, field: str | None = None) -> ApiError:
    """Understood, and refused for a reason that is kept nowhere: nothing has changed."""
    return ApiError(status.HTTP_422_UNPROCESSABLE_ENTITY, code, message, field=field)


def invalid(code: str, message: str, *, field: str | None = None) -> ApiError:
    return ApiError(status.HTTP_400_BAD_REQUEST, code, message, field=field)


def problem(http_status: int, code: str, message: str) -> JsonResponse:
    """The envelope for what Django answers before a view is reached."""
    body: dict[str, Any] = {"code": code, "message": message, "field": None, "reasons": []}
    return JsonResponse({"error": body}, status=http_status)


def envelope(error: Exception, context: dict[str, Any]) -> Response | None:
    # Views name how people sign in (settings), and that names the errors of this module.
    from rest_framework.views import exception_handler

    if isinstance(error, DATABASE_AWAY):
        logger.error("the database did not answer", exc_info=error)
        error = Unavailable()
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, ApiError):
        body = error.body
    elif isinstance(error, exceptions.ValidationError):
        body = _first_problem(error)
    else:
        if isinstance(error, exceptions.PermissionDenied) and "CSRF" in str(error.detail):
            code = "CSRF_FAILED"
        else:
            code = next((c for kind, c in CODES.items() if isinstance(error, kind)), "ERROR")
        detail = response.data.get("detail", "") if isinstance(response.data, dict) else ""
        body = {"code": code, "message": str(detail), "field": None, "reasons": []}
    response.data = {"error": body}
    return response


def _first_problem(error: exceptions.ValidationError) -> dict[str, Any]:
    """The first field at fault: people mend one thing at a time."""
    detail: Any = error.detail
    field: str | None = None
    while isinstance(detail, dict | list):
        if isinstance(detail, dict):
            name, detail = next(iter(detail.items()))
            field = field or (None if name == "non_field_errors" else str(name))
        else:
            detail = next(item for item in detail if item)
    code = getattr(detail, "code", "invalid")
    return {
        "code": str(code).upper(),
        "message": _printable(detail),
        "field": field and _printable(field),
        "reasons": [],
    }


def _printable(text: str) -> str:
    """Messages repeat what was sent, which may be anything JSON can say: half a character, a whole book."""
    return str(text)[:200].encode(errors="replace").decode()
