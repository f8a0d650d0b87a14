"""Bank accounts: where an account's withdrawals may go, once an operator has verified them and some days
have passed."""

import re
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from portal import audit, clock, rule_table
from portal.models import Account, User
from trading.cash.names import resembles
from trading.cash.refusals import CashRefused
from trading.models import BankAccount, Withdrawal
from trading.reconciliation.comparing import venue_day

Status = BankAccount.Status

COOLING = "BANK-ACCOUNT-COOLING"
MOST = 10
# Nothing a spreadsheet would take for a formula: these go into files.
NAME = re.compile(r"\w[^\x00-\x1f]{1,139}")
ACCOUNT_NUMBER = re.compile(r"[0-9]{4,17}")


def add_bank_account(
    *, account: Account, holder: str, bank_name: str, routing_number: str, account_number: str, by: User
) -> BankAccount:
    """Somebody's own only: cash leaves to nobody else."""
    holder, bank_name = holder.strip(), bank_name.strip()
    routing_number, account_number = (
        re.sub(r"[\s-]", "", routing_number),
        re.sub(r"[\s-]", "", account_number),
    )
    for field, value, called in (("holder", holder, "the holder"), ("bank_name", bank_name, "the bank")):
        if not NAME.fullmatch(value):
            raise CashRefused("NAME_INVALID", f"Say how {called} is called, in 2 to 140 letters.", field)
    if not is_routing_number(routing_number):
        raise CashRefused(
            "ROUTING_NUMBER_INVALID", "The routing number is nine digits, as on a check. Look for a slip.",
            "routing_number",
        )  # fmt: skip
    if not ACCOUNT_NUMBER.fullmatch(account_number):
        raise CashRefused("ACCOUNT_NUMBER_INVALID", "The account number is 4 to 17 digits.", "account_number")
    with transaction.atomic():
        row = locked(account)
        refuse_inactive(row)
        if row.kind != Account.Kind.CONTRA and not resembles(holder, row.name):
            raise CashRefused(
                "HOLDER_DIFFERS",
                f"The bank account has to be {row.name}’s own. Enter the holder as the bank does.",
                "holder",
            )
        kept = BankAccount.objects.filter(account=row).exclude(status=Status.REMOVED)
        if kept.count() >= MOST:
            raise CashRefused("TOO_MANY_BANK_ACCOUNTS", f"There are {MOST} already. Remove one first.")
        added = _created(row, holder, bank_name, routing_number, account_number, by)
        _record("BANK_ACCOUNT_ADDED", added, by, holder=holder)
    return added


def remove_bank_account(*, account: Account, bank_account_id: int, by: User) -> None:
    with transaction.atomic():
        row = _kept(locked(account), bank_account_id)
        if Withdrawal.objects.filter(bank_account=row, status=Withdrawal.Status.REQUESTED).exists():
            raise CashRefused(
                "BANK_ACCOUNT_IN_USE", "A withdrawal to it has been requested. Cancel that one first."
            )
        row.status = Status.REMOVED
        row.save(update_fields=["status"])
        _record("BANK_ACCOUNT_REMOVED", row, by)


def verify_bank_account(*, bank_account_id: int, note: str, by: User) -> BankAccount:
    """An operator has seen that it is the holder's own; ``note`` says how."""
    if not note.strip():
        raise CashRefused("REASON_REQUIRED", "Say how it was verified.", "note")
    with transaction.atomic():
        found = BankAccount.objects.filter(pk=bank_account_id).select_related("account").first()
        if found is None:
            raise unknown_bank_account()
        row = _kept(locked(found.account), bank_account_id)
        if row.status == Status.VERIFIED:
            raise CashRefused("VERIFIED_ALREADY", f"{row} is verified.")
        if row.added_by_id == by.pk:
            raise CashRefused("FOUR_EYES", "Somebody else than who added it has to verify it.")
        row.status, row.verified_at, row.verified_by = Status.VERIFIED, clock.now(), by
        row.save(update_fields=["status", "verified_at", "verified_by"])
        _record("BANK_ACCOUNT_VERIFIED", row, by, note=note)
    return row


def usable_from(row: BankAccount) -> datetime | None:
    """From when on withdrawals may go there; none where it is not verified."""
    if row.status != Status.VERIFIED or row.verified_at is None:
        return None
    days = rule_table.value(COOLING, on=venue_day(row.verified_at))
    return row.verified_at + timedelta(days=int(days))


def is_routing_number(number: str) -> bool:
    """The check digit of the American Bankers Association."""
    if not re.fullmatch(r"[0-9]{9}", number) or number == "0" * 9:
        return False
    return sum(int(digit) * weight for digit, weight in zip(number, (3, 7, 1) * 3, strict=True)) % 10 == 0


def locked(account: Account) -> Account:
    """The account's row, under which its bank accounts and withdrawals change."""
    return Account.objects.select_for_update(no_key=True).get(pk=account.pk)


def refuse_inactive(account: Account) -> None:
    if account.status != Account.Status.ACTIVE:
        raise CashRefused(
            "ACCOUNT_NOT_ACTIVE",
            f"{account.number} is {account.get_status_display().lower()}. Ask the venue’s operators.",
        )


def unknown_bank_account() -> CashRefused:
    return CashRefused("UNKNOWN_BANK_ACCOUNT", "This account has no such bank account.", "bank_account_id")


def _kept(account: Account, bank_account_id: int) -> BankAccount:
    row = (
        BankAccount.objects.filter(account=account, pk=bank_account_id).exclude(status=Status.REMOVED).first()
    )
    if row is None:
        raise unknown_bank_account()
    return row


def _created(
    account: Account, holder: str, bank_name: str, routing_number: str, account_number: str, by: User
) -> BankAccount:
    try:
        with transaction.atomic():
            return BankAccount.objects.create(
                account=account, holder=holder, bank_name=bank_name, routing_number=routing_number,
                account_number=account_number, added_at=clock.now(), added_by=by,
            )  # fmt: skip
    except IntegrityError:
        raise CashRefused(
            "BANK_ACCOUNT_EXISTS", "This bank account is there already.", "account_number"
        ) from None


def _record(action: str, row: BankAccount, by: User, **facts: str) -> None:
    facts |= {"bank_account": str(row), "routing_number": row.routing_number}
    audit.record(action=action, subject=row.account.number, actor=by, facts=facts)
