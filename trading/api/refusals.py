"""A recorded refusal, as the API tells it."""

from typing import Any

from rest_framework import status

from portal.api.errors import ApiError

# The field of the order at fault, where a refusal has one.
FIELDS = {"RISK-SIZE": "order_qty", "RISK-PRICE": "price"}


def refused(reasons: list[dict[str, Any]]) -> ApiError:
    """A recorded refusal: well-formed, and not taken."""
    public = [{k: r.get(k) for k in ("code", "message", "citation", "next_step", "until")} for r in reasons]
    first = reasons[0]
    return ApiError(
        status.HTTP_422_UNPROCESSABLE_ENTITY, first["code"], first["message"],
        field=FIELDS.get(first["code"]), reasons=public,
    )  # fmt: skip
