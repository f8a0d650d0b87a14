"""Every client-side route is served the same shell; src/App.tsx decides what it shows."""

from django.urls import path

from frontend.views import icon, shell

app_name = "frontend"
urlpatterns = [
    path("", shell, name="markets"),
    path("markets/<str:symbol>", shell, name="market"),
    path("orders", shell, name="orders"),
    path("portfolio", shell, name="portfolio"),
    path("trades/<int:settlement_id>", shell, name="trade"),
    path("cash", shell, name="cash"),
    path("documents", shell, name="documents"),
    path("apply", shell, name="apply"),
    path("apply/<int:application_id>", shell, name="application"),
    path("apply/<int:application_id>/<slug:step>", shell, name="application-step"),
    path("inbox", shell, name="inbox"),
    path("standing", shell, name="standing"),
    path("team", shell, name="team"),
    path("invitation", shell, name="invitation"),
    path("keys", shell, name="keys"),
    path("sign-in", shell, name="sign-in"),
    path("sign-up", shell, name="sign-up"),
    path("forgotten-password", shell, name="forgotten-password"),
    path("second-factor", shell, name="second-factor"),
    path("security", shell, name="security"),
    path("stop-change", shell, name="stop-change"),
    path("favicon.ico", icon, name="icon"),
]
