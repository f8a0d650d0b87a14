"""`make bench`: put the engines to measure against into an environment of their own, then measure."""

import shutil
import subprocess
import sys
from pathlib import Path

from config.make.setup import PYTHON, Stamp, set_up
from config.make.stages import ROOT, Stages

FOLDER = ROOT / ".local" / "bench"
VENV = FOLDER / "venv"
PEERS_PYTHON = VENV / "bin" / "python"
WHEELS = ROOT / "requirements-bench.txt"
BUILT = ROOT / "requirements-bench-built.txt"


def install_peers(stages: Stages) -> None:
    stamp = Stamp(VENV / ".stamp", [WHEELS, BUILT])
    if stamp.fresh():
        stages.up_to_date("Engines to measure against")
        return
    stages.run("Environment for the engines", [sys.executable, "-m", "venv", "--clear", VENV])
    # One of them names a newer Python than it needs (bench/peers/matching_engine.py).
    options = ["--require-hashes", "--ignore-requires-python", "--disable-pip-version-check", "--no-input"]
    pip: list[str | Path] = [PEERS_PYTHON, "-m", "pip", "install", *options, "--requirement"]
    stages.run("Engines to measure against", [*pip, WHEELS, "--only-binary=:all:"])
    if shutil.which("c++"):
        stages.run("Engines to be compiled", [*pip, BUILT])
    stamp.write()


if __name__ == "__main__":
    stages = Stages("Set-up")
    print("Setting up")
    set_up(stages, development=False)
    install_peers(stages)
    sys.exit(subprocess.run([PYTHON, "-m", "bench", *sys.argv[1:]], cwd=ROOT, check=False).returncode)
