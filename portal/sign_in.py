"""How people sign in: by e-mail and password, through allauth's headless API (onboarding opens sign-up)."""

from collections.abc import Iterable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.models import Session
from django.db import InterfaceError, OperationalError
from django.db.models.functions import Now
from django.http import HttpRequest

from portal.models import User

DEMO_PEOPLE = "@demo.example"


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        try:
            user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        except (OperationalError, InterfaceError):
            self._rollback_login_failed_rl_usage()  # counted as a guess before, but no password was compared
            raise
        return None if user is None or is_kept_out(user) else user


class Backend(AuthenticationBackend):
    """Asks at sign-in and again at every request: the sessions of a demo end with it."""

    def user_can_authenticate(self, user: AbstractBaseUser) -> bool:
        return super().user_can_authenticate(user) and not is_kept_out(user)


def is_kept_out(user: AbstractBaseUser) -> bool:
    """The demo's people have a published password: outside demo mode nobody is let in as one of them."""
    return not settings.DEMO and is_of_demo(user)


def is_of_demo(user: AbstractBaseUser) -> bool:
    return isinstance(user, User) and user.email.endswith(DEMO_PEOPLE)


def live_sessions(keys: Iterable[str]) -> set[str]:
    """Those of these sessions that have neither ended nor run out. Real time: the database's own."""
    rows = Session.objects.filter(session_key__in=list(keys), expire_date__gt=Now())
    return set(rows.values_list("session_key", flat=True))
