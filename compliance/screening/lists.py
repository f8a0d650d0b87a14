"""Lists taken in from files, whole or not at all, and the index of what is in force."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from compliance.models import ListedEntry, ListedName, ScreeningList
from compliance.screening import ofac
from compliance.screening.index import Index, number_spellings
from compliance.screening.listed import (
    Address,
    Birth,
    Entry,
    EntryKind,
    ListKind,
    NameKind,
    Number,
)
from compliance.screening.listed import ListedName as Name
from portal import audit, clock, vault

LOCK = 4, 1  # one load at a time
MOST_REMOVED = 0.5  # a file that lost more of its entries is taken for a broken one
Progress = Callable[[str], None]


class ListRefused(Exception):
    """An anticipated reason not to take a list in: ``code`` for machines, the text for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Loaded:
    list: ScreeningList
    is_new: bool


def read_directory(directory: Path) -> dict[ListKind, dict[str, bytes]]:
    """The files of every list of which the directory has the main one."""
    if not directory.is_dir():
        raise ListRefused("NO_DIRECTORY", f"There is no directory {directory}.")
    found = {}
    for kind, names in ofac.FILES.items():
        files = {name: (directory / name).read_bytes() for name in names if (directory / name).is_file()}
        if names[0] in files:
            found[kind] = files
    if not found:
        wanted = " or ".join(names[0] for names in ofac.FILES.values())
        raise ListRefused("NO_LIST", f"{directory} has neither of {wanted}.")
    return found


def parse(kind: ListKind, files: Mapping[str, bytes]) -> list[Entry]:
    try:
        return ofac.entries(kind, files)
    except ofac.BadFile as error:
        raise ListRefused("BAD_FILE", str(error)) from error


def load_list(
    *,
    kind: ListKind,
    files: Mapping[str, bytes],
    published_on: date | None = None,
    even_if_shrunk: bool = False,
    progress: Progress = lambda said: None,
) -> Loaded:
    """Take in a list as of now. The same files again change nothing."""
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", LOCK)
        in_force = ScreeningList.objects.filter(kind=kind).first()
        if in_force is not None and in_force.files == digests:
            return Loaded(in_force, is_new=False)
        progress(f"{kind}: reading {len(files)} files")
        entries = parse(kind, files)
        made = _load(kind, entries, digests, published_on, even_if_shrunk, progress)
    return Loaded(made, is_new=True)


def _load(
    kind: ListKind,
    entries: list[Entry],
    digests: dict[str, str],
    published_on: date | None,
    even_if_shrunk: bool,
    progress: Progress,
) -> ScreeningList:
    standing = dict(ListedEntry.objects.filter(list_kind=kind, until=None).values_list("uid", "digest"))
    now = {entry.uid: _digest(entry) for entry in entries}
    added = now.keys() - standing.keys()
    removed = standing.keys() - now.keys()
    changed = {uid for uid in now.keys() & standing.keys() if now[uid] != standing[uid]}
    if len(removed) > MOST_REMOVED * len(standing) and not even_if_shrunk:
        raise ListRefused(
            "SHRUNK",
            f"{len(removed)} of {len(standing)} entries would go: say that this is meant (--shrunk).",
        )
    made = ScreeningList.objects.create(
        kind=kind, files=digests, published_on=published_on, loaded_at=clock.now(), entries=len(entries),
        names=sum(len(entry.names) for entry in entries), added=len(added), changed=len(changed),
        removed=len(removed),
    )  # fmt: skip
    ListedEntry.objects.filter(list_kind=kind, until=None, uid__in=removed | changed).update(until=made)
    fresh = [entry for entry in entries if entry.uid in added | changed]
    progress(f"{kind}: writing {len(fresh)} entries")
    rows = ListedEntry.objects.bulk_create(
        (_row(entry, now[entry.uid], made) for entry in fresh), batch_size=1000
    )
    ListedName.objects.bulk_create(
        (
            ListedName(entry=row, kind=name.kind, text=name.text)
            for row, entry in zip(rows, fresh, strict=True)
            for name in entry.names
        ),
        batch_size=5000,
    )
    audit.record(
        action="SANCTIONS_LIST_LOADED", subject=str(made),
        facts={"files": digests, "entries": made.entries, "added": made.added, "changed": made.changed,
               "removed": made.removed},
    )  # fmt: skip
    return made


def _row(entry: Entry, digest: str, made: ScreeningList) -> ListedEntry:
    return ListedEntry(
        list_kind=entry.list_kind, uid=entry.uid, kind=entry.kind, name=entry.name, title=entry.title,
        remarks=entry.remarks, digest=digest, since=made, **_facts(entry),
    )  # fmt: skip


def _facts(entry: Entry) -> dict[str, Any]:
    return {
        "programs": list(entry.programs),
        "births": [
            {"text": b.text, "first": b.first.isoformat(), "last": b.last.isoformat(), "circa": b.is_circa}
            for b in entry.births
        ],
        "numbers": [{"kind": n.kind, "value": n.value, "country": n.country} for n in entry.numbers],
        "addresses": [{"line": a.line, "city": a.city, "country": a.country} for a in entry.addresses],
        "countries": list(entry.countries),
    }


def _digest(entry: Entry) -> str:
    said = [
        entry.kind, entry.title, entry.remarks, [[n.kind, n.text] for n in entry.names], _facts(entry)
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


# --- The index --------------------------------------------------------------------------------------


def number_key(number: str) -> str:
    """Numbers of documents are known here by their fingerprints alone."""
    return vault.fingerprint(number)


def number_keys(*numbers: str) -> tuple[str, ...]:
    return tuple(number_key(spelt) for number in numbers if number for spelt in number_spellings(number))


def in_force() -> list[ScreeningList]:
    """The last load of each list."""
    return list(ScreeningList.objects.order_by("kind", "-id").distinct("kind"))


def index_of(entries: Iterable[Entry]) -> Index:
    return Index(list(entries), number_key=number_key)


class _Kept(threading.local):
    """An index a thread, for as long as the lists are the same."""

    version: tuple[int, ...] = ()
    index: Index | None = None


_kept = _Kept()


def index() -> Index | None:
    """What is in force, to search in; None where no list was ever loaded."""
    version = tuple(row.pk for row in in_force())
    if not version:
        return None
    if _kept.index is None or _kept.version != version:
        _kept.index, _kept.version = index_of(_entries()), version
    return _kept.index


def forget() -> None:
    _kept.index = None


def _entries() -> Iterable[Entry]:
    names: dict[int, list[Name]] = {}
    for entry_id, kind, text in (
        ListedName.objects.filter(entry__until=None).order_by("id").values_list("entry_id", "kind", "text")
    ):
        names.setdefault(entry_id, []).append(Name(text, NameKind(kind)))
    for row in ListedEntry.objects.filter(until=None).iterator(2000):
        yield Entry(
            list_kind=ListKind(row.list_kind), uid=row.uid, kind=EntryKind(row.kind),
            names=tuple(names[row.pk]), programs=tuple(row.programs), title=row.title, remarks=row.remarks,
            births=tuple(
                Birth(b["text"], date.fromisoformat(b["first"]), date.fromisoformat(b["last"]), b["circa"])
                for b in row.births
            ),
            numbers=tuple(Number(**n) for n in row.numbers),
            addresses=tuple(Address(**a) for a in row.addresses),
            countries=tuple(row.countries),
        )  # fmt: skip
