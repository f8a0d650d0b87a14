"""What enters the books from outside: cash deposited, securities issued; each from a contra account."""

from django.db import transaction

from portal import clock
from portal.models import Account
from trading import balances
from trading.models import CASH, Asset, Balance, Listing, Transfer

BANK = "C-BANK"
FEES = "C-FEES"


def deposit(*, account: Account, cents: int, reference: str) -> Transfer:
    """Book cash that came in at the bank. Booking a reference twice raises IntegrityError."""
    return _book(
        Transfer.Kind.DEPOSIT, debit=contra_account(BANK, "Customers' bank"), credit=account, asset=CASH,
        amount=cents, reference=reference,
    )  # fmt: skip


def issue(*, account: Account, listing: Listing, lots: int, reference: str) -> Transfer:
    """Book securities issued to an account."""
    contra = contra_account(f"C-{listing.symbol}", f"Issued {listing.symbol}")
    return _book(
        Transfer.Kind.ISSUE, debit=contra, credit=account, asset=listing.asset_id, amount=lots,
        reference=reference,
    )  # fmt: skip


def fee_account() -> Account:
    """Where the venue's fees go."""
    return contra_account(FEES, "The venue's fees")


def contra_account(number: str, name: str) -> Account:
    """The outside world's side of the books."""
    account, _ = Account.objects.get_or_create(
        number=number, defaults={"name": name, "kind": Account.Kind.CONTRA, "opened_at": clock.now()}
    )
    return account


def _book(
    kind: Transfer.Kind, *, debit: Account, credit: Account, asset: str, amount: int, reference: str
) -> Transfer:
    with transaction.atomic():
        transfer = Transfer.objects.create(
            at=clock.now(), kind=kind, debit_account=debit, credit_account=credit, asset_id=asset,
            amount=amount, reference=reference,
        )  # fmt: skip
        Balance.objects.get_or_create(account=debit, asset_id=asset, defaults={"is_contra": True})
        balances.lock([(debit.pk, asset), (credit.pk, asset)])
        balances.move(settled={(debit.pk, asset): -amount, (credit.pk, asset): amount})
    return transfer


def open_cash() -> Asset:
    """The asset every account is paid in."""
    asset, _ = Asset.objects.get_or_create(code=CASH, defaults={"kind": Asset.Kind.CASH, "unit": "0.01"})
    return asset
