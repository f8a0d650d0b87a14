"""Two sessions after the same cash. Each race is also run with its lock off, to show that it does happen."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError

from portal.models import Account
from portal.proposals import ProposalRefused
from portal.tests.factories import an_account, an_operator
from tests.support.threads import Racer, race
from trading import cash
from trading.cash import CashRefused, imports, matches, withdrawals
from trading.models import (
    CASH,
    Balance,
    BankAccount,
    BankEntry,
    BankStatement,
    Case,
    Transfer,
    Withdrawal,
)
from trading.services import entry
from trading.services.requests import Accepted, Refused
from trading.tests.cash.bank import a_bank_account, a_file, credit, debit, deposit_of, imported
from trading.tests.factories import a_listing, approved, buy, drained, funded
from trading.verification import of_one_moment, verify_ledger

pytestmark = pytest.mark.chaos


def outcome(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except CashRefused as refused:
        return refused


def withdraw(account: Account, bank_account: BankAccount, cents: int, request_id: str) -> Any:
    by = an_operator()
    ask = partial(
        cash.request_withdrawal, account=account, bank_account_id=bank_account.pk, cents=cents, by=by
    )
    return partial(outcome, partial(ask, request_id=request_id))


def assert_agrees() -> None:
    with of_one_moment():
        assert verify_ledger().findings.lines() == []


@pytest.fixture
def account(committed_db: str) -> Account:
    return funded(cents=10_000)


def test_of_two_sessions_that_would_overdraw_one_is_refused_and_says_why(account: Account) -> None:
    """CASH-010"""
    bank_account = a_bank_account(account)
    came = race(*(withdraw(account, bank_account, 6_000, f"r{n}") for n in range(2)))
    [refused] = [one for one in came if isinstance(one, CashRefused)]
    assert (refused.code, refused.field) == ("CASH_SHORT", "amount")
    assert "40.00 USD can be withdrawn" in str(refused)
    assert Withdrawal.objects.get().cents == 6_000
    balance = Balance.objects.get(account=account, asset=CASH)
    assert (balance.settled, balance.held) == (10_000, 6_000)
    assert_agrees()


def test_without_the_locks_both_sessions_see_enough_and_only_the_database_stops_the_second(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the constraint is the second line."""
    together = threading.Barrier(2)
    lock = withdrawals.balances.lock

    def seen(places: Any) -> dict[tuple[int, str], int]:
        with suppress(threading.BrokenBarrierError):
            together.wait(timeout=2)
        rows = Balance.objects.filter(account__in=[place[0] for place in places], asset=CASH)
        return {(row.account_id, row.asset_id): row.available for row in rows}

    bank_account = a_bank_account(account)
    monkeypatch.setattr(withdrawals, "locked", lambda account: account)
    monkeypatch.setattr(withdrawals.balances, "lock", seen)
    with pytest.raises(IntegrityError, match="balance_covers_what_is_promised"):
        race(*(withdraw(account, bank_account, 6_000, f"r{n}") for n in range(2)))
    monkeypatch.setattr(withdrawals.balances, "lock", lock)
    assert Withdrawal.objects.count() == 1
    assert_agrees()


def test_one_request_sent_twice_at_once_is_one_withdrawal(account: Account) -> None:
    bank_account = a_bank_account(account)
    came = race(*(withdraw(account, bank_account, 6_000, "same") for _ in range(4)))
    assert {row.pk for row in came} == {Withdrawal.objects.get().pk}
    assert_agrees()


def test_an_order_and_a_withdrawal_share_the_cash_there_is(account: Account) -> None:
    listing, bank_account = a_listing(), a_bank_account(account)
    order = partial(entry.submit_orders, [buy(account, listing, 60, 100)])
    taken, came = race(order, withdraw(account, bank_account, 6_000, "r"))
    assert isinstance(taken[0], Accepted) != isinstance(came, Withdrawal)
    assert isinstance(taken[0], Refused) or came.code == "CASH_SHORT"
    drained(listing)
    assert_agrees()


def test_one_statement_taken_in_by_two_at_once_is_taken_in_once(committed_db: str) -> None:
    customers = [an_account() for _ in range(5)]
    content = a_file(*(deposit_of(customer, "10.00") for customer in customers))
    take_in = partial(outcome, partial(cash.import_statement, content=content, file_name="a.csv", by=None))
    came = race(take_in, take_in, take_in)
    assert [one.code for one in came if isinstance(one, CashRefused)] == ["ALREADY_IMPORTED"] * 2
    assert (BankStatement.objects.count(), BankEntry.objects.count(), Transfer.objects.count()) == (1, 5, 5)
    assert_agrees()


def test_a_statement_and_a_withdrawal_do_not_wait_for_each_other_in_a_circle(account: Account) -> None:
    others = [an_account() for _ in range(20)]
    bank_account = a_bank_account(account)
    for n in range(5):
        content = a_file(*(deposit_of(one, "10.00") for one in [*reversed(others), account]))
        take_in = partial(outcome, partial(cash.import_statement, content=content, file_name="a", by=None))
        came = race(take_in, *(withdraw(account, bank_account, 100, f"r{n}-{k}") for k in range(3)))
        assert isinstance(came[0], BankStatement)
        assert all(isinstance(one, Withdrawal) for one in came[1:])
    assert imports.at_bank() == 10_000 + 5 * 21 * 1_000
    assert_agrees()


# --- Cash nobody is named for, assigned in the moment it is sent back --------------------------------------


def sent_back_and_assigned(account: Account, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The statement that sends cash back is matched, then two people assign that cash, then it is booked.
    What came of assigning it."""
    came = credit("40.00", "no idea", "Somebody")
    imported(came)
    assigning: list[Racer] = []
    match = matches.match

    def meanwhile(*args: Any, **options: Any) -> Any:
        found = match(*args, **options)
        assign = partial(approved, "ASSIGN_CASH", came["bank_reference"], {"account": account.number})
        assigning.append(Racer(assign))
        time.sleep(1)
        return found

    monkeypatch.setattr(matches, "match", meanwhile)
    imported(debit("40.00", f"returned {came['bank_reference']}", "Somebody"))
    return assigning[0].outcome()


def suspense_and(account: Account) -> tuple[int, int]:
    rows = dict(Balance.objects.filter(asset=CASH).values_list("account__number", "settled"))
    return rows["C-SUSPENSE"], rows[account.number]


def test_cash_that_is_sent_back_is_not_assigned_too(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CASH-003"""
    with pytest.raises(ProposalRefused):
        sent_back_and_assigned(account, monkeypatch)
    assert suspense_and(account) == (0, 10_000)
    assert "Sent back" in Case.objects.get().resolution
    assert_agrees()


def test_without_the_lock_only_the_count_of_closed_cases_stops_the_statement(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    open_credits = matches._open_credits
    monkeypatch.setattr(matches, "_open_credits", lambda *, lock: open_credits(lock=False))
    with pytest.raises(AssertionError, match="case"):
        sent_back_and_assigned(account, monkeypatch)
    assert suspense_and(account) == (0, 14_000)
    assert "Credited to" in Case.objects.get().resolution
    assert_agrees()
