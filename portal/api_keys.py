"""Keys that programs sign their requests with (docs/api.md).

A key acts as its person for one account: never further than the person's role there goes, and never for
money, members, keys or onboarding.
"""

import base64
import binascii
import hashlib
import hmac
import ipaddress
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from portal import audit, clock, notices, second_factor, sign_in, vault
from portal.members import Role, suffices
from portal.models import Account, ApiKey, ApiNonce, User

Scope, Scheme = ApiKey.Scope, ApiKey.Scheme

WINDOW = timedelta(seconds=30)  # how far a program's clock may be off
KEPT = 4 * WINDOW  # nonces: twice as long as a request can be repeated
USE_NOTED = timedelta(minutes=1)  # a key in use is not written to at every request
MOST = 10  # live keys of a person for an account
MOST_NETWORKS = 20
NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
TIMESTAMP = re.compile(r"[0-9]{13}")
PAGE = "/keys"


class KeyRefused(Exception):
    """Why a key is not made; the sentence is shown."""

    def __init__(self, code: str, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.code, self.field = code, field


class NotTaken(Exception):
    """Why a signed request is not taken; the sentence is shown."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


# --- Making and ending keys -------------------------------------------------------------------------------


def make(
    *, account: Account, by: User, role: str, name: str, scopes: Sequence[str], scheme: str,
    public_key: str, networks: Sequence[str], expires_at: datetime | None,
) -> tuple[ApiKey, str]:  # fmt: skip
    """The key, and its secret, which is told this once (of Ed25519 there is none to tell: the venue never
    has it). Raises KeyRefused."""
    if Scope.TRADE in scopes and not suffices(role, least=Role.TRADER):
        raise KeyRefused("NOT_YOUR_ROLE", "You may not trade for this account, so no key of yours may.")
    if expires_at is not None and expires_at <= clock.now():
        raise KeyRefused("EXPIRED_ALREADY", "Choose a day to come.", field="expires_at")
    places = [_network(text) for text in networks]
    with transaction.atomic():
        # Under the account's lock, or two keys made at once would both be the last one allowed.
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        if live(account).filter(user=by).count() >= MOST:
            raise KeyRefused("TOO_MANY_KEYS", f"You have {MOST} keys for this account: revoke one first.")
        secret = "" if scheme == Scheme.ED25519 else secrets.token_urlsafe(32)
        kept = _public(public_key) if scheme == Scheme.ED25519 else vault.seal(secret, key=vault.new_key())
        key = ApiKey.objects.create(
            user=by, account=account, name=name, public_id=f"key_{secrets.token_hex(12)}",
            scopes=sorted(set(scopes)), scheme=scheme, secret=kept, networks=places, made_at=clock.now(),
            expires_at=expires_at,
        )  # fmt: skip
        facts = {"key": key.public_id, "scopes": key.scopes, "scheme": scheme, "networks": places}
        audit.record(action="API_KEY_MADE", subject=account.number, actor=by, facts=facts)
        notices.tell(
            user=by, kind="SAFETY", subject=f"A new API key for {account.number}",
            text=f"The key “{name}” may now act for you in {account}. If you did not make it, revoke it "
            "and change your password.", link=PAGE,
        )  # fmt: skip
    return key, secret


def revoke(*, key: ApiKey, by: User) -> ApiKey:
    """It signs nothing from now on. Doing it twice changes nothing."""
    with transaction.atomic():
        key = ApiKey.objects.select_for_update(no_key=True).select_related("account", "user").get(pk=key.pk)
        if key.revoked_at is None:
            # What opens no door any more is not kept.
            key.revoked_at, key.secret = clock.now(), ""
            key.save(update_fields=["revoked_at", "secret"])
            audit.record(
                action="API_KEY_REVOKED", subject=key.account.number, actor=by, facts={"key": key.public_id}
            )
            if by != key.user:
                notices.tell(
                    user=key.user, kind="SAFETY", subject=f"An API key for {key.account.number} was revoked",
                    text=f"{by} revoked your key “{key.name}”: it signs nothing any more.", link=PAGE,
                )  # fmt: skip
    return key


def live(account: Account) -> QuerySet[ApiKey]:
    not_expired = Q(expires_at=None) | Q(expires_at__gt=clock.now())
    return ApiKey.objects.filter(not_expired, account=account, revoked_at=None)


def shown_to(*, user: User, account: Account, role: str) -> QuerySet[ApiKey]:
    """One's own keys; to signers those of all members."""
    rows = ApiKey.objects.filter(account=account).select_related("user", "account")
    return rows if suffices(role, least=Role.SIGNER) else rows.filter(user=user)


# --- Signed requests ------------------------------------------------------------------------------------


def message(*, method: str, target: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    """What is signed; ``target``: path and query, as sent."""
    return "\n".join([method, target, timestamp, nonce, hashlib.sha256(body).hexdigest()]).encode()


def authenticate(
    *, public_id: str, timestamp: str, nonce: str, signature: str, method: str, target: str, body: bytes,
    address: str | None,
) -> ApiKey:  # fmt: skip
    """The key that signed this request, with its person. Raises NotTaken."""
    if not TIMESTAMP.fullmatch(timestamp) or not NONCE.fullmatch(nonce):
        raise NotTaken(
            "SIGNATURE_INCOMPLETE",
            "Send X-API-Timestamp (milliseconds since 1970), X-API-Nonce (16 to 64 letters, digits, - or _) "
            "and X-API-Signature (base64).",
        )
    now = clock.real()
    if abs(now.timestamp() * 1000 - int(timestamp)) > WINDOW.total_seconds() * 1000:
        raise NotTaken(
            "TIMESTAMP_OFF",
            f"The time stamp is more than 30 seconds off: here it is {int(now.timestamp() * 1000)}.",
        )
    key = _known(public_id)
    signed = message(method=method, target=target, timestamp=timestamp, nonce=nonce, body=body)
    if key is None or not _is_signature(key, signature, signed) or not _may_come_in(key.user):
        raise NotTaken("SIGNATURE_WRONG", "There is no such key, or this is not its signature.")
    # Whoever holds the secret may hear what is wrong with the key.
    if key.expires_at is not None and key.expires_at <= clock.now():
        raise NotTaken("KEY_EXPIRED", "This key has expired: make a new one.")
    if key.networks and not _is_within(address, key.networks):
        raise NotTaken("ADDRESS_NOT_ALLOWED", f"This key is not to be used from {address}.")
    _once(key, nonce, at=now)
    _note_use(key)
    return key


def sweep() -> int:
    """Forget nonces too old to be repeated; return how many."""
    return ApiNonce.objects.filter(at__lt=clock.real() - KEPT).delete()[0]


def _known(public_id: str) -> ApiKey | None:
    if not public_id.isascii() or not public_id.isprintable():
        return None
    rows = ApiKey.objects.filter(public_id=public_id, revoked_at=None).select_related("user")
    key = rows.annotate(has_second_factor=second_factor.stated(person="user")).first()
    if key is not None:
        key.user.has_second_factor = key.has_second_factor  # type: ignore[attr-defined]
    return key


def _may_come_in(user: User) -> bool:
    return user.is_active and not sign_in.is_kept_out(user)


def _is_signature(key: ApiKey, signature: str, signed: bytes) -> bool:
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    if key.scheme == Scheme.HMAC_SHA256:
        secret = vault.unseal(key.secret).encode()
        return hmac.compare_digest(hmac.digest(secret, signed, hashlib.sha256), given)
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key.secret)).verify(given, signed)
    except InvalidSignature:
        return False
    return True


def _once(key: ApiKey, nonce: str, *, at: datetime) -> None:
    with connection.cursor() as cursor:  # one statement, where the ORM cannot tell which it was
        cursor.execute(
            "INSERT INTO portal_apinonce (key_id, nonce, at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [key.pk, nonce, at],
        )
        if cursor.rowcount == 0:
            raise NotTaken("NONCE_USED", "This nonce was used before: make another for every request.")


def _note_use(key: ApiKey) -> None:
    now = clock.now()
    if key.last_used_at is None or now - key.last_used_at > USE_NOTED:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


def _is_within(address: str | None, networks: Sequence[str]) -> bool:
    if address is None:
        return False
    at = ipaddress.ip_address(address)
    at = getattr(at, "ipv4_mapped", None) or at
    return any(at in ipaddress.ip_network(network) for network in networks)


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text.strip()))
    except ValueError as error:
        raise KeyRefused(
            "NOT_A_NETWORK", f"“{text[:43]}” is no address or network like 203.0.113.7 or 203.0.113.0/24.",
            field="networks",
        ) from error  # fmt: skip


def _public(text: str) -> str:
    """An Ed25519 public key: its 32 bytes in base64."""
    try:
        raw = base64.b64decode(text, validate=True)
        Ed25519PublicKey.from_public_bytes(raw)
    except (binascii.Error, ValueError) as error:
        raise KeyRefused(
            "NOT_A_PUBLIC_KEY", "Give the 32 bytes of the Ed25519 public key, in base64.", field="public_key"
        ) from error
    return base64.b64encode(raw).decode()
