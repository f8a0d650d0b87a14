from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse


def admin_login(request: HttpRequest) -> HttpResponse:
    """Send whoever asks for the admin to the site's own sign-in, and back."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
    if not request.user.is_staff:
        raise PermissionDenied("The operators' desk is for staff.")
    return HttpResponseRedirect(reverse("admin:index"))
