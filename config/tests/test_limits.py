"""What is let in at once: bodies, and requests. No Django behind it, only what it would be asked."""

import asyncio
import json
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import settings

from config import limits
from config.limits import Limits

Message = dict[str, Any]


class Pages:
    """Answers with the body it got, once it may."""

    def __init__(self) -> None:
        self.may = asyncio.Event()
        self.asked = 0

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        self.asked += 1
        body = (await receive())["body"]
        await self.may.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})


async def ask(application: Limits, *pieces: bytes, announced: int | None = None) -> ApplicationCommunicator:
    headers = [] if announced is None else [(b"content-length", str(announced).encode())]
    asking = ApplicationCommunicator(application, {"type": "http", "headers": headers})
    for number, piece in enumerate(pieces, start=1):
        more = number < len(pieces)
        await asking.send_input({"type": "http.request", "body": piece, "more_body": more})
    return asking


async def answer(asking: ApplicationCommunicator) -> tuple[Message, bytes]:
    start = await asking.receive_output(5)
    return start, (await asking.receive_output(5))["body"]


async def refusal(asking: ApplicationCommunicator) -> tuple[int, str, dict[bytes, bytes]]:
    start, body = await answer(asking)
    error = json.loads(body)["error"]
    assert set(error) == {"code", "message", "field", "reasons"}
    return start["status"], error["code"], dict(start["headers"])


async def test_a_body_arrives_whole() -> None:
    pages = Pages()
    pages.may.set()
    start, body = await answer(await ask(Limits(pages), b"one ", b"two ", b"", b"three"))
    assert (start["status"], body) == (200, b"one two three")


async def test_what_is_announced_as_too_large_is_not_even_waited_for() -> None:
    pages, most = Pages(), settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    asking = await ask(Limits(pages), announced=most + 1)
    assert (await refusal(asking))[:2] == (413, "BODY_TOO_LARGE")
    asking = await ask(Limits(pages), announced=int("9" * 4000))
    assert (await refusal(asking))[:2] == (413, "BODY_TOO_LARGE")
    assert pages.asked == 0


async def test_what_comes_in_pieces_is_counted() -> None:
    pages, most = Pages(), settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    asking = await ask(Limits(pages), b" " * most, b" ", b" " * 10)
    assert (await refusal(asking))[:2] == (413, "BODY_TOO_LARGE")
    assert pages.asked == 0


async def test_a_body_that_does_not_come_takes_nobodys_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BODY_PATIENCE_S", 0.2)
    pages = Pages()
    pages.may.set()
    application = Limits(pages, places=1)
    slow = await ask(application)
    assert (await answer(await ask(application, b"quick")))[1] == b"quick"
    assert (await refusal(slow))[0] == 503
    assert pages.asked == 1


async def test_who_finds_no_place_is_asked_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PATIENCE_S", 0.1)
    pages = Pages()
    application = Limits(pages, places=2)
    within = [await ask(application, b"in") for _ in range(2)]
    status, code, headers = await refusal(await ask(application, b"out"))
    assert (status, code, headers[b"retry-after"]) == (503, "UNAVAILABLE", b"1")
    pages.may.set()
    for asking in within:
        assert (await answer(asking))[1] == b"in"
    assert (await answer(await ask(application, b"again")))[1] == b"again"
    assert pages.asked == 3


async def test_who_waits_a_moment_gets_a_place() -> None:
    pages = Pages()
    application = Limits(pages, places=1)
    crowd = [await ask(application, str(number).encode()) for number in range(50)]
    await asyncio.sleep(0)
    assert pages.asked <= 1
    pages.may.set()
    assert [(await answer(asking))[1] for asking in crowd] == [str(n).encode() for n in range(50)]


async def test_an_answer_nobody_takes_holds_no_place() -> None:
    pages = Pages()
    pages.may.set()
    application = Limits(pages, places=1)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        await asyncio.Event().wait()

    reading = asyncio.create_task(application({"type": "http", "headers": []}, receive, send))
    await asyncio.sleep(0)
    assert (await answer(await ask(application, b"other")))[1] == b"other"
    reading.cancel()


async def test_who_hangs_up_before_having_spoken_is_not_attended_to() -> None:
    pages = Pages()
    asking = await ask(Limits(pages))
    await asking.send_input({"type": "http.disconnect"})
    await asking.wait(5)
    assert pages.asked == 0


async def test_a_failure_gives_its_place_back() -> None:
    async def fails(scope: Message, receive: Any, send: Any) -> None:
        raise ZeroDivisionError

    application = Limits(fails, places=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await (await ask(application, b"")).wait(5)
