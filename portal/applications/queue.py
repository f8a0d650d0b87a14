"""What waits for reviewers, in figures."""

from typing import Any

from django.utils.timesince import timesince

from portal import clock
from portal.models import Application, Proposal
from portal.onboarding.stages import Stage


def figures() -> dict[str, Any]:
    waiting = Application.objects.filter(stage=Stage.IN_REVIEW)
    oldest = waiting.order_by("submitted_at").first()
    proposed = Proposal.objects.filter(kind="APPROVE_APPLICATION", status=Proposal.Status.PROPOSED)
    return {
        "waiting": waiting.count(),
        "oldest": oldest and waiting_for(oldest),
        "high": waiting.filter(risk=Application.Risk.HIGH).count(),
        "proposed": proposed.count(),
    }


def waiting_for(row: Application) -> str:
    return timesince(row.submitted_at, clock.now(), depth=1) if row.submitted_at else ""
