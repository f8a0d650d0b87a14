"""The compiled reference: liquibook in C++, from the headers its wheel brings, behind a small driver."""

import shutil
import subprocess
import sys
from pathlib import Path

from bench import workloads
from bench.one import Verdict
from bench.reference import Fill

SOURCE = Path(__file__).with_name("liquibook.cpp")


def build(*, python: Path, folder: Path) -> Path | None:
    """Compile the driver; None where there is no compiler, or no headers."""
    compiler = shutil.which("c++")
    headers = next(python.parent.parent.glob("lib/python3*/site-packages/include"), None)
    if compiler is None or headers is None:
        return None
    program = folder / "liquibook"
    options = ["-O2", "-std=c++17", f"-I{headers}", f"-I{headers / 'liquibook'}"]
    subprocess.run([compiler, *options, str(SOURCE), "-o", str(program)], check=True)
    return program


def measure(program: Path, file: Path) -> dict[str, object]:
    workload = workloads.read(file)
    lines = [f"{len(workload.prefill)} {len(workload.operations)}"]
    for order_id, is_sell, price, qty in (*workload.prefill, *workload.operations):
        lines.append(f"{order_id} {int(is_sell)} {price} {qty}")
    done = subprocess.run([program], input="\n".join(lines), capture_output=True, text=True, check=True)
    seconds, *fills = done.stdout.splitlines()
    verdict = Verdict(workload.fills)
    verdict.hear([Fill(*map(int, line.split())) for line in fills])
    said = verdict.until(sys.maxsize)
    return {"operations": len(workload.operations), "seconds": float(seconds), "verdict": said}
