"""What the processes say: on the screen with their name before each line, and in a file each."""

import asyncio
import itertools
import os
import sys
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path

COLOURS = ("36", "33", "32", "35", "34", "96", "93", "92")
NAME_WIDTH = 12
LINE_LIMIT = 64 * 1024


def open_log(path: Path) -> FileIO:
    """To add to; for its owner only, as errors repeat what people sent."""
    path.touch(mode=0o600)
    path.chmod(0o600)  # it may be there from before
    return path.open("ab", buffering=0)


@dataclass
class Output:
    directory: Path
    colours: dict[str, str] = field(default_factory=dict)
    _next: "itertools.cycle[str]" = field(default_factory=lambda: itertools.cycle(COLOURS))
    _coloured: bool = field(default_factory=lambda: sys.stdout.isatty() and "NO_COLOR" not in os.environ)

    def say(self, text: str) -> None:
        print(text, flush=True)

    async def follow(self, name: str, stream: asyncio.StreamReader, *, show: bool = True) -> list[str]:
        """Keep everything until the stream ends, and show it; returns the last lines."""
        if name not in self.colours:
            self.colours[name] = next(self._next)
        prefix = self._paint(f"{name:<{NAME_WIDTH}} |", self.colours[name])
        last: list[str] = []
        with self._log(name) as log:
            while True:
                try:
                    raw = await stream.readline()
                except ValueError:  # a line beyond the limit: the reader has dropped what it held
                    continue
                if not raw:
                    return last
                log.write(raw)
                line = raw.decode(errors="replace").rstrip()
                last = [*last[-39:], line]
                if show:
                    self.say(f"{prefix} {line}")

    def start_afresh(self) -> None:
        """The logs of the run before are kept once, as name.log.1."""
        self.directory.mkdir(parents=True, exist_ok=True)
        for log in self.directory.glob("*.log"):
            log.replace(log.with_suffix(".log.1"))

    def _log(self, name: str) -> FileIO:
        return open_log(self.directory / f"{name}.log")

    def _paint(self, text: str, colour: str) -> str:
        return f"\033[{colour}m{text}\033[0m" if self._coloured else text
