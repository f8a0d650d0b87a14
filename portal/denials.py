"""What people asked for and were denied: on record, and never a flood of it.

The record is made from the answer, so that a page or an endpoint of tomorrow is covered as it is. Whoever
is not known has no place in it: of them the log tells, at most once for each place and minute.
"""

import logging
from typing import Any
from urllib.parse import quote

from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from django.utils.encoding import escape_uri_path
from rest_framework.permissions import AllowAny

from portal import clock
from portal.models import ApiKey, Denial

logger = logging.getLogger(__name__)

DENIED = (401, 403, 404)


class Denials(MiddlewareMixin):
    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if response.status_code in DENIED or response.status_code == 302:
            _look(request, response)
        return response


def record(*, user_id: int, place: str, path: str, code: str, key: str = "") -> None:
    """Write it down, unless the same was written down in this minute."""
    at = clock.now()
    denial = Denial(
        at=at, user_id=user_id, place=place[:200], minute=int(at.timestamp()) // 60,
        path=escape_uri_path(path)[:300], code=code[:60], key=key,
    )  # fmt: skip
    try:
        Denial.objects.bulk_create([denial], ignore_conflicts=True)
    except DatabaseError:
        # The answer stands, whether or not it could be noted.
        logger.exception("a denial is not on record")


def _look(request: HttpRequest, response: HttpResponse) -> None:
    if not _is_denial(request, response):
        return
    match = request.resolver_match
    place = f"{request.method} {match.route if match else ''}"
    key: ApiKey | None = getattr(request, "signed_by", None)
    user = request.user if key is None else key.user
    if user is not None and user.is_authenticated:
        record(
            user_id=user.pk, place=place, path=request.path, code=_code(response),
            key="" if key is None else key.public_id,
        )  # fmt: skip
    elif cache.add(quote(f"denied:{place}"), True, 60):
        logger.info("denied to somebody unknown: %s (%s)", place, _code(response))


def _is_denial(request: HttpRequest, response: HttpResponse) -> bool:
    """What is not there is a denial too, where what is somebody else's is said not to be there."""
    if response.status_code == 302:
        sent_to_sign_in = response.headers["Location"].startswith(reverse("admin:login"))
        return sent_to_sign_in and request.user.is_authenticated
    if response.status_code == 404:
        view: Any = getattr(request.resolver_match and request.resolver_match.func, "cls", None)
        return view is not None and AllowAny not in view.permission_classes
    # allauth says 401 at every step of signing in that is not the last.
    return response.status_code != 401 or request.path_info.startswith("/api/")


def _code(response: HttpResponse) -> str:
    data = getattr(response, "data", None)
    error = data.get("error") if isinstance(data, dict) else None
    return str(error["code"]) if isinstance(error, dict) else f"HTTP {response.status_code}"
