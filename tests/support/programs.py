"""Real programs for tests: workers and servers against the test's own database, killed when it is over."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from config import env, processes
from config.embedded.valkey import Valkey

PATIENCE_S = 60


def wait_until(true: Callable[[], bool], what: str, *, patience_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {patience_s:g} s: {what}")
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Program:
    """One started process with its output in a file."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def kill(self) -> None:
        """SIGKILL: no chance to tidy up."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        processes.stop(self.process, signal.SIGTERM, patience=PATIENCE_S)
        return self.process.returncode

    def wait_for(self, true: Callable[[], bool], what: str, *, patience_s: float = PATIENCE_S) -> None:
        def ready() -> bool:
            if self.process.poll() is not None:
                raise RuntimeError(f"ended before {what}:\n{self.output}")
            return true()

        wait_until(ready, what, patience_s=patience_s)


@dataclass
class Programs:
    directory: Path
    valkey: Valkey
    started: list[Program] = field(default_factory=list)

    def run(self, *command: str | Path, environment: Mapping[str, str] | None = None) -> Program:
        handle, log = tempfile.mkstemp(dir=self.directory, suffix=".log")
        process = subprocess.Popen(
            [os.fspath(part) for part in command],
            cwd=env.BASE_DIR,
            env=os.environ | dict(environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=handle,
            preexec_fn=lambda: processes.die_with_parent(signal.SIGKILL),
        )
        os.close(handle)
        self.started.append(Program(process=process, log=Path(log)))
        return self.started[-1]

    def manage(self, *arguments: str) -> Program:
        return self.run(sys.executable, "manage.py", *arguments)

    def celery_worker(self, *queues: str) -> Program:
        """A worker as the supervisor runs it, listening to these queues."""
        listening = self._listeners()
        worker = self.run(
            *(
                sys.executable,
                "-m",
                "celery",
                "-A",
                "config",
                "worker",
                "--pool",
                "solo",
                "--concurrency",
                "1",
            ),
            *("--without-gossip", "--without-mingle", "--queues", ",".join(queues)),
            *("--hostname", f"test-{len(self.started)}@%h", "--loglevel", "info"),
        )
        worker.wait_for(lambda: self._listeners() > listening, "listening to its queues")
        return worker

    def web_server(self, *, port: int | None = None, environment: Mapping[str, str] | None = None) -> str:
        """The ASGI server, on a port of its own if no other is named; returns its address."""
        port = port or free_port()
        address = f"http://localhost:{port}"
        server = self.run(
            *(sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port)),
            environment={"PORT": str(port)} | dict(environment or {}),
        )
        server.wait_for(lambda: _serves(address), "serving")
        return address

    def stop_all(self) -> None:
        for program in reversed(self.started):
            program.kill()

    def _listeners(self) -> int:
        clients = cast("list[dict[str, str]]", self.valkey.client().client_list())
        return sum(client["cmd"] == "brpop" for client in clients)


def _serves(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=PATIENCE_S).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
