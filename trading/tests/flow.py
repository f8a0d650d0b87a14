"""Random order flow: a market that crosses, rests, cancels, replaces and now and then is refused."""

from collections import deque
from collections.abc import Sequence
from random import Random

from portal.models import Account
from trading.engine import TimeInForce
from trading.models import Listing
from trading.services.requests import CancelRequest, NewOrderRequest, ReplaceRequest, Request
from trading.tests.factories import a_cl_ord_id, buy, funded, sell

MIDDLE, SPREAD = 1000, 8


class Flow:
    """What several accounts send in, with a memory of what they have sent."""

    def __init__(
        self, seed: int, listing: Listing, accounts: Sequence[Account], *, memory: int = 100
    ) -> None:
        self.chance = Random(seed)
        self.listing = listing
        self.accounts = accounts
        self.sent: deque[NewOrderRequest] = deque(maxlen=memory)

    def batch(self, size: int) -> list[Request]:
        return [self._one() for _ in range(size)]

    def _one(self) -> Request:
        kind = self.chance.random()
        if kind < 0.7 or not self.sent:
            return self._new()
        order = self.chance.choice(self.sent)
        if kind < 0.85:
            return CancelRequest(order.account_id, a_cl_ord_id(), orig_cl_ord_id=order.cl_ord_id)
        return ReplaceRequest(
            order.account_id,
            a_cl_ord_id(),
            order_qty=self.chance.randint(1, 30),
            price=self._price(),
            orig_cl_ord_id=order.cl_ord_id,
        )

    def _new(self) -> NewOrderRequest:
        side = self.chance.choice((buy, sell))
        account = self.chance.choice(self.accounts)
        qty = self.chance.randint(1, 20)
        kind = self.chance.random()
        if kind < 0.05:
            return side(account, self.listing, qty, None)
        if kind < 0.15:
            for_now = self.chance.choice((TimeInForce.IOC, TimeInForce.FOK))
            return side(account, self.listing, qty, self._price(), time_in_force=for_now)
        order = side(account, self.listing, qty, self._price())
        self.sent.append(order)
        return order

    def _price(self) -> int:
        return MIDDLE + self.chance.randint(-SPREAD, SPREAD)


def a_crowd(listing: Listing, *, size: int = 4) -> list[Account]:
    """Accounts with enough of everything to trade for a while."""
    return [funded(cents=10**9, lots=10**6, listing=listing) for _ in range(size)]
