"""A small venue with the people who decide who may do what: owner, teammate, stranger, operator."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.sessions.models import Session

from portal.models import Account, Denial, SignIn, User
from portal.tests.factories import a_user, an_account
from trading.models import Balance, Listing, MarketState, Order
from trading.models.journal import Sequence
from trading.tests.api.contract import ContractClient
from trading.tests.factories import a_cl_ord_id, a_listing, buy, funded, sell, worked


@dataclass
class Venue:
    listing: Listing
    other_listing: Listing  # with a coarser tick and lot
    owner: User
    teammate: User  # of the same account
    stranger: User  # with an account of her own
    operator: User  # staff, with no account
    account: Account
    strangers: Account
    bid: Order  # of the account, on the book at 12.00
    ask: Order  # of the stranger, on the book at 12.50

    def order(self, **changes: Any) -> dict[str, Any]:
        """A good order, of the owner's account."""
        body = {
            "account": str(self.account.pk), "cl_ord_id": a_cl_ord_id(), "symbol": self.listing.symbol,
            "side": "BUY", "ord_type": "LIMIT", "time_in_force": "DAY", "order_qty": "10", "price": "12.00",
        }  # fmt: skip
        return body | changes


def a_venue() -> Venue:
    owner, teammate, stranger = (a_user(password=None) for _ in range(3))
    operator = a_user(password=None, is_staff=True, is_superuser=True)
    listing = a_listing("ACME")
    other = a_listing("GRIT", tick_size=Decimal("0.05"), lot_size=Decimal(10))
    account = funded(account=an_account(owner, teammate), cents=1_000_000, lots=500, listing=listing)
    strangers = funded(account=an_account(stranger), cents=1_000_000, lots=500, listing=listing)
    bid, ask, _ = worked(
        listing, buy(account, listing, 40, 1200), sell(strangers, listing, 30, 1250),
        buy(account, listing, 10, 1250),
    )  # fmt: skip
    ask.refresh_from_db()
    return Venue(
        listing, other, owner, teammate, stranger, operator, account, strangers, bid, ask
    )  # fmt: skip


def signed_in(user: User | None = None) -> ContractClient:
    client = ContractClient()
    if user is not None:
        client.force_login(user)
    return client


# What tells of who came, and who was sent away.
UNTOLD = (Session, Denial, SignIn)


def everything() -> dict[str, object]:
    """What the venue has on record: to say that something changed nothing."""
    counts: dict[str, object] = {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model not in UNTOLD
    }
    for model in (Order, Balance, MarketState, Sequence):
        counts[f"{model.__name__} rows"] = list(model._default_manager.order_by("pk").values_list())
    return counts
