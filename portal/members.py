"""Who may do what for an account or an issuer: members, and the roles they have."""

from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from portal import audit, clock, notices
from portal.models import Account, AccountMember, ApiKey, Issuer, IssuerMember, User

Role = AccountMember.Role
IssuerRole = IssuerMember.Role
RANKS: dict[str, int] = {
    Role.VIEWER: 0, Role.TRADER: 1, Role.SIGNER: 2, IssuerRole.STAFF: 0, IssuerRole.ADMIN: 1,
}  # fmt: skip
# What people are members of, and those who decide who is one.
House = Account | Issuer
Member = AccountMember | IssuerMember
PAGE = "/team"


class MemberRefused(Exception):
    """Why a membership is not changed; the sentence is shown."""

    def __init__(self, code: str, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.code, self.field = code, field


def accounts_of(user: User) -> QuerySet[Account]:
    """The accounts a person is a member of, each with their ``role``."""
    rows = Account.objects.filter(memberships__user=user)
    return rows.annotate(role=F("memberships__role")).order_by("number")


def issuers_of(user: User) -> QuerySet[Issuer]:
    """The issuers a person is a member of, each with their ``role``."""
    rows = Issuer.objects.filter(memberships__user=user)
    return rows.annotate(role=F("memberships__role")).order_by("name")


def suffices(role: str, *, least: str) -> bool:
    return RANKS[role] >= RANKS[least]


def top_role(house: House) -> str:
    """The role that decides who else is a member."""
    return Role.SIGNER if isinstance(house, Account) else IssuerRole.ADMIN


def roles_of(house: House) -> dict[str, str]:
    """Every role there is in it, and what it means."""
    return dict(Role.choices if isinstance(house, Account) else IssuerRole.choices)


def members_of(house: House) -> QuerySet[Any]:
    return house.memberships.select_related("user").order_by("pk")


def subject_of(house: House) -> str:
    """What the audit log calls it."""
    return house.number if isinstance(house, Account) else house.name[:100]


def locked(house: House) -> House:
    """Its row, under whose lock members come, go and change: so that one of the last two deciders stays."""
    return type(house).objects.select_for_update(no_key=True).get(pk=house.pk)


def change_role(*, house: House, member_id: int, role: str, by: User) -> Member:
    """Raises MemberRefused, and DoesNotExist where there is no such member."""
    with transaction.atomic():
        house = locked(house)
        member: Member = members_of(house).get(pk=member_id)
        if member.role == role:
            return member
        before = member.role
        if before == top_role(house):
            _keep_a_decider(house, member)
            _end_invitations(house, member.user)
        member.role = role
        member.save(update_fields=["role"])
        facts = {"person": member.user.email, "from": before, "to": role}
        audit.record(action="MEMBER_ROLE_CHANGED", subject=subject_of(house), actor=by, facts=facts)
        called = member.get_role_display()
        notices.tell(
            user=member.user, kind="MEMBERSHIP", subject=f"Your role in {house} was changed",
            text=f"{by} changed your role in {house}. You are now: {called}.", link=PAGE,
        )  # fmt: skip
    return member


def remove(*, house: House, member_id: int, by: User) -> None:
    """The member's keys for the account end with the membership. Raises as ``change_role`` does."""
    from portal import api_keys  # it asks here what a role may

    with transaction.atomic():
        house = locked(house)
        member: Member = members_of(house).get(pk=member_id)
        if member.role == top_role(house):
            _keep_a_decider(house, member)
        person = member.user
        member.delete()
        _end_invitations(house, person)
        if isinstance(house, Account):
            for key in ApiKey.objects.filter(account=house, user=person, revoked_at=None):
                api_keys.revoke(key=key, by=by)
        facts = {"person": person.email, "role": member.role}
        audit.record(action="MEMBER_REMOVED", subject=subject_of(house), actor=by, facts=facts)
        told = [decider for decider in deciders(house) if decider != by]
        if person != by:
            notices.tell(
                user=person, kind="MEMBERSHIP", subject=f"You are no longer a member of {house}",
                text=f"{by} removed you from {house}.", link=PAGE,
            )  # fmt: skip
        for decider in told:
            notices.tell(
                user=decider, kind="MEMBERSHIP", subject=f"A member of {house} is gone",
                text=f"{person} is no longer a member of {house}." if person == by
                else f"{by} removed {person} from {house}.", link=PAGE,
            )  # fmt: skip


def deciders(house: House) -> list[User]:
    """Those who decide who else is a member, and can sign in."""
    rows = members_of(house).filter(role=top_role(house), user__is_active=True)
    return [member.user for member in rows]


def _end_invitations(house: House, person: User) -> None:
    """Whom somebody asked while they decided who is a member, they ask no more."""
    house.invitations.filter(invited_by=person, ended_at=None).update(ended_at=clock.now())


def _keep_a_decider(house: House, member: Member) -> None:
    if not any(user != member.user for user in deciders(house)):
        called = "a signer" if isinstance(house, Account) else "an administrator"
        raise MemberRefused(
            "LAST_DECIDER",
            f"Nobody but {member.user} decides for {house}: make somebody else {called} first.",
        )
