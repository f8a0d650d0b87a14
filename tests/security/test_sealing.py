"""Seals go on whatever becomes of the server underneath, and whoever is slow."""

import pytest
from django.db import connection

from portal import audit, seals
from tests.support.databases import Databases, restored
from tests.support.verify import verify_journal
from trading.tests.factories import a_listing, buy, drained, entered, funded


def test_sealing_goes_on_in_a_restored_database(databases: Databases, committed_db: str) -> None:
    """A dump restored into a new server: its transaction ids are not those of the old one."""
    listing, account = a_listing(), funded(cents=10_000)
    entered(buy(account, listing, 1, 500))
    drained(listing)
    before = seals.seal_records()
    waiting = audit.record(action="TESTED", subject="written before the dump, sealed after")
    with restored(databases.postgres.url(database=committed_db)):
        assert verify_journal()[0] == 0
        entered(buy(account, listing, 2, 500))
        drained(listing)
        audit.record(action="TESTED", subject="written after")
        assert before > 0
        assert seals.seal_records() == 3  # a ClOrdID and two acts
        assert seals.last_sealed(stream=seals.RECORDS, table="portal_auditentry") == waiting.pk + 1
        code, lines = verify_journal()
        assert code == 0, lines
        assert " unsealed=0 " in lines[-1]


def test_a_slow_writer_of_one_table_holds_up_no_other(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seals, "PATIENCE_SECONDS", 0.05)
    slow = connection.copy()
    slow.set_autocommit(False)
    try:
        with slow.cursor() as cursor:
            cursor.execute(
                "INSERT INTO portal_auditentry (at, action, subject, facts) VALUES (now(), 'X', 'slow', '{}')"
            )
        funded(cents=5)
        seals.seal_records()
        assert seals.last_sealed(stream=seals.RECORDS, table="portal_auditentry") == 0
        assert seals.last_sealed(stream=seals.RECORDS, table="trading_transfer") == 1
    finally:
        slow.close()
