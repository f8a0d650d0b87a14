"""Engines side by side: ours and every peer that installs, on the same workloads, in one run.

Each measurement is a process of its own; a round goes over all engines before the next begins, so that a
slow minute of the machine is everybody's; the best of the rounds counts. Seconds are the processor's.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from bench import compiled, native, workloads
from bench.peers import OURS, OURS_COMPILED, PEERS
from bench.workloads import SHAPES

ROOT = Path(__file__).resolve().parent.parent
COMPILED = "liquibook, in C++"
SIGNS = {"exact": "=", "totals": "Σ", "diverges": "≠", "silent": "·"}


class Cell(NamedTuple):
    rate: float
    verdict: str


class Row(NamedTuple):
    name: str
    made_of: str
    cells: dict[str, Cell]
    bytes_per_order: float | None


class Runner:
    """Runs measurements with the interpreter that has the peers; a peer that fails once is left out."""

    def __init__(self, *, python: Path, folder: Path) -> None:
        self._python = python
        self._compiled = compiled.build(python=python, folder=folder)
        self.left_out = set() if self._compiled else {OURS_COMPILED}

    def ask(self, name: str, *arguments: str) -> dict[str, Any]:
        if name in self.left_out:
            return {}
        # -P: what is on the path is said here alone, so that the compiled engine comes first.
        command = [str(self._python), "-P", "-m", "bench.one", name, *arguments]
        path = [str(self._compiled), str(ROOT)] if name == OURS_COMPILED else [str(ROOT)]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(path)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            self.left_out.add(name)
            last_word = (done.stderr.strip() or f"it ended with {done.returncode}").splitlines()[-1]
            print(f"  {name} is left out: {last_word}", file=sys.stderr)
            return {}
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


def compare(*, python: Path, folder: Path, rounds: int, seconds: float) -> list[Row]:
    files = {name: folder / f"{name}.bin" for name in SHAPES}
    for name, shape in SHAPES.items():
        workloads.write(workloads.generate(shape), files[name])
    runner = Runner(python=python, folder=folder)
    driver = native.build(python=python, folder=folder)
    best: dict[tuple[str, str], Cell] = {}
    for number in range(1, rounds + 1):
        for workload, file in files.items():
            print(f"  … {workload}, round {number} of {rounds}", file=sys.stderr, flush=True)
            found = {name: runner.ask(name, str(file), "--seconds", str(seconds)) for name in PEERS}
            if driver is not None:
                found[COMPILED] = native.measure(driver, file)
            for name, result in found.items():
                if result.get("operations"):
                    cell = Cell(result["operations"] / result["seconds"], result["verdict"])
                    best[name, workload] = max(cell, best.get((name, workload), cell))
    made_of = {name: listed.made_of for name, listed in PEERS.items()} | {COMPILED: "C++"}
    return [
        Row(
            name,
            what,
            {workload: best[name, workload] for workload in files if (name, workload) in best},
            runner.ask(name).get("bytes") if name in PEERS else None,
        )
        for name, what in made_of.items()
        if any((name, workload) in best for workload in files)
    ]


def table(rows: list[Row]) -> str:
    """Rates in thousands a second, each with its verdict and its ratio to ours."""
    ours = next(row for row in rows if row.name == OURS)
    lines = [
        f"  {'':<24}{'':<19}" + "".join(f"{workload:>16}" for workload in SHAPES) + f"{'bytes':>9}",
        f"  {'engine':<24}{'made of':<19}" + f"{'k/s':>9}{'ratio':>7}" * len(SHAPES) + f"{'an order':>9}",
    ]
    for row in sorted(rows, key=lambda row: -_rate(row, next(iter(SHAPES)))):
        cells = "".join(_cell(row.cells.get(workload), ours.cells[workload]) for workload in SHAPES)
        size = f"{row.bytes_per_order:>9,.0f}" if row.bytes_per_order is not None else f"{'–':>9}"
        lines.append(f"  {row.name:<24}{row.made_of:<19}{cells}{size}")
    legend = ", ".join(f"{sign} {verdict}" for verdict, sign in SIGNS.items())
    lines.append(f"  Fills against the reference: {legend} (tells no trades). Ratio: theirs to ours.")
    lines += [f"  {name}: {shape.what}" for name, shape in SHAPES.items()]
    return "\n".join(lines)


def _rate(row: Row, workload: str) -> float:
    return row.cells[workload].rate if workload in row.cells else 0.0


def _cell(cell: Cell | None, ours: Cell) -> str:
    if cell is None:
        return f"{'–':>9}{'':>7}"
    thousands = cell.rate / 1000
    shown = f"{thousands:,.0f}" if thousands >= 10 else f"{thousands:.1f}"
    return f"{shown:>7} {SIGNS[cell.verdict]}{cell.rate / ours.rate:>7.2f}"
