"""Entries made by hand: what the venue's services do not book of themselves, two people do."""

from typing import Any

from portal.models import Account, Proposal
from portal.proposals import ProposalRefused, Wording
from trading import balances, words
from trading.lots import LotsMissing
from trading.models import CASH, Asset, Balance, Listing, Transfer
from trading.services import ledger

SUBJECT = "ledger"
Kind = Transfer.Kind
ENTRIES = {
    Kind.CORRECTION: "Correction",
    Kind.FEE_REFUND: "Fee refunded",
    Kind.COMPENSATION: "Compensation",
}
HOLDER, ISSUER = "HOLDER", "ISSUER"
OWN = {ledger.FEES}
# What moves at the bank is booked from its statements, and verified against them: never by hand.
ANY = {HOLDER, ISSUER, ledger.FEES, ledger.TAX}
MAY_MOVE = {  # from, to
    Kind.CORRECTION: (ANY, ANY),
    Kind.FEE_REFUND: (OWN, {HOLDER}),
    Kind.COMPENSATION: (OWN, {HOLDER}),
}
ASKED = {"entry", "debit", "credit", "asset", "amount", "text"}
LONGEST_TEXT = 200


class LedgerEntry:
    """Kind of proposal: one transfer. Subject: ``ledger``; new: ``entry`` (of ``ENTRIES``), ``debit`` and
    ``credit`` (numbers of accounts), ``asset``, ``amount`` in the asset's unit, and a ``text``."""

    def current(self, *, subject: str, lock: bool = False) -> dict[str, Any]:
        """Nothing: what is available is asked when it is booked."""
        if subject != SUBJECT:
            raise ProposalRefused("NO_SUCH_LEDGER", f"There is one ledger, called “{SUBJECT}”.")
        return {}

    def check(self, *, subject: str, new: dict[str, Any]) -> None:
        _refuse_shapeless(new)
        debit, credit, asset = _parties(new)
        if debit == credit:
            raise ProposalRefused("SAME_ACCOUNT", "From an account to itself nothing moves.")
        _refuse_out_of_place(new["entry"], debit, credit, asset)
        found = Balance.objects.filter(account=debit, asset=asset).first()
        _refuse_overdrawn(debit, asset, new["amount"], found.available if found else 0)

    def apply(self, *, subject: str, new: dict[str, Any], proposal: Proposal) -> None:
        debit, credit, asset = _parties(new)
        kind, amount = Kind(new["entry"]), new["amount"]
        available = balances.lock([(debit.pk, asset.pk), (credit.pk, asset.pk)])
        _refuse_overdrawn(debit, asset, amount, available[debit.pk, asset.pk])
        reference = f"{kind}:{proposal.pk}"
        if asset.pk == CASH:
            ledger.cash(kind, debit=debit, credit=credit, cents=amount, reference=reference)
        else:
            listing = Listing.objects.get(asset=asset)
            try:
                ledger.move_securities(
                    kind, debit=debit, credit=credit, listing=listing, qty=amount, reference=reference
                )
            except LotsMissing as missing:
                raise ProposalRefused(
                    "LOTS_MISSING",
                    f"{debit.number} has fewer lots than {asset.pk}: {words.quantity(listing, missing.qty)} "
                    "are missing. Compare holdings and lots, and put that right first.",
                ) from None

    def wording(self, *, subject: str, old: dict[str, Any], new: dict[str, Any]) -> Wording:
        asset = Asset.objects.get(pk=new["asset"])
        said = f"{words.amount(asset, new['amount'])} from {new['debit']} to {new['credit']}: {new['text']}"
        return [(ENTRIES[Kind(new["entry"])], words.NOTHING, said)]


def _refuse_shapeless(new: dict[str, Any]) -> None:
    if new.keys() != ASKED or new["entry"] not in ENTRIES:
        raise ProposalRefused("UNKNOWN_ENTRY", "Say what kind of entry it is: one of the list.")
    if type(new["amount"]) is not int or not 0 < new["amount"] < 2**53:
        raise ProposalRefused("NOT_POSITIVE", "The amount must be above zero.")
    if not isinstance(new["text"], str) or not 0 < len(new["text"].strip()) <= LONGEST_TEXT:
        raise ProposalRefused("TEXT_REQUIRED", f"Say what it books, in up to {LONGEST_TEXT} characters.")


def _parties(new: dict[str, Any]) -> tuple[Account, Account, Asset]:
    numbers = new["debit"], new["credit"]
    found = {account.number: account for account in Account.objects.filter(number__in=numbers)}
    for number in numbers:
        if number not in found:
            raise ProposalRefused("NO_SUCH_ACCOUNT", f"There is no account {number}.")
    asset = Asset.objects.filter(pk=new["asset"]).first()
    if asset is None:
        raise ProposalRefused("NO_SUCH_ASSET", f"There is no asset {new['asset']}.")
    return found[new["debit"]], found[new["credit"]], asset


def _refuse_out_of_place(entry: str, debit: Account, credit: Account, asset: Asset) -> None:
    places = _place(debit), _place(credit)
    if not ANY.issuperset(places):
        raise ProposalRefused(
            "BANK_BOOKED_BY_STATEMENTS",
            "What moves at the bank, is on its way there or has nobody’s name yet is booked from the bank’s "
            "statements. Import the statement, or assign the cash.",
        )
    sources, goals = MAY_MOVE[Kind(entry)]
    is_payment = entry != Kind.CORRECTION
    if places[0] not in sources or places[1] not in goals or (is_payment and asset.pk != CASH):
        raise ProposalRefused(
            "NOT_FROM_FEES", f"{ENTRIES[Kind(entry)]}: cash from {ledger.FEES} to somebody’s account."
        )


def _place(account: Account) -> str:
    if account.kind != Account.Kind.CONTRA:
        return HOLDER
    return account.number if account.number in ledger.CONTRA else ISSUER


def _refuse_overdrawn(debit: Account, asset: Asset, amount: int, available: int) -> None:
    """Only what a listing's own account never had is issued out of it."""
    if debit.number == f"C-{asset.pk}" or amount <= available:
        return
    raise ProposalRefused(
        "OVERDRAWN", f"{debit.number} has {words.amount(asset, max(0, available))} available."
    )
