"""The second factor: codes of an authenticator app, passkeys, and recovery codes (django-allauth's)."""

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Exists, OuterRef

from portal import vault
from portal.models import User

Type = Authenticator.Type
# Recovery codes come with one of these, and stand for it once each.
FACTORS = (Type.TOTP, Type.WEBAUTHN)


class Adapter(DefaultMFAAdapter):
    """Secrets are sealed in the table, each with a key of its own."""

    def encrypt(self, text: str) -> str:
        return vault.seal(text, key=vault.new_key())

    def decrypt(self, encrypted_text: str) -> str:
        return vault.unseal(encrypted_text)

    def get_totp_issuer(self) -> str:
        return str(settings.VENUE["name"])

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": self.get_totp_issuer()}


def stated(*, person: str = "pk") -> Exists:
    """For a query of people, or of what names a person: whether they have one. ``has`` then asks nothing."""
    return Exists(Authenticator.objects.filter(user=OuterRef(person), type__in=FACTORS))


def has(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether they have set one up: without, nobody trades, moves money or enters the desk. Whoever has
    one cannot sign in without it."""
    known: bool | None = getattr(user, "has_second_factor", None)
    if known is None:
        known = Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists()
    return known


def give_totp(user: User, secret: str) -> None:
    totp.TOTP.activate(user, secret)


def code_of(secret: str) -> str:
    """What an authenticator app with this secret shows now."""
    counters = list(totp.yield_hotp_counters_from_time())
    return totp.format_hotp_value(totp.hotp_value(secret, counters[len(counters) // 2]))


def accept(code: str, *, user: User, again: bool = False) -> Authenticator | None:
    """The authenticator that gave this code, which counts once (RFC 6238, 5.2), whatever comes at the same
    moment; ``again``: as often as it comes."""
    with transaction.atomic():
        rows = Authenticator.objects.select_for_update(no_key=True).filter(user=user)
        for row in rows.exclude(type=Type.WEBAUTHN).order_by("pk"):
            if _is_good(row, code, again=again):
                row.user = user
                return row
    return None


def _is_good(row: Authenticator, code: str, *, again: bool) -> bool:
    if row.type == Type.RECOVERY_CODES:
        return bool(row.wrap().validate_code(code))
    secret = vault.unseal(row.data["secret"])
    for counter in totp.yield_hotp_counters_from_time():
        expected = totp.format_hotp_value(totp.hotp_value(secret, counter))
        if compare_user_code(actual=code, expected=expected):
            if counter <= row.data.get("counter", 0) and not again:
                return False
            row.data["counter"] = counter
            row.save(update_fields=["data"])
            return True
    return False
