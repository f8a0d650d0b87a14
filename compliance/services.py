"""Supervision acts on trading by appending commands, in the transaction that changes the fact."""

from django.db import transaction
from django.db.models import Q

from compliance import gates
from compliance.rules import access
from portal import audit, clock, notices
from portal.models import Account, User
from trading.engine import Side
from trading.models import WORKING, Listing, Order
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


def stop_buying(*, account: Account, actor: User | None = None) -> int:
    """Append the cancels of what an account the caller has locked may buy no longer; return how many.

    What it sells stands, and what it has bought settles.
    """
    today = clock.today()
    working = Order.objects.filter(account=account, side=Side.BUY, ord_status__in=WORKING)
    listings = Listing.objects.filter(pk__in=working.values("listing"))
    barred = [row.pk for row in listings if gates.findings_against_buying(account, row, on=today)]
    canceled = entry.cancel_buying_of(account=account, listing_ids=barred, actor=actor)
    if canceled:
        audit.record(
            action="BUYING_STOPPED", subject=account.number, actor=actor,
            facts={"orders_canceled": canceled},
        )  # fmt: skip
        for user in account.members.all():
            notices.tell(
                user=user, kind="MARKET", subject=f"Open buy orders of {account.number} are being canceled",
                text="Something that has to be verified before you may buy is verified no longer. You may "
                "sell meanwhile. The page Account status says what to do.",
                link=f"/standing?account={account.pk}",
            )  # fmt: skip
    return canceled


def stop_buying_where_over() -> int:
    """Of every account whose standing has run out (the schedule); return how many orders. The gates do not
    wait for this: they compare the days themselves."""
    today = clock.today()
    over = Q()
    for name in ("identity_until", "tax_until"):
        over |= Q(**{f"{name}__lt": today}) | Q(**{name: None})
    accredited = Q(accredited_until__lt=today) | Q(accredited_until=None)
    over |= accredited & Q(investor_class__in=access.WITHOUT_ACCREDITATION)
    buying = Order.objects.filter(side=Side.BUY, ord_status__in=WORKING).values("account")
    canceled = 0
    for pk in Account.objects.filter(over, pk__in=buying).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            canceled += stop_buying(account=Account.objects.select_for_update(no_key=True).get(pk=pk))
    return canceled


def _move(account: Account, old: Account.Status, new: Account.Status) -> Account:
    """Lock the account and change its status; a closed account stays closed."""
    row = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    if row.status != old:
        raise SupervisionRefused("WRONG_STATUS", f"{row.number} is {row.get_status_display().lower()}.")
    row.status = new
    row.save(update_fields=["status"])
    return row
