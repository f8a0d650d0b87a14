"""What the shapes of all answers have in common, and the one of errors."""

from datetime import UTC, datetime

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.serializers import CharField, DateTimeField


def moment(at: datetime | None) -> str | None:
    """UTC to the millisecond."""
    if at is None:
        return None
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


# Every field is always there; those that can be null say so. (A docstring would be the schema's.)
class Shape(serializers.Serializer):
    pass


class ReasonShape(Shape):
    code = CharField(help_text="For programs; it does not change.")
    message = CharField(help_text="For people.")
    citation = CharField(help_text="The rule behind it, where there is one.")
    next_step = CharField(help_text="What can be done about it.")
    until = DateTimeField(allow_null=True, help_text="When it ends, where that is known.")


class ErrorBody(Shape):
    code = CharField(help_text="For programs; it does not change.")
    message = CharField(help_text="For people.")
    field = CharField(allow_null=True, help_text="The field of the request at fault.")
    reasons = ReasonShape(many=True, help_text="Of a refusal (422): all of them.")


class ErrorShape(Shape):
    error = ErrorBody()


ERRORS = {
    400: "The request is malformed: `field` says where. Nothing was recorded, and the ClOrdID is still free.",
    401: "Not signed in.",
    403: "Not yours to see; or the CSRF token is missing or wrong: send the `csrftoken` cookie's value as "
    "`X-CSRFToken`.",
    404: "There is no such thing, or it is not yours.",
    409: "The ClOrdID was used for another request.",
    413: "The body is too large.",
    415: "The body is not `application/json`.",
    422: "Understood and refused, with reasons. The refusal is on record, and the ClOrdID is spent.",
}


def errors(*codes: int) -> dict[int, OpenApiResponse]:
    return {code: OpenApiResponse(ErrorShape, ERRORS[code]) for code in codes}
