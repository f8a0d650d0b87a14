"""`make lint`, `make test`, `make check-long`: every check in turn, stopping at the first that fails."""

import os
import platform
import subprocess
import sys
import time
from pathlib import Path

from config.make import node
from config.make.setup import FRONTEND, PYTHON, set_up
from config.make.stages import ROOT, Stages, Took

PYTEST = (PYTHON, "-m", "pytest", "--quiet", "--durations=10")
EXAMPLES = {"HYPOTHESIS_PROFILE": "long"}
KILLS = {"CRASH_KILLS": "200", "SETTLEMENT_KILLS": "50"}
RESULT = ROOT / "docs" / "check-long.md"


def static(stages: Stages) -> None:
    stages.run("static: ruff", [PYTHON, "-m", "ruff", "check", "."])
    stages.run("static: formatting", [PYTHON, "-m", "ruff", "format", "--check", "."])
    stages.run("static: types", [PYTHON, "-m", "mypy", "."])
    stages.run("static: import contracts", [PYTHON.with_name("lint-imports")])
    stages.run("static: migrations", [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"])
    stages.run("static: rules and their tests", [PYTHON, "-m", "config.make.rules"])
    npm(stages, "static: frontend lint", "lint")
    npm(stages, "static: frontend types", "typecheck")


def tests(stages: Stages) -> None:
    # In two processes, each with databases of its own. The others start whole venues: those want the machine.
    stages.run("pytest: unit and database", [*PYTEST, "-n", "2", "-m", "not chaos and not browser"])
    npm(stages, "vitest: frontend", "test")
    stages.run("pytest: crash and race", [*PYTEST, "-m", "chaos"])
    stages.run("pytest: browser", [*PYTEST, "-m", "browser"])


def long_runs(stages: Stages) -> None:
    engine, books, day, crash = (
        "trading/tests/engine",
        "trading/tests/settlement/test_machine.py",
        "trading/tests/replay/test_replay_feed.py",
        "tests/chaos/test_crash.py",
    )
    patient: tuple[str | Path, ...] = (*PYTEST, "--timeout=0")
    earlier = len(stages.took)
    stages.run("20,000 examples of the engine", [*patient, engine], environment=EXAMPLES)
    stages.run("400 examples of the books", [*patient, books], environment=EXAMPLES)
    stages.run("250 kills of workers", [*patient, crash], environment=KILLS)
    stages.run("a whole real day", [*patient, day, "-k", "a_real_session"], environment=EXAMPLES)
    write_result(stages.took[earlier:])


def write_result(took: list[Took]) -> None:
    """The last result is committed; `make check-long` writes it."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    lines = [
        "# The last long run",
        "",
        f"`make check-long` on {time.strftime('%Y-%m-%d', time.gmtime())}, commit {commit.stdout.strip()}, "
        f"Python {platform.python_version()}, {os.cpu_count()} cores.",
        "",
        "| What | Seconds | Last line |",
        "|---|---:|---|",
        *(f"| {name} | {seconds:.0f} | {note} |" for name, seconds, note in took),
    ]
    RESULT.write_text("\n".join(lines) + "\n")


def npm(stages: Stages, name: str, script: str) -> None:
    found = node.find()
    stages.run(name, [*found.npm, "run", script], cwd=FRONTEND, environment=found.environment)


if __name__ == "__main__":
    chosen = {"lint": [static], "test": [static, tests], "check-long": [long_runs]}[sys.argv[1]]
    stages = Stages("Where the time went")
    print("Checking")
    set_up(stages, development=True)
    for part in chosen:
        part(stages)
    stages.table()
