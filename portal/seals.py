"""Seals chain record tables, so that a change that got past roles and triggers is found and named.

A seal covers a run of rows of one stream: ``hash = SHA-256(previous hash ‖ what the seal says of itself ‖
digest of each row)``. Streams with a gapless sequence under one writer (a listing's commands and events)
are sealed by that writer. Other record tables are sealed by a schedule, in the order of their writers'
transaction ids and never past the oldest transaction still running: whatever is older can no longer
appear.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from portal import clock
from portal.models import Seal
from portal.records import Record

DIGEST_BYTES = 16
GENESIS = bytes(32)
# One sealer at a time per stream; keys of advisory locks are (class, object) pairs, never renumbered.
SEALING_LOCK = 2


def digest(row: Sequence[Any]) -> bytes:
    """The digest of one row, over its canonical JSON."""
    text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_canonical)
    return hashlib.sha256(text.encode()).digest()[:DIGEST_BYTES]


def append(*, stream: str, first: int, last: int, digests: list[bytes]) -> None:
    """Seal a run of rows. The caller is the stream's only writer."""
    previous = Seal.objects.filter(stream=stream).order_by("-number").values_list("number", "hash").first()
    number, before = previous or (0, GENESIS)
    seal = Seal(
        stream=stream,
        number=number + 1,
        first=first,
        last=last,
        count=len(digests),
        digests=b"".join(digests),
        at=clock.now(),
    )
    seal.hash = _chained(bytes(before), seal)
    seal.save()


def _chained(before: bytes, seal: Seal) -> bytes:
    header = digest((seal.stream, seal.number, seal.first, seal.last, seal.count, seal.at))
    return hashlib.sha256(before + header + bytes(seal.digests)).digest()


def last_sealed(*, stream: str) -> int:
    """The position of the last row under a seal; 0: none is."""
    last = Seal.objects.filter(stream=stream).order_by("-number").values_list("last", flat=True).first()
    return last or 0


@dataclass(frozen=True)
class Break:
    """A difference between a stream and its seals: at a row, or at a seal where ``row`` is None."""

    stream: str
    row: int | None
    seal: int
    what: str


def verify(*, stream: str, rows: Iterable[tuple[int, int, Sequence[Any]]]) -> Iterator[Break]:
    """Compare a stream with its seals.

    ``rows`` yields (position, name, values): the position is what seals count by, the name is what a
    reader is told. Rows behind the last seal are not yet sealed and are passed over.
    """
    source = iter(rows)
    pending = next(source, None)
    before = GENESIS
    expected = 1
    for seal in Seal.objects.filter(stream=stream).order_by("number").iterator(chunk_size=500):
        digests = bytes(seal.digests)
        for number in range(expected, seal.number):
            yield Break(stream, None, number, "is missing")
        if _chained(before, seal) != bytes(seal.hash):
            yield Break(stream, None, seal.number, "does not follow from the seal before it")
        expected, before = seal.number + 1, bytes(seal.hash)
        run: list[tuple[int, bytes]] = []
        while pending is not None and pending[0] <= seal.last:
            run.append((pending[1], digest(pending[2])))
            pending = next(source, None)
        sealed = [digests[i : i + DIGEST_BYTES] for i in range(0, len(digests), DIGEST_BYTES)]
        if len(run) == len(sealed):
            for (name, found), kept in zip(run, sealed, strict=True):
                if found != kept:
                    yield Break(stream, name, seal.number, "differs from what was sealed")
        else:
            known = set(sealed)
            for name, found in run:
                if found not in known:
                    yield Break(stream, name, seal.number, "was not there when the run was sealed")
            if len(run) < len(sealed):
                missing = len(sealed) - len(run)
                what = f"covers {missing} more of rows {seal.first}–{seal.last} than there are"
                yield Break(stream, None, seal.number, what)


# --- Record tables sealed by the schedule: those that carry their writer's transaction id ----------------


def scheduled_models() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models()
        if issubclass(model, Record) and any(f.name == "xid" for f in model._meta.fields)
    ]


def seal_records() -> int:
    """Seal what every scheduled record table got since its last seal; return the number of rows."""
    return sum(_seal_model(model) for model in scheduled_models())


def verify_records() -> Iterator[Break]:
    for model in scheduled_models():
        yield from verify(stream=_stream(model), rows=_rows(model, after=0, before=None))


def _seal_model(model: type[models.Model]) -> int:
    stream = _stream(model)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [SEALING_LOCK, stream])
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        oldest_running: int = cursor.fetchone()[0]
        rows = list(_rows(model, after=last_sealed(stream=stream), before=oldest_running))
        if rows:
            append(
                stream=stream,
                first=rows[0][0],
                last=rows[-1][0],
                digests=[digest(values) for _, _, values in rows],
            )
    return len(rows)


def _stream(model: type[models.Model]) -> str:
    return model._meta.db_table


def _rows(
    model: type[models.Model], *, after: int, before: int | None
) -> Iterator[tuple[int, int, Sequence[Any]]]:
    fields = [f.attname for f in model._meta.concrete_fields]
    rows = model._default_manager.filter(xid__gt=after).order_by("xid", "id")
    if before is not None:
        rows = rows.filter(xid__lt=before)
    for row in rows.values_list("xid", "id", *fields).iterator(chunk_size=2000):
        yield row[0], row[1], row[2:]


def _canonical(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    raise TypeError(f"no canonical form for {type(value).__name__}")
