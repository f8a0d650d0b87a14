"""Seals of records that many write at once: by their ids, and never past one still writing."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from portal import audit, seals
from portal.models import AuditEntry, Seal
from portal.records import record_tables
from tests.support.threads import Racer

TABLE = "portal_auditentry"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "PATIENCE_SECONDS", 0.05)


def record(subject: str) -> AuditEntry:
    return audit.record(action="TESTED", subject=subject)


def sealed() -> int:
    """Seal what there is; return how many audit entries are under seals."""
    seals.seal_records()
    return sum(Seal.objects.filter(table=TABLE).values_list("count", flat=True))


def without_initial_rows(as_owner: psycopg.Connection) -> None:
    """Records that come with a release would be sealed too."""
    for table in ("portal_agreement", "portal_countryrule", "portal_rulevalue"):
        as_owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only; DELETE FROM {table}")


@contextmanager
def a_slow_writer() -> Iterator[BaseDatabaseWrapper]:
    """Another session that has written an entry and not committed it."""
    slow = connection.copy()
    slow.set_autocommit(False)
    with slow.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portal_auditentry (at, action, subject, facts) "
            "VALUES (now(), 'TESTED', 'slow', '{}')"
        )
    try:
        yield slow
    finally:
        slow.close()


def test_an_entry_written_behind_a_slow_one_waits_for_its_seal(committed_db: str) -> None:
    with a_slow_writer() as slow:
        record("quick")
        assert sealed() == 0
        slow.commit()
    assert sealed() == 2
    assert list(seals.verify_records()) == []
    assert list(AuditEntry.objects.order_by("id").values_list("subject", flat=True)) == ["slow", "quick"]


def test_sealing_all_that_can_be_seen_would_miss_the_slow_one(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: without waiting, the slow entry surfaces under a seal that never had it."""
    monkeypatch.setattr(seals, "_writers", lambda tables: set())
    with a_slow_writer() as slow:
        record("quick")
        assert sealed() == 1
        slow.commit()
    broken = list(seals.verify_records())
    assert (TABLE, AuditEntry.objects.get(subject="slow").pk, "was not there when the run was sealed") in [
        (b.table, b.row, b.what) for b in broken
    ]


def test_a_sealer_waits_for_who_is_just_writing_and_holds_up_nobody(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seals, "PATIENCE_SECONDS", 30)
    waits = threading.Event()
    writers = seals._writers

    def observed(tables: list[str]) -> set[tuple[str, str]]:
        waits.set()
        return writers(tables)

    monkeypatch.setattr(seals, "_writers", observed)
    with a_slow_writer() as slow:
        sealer = Racer(sealed)
        assert waits.wait(20)
        record("quick")
        slow.commit()
        # What came while it waited is for the next pass.
        assert sealer.outcome() == 1
    assert sealed() == 2
    assert list(seals.verify_records()) == []


def test_a_long_run_is_sealed_in_pieces(committed_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "MOST_ROWS", 2)
    for number in range(5):
        record(str(number))
    assert sealed() == 5
    runs = Seal.objects.filter(table=TABLE).order_by("number").values_list("first", "last", "count")
    assert list(runs) == [(1, 2, 2), (3, 4, 2), (5, 5, 1)]
    assert list(seals.verify_records()) == []


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("count = 2", "says it covers 2 rows and holds digests of 1"),
        ("first = 0", "says rows 0–1 and covers 1–1"),
    ],
)
def test_a_seal_that_says_another_run_than_it_covers_is_found(
    committed_db: str, as_owner: psycopg.Connection, change: str, what: str
) -> None:
    """Even where its hash was made to match."""
    without_initial_rows(as_owner)
    record("only")
    sealed()
    as_owner.execute("ALTER TABLE portal_seal DISABLE TRIGGER append_only")
    as_owner.execute(f"UPDATE portal_seal SET {change}")
    seal = Seal.objects.get()
    as_owner.execute("UPDATE portal_seal SET hash = %s", [seals._chained(seals.GENESIS, seal)])
    [broken] = seals.verify_records()
    assert (broken.row, broken.seal, broken.what) == (None, 1, what)


def test_nothing_new_makes_no_seal(committed_db: str) -> None:
    record("only")
    assert (sealed(), sealed()) == (1, 1)
    assert Seal.objects.filter(table=TABLE).count() == 1


def test_a_seal_is_the_hash_of_the_one_before_itself_and_its_rows(
    committed_db: str, as_owner: psycopg.Connection
) -> None:
    """Reckoned here from the words of DESIGN §7 alone, as an outsider would."""
    without_initial_rows(as_owner)
    entry = record("first")
    sealed()
    seal = Seal.objects.get(table=TABLE)

    def digest(text: str) -> bytes:
        return hashlib.sha256(text.encode()).digest()[:16]

    at = entry.at.astimezone(UTC).isoformat()
    row = digest(f'[{entry.pk},"{at}",null,"TESTED","first",{{}}]')
    header = digest(f'["records",1,"{TABLE}",{seal.first},{seal.last},1,"{seal.at.isoformat()}"]')
    assert bytes(seal.digests) == row
    assert bytes(seal.hash) == hashlib.sha256(bytes(32) + header + row).digest()


def test_a_digest_does_not_depend_on_the_order_of_keys() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert seals.digest((1, {"a": 1, "b": "é"}, at)) == seals.digest((1, {"b": "é", "a": 1}, at))
    assert seals.digest((1, {"a": 1}, at)) != seals.digest((1, {"a": "1"}, at))


def test_every_record_is_under_seals_or_told_by_one_that_is() -> None:
    """A new kind of record is sealed by the schedule, or says here what vouches for it."""
    vouched_for = {
        "portal_seal": "chained",
        "trading_command": "sealed by its listing's worker",
        "trading_event": "sealed by its listing's worker",
        "trading_factsheet": "named by its digest in sealed decisions, each of which must find it",
    }
    assert seals.scheduled_models().keys() | vouched_for.keys() == set(record_tables())
