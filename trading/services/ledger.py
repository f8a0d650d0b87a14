"""The ledger's named entries: each kind of transfer has its service, and nothing else books it.

Contra accounts are the outside world's side of the books, and the venue's own.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import transaction

from portal import clock
from portal.models import Account
from trading import balances, feed
from trading.lots import Facts, LotBook, facts_of
from trading.models import CASH, Asset, Listing, Lot, Transfer

BANK = "C-BANK"  # customers' cash at the bank
TRANSIT = "C-TRANSIT"  # released to the bank, and not yet on its statement
SUSPENSE = "C-SUSPENSE"  # at the bank, and nobody is named for it yet
FEES = "C-FEES"  # the venue's own
TAX = "C-TAX"  # withheld, owed to the tax office
CONTRA = {
    BANK: "Customers’ bank",
    TRANSIT: "Payments on their way",
    SUSPENSE: "Cash nobody is named for",
    FEES: "The venue’s fees",
    TAX: "Taxes withheld",
}

Kind = Transfer.Kind


def deposit(*, account: Account, cents: int, reference: str) -> Transfer:
    """Book cash that came in at the bank. Booking a reference twice raises IntegrityError."""
    return cash(Kind.DEPOSIT, debit=contra_account(BANK), credit=account, cents=cents, reference=reference)


def issue(
    *,
    account: Account,
    listing: Listing,
    lots: int,
    reference: str,
    acquired_on: date | None = None,
    price: int | None = None,
    source: str = Lot.Source.ISSUER,
) -> Transfer:
    """Book securities issued to an account, paid that day, at a price in ticks if one is known.

    Without a date: acquired today.
    """
    facts = _facts(listing, acquired_on, source, price)
    cost = 0 if price is None else listing.cents(price * lots)
    treasury = contra_account(f"C-{listing.symbol}", f"Issued {listing.symbol}")
    now, token = clock.now(), listing.asset_id
    with transaction.atomic():
        transfer = _transfer(Kind.ISSUE, treasury, account, token, lots, reference, now)
        book = LotBook([(account.pk, token)])
        book.put((account.pk, token), facts, lots, cost=cost, reference=reference)
        book.write(at=now)
    return transfer


def cash(kind: Kind, *, debit: Account, credit: Account, cents: int, reference: str) -> Transfer:
    """Book cash of a kind. Raises IntegrityError where the reference is booked, or the debtor lacks it."""
    with transaction.atomic():
        return _transfer(kind, debit, credit, CASH, cents, reference, clock.now())


class CashEntry(NamedTuple):
    kind: Kind
    debit: Account
    credit: Account
    cents: int
    reference: str


def cash_batch(entries: Sequence[CashEntry]) -> list[Transfer]:
    """Book many at once: all balances are locked before any is moved, so that no two batches meet in a
    circle."""
    now, settled = clock.now(), dict[tuple[int, str], int]()
    for entry in entries:
        for account, cents in ((entry.debit, -entry.cents), (entry.credit, entry.cents)):
            settled[account.pk, CASH] = settled.get((account.pk, CASH), 0) + cents
    with transaction.atomic():
        balances.lock(settled)
        booked = Transfer.objects.bulk_create(
            Transfer(
                at=now, kind=entry.kind, debit_account=entry.debit, credit_account=entry.credit,
                asset_id=CASH, amount=entry.cents, reference=entry.reference,
            )
            for entry in entries
        )  # fmt: skip
        balances.move(settled=settled)
        feed.publish_balances_on_commit(account for account, _ in settled)
    return booked


def move_securities(
    kind: Kind, *, debit: Account, credit: Account, listing: Listing, qty: int, reference: str
) -> Transfer:
    """Book securities from one holder to another: the lots go along as they are, first in, first out."""
    now, token = clock.now(), listing.asset_id
    with transaction.atomic():
        transfer = _transfer(kind, debit, credit, token, qty, reference, now)
        places = [(party.pk, token) for party in (debit, credit) if party.kind != Account.Kind.CONTRA]
        book = LotBook(places)
        pieces = [(_facts(listing, None, Lot.Source.OTHER, None), qty, 0)]
        if debit.kind != Account.Kind.CONTRA:
            taken = book.take((debit.pk, token), qty, reference=reference)
            pieces = [(facts_of(piece.lot), piece.qty, piece.cost) for piece in taken]
        if credit.kind != Account.Kind.CONTRA:
            for facts, part, cost in pieces:
                book.put((credit.pk, token), facts, part, cost=cost, reference=reference)
        book.write(at=now)
    return transfer


def fee_account() -> Account:
    """Where the venue's fees go."""
    return contra_account(FEES)


def own_account(number: str) -> Account | None:
    """Of contra accounts one that may be paid in for, and pay out: the venue's own, or an issuer's."""
    if number == FEES:
        return fee_account()
    symbol = number.removeprefix("C-")
    is_issuers = number != symbol and Listing.objects.filter(symbol=symbol).exists()
    return contra_account(number, f"Issued {symbol}") if is_issuers else None


def contra_account(number: str, name: str = "") -> Account:
    """One side of the books that is nobody's who trades here."""
    defaults = {
        "name": name or CONTRA[number],
        "kind": Account.Kind.CONTRA,
        "opened_at": clock.now(),
    }
    account, _ = Account.objects.get_or_create(number=number, defaults=defaults)
    return account


def open_cash() -> Asset:
    """The asset every account is paid in."""
    asset, _ = Asset.objects.get_or_create(code=CASH, defaults={"kind": Asset.Kind.CASH, "unit": "0.01"})
    return asset


def _transfer(
    kind: Kind, debit: Account, credit: Account, asset: str, amount: int, reference: str, at: datetime
) -> Transfer:
    transfer = Transfer.objects.create(
        at=at, kind=kind, debit_account=debit, credit_account=credit, asset_id=asset, amount=amount,
        reference=reference,
    )  # fmt: skip
    balances.lock([(debit.pk, asset), (credit.pk, asset)])
    balances.move(settled={(debit.pk, asset): -amount, (credit.pk, asset): amount})
    feed.publish_balances_on_commit([debit.pk, credit.pk])
    return transfer


def _facts(listing: Listing, acquired_on: date | None, source: str, price: int | None) -> Facts:
    day = acquired_on or clock.now().astimezone(ZoneInfo(listing.time_zone)).date()
    return Facts(day, day, source, price)
