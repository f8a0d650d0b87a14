"""The one HTML page of the browser application."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from frontend.bundle import BundleMissing, entry_files

# Display preferences live in cookies and are written into the first tag, so that a stored theme never
# flashes the other one and no inline script (forbidden by the content-security policy) is needed.
PREFERENCES = {"theme": ("light", "dark"), "rise": ("green", "red")}


# With the page, not with its first request: a quick sign-in must not come before its token.
@ensure_csrf_cookie
@never_cache
@require_safe
def shell(request: HttpRequest, **part: str | int) -> HttpResponse:
    try:
        files = entry_files()
    except BundleMissing:
        return render(request, "frontend/not_built.html", status=503)
    chosen = {
        name: value
        for name, allowed in PREFERENCES.items()
        if (value := request.COOKIES.get(name)) in allowed
    }
    return render(request, "frontend/index.html", {"files": files, "chosen": chosen})


@require_safe
def icon(request: HttpRequest) -> HttpResponse:
    """Where browsers look on pages that name no icon, such as the operators' desk."""
    try:
        return redirect(entry_files().icon)
    except BundleMissing:
        return HttpResponse(status=404)
