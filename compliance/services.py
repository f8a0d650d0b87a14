"""Supervision acts on trading by appending commands, in the transaction that changes the fact."""

from django.db import transaction

from portal import audit
from portal.models import Account, User
from trading.services import entry


class SupervisionRefused(Exception):
    """An anticipated reason not to act: ``code`` for machines, the text for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def suspend_account(*, account: Account, reason: str, actor: User | None) -> int:
    """Suspend an account; return how many of its working orders are being canceled.

    No ineligible order without its cancel behind it: the account's row is locked first, so that any order
    is either entered before, and canceled here, or sees the suspension.
    """
    with transaction.atomic():
        row = _move(account, Account.Status.ACTIVE, Account.Status.SUSPENDED)
        canceled = entry.cancel_all_of(account=row, actor=actor)
        audit.record(
            action="ACCOUNT_SUSPENDED", subject=row.number, actor=actor,
            facts={"reason": reason, "orders_canceled": canceled},
        )  # fmt: skip
    return canceled


def reinstate_account(*, account: Account, reason: str, actor: User | None) -> None:
    with transaction.atomic():
        row = _move(account, Account.Status.SUSPENDED, Account.Status.ACTIVE)
        audit.record(action="ACCOUNT_REINSTATED", subject=row.number, actor=actor, facts={"reason": reason})


def _move(account: Account, old: Account.Status, new: Account.Status) -> Account:
    """Lock the account and change its status; a closed account stays closed."""
    row = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    if row.status != old:
        raise SupervisionRefused("WRONG_STATUS", f"{row.number} is {row.get_status_display().lower()}.")
    row.status = new
    row.save(update_fields=["status"])
    return row
