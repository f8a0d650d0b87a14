"""Proposals, held against the audit log: a proposal's row can be changed, the log cannot."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC

from portal.models import AuditEntry, Proposal
from trading.verification.findings import Findings

Status = Proposal.Status
# What the log tells of a proposal, step by step, and how it then stands.
COURSES = {
    ("PROPOSED",): Status.PROPOSED,
    ("PROPOSED", "APPROVED"): Status.APPROVED,
    ("PROPOSED", "APPROVED", "APPLIED"): Status.APPLIED,
    ("PROPOSED", "APPROVED", "NOT_APPLIED"): Status.REJECTED,
    ("PROPOSED", "REJECTED"): Status.REJECTED,
}
STEPS = {step for course in COURSES for step in course}


def verify_proposals(findings: Findings) -> None:
    log: dict[str, list[AuditEntry]] = defaultdict(list)
    for entry in AuditEntry.objects.filter(action__in=STEPS).order_by("id").iterator(chunk_size=2000):
        log[entry.subject].append(entry)
    for proposal in Proposal.objects.order_by("id").iterator(chunk_size=2000):
        for what in _objections(proposal, log.pop(str(proposal), [])):
            findings.add("portal_proposal", str(proposal), what)
    for subject in log:
        findings.add("portal_proposal", subject, "is missing, but the audit log tells of it")


def _objections(proposal: Proposal, steps: Sequence[AuditEntry]) -> list[str]:
    course = tuple(step.action for step in steps)
    if course not in COURSES:
        return [f"the audit log tells of it: {', '.join(course) or 'nothing'}"]
    proposed, *decided = steps
    should_be = proposed.facts | {
        "status": COURSES[course],
        "proposed_by": proposed.actor_id,
        "decided_by": decided[0].actor_id if decided else None,
    }
    effective_at = proposal.effective_at
    found = {
        "old": proposal.old,
        "new": proposal.new,
        "reason": proposal.reason,
        "effective_at": effective_at and effective_at.astimezone(UTC).isoformat(),
        "status": proposal.status,
        "proposed_by": proposal.proposed_by_id,
        "decided_by": proposal.decided_by_id,
    }
    return [
        f"{name} is {found[name]!r}, should be {value!r}"
        for name, value in should_be.items()
        if found[name] != value
    ]
