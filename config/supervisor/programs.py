"""What runs, and how each program is started."""

import sys
from dataclasses import dataclass

from config import env

MANAGE = (sys.executable, "manage.py")
CELERY = (sys.executable, "-m", "celery", "--app", "config", "--quiet")
# A worker that is killed must leave no child behind that still holds a listing's lock: `solo` works in
# the worker's own process. One drain at a time is what a matching worker is for (DESIGN §3.4).
MATCHING = ("--pool", "solo", "--concurrency", "1", "--prefetch-multiplier", "1")
# Everything else mostly waits for the database or the mail server.
DEFAULT = ("--pool", "threads", "--concurrency", "4")
# Gossip and mingle only make workers wait for each other.
QUIET = ("--without-gossip", "--without-mingle", "--loglevel", "warning")

PREPARE = (*MANAGE, "prepare_database", "--verbosity", "0")
DEMO = (*MANAGE, "demo")


@dataclass(frozen=True)
class Program:
    name: str
    command: tuple[str, ...]
    matching_queue: str | None = None


def worker(name: str, *options: str) -> tuple[str, ...]:
    return (*CELERY, "worker", "--queues", name, "--hostname", f"{name}@%h", *options, *QUIET)


def programs() -> list[Program]:
    """In the order in which they start."""
    schedule = ("--schedule", str(env.DATA_DIR / "schedule"), "--pidfile", "", "--loglevel", "warning")
    # A closing socket may take its time, a stopping venue may not.
    web = (
        "--host",
        env.HOST,
        "--port",
        str(env.PORT),
        "--log-level",
        "warning",
        "--timeout-graceful-shutdown",
        "3",
        "--ws-max-size",
        "4096",  # clients have little to say
        "--limit-concurrency",
        "800",  # connections, sockets and idle ones too: below the usual 1024 files a process may open
    )
    queues = [f"matching.{number}" for number in range(env.MATCHING_WORKERS)]
    return [
        *(Program(queue, worker(queue, *MATCHING), matching_queue=queue) for queue in queues),
        Program("default", worker("default", *DEFAULT)),
        Program("schedule", (*CELERY, "beat", *schedule)),
        Program("web", (sys.executable, "-m", "uvicorn", "config.asgi:application", *web)),
        *([Program("market-maker", (*MANAGE, "market_maker"))] if env.DEMO else []),
    ]
