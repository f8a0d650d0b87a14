"""The file that tells the bank what to pay: every withdrawal that was released and is not yet paid."""

import csv
import io
from decimal import Decimal

from django.db.models import QuerySet

from portal import audit
from portal.models import User
from trading.models import CASH, Withdrawal

COLUMNS = [
    "reference", "amount", "currency", "beneficiary", "bank_name", "routing_number", "account_number",
]  # fmt: skip


def unpaid() -> QuerySet[Withdrawal]:
    """In the order of their references, which the bank takes once each."""
    rows = Withdrawal.objects.filter(status=Withdrawal.Status.RELEASED)
    return rows.select_related("bank_account", "account").order_by("pk")


def payment_file(*, by: User | None) -> str:
    """The file, and an entry in the audit log of what it told."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    told = list(unpaid())
    for row in told:
        place = row.bank_account
        writer.writerow([
            row.reference, f"{Decimal(row.cents) / 100:.2f}", CASH, place.holder, place.bank_name,
            place.routing_number, place.account_number,
        ])  # fmt: skip
    facts = {"payments": [row.reference for row in told], "cents": sum(row.cents for row in told)}
    audit.record(action="PAYMENTS_TOLD", subject="payments", actor=by, facts=facts)
    return out.getvalue()
