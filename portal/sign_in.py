"""How people sign in: by e-mail and password, through allauth's headless API (onboarding opens sign-up)."""

from collections.abc import Iterable

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.sessions.models import Session
from django.db.models.functions import Now
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


def live_sessions(keys: Iterable[str]) -> set[str]:
    """Those of these sessions that have neither ended nor run out. Real time: the database's own."""
    rows = Session.objects.filter(session_key__in=list(keys), expire_date__gt=Now())
    return set(rows.values_list("session_key", flat=True))
