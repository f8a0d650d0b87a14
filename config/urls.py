from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config import sign_in

urlpatterns = [
    # Staff sign in where everybody does.
    path("admin/login/", sign_in.admin_login),
    path("admin/logout/", sign_in.sign_out),
    path("admin/", admin.site.urls),
    path("_allauth/browser/v1/", include("portal.api.doors")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("api/v1/", include("portal.api.urls")),
    path("api/v1/", include("trading.api.urls")),
    path("", include("frontend.urls")),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
