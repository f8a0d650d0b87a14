"""What is answered where no view of ours was reached: the API's envelope where scripts ask, else a page."""

import sys

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from portal.api.errors import DATABASE_AWAY, Unavailable, problem

TEMPLATE = "error.html"
SCRIPTED = ("/api/", "/_allauth/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return problem(400, "MALFORMED", "The request could not be read.")
    return _page(
        request, 400, "This could not be read", "The address or the form holds what nobody can read."
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return problem(403, "NOT_ALLOWED", "You may not do this.")
    why = str(exception) or "Your role does not open this page, or does not allow this."
    return _page(request, 403, "This is not open to you", why)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's own page has its style inline, which the content-security policy refuses."""
    if _is_api(request):
        return forbidden(request, PermissionDenied(reason))
    return _page(
        request, 403, "This form is out of date",
        "Nothing was done. Go back, load the page anew, and send it again.",
    )  # fmt: skip


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return problem(404, "NOT_FOUND", "There is nothing at this address.")
    return _page(request, 404, "There is no such page", "Nothing is at this address. It may be mistyped.")


def server_error(request: HttpRequest) -> HttpResponse:
    if isinstance(sys.exception(), DATABASE_AWAY):
        return _unavailable(request)
    if _is_api(request):
        return problem(
            500, "INTERNAL", "Something went wrong here. Send it again as it was: nothing is entered twice."
        )
    told = "It is in the venue’s log. Look at what came of it before you do it again."
    return _page_for_anybody(500, "Something went wrong here", told)


def _unavailable(request: HttpRequest) -> HttpResponse:
    if _is_api(request):
        response: HttpResponse = problem(503, "UNAVAILABLE", Unavailable.default_detail)
    else:
        told = "Load the page again in a moment. If a form was sent, look at what came of it first."
        response = _page_for_anybody(503, "The venue cannot answer right now", told)
    response["Retry-After"] = str(Unavailable.wait)
    return response


def _page_for_anybody(status: int, title: str, told: str) -> HttpResponse:
    """Without the request: who asks is read from the database, which may be what went wrong."""
    return HttpResponse(render_to_string(TEMPLATE, {"title": title, "told": told}), status=status)


def _page(request: HttpRequest, status: int, title: str, told: str) -> HttpResponse:
    user = getattr(request, "user", None)  # refused before anybody was looked for: another host's address
    is_staff = user is not None and user.is_staff
    context = {
        "title": title,
        "told": told,
        "signed_in": user if user is not None and user.is_authenticated else None,
        "at_desk": is_staff and request.path_info.startswith("/admin/"),
    }
    return render(request, TEMPLATE, context, status=status)


def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(SCRIPTED)
