"""Whoever comes in numbers gets answers or is asked to come again; the market goes on meanwhile."""

import asyncio
import json
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from django.db import connection

from config import env
from tests.support.programs import Programs
from trading.tests.factories import a_listing, buy, drained, entered, funded

pytestmark = pytest.mark.chaos

CROWD, ROUNDS = 300, 3
OTHERS = 5  # the test's own and the trader's, the sockets', and what is just being closed


async def ask(address: str, path: str) -> tuple[int, bytes]:
    """The status and body of one answer, on a connection of its own."""
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
    answer = await asyncio.wait_for(reader.read(), 60)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


@contextmanager
def counted_meanwhile() -> Iterator[Counter[str]]:
    """Somebody trades meanwhile, connecting anew each time: how often, among how many, and what failed."""
    listing, buyer = a_listing(), funded(cents=10**9)
    done: Counter[str] = Counter()
    over = threading.Event()

    def trade() -> None:
        while not over.wait(0.01):
            try:
                entered(buy(buyer, listing, 1, 500))
                drained(listing)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
                    done["connections"] = max(done["connections"], cursor.fetchone()[0])
                done["drained"] += 1
            except Exception as error:
                done[str(error)] += 1
            finally:
                connection.close()

    thread = threading.Thread(target=trade)
    thread.start()
    try:
        yield done
    finally:
        over.set()
        thread.join(60)


def test_a_crowd_takes_no_connection_from_the_market(programs: Programs) -> None:
    address = programs.web_server()

    async def crowd() -> list[tuple[int, bytes]]:
        answers: list[tuple[int, bytes]] = []
        for _ in range(ROUNDS):
            answers += await asyncio.gather(*(ask(address, "/api/v1/listings") for _ in range(CROWD)))
        return answers

    with counted_meanwhile() as done:
        answers = asyncio.run(crowd())
    assert done.keys() == {"connections", "drained"}, "nobody was ever locked out"
    assert done["connections"] <= env.WEB_PLACES + OTHERS
    statuses = Counter(status for status, _ in answers)
    assert statuses.keys() <= {200, 503} and statuses[200] >= CROWD
    for status, body in answers:
        assert ("error" in json.loads(body)) == (status == 503)


def test_the_web_servers_statements_end_and_a_workers_do_not(programs: Programs) -> None:
    """Only where anybody may ask for anything."""
    timeouts = "statement_timeout", "idle_in_transaction_session_timeout"
    script = "\n".join(
        [
            "from django.db import connection",
            "cursor = connection.cursor()",
            *(f"cursor.execute('SHOW {name}'); print(*cursor.fetchone())" for name in timeouts),
        ]
    )
    web = programs.run(sys.executable, "-c", f"import config.asgi\n{script}")
    worker = programs.run(sys.executable, "-c", f"import config.celery, django; django.setup()\n{script}")
    for program, shown in ((web, "10s\n15s\n"), (worker, "0\n0\n")):
        assert program.process.wait(30) == 0, program.output
        assert program.output == shown
