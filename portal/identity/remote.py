"""A provider that is asked over HTTP and answers by a signed message (docs/identity-providers.md)."""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any, NoReturn
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from portal import clock
from portal.identity.providers import Answer, Garbled, Message, NotFromThem, ProviderAway, Question, Reference

TIMESTAMP, ID, SIGNATURE = "X-Timestamp", "X-Message-Id", "X-Signature"
WINDOW = timedelta(minutes=5)
LONGEST = 64 * 1024
OUTCOMES = ("PASSED", "REVIEW", "FIX")
CODE = re.compile(r"[A-Z][A-Z0-9_]{1,39}")
MESSAGE_ID = re.compile(r"[A-Za-z0-9._-]{8,100}")
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class _NoRedirects(HTTPRedirectHandler):
    """A question holds personal data: it goes where the venue was told, and nowhere else."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class Remote:
    def __init__(self, *, url: str, key: str, patience_s: float = 10.0) -> None:
        where = urlsplit(url)
        if not key or not (where.scheme == "https" or where.hostname in LOOPBACK):
            raise ValueError("A provider outside needs a key, and an address with https.")
        self.url, self.key, self.patience_s = url, key, patience_s

    def ask(self, question: Question) -> Reference | Answer:
        body = json.dumps(asdict(question)).encode()
        try:
            said = json.loads(self._post(body))
            if isinstance(said, dict) and "outcome" in said:
                return _answer(said)
            return Reference(_text(said, "reference"))
        except (URLError, HTTPException, OSError, ValueError, RecursionError, Garbled) as error:
            raise ProviderAway(f"{type(error).__name__}: {error}"[:200]) from error

    def open(self, *, headers: Mapping[str, str], body: bytes, at: datetime) -> Message:
        stamp, message_id = headers.get(TIMESTAMP, ""), headers.get(ID, "")
        said = headers.get(SIGNATURE, "")
        expected = signature(key=self.key, stamp=stamp, message_id=message_id, body=body)
        if not hmac.compare_digest(said.encode(), expected.encode()):
            raise NotFromThem("The signature does not fit.")
        if (
            not re.fullmatch(r"[0-9]{1,12}", stamp)
            or abs(at.timestamp() - int(stamp)) > WINDOW.total_seconds()
        ):
            raise NotFromThem("The message is not of these five minutes.")
        if not MESSAGE_ID.fullmatch(message_id):
            raise Garbled("The message has no id of 8 to 100 letters, digits, dots, dashes.")
        try:
            told = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise Garbled("The body is no JSON.") from error
        return Message(id=message_id, case=_text(told, "case"), answer=_answer(told))

    def _post(self, body: bytes) -> bytes:
        stamp, message_id = str(int(clock.real().timestamp())), secrets.token_hex(16)
        request = Request(
            self.url, data=body, method="POST",
            headers={
                "Content-Type": "application/json", TIMESTAMP: stamp, ID: message_id,
                SIGNATURE: signature(key=self.key, stamp=stamp, message_id=message_id, body=body),
            },
        )  # fmt: skip
        with build_opener(_NoRedirects, ProxyHandler({})).open(request, timeout=self.patience_s) as answer:
            said: bytes = answer.read(LONGEST + 1)
        if len(said) > LONGEST:
            raise ValueError("The answer is too long.")
        return said


def signature(*, key: str, stamp: str, message_id: str, body: bytes) -> str:
    signed = f"{stamp}.{message_id}.".encode() + body
    return hmac.digest(key.encode(), signed, hashlib.sha256).hex()


def _answer(said: Any) -> Answer:
    outcome, code = _text(said, "outcome"), _text(said, "code")
    facts = said.get("facts", {})
    if outcome not in OUTCOMES or not CODE.fullmatch(code) or not isinstance(facts, dict):
        _garbled("outcome, code or facts")
    return Answer(outcome=outcome, code=code, facts=facts)


def _text(said: Any, name: str) -> str:
    text = said.get(name) if isinstance(said, dict) else None
    if not isinstance(text, str) or not 0 < len(text) <= 100 or not text.isprintable():
        _garbled(name)
    return text


def _garbled(what: str) -> NoReturn:
    raise Garbled(f"There is no {what} in it that could be read.")
