"""Withdrawals: requested by whom the cash belongs to, released or refused by two people, ended by the bank.

Lock order: the account's row, the withdrawal, balances. What a decision rests on is read after that.
"""

import re
from typing import Any

from django.db import transaction

from portal import audit, clock
from portal.models import Account, Proposal, User
from portal.proposals import ProposalRefused, Wording
from trading import balances, feed, words
from trading.cash.bank_accounts import locked, refuse_inactive, unknown_bank_account, usable_from
from trading.cash.refusals import CashRefused
from trading.cash.safeguarding import safeguarding
from trading.models import CASH, BankAccount, Case, Transfer, Withdrawal
from trading.services import ledger

Status = Withdrawal.Status

MOST_OPEN = 20
REQUEST_ID = re.compile(r"[\x21-\x7e]{1,64}")
STOPPED = (
    "Withdrawals are stopped: our books and the bank’s do not agree, and people are looking into it. "
    "Your cash is kept as it is; try again later."
)
CUSTOMERS = (
    "That is more than the bank holds beyond what customers and others are owed (17 CFR 240.15c3-3(e)): see "
    "customers’ money apart, and close the cases of payments nobody ordered first."
)


def request_withdrawal(
    *, account: Account, bank_account_id: int, cents: int, request_id: str, by: User
) -> Withdrawal:
    """Keep the cash apart and queue it for release. Asked again under one ``request_id``: the same one."""
    if not REQUEST_ID.fullmatch(request_id):
        raise CashRefused("REQUEST_ID_INVALID", "A request’s id is 1 to 64 printable letters.", "request_id")
    with transaction.atomic():
        account = locked(account)
        earlier = Withdrawal.objects.filter(account=account, request_id=request_id).first()
        if earlier:
            return _same(earlier, bank_account_id, cents)
        refuse_inactive(account)
        if is_stopped():
            raise CashRefused("WITHDRAWALS_STOPPED", STOPPED)
        if cents <= 0:
            raise CashRefused("AMOUNT_NOT_POSITIVE", "Say how much, in more than nothing.", "amount")
        bank_account = _usable(account, bank_account_id)
        if Withdrawal.objects.filter(account=account, status=Status.REQUESTED).count() >= MOST_OPEN:
            raise CashRefused("TOO_MANY_REQUESTED", f"{MOST_OPEN} wait for release already.")
        _hold(account, cents)
        if _is_customers(account, cents):
            raise CashRefused("CUSTOMERS_CASH", CUSTOMERS, "amount")
        made = Withdrawal.objects.create(
            account=account, bank_account=bank_account, request_id=request_id, cents=cents,
            requested_at=clock.now(), requested_by=by,
        )  # fmt: skip
        facts = {"account": account.number, "cents": cents, "bank_account": str(bank_account)}
        audit.record(action="WITHDRAWAL_REQUESTED", subject=made.reference, actor=by, facts=facts)
    return made


def cancel_withdrawal(*, account: Account, withdrawal_id: int, by: User) -> Withdrawal:
    """Before it is released; canceled twice is canceled once."""
    with transaction.atomic():
        account = locked(account)
        row = Withdrawal.objects.filter(account=account, pk=withdrawal_id).first()
        if row is None:
            raise CashRefused("UNKNOWN_WITHDRAWAL", "This account has no such withdrawal.", "withdrawal_id")
        if row.status == Status.CANCELED:
            return row
        if row.status != Status.REQUESTED:
            raise CashRefused("NOT_CANCELABLE", f"{row} is {row.get_status_display().lower()}.")
        _end(row, Status.CANCELED)
        audit.record(action="WITHDRAWAL_CANCELED", subject=row.reference, actor=by)
    return row


def is_stopped() -> bool:
    """Does cash differ from what the bank says? Then none goes out."""
    return Case.objects.filter(kind=Case.Kind.BANK, closed_at=None).exists()


def withdrawal_named(reference: str) -> Withdrawal | None:
    """By its reference, as the bank and proposals name it."""
    found = re.fullmatch(r"W-([0-9]{8,18})", reference)
    rows = Withdrawal.objects.select_related("account", "bank_account")
    return rows.filter(pk=int(found[1])).first() if found else None


class _OfWithdrawal:
    """What the kinds of proposal about a withdrawal share. Subject: its reference; there is nothing new to
    say."""

    becomes: str

    def current(self, *, subject: str, lock: bool = False) -> dict[str, Any]:
        row = _named(subject)
        if lock:
            locked(row.account)
            row = _named(subject)
        return {
            "status": row.status, "account": row.account.number, "cents": row.cents,
            "bank_account": str(row.bank_account),
        }  # fmt: skip

    def wording(self, *, subject: str, old: dict[str, Any], new: dict[str, Any]) -> Wording:
        stands = f"{Status(old['status']).label}: {words.cash(old['cents'])} of {old['account']}"
        return [(f"Withdrawal {subject}", f"{stands} to {old['bank_account']}", self.becomes)]


class ReleaseWithdrawal(_OfWithdrawal):
    """Kind of proposal: send it to the bank."""

    becomes = "Released to the bank"

    def check(self, *, subject: str, new: dict[str, Any]) -> None:
        row = _requested(subject)
        if _is_customers(row.account, row.cents):
            raise ProposalRefused("CUSTOMERS_CASH", CUSTOMERS)
        if row.account.status != Account.Status.ACTIVE:
            raise ProposalRefused(
                "ACCOUNT_NOT_ACTIVE",
                f"{row.account.number} is {row.account.get_status_display().lower()}: reinstate it first, or "
                "refuse the withdrawal.",
            )
        if row.bank_account.status != BankAccount.Status.VERIFIED:
            raise ProposalRefused(
                "BANK_ACCOUNT_NOT_VERIFIED", f"{row.bank_account} is not verified any more."
            )
        if is_stopped():
            raise ProposalRefused(
                "WITHDRAWALS_STOPPED", "Cash and the bank differ: close that case before anything is paid."
            )

    def apply(self, *, subject: str, new: dict[str, Any], proposal: Proposal) -> None:
        row, transit = _requested(subject), ledger.contra_account(ledger.TRANSIT)
        place = row.account_id, CASH
        balances.lock([place, (transit.pk, CASH)])
        balances.move(held={place: -row.cents})
        ledger.cash(
            Transfer.Kind.WITHDRAWAL, debit=row.account, credit=transit, cents=row.cents,
            reference=f"WITHDRAWAL:{row.reference}",
        )  # fmt: skip
        row.status, row.released_at = Status.RELEASED, clock.now()
        row.save(update_fields=["status", "released_at"])
        facts = {"proposal": proposal.pk}
        audit.record(
            action="WITHDRAWAL_RELEASED", subject=row.reference, actor=proposal.decided_by, facts=facts
        )


class RefuseWithdrawal(_OfWithdrawal):
    """Kind of proposal: give the cash back to the account. The reason is told to whoever requested it."""

    becomes = "Refused"

    def check(self, *, subject: str, new: dict[str, Any]) -> None:
        _requested(subject)

    def apply(self, *, subject: str, new: dict[str, Any], proposal: Proposal) -> None:
        row = _requested(subject)
        _end(row, Status.REFUSED, reason=proposal.reason[:400])
        facts = {"proposal": proposal.pk, "reason": proposal.reason}
        audit.record(
            action="WITHDRAWAL_REFUSED", subject=row.reference, actor=proposal.decided_by, facts=facts
        )


class TakeBackWithdrawal(_OfWithdrawal):
    """Kind of proposal: the bank did not pay it, or not as it was told to, so the cash is the account's
    again. What the bank paid instead is a case of its own, and assigned as any other."""

    becomes = "Not paid by the bank: the account’s again"

    def check(self, *, subject: str, new: dict[str, Any]) -> None:
        row = _named(subject)
        if row.status != Status.RELEASED:
            raise ProposalRefused("NOT_RELEASED", f"{row} is {row.get_status_display().lower()}.")

    def apply(self, *, subject: str, new: dict[str, Any], proposal: Proposal) -> None:
        row, transit = _named(subject), ledger.contra_account(ledger.TRANSIT)
        ledger.cash(
            Transfer.Kind.RETURN, debit=transit, credit=row.account, cents=row.cents,
            reference=f"NOT_PAID:{row.reference}",
        )  # fmt: skip
        row.status, row.ended_at, row.reason = Status.RETURNED, clock.now(), proposal.reason[:400]
        row.save(update_fields=["status", "ended_at", "reason"])
        facts = {"proposal": proposal.pk, "reason": proposal.reason}
        audit.record(
            action="WITHDRAWAL_TAKEN_BACK", subject=row.reference, actor=proposal.decided_by, facts=facts
        )


def _is_customers(account: Account, cents: int) -> bool:
    """Fees are the venue's own only as far as nobody else is owed what the bank holds."""
    return account.number == ledger.FEES and cents > safeguarding().excess


def _same(earlier: Withdrawal, bank_account_id: int, cents: int) -> Withdrawal:
    if (earlier.bank_account_id, earlier.cents) != (bank_account_id, cents):
        raise CashRefused(
            "REQUEST_ID_USED", f"This request’s id was used for {earlier}, of another amount or to another "
            "bank account.", "request_id",
        )  # fmt: skip
    return earlier


def _usable(account: Account, bank_account_id: int) -> BankAccount:
    row = BankAccount.objects.filter(account=account, pk=bank_account_id).first()
    if row is None or row.status == BankAccount.Status.REMOVED:
        raise unknown_bank_account()
    usable_at = usable_from(row)
    if usable_at is None:
        raise CashRefused(
            "BANK_ACCOUNT_NOT_VERIFIED", f"{row} is not verified yet. The venue’s operators will look at it.",
            "bank_account_id",
        )  # fmt: skip
    if clock.now() < usable_at:
        raise CashRefused(
            "BANK_ACCOUNT_COOLING",
            f"Withdrawals to {row} are possible from {usable_at:%Y-%m-%d %H:%M} UTC on: a new bank account "
            "waits some days, so that its owner notices if it was added by somebody else.",
            "bank_account_id",
        )
    return row


def _hold(account: Account, cents: int) -> None:
    place = account.pk, CASH
    available = max(0, balances.lock([place])[place])
    if cents > available:
        raise CashRefused(
            "CASH_SHORT",
            f"{words.cash(available)} can be withdrawn: cash that has settled, less what open orders hold "
            "and what is on its way out.",
            "amount",
        )
    balances.move(held={place: cents})
    feed.publish_balances_on_commit([account.pk])


def _end(row: Withdrawal, status: str, *, reason: str = "") -> None:
    """It will not go out: what was held is available again."""
    place = row.account_id, CASH
    balances.lock([place])
    balances.move(held={place: -row.cents})
    feed.publish_balances_on_commit([row.account_id])
    row.status, row.reason, row.ended_at = status, reason, clock.now()
    row.save(update_fields=["status", "reason", "ended_at"])


def _named(reference: str) -> Withdrawal:
    row = withdrawal_named(reference)
    if row is None:
        raise ProposalRefused("UNKNOWN_WITHDRAWAL", f"There is no withdrawal {reference}.")
    return row


def _requested(reference: str) -> Withdrawal:
    row = _named(reference)
    if row.status != Status.REQUESTED:
        raise ProposalRefused("NOT_REQUESTED", f"{row} is {row.get_status_display().lower()}.")
    return row
