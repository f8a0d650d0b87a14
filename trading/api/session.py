"""Who is signed in."""

from django.conf import settings
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import ensure_csrf_cookie
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from portal import clock, members, second_factor, sign_in
from portal.api.outputs import errors
from portal.api.queries import QueryView
from portal.models import User
from trading import demo, wire
from trading.api.outputs import SessionShape


@method_decorator(ensure_csrf_cookie, name="dispatch")
class SessionView(QueryView):
    permission_classes = [AllowAny]

    @extend_schema(responses={200: SessionShape, **errors(400)}, tags=["session"])
    def get(self, request: Request) -> Response:
        """Who is signed in, and for which accounts. Sets the CSRF cookie."""
        user = request.user if isinstance(request.user, User) else None
        return Response(
            {
                "signed_in": user is not None,
                "user": None
                if user is None
                else {"id": str(user.pk), "email": user.email, "name": str(user)},
                "second_factor": user is not None and second_factor.has(user),
                "is_operator": bool(user and user.is_staff),
                "accounts": [
                    {"id": str(a.pk), "number": a.number, "name": a.name, "role": a.role}  # type: ignore[attr-defined]
                    for a in members.accounts_of(user)
                ]
                if user
                else [],
                "demo": settings.DEMO,
                "demo_sign_ins": demo.sign_ins() if settings.DEMO else [],
                "demo_mail_code": sign_in.awaited_code(request) if settings.DEMO else None,
                "now": wire.time(clock.now()),
            }
        )
