"""Seals of records that many write at once: in the writers' order, and never past one still writing."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from portal import audit, seals
from portal.models import AuditEntry, Seal
from portal.records import record_tables

STREAM = "portal_auditentry"


def record(subject: str) -> AuditEntry:
    return audit.record(action="TESTED", subject=subject)


def sealed() -> int:
    """Seal what there is; return how many audit entries are under seals."""
    with transaction.atomic():
        seals.seal_records()
    return sum(Seal.objects.filter(stream=STREAM).values_list("count", flat=True))


@contextmanager
def a_slow_writer() -> Iterator[BaseDatabaseWrapper]:
    """Another session that has written an entry and not committed it."""
    slow = connection.copy()
    slow.set_autocommit(False)
    with slow.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portal_auditentry (xid, at, action, subject, facts) "
            "VALUES (pg_current_xact_id()::text::bigint, now(), 'TESTED', 'slow', '{}')"
        )
    try:
        yield slow
    finally:
        slow.close()


def test_an_entry_written_behind_a_slow_one_waits_for_its_seal(committed_db: str) -> None:
    record("first")
    with a_slow_writer() as slow:
        record("quick")
        assert sealed() == 1
        slow.commit()
    assert sealed() == 3
    assert list(seals.verify_records()) == []
    assert list(AuditEntry.objects.order_by("xid").values_list("subject", flat=True)) == [
        "first",
        "slow",
        "quick",
    ]


def test_sealing_all_that_can_be_seen_would_miss_the_slow_one(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: without the bound, the slow entry surfaces under a seal that never had it."""
    rows = seals._rows
    monkeypatch.setattr(seals, "_rows", lambda model, *, after, before: rows(model, after=after, before=None))
    with a_slow_writer() as slow:
        record("quick")
        assert sealed() == 1
        slow.commit()
    [broken] = seals.verify_records()
    assert (broken.stream, broken.row, broken.what) == (
        STREAM,
        AuditEntry.objects.get(subject="slow").pk,
        "was not there when the run was sealed",
    )


def test_nothing_new_makes_no_seal(committed_db: str) -> None:
    record("only")
    assert (sealed(), sealed()) == (1, 1)
    assert Seal.objects.filter(stream=STREAM).count() == 1


def test_a_seal_is_the_hash_of_the_one_before_itself_and_its_rows(committed_db: str) -> None:
    """Reckoned here from the words of DESIGN §7 alone, as an outsider would."""
    entry = record("first")
    sealed()
    seal = Seal.objects.get(stream=STREAM)

    def digest(text: str) -> bytes:
        return hashlib.sha256(text.encode()).digest()[:16]

    at = entry.at.astimezone(UTC).isoformat()
    row = digest(f'[{entry.pk},{AuditEntry.objects.get().xid},"{at}",null,"TESTED","first",{{}}]')
    header = digest(f'["{STREAM}",1,{seal.first},{seal.last},1,"{seal.at.isoformat()}"]')
    assert bytes(seal.digests) == row
    assert bytes(seal.hash) == hashlib.sha256(bytes(32) + header + row).digest()


def test_a_digest_does_not_depend_on_the_order_of_keys() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert seals.digest((1, {"a": 1, "b": "é"}, at)) == seals.digest((1, {"b": "é", "a": 1}, at))
    assert seals.digest((1, {"a": 1}, at)) != seals.digest((1, {"a": "1"}, at))


def test_every_record_is_under_seals_or_told_by_one_that_is() -> None:
    """A new kind of record carries its writer's transaction id, or says here what vouches for it."""
    scheduled = {model._meta.db_table for model in seals.scheduled_models()}
    vouched_for = {
        "portal_seal": "chained",
        "trading_command": "sealed by its listing's worker",
        "trading_event": "sealed by its listing's worker",
        "trading_factsheet": "named by its digest",
        "trading_clientorderkey": "compared with its command and its order",
        "trading_quarantine": "its proposal is in the audit log, and the events follow from it",
    }
    assert scheduled | vouched_for.keys() == set(record_tables())
