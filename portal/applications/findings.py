"""What the checks of the last round said last, and what reviewers made of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from portal import audit, clock
from portal.applications.refusals import ApplicationRefused
from portal.models import Application, CheckResult, ReviewNote, User
from portal.onboarding.stages import Stage

Outcome, Verdict = CheckResult.Outcome, ReviewNote.Verdict


@dataclass(frozen=True, slots=True)
class Said:
    """A finding, with what reviewers noted of it."""

    result: CheckResult
    notes: list[ReviewNote]

    @property
    def is_waiting(self) -> bool:
        return self.result.outcome == Outcome.WAITING

    @property
    def says_no(self) -> bool:
        """Two people may approve over it, one may not. The database holds the same (migration 0005)."""
        stands = any(note.verdict == Verdict.STANDS for note in self.notes)
        return stands or self.result.outcome == Outcome.FIX or self.result.facts.get("says_no") is True

    @property
    def is_to_be_looked_at(self) -> bool:
        return self.result.outcome in (Outcome.REVIEW, Outcome.FIX) and not self.notes


def latest(application: Application) -> list[Said]:
    """What a check said later in a round takes the place of its waiting."""
    results = CheckResult.objects.filter(application=application).prefetch_related("notes__by")
    last = results.aggregate(last=Max("round"))["last"]
    rows = list(results.filter(round=last)) if last else []
    return [Said(row, list(row.notes.all())) for row in standing(rows)]


def standing(rows: Iterable[CheckResult]) -> list[CheckResult]:
    """Of one round, in order: without the waiting that is over."""
    found: list[CheckResult] = []
    for row in rows:
        found = [one for one in found if one.check_name != row.check_name or one.outcome != Outcome.WAITING]
        found.append(row)
    return found


def note(*, finding: CheckResult, by: User, verdict: str, text: str) -> ReviewNote:
    """What a reviewer makes of a finding, of an application that is theirs to decide."""
    with transaction.atomic():
        row = Application.objects.select_for_update(no_key=True).get(pk=finding.application_id)
        if row.stage != Stage.IN_REVIEW or row.applicant_id == by.pk:
            raise ApplicationRefused("WRONG_STAGE", "It is not with you to decide.")
        if not text.strip():
            raise ApplicationRefused("REASON_REQUIRED", "Say what you looked at.")
        made = ReviewNote.objects.create(finding=finding, by=by, verdict=verdict, note=text, at=clock.now())
        facts = {"finding": finding.pk, "code": finding.code, "verdict": verdict, "note": text}
        audit.record(action="FINDING_NOTED", subject=row.subject, actor=by, facts=facts)
    return made
