"""Of what allauth's headless API offers, what the venue opens, and where the venue asks for more.

Not opened: allauth's own changes of addresses and telephone numbers, which wait here (``portal.contacts``).
"""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.headless.account import views as account
from allauth.headless.account.inputs import SignupInput
from allauth.headless.base.views import APIView, ConfigView
from allauth.headless.constants import Client
from allauth.headless.mfa import inputs
from allauth.headless.mfa import views as mfa
from allauth.headless.usersessions.views import SessionsView
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path

from portal import lockout, second_factor
from portal import sign_in_history as history
from portal.api.errors import problem
from portal.models import User
from portal.sign_in import Outcome, is_of_demo

Check = Callable[[], Authenticator | None]
# What allauth and fido2 raise at a passkey that no browser made.
UNREADABLE = (KeyError, TypeError, AttributeError, ValueError)


def counted(user: User, *, method: str, check: Check) -> Authenticator:
    """A try with a second factor, which counts like one with a password."""
    request: HttpRequest = context.request
    with transaction.atomic():
        lockout.one_at_a_time(user.email)
        locked = lockout.is_locked(email=user.email, address=history.address_of(request))
        found = None if locked else check()
        if locked:
            history.record(request, outcome=Outcome.LOCKED, email=user.email, user=user, method=method)
        elif found is None:
            history.record_wrong(request, outcome=Outcome.WRONG_CODE, email=user.email, method=method)
    if found is None:
        raise get_adapter().validation_error("too_many_login_attempts" if locked else "incorrect_code")
    return found


class SignUpInput(SignupInput):
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        email, password = cleaned.get("email"), cleaned.get("password")
        if email and password:
            try:
                get_adapter().clean_password(password, user=User(email=email))
            except ValidationError as error:
                self.add_error("password", error)
            if self.account_already_exists:
                make_password(password)  # or how fast the answer comes would tell
        return cleaned


class _Code:
    user: User
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        # Behind each of the demo's people are many visitors, who see the same code on the sign-in page.
        again = is_of_demo(self.user)
        self.authenticator = counted(
            self.user, method="code", check=lambda: second_factor.accept(code, user=self.user, again=again)
        )
        return code


class _Passkey:
    user: User

    def clean_credential(self) -> Authenticator:
        return counted(self.user, method="webauthn", check=self._checked)

    def _checked(self) -> Authenticator | None:
        try:
            found: Authenticator = super().clean_credential()  # type: ignore[misc]
        except (ValidationError, *UNREADABLE):
            return None
        return found


class CodeInput(_Code, inputs.AuthenticateInput):
    pass


class CodeAgainInput(_Code, inputs.ReauthenticateInput):
    pass


class PasskeyInput(_Passkey, inputs.AuthenticateWebAuthnInput):
    pass


class PasskeyAgainInput(_Passkey, inputs.ReauthenticateWebAuthnInput):
    pass


class PasskeyLoginInput(inputs.LoginWebAuthnInput):
    def clean_credential(self) -> Authenticator:
        """No user is named before the passkey is read: nothing to count, and guessing one is hopeless."""
        try:
            found: Authenticator = super().clean_credential()
        except UNREADABLE as error:
            raise get_adapter().validation_error("incorrect_code") from error
        return found


class NewPasskeyInput(inputs.AddWebAuthnInput):
    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
        except UNREADABLE as error:
            raise get_adapter().validation_error("incorrect_code") from error
        return cleaned


class _NotOfDemo(APIView):
    """Many visitors share the demo's people: none of them may lock the others out."""

    def handle(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "GET" and is_of_demo(request.user):
            return problem(
                403, "PERSON_OF_THE_DEMO", "The demo's people keep how they sign in. Sign up to try this."
            )
        return super().handle(request, *args, **kwargs)


class ChangePasswordView(_NotOfDemo, account.ChangePasswordView):
    pass


class TotpView(_NotOfDemo, mfa.ManageTOTPView):
    pass


class RecoveryCodesView(_NotOfDemo, mfa.ManageRecoveryCodesView):
    pass


class PasskeysView(_NotOfDemo, mfa.ManageWebAuthnView):
    input_class = mfa.ManageWebAuthnView.input_class | {"POST": NewPasskeyInput}


def door(route: str, view: type[APIView], **options: Any) -> URLPattern:
    return path(route, view.as_api_view(client=Client.BROWSER, **options))


urlpatterns = [
    door("config", ConfigView),
    door("auth/session", account.SessionView),
    door("auth/sessions", SessionsView),
    # Signing up, and a forgotten password.
    door("auth/signup", account.SignupView, input_class={"POST": SignUpInput}),
    door("auth/email/verify", account.VerifyEmailView),
    door("auth/email/verify/resend", account.ResendEmailVerificationCodeView),
    door("auth/password/request", account.RequestPasswordResetView),
    door("auth/password/reset", account.ResetPasswordView),
    # Signing in, and showing again who one is.
    door("auth/login", account.LoginView),
    door("auth/2fa/authenticate", mfa.AuthenticateView, input_class=CodeInput),
    door("auth/webauthn/login", mfa.LoginWebAuthnView, input_class={"POST": PasskeyLoginInput}),
    door("auth/webauthn/authenticate", mfa.AuthenticateWebAuthnView, input_class={"POST": PasskeyInput}),
    door("auth/reauthenticate", account.ReauthenticateView),
    door("auth/2fa/reauthenticate", mfa.ReauthenticateView, input_class=CodeAgainInput),
    door(
        "auth/webauthn/reauthenticate",
        mfa.ReauthenticateWebAuthnView,
        input_class={"POST": PasskeyAgainInput},
    ),
    # How one signs in.
    door("account/password/change", ChangePasswordView),
    door("account/authenticators", mfa.AuthenticatorsView),
    door("account/authenticators/totp", TotpView),
    door("account/authenticators/recovery-codes", RecoveryCodesView),
    door("account/authenticators/webauthn", PasskeysView),
]
