"""Seals chain record tables, so that a change that got past roles and triggers is found and named.

A seal covers a run of rows of one table, and is a link of one stream's chain: ``hash = SHA-256(previous
hash ‖ what the seal says of itself ‖ digest of each row)``. A listing's commands and its events, gapless
under one writer, are streams of their own, sealed by that writer. All other record tables are one stream,
sealed by a schedule in the order of their ids: taking out the seals of one table leaves a gap in it.

Ids are handed out before commit, so that a lower one may surface after a higher one. A sealer therefore
notes the last id handed out, waits until every transaction then writing to the table has ended, and seals
up to there: nothing can surface below any more. Nothing of this depends on the server's transaction ids,
which a restored database does not keep.
"""

import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from portal import clock
from portal.models import Seal
from portal.records import Record

DIGEST_BYTES = 16
GENESIS = bytes(32)
# The stream of all tables sealed by the schedule.
RECORDS = "records"
# Keys of advisory locks are (class, object) pairs, never renumbered.
SEALING_LOCK = 2
MOST_ROWS = 10_000
# How long a sealer waits for those who are writing; after that, their tables wait for the next pass.
PATIENCE_SECONDS = 2.0

# What a seal covers: (position, values). The position counts upwards within the table.
Row = tuple[int, Sequence[Any]]


def digest(row: Sequence[Any]) -> bytes:
    """The digest of one row, over its canonical JSON."""
    text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_canonical)
    return hashlib.sha256(text.encode()).digest()[:DIGEST_BYTES]


def append(*, stream: str, table: str, first: int, last: int, digests: list[bytes]) -> None:
    """Seal a run of rows. The caller is the stream's only writer."""
    previous = Seal.objects.filter(stream=stream).order_by("-number").values_list("number", "hash").first()
    number, before = previous or (0, GENESIS)
    seal = Seal(
        stream=stream,
        number=number + 1,
        table=table,
        first=first,
        last=last,
        count=len(digests),
        digests=b"".join(digests),
        at=clock.now(),
    )
    seal.hash = _chained(bytes(before), seal)
    seal.save()


def _chained(before: bytes, seal: Seal) -> bytes:
    header = digest((seal.stream, seal.number, seal.table, seal.first, seal.last, seal.count, seal.at))
    return hashlib.sha256(before + header + bytes(seal.digests)).digest()


def last_sealed(*, stream: str, table: str) -> int:
    """The position of the table's last row under a seal; 0: none is."""
    seals = Seal.objects.filter(stream=stream, table=table).order_by("-number")
    return seals.values_list("last", flat=True).first() or 0


@dataclass(frozen=True)
class Break:
    """A difference between rows and their seals: at a row of the table, or at a seal where ``row`` is
    None."""

    stream: str
    table: str
    row: int | None
    seal: int | None
    what: str


def verify(*, stream: str, rows: Mapping[str, Iterable[Row]]) -> Iterator[Break]:
    """Compare the tables of a stream with its seals. Rows behind a table's last seal are passed over."""
    sources = {table: _Source(found) for table, found in rows.items()}
    before, number = GENESIS, 0
    for seal in Seal.objects.filter(stream=stream).order_by("number").iterator(chunk_size=50):
        if seal.number != number + 1:
            yield Break(stream, seal.table, None, number + 1, "is missing")
        if _chained(before, seal) != bytes(seal.hash):
            yield Break(stream, seal.table, None, seal.number, "does not follow from the seal before it")
        before, number = bytes(seal.hash), seal.number
        if seal.table in sources:
            yield from _compare(seal, sources[seal.table].up_to(seal.last))
        else:
            yield Break(stream, seal.table, None, seal.number, "is of no table of its stream")


def _compare(seal: Seal, run: list[tuple[int, bytes]]) -> Iterator[Break]:
    digests = bytes(seal.digests)
    sealed = [digests[i : i + DIGEST_BYTES] for i in range(0, len(digests), DIGEST_BYTES)]

    def of_row(row: int, what: str) -> Break:
        return Break(seal.stream, seal.table, row, seal.number, what)

    def of_seal(what: str) -> Break:
        return Break(seal.stream, seal.table, None, seal.number, what)

    if len(sealed) != seal.count:
        yield of_seal(f"says it covers {seal.count} rows and holds digests of {len(sealed)}")
    if len(run) == len(sealed):
        for (row, found), kept in zip(run, sealed, strict=True):
            if found != kept:
                yield of_row(row, "differs from what was sealed")
        if run and (run[0][0], run[-1][0]) != (seal.first, seal.last):
            yield of_seal(f"says rows {seal.first}–{seal.last} and covers {run[0][0]}–{run[-1][0]}")
        return
    known = set(sealed)
    for row, found in run:
        if found not in known:
            yield of_row(row, "was not there when the run was sealed")
    if len(run) < len(sealed):
        missing = len(sealed) - len(run)
        yield of_seal(f"covers {missing} more of rows {seal.first}–{seal.last} than there are")


class _Source:
    """A table's rows, read in step with its seals."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = iter(rows)
        self._next = next(self._rows, None)

    def up_to(self, last: int) -> list[tuple[int, bytes]]:
        """(position, digest) of the next rows."""
        run = []
        while self._next is not None and self._next[0] <= last:
            run.append((self._next[0], digest(self._next[1])))
            self._next = next(self._rows, None)
        return run


# --- Record tables sealed by the schedule ------------------------------------------------------------------


def scheduled_models() -> dict[str, type[Record]]:
    """By table."""
    models = [m for m in apps.get_models() if issubclass(m, Record) and m.sealed_by_schedule]
    return {model._meta.db_table: model for model in sorted(models, key=lambda m: m._meta.db_table)}


def seal_records() -> int:
    """Seal what every scheduled record table got since its last seal; return the number of rows."""
    models = scheduled_models()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [SEALING_LOCK, RECORDS])
        handed_out = _handed_out(list(models))
        busy = _still_written_to(list(models))
        return sum(
            _seal_table(table, model, handed_out[table])
            for table, model in models.items()
            if table not in busy
        )


def verify_records() -> Iterator[Break]:
    models = scheduled_models()
    yield from verify(stream=RECORDS, rows={table: _rows(model, after=0) for table, model in models.items()})
    # Such a row would wait for its seal for ever.
    handed_out = _handed_out(list(models))
    for table, model in models.items():
        for row in model._default_manager.filter(pk__gt=handed_out[table]).values_list("pk", flat=True):
            yield Break(RECORDS, table, row, None, "has an id that was never handed out")


def unsealed_records() -> int:
    """How many rows wait for the schedule."""
    return sum(
        model._default_manager.filter(pk__gt=last_sealed(stream=RECORDS, table=table)).count()
        for table, model in scheduled_models().items()
    )


def _seal_table(table: str, model: type[Record], last: int) -> int:
    rows = _rows(model, after=last_sealed(stream=RECORDS, table=table), last=last)
    sealed = 0
    while run := list(islice(rows, MOST_ROWS)):
        digests = [digest(values) for _, values in run]
        append(stream=RECORDS, table=table, first=run[0][0], last=run[-1][0], digests=digests)
        sealed += len(run)
    return sealed


def _handed_out(tables: list[str]) -> dict[str, int]:
    """The last id of each table that any transaction, ended or not, may have taken."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, coalesce(pg_sequence_last_value(pg_get_serial_sequence(name, 'id')::regclass), 0) "
            "FROM unnest(%s::text[]) AS name",
            [tables],
        )
        return dict(cursor.fetchall())


def _still_written_to(tables: list[str]) -> set[str]:
    """Wait for those who are writing to the tables now; return the tables of those who do not end."""
    writing = _writers(tables)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (writing := writing & _writers(tables)) and time.monotonic() < deadline:
        time.sleep(0.01)
    return {table for table, _ in writing}


def _writers(tables: list[str]) -> set[tuple[str, str]]:
    """(table, transaction). An insert locks its table before it takes an id, until its rows can be seen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relation::regclass::text, virtualtransaction FROM pg_locks "
            "WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
            "AND relation = ANY(%s::text[]::regclass[]) AND pid IS DISTINCT FROM pg_backend_pid()",
            [tables],
        )
        return set(cursor.fetchall())


def _rows(model: type[Record], *, after: int, last: int | None = None) -> Iterator[Row]:
    fields = [f.attname for f in model._meta.concrete_fields]
    rows = model._default_manager.filter(pk__gt=after).order_by("pk")
    if last is not None:
        rows = rows.filter(pk__lte=last)
    for row in rows.values_list("pk", *fields).iterator(chunk_size=2000):
        yield row[0], row[1:]


def _canonical(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    raise TypeError(f"no canonical form for {type(value).__name__}")
