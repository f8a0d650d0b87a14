"""The keeper: runs both servers for as long as anyone uses them (`config.embedded` tells how)."""

import argparse
import fcntl
import signal
import sys
import threading
from types import FrameType

from config import embedded
from config.embedded.postgres import NOT_DURABLE


def keep(*, durable: bool) -> None:
    try:
        embedded.lock("keeper.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)  # for as long as this process lives
    except BlockingIOError:
        return  # another keeper is already at it
    postgres = embedded.postgres(settings={} if durable else NOT_DURABLE)
    valkey = embedded.valkey()
    unused = threading.Event()
    try:
        postgres.start()
        valkey.start()
        threading.Thread(target=_wait_for_last_user, args=[unused], daemon=True).start()
        while not unused.wait(0.2):
            for name, process in (("PostgreSQL", postgres.process), ("Valkey", valkey.process)):
                if process is not None and process.poll() is not None:
                    sys.exit(f"{name} ended with {process.returncode}")
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
