"""An application as it stands: each step's state, what is missing, and who has to act."""

from dataclasses import dataclass
from functools import cached_property
from statistics import median

from portal import clock, rule_table
from portal.applications import agreements, cases
from portal.applications.agreements import ToSign
from portal.applications.refusals import Missing
from portal.models import Application, ApplicationEvent, Identity, Upload
from portal.onboarding import answers
from portal.onboarding.case import Case
from portal.onboarding.kinds import IdentityRole, Purpose
from portal.onboarding.papers import Handed, Paper, Place, met, papers_of
from portal.onboarding.stages import ENDED, WITH_APPLICANT, Stage
from portal.onboarding.steps import PROVEN, Step, steps_of

REVIEW_AIM = "REVIEW-AIM"
ENOUGH, LATEST = 5, 50
NOT_ANSWERED = "This step has not been answered yet."


@dataclass(frozen=True, slots=True)
class StepState:
    step: Step
    state: str  # TODO, DONE or FIX
    problem: str | None = None


class Overview:
    """Reckoned from what is kept; nothing is asked twice."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.is_with_applicant = Stage(application.stage) in WITH_APPLICANT

    @cached_property
    def case(self) -> Case:
        return cases.case_of(self.application)

    @cached_property
    def identities(self) -> list[Identity]:
        order = {role: place for place, role in enumerate(IdentityRole)}
        rows = self.application.identities.all()
        return sorted(rows, key=lambda row: (order[IdentityRole(row.role)], row.position))

    @cached_property
    def uploads(self) -> list[Upload]:
        return [row for row in self.application.uploads.all() if row.removed_at is None]

    @cached_property
    def events(self) -> list[ApplicationEvent]:
        return list(self.application.events.all())

    @cached_property
    def agreements(self) -> list[ToSign]:
        if Purpose(self.application.purpose) == Purpose.ACCREDITATION:
            return []
        return agreements.to_sign(self.application, self.case)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        application = self.application
        opens = application.purpose == Purpose.OPEN
        has_to_sign = opens or any(row.signature is None for row in self.agreements) or self._signed_here
        return steps_of(self.case.kind, self.case.purpose, has_to_sign=has_to_sign)

    @property
    def _signed_here(self) -> bool:
        own = self.application.pk
        return any(row.signature and row.signature.application_id == own for row in self.agreements)

    @cached_property
    def papers(self) -> list[tuple[Paper, Identity | None, bool]]:
        """Documents needed, whose, and whether they are there."""
        places: dict[int, Place] = {row.pk: (IdentityRole(row.role), row.position) for row in self.identities}
        by_place = {places[row.pk]: row for row in self.identities}
        handed = [
            Handed(row.kind, places.get(row.identity_id or 0), row.tax_year, row.dated)
            for row in self.uploads
        ]
        papers = papers_of(self.case)
        done = met(papers, handed, case=self.case)
        rows = [by_place.get(paper.place) if paper.place else None for paper in papers]
        return list(zip(papers, rows, done, strict=True))

    @cached_property
    def states(self) -> list[StepState]:
        return [self._state(step) for step in self.steps]

    @cached_property
    def missing(self) -> list[Missing]:
        """All that stands between the applicant and sending it in."""
        if not self.is_with_applicant:
            return []
        return [one for step in self.steps for one in self._missing[step]]

    @property
    def can_submit(self) -> bool:
        return self.is_with_applicant and not self.missing

    @property
    def waiting_for(self) -> str | None:
        if Stage(self.application.stage) in ENDED:
            return None
        return "APPLICANT" if self.is_with_applicant else "VENUE"

    @property
    def expected(self) -> str | None:
        """How long it will take, as far as anybody can honestly say."""
        if self.application.stage == Stage.CHECKING:
            return (
                "Checks mostly take minutes. Where one takes longer a person looks into it, and you are told."
            )
        return review_time() if self.application.stage == Stage.IN_REVIEW else None

    # --- of each step -------------------------------------------------------------------------------

    def _state(self, step: Step) -> StepState:
        if not self.is_with_applicant:
            return StepState(step, "DONE")
        missing = self._missing[step]
        if not missing:
            # Which documents are needed is known once everything else is.
            is_open = step == Step.DOCUMENTS and any(
                other not in self.case.answers for other in self.steps if other not in PROVEN
            )
            return StepState(step, "TODO" if is_open else "DONE")
        begun = step in self.case.answers or step in self._flagged
        return StepState(step, "FIX", missing[0].message) if begun else StepState(step, "TODO")

    @cached_property
    def _missing(self) -> dict[Step, list[Missing]]:
        return {step: self._missing_at(step) for step in self.steps}

    def _missing_at(self, step: Step) -> list[Missing]:
        found = self._unanswered(step)
        if step in self._flagged and not found:
            text = self._flagging.text if self._flagging else ""
            found = [Missing(step, None, "ASKED_AGAIN", text or "Please go through this step again.")]
        return found

    def _unanswered(self, step: Step) -> list[Missing]:
        if step == Step.DOCUMENTS:
            return [
                Missing(
                    step,
                    None,
                    "DOCUMENT_MISSING",
                    ": ".join(filter(None, (paper.whose, paper.why))),
                )
                for paper, _, done in self.papers
                if not done
            ]
        if step == Step.AGREEMENTS:
            return [
                Missing(step, row.agreement.code, "NOT_SIGNED", f"Sign: {row.agreement.title}.")
                for row in self.agreements
                if row.signature is None
            ]
        if step not in self.case.answers:
            return [Missing(step, None, "NOT_ANSWERED", NOT_ANSWERED)]
        found = answers.problems(step, self.case)
        return [Missing(step, field, problem.code, problem.message) for field, problem in found]

    @cached_property
    def _flagging(self) -> ApplicationEvent | None:
        """The event by which the applicant was asked again."""
        if self.application.stage != Stage.NEEDS_ANSWERS:
            return None
        asking = (event for event in reversed(self.events) if event.stage == Stage.NEEDS_ANSWERS)
        return next(asking, None)

    @cached_property
    def _flagged(self) -> set[str]:
        """Steps asked for again and not touched since."""
        if self._flagging is None:
            return set()
        since = self._flagging.at
        touched = {row.step for row in self.application.answers.all() if row.answered_at > since}
        if any(row.uploaded_at > since for row in self.uploads):
            touched.add(Step.DOCUMENTS)
        if any(row.signature and row.signature.at > since for row in self.agreements):
            touched.add(Step.AGREEMENTS)
        return set(self._flagging.steps) - touched


def review_time() -> str:
    """By the last ones decided; where they are too few, what the venue aims for."""
    rows = Application.objects.filter(stage__in=[Stage.APPROVED, Stage.REJECTED], submitted_at__isnull=False)
    latest = rows.order_by("-decided_at").values_list("submitted_at", "decided_at")[:LATEST]
    times = [(decided - sent).total_seconds() for sent, decided in latest if sent and decided]
    if len(times) < ENOUGH:
        aim = rule_table.rule(REVIEW_AIM, on=clock.today()).said
        return f"A person looks at it. We aim to decide within {aim}."
    half = _long(median(times))
    return f"A person looks at it. Of the last {len(times)}, half were decided within {half}."


def _long(seconds: float) -> str:
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            count = -int(-seconds // length)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "a minute"
