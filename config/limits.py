"""How much a request may bring. Django itself would first write all of it to disk."""

import json
from typing import Any

from django.conf import settings

ASGIApplication = Any


class TooLarge(Exception):
    """More came than was announced, or than is taken."""


class BodyLimit:
    def __init__(self, application: ASGIApplication) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        left = settings.DATA_UPLOAD_MAX_MEMORY_SIZE

        async def counted() -> Any:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise TooLarge
            return message

        try:
            await self.application(scope, counted, send)
        except TooLarge:
            await _answer(send)


async def _answer(send: Any) -> None:
    problem = {"code": "BODY_TOO_LARGE", "message": "The body is too large."}
    error: dict[str, Any] = {**problem, "field": None, "reasons": []}
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps({"error": error}).encode()})
