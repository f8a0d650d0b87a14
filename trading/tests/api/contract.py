"""A test client that holds every answer of the API to the published schema."""

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from django.test import Client
from django.urls import URLResolver, get_resolver
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator, FormatChecker

from portal.api.authentication import KEY_HEADER

if TYPE_CHECKING:  # its name in the stubs only
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

formats = FormatChecker()
# What no operation lists one by one, because any of them may answer it.
EVERYWHERE = {405: "ErrorShape", 406: "ErrorShape"}
OF_KEYS = {401: "ErrorShape", 403: "ErrorShape"}  # any signed request may be answered so (docs/api.md)
METHODS = ("get", "post", "put", "patch", "delete", "options", "head")


@formats.checks("date-time")
def is_utc_to_the_millisecond(value: object) -> bool:
    return not isinstance(value, str) or bool(
        re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value, re.ASCII)
    )


@cache
def schema() -> dict[str, Any]:
    """The published schema, with no room for fields it does not name."""
    found = json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True)))
    for component in found["components"]["schemas"].values():
        if component.get("type") == "object":
            component["additionalProperties"] = False
    return found


@cache
def validator(component: str) -> Draft202012Validator:
    root = {"components": schema()["components"], "$ref": f"#/components/schemas/{component}"}
    return Draft202012Validator(root, format_checker=formats)


def operations() -> set[tuple[str, str]]:
    """(METHOD, path) of all that is published."""
    return {(method.upper(), path) for path, item in schema()["paths"].items() for method in item}


def served() -> set[str]:
    """Every address under /api/v1/ that the URL configuration answers, as the schema writes it."""
    apis = [p for p in get_resolver().url_patterns if str(p.pattern) == "api/v1/"]
    return {
        "/api/v1/" + re.sub(r"<\w+:(\w+)>", r"{\1}", str(p.pattern))
        for api in apis
        if isinstance(api, URLResolver)
        for p in api.url_patterns
        if hasattr(p.callback, "cls")  # else a picture, which is no part of the API
    }


def check(response: "Answer") -> None:
    """The body is what the schema promises for this operation and status."""
    request = response.wsgi_request
    assert request.method is not None
    match = request.resolver_match
    if match is None or not match.route.startswith("api/v1/"):
        if request.path.startswith("/api/v1/"):
            validator("ErrorShape").validate(response.json())
        return
    path = "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", match.route)
    responses = schema()["paths"][path].get(request.method.lower(), {}).get("responses", {})
    anywhere = EVERYWHERE | (OF_KEYS if KEY_HEADER in request.headers else {})
    if str(response.status_code) in responses:
        content = responses[str(response.status_code)].get("content", {})
        if "application/json" not in content:  # a file, or nothing
            media = response.get("Content-Type", "").partition(";")[0]
            assert media in content if response.content else not content, media
            return
        component = content["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1]
    else:
        assert response.status_code in anywhere or not responses, (
            f"{request.method} {path} does not tell of {response.status_code}"
        )
        component = "ErrorShape"
    assert response["Content-Type"] == "application/json", response["Content-Type"]
    if request.method != "HEAD":
        validator(component).validate(json.loads(response.content))


class ContractClient(Client):
    """Fails the test at an answer the schema does not promise, and (as Django's does) at a 5xx."""

    def request(self, **request: Any) -> "Answer":
        response = super().request(**request)
        check(response)
        return response

    def send(self, path: str, body: object, **extra: Any) -> "Answer":
        """POST a body as JSON; text and bytes go as they are."""
        raw = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.post(path, raw, content_type="application/json", **extra)


def code(response: "Answer") -> str:
    """What the envelope says is wrong; fails where there is no envelope."""
    found: str = response.json()["error"]["code"]
    return found
