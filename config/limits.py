"""How much is let in at once.

Left to itself, Django writes a body to disk however long it is, and gives every request a thread and a
connection to the database: a crowd would leave none to those who match and settle.
"""

import asyncio
import json
from typing import Any

from django.conf import settings

from config import env

ASGIApplication = Any
Message = dict[str, Any]

BODY_PATIENCE_S = 30.0  # for a body to arrive
PATIENCE_S = 5.0  # for a place
BUSY = "The venue has too much to answer right now. Send it again as it was: nothing is entered twice."


class TooLarge(Exception):
    """More is announced, or came, than is taken."""


class HungUp(Exception):
    """Nobody is there any more to be answered."""


class Limits:
    """So many requests at a time; others wait for a place, and not for long.

    A place is held neither while a body arrives nor while an answer leaves: both last as long as the other
    side pleases.
    """

    def __init__(self, application: ASGIApplication, *, places: int = env.WEB_PLACES) -> None:
        self.application = application
        self._places = asyncio.Semaphore(places)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        try:
            async with asyncio.timeout(BODY_PATIENCE_S):
                body = await _whole_body(scope, receive)
            async with asyncio.timeout(PATIENCE_S):
                await self._places.acquire()
        except TooLarge:
            await _answer(send, 413, "BODY_TOO_LARGE", "The body is too large.")
        except TimeoutError:
            await _answer(send, 503, "UNAVAILABLE", BUSY)
        except HungUp:
            pass
        else:
            try:
                answer = await self._answer_of_application(scope, body, receive)
            finally:
                self._places.release()
            for message in answer:
                await send(message)

    async def _answer_of_application(self, scope: dict[str, Any], body: bytes, receive: Any) -> list[Message]:
        heard: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        answer: list[Message] = []

        async def receive_again() -> Message:
            message: Message = heard.pop() if heard else await receive()
            return message

        async def keep(message: Message) -> None:
            answer.append(message)

        await self.application(scope, receive_again, keep)
        return answer


async def _whole_body(scope: dict[str, Any], receive: Any) -> bytes:
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    announced = dict(scope["headers"]).get(b"content-length", b"0")
    if announced.isdigit() and int(announced[:20]) > most:
        raise TooLarge
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise HungUp
        body += message.get("body", b"")
        if len(body) > most:
            raise TooLarge
        if not message.get("more_body"):
            return bytes(body)


async def _answer(send: Any, status: int, code: str, sentence: str) -> None:
    """The API's envelope, made here: Django has not been asked. What is left of the body is not read."""
    error: dict[str, Any] = {"code": code, "message": sentence, "field": None, "reasons": []}
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    if status == 503:
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps({"error": error}).encode()})
