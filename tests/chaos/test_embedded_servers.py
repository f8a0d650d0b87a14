"""The embedded servers run while anyone uses them, and only then, however the users end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config import env
from config.embedded.__main__ import HOPELESS_BEFORE_S
from tests.support.programs import wait_until

pytestmark = pytest.mark.chaos

USE = """
import sys, psycopg
from config import embedded, env
with embedded.servers():
    print(psycopg.connect(env.DATABASE_URL).execute("SELECT 41 + 1").fetchone()[0], flush=True)
    sys.stdin.read()
embedded.wait_until_stopped()
"""


class User:
    """A command that uses the servers until it is told to leave."""

    def __init__(self, data_dir: Path) -> None:
        inherited = {key: value for key, value in os.environ.items() if not key.endswith("_URL")}
        self.process = subprocess.Popen(
            [sys.executable, "-c", USE],
            cwd=env.BASE_DIR,
            env=inherited | {"DATA_DIR": str(data_dir)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def answer(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def leave(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    directory = tmp_path / "local"
    yield directory
    wait_until(lambda: not servers(directory), "no server left")


def servers(data_dir: Path) -> list[str]:
    """Names of the servers whose working directory is in this DATA_DIR."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() in (str(data_dir / "postgresql"), str(data_dir / "run")):
                found.append(process.name())
        except psutil.Error:
            continue
    return found


def server(data_dir: Path, name: str) -> psutil.Process | None:
    """The one that our keeper started (PostgreSQL has children of its own name)."""
    children = keeper(data_dir).children()
    return next((child for child in children if child.name() == name), None)


def keeper(data_dir: Path) -> psutil.Process:
    for process in psutil.process_iter():
        try:
            if "config.embedded" in process.cmdline() and process.environ().get("DATA_DIR") == str(data_dir):
                return process
        except psutil.Error:
            continue
    raise LookupError("no keeper")


def test_the_servers_stop_with_their_last_user(data_dir: Path) -> None:
    first, second = User(data_dir), User(data_dir)
    assert (first.answer(), second.answer()) == ("42", "42")
    first.leave()
    assert {"postgres", "valkey-server"} <= set(servers(data_dir))
    second.leave()
    assert servers(data_dir) == []


def test_a_killed_user_holds_nothing(data_dir: Path) -> None:
    user = User(data_dir)
    assert user.answer() == "42"
    user.process.kill()
    user.process.wait()
    wait_until(lambda: not servers(data_dir), "no server left")


def test_a_user_who_comes_while_the_servers_stop_gets_fresh_ones(data_dir: Path) -> None:
    for _ in range(3):
        user = User(data_dir)
        assert user.answer() == "42"
        user.process.send_signal(signal.SIGKILL)
    user.process.wait()


def test_the_servers_do_not_outlive_a_killed_keeper(data_dir: Path) -> None:
    user = User(data_dir)
    assert user.answer() == "42"
    keeper(data_dir).kill()
    wait_until(lambda: not servers(data_dir), "no server left")
    next_user = User(data_dir)
    assert next_user.answer() == "42"
    next_user.leave()
    user.leave()


@pytest.mark.parametrize(("killed", "other"), [("valkey-server", "postgres"), ("postgres", "valkey-server")])
def test_a_killed_server_comes_back_and_the_other_stays(data_dir: Path, killed: str, other: str) -> None:
    user = User(data_dir)
    assert user.answer() == "42"
    time.sleep(HOPELESS_BEFORE_S)
    gone, stays = server(data_dir, killed), server(data_dir, other)
    assert gone is not None
    gone.kill()
    wait_until(lambda: server(data_dir, killed) not in (None, gone), f"another {killed}")
    assert server(data_dir, other) == stays
    next_user = User(data_dir)
    assert next_user.answer() == "42"
    next_user.leave()
    user.leave()


def test_a_stale_pid_file_that_names_a_stranger_is_no_obstacle(data_dir: Path) -> None:
    user = User(data_dir)
    assert user.answer() == "42"
    user.leave()
    # After a power cut the file stays, and its number may by then belong to anyone: to us, say.
    (data_dir / "postgresql" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    user = User(data_dir)
    assert user.answer() == "42"
    user.leave()
