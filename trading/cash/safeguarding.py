"""Customers' money apart from the venue's own (17 CFR 240.15c3-3(e), after its Exhibit A).

Everything in the customers' bank account belongs to somebody. Credits are what is owed to others; what the
bank holds beyond them is the venue's own and may be withdrawn; what it holds short of them the venue has
to pay in, at once.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from portal.models import Account
from trading.cash.imports import at_bank
from trading.cash.statements import CREDIT, DEBIT
from trading.models import CASH, Balance, BankEntry, BankStatement, Case
from trading.services.ledger import BANK, FEES, SUSPENSE, TAX, TRANSIT

APART = (BANK, FEES, SUSPENSE, TAX, TRANSIT)


@dataclass(frozen=True, slots=True)
class Safeguarding:
    """In cents. ``as_of`` is the last statement's day; none: the bank has sent none yet, and the books
    stand in for it."""

    free_credit: int  # customers' cash, settled; what open orders hold of it too
    unmatched: int  # at the bank, and nobody is named for it yet
    in_transit: int  # released, and not yet on the bank's statement
    tax: int  # withheld, owed to the tax office
    issuers: int  # paid in for distributions
    fees: int  # the venue's own, left in the account; below zero: owed to it
    unordered: int  # paid out, and nobody bears it yet
    bank: int
    as_of: date | None

    @property
    def requirement(self) -> int:
        return self.free_credit + self.unmatched + self.in_transit + self.tax + self.issuers

    @property
    def excess(self) -> int:
        """Below zero: the deficiency."""
        return self.bank - self.requirement

    def lines(self) -> list[tuple[str, int]]:
        """As people read it, and as it is exported."""
        return [
            ("Customers’ free credit balances", self.free_credit),
            ("Cash nobody is named for yet", self.unmatched),
            ("Payments on their way to customers", self.in_transit),
            ("Taxes withheld", self.tax),
            ("Issuers’ funds", self.issuers),
            ("Required to be at the bank", self.requirement),
            ("At the bank", self.bank),
            ("Excess" if self.excess >= 0 else "Deficiency", abs(self.excess)),
            ("The venue’s fees in it", self.fees),
            ("Paid out, and nobody bears it yet", self.unordered),
        ]


def safeguarding() -> Safeguarding:
    waiting = _waiting()
    last = BankStatement.objects.order_by("-pk").first()
    contra = Balance.objects.filter(asset=CASH, account__kind=Account.Kind.CONTRA)
    settled = dict(contra.values_list("account__number", "settled"))
    customers = Balance.objects.filter(asset=CASH).exclude(account__kind=Account.Kind.CONTRA)
    return Safeguarding(
        free_credit=customers.aggregate(sum=Sum("settled"))["sum"] or 0,
        unmatched=waiting[CREDIT],
        in_transit=settled.get(TRANSIT, 0),
        tax=settled.get(TAX, 0),
        # What one issuer lacks, another's funds do not make up for.
        issuers=sum(max(0, cents) for number, cents in settled.items() if number not in APART),
        fees=settled.get(FEES, 0),
        unordered=waiting[DEBIT],
        bank=last.closing_cents if last else at_bank(),
        as_of=last.booked_on if last else None,
    )


def _waiting() -> dict[str, int]:
    """By direction: what nobody ordered to be paid out makes what came in no smaller."""
    open_cases = Case.objects.filter(kind=Case.Kind.UNMATCHED, closed_at=None)
    lines = BankEntry.objects.filter(bank_reference__in=open_cases.values("subject"))
    sums = lines.order_by().values_list("direction").annotate(Sum("cents"))
    return {CREDIT: 0, DEBIT: 0} | {direction: int(cents) for direction, cents in sums}
