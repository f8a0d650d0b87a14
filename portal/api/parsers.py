"""Requests come as one JSON object, small and without doubt."""

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework import parsers, status
from rest_framework.exceptions import APIException, ParseError

MAX_BODY = 16 * 1024  # bytes; an order is a few hundred


class BodyTooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = f"At most {MAX_BODY} bytes."


class JSONParser(parsers.BaseParser):
    """Stricter than DRF's, which takes any size and charset, and of a doubled name the later value."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = stream.read(MAX_BODY + 1)
        if len(body) > MAX_BODY:
            raise BodyTooLarge
        try:
            return json.loads(body.decode(), object_pairs_hook=_once_each, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            raise ParseError("The body must be one JSON object in UTF-8.") from error


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name comes twice")
    return found


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")  # NaN and Infinity are Python's own
