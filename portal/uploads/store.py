"""Where sealed files lie: under ``UPLOAD_DIR``, by the number their row gives them, open to nobody else."""

import os
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings

# Each file has a small picture of it at its side.
ENDINGS = ("", ".small")


def keep(number: UUID, content: bytes, *, ending: str = "") -> None:
    """There whole, or not at all; and still there after a power cut."""
    path = _path(number, ending)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent)  # mode 600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
        os.rename(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def content_of(number: UUID, *, ending: str = "") -> bytes:
    return _path(number, ending).read_bytes()


def remove(number: UUID) -> None:
    for ending in ENDINGS:
        _path(number, ending).unlink(missing_ok=True)


def sweep(wanted: Collection[UUID]) -> int:
    """Remove files nobody wants that were there when it was last swept, and return how many: what is just
    being handed in has no row yet that anybody else could see."""
    root = settings.UPLOAD_DIR
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    swept = root / "swept"
    last = swept.stat().st_mtime if swept.exists() else 0.0
    names = {number.hex for number in wanted}
    unwanted = [path for path in _files(root) if path.stem not in names and path.stat().st_mtime < last]
    for path in unwanted:
        path.unlink(missing_ok=True)
    swept.touch()
    return len(unwanted)


def _files(root: Path) -> Iterator[Path]:
    return (path for path in root.glob("*/*") if path.is_file())


def _path(number: UUID, ending: str) -> Path:
    return Path(settings.UPLOAD_DIR) / number.hex[:2] / f"{number.hex}{ending}"
