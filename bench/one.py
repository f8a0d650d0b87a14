"""Measure one engine on one workload, in a process of its own: `python -m bench.one NAME FILE`."""

import argparse
import gc
import json
from pathlib import Path
from time import process_time

import psutil

from bench import workloads
from bench.peers import Peer, TellsFills, load
from bench.reference import Fill
from bench.workloads import MID, Operation, Workload

SLICE = 500  # answers are kept for so many operations: a batch of the venue's
PATIENCE = 8  # how much longer filling the book may take than the run itself
RESTING = 100_000


def measure(peer: Peer, workload: Workload, seconds: float) -> dict[str, object]:
    """Run the workload, or as much of it as can be done in the time given."""
    # What is ours shall not cost the engine's garbage collector anything.
    gc.collect()
    gc.freeze()
    verdict = Verdict(workload.fills)
    last_id = 0
    spent: dict[bool, float] = {False: 0.0, True: 0.0}
    done = {False: 0, True: 0}
    for counts, operations in ((False, workload.prefill), (True, workload.operations)):
        for start in range(0, len(operations), SLICE):
            slice_ = operations[start : start + SLICE]
            began = process_time()
            peer.run(slice_)
            spent[counts] += process_time() - began
            done[counts] += len(slice_)
            if isinstance(peer, TellsFills):
                verdict.hear(peer.fills())
            last_id = max(last_id, *(operation[0] for operation in slice_))
            if spent[True] > seconds:
                break
            if spent[False] > PATIENCE * seconds:
                return {"operations": 0}
    said = verdict.until(last_id) if isinstance(peer, TellsFills) else "silent"
    return {"operations": done[True], "seconds": spent[True], "verdict": said}


class Verdict:
    """Whether the fills an engine tells, part by part, are the expected ones."""

    def __init__(self, expected: list[Fill]) -> None:
        self._expected = expected
        self._told = 0
        self._exact = True
        self._totals = (0, 0)

    def hear(self, fills: list[Fill]) -> None:
        self._exact = self._exact and self._expected[self._told : self._told + len(fills)] == fills
        self._told += len(fills)
        self._totals = _add(self._totals, fills)

    def until(self, order_id: int) -> str:
        """Judge by the expected fills up to this order's own; takers' ids ascend."""
        due = [fill for fill in self._expected if fill.taker_id <= order_id]
        if self._told != len(due):
            return "diverges"
        if self._exact:
            return "exact"
        return "totals" if self._totals == _add((0, 0), due) else "diverges"


def _add(totals: tuple[int, int], fills: list[Fill]) -> tuple[int, int]:
    qty, notional = totals
    return qty + sum(fill.qty for fill in fills), notional + sum(fill.qty * fill.price for fill in fills)


def memory(peer: Peer, seconds: float) -> dict[str, object]:
    """Bytes of the process for each order that waits, 1,000 at each of 100 prices."""
    process = psutil.Process()
    before = 0
    began = process_time()
    for start in range(0, RESTING, SLICE):
        operations: list[Operation] = [(i + 1, False, MID - i % 100, 10) for i in range(start, start + SLICE)]
        peer.run(operations)
        if isinstance(peer, TellsFills):
            peer.fills()
        if not start:  # what it needs at all is not for the orders
            gc.collect()
            before = process.memory_info().rss
        if process_time() - began > PATIENCE * seconds:
            return {}
    gc.collect()
    return {"bytes": (process.memory_info().rss - before) / (RESTING - SLICE)}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.one", description=__doc__)
    parser.add_argument("name")
    parser.add_argument("file", type=Path, nargs="?", help="a workload; without one, memory is measured")
    parser.add_argument("--seconds", type=float, default=2.0)
    options = parser.parse_args()
    peer = load(options.name)
    file: Path | None = options.file
    result = measure(peer, workloads.read(file), options.seconds) if file else memory(peer, options.seconds)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
