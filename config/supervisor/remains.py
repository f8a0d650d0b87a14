"""What a killed supervisor may leave behind where the kernel does not end its children for it."""

import contextlib
import json
import os
import signal
from pathlib import Path

import psutil


class Remains:
    """The processes we started, by number and birth, so that a number used again is not mistaken for one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.running: dict[int, float] = {}

    def add(self, pid: int) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            self.running[pid] = psutil.Process(pid).create_time()
        self._write()

    def discard(self, pid: int) -> None:
        self.running.pop(pid, None)
        self._write()

    def end_previous_run(self) -> None:
        try:
            left = json.loads(self.path.read_text())
        except (FileNotFoundError, json.JSONDecodeError):  # a kill may have cut the writing short
            return
        for pid, created in left.items():
            with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
                if psutil.Process(int(pid)).create_time() == created:
                    os.killpg(int(pid), signal.SIGKILL)
        self.path.unlink()

    def _write(self) -> None:
        self.path.write_text(json.dumps(self.running))
