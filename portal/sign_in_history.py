"""The history of sign-ins: every try, whatever came of it, and every change of how one signs in.

What its owner did not expect is told them at once, too.
"""

from typing import Any

from allauth.account import signals as account_signals
from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.db.models.functions import Now
from django.dispatch import receiver
from django.http import HttpRequest

from portal import lockout, notices
from portal.models import SignIn, User

Outcome = SignIn.Outcome
PAGE = "/security"
NOT_YOU = "If this was not you, change your password at once, end the other sessions, and write to the venue."
FACTORS = {
    Authenticator.Type.TOTP.value: "an authenticator app",
    Authenticator.Type.WEBAUTHN.value: "a passkey",
    Authenticator.Type.RECOVERY_CODES.value: "new recovery codes",
}


def address_of(request: HttpRequest) -> str | None:
    address: str | None = get_client_ip(request)
    return address


def device_of(request: HttpRequest) -> str:
    """As the browser names itself; a header may hold anything."""
    return "".join(sign for sign in request.headers.get("User-Agent", "") if sign.isprintable())[:200]


def record(
    request: HttpRequest, *, outcome: Outcome, email: str, user: User | None = None, method: str = ""
) -> SignIn:
    return SignIn.objects.create(
        at=Now(), user=user, email=email, outcome=outcome, method=method, address=address_of(request),
        device=device_of(request),
    )  # fmt: skip


def record_wrong(request: HttpRequest, *, outcome: Outcome, email: str, method: str) -> None:
    """A wrong password or code. Whose sign-in it closes is told so."""
    user = User.objects.filter(email=email).first()
    record(request, outcome=outcome, email=email, user=user, method=method)
    if user is not None and lockout.is_locked_for(email):
        minutes = int(lockout.WINDOW.total_seconds() // 60)
        _tell(
            user, request, f"Your sign-in is closed for {minutes} minutes",
            f"A wrong password or code was given {lockout.MOST_FOR_ONE} times, so nobody can sign in as you "
            f"for {minutes} minutes. If this was not you, somebody may be guessing: your password still "
            "holds, and you may change it.",
        )  # fmt: skip


def record_sign_in(request: HttpRequest, *, user: User, method: str) -> None:
    device = device_of(request)
    earlier = SignIn.objects.filter(user=user, outcome=Outcome.SIGNED_IN)
    is_new = earlier.exists() and not earlier.filter(device=device).exists()
    with transaction.atomic():
        record(request, outcome=Outcome.SIGNED_IN, email=user.email, user=user, method=method)
        if is_new:
            _tell(user, request, "Signed in on a new device", f"You signed in on a new device: {device}.")


@receiver(user_logged_out)
def _signed_out(request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        record(request, outcome=Outcome.SIGNED_OUT, email=user.email, user=user)


@receiver([account_signals.password_changed, account_signals.password_set, account_signals.password_reset])
def _password_changed(request: HttpRequest, user: User, signal: Any, **kwargs: Any) -> None:
    by_mail = signal is account_signals.password_reset
    how = "by a code sent to your e-mail address" if by_mail else "by somebody signed in as you"
    with transaction.atomic():
        record(
            request, outcome=Outcome.PASSWORD_CHANGED, email=user.email, user=user,
            method="mail" if by_mail else "password",
        )  # fmt: skip
        _tell(user, request, "Your password was changed", f"Your password was changed {how}.")


@receiver([mfa_signals.authenticator_added, mfa_signals.authenticator_reset])
def _factor_added(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    added = kwargs["signal"] is mfa_signals.authenticator_added
    if not (added and authenticator.type == Authenticator.Type.RECOVERY_CODES):  # they come with a first one
        _factor_changed(request, user, authenticator, outcome=Outcome.FACTOR_ADDED, what="now takes")


@receiver(mfa_signals.authenticator_removed)
def _factor_removed(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:  # they go with the last one
        _factor_changed(request, user, authenticator, outcome=Outcome.FACTOR_REMOVED, what="no longer takes")


def _factor_changed(
    request: HttpRequest, user: User, authenticator: Authenticator, *, outcome: Outcome, what: str
) -> None:
    with transaction.atomic():
        record(request, outcome=outcome, email=user.email, user=user, method=authenticator.type)
        _tell(
            user, request, "Your second factor was changed",
            f"Your sign-in {what} {FACTORS[authenticator.type]}.",
        )  # fmt: skip


def _tell(user: User, request: HttpRequest, subject: str, text: str) -> None:
    where = f"From the address {address_of(request)}."
    notices.tell(
        user=user, kind="SAFETY", subject=subject, text=f"{text} {where} {NOT_YOU}", link=PAGE
    )  # fmt: skip
