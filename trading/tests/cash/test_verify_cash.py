"""Every way cash may differ from what the bank said is found, and named."""

from datetime import date

import pytest

from portal import clock
from portal.tests.factories import an_account
from trading.models import CASH, BankEntry, BankStatement, Case, Transfer, Withdrawal
from trading.services import ledger
from trading.tests.cash.bank import credit, debit, deposit_of, imported, released, requested
from trading.tests.factories import funded
from trading.verification import verify_ledger

pytestmark = pytest.mark.django_db


def found() -> list[str]:
    return verify_ledger().findings.lines()


def a_statement(opening: int, closing: int) -> BankStatement:
    return BankStatement.objects.create(
        statement_id="X", format="CSV", file_name="x", sha256="x", booked_on=date(2026, 11, 24),
        opening_cents=opening, closing_cents=closing, imported_at=clock.now(),
    )  # fmt: skip


def test_cash_that_came_in_beside_the_statements() -> None:
    account = an_account()
    imported(deposit_of(account, "1.00"))
    funded(cents=5, account=account)
    assert [line.split(": ")[1] for line in found()] == [
        "is 105 at the bank, its last statement closed with 100"
    ]


def test_a_statement_that_does_not_continue_the_one_before() -> None:
    imported(deposit_of(an_account(), "1.00"))
    a_statement(99, 99)
    assert "trading_bankstatement X: does not open with what the one before closed with" in found()


def test_a_statement_whose_lines_do_not_add_up() -> None:
    imported(deposit_of(an_account(), "1.00"))
    a_statement(100, 101)
    assert "trading_bankstatement X: does not add up to its closing balance" in found()


def test_a_line_that_is_not_what_was_booked() -> None:
    account = funded(cents=100)
    BankEntry.objects.create(
        statement=a_statement(0, 99), bank_reference="B", direction="CREDIT", cents=99,
        booked_on=date(2026, 11, 24), transfer=Transfer.objects.get(credit_account=account),
    )  # fmt: skip
    assert "trading_bankentry B: is not what its transfer booked" in found()


@pytest.mark.parametrize("status", ["REQUESTED", "CANCELED"])
def test_a_withdrawal_that_went_out_and_says_it_did_not(status: str) -> None:
    row = released(funded(cents=100), 100)
    Withdrawal.objects.filter(pk=row.pk).update(status=status)
    assert f"trading_withdrawal {row.reference}: is {status}, and was booked" in found()


def test_a_withdrawal_that_says_it_went_out_and_did_not() -> None:
    row = requested(funded(cents=100), 100)
    Withdrawal.objects.filter(pk=row.pk).update(status="RELEASED")
    assert f"trading_withdrawal {row.reference}: is RELEASED, and was never booked" in found()


def test_a_withdrawal_of_another_amount_than_went_out() -> None:
    row = released(funded(cents=100), 100)
    Withdrawal.objects.filter(pk=row.pk).update(cents=99)
    assert f"trading_withdrawal {row.reference}: is not what its transfer booked" in found()


def test_a_payment_no_statement_tells_of() -> None:
    row = released(funded(cents=100), 100)
    Withdrawal.objects.filter(pk=row.pk).update(status="PAID")
    assert "trading_balance C-TRANSIT: holds 100, released and not paid are 0" in found()


def test_a_return_no_statement_tells_of() -> None:
    row = released(funded(cents=100), 100)
    imported(debit("1.00", row.reference))
    Withdrawal.objects.filter(pk=row.pk).update(status="RETURNED")
    assert "trading_balance RETURN: come to 0, withdrawals returned to 100" in found()


def test_a_case_closed_without_its_cash_going_anywhere() -> None:
    imported(credit("1.00", "hello"))
    Case.objects.update(closed_at=clock.now(), resolution="forgotten")
    assert found() == ["trading_balance C-SUSPENSE: holds 100, open cases are of 0"]


def test_cash_assigned_beside_its_case() -> None:
    imported(credit("1.00", "hello"))
    ledger.cash(
        Transfer.Kind.DEPOSIT, debit=ledger.contra_account(ledger.SUSPENSE), credit=an_account(), cents=100,
        reference="by hand",
    )  # fmt: skip
    assert "trading_balance C-SUSPENSE: holds 0, open cases are of 100" in found()
    assert Case.objects.get().asset_id == CASH
