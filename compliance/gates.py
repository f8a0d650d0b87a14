"""The supervisor's gates, named in ``TRADING_GATES``: they gather facts and ask the pure rules."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from compliance.rules import access
from portal import clock
from portal.models import Account
from trading.engine import Side
from trading.gates import Decision, GateRequest, Party, Reason
from trading.models import Listing


class AccessGate:
    """May this account trade this listing at all, and may it still buy?

    Of a settlement only the first is asked: what was bought in time settles.
    """

    rules = access.RULES_VERSION

    def check(self, requests: Sequence[GateRequest] | Sequence[Party]) -> list[Decision]:
        return [self._decide(request) for request in requests]

    def _decide(self, request: GateRequest | Party) -> Decision:
        account, listing = request.account, request.listing
        facts = access.AccountFacts(status=account.status, investor_class=account.investor_class)
        found = access.findings(facts, open_to=open_to(account, listing), access_note=listing.access_note)
        told: dict[str, Any] = {"id": account.pk, **facts._asdict()}
        if isinstance(request, GateRequest) and request.side == Side.BUY:
            found += findings_against_buying(account, listing, on=clock.day_of(request.at))
            told |= {name: value and str(value) for name, value in _verified(account)._asdict().items()}
        return Decision(
            reasons=tuple(Reason(f.code, f.message, f.citation, f.next_step) for f in found),
            facts={
                "account": told,
                "listing": {"symbol": listing.symbol, "open_to": list(open_to(account, listing))},
            },
        )


def open_to(account: Account, listing: Listing) -> list[str]:
    """A market maker quotes under its agreement with the venue, whatever the class."""
    if account.kind == Account.Kind.MARKET_MAKER:
        return [account.investor_class]
    return list(listing.open_to)


def findings_against_buying(account: Account, listing: Listing, *, on: date) -> list[access.Finding]:
    is_maker = account.kind == Account.Kind.MARKET_MAKER
    return access.findings_against_buying(
        "" if is_maker else account.investor_class,
        _verified(account),
        open_to=listing.open_to,
        issuer=listing.issuer_id,
        on=on,
    )


def _verified(account: Account) -> access.Verified:
    return access.Verified(
        identity_until=account.identity_until,
        tax_until=account.tax_until,
        accredited_until=account.accredited_until,
        accredited_for=account.accredited_for_id,
    )
