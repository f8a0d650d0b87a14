"""What tests of settlement start from."""

from compliance.services import reinstate_account, suspend_account
from portal.models import Account
from trading.models import Custodian, Execution, Instruction, Listing
from trading.tests.factories import buy, drained, entered, sell, settled


def traded(
    listing: Listing, seller: Account, buyer: Account, *, qty: int = 10, price: int = 500
) -> Instruction:
    """A trade, and its instruction: settled at once where nothing is in the way."""
    entered(sell(seller, listing, qty, price), buy(buyer, listing, qty, price))
    drained(listing)
    settled(listing)
    trade = Execution.objects.filter(listing=listing).latest("trade_seq").trade_seq
    return Instruction.objects.get(listing=listing, trade_seq=trade)


def failed(
    listing: Listing, seller: Account, buyer: Account, *, qty: int = 10, price: int = 500
) -> Instruction:
    """One whose seller was suspended before it settled, and may trade again."""
    entered(sell(seller, listing, qty, price), buy(buyer, listing, qty, price))
    drained(listing)
    suspend_account(account=seller, reason="test", actor=None)
    settled(listing)
    reinstate_account(account=seller, reason="test", actor=None)
    return Instruction.objects.get(listing=listing, state="FAILED")


def a_custodian(code: str = "KEEPER", **fields: object) -> Custodian:
    return Custodian.objects.create(code=code, name=f"{code.capitalize()} Trust", **fields)
