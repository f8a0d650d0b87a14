"""Our engine compiled: the very same source through mypyc, in a copy, so that nobody runs it by accident."""

import shutil
import subprocess
from pathlib import Path

ENGINE = Path(__file__).resolve().parent.parent / "trading" / "engine"
# Where the time goes; the words, commands and events they speak in stay Python's.
MODULES = ("book", "stops", "bands", "auction", "floor", "arrivals", "orders", "phases", "machine")


def build(*, python: Path, folder: Path) -> Path | None:
    """Return what to put on the path; None where there is no compiler."""
    if shutil.which("cc") is None:
        return None
    copy = folder / "compiled"
    shutil.rmtree(copy, ignore_errors=True)
    engine = Path(
        shutil.copytree(ENGINE, copy / "trading" / "engine", ignore=shutil.ignore_patterns("__*__"))
    )
    for package in (engine, engine.parent):
        original = ENGINE if package is engine else ENGINE.parent
        shutil.copy(original / "__init__.py", package)
    (copy / "mypy.ini").write_text("[mypy]\n")  # the project's own wants plugins for what is not compiled
    files = [str(Path("trading", "engine", f"{module}.py")) for module in MODULES]
    done = subprocess.run([str(python), "-m", "mypyc", *files], cwd=copy, capture_output=True, check=False)
    return copy if done.returncode == 0 else None
