"""Who may do what for an account."""

from django.db.models import F, QuerySet

from portal.models import Account, AccountMember, User

Role = AccountMember.Role
RANKS = {Role.VIEWER: 0, Role.TRADER: 1, Role.SIGNER: 2}


def accounts_of(user: User) -> QuerySet[Account]:
    """The accounts a person is a member of, each with their ``role``."""
    rows = Account.objects.filter(memberships__user=user)
    return rows.annotate(role=F("memberships__role")).order_by("number")


def suffices(role: str, *, least: Role) -> bool:
    return RANKS[Role(role)] >= RANKS[least]
