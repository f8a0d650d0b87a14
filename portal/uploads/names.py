"""Names of files: shown to people, never a path to anything."""

from pathlib import PurePosixPath

LONGEST = 150


class NotAName(Exception):
    """A path, or characters nobody types."""


def cleaned(name: str) -> str:
    """On one line, printable, its ending kept. Raises NotAName: browsers send neither paths nor controls."""
    if any(char in "/\\" or ord(char) < 32 or ord(char) == 127 for char in name):
        raise NotAName
    plain = " ".join("".join(char for char in name if char.isprintable()).split()).lstrip(". ")
    if not plain:
        raise NotAName
    ending = PurePosixPath(plain).suffix[:10]
    return plain if len(plain) <= LONGEST else plain[: LONGEST - len(ending)] + ending
