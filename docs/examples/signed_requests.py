"""A client of the API that signs its requests: Python's standard library, and `cryptography` for Ed25519.

    python signed_requests.py http://localhost:8000 KEY_ID SECRET_FILE GET /api/v1/balances

SECRET_FILE holds the secret of an HMAC-SHA-256 key, or an Ed25519 private key in PEM.
"""

import base64
import hashlib
import hmac
import json
import secrets
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

Sign = Callable[[bytes], bytes]


def hmac_sha256(secret: str) -> Sign:
    return lambda message: hmac.digest(secret.encode(), message, hashlib.sha256)


def ed25519(private_key: Ed25519PrivateKey) -> Sign:
    return private_key.sign


def message(method: str, target: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    """What is signed. The target is path and query, exactly as they are sent."""
    return "\n".join([method, target, timestamp, nonce, hashlib.sha256(body).hexdigest()]).encode()


def headers(
    key_id: str, sign: Sign, method: str, target: str, body: bytes = b"",
    timestamp: str | None = None, nonce: str | None = None,
) -> dict[str, str]:  # fmt: skip
    timestamp = timestamp or str(time.time_ns() // 1_000_000)  # noqa: TID251
    nonce = nonce or secrets.token_urlsafe(16)
    signature = sign(message(method, target, timestamp, nonce, body))
    return {
        "Content-Type": "application/json",
        "X-API-Key": key_id,
        "X-API-Timestamp": timestamp,
        "X-API-Nonce": nonce,
        "X-API-Signature": base64.b64encode(signature).decode(),
    }


def send(site: str, key_id: str, sign: Sign, method: str, target: str, body: object = None) -> object:
    """The answer's JSON; raises urllib.error.HTTPError, whose body holds the error's code."""
    raw = b"" if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        site + target, raw or None, headers(key_id, sign, method, target, raw), method=method
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


if __name__ == "__main__":
    site, key_id, file, method, target, *rest = sys.argv[1:]
    kept = Path(file).read_bytes()
    if kept.startswith(b"-----BEGIN"):
        private_key = load_pem_private_key(kept, password=None)
        assert isinstance(private_key, Ed25519PrivateKey)
        signer = ed25519(private_key)
    else:
        signer = hmac_sha256(kept.decode().strip())
    sent = json.loads(rest[0]) if rest else None
    print(json.dumps(send(site, key_id, signer, method, target, sent), indent=2))
