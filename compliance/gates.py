"""The supervisor's gates, named in ``TRADING_GATES``: they gather facts and ask the pure rules."""

from collections.abc import Sequence

from compliance.rules import access
from portal.models import Account
from trading.gates import Decision, GateRequest, Party, Reason


class AccessGate:
    """May this account trade this listing at all?"""

    rules = access.RULES_VERSION

    def check(self, requests: Sequence[GateRequest] | Sequence[Party]) -> list[Decision]:
        return [self._decide(request) for request in requests]

    def _decide(self, request: GateRequest | Party) -> Decision:
        account, listing = request.account, request.listing
        facts = access.AccountFacts(status=account.status, investor_class=account.investor_class)
        # A market maker quotes under its agreement with the venue, whatever the class.
        open_to = [account.investor_class] if account.kind == Account.Kind.MARKET_MAKER else listing.open_to
        found = access.findings(facts, open_to=open_to, access_note=listing.access_note)
        return Decision(
            reasons=tuple(Reason(f.code, f.message, f.citation, f.next_step) for f in found),
            facts={
                "account": {"id": account.pk, **facts._asdict()},
                "listing": {"symbol": listing.symbol, "open_to": list(open_to)},
            },
        )
