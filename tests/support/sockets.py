"""Sockets for tests, through the venue's own ASGI application: session, origin and routes included."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from django.conf import settings
from django.test import Client

from portal.models import User

Json = dict[str, Any]
HOST = "localhost:8000"
PATIENCE_S = 20


class Socket:
    """One socket of one browser; ``client`` is that browser's HTTP side, with the same session."""

    def __init__(self, application: ApplicationCommunicator, client: Client) -> None:
        self._application = application
        self.client = client

    @classmethod
    async def attempt(
        cls, path: str, *, user: User | None = None, origin: str | None = f"http://{HOST}", host: str = HOST
    ) -> tuple["Socket", bool]:
        """(the socket, whether it was accepted)"""
        from config.asgi import application

        client = Client()
        headers = [(b"host", host.encode())]
        if origin is not None:
            headers.append((b"origin", origin.encode("latin-1")))
        if user is not None:
            await database_sync_to_async(client.force_login)(user)
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
            headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()))
        scope = {"type": "websocket", "path": path, "query_string": b"", "headers": headers}
        running = ApplicationCommunicator(application, scope)
        await running.send_input({"type": "websocket.connect"})
        answer = await running.receive_output(PATIENCE_S)
        return cls(running, client), answer["type"] == "websocket.accept"

    @classmethod
    @asynccontextmanager
    async def opened(cls, path: str, **terms: Any) -> AsyncIterator["Socket"]:
        socket, accepted = await cls.attempt(path, **terms)
        assert accepted
        try:
            yield socket
        finally:
            await socket._application.send_input({"type": "websocket.disconnect", "code": 1005})
            await socket._application.wait(PATIENCE_S)

    async def say(self, said: str | bytes) -> None:
        kind = "text" if isinstance(said, str) else "bytes"
        await self._application.send_input({"type": "websocket.receive", kind: said})

    async def output(self) -> Json:
        found: Json = await self._application.receive_output(PATIENCE_S)
        return found

    @staticmethod
    def message(output: Json) -> Json:
        assert output["type"] == "websocket.send", output
        found: Json = json.loads(output["text"])
        return found

    async def next(self) -> Json:
        return self.message(await self.output())

    async def until(self, true: Callable[[Json], bool], kind: str) -> Json:
        """The next message of this kind of which this is true."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = await self.next()
                if message["type"] == kind and true(message):
                    return message

    async def hear(self, kind: str, **values: Any) -> Json:
        """The next message of this kind with these values."""
        return await self.until(lambda m: all(m.get(name) == value for name, value in values.items()), kind)

    async def closed(self) -> int:
        """The code it is closed with, whatever is said before."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                output = await self.output()
                if output["type"] == "websocket.close":
                    code: int = output.get("code", 1000)
                    return code
