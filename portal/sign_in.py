"""How people sign in: by e-mail and password, through allauth's headless API (onboarding opens sign-up)."""

from collections.abc import Iterable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.models import Session
from django.db.models.functions import Now
from django.http import HttpRequest

DEMO_PEOPLE = "@demo.example"


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """The demo's people have a published password: outside demo mode nobody is let in as one of them."""
        if not settings.DEMO and credentials.get("email", "").lower().endswith(DEMO_PEOPLE):
            return None
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        return user


def live_sessions(keys: Iterable[str]) -> set[str]:
    """Those of these sessions that have neither ended nor run out. Real time: the database's own."""
    rows = Session.objects.filter(session_key__in=list(keys), expire_date__gt=Now())
    return set(rows.values_list("session_key", flat=True))
