"""Signing in as people do, through the API behind the page: password first, then a code."""

import json
from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from portal import vault
from portal.models import User
from portal.tests.factories import PASSWORD

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response
else:
    Response = Any

API = "/_allauth/browser/v1"
LOGIN = f"{API}/auth/login"
CODE = f"{API}/auth/2fa/authenticate"


def ask(client: Client, method: str, path: str, **body: Any) -> Response:
    """Ask one of allauth's doors."""
    return client.generic(method, f"{API}/{path}", json.dumps(body), content_type="application/json")


def type_password(client: Client, email: str, password: str = PASSWORD) -> Response:
    return client.post(LOGIN, {"email": email, "password": password}, "application/json")


def type_code(client: Client, code: str) -> Response:
    return client.post(CODE, {"code": code}, "application/json")


def sign_in(client: Client, email: str, password: str = PASSWORD) -> Response:
    """The last answer: of the password, where it is wrong or all there is, else of the code."""
    answer = type_password(client, email, password)
    if answer.status_code != 401 or not _waits_for_code(answer):
        return answer
    return type_code(client, new_code(email))


def new_code(email: str) -> str:
    """A code that the person has not given yet: of this half minute, or else of the next."""
    row = Authenticator.objects.get(user__email=email.lower(), type=Authenticator.Type.TOTP)
    _, now, following = totp.yield_hotp_counters_from_time()
    counter = now if row.data.get("counter", 0) < now else following
    return totp.format_hotp_value(totp.hotp_value(vault.unseal(row.data["secret"]), counter))


def recovery_code(user: User) -> str:
    """One that has not been given yet; there are ten."""
    return str(RecoveryCodes.activate(user).get_unused_codes()[0])


def _waits_for_code(answer: Response) -> bool:
    flows = answer.json()["data"]["flows"]
    return any(flow["id"] == "mfa_authenticate" and flow.get("is_pending") for flow in flows)
