"""The figures of a year's tax forms, folded from lot entries and dividend payments.

Forms 1099 are of U.S. persons and of whoever has certified nothing; form 1042-S of those whose W-8BEN was
valid at the time (26 CFR 1.1441-1, 1.6045-1).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.db.models.functions import TruncDate

from portal import tax
from portal.models import Account, TaxForm
from trading.documents.periods import ZONE, Period, local_date, year
from trading.models import DividendPayment, Instruction, LotEntry, SettlementState, Transfer
from trading.settlement import booking

Kind = Transfer.Kind


class Recipient(NamedTuple):
    account: Account
    form: TaxForm | None  # the last one valid in the year


class Sale(NamedTuple):
    """Of units of one lot; of a reversal, with the signs the other way round."""

    symbol: str
    security: str
    acquired_on: date
    sold_on: date
    qty: Decimal
    proceeds: int  # after fees
    cost: int | None  # none: not known
    is_long: bool
    reversed_on: date | None

    @property
    def gain(self) -> int | None:
        return None if self.cost is None else self.proceeds - self.cost


class Paid(NamedTuple):
    """A dividend."""

    paid_on: date
    symbol: str
    security: str
    gross: int
    rate: Decimal
    withheld: int


@dataclass(frozen=True, slots=True)
class Sales:
    """Form 1099-B."""

    recipient: Recipient
    year: Period
    rows: Sequence[Sale]

    def of_term(self, *, is_long: bool) -> list[Sale]:
        return [row for row in self.rows if row.is_long is is_long]


@dataclass(frozen=True, slots=True)
class Dividends:
    """Form 1099-DIV, or 1042-S."""

    recipient: Recipient
    year: Period
    rows: Sequence[Paid]

    @property
    def gross(self) -> int:
        return sum(row.gross for row in self.rows)

    @property
    def withheld(self) -> int:
        return sum(row.withheld for row in self.rows)


def sales(account: Account, of: Period) -> Sales:
    """Those traded in the year, once settled, and reversals settled in it; of a U.S. person."""
    traded = Q(kind=Instruction.Kind.TRADE, seller=account)
    traded &= Q(traded_at__gte=of.starts_at, traded_at__lt=of.ends_at)
    undone = Q(kind=Instruction.Kind.REVERSAL, buyer=account)
    undone &= Q(state_at__gte=of.starts_at, state_at__lt=of.ends_at)
    rows = Instruction.objects.filter(traded | undone, state=SettlementState.SETTLED)
    booked = {_reference(row): row for row in rows.select_related("reverses")}
    entries = LotEntry.objects.filter(
        transfer__reference__in=list(booked), lot__account=account, proceeds__isnull=False
    ).select_related("lot__asset__listing")
    forms = list(account.tax_forms.all())
    made = [_sale(entry, booked[entry.transfer_id]) for entry in entries.order_by("id")]
    found = [row for row in made if not is_foreign(in_force(forms, row.sold_on))]
    found.sort(key=lambda row: (row.symbol, row.sold_on))
    return Sales(_recipient(account, forms, of, foreign=False), of, found)


def _reference(row: Instruction) -> str:
    is_trade = row.kind == Instruction.Kind.TRADE
    return booking.reference(Kind.TRADE_TOKEN if is_trade else Kind.REVERSAL_TOKEN, row)


def _sale(entry: LotEntry, row: Instruction) -> Sale:
    lot, listing = entry.lot, entry.lot.asset.listing
    assert entry.proceeds is not None
    sold = row if row.reverses is None else row.reverses
    sold_on = local_date(sold.traded_at)
    return Sale(
        symbol=listing.symbol, security=listing.name, acquired_on=lot.acquired_on, sold_on=sold_on,
        qty=listing.quantity(-entry.qty), proceeds=entry.proceeds,
        cost=None if lot.price is None else -entry.cost, is_long=sold_on >= long_from(lot.acquired_on),
        reversed_on=None if row.reverses is None else local_date(row.state_at),
    )  # fmt: skip


def long_from(acquired_on: date) -> date:
    """The first day on which a sale is long-term: the holding begins the day after the acquisition, and
    has to be longer than one year (26 U.S.C. 1222, Rev. Rul. 66-7)."""
    begins = acquired_on + timedelta(days=1)
    if (begins.month, begins.day) == (2, 29):
        return date(begins.year + 1, 3, 1)
    return begins.replace(year=begins.year + 1)


def dividends(account: Account, of: Period, *, foreign: bool) -> Dividends:
    """Those paid in the year under a certificate of a foreign person, or the others."""
    rows = _payments(account, foreign=foreign).filter(
        dividend__paid_at__gte=of.starts_at, dividend__paid_at__lt=of.ends_at
    )
    rows = rows.select_related("dividend__listing").order_by("dividend__paid_at", "id")
    forms = list(account.tax_forms.all())
    return Dividends(_recipient(account, forms, of, foreign=foreign), of, [_paid(row) for row in rows])


def _payments(account: Account, *, foreign: bool) -> QuerySet[DividendPayment]:
    """As tax was withheld at the time, for whatever reason."""
    rows = DividendPayment.objects.filter(account=account)
    under = Q(withholding_reason__in=(tax.NONRESIDENT, tax.TREATY))
    return rows.filter(under) if foreign else rows.exclude(under)


def _paid(row: DividendPayment) -> Paid:
    listing, paid_on = row.dividend.listing, local_date(row.dividend.paid_at)
    return Paid(paid_on, listing.symbol, listing.name, row.gross, row.withholding_rate, row.withheld)


# --- Whose form -------------------------------------------------------------------------------------------


def in_force(forms: Iterable[TaxForm], day: date) -> TaxForm | None:
    """Of forms, the last signed first: the one that counts on a day, if it is valid then."""
    last = next((form for form in forms if form.signed_on <= day), None)
    return last if last and (last.expires_on is None or last.expires_on >= day) else None


def is_foreign(form: TaxForm | None) -> bool:
    return form is not None and form.kind == TaxForm.Kind.W8BEN


def _recipient(account: Account, forms: Iterable[TaxForm], of: Period, *, foreign: bool) -> Recipient:
    """As they certified it last, of what was valid in the year."""
    valid = (
        form for form in forms
        if form.signed_on <= of.last_day
        and (form.expires_on is None or form.expires_on >= of.first_day)
        and is_foreign(form) is foreign
    )  # fmt: skip
    return Recipient(account, next(valid, None))


# --- Of which years ---------------------------------------------------------------------------------------


def years_of_sales(account: Account) -> list[Period]:
    """Of sales and of their reversals, which may have settled in another year."""
    settled = Instruction.objects.filter(state=SettlementState.SETTLED).order_by()
    sold = settled.filter(kind=Instruction.Kind.TRADE, seller=account)
    undone = settled.filter(kind=Instruction.Kind.REVERSAL, buyer=account)
    days = {(day, day) for day in _days(sold, "traded_at")}
    days.update(
        undone.annotate(
            sold=TruncDate("reverses__traded_at", tzinfo=ZONE), day=TruncDate("state_at", tzinfo=ZONE)
        )
        .values_list("sold", "day")
        .distinct()
    )
    forms = list(account.tax_forms.all())
    return _years(day for sold_on, day in days if not is_foreign(in_force(forms, sold_on)))


def years_of_dividends(account: Account, *, foreign: bool) -> list[Period]:
    return _years(_days(_payments(account, foreign=foreign), "dividend__paid_at"))


def _days(rows: QuerySet[Any], name: str) -> list[date]:
    days = rows.order_by().annotate(day=TruncDate(name, tzinfo=ZONE)).values_list("day", flat=True)
    return list(days.distinct())


def _years(days: Iterable[date]) -> list[Period]:
    """The last first."""
    return [year(number) for number in sorted({day.year for day in days}, reverse=True)]
