"""`make bench`, or `python -m bench [part …]`: measure and print."""

import argparse
import os
import platform
import subprocess
import sys
from pathlib import Path

from bench import engines, yardstick

FOLDER = Path(__file__).resolve().parent.parent / ".local" / "bench"
PARTS = ("engines", "yardstick", "drain", "settlement", "statements")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; none: all")
    parser.add_argument("--rounds", type=int, default=3, help="of the comparison, of which the best counts")
    parser.add_argument("--seconds", type=float, default=2.0, help="for one engine on one workload")
    options = parser.parse_args()
    parts = options.parts or PARTS
    print(f"\nPython {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    if "engines" in parts:
        print("\nMatching engines, one core each, thousands of operations a second")
        python = FOLDER / "venv" / "bin" / "python"
        rows = engines.compare(python=python, folder=FOLDER, rounds=options.rounds, seconds=options.seconds)
        print(engines.table(rows))
    if "yardstick" in parts:
        yardstick.print_table(yardstick.PUBLISHED)
    for part in ("drain", "settlement", "statements"):
        if part in parts:
            # A process of its own: settings are read once, and the comparison needs none.
            subprocess.run([sys.executable, "-m", f"bench.{part}"], check=True)


if __name__ == "__main__":
    main()
