"""Who asks: a browser with its session, or a program that signs with a key of somebody's."""

from typing import Any

from django.utils.encoding import escape_uri_path
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, status
from rest_framework.request import Request

from portal import api_keys
from portal.api.errors import ApiError
from portal.models import ApiKey, User
from portal.sign_in_history import address_of

KEY_HEADER = "X-API-Key"


class SessionAuthentication(authentication.SessionAuthentication):
    """Django's session and CSRF token."""


class KeyAuthentication(authentication.BaseAuthentication):
    """A signed request. No browser sends its headers by itself, so no CSRF token is asked for.

    A view is open to keys only as far as it says so: ``for_keys`` names the scope each method takes.
    """

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        public_id = request.headers.get(KEY_HEADER)
        if public_id is None:
            return None
        key = _signed_with(request, public_id)
        # What is denied from here on is denied to somebody known (``portal.denials``).
        request._request.signed_by = key  # type: ignore[attr-defined]
        scope = scopes_of(request.parser_context["view"]).get(str(request.method))
        if scope is None:
            sentence = "No key opens this: sign in and do it yourself."
            raise ApiError(status.HTTP_403_FORBIDDEN, "NOT_FOR_KEYS", sentence)
        if scope not in key.scopes:
            sentence = f"This takes a key with the scope {scope}: this one has {', '.join(key.scopes)}."
            raise ApiError(status.HTTP_403_FORBIDDEN, "KEY_LACKS_SCOPE", sentence)
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        """Of the first of these classes DRF asks it, and answers whoever nobody knows 401 instead of 403."""
        return "Session"


def scopes_of(view: Any) -> dict[str, ApiKey.Scope]:
    scopes: dict[str, ApiKey.Scope] = getattr(view, "for_keys", {})
    return scopes


READ = {"GET": ApiKey.Scope.READ}
TRADE = {"POST": ApiKey.Scope.TRADE}


def _signed_with(request: Request, public_id: str) -> ApiKey:
    query = request.META.get("QUERY_STRING", "")
    try:
        return api_keys.authenticate(
            public_id=public_id,
            timestamp=request.headers.get("X-API-Timestamp", ""),
            nonce=request.headers.get("X-API-Nonce", ""),
            signature=request.headers.get("X-API-Signature", ""),
            method=str(request.method),
            target=escape_uri_path(request.path) + (f"?{query}" if query else ""),
            body=request._request.body,
            address=address_of(request._request),
        )
    except api_keys.NotTaken as error:
        forbidden = error.code == "ADDRESS_NOT_ALLOWED"
        http_status = status.HTTP_403_FORBIDDEN if forbidden else status.HTTP_401_UNAUTHORIZED
        raise ApiError(http_status, error.code, str(error)) from error


class SessionScheme(OpenApiAuthenticationExtension):
    """How the schema tells of it."""

    target_class = SessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class KeyScheme(OpenApiAuthenticationExtension):
    target_class = KeyAuthentication
    name = "key"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "apiKey", "in": "header", "name": KEY_HEADER,
            "description": "With a signature: see “Programs” above.",
        }  # fmt: skip
