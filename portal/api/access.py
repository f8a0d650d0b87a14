"""What is the caller's own, and how far their role in it goes."""

from typing import Any

from django.db.models import F, Model, QuerySet
from django.http import Http404
from rest_framework import status
from rest_framework.request import Request

from portal import members
from portal.api.errors import ApiError
from portal.api.inputs import ID
from portal.members import IssuerRole, Role
from portal.models import Account, ApiKey, Issuer

WHAT_IT_TAKES: dict[str, str] = {
    Role.TRADER: "You may look at this account, not trade for it. A signer of the account can change that.",
    Role.SIGNER: "Only signers of the account do this: they move money, sign, and decide who else is a "
    "member. Ask one of them.",
    IssuerRole.ADMIN: "Only administrators of the issuer do this. Ask one of them.",
}


def own_accounts(request: Request) -> QuerySet[Account]:
    """The caller's accounts, each with their ``role``; of a key, the one it is for."""
    rows = members.accounts_of(request.user)  # type: ignore[arg-type]
    return rows.filter(pk=request.auth.account_id) if isinstance(request.auth, ApiKey) else rows


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
    if isinstance(request.auth, ApiKey):
        rows = rows.filter(account=request.auth.account_id)
    return rows.filter(account__memberships__user=request.user).annotate(role=F("account__memberships__role"))


def own_issuer(request: Request, issuer_id: int, *, least: IssuerRole = IssuerRole.STAFF) -> Issuer:
    """The caller's issuer of this id; whatever is somebody else's does not exist."""
    issuer = members.issuers_of(request.user).filter(pk=issuer_id).first()  # type: ignore[arg-type]
    if issuer is None:
        raise Http404("You have no such issuer.")
    require(issuer, least)
    return issuer


def require(own: Model, least: str) -> None:
    """Raise NOT_YOUR_ROLE unless the caller's role in what is their own goes so far."""
    role: str = own.role  # type: ignore[attr-defined]
    if not members.suffices(role, least=least):
        raise ApiError(status.HTTP_403_FORBIDDEN, "NOT_YOUR_ROLE", WHAT_IT_TAKES[least])
