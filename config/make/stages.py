"""Named steps with a live display, what each one took, and a stop at the first that fails."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent.parent
WIDTH = 44
_LIVE = sys.stdout.isatty()

Took = tuple[str, float, str]  # name, seconds, last line


@dataclass
class Stages:
    title: str
    took: list[Took] = field(default_factory=list)

    def run(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        cwd: Path = ROOT,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Run a command; its output is shown only if it fails, but then all of it."""
        began = time.monotonic()
        with tempfile.TemporaryFile("w+b") as output:
            process = subprocess.Popen(
                [os.fspath(part) for part in command],
                cwd=cwd,
                env=os.environ | {"NO_COLOR": "1"} | dict(environment or {}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            try:
                while _still_running(process):
                    self._show(name, time.monotonic() - began, _last_line(output))
            except KeyboardInterrupt:
                process.wait()
                sys.exit(130)
            seconds = time.monotonic() - began
            self.took.append((name, seconds, _last_line(output)))
            if process.returncode == 0:
                self.done(name, seconds, _last_line(output))
            else:
                output.seek(0)
                self._fail(name, process.returncode, output.read())

    def done(self, name: str, seconds: float, note: str = "") -> None:
        print(f"{_erase()}  ✓ {name:<{WIDTH}} {seconds:7.1f} s  {_short(note)}".rstrip(), flush=True)

    def up_to_date(self, name: str) -> None:
        self.took.append((name, 0.0, "up to date"))
        self.done(name, 0.0, "up to date")

    def table(self) -> None:
        """Where the time went."""
        total = sum(seconds for _, seconds, _ in self.took)
        print(f"\n{self.title}")
        for name, seconds, _ in self.took:
            print(
                f"  {name:<{WIDTH}} {seconds:7.1f} s  {'█' * round(40 * seconds / max(total, 0.1))}".rstrip()
            )
        print(f"  {'total':<{WIDTH}} {total:7.1f} s", flush=True)

    def _show(self, name: str, seconds: float, note: str) -> None:
        if _LIVE:
            print(f"{_erase()}  … {name:<{WIDTH}} {seconds:7.1f} s  {_short(note)}", end="", flush=True)

    def _fail(self, name: str, code: int, output: bytes) -> None:
        print(f"{_erase()}  ✗ {name}\n", flush=True)
        sys.stdout.buffer.write(output)
        self.table()
        sys.exit(f"\n{name} failed ({code}).")


def _still_running(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(0.2)
    except subprocess.TimeoutExpired:
        return True
    return False


def _last_line(output: IO[bytes]) -> str:
    # Reads the file the process is writing to, so by position; the first line read may be cut.
    size = os.fstat(output.fileno()).st_size
    read = os.pread(output.fileno(), 400, max(0, size - 400)).decode(errors="replace")
    lines = read.split("\n")[1 if size > 400 else 0 :]
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _short(note: str) -> str:
    return note if len(note) <= 60 else note[:59] + "…"


def _erase() -> str:
    return "\r\033[K" if _LIVE else ""
