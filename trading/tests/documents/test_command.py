"""`manage.py statements`: files of a month, and a record that they were written."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from portal.models import AuditEntry
from portal.tests.factories import an_account
from trading.documents import periods
from trading.services import ledger
from trading.tests.factories import funded

pytestmark = pytest.mark.django_db


def test_it_writes_the_statements_of_everybody_who_has_an_account(tmp_path: Path) -> None:
    accounts = [funded(cents=100), an_account()]
    month = periods.month_of(accounts[0].opened_at)
    ledger.contra_account(ledger.FEES)  # gets none
    out = StringIO()
    call_command("statements", month=month.id, out=tmp_path / "new" / "folder", stdout=out)
    names = {f"statement-{account.number}-{month.id}.{end}" for account in accounts for end in ("pdf", "csv")}
    assert {file.name for file in (tmp_path / "new" / "folder").iterdir()} == names
    assert f"2 of 2 statements of {month.title}" in out.getvalue()
    assert AuditEntry.objects.get(action="STATEMENTS_WRITTEN", subject=month.id).facts["count"] == 2


def test_of_some_accounts_in_one_format(tmp_path: Path) -> None:
    wanted, _other = an_account(), an_account()
    month = periods.month_of(wanted.opened_at)
    call_command(
        "statements", month=month.id, out=tmp_path, account=[wanted.number], format="CSV", stdout=StringIO()
    )
    assert [file.name for file in tmp_path.iterdir()] == [f"statement-{wanted.number}-{month.id}.csv"]


@pytest.mark.parametrize("month", ["2026-13", "october", "2099-01"])
def test_a_month_that_has_not_begun_is_refused(tmp_path: Path, month: str) -> None:
    with pytest.raises(CommandError, match="a month that has begun"):
        call_command("statements", month=month, out=tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_an_account_that_is_not_there_is_named(tmp_path: Path) -> None:
    month = periods.month_of(an_account().opened_at)
    with pytest.raises(CommandError, match=r"no such account.*A-NONE"):
        call_command("statements", month=month.id, out=tmp_path / "x", account=["A-NONE"])
    assert list(tmp_path.iterdir()) == []
