"""The one audit log."""

from portal import clock
from portal.models import AuditEntry, User


def record(*, action: str, subject: str, actor: User | None = None, facts: dict | None = None) -> AuditEntry:
    """Write down one act, in the transaction of the act."""
    return AuditEntry.objects.create(
        at=clock.now(), actor=actor, action=action, subject=subject, facts=facts or {}
    )
