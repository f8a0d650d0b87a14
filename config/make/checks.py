"""`make lint`, `make test`, `make check-long`: every check in turn, stopping at the first that fails."""

import sys

from config.make import node
from config.make.setup import FRONTEND, PYTHON, set_up
from config.make.stages import Stages

PYTEST = (PYTHON, "-m", "pytest", "--quiet", "--durations=10")
LONG = {"HYPOTHESIS_PROFILE": "long", "CRASH_KILLS": "200"}


def static(stages: Stages) -> None:
    stages.run("static: ruff", [PYTHON, "-m", "ruff", "check", "."])
    stages.run("static: formatting", [PYTHON, "-m", "ruff", "format", "--check", "."])
    stages.run("static: types", [PYTHON, "-m", "mypy", "."])
    stages.run("static: import contracts", [PYTHON.with_name("lint-imports")])
    stages.run("static: migrations", [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"])
    npm(stages, "static: frontend lint", "lint")
    npm(stages, "static: frontend types", "typecheck")


def tests(stages: Stages) -> None:
    stages.run("pytest: unit and database", [*PYTEST, "-m", "not chaos and not browser"])
    npm(stages, "vitest: frontend", "test")
    stages.run("pytest: crash and race", [*PYTEST, "-m", "chaos"])
    stages.run("pytest: browser", [*PYTEST, "-m", "browser"])


def long_runs(stages: Stages) -> None:
    stages.run(
        "long: examples", [*PYTEST, "-m", "not chaos and not browser", "--timeout=0"], environment=LONG
    )
    stages.run("long: crash and race", [*PYTEST, "-m", "chaos", "--timeout=0"], environment=LONG)


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
