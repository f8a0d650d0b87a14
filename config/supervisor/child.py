"""One program kept running."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Sequence

from config import env, processes
from config.supervisor.output import LINE_LIMIT, Output
from config.supervisor.programs import Program
from config.supervisor.remains import Remains

# Whoever dies is wanted back at once: orders wait meanwhile. Only what dies young again and again is given
# time for whatever ails it to pass.
PAUSE_S = 0.2
LONGEST_PAUSE_S = 30.0
YOUNG_UNTIL_S = 5.0
FORGIVEN = 8  # young deaths in a row
STOP_PATIENCE_S = 10.0
ENVIRONMENT = {
    "PYTHONUNBUFFERED": "1",
    # Celery's word about root is about pickled tasks; ours are JSON.
    "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
}


async def start(command: Sequence[str]) -> asyncio.subprocess.Process:
    """In a group of its own, so that a terminal's Ctrl-C reaches only the supervisor, which stops the rest
    in order; killed by the kernel should the supervisor be. Everything here survives a kill by design."""
    return await asyncio.create_subprocess_exec(
        *command,
        cwd=env.BASE_DIR,
        env=os.environ | ENVIRONMENT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=LINE_LIMIT,
        start_new_session=True,
        preexec_fn=lambda: processes.die_with_parent(signal.SIGKILL),
    )


async def stop(process: asyncio.subprocess.Process) -> None:
    for signum in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signum)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(process.wait(), STOP_PATIENCE_S)


def pause_after(young_deaths: int) -> float:
    """Seconds before the next start, after so many young deaths in a row."""
    return min(PAUSE_S * 2.0 ** min(max(young_deaths - FORGIVEN, 0), 10), LONGEST_PAUSE_S)


class Child:
    def __init__(self, program: Program, output: Output, remains: Remains) -> None:
        self.program = program
        self.output = output
        self.remains = remains
        self.process: asyncio.subprocess.Process | None = None
        self.started_at = 0.0
        self._asked = False  # to be started again, so that its end says nothing about it
        self._stopping = asyncio.Event()
        self._keeping = asyncio.create_task(self._keep())

    @property
    def up_for_s(self) -> float:
        """0 while it is down."""
        running = self.process is not None and self.process.returncode is None
        return time.monotonic() - self.started_at if running else 0.0

    async def restart(self) -> None:
        """For a process that is up but does nothing: it would not hear a polite request either."""
        if self.process is not None and self.process.returncode is None:
            self._asked = True
            self.process.kill()

    async def stop(self) -> None:
        self._stopping.set()
        if self.process is not None:
            await stop(self.process)
        await self._keeping

    async def _keep(self) -> None:
        young_deaths = 0
        while not self._stopping.is_set():
            code = await self._run()
            if self._stopping.is_set():
                return
            was_young = time.monotonic() - self.started_at < YOUNG_UNTIL_S
            young_deaths = young_deaths + 1 if was_young and not self._asked else 0
            self._asked = False
            pause = pause_after(young_deaths)
            reason = signal.Signals(-code).name if code < 0 else f"exit code {code}"
            self.output.say(f"{self.program.name} ended ({reason}); starting it again in {pause:g} s.")
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    async def _run(self) -> int:
        self.process = await start(self.program.command)
        self.started_at = time.monotonic()
        self.remains.add(self.process.pid)
        if self._stopping.is_set():  # asked while it was being started
            await stop(self.process)
        assert self.process.stdout is not None
        await self.output.follow(self.program.name, self.process.stdout)
        code = await self.process.wait()
        self.remains.discard(self.process.pid)
        return code
