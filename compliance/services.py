"""Supervision acts on trading by appending commands, in the transaction that changes the fact."""

from django.db import transaction

from portal import audit
from portal.models import Account, User
from trading.services import entry


def suspend_account(*, account: Account, reason: str, actor: User | None) -> int:
    """Suspend an account; return how many of its working orders are being canceled.

    No ineligible order without its cancel behind it: the account's row is locked first, so that any order
    is either entered before, and canceled here, or sees the suspension.
    """
    with transaction.atomic():
        row = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        row.status = Account.Status.SUSPENDED
        row.save(update_fields=["status"])
        canceled = entry.cancel_all_of(account=row, actor=actor)
        audit.record(
            action="ACCOUNT_SUSPENDED", subject=row.number, actor=actor,
            facts={"reason": reason, "orders_canceled": canceled},
        )  # fmt: skip
    return canceled


def reinstate_account(*, account: Account, reason: str, actor: User | None) -> None:
    with transaction.atomic():
        row = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        row.status = Account.Status.ACTIVE
        row.save(update_fields=["status"])
        audit.record(action="ACCOUNT_REINSTATED", subject=row.number, actor=actor, facts={"reason": reason})
