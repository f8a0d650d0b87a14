"""The embedded PostgreSQL and Valkey: up while anyone uses them, down when the last user is gone.

Two locks say everything, and the kernel releases both however a process ends:

- `users.lock`: each user holds it shared. The keeper waits to hold it alone, then stops the servers.
- `keeper.lock`: held by the one keeper process (`python -m config.embedded`) that runs the servers.
"""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import env
from config.embedded.postgres import Postgres
from config.embedded.valkey import Valkey

PATIENCE_S = 60


def lock(name: str, mode: int) -> int:
    """Take a lock of this DATA_DIR and return its file descriptor; closing that releases it."""
    handle = os.open(env.DATA_DIR / name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, mode)
    except BlockingIOError:
        os.close(handle)
        raise
    return handle


def is_free(name: str, mode: int) -> bool:
    try:
        os.close(lock(name, mode | fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def postgres(*, settings: dict[str, str] | None = None) -> Postgres:
    return Postgres(
        directory=env.DATA_DIR / "postgresql",
        socket_dir=env.SOCKET_DIR,
        passwords=env.kept_secrets(),
        settings=settings or {},
    )


def valkey() -> Valkey:
    return Valkey(socket_dir=env.SOCKET_DIR)


def needed() -> bool:
    return env.DATABASE_EMBEDDED or env.REDIS_EMBEDDED


@contextmanager
def servers(*, durable: bool = True) -> Iterator[None]:
    """Both servers, ready to use, for the time of this block."""
    (env.DATA_DIR / "logs").mkdir(parents=True, exist_ok=True)
    ours = lock("users.lock", fcntl.LOCK_SH)
    try:
        ensure(durable=durable)
        yield
    finally:
        os.close(ours)


def answering() -> bool:
    return postgres().answers() and valkey().answers()


def ensure(*, durable: bool = True) -> None:
    """Start a keeper unless the servers answer. For a holder of `users.lock` only."""
    keeper: subprocess.Popen[bytes] | None = None
    deadline = time.monotonic() + PATIENCE_S
    while not answering():
        failed = keeper is not None and keeper.poll() not in (None, 0)
        if failed or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL or Valkey did not start; the end of {log_path()}:\n{_log_tail()}")
        if is_free("keeper.lock", fcntl.LOCK_EX):
            keeper = _start_keeper(durable=durable)
        time.sleep(0.1)


def wait_until_stopped() -> bool:
    """After leaving `servers()`: wait until they are stopped; False if another process uses them still."""
    deadline = time.monotonic() + 2
    while not is_free("keeper.lock", fcntl.LOCK_EX):
        # Whoever holds `users.lock` alone is the keeper at work; shared, and for long, it is another user.
        if time.monotonic() > deadline and is_free("users.lock", fcntl.LOCK_SH):
            return False
        time.sleep(0.05)
    return True


def log_path() -> Path:
    return env.DATA_DIR / "logs" / "servers.log"


def _log_tail() -> str:
    return "\n".join(log_path().read_text(errors="replace").splitlines()[-20:])


def _start_keeper(*, durable: bool) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "config.embedded"]
    if not durable:
        command.append("--not-durable")
    with log_path().open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=env.BASE_DIR,
            env=os.environ | {"DATA_DIR": str(env.DATA_DIR)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
