"""What all requests have in common: shape, strictly."""

import re
from collections.abc import Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

ID = re.compile(r"[0-9]{1,18}")


class Input(serializers.Serializer):
    # No field it does not know: an order must not be entered without what its sender misspelt.
    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, Mapping):
            for name in data.keys() - self.fields.keys():
                raise serializers.ValidationError({name: "There is no such field."}, code="UNKNOWN_FIELD")
        values: dict[str, Any] = super().to_internal_value(data)
        return values


def valid(serializer: type[Input], data: Any) -> dict[str, Any]:
    checked = serializer(data=data)
    checked.is_valid(raise_exception=True)
    values: dict[str, Any] = checked.validated_data
    return values


class Text(serializers.CharField):
    """A JSON string, as it is; Django REST framework would take numbers too, and trim."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


@extend_schema_field(OpenApiTypes.INT64)
class IdField(serializers.Field):
    """Answers give ids as strings; a string of digits is as good as the number."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, str | int) or not ID.fullmatch(str(data)):
            raise serializers.ValidationError("Not an id.", code="NOT_AN_ID")
        return int(data)
