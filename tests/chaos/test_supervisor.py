"""`make run` under every way of ending: what was started goes, what was killed comes back."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config import env, processes
from tests.support.programs import Program, free_port, wait_until

pytestmark = pytest.mark.chaos

FIRST_START_S = 120  # makes the tables and the demo market


class Venue:
    """The whole product in a DATA_DIR and on a PORT of its own."""

    def __init__(self, *, directory: Path, port: int) -> None:
        self.directory = directory
        self.port = port

    def start(self) -> None:
        self.supervisor = self.run()
        ready = f"Ready: {self.address}\n"
        self.supervisor.wait_for(lambda: ready in self.supervisor.output, "ready", patience_s=FIRST_START_S)

    def run(self) -> Program:
        inherited = {key: value for key, value in os.environ.items() if not key.endswith("_URL")}
        ours = {"DATA_DIR": str(self.directory), "PORT": str(self.port), "DEMO": "1"}
        log = self.directory.with_name(f"run-{time.monotonic_ns()}.log")
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "run"],
                cwd=env.BASE_DIR,
                env=inherited | ours,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=lambda: processes.die_with_parent(signal.SIGTERM),
            )
        return Program(process=process, log=log)

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def processes(self, *words: str) -> list[psutil.Process]:
        """Ours that are alive, whoever their parent is by now; all, or those with these words."""
        return [process for process in psutil.process_iter() if self._owns(process, words)]

    def process(self, *words: str) -> psutil.Process:
        [only] = self.processes(*words)
        return only

    def wait_for_another(self, old: psutil.Process, *words: str) -> None:
        def another() -> bool:
            return any(process.pid != old.pid for process in self.processes(*words))

        wait_until(another, f"another {words}")

    def _owns(self, process: psutil.Process, words: tuple[str, ...]) -> bool:
        try:
            # PostgreSQL writes its title over its environment, but stays in its directory.
            ours = process.cwd().startswith(str(self.directory)) or (
                process.environ().get("DATA_DIR") == str(self.directory)
            )
            command = process.cmdline()
            return ours and process.status() != psutil.STATUS_ZOMBIE and set(words) <= set(command)
        except psutil.Error:
            return False


@pytest.fixture(scope="module")
def one_venue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Venue]:
    venue = Venue(directory=tmp_path_factory.mktemp("venue") / "local", port=free_port())
    try:
        venue.start()
        yield venue
    finally:
        venue.supervisor.stop()


@pytest.fixture
def venue(one_venue: Venue) -> Venue:
    """The one venue of these tests, started again where the test before has ended it."""
    if one_venue.supervisor.process.poll() is not None:
        one_venue.start()
    return one_venue


def test_the_page_is_served_when_the_ready_line_is_printed(venue: Venue) -> None:
    with urllib.request.urlopen(venue.address) as page:
        assert page.status == 200


def test_a_second_run_of_the_same_venue_says_so_and_exits(venue: Venue) -> None:
    second = venue.run()
    assert second.process.wait(60) == 1
    assert "is already running" in second.output


def test_a_taken_port_is_named_and_another_proposed(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        venue = Venue(directory=tmp_path / "local", port=other.getsockname()[1])
        refused = venue.run()
        assert refused.process.wait(60) == 1
    assert f"Port {venue.port} is taken" in refused.output
    assert f"make run PORT={venue.port + 1}" in refused.output


@pytest.mark.parametrize(
    "words", [("worker", "matching.0"), ("worker", "default"), ("beat",), ("market_maker",)]
)
def test_a_killed_process_comes_back(venue: Venue, words: tuple[str, ...]) -> None:
    killed = venue.process(*words)
    killed.kill()
    venue.wait_for_another(killed, *words)


def test_a_matching_worker_that_is_up_but_does_not_match_is_replaced(venue: Venue) -> None:
    frozen = venue.process("worker", "matching.0")
    frozen.suspend()
    venue.wait_for_another(frozen, "worker", "matching.0")
    assert not frozen.is_running()


def test_a_killed_postgresql_comes_back_and_the_page_with_it(venue: Venue) -> None:
    killed = venue.process("-D", str(venue.directory / "postgresql"))
    killed.kill()
    venue.wait_for_another(killed, "-D", str(venue.directory / "postgresql"))
    with urllib.request.urlopen(venue.address) as page:
        assert page.status == 200


def test_after_kill_9_of_the_supervisor_nothing_is_left_and_the_next_run_gets_ready(venue: Venue) -> None:
    venue.supervisor.kill()
    wait_until(lambda: not venue.processes(), "no process left")
    venue.start()


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_it_leaves_nothing_running(venue: Venue, signum: signal.Signals) -> None:
    venue.supervisor.process.send_signal(signum)
    assert venue.supervisor.process.wait(60) == 0
    assert venue.processes() == []
