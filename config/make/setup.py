"""`make setup`: everything the product needs, each step skipped while what it was made from is unchanged."""

import hashlib
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from config.make import node
from config.make.stages import ROOT, Stages

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
FRONTEND = ROOT / "frontend"
NODE_MODULES = FRONTEND / "node_modules"


def set_up(stages: Stages, *, development: bool) -> None:
    make_venv(stages)
    locks = [ROOT / "requirements.txt"] + [ROOT / "requirements-dev.txt"] * development
    for lock in locks:
        install_packages(stages, lock)
    install_modules(stages)
    build_frontend(stages)


def make_venv(stages: Stages) -> None:
    usable = [str(PYTHON), "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"]
    if PYTHON.exists() and subprocess.run(usable, capture_output=True, check=False).returncode == 0:
        stages.up_to_date("Python environment")
    else:
        stages.run("Python environment", [sys.executable, "-m", "venv", "--clear", VENV])


def install_packages(stages: Stages, lock: Path) -> None:
    name = "Python packages" if lock.stem == "requirements" else "Python packages for development"
    stamp = Stamp(VENV / f".{lock.name}.stamp", [lock])
    if stamp.fresh():
        stages.up_to_date(name)
        return
    # Wheels only: nothing may need a compiler on the user's machine.
    options = ["--require-hashes", "--only-binary=:all:", "--disable-pip-version-check", "--no-input"]
    stages.run(name, [str(PYTHON), "-m", "pip", "install", *options, "--requirement", str(lock)])
    stamp.write()


def install_modules(stages: Stages) -> None:
    stamp = Stamp(NODE_MODULES / ".stamp", [FRONTEND / "package-lock.json", FRONTEND / "package.json"])
    if stamp.fresh():
        stages.up_to_date("Frontend packages")
        return
    found = node.find()
    npm_ci: list[str | Path] = [*found.npm, "ci", "--no-audit", "--no-fund", "--no-update-notifier"]
    stages.run("Frontend packages", npm_ci, cwd=FRONTEND, environment=found.environment)
    stamp.write()


def build_frontend(stages: Stages) -> None:
    # Vite empties dist/, so its stamp lies among the modules that built it.
    settings = [*FRONTEND.glob("*.ts"), *FRONTEND.glob("*.js*"), NODE_MODULES / ".stamp"]
    stamp = Stamp(NODE_MODULES / ".build.stamp", [*settings, *(FRONTEND / "src").rglob("*")])
    if stamp.fresh() and (FRONTEND / "dist").exists():
        stages.up_to_date("Frontend build")
        return
    found = node.find()
    stages.run("Frontend build", [*found.npm, "run", "build"], cwd=FRONTEND, environment=found.environment)
    stamp.write()


class Stamp:
    """A hash of a step's inputs, left beside its result."""

    def __init__(self, path: Path, inputs: Iterable[Path]) -> None:
        self.path = path
        digest = hashlib.sha256()
        for source in sorted(inputs):
            if source.is_file():
                digest.update(str(source.relative_to(ROOT)).encode() + b"\0" + source.read_bytes())
        self.hash = digest.hexdigest()

    def fresh(self) -> bool:
        return self.path.exists() and self.path.read_text() == self.hash

    def write(self) -> None:
        self.path.write_text(self.hash)


if __name__ == "__main__":
    print("Setting up")
    set_up(Stages("Set-up"), development="--development" in sys.argv)
