"""Sealing of personal data: taxpayer numbers, numbers of documents, uploads.

Envelope encryption with ``cryptography``'s Fernet (AES-128-CBC and HMAC-SHA-256): each applicant's data
has a key of its own, kept wrapped by the venue's (``ENCRYPTION_KEYS``, the first one wraps, all unwrap).
"""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from portal import clock
from portal.models import DataKey


class Unreadable(Exception):
    """The key was destroyed, or this is not what was sealed."""


def new_key() -> DataKey:
    wrapped = _venue().encrypt(Fernet.generate_key()).decode()
    return DataKey.objects.create(wrapped=wrapped, made_at=clock.now())


def seal(text: str, *, key: DataKey) -> str:
    """The text for its place in a table: which key it needs, and what only that key opens. Nothing stays
    nothing."""
    return f"{key.pk}.{_fernet(key).encrypt(text.encode()).decode()}" if text else ""


def unseal(sealed: str, *, key: DataKey | None = None) -> str:
    """What was sealed; with the key at hand nothing is looked up. Raises Unreadable."""
    if not sealed:
        return ""
    pk, _, token = sealed.partition(".")
    if key is None or str(key.pk) != pk:
        key = DataKey.objects.filter(pk=pk).first()
    if key is None:
        raise Unreadable("There is no such key.")
    return unseal_bytes(token.encode(), key=key).decode()


def seal_bytes(content: bytes, *, key: DataKey) -> bytes:
    return _fernet(key).encrypt(content)


def unseal_bytes(token: bytes, *, key: DataKey) -> bytes:
    try:
        return _fernet(key).decrypt(token)
    except InvalidToken as error:
        raise Unreadable("This is not what was sealed.") from error


def destroy(key: DataKey) -> None:
    """What it sealed can never be read again."""
    key.wrapped, key.destroyed_at = "", clock.now()
    key.save(update_fields=["wrapped", "destroyed_at"])


def rewrap() -> int:
    """Wrap every key with the first of ``ENCRYPTION_KEYS``; return how many. Then the others may go."""
    keys, venue = list(DataKey.objects.exclude(wrapped="")), _venue()
    for key in keys:
        key.wrapped = venue.rotate(key.wrapped.encode()).decode()
    DataKey.objects.bulk_update(keys, ["wrapped"], batch_size=1000)
    return len(keys)


def fingerprint(text: str) -> str:
    """The same for the same text, and telling nothing of it: to find a number again without opening all."""
    plain = "".join(text.split()).replace("-", "").upper()
    return (
        hmac.digest(settings.FINGERPRINT_KEY.encode(), plain.encode(), hashlib.sha256).hex() if plain else ""
    )


def masked(text: str) -> str:
    return f"•••{text[-4:]}" if text else ""


def _fernet(key: DataKey) -> Fernet:
    if not key.wrapped:
        raise Unreadable("The key was destroyed.")
    try:
        return Fernet(_venue().decrypt(key.wrapped.encode()))
    except InvalidToken as error:
        raise Unreadable("None of ENCRYPTION_KEYS wrapped this key.") from error


def _venue() -> MultiFernet:
    """Any text makes a key: 32 bytes of its SHA-256."""
    digests = (hashlib.sha256(text.encode()).digest() for text in settings.ENCRYPTION_KEYS)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
