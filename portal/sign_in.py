"""How people sign up and sign in: by e-mail and password with a second factor, or by passkey, through
allauth's headless API."""

from collections.abc import Iterable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.email_verification_by_code import EmailVerificationProcess
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import EmailAddress
from allauth.core import context
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse

from portal import lockout, second_factor
from portal import sign_in_history as history
from portal.models import SignIn, User

DEMO_PEOPLE = "@demo.example"
Outcome = SignIn.Outcome


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "The e-mail address or the password is not right.",
        "incorrect_code": "This code is not right, or was used before.",
        "incorrect_password": "This password is not right.",
        "enter_current_password": "This is not your password.",
        "too_many_login_attempts": "Too many wrong tries: sign-in is closed for 15 minutes.",
        "rate_limited": "Too many tries: wait a minute.",
    }

    def clean_email(self, email: str) -> str:
        """Nobody becomes one of the demo's people, whose addresses say who they are."""
        if email.lower().endswith(DEMO_PEOPLE):
            raise ValidationError("This address belongs to the demo: use one of your own.", code="of_demo")
        return email

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        super().send_mail(template_prefix, email, context | {"venue": settings.VENUE["name"]})

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """allauth counts in a process's memory; here the history counts (``portal.lockout``)."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        email, address = str(credentials.get("email", "")).lower(), history.address_of(request)
        with transaction.atomic():
            lockout.one_at_a_time(email)
            locked = lockout.is_locked(email=email, address=address)
            if locked:
                history.record(request, outcome=Outcome.LOCKED, email=email, method="password")
                user = None
            else:
                user = super().authenticate(request, **credentials)
                if user is not None and is_kept_out(user):
                    history.record(request, outcome=Outcome.KEPT_OUT, email=email, method="password")
                    user = None
                elif user is None:
                    history.record_wrong(
                        request, outcome=Outcome.WRONG_PASSWORD, email=email, method="password"
                    )
        if locked:
            raise self.validation_error("too_many_login_attempts")
        return user

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        assert isinstance(user, User)
        found = self.authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse | None:
        assert isinstance(user, User)
        if not user.is_active or is_kept_out(user):
            history.record(request, outcome=Outcome.KEPT_OUT, email=user.email, user=user)
            clear_login(request)
            answer: HttpResponse = self.respond_user_inactive(request, user)
            return answer
        # Whoever did not sign up was entered by the venue, which knew the address.
        if not kwargs["signup"] and not EmailAddress.objects.filter(user=user).exists():
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return None

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        assert isinstance(user, User)
        steps = get_authentication_records(request, user)
        method = str(steps[-1].get("type") or steps[-1]["method"]) if steps else "mail"
        history.record_sign_in(request, user=user, method=method)
        # Who has just shown who they are need not do it again for what takes it, such as a second factor.
        record_authentication(request, user, method="sign_in", reauthenticated=True)
        answer: HttpResponse = super().post_login(request, user, **kwargs)
        return answer


class Backend(AuthenticationBackend):
    """Asks at sign-in and again at every request: the sessions of a demo end with it."""

    def get_user(self, user_id: Any) -> AbstractBaseUser | None:
        people = User.objects.annotate(has_second_factor=second_factor.stated())
        user = people.filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    def user_can_authenticate(self, user: AbstractBaseUser) -> bool:
        return super().user_can_authenticate(user) and not is_kept_out(user)


def is_kept_out(user: AbstractBaseUser) -> bool:
    """The demo's people have a published password: outside demo mode nobody is let in as one of them."""
    return not settings.DEMO and is_of_demo(user)


def is_of_demo(user: AbstractBaseUser | AnonymousUser) -> bool:
    return isinstance(user, User) and user.email.endswith(DEMO_PEOPLE)


def awaited_code(request: HttpRequest) -> str | None:
    """The code in the mail that this browser's sign-up waits for. Shown in demo mode only."""
    process = EmailVerificationProcess.resume(request)
    return process.code if process is not None and process.user is not None else None


def live_sessions(keys: Iterable[str]) -> set[str]:
    """Those of these sessions that have neither ended nor run out. Real time: the database's own."""
    rows = Session.objects.filter(session_key__in=list(keys), expire_date__gt=Now())
    return set(rows.values_list("session_key", flat=True))
