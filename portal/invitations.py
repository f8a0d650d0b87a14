"""Asking somebody, by e-mail, to become a member of an account or of an issuer."""

import hashlib
import logging
import secrets
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import QuerySet

from portal import audit, clock, notices
from portal.members import (
    PAGE,
    House,
    MemberRefused,
    deciders,
    locked,
    members_of,
    roles_of,
    subject_of,
)
from portal.models import Account, AccountMember, Invitation, IssuerMember, User

logger = logging.getLogger(__name__)

GOOD_FOR = timedelta(days=7)
MOST_A_DAY = 20  # mails to whoever a member names: the venue is nobody's megaphone


def open_invitations(house: House) -> QuerySet[Invitation]:
    return house.invitations.filter(ended_at=None, expires_at__gt=clock.now()).select_related("invited_by")


def invite(*, house: House, email: str, role: str, by: User) -> Invitation:
    """One more invitation to the same address takes the place of the one before. Raises MemberRefused."""
    email, token = email.lower(), secrets.token_urlsafe(32)
    with transaction.atomic():
        house, now = locked(house), clock.now()
        if members_of(house).filter(user__email=email).exists():
            raise MemberRefused("MEMBER_ALREADY", f"{email} is a member already.", field="email")
        if house.invitations.filter(invited_at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY:
            raise MemberRefused("TOO_MANY_INVITATIONS", f"At most {MOST_A_DAY} invitations a day.")
        house.invitations.filter(email=email, ended_at=None).update(ended_at=now)
        made = house.invitations.create(
            email=email, role=role, token_hash=_hash(token), invited_by=by, invited_at=now,
            expires_at=now + GOOD_FOR,
        )  # fmt: skip
        facts = {"email": email, "role": role}
        audit.record(action="MEMBER_INVITED", subject=subject_of(house), actor=by, facts=facts)
        known = User.objects.filter(email=email).first()
        if known is not None:
            notices.tell(
                user=known, kind="MEMBERSHIP", subject=f"You are invited to {house}",
                text=f"{by} invites you to {house}. The link to accept is in a mail to you.",
            )  # fmt: skip
        transaction.on_commit(lambda: _mail(made, house, token))
    return made


def take_back(*, house: House, invitation_id: int, by: User) -> None:
    """Raises Invitation.DoesNotExist. Doing it twice changes nothing."""
    with transaction.atomic():
        house = locked(house)
        found = house.invitations.get(pk=invitation_id)
        if found.ended_at is None:
            found.ended_at = clock.now()
            found.save(update_fields=["ended_at"])
            facts = {"email": found.email, "role": found.role}
            audit.record(action="INVITATION_TAKEN_BACK", subject=subject_of(house), actor=by, facts=facts)


def find(token: str, *, user: User) -> Invitation:
    """The invitation a link is of, for the person it is to. Raises MemberRefused."""
    rows = Invitation.objects.select_related("account", "issuer", "invited_by")
    found = rows.filter(token_hash=_hash(token), ended_at=None, expires_at__gt=clock.now()).first()
    if found is None:
        raise MemberRefused(
            "NO_SUCH_INVITATION",
            "This invitation has expired, was used or was taken back. Ask for another.",
        )
    if not EmailAddress.objects.filter(user=user, email__iexact=found.email, verified=True).exists():
        raise MemberRefused(
            "INVITED_SOMEBODY_ELSE",
            f"This invitation is to another address than {user.email}. Sign in with the address the mail "
            "came to, or have yours invited.",
        )
    return found


def accept(token: str, *, user: User) -> Invitation:
    """Become a member. Raises MemberRefused."""
    found = find(token, user=user)
    with transaction.atomic():
        house = locked(house_of(found))
        # Under the lock, for it may have been taken back, or accepted in another window, meanwhile.
        found = find(token, user=user)
        found.ended_at, found.accepted_by = clock.now(), user
        found.save(update_fields=["ended_at", "accepted_by"])
        if isinstance(house, Account):
            AccountMember.objects.get_or_create(account=house, user=user, defaults={"role": found.role})
        else:
            IssuerMember.objects.get_or_create(issuer=house, user=user, defaults={"role": found.role})
        facts = {"person": user.email, "role": found.role, "invited_by": found.invited_by.email}
        audit.record(action="MEMBER_JOINED", subject=subject_of(house), actor=user, facts=facts)
        for decider in {found.invited_by, *deciders(house)} - {user}:
            notices.tell(
                user=decider, kind="MEMBERSHIP", subject=f"{user} joined {house}",
                text=f"{user} accepted the invitation to {house}.", link=PAGE,
            )  # fmt: skip
    return found


def house_of(invitation: Invitation) -> House:
    house = invitation.account or invitation.issuer
    assert house is not None
    return house


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _mail(invitation: Invitation, house: House, token: str) -> None:
    """The token stands in the mail alone, and behind the link's #: in no table and in no log of addresses."""
    venue = settings.VENUE["name"]
    text = (
        f"{invitation.invited_by} invites you to {house} at {venue}.\n\n"
        f"What you could do there: {roles_of(house)[invitation.role]}.\n\n"
        f"Accept until {invitation.expires_at:%d %B %Y}, signed in as {invitation.email}:\n"
        f"{settings.SITE_URL}/invitation#{token}\n\n"
        "If you do not know who asks, do nothing: the invitation lapses by itself."
    )
    try:
        send_mail(f"You are invited to {house}", text, None, [invitation.email])
    except OSError:
        # It stands in the list of invitations, and can be sent again there.
        logger.exception("an invitation was not mailed")
