"""The workers alone, for a command that needs matching and settlement where no `make run` is up."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator

from config import env, processes
from config.supervisor import programs
from config.supervisor.child import ENVIRONMENT
from config.supervisor.output import open_log


@contextlib.contextmanager
def workers() -> Iterator[None]:
    """Matching workers and the default worker, for the time of this block."""
    with contextlib.ExitStack() as stack:
        for program in programs.programs():
            if program.matching_queue or program.name == "default":
                stack.enter_context(_running(program))
        yield


@contextlib.contextmanager
def _running(program: programs.Program) -> Iterator[None]:
    log = env.DATA_DIR / "logs" / f"{program.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with open_log(log) as output:
        process = subprocess.Popen(
            program.command,
            cwd=env.BASE_DIR,
            env=os.environ | ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=lambda: processes.die_with_parent(signal.SIGKILL),
        )
        try:
            yield
        finally:
            processes.stop(process, signal.SIGTERM, patience=10)
