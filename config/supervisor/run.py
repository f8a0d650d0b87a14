"""The supervisor itself."""

import asyncio
import contextlib
import fcntl
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence

from config import embedded, env, processes
from config.supervisor import child, matching, programs
from config.supervisor.output import Output
from config.supervisor.remains import Remains

WEB_PATIENCE_S = 60
WATCH_EVERY_S = 2.0
ADDRESS = f"http://localhost:{env.PORT}"


class CannotStart(Exception):
    """Something the venue needs did not come up."""


class Supervisor:
    def __init__(self) -> None:
        self.output = Output(env.DATA_DIR / "logs")
        self.remains = Remains(env.DATA_DIR / "processes.json")
        self.children: list[child.Child] = []

    async def run(self) -> None:
        began = time.monotonic()
        self.output.say("Preparing the database …")
        await self.once("prepare", programs.PREPARE)
        sign_ins: list[str] = []
        if env.DEMO:
            self.output.say("Opening the demo market …")
            sign_ins = await self.once("demo", programs.DEMO, show=False)
        for program in programs.programs():
            self.children.append(child.Child(program, self.output, self.remains))
        await self.until_web_answers()
        ready = ["", f"Ready: {ADDRESS}", *sign_ins, "", f"Started in {time.monotonic() - began:.0f} s"]
        self.output.say("\n".join([*ready, f"Logs in {self.output.directory}; Ctrl-C stops everything.", ""]))
        await asyncio.gather(self.watch_servers(), self.watch_matching())

    async def stop(self) -> None:
        for running in reversed(self.children):
            await running.stop()

    async def once(self, name: str, command: Sequence[str], *, show: bool = True) -> list[str]:
        """Run to its end before anything else starts; returns its last lines."""
        process = await child.start(command)
        try:
            assert process.stdout is not None
            lines = await self.output.follow(name, process.stdout, show=show)
            if await process.wait() != 0:
                raise CannotStart(
                    "\n".join([f"`{' '.join(command[1:])}` failed.", *(lines if not show else [])])
                )
            return lines
        finally:
            await child.stop(process)

    async def until_web_answers(self) -> None:
        deadline = time.monotonic() + WEB_PATIENCE_S
        while (answer := await asyncio.to_thread(_answer, ADDRESS)) >= 500:
            if time.monotonic() > deadline:
                raise CannotStart(f"The web server answers {answer} after {WEB_PATIENCE_S} s; see the log.")
            await asyncio.sleep(0.25)

    async def watch_servers(self) -> None:
        while embedded.needed():
            await asyncio.sleep(WATCH_EVERY_S)
            if not await asyncio.to_thread(embedded.answering):
                self.output.say("PostgreSQL or Valkey has gone; starting it again.")
                try:
                    await asyncio.to_thread(embedded.ensure)
                except RuntimeError as error:
                    self.output.say(str(error))

    async def watch_matching(self) -> None:
        """Workers may be up and consume nothing: what counts is whether the journals are being applied."""
        watch = matching.Watch()
        while True:
            await asyncio.sleep(WATCH_EVERY_S)
            stuck = await asyncio.to_thread(watch.stuck)
            for running in self.children:
                if running.program.matching_queue in stuck and running.up_for_s > matching.STILL_FOR_S:
                    self.output.say(f"{running.program.name} is up but does not match; restarting it.")
                    await running.restart()


def main(*, with_parent: bool) -> None:
    if with_parent:
        # `make` may be killed; without it nobody would be left to stop us.
        processes.die_with_parent(signal.SIGTERM)
    env.DATA_DIR.mkdir(parents=True, exist_ok=True)
    try:
        embedded.lock("supervisor.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)  # for as long as this process lives
    except BlockingIOError:
        sys.exit(f"The venue of {env.DATA_DIR} is already running; stop it first or choose another DATA_DIR.")
    supervisor = Supervisor()
    supervisor.remains.end_previous_run()
    if not _port_is_free():
        sys.exit(
            f"Port {env.PORT} is taken. Stop what uses it or choose another: make run PORT={env.PORT + 1}"
        )
    supervisor.output.start_afresh()
    with contextlib.ExitStack() as stack:
        if embedded.needed():
            supervisor.output.say("Starting PostgreSQL and Valkey …")
            stack.enter_context(embedded.servers())
        failure = asyncio.run(_supervise(supervisor))
    if embedded.needed() and not embedded.wait_until_stopped():
        supervisor.output.say("PostgreSQL and Valkey stay up for another command that uses them.")
    sys.exit(failure)


async def _supervise(supervisor: Supervisor) -> str | None:
    """Until asked to stop, or until it cannot go on; returns why."""
    asked = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(signum, asked.set)
    running = asyncio.create_task(supervisor.run())
    waiting = asyncio.create_task(asked.wait())
    await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
    supervisor.output.say("\nStopping …")
    waiting.cancel()
    running.cancel()
    [outcome] = await asyncio.gather(running, return_exceptions=True)
    await supervisor.stop()
    if isinstance(outcome, CannotStart):
        return str(outcome)
    if isinstance(outcome, Exception):
        raise outcome
    return None


def _port_is_free() -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((env.HOST, env.PORT))
        except OSError:
            return False
    return True


def _answer(address: str) -> int:
    """The status of its page; a server that does not listen yet is unavailable too."""
    try:
        with urllib.request.urlopen(address, timeout=5) as page:
            status: int = page.status
            return status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 503
