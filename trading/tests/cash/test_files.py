"""The bank's directory, its commands, and the demo bank."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from portal.models import AuditEntry
from portal.tests.factories import an_account
from trading import cash
from trading.cash import CashRefused, inbox
from trading.cash.imports import at_bank
from trading.models import CASH, Balance, BankStatement, Withdrawal
from trading.tests.cash.bank import a_file, deposit_of, released, requested
from trading.tests.factories import funded
from trading.verification import verify_ledger

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def bank_dir(settings: Any, tmp_path: Path) -> Path:
    settings.BANK_DIR = tmp_path / "bank"
    return tmp_path / "bank"


def call(*args: str) -> str:
    out = io.StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


def test_a_statement_is_imported_by_a_command(tmp_path: Path) -> None:
    account, path = an_account(), tmp_path / "monday.csv"
    path.write_bytes(a_file(deposit_of(account, "25.00"), statement_id="MON"))
    assert call("import_bank_statement", str(path)) == "monday.csv: statement MON with 1 entries booked\n"
    assert "monday.csv: ALREADY_IMPORTED: " in call("import_bank_statement", str(path))
    with pytest.raises(CommandError, match="No such file"):
        call("import_bank_statement", str(tmp_path / "tuesday.csv"))
    assert BankStatement.objects.count() == 1


def test_what_waits_in_the_directory_is_taken_in_in_its_order_and_put_away(bank_dir: Path) -> None:
    account = an_account()
    inbox.put("2026-11-24.csv", a_file(opening_balance="25.00", closing_balance="25.00"))
    inbox.put("2026-11-23.csv", a_file(deposit_of(account, "25.00")))
    assert [found.name for found in inbox.waiting()] == ["2026-11-23.csv", "2026-11-24.csv"]
    assert call("import_bank_statement").count("booked") == 2
    assert inbox.waiting() == []
    assert len(list((bank_dir / "in" / "done").iterdir())) == 2


def test_a_file_that_is_refused_waits_on_and_stops_no_other(bank_dir: Path) -> None:
    account = an_account()
    content = a_file(deposit_of(account, "25.00"))
    cash.import_statement(content=content, file_name="by hand.csv", by=None)
    inbox.put("1 again.csv", content)
    inbox.put("2 broken.csv", b"no statement")
    inbox.put("3 next.csv", a_file(deposit_of(account, "5.00")))
    out = io.StringIO()
    with pytest.raises(CommandError, match=r"^2 broken\.csv: FORMAT_UNKNOWN: .*Nothing of it was booked\.$"):
        call_command("import_bank_statement", stdout=out)
    already, booked = out.getvalue().splitlines()
    assert already.startswith("1 again.csv: ALREADY_IMPORTED: ") and booked.startswith("3 next.csv: ")
    assert [found.name for found in inbox.waiting()] == ["2 broken.csv"]
    assert at_bank() == 3_000


def test_a_file_of_the_same_name_and_other_content_stays_beside_the_first() -> None:
    first, again = inbox.put("a.csv", b"1"), inbox.put("a.csv", b"1")
    other = inbox.put("a.csv", b"2")
    assert first == again == "a.csv" and other != "a.csv"
    assert (inbox.read("a.csv"), inbox.read(other)) == (b"1", b"2")


def test_a_long_name_is_found_again_beside_the_first() -> None:
    name = "a" * 99 + ".csv"
    inbox.put(name, b"1")
    other = inbox.put(name, b"2")
    assert other != name and inbox.read(other) == b"2"
    assert [found.name for found in inbox.waiting()] == sorted([name, other])


def test_what_is_put_away_overwrites_nothing(bank_dir: Path) -> None:
    for content in (b"1", b"2", b"2"):
        inbox.put("a.csv", content)
        inbox.put_away("a.csv")
    assert inbox.waiting() == []
    done = sorted(path.read_bytes() for path in (bank_dir / "in" / "done").iterdir())
    assert done == [b"1", b"2"]


@pytest.mark.parametrize("name", ["../secrets.csv", "..\\secrets.csv", "/etc/passwd.csv"])
def test_nothing_is_laid_outside_the_directory(name: str, bank_dir: Path) -> None:
    assert (bank_dir / "in" / inbox.put(name, b"1")).is_file()
    with pytest.raises(CashRefused) as refused:
        inbox.read(name)
    assert refused.value.code == "FILE_GONE"


@pytest.mark.parametrize("name", ["", "a.exe", ".csv", "a\0.csv", "a" * 120 + ".csv"])
def test_only_files_of_statements_are_laid_in(name: str) -> None:
    with pytest.raises(CashRefused) as refused:
        inbox.put(name, b"1")
    assert refused.value.code == "FILE_NAME_INVALID"


def test_the_payment_file_tells_what_was_released_and_is_not_paid(bank_dir: Path) -> None:
    account = funded(cents=10_000)
    requested(account, 100)
    row = released(account, 4_000)
    said = call("write_payments")
    [path] = (bank_dir / "out").iterdir()
    assert said == f"1 payments in {path}\n"
    [payment] = csv.DictReader(io.StringIO(path.read_text()))
    assert payment == {
        "reference": row.reference, "amount": "40.00", "currency": "USD", "beneficiary": account.name,
        "bank_name": row.bank_account.bank_name, "routing_number": "123456780",
        "account_number": row.bank_account.account_number,
    }  # fmt: skip
    assert AuditEntry.objects.get(action="PAYMENTS_TOLD").facts["payments"] == [row.reference]


def test_the_demo_bank_pays_what_was_released_and_brings_deposits() -> None:
    account = funded(cents=10_000)
    row = released(account, 4_000)
    assert "import_bank_statement" in call("demo_bank", "--deposit", f"{account.number}=2500.00")
    [found] = inbox.waiting()
    preview = cash.preview_statement(content=inbox.read(found.name), file_name=found.name)
    assert [one.kind for one in preview.matches] == ["DEPOSIT", "PAYMENT"]
    call("import_bank_statement")
    assert Withdrawal.objects.get(pk=row.pk).status == "PAID"
    assert Balance.objects.get(account=account, asset=CASH).settled == 256_000 == at_bank()
    call("demo_bank")
    call("import_bank_statement")
    assert BankStatement.objects.count() == 2
    assert verify_ledger().findings.lines() == []


@pytest.mark.parametrize("deposit", ["A-999999=1.00", "C-BANK=1.00", "{}=0", "{}=-1", "{}=much", "{}"])
def test_the_demo_bank_brings_no_deposit_that_makes_no_sense(deposit: str) -> None:
    with pytest.raises(CommandError):
        call("demo_bank", "--deposit", deposit.format(an_account().number))
    assert inbox.waiting() == []


def test_there_is_no_demo_bank_beside_real_money(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="demo mode"):
        call("demo_bank")
