"""The two doors people come in by: the site's sign-in, and the operators' desk behind it."""

import json

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from portal import second_factor

MAX_BODY = 16 * 1024  # bytes


def admin_login(request: HttpRequest) -> HttpResponse:
    """Send whoever asks for the admin to the site's own sign-in, and back."""
    if request.user.is_authenticated:
        if not request.user.is_staff:
            raise PermissionDenied("The operators' desk is for staff.")
        if not second_factor.has(request.user):
            return render(request, "second_factor_first.html", status=403)
        return HttpResponseRedirect(reverse("admin:index"))
    following = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(following, allowed_hosts=None):
        following = reverse("admin:index")
    return redirect_to_login(following)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """For whoever is signed in: the desk's own lets out only those whom it let in."""
    logout(request)
    return HttpResponseRedirect(settings.LOGIN_URL)


class SignInBody(MiddlewareMixin):
    """allauth's JSON API fails at what only JSON can say: halves of characters, thousands of brackets."""

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        if not request.path_info.startswith("/_allauth/") or _is_readable(request.body):
            return None
        error = {"code": "invalid", "message": "The body must be one small JSON object."}
        return JsonResponse({"status": 400, "errors": [error]}, status=400)


def _is_readable(body: bytes) -> bool:
    if len(body) > MAX_BODY:
        return False
    try:
        json.dumps(json.loads(body or b"{}"), ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return False
    return True
