"""What is the caller's own, and how far their role in it goes."""

from typing import Any

from django.db.models import F, Model, QuerySet
from django.http import Http404
from rest_framework import status
from rest_framework.request import Request

from portal import members
from portal.api.errors import ApiError
from portal.api.inputs import ID
from portal.members import Role
from portal.models import Account

WHAT_IT_TAKES = {
    Role.TRADER: "You may look at this account, not trade for it. A signer of the account can change that.",
    Role.SIGNER: "Only signers of the account do this: they move money, sign, and decide who else is a "
    "member. Ask one of them.",
}


def own_accounts(request: Request) -> QuerySet[Account]:
    """The caller's accounts, each with their ``role``."""
    return members.accounts_of(request.user)  # type: ignore[arg-type]


def own_account(request: Request, account_id: str, *, least: Role = Role.VIEWER) -> Account:
    """The caller's account of this id; whatever is somebody else's does not exist."""
    rows = own_accounts(request)
    account = rows.filter(pk=int(account_id)).first() if ID.fullmatch(account_id) else None
    if account is None:
        raise Http404("You have no such account.")
    require(account, least)
    return account


def own_rows(request: Request, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of these rows that belong to an account of the caller's, each with their ``role`` in it."""
    return rows.filter(account__memberships__user=request.user).annotate(role=F("account__memberships__role"))


def require(own: Model, least: Role) -> None:
    """Raise NOT_YOUR_ROLE unless the caller's role in what is their own goes so far."""
    role: str = own.role  # type: ignore[attr-defined]
    if not members.suffices(role, least=least):
        raise ApiError(status.HTTP_403_FORBIDDEN, "NOT_YOUR_ROLE", WHAT_IT_TAKES[least])
