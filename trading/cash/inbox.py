"""The bank's directory, in place of a bank: statements come in, payments go out (docs/bank.md)."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from trading.cash.refusals import CashRefused

LONGEST_STEM = 100
NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._ -]{{0,{LONGEST_STEM - 1}}}\.(csv|xml)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that was not taken in yet."""

    name: str
    size: int


def waiting() -> list[Waiting]:
    """By name, as banks date them."""
    files = [path for path in _directory("in").iterdir() if path.is_file() and NAME.fullmatch(path.name)]
    return [Waiting(path.name, path.stat().st_size) for path in sorted(files)]


def put(name: str, content: bytes) -> str:
    """Lay a file in; one of the same name and other content stays beside it."""
    name = Path(name.replace("\\", "/")).name
    if not NAME.fullmatch(name):
        raise CashRefused("FILE_NAME_INVALID", "Name the file with letters and digits, .csv or .xml.", "file")
    path = _place(_directory("in"), name, content)
    path.write_bytes(content)
    return path.name


def read(name: str) -> bytes:
    path = _directory("in") / name
    if not NAME.fullmatch(name) or not path.is_file():
        raise CashRefused("FILE_GONE", f"There is no file {name} any more.")
    return path.read_bytes()


def put_away(name: str) -> None:
    """It is taken in, or not wanted: kept, out of the way, beside whatever was called the same."""
    path = _directory("in") / name
    if NAME.fullmatch(name) and path.is_file():
        path.rename(_place(_directory("in/done"), name, path.read_bytes()))


def write_payments(text: str, at: datetime) -> Path:
    path = _directory("out") / f"payments-{at:%Y%m%d-%H%M%S}.csv"
    path.write_text(text)
    return path


def _place(directory: Path, name: str, content: bytes) -> Path:
    """Where nothing else is overwritten, under a name that is found again."""
    path = directory / name
    if path.exists() and path.read_bytes() != content:
        sha256 = hashlib.sha256(content).hexdigest()[:16]
        path = path.with_stem(f"{path.stem[: LONGEST_STEM - len(sha256) - 1]}-{sha256}")
    return path


def _directory(part: str) -> Path:
    path: Path = settings.BANK_DIR / part
    path.mkdir(parents=True, exist_ok=True)
    return path
