"""How much is let in at once.

Left to itself, Django writes a body to disk however long it is, and gives every request a thread and a
connection to the database: a crowd would leave none to those who match and settle.
"""

import asyncio
import json
import re
import tempfile
from typing import IO, Any

from django.conf import settings

from config import env

ASGIApplication = Any
Message = dict[str, Any]

BODY_PATIENCE_S = 30.0  # for a body to arrive
# Where files are handed in, bodies are longer and take longer; so many may be on their way at once.
FILES = re.compile(r"/api/v1/applications/[0-9]{1,18}/uploads")
FILE_PATIENCE_S = 120.0
FILES_AT_ONCE = 40
AROUND_A_FILE = 64 * 1024  # bytes: the other fields of its form
PIECE = 64 * 1024
PATIENCE_S = 5.0  # for a place
FILE_TOO_LARGE = "A file may have 10 MB at most. Make it smaller, or send its pages one by one."
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
        self._files = asyncio.Semaphore(FILES_AT_ONCE)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        # In memory while it is short, else on disk until it is answered.
        with tempfile.SpooledTemporaryFile(max_size=settings.DATA_UPLOAD_MAX_MEMORY_SIZE) as body:
            if not _hands_in_a_file(scope):
                await self._attend(scope, receive, send, body, patience=BODY_PATIENCE_S)
                return
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await self._files.acquire()
            except TimeoutError:
                await _answer(send, 503, "UNAVAILABLE", BUSY)
                return
            try:
                await self._attend(scope, receive, send, body, patience=FILE_PATIENCE_S)
            finally:
                self._files.release()

    async def _attend(
        self, scope: dict[str, Any], receive: Any, send: Any, body: IO[bytes], *, patience: float
    ) -> None:
        try:
            async with asyncio.timeout(patience):
                await _read_whole(scope, receive, into=body)
            async with asyncio.timeout(PATIENCE_S):
                await self._places.acquire()
        except TooLarge:
            if _hands_in_a_file(scope):
                await _answer(send, 413, "FILE_TOO_LARGE", FILE_TOO_LARGE)
            else:
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

    async def _answer_of_application(
        self, scope: dict[str, Any], body: IO[bytes], receive: Any
    ) -> list[Message]:
        answer: list[Message] = []
        is_heard = False
        length = body.tell()
        body.seek(0)

        async def receive_again() -> Message:
            nonlocal is_heard
            if is_heard:
                message: Message = await receive()
                return message
            piece = body.read(PIECE)
            is_heard = body.tell() == length
            return {"type": "http.request", "body": piece, "more_body": not is_heard}

        async def keep(message: Message) -> None:
            answer.append(message)

        await self.application(scope, receive_again, keep)
        return answer


def _hands_in_a_file(scope: dict[str, Any]) -> bool:
    return scope.get("method") == "POST" and FILES.fullmatch(scope.get("path", "")) is not None


async def _read_whole(scope: dict[str, Any], receive: Any, *, into: IO[bytes]) -> None:
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if _hands_in_a_file(scope):
        most = settings.UPLOAD_MAX_BYTES + AROUND_A_FILE
    announced = dict(scope["headers"]).get(b"content-length", b"0")
    if announced.isdigit() and int(announced[:20]) > most:
        raise TooLarge
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise HungUp
        into.write(message.get("body", b""))
        if into.tell() > most:
            raise TooLarge
        if not message.get("more_body"):
            return


async def _answer(send: Any, status: int, code: str, sentence: str) -> None:
    """The API's envelope, made here: Django has not been asked. What is left of the body is not read."""
    error: dict[str, Any] = {"code": code, "message": sentence, "field": None, "reasons": []}
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    if status == 503:
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps({"error": error}).encode()})
