"""The keeper: runs both servers for as long as anyone uses them (`config.embedded` tells how)."""

import argparse
import fcntl
import signal
import sys
import threading
import time
from types import FrameType

from config import embedded
from config.embedded.postgres import NOT_DURABLE, Postgres
from config.embedded.valkey import Valkey

HOPELESS_BEFORE_S = 1.0


class Kept:
    """One server, started again whenever it ends: the other goes on meanwhile."""

    def __init__(self, name: str, server: Postgres | Valkey) -> None:
        self._name = name
        self._server = server
        self._start()

    def look_after(self) -> None:
        process = self._server.process
        assert process is not None
        if process.poll() is None:
            return
        ended = f"{self._name} ended with {process.returncode}"
        # What fails as soon as it is started would do so again: whoever needs it is better told so.
        if time.monotonic() - self._started_at < HOPELESS_BEFORE_S:
            sys.exit(ended)
        print(f"{ended}; starting it again", flush=True)
        self._start()

    def _start(self) -> None:
        self._server.start()
        self._started_at = time.monotonic()


def keep(*, durable: bool) -> None:
    try:
        embedded.lock("keeper.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)  # for as long as this process lives
    except BlockingIOError:
        return  # another keeper is already at it
    postgres = embedded.postgres(settings={} if durable else NOT_DURABLE)
    valkey = embedded.valkey()
    unused = threading.Event()
    try:
        servers = [Kept("PostgreSQL", postgres), Kept("Valkey", valkey)]
        threading.Thread(target=_wait_for_last_user, args=[unused], daemon=True).start()
        while not unused.wait(0.2):
            for server in servers:
                server.look_after()
    finally:
        valkey.stop()
        postgres.stop()


def _wait_for_last_user(unused: threading.Event) -> None:
    # Kept until this process ends: whoever comes meanwhile waits, then starts a fresh keeper.
    embedded.lock("users.lock", fcntl.LOCK_EX)
    unused.set()


def _leave(signum: int, _frame: FrameType | None) -> None:
    sys.exit(128 + signum)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--not-durable", action="store_true", help="faster, unsafe on power loss")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, _leave)
    keep(durable=not arguments.not_durable)
