"""Bank accounts and withdrawals: who may take cash out, when, and how much."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from portal import clock, proposals
from portal.models import Account, AuditEntry
from portal.proposals import ProposalRefused
from portal.tests.factories import an_account, an_operator
from trading import cash
from trading.cash import CashRefused
from trading.cash.bank_accounts import is_routing_number
from trading.cash.payments import unpaid
from trading.models import CASH, Balance, BankAccount, Case, Transfer, Withdrawal
from trading.services import ledger
from trading.services.ledger import FEES
from trading.tests.cash.bank import a_bank_account, debit, imported, released, requested
from trading.tests.factories import a_listing, approved, buy, drained, entered, funded
from trading.verification import verify_ledger

pytestmark = pytest.mark.django_db


def balance_of(account: Account) -> tuple[int, int]:
    """(settled, held)"""
    row = Balance.objects.get(account=account, asset=CASH)
    return row.settled, row.held


def agrees() -> None:
    assert verify_ledger().findings.lines() == []


def a_break() -> Case:
    ledger.open_cash()
    return Case.objects.create(kind="BANK", asset_id=CASH, subject="test", opened_at=clock.now())


def code_of(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises((CashRefused, ProposalRefused)) as refused:
        call(*args, **kwargs)
    error: Any = refused.value
    return str(error.code)


# --- Bank accounts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["123456780", "021000021", "011401533"])
def test_a_routing_number_has_a_check_digit(number: str) -> None:
    assert is_routing_number(number)
    assert not is_routing_number(number[:-1] + str((int(number[-1]) + 1) % 10))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"routing_number": "123456789"}, "ROUTING_NUMBER_INVALID"),
        ({"routing_number": "000000000"}, "ROUTING_NUMBER_INVALID"),
        ({"routing_number": "12345678"}, "ROUTING_NUMBER_INVALID"),
        ({"account_number": "12a4"}, "ACCOUNT_NUMBER_INVALID"),
        ({"account_number": "1" * 18}, "ACCOUNT_NUMBER_INVALID"),
        ({"holder": "Somebody Else"}, "HOLDER_DIFFERS"),
        ({"holder": ""}, "NAME_INVALID"),
        ({"bank_name": "=1+1"}, "NAME_INVALID"),
    ],
)
def test_a_bank_account_that_cannot_be_is_refused(values: dict[str, str], code: str) -> None:
    account = an_account()
    assert code_of(a_bank_account, account, verified=False, **values) == code
    assert not BankAccount.objects.exists()


def test_a_bank_account_is_added_once_until_it_is_removed() -> None:
    account = an_account()
    row = a_bank_account(account, verified=False, account_number="12345")
    assert code_of(a_bank_account, account, account_number="123-45") == "BANK_ACCOUNT_EXISTS"
    cash.remove_bank_account(account=account, bank_account_id=row.pk, by=an_operator())
    a_bank_account(account, account_number="12345")
    actions = AuditEntry.objects.filter(subject=account.number).values_list("action", flat=True)
    assert sorted(actions) == [
        "BANK_ACCOUNT_ADDED", "BANK_ACCOUNT_ADDED", "BANK_ACCOUNT_REMOVED", "BANK_ACCOUNT_VERIFIED",
    ]  # fmt: skip


def test_bank_accounts_are_few() -> None:
    account = an_account()
    for _ in range(10):
        a_bank_account(account, verified=False)
    assert code_of(a_bank_account, account, verified=False) == "TOO_MANY_BANK_ACCOUNTS"


def test_nobody_removes_the_bank_account_of_somebody_else_or_one_in_use() -> None:
    account = funded(cents=100)
    row = a_bank_account(account)
    remove = cash.remove_bank_account
    assert code_of(remove, account=an_account(), bank_account_id=row.pk, by=an_operator()) == (
        "UNKNOWN_BANK_ACCOUNT"
    )
    requested(account, 100, row)
    assert code_of(remove, account=account, bank_account_id=row.pk, by=an_operator()) == "BANK_ACCOUNT_IN_USE"


def test_an_account_that_is_suspended_adds_no_bank_account() -> None:
    assert code_of(a_bank_account, an_account(status="SUSPENDED")) == "ACCOUNT_NOT_ACTIVE"


def test_a_bank_account_is_verified_once_and_with_a_note() -> None:
    row, somebody = a_bank_account(an_account(), verified=False), an_operator()
    verify = cash.verify_bank_account
    assert code_of(verify, bank_account_id=row.pk, note=" ", by=somebody) == "REASON_REQUIRED"
    verified = verify(bank_account_id=row.pk, note="seen", by=somebody)
    assert (verified.status, verified.verified_by) == ("VERIFIED", somebody)
    assert code_of(verify, bank_account_id=row.pk, note="seen", by=somebody) == "VERIFIED_ALREADY"
    assert code_of(verify, bank_account_id=0, note="seen", by=somebody) == "UNKNOWN_BANK_ACCOUNT"


def test_whoever_added_a_bank_account_does_not_verify_it() -> None:
    somebody = an_operator()
    row = cash.add_bank_account(
        account=ledger.contra_account(ledger.FEES), holder="The venue", bank_name="First Bank of Nowhere",
        routing_number="123456780", account_number="4444", by=somebody,
    )  # fmt: skip
    verify = cash.verify_bank_account
    assert code_of(verify, bank_account_id=row.pk, note="seen", by=somebody) == "FOUR_EYES"
    row.status, row.verified_by = "VERIFIED", somebody
    with pytest.raises(IntegrityError, match="bank_account_needs_two_people"):
        row.save()


# --- Requests ---------------------------------------------------------------------------------------------


def test_a_withdrawal_holds_its_cash_from_the_request_on() -> None:
    account, somebody = funded(cents=10_000), an_operator()
    row = cash.request_withdrawal(
        account=account, bank_account_id=a_bank_account(account).pk, cents=4_000, request_id="r", by=somebody
    )
    assert (row.status, row.reference, balance_of(account)) == (
        "REQUESTED", f"W-{row.pk:08}", (10_000, 4_000),
    )  # fmt: skip
    entry = AuditEntry.objects.get(action="WITHDRAWAL_REQUESTED")
    assert (entry.subject, entry.actor) == (row.reference, somebody)
    agrees()


def test_asked_twice_is_asked_once_and_another_request_under_the_same_id_is_refused() -> None:
    account = funded(cents=10_000)
    bank_account = a_bank_account(account)
    terms: dict[str, Any] = {"account": account, "request_id": "r", "by": an_operator()}
    first = cash.request_withdrawal(bank_account_id=bank_account.pk, cents=6_000, **terms)
    again = cash.request_withdrawal(bank_account_id=bank_account.pk, cents=6_000, **terms)
    assert again == first and balance_of(account) == (10_000, 6_000)
    used = code_of(cash.request_withdrawal, bank_account_id=bank_account.pk, cents=6_001, **terms)
    assert used == "REQUEST_ID_USED"


def test_only_settled_cash_that_no_order_holds_is_withdrawn() -> None:
    """CASH-010"""
    listing = a_listing()
    account = funded(cents=10_000)
    entered(buy(account, listing, 10, 300))
    drained(listing)
    assert code_of(requested, account, 7_001) == "CASH_SHORT"
    requested(account, 7_000)
    assert balance_of(account) == (10_000, 10_000)
    agrees()


@pytest.mark.parametrize("cents", [0, -1])
def test_nothing_and_less_is_not_withdrawn(cents: int) -> None:
    assert code_of(requested, funded(cents=100), cents) == "AMOUNT_NOT_POSITIVE"


@pytest.mark.parametrize("request_id", ["", "x" * 65, "a b", "a\0"])
def test_a_request_has_a_plain_id(request_id: str) -> None:
    account = funded(cents=100)
    terms = {"bank_account_id": a_bank_account(account).pk, "cents": 1, "by": an_operator()}
    assert (
        code_of(cash.request_withdrawal, account=account, request_id=request_id, **terms)
        == "REQUEST_ID_INVALID"
    )


def test_a_suspended_account_withdraws_nothing() -> None:
    account = funded(cents=100)
    bank_account = a_bank_account(account)
    Account.objects.filter(pk=account.pk).update(status="SUSPENDED")
    assert code_of(requested, account, 100, bank_account) == "ACCOUNT_NOT_ACTIVE"


def test_cash_goes_to_verified_bank_accounts_of_ones_own_only() -> None:
    """CASH-011"""
    account = funded(cents=100)
    unverified, anothers = a_bank_account(account, verified=False), a_bank_account(an_account())
    removed = a_bank_account(account)
    cash.remove_bank_account(account=account, bank_account_id=removed.pk, by=an_operator())
    assert code_of(requested, account, 100, unverified) == "BANK_ACCOUNT_NOT_VERIFIED"
    assert code_of(requested, account, 100, anothers) == "UNKNOWN_BANK_ACCOUNT"
    assert code_of(requested, account, 100, removed) == "UNKNOWN_BANK_ACCOUNT"


def test_a_new_bank_account_cools_down_for_three_days() -> None:
    """CASH-011"""
    account = funded(cents=100)
    row = a_bank_account(account, verified=False)
    assert cash.usable_from(row) is None
    row = cash.verify_bank_account(bank_account_id=row.pk, note="seen", by=an_operator())
    assert row.verified_at is not None
    assert cash.usable_from(row) == row.verified_at + timedelta(days=3)
    assert code_of(requested, account, 100, row) == "BANK_ACCOUNT_COOLING"
    clock.advance(by=timedelta(days=3))
    requested(account, 100, row)


def test_requests_that_wait_are_few() -> None:
    account = funded(cents=10_000)
    row = a_bank_account(account)
    for _ in range(20):
        requested(account, 1, row)
    assert code_of(requested, account, 1, row) == "TOO_MANY_REQUESTED"


def test_nothing_goes_out_while_cash_and_the_bank_differ() -> None:
    """CASH-013"""
    account = funded(cents=10_000)
    row = requested(account, 100)
    case = a_break()
    assert cash.is_stopped()
    assert code_of(requested, account, 100, row.bank_account) == "WITHDRAWALS_STOPPED"
    assert code_of(approved, "RELEASE_WITHDRAWAL", row.reference, {}) == "WITHDRAWALS_STOPPED"
    Case.objects.filter(pk=case.pk).update(closed_at=clock.now(), resolution="found")
    approved("RELEASE_WITHDRAWAL", row.reference, {})


def test_other_cases_stop_nothing() -> None:
    funded(cents=100)
    imported(debit("1.00", "CHARGE"))
    assert not cash.is_stopped()
    requested(funded(cents=100), 100)


# --- What comes of them -----------------------------------------------------------------------------------


def test_a_canceled_withdrawal_gives_its_cash_back_once() -> None:
    """CASH-012"""
    account = funded(cents=10_000)
    row = requested(account, 4_000)
    for _ in range(2):
        canceled = cash.cancel_withdrawal(account=account, withdrawal_id=row.pk, by=an_operator())
        assert (canceled.status, balance_of(account)) == ("CANCELED", (10_000, 0))
    assert AuditEntry.objects.filter(action="WITHDRAWAL_CANCELED").count() == 1
    agrees()


def test_nobody_cancels_what_is_somebody_elses_or_on_its_way() -> None:
    account = funded(cents=10_000)
    row = released(account, 4_000)
    cancel = cash.cancel_withdrawal
    assert code_of(cancel, account=account, withdrawal_id=row.pk, by=an_operator()) == "NOT_CANCELABLE"
    assert code_of(cancel, account=an_account(), withdrawal_id=row.pk, by=an_operator()) == (
        "UNKNOWN_WITHDRAWAL"
    )


def test_two_people_release_a_withdrawal() -> None:
    """CASH-012"""
    account = funded(cents=10_000)
    row = requested(account, 4_000)
    by = an_operator()
    proposal = proposals.propose(
        kind="RELEASE_WITHDRAWAL", subject=row.reference, new={}, reason="seen", by=by
    )
    assert code_of(proposals.approve, proposal=proposal, by=by) == "FOUR_EYES"
    [(what, old, new)] = proposals.wording(proposal)
    assert (what, new) == (f"Withdrawal {row.reference}", "Released to the bank")
    assert "40.00 USD" in old and account.number in old
    proposals.approve(proposal=proposal, by=an_operator())
    row.refresh_from_db()
    assert (row.status, balance_of(account)) == ("RELEASED", (6_000, 0))
    assert Transfer.objects.get(reference=f"WITHDRAWAL:{row.reference}").amount == 4_000
    assert AuditEntry.objects.filter(action="WITHDRAWAL_RELEASED", subject=row.reference).exists()
    agrees()


def test_two_people_refuse_a_withdrawal_and_say_why() -> None:
    """CASH-012"""
    account = funded(cents=10_000)
    row = requested(account, 4_000)
    approved("REFUSE_WITHDRAWAL", row.reference, {})
    row.refresh_from_db()
    assert (row.status, row.reason, balance_of(account)) == ("REFUSED", "test", (10_000, 0))
    agrees()


@pytest.mark.parametrize("kind", ["RELEASE_WITHDRAWAL", "REFUSE_WITHDRAWAL"])
def test_only_what_is_requested_is_decided_on(kind: str) -> None:
    row = released(funded(cents=100), 100)
    assert code_of(approved, kind, row.reference, {}) == "NOT_REQUESTED"
    assert code_of(approved, kind, "W-99999999", {}) == "UNKNOWN_WITHDRAWAL"
    assert code_of(approved, kind, "nonsense", {}) == "UNKNOWN_WITHDRAWAL"


def test_what_the_bank_did_not_pay_is_the_accounts_again_by_two_people() -> None:
    """CASH-015"""
    account = funded(cents=10_000)
    waiting, row = requested(account, 1_000), released(account, 4_000)
    assert code_of(approved, "TAKE_BACK_WITHDRAWAL", waiting.reference, {}) == "NOT_RELEASED"
    approved("TAKE_BACK_WITHDRAWAL", row.reference, {})
    row.refresh_from_db()
    assert (row.status, row.reason, balance_of(account)) == ("RETURNED", "test", (10_000, 1_000))
    assert not unpaid().exists()
    assert code_of(approved, "TAKE_BACK_WITHDRAWAL", row.reference, {}) == "NOT_RELEASED"
    imported(debit("40.00", row.reference))  # after all
    assert Case.objects.get().facts["why"] == "NOT_RELEASED"
    agrees()


def test_what_became_ineligible_meanwhile_is_not_released() -> None:
    account = funded(cents=100)
    row = requested(account, 100)
    BankAccount.objects.update(status="REMOVED")
    assert code_of(approved, "RELEASE_WITHDRAWAL", row.reference, {}) == "BANK_ACCOUNT_NOT_VERIFIED"
    BankAccount.objects.update(status="VERIFIED")
    Account.objects.filter(pk=account.pk).update(status="SUSPENDED")
    assert code_of(approved, "RELEASE_WITHDRAWAL", row.reference, {}) == "ACCOUNT_NOT_ACTIVE"
    approved("REFUSE_WITHDRAWAL", row.reference, {})


def test_a_release_proposed_before_it_was_canceled_is_stale() -> None:
    account = funded(cents=100)
    row = requested(account, 100)
    proposal = proposals.propose(
        kind="RELEASE_WITHDRAWAL", subject=row.reference, new={}, reason="seen", by=an_operator()
    )
    cash.cancel_withdrawal(account=account, withdrawal_id=row.pk, by=an_operator())
    assert code_of(proposals.approve, proposal=proposal, by=an_operator()) == "STALE"
    assert Withdrawal.objects.get().status == "CANCELED"


def test_the_venue_takes_its_fees_the_same_way_and_no_more_than_them() -> None:
    fees = ledger.fee_account()
    payer = funded(cents=10_000)
    ledger.cash(Transfer.Kind.TRADE_FEE, debit=payer, credit=fees, cents=500, reference="fee")
    bank_account = a_bank_account(fees, holder="Meridian ATS, Inc.")
    assert code_of(requested, fees, 501, bank_account) == "CASH_SHORT"
    row = requested(fees, 500, bank_account)
    approved("RELEASE_WITHDRAWAL", row.reference, {})
    imported(debit("5.00", row.reference))
    assert Balance.objects.get(account__number=FEES, asset=CASH).settled == 0


def test_the_venue_takes_nothing_that_customers_are_owed() -> None:
    """CASH-020: an amount nobody ordered was paid out, so the fees are what makes up for it."""
    fees, payer = ledger.fee_account(), funded(cents=10_000)
    ledger.cash(Transfer.Kind.TRADE_FEE, debit=payer, credit=fees, cents=500, reference="fee")
    bank_account = a_bank_account(fees, holder="Meridian ATS, Inc.")
    row = requested(fees, 500, bank_account)
    imported(debit("1.00", "nobody ordered this"))
    assert code_of(approved, "RELEASE_WITHDRAWAL", row.reference, {}) == "CUSTOMERS_CASH"
    cash.cancel_withdrawal(account=fees, withdrawal_id=row.pk, by=an_operator())
    assert code_of(requested, fees, 401, bank_account) == "CUSTOMERS_CASH"
    approved("RELEASE_WITHDRAWAL", requested(fees, 400, bank_account).reference, {})


def test_instructions_name_the_reference_to_pay_in_with() -> None:
    account = an_account()
    said = cash.deposit_instructions(account)
    assert said["reference"] == account.number
    assert is_routing_number(said["routing_number"]) and said["beneficiary"] and said["account_number"]
