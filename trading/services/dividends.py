"""Dividends: what an issuer pays is shared out among the holders, less the taxes withheld, all at once.

The record is taken as two people approve: whoever holds settled lots then is paid for them, whatever is
bought or sold and not settled. Gross amounts are rounded down to the cent, so that what was funded is
enough; what is left over stays with the issuer.
"""

from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from portal import clock, tax
from portal.models import Account, Proposal
from portal.proposals import ProposalRefused, Wording
from trading import balances, bulk, feed, words
from trading.models import CASH, Balance, Cursor, Dividend, DividendPayment, Listing, Transfer
from trading.models.listings import plain
from trading.selectors import SETTLEMENT_CURSOR
from trading.services import ledger
from trading.services.listings import named_listing
from trading.settlement.booking import local_date

Kind = Transfer.Kind
MOST = Decimal(10**9)  # cents a lot: more is an error, and not a dividend
PARTS = 10**8  # of a cent: what a rate counts in


class _Share(NamedTuple):
    account_id: int
    lots: int
    gross: int


class PayDividend:
    """Kind of proposal: pay a listing's holders. Subject: the symbol; new: ``cents_per_lot``, a decimal
    number in a string."""

    def current(self, *, subject: str, lock: bool = False) -> dict[str, Any]:
        """Nothing: who holds how much is asked when it is paid."""
        listing = named_listing(subject)
        if lock:  # no trade settles while the record is taken
            Cursor.objects.select_for_update(no_key=True).get(name=SETTLEMENT_CURSOR, listing=listing)
        return {}

    def check(self, *, subject: str, new: dict[str, Any]) -> None:
        listing = named_listing(subject)
        shares = _shares(listing, _rate(new))
        if not shares:
            raise ProposalRefused("NOBODY_TO_PAY", f"No holder of {subject} would get a cent.")
        own = Balance.objects.filter(account=_paid_from(listing), asset=CASH).first()
        _refuse_unfunded(listing, shares, own.available if own else 0)

    def apply(self, *, subject: str, new: dict[str, Any], proposal: Proposal) -> None:
        listing, rate = named_listing(subject), _rate(new)
        issuer = _paid_from(listing)
        owed = ledger.contra_account(ledger.TAX)
        places = {(issuer.pk, CASH), (owed.pk, CASH)}
        holders = {share.account_id for share in _shares(listing, rate)}
        places |= {(pk, asset) for pk in holders for asset in (CASH, listing.asset_id)}
        available = balances.lock(places)
        shares = _shares(listing, rate)  # as they stand, now that they stay so
        _refuse_unfunded(listing, shares, available[issuer.pk, CASH])
        now = clock.now()
        dividend = Dividend.objects.create(
            listing=listing, cents_per_lot=rate, record_at=now, paid_at=now, proposal=proposal
        )
        _pay(dividend, shares, issuer, owed)
        paid = {share.account_id for share in shares}
        feed.publish_balances_on_commit(paid)

    def wording(self, *, subject: str, old: dict[str, Any], new: dict[str, Any]) -> Wording:
        listing = named_listing(subject)
        a_token = plain(Decimal(new["cents_per_lot"]) / 100 / listing.lot_size)
        said = f"{a_token:,f} {CASH} for each {subject}, to whoever holds it on approval"
        return [(f"Dividend of {subject}", words.NOTHING, said)]


def _rate(new: dict[str, Any]) -> Decimal:
    try:
        rate = Decimal(new["cents_per_lot"])
        if rate.is_finite() and 0 < rate <= MOST and rate * PARTS % 1 == 0:
            return rate
    except (KeyError, TypeError, InvalidOperation):
        pass
    raise ProposalRefused("NO_RATE", "Say how much a lot gets: above zero, in up to 8 decimals of a cent.")


def _shares(listing: Listing, cents_per_lot: Decimal) -> list[_Share]:
    """By holder. Who would get less than a cent gets nothing."""
    rows = Balance.objects.filter(asset=listing.asset_id, settled__gt=0, is_contra=False)
    found = rows.order_by("account").values_list("account", "settled")
    parts = int(cents_per_lot * PARTS)
    shares = (_Share(pk, lots, lots * parts // PARTS) for pk, lots in found)
    return [share for share in shares if share.gross]


def _paid_from(listing: Listing) -> Account:
    return ledger.contra_account(f"C-{listing.symbol}", f"Issued {listing.symbol}")


def _refuse_unfunded(listing: Listing, shares: list[_Share], available: int) -> None:
    total = sum(share.gross for share in shares)
    if total > available:
        raise ProposalRefused(
            "NOT_FUNDED",
            f"It comes to {words.cash(total)}; C-{listing.symbol} has {words.cash(max(0, available))}. The "
            "issuer has to pay in first.",
        )


def _pay(dividend: Dividend, shares: list[_Share], issuer: Account, owed: Account) -> None:
    on = local_date(dividend.listing, dividend.paid_at)
    rates = tax.withholding([share.account_id for share in shares], on)
    transfers, payments = [], []
    settled = {(issuer.pk, CASH): 0, (owed.pk, CASH): 0}
    for pk, lots, gross in shares:
        rate, reason = rates[pk]
        withheld = tax.withheld(gross, rate)
        payments.append((dividend.pk, pk, lots, gross, withheld, rate, reason))
        transfers.append((Kind.DIVIDEND, issuer.pk, pk, gross))
        if withheld:
            transfers.append((Kind.WITHHOLDING, pk, owed.pk, withheld))
        settled[issuer.pk, CASH] -= gross
        settled[owed.pk, CASH] += withheld
        settled[pk, CASH] = gross - withheld
    bulk.copy(
        Transfer,
        ("at", "kind", "debit_account_id", "credit_account_id", "asset_id", "amount", "reference"),
        [
            (dividend.paid_at, kind, debit, credit, CASH, cents, reference(kind, dividend, holder))
            for kind, debit, credit, cents in transfers
            for holder in [credit if kind == Kind.DIVIDEND else debit]
        ],
    )
    balances.move(settled=settled)
    bulk.copy(
        DividendPayment,
        ("dividend_id", "account_id", "lots", "gross", "withheld", "withholding_rate", "withholding_reason"),
        payments,
    )


def reference(kind: str, dividend: Dividend, account_id: int) -> str:
    return f"{kind}:{dividend.pk}:{account_id}"
