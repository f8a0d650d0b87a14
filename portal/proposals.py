"""Four eyes: one person proposes, another approves, and only then does anything change.

``PROPOSAL_KINDS`` in settings names a class for each kind of proposal; lower apps stay unaware of higher
ones that way. The class tells how the subject stands now, whether the new state makes sense, and applies it.
"""

import logging
from datetime import UTC, date, datetime
from typing import Any, Protocol, runtime_checkable

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from portal import audit, clock
from portal.models import Proposal, User

logger = logging.getLogger(__name__)

Wording = list[tuple[str, str, str]]  # what changes, from, to


class ProposalRefused(Exception):
    """An anticipated reason not to take a step: ``code`` for machines, the text for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ProposalKind(Protocol):
    """What a kind of proposal has to know."""

    def current(self, *, subject: str, lock: bool = False) -> dict[str, Any]:
        """How the subject stands now; locked, it stands so until the transaction ends."""

    def check(self, *, subject: str, new: dict[str, Any]) -> None:
        """Raise ProposalRefused where the new state makes no sense."""

    def apply(self, *, subject: str, new: dict[str, Any], proposal: Proposal) -> None:
        """Put it into effect, in the transaction that marks it so and has locked the subject."""

    def wording(self, *, subject: str, old: dict[str, Any], new: dict[str, Any]) -> Wording:
        """What changes, for people."""


@runtime_checkable
class Guarded(Protocol):
    """A kind of proposal that others decide than those who decide on the market."""

    permission: str


@runtime_checkable
class Dated(Protocol):
    """A kind of proposal that is put on record at once and counts from a day of its own."""

    def first_day(self, *, subject: str, new: dict[str, Any]) -> date | None:
        """That day, while it lies ahead."""


def propose(
    *,
    kind: str,
    subject: str,
    new: dict[str, Any],
    reason: str,
    by: User,
    effective_at: datetime | None = None,
) -> Proposal:
    handler = _kind(kind)
    if not reason.strip():
        raise ProposalRefused("REASON_REQUIRED", "Say why.")
    old = handler.current(subject=subject)
    handler.check(subject=subject, new=new)
    with transaction.atomic():
        proposal = Proposal.objects.create(
            kind=kind,
            subject=subject,
            old=old,
            new=new,
            reason=reason,
            effective_at=effective_at,
            proposed_by=by,
            proposed_at=clock.now(),
        )
        facts = {
            "old": old,
            "new": new,
            "reason": reason,
            "effective_at": effective_at and effective_at.astimezone(UTC).isoformat(),
        }
        audit.record(action="PROPOSED", subject=str(proposal), actor=by, facts=facts)
    return proposal


def approve(*, proposal: Proposal, by: User) -> Proposal:
    """Approve, and put into effect unless its time is still to come."""
    with transaction.atomic():
        proposal = _decide(proposal, by=by, status=Proposal.Status.APPROVED)
        audit.record(action="APPROVED", subject=str(proposal), actor=by)
        if proposal.effective_at is None or proposal.effective_at <= clock.now():
            _apply(proposal)
        else:
            _refuse_stale(proposal)
    return proposal


def reject(*, proposal: Proposal, by: User, reason: str) -> Proposal:
    with transaction.atomic():
        proposal = _decide(proposal, by=by, status=Proposal.Status.REJECTED)
        audit.record(action="REJECTED", subject=str(proposal), actor=by, facts={"reason": reason})
    return proposal


def apply_due() -> int:
    """Put approved proposals into effect whose time has come (the schedule); return how many.

    One that is stale or makes sense no longer is rejected, one that fails is tried again: neither may
    hold up those behind it.
    """
    due = Proposal.objects.filter(status=Proposal.Status.APPROVED, effective_at__lte=clock.now())
    done = 0
    for pk in due.order_by("effective_at", "id").values_list("pk", flat=True):
        try:
            with transaction.atomic():
                row = due.select_for_update(no_key=True, skip_locked=True).filter(pk=pk).first()
                if row is not None:
                    done += _apply_or_reject(row)
        except Exception:
            logger.exception("proposal %s could not be put into effect", pk)
    return done


def permission_of(kind: str) -> str:
    """What it takes to decide on a proposal of this kind."""
    handler = _kind(kind)
    return handler.permission if isinstance(handler, Guarded) else "portal.decide_proposal"


def may_decide(user: AbstractBaseUser | AnonymousUser, proposal: Proposal) -> bool:
    return isinstance(user, User) and user.has_perm(permission_of(proposal.kind))


def visible_to(user: AbstractBaseUser | AnonymousUser) -> QuerySet[Proposal]:
    """Of every kind, or of those a person may decide."""
    if not isinstance(user, User):
        return Proposal.objects.none()
    if user.has_perm("portal.view_every_proposal"):
        return Proposal.objects.all()
    kinds = [kind for kind in settings.PROPOSAL_KINDS if user.has_perm(permission_of(kind))]
    return Proposal.objects.filter(kind__in=kinds)


def wording(proposal: Proposal) -> Wording:
    """What a proposal changes, for people."""
    return _kind(proposal.kind).wording(subject=proposal.subject, old=proposal.old, new=proposal.new)


def standing(proposal: Proposal) -> str:
    """A proposal's status, for people."""
    kind = _kind(proposal.kind)
    if proposal.status == Proposal.Status.APPLIED and isinstance(kind, Dated):
        ahead = kind.first_day(subject=proposal.subject, new=proposal.new)
        if ahead is not None:
            return f"In effect from {ahead}"
    return proposal.get_status_display()


def is_stale(proposal: Proposal) -> bool:
    """Has its subject changed since it was proposed?"""
    return _kind(proposal.kind).current(subject=proposal.subject) != proposal.old


def _decide(proposal: Proposal, *, by: User, status: str) -> Proposal:
    row = Proposal.objects.select_for_update(no_key=True).get(pk=proposal.pk)
    if row.status != Proposal.Status.PROPOSED:
        raise ProposalRefused("ALREADY_DECIDED", f"This proposal is {standing(row).lower()}.")
    if row.proposed_by_id == by.pk:
        raise ProposalRefused("FOUR_EYES", "Somebody else than the proposer has to decide.")
    row.status, row.decided_by, row.decided_at = status, by, clock.now()
    row.save(update_fields=["status", "decided_by", "decided_at"])
    return row


def _refuse_stale(proposal: Proposal) -> None:
    """What two people agreed on rests on how they saw it stand."""
    if _kind(proposal.kind).current(subject=proposal.subject, lock=True) != proposal.old:
        raise ProposalRefused(
            "STALE", "What it concerns has changed since this was proposed. Propose it anew."
        )


def _apply(proposal: Proposal) -> None:
    kind = _kind(proposal.kind)
    _refuse_stale(proposal)
    kind.check(subject=proposal.subject, new=proposal.new)
    kind.apply(subject=proposal.subject, new=proposal.new, proposal=proposal)
    proposal.status, proposal.applied_at = Proposal.Status.APPLIED, clock.now()
    proposal.save(update_fields=["status", "applied_at"])
    audit.record(action="APPLIED", subject=str(proposal), facts={"new": proposal.new})


def _apply_or_reject(proposal: Proposal) -> bool:
    try:
        with transaction.atomic():
            _apply(proposal)
    except ProposalRefused as refused:
        proposal.status = Proposal.Status.REJECTED
        proposal.save(update_fields=["status"])
        facts = {"code": refused.code, "reason": str(refused)}
        audit.record(action="NOT_APPLIED", subject=str(proposal), facts=facts)
        return False
    return True


def _kind(name: str) -> ProposalKind:
    path = settings.PROPOSAL_KINDS.get(name)
    if path is None:
        raise ProposalRefused("UNKNOWN_KIND", f"There is no kind of proposal called {name}.")
    kind: ProposalKind = import_string(path)()
    return kind
