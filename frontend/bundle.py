"""Which built files the page needs, read from Vite's manifest."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

MANIFEST = Path(__file__).parent / "dist" / ".vite" / "manifest.json"
ENTRY = "src/main.tsx"
ICON = "src/ui/mark.svg"


class BundleMissing(Exception):
    """The browser application has not been built yet."""


@dataclass(frozen=True)
class EntryFiles:
    script: str
    icon: str
    styles: tuple[str, ...]
    preloads: tuple[str, ...]


def entry_files() -> EntryFiles:
    try:
        built_at = MANIFEST.stat().st_mtime_ns
    except FileNotFoundError as missing:
        raise BundleMissing from missing
    return _read(MANIFEST, built_at)


@lru_cache(maxsize=1)
def _read(manifest: Path, built_at: int) -> EntryFiles:
    """`built_at` is part of the key only so that a new build is noticed."""
    chunks = json.loads(manifest.read_text())
    entry = chunks[ENTRY]
    # Straight from STATIC_URL: a storage that renames files would make the entry load twice, once under
    # the new name and once under the name its own chunks import.
    return EntryFiles(
        script=settings.STATIC_URL + entry["file"],
        icon=settings.STATIC_URL + chunks[ICON]["file"],
        styles=tuple(settings.STATIC_URL + css for css in entry.get("css", [])),
        preloads=tuple(settings.STATIC_URL + chunks[key]["file"] for key in entry.get("imports", [])),
    )
