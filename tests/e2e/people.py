"""Who is in front of the browsers."""

from dataclasses import dataclass

from django.contrib.auth.models import Group

from portal import roles
from portal.models import Account, User
from portal.tests.factories import a_user, an_account
from trading.models import Listing
from trading.tests.factories import funded


@dataclass(frozen=True)
class Investor:
    user: User
    account: Account


def an_investor(listing: Listing, *, cents: int = 0, lots: int = 0) -> Investor:
    """A person with an account that holds this much cash, and this much of the listing."""
    user = a_user()
    return Investor(user, funded(cents=cents, lots=lots, listing=listing, account=an_account(user)))


def a_supervisor() -> User:
    user = a_user(is_staff=True)
    user.groups.add(Group.objects.get(name=roles.MARKET_SUPERVISOR))
    return user
