"""A bank for tests: statements that follow on each other, in both formats."""

import csv
import io
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from portal import clock
from portal.models import Account, User
from portal.tests.factories import an_operator
from trading import cash
from trading.cash import csv_statement
from trading.cash.imports import at_bank
from trading.models import BankAccount, BankStatement, Withdrawal
from trading.reconciliation.comparing import venue_day
from trading.tests.factories import approved

_numbers = count(1)


def today() -> date:
    return venue_day(clock.now())


def credit(amount: str, remittance: str, payer: str = "", **values: Any) -> dict[str, str]:
    return _entry("CREDIT", amount, remittance, payer, values)


def debit(amount: str, remittance: str, payee: str = "", **values: Any) -> dict[str, str]:
    return _entry("DEBIT", amount, remittance, payee, values)


def deposit_of(account: Account, amount: str) -> dict[str, str]:
    return credit(amount, account.number, account.name)


def a_file(*entries: dict[str, str], **head: str) -> bytes:
    """A statement that fits the books, unless ``head`` says otherwise."""
    opening = Decimal(at_bank()) / 100
    moved = sum(
        (Decimal(e["amount"]) * (1 if e["direction"] == "CREDIT" else -1) for e in entries), Decimal(0)
    )
    said = {
        "statement_id": f"ST-{next(_numbers)}", "booked_on": today().isoformat(), "currency": "USD",
        "opening_balance": f"{opening:.2f}", "closing_balance": f"{opening + moved:.2f}",
    }  # fmt: skip
    out = io.StringIO()
    for columns, rows in ((csv_statement.HEAD, [said | head]), (csv_statement.ENTRY, entries)):
        writer = csv.DictWriter(out, columns)
        writer.writeheader()
        writer.writerows(rows)
    return out.getvalue().encode()


def imported(*entries: dict[str, str], by: User | None = None, **head: str) -> BankStatement:
    return cash.import_statement(content=a_file(*entries, **head), file_name="bank.csv", by=by)


def a_bank_account(account: Account, *, verified: bool = True, **values: str) -> BankAccount:
    """Verified, and cooled down long ago."""
    said = {
        "holder": account.name, "bank_name": "First Bank of Nowhere", "routing_number": "123456780",
        "account_number": f"{next(_numbers):010}",
    }  # fmt: skip
    row = cash.add_bank_account(account=account, by=an_operator(), **said | values)
    if verified:
        cash.verify_bank_account(bank_account_id=row.pk, note="Two cents sent and named", by=an_operator())
        row.refresh_from_db()
        assert row.verified_at is not None
        BankAccount.objects.filter(pk=row.pk).update(verified_at=row.verified_at.replace(year=2025))
        row.refresh_from_db()
    return row


def requested(account: Account, cents: int, bank_account: BankAccount | None = None) -> Withdrawal:
    return cash.request_withdrawal(
        account=account, bank_account_id=(bank_account or a_bank_account(account)).pk, cents=cents,
        request_id=f"r{next(_numbers)}", by=an_operator(),
    )  # fmt: skip


def released(account: Account, cents: int) -> Withdrawal:
    row = requested(account, cents)
    approved("RELEASE_WITHDRAWAL", row.reference, {})
    row.refresh_from_db()
    return row


def _entry(
    direction: str, amount: str, remittance: str, counterparty: str, values: dict[str, Any]
) -> dict[str, str]:
    return {
        "bank_reference": f"B-{next(_numbers)}", "booked_on": today().isoformat(), "direction": direction,
        "amount": amount, "counterparty": counterparty, "counterparty_account": "", "remittance": remittance,
    } | values  # fmt: skip
