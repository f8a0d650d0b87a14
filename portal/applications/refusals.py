"""Why something is not done with an application."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.onboarding.fields import Found


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing to mend before it can be sent in, or before an answer can be kept."""

    step: str
    field: str | None
    code: str
    message: str


class ApplicationRefused(Exception):
    """Anticipated: ``code`` for machines, the text for people; nothing has changed."""

    def __init__(self, code: str, message: str, *, reasons: Sequence[Missing] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.reasons = list(reasons)


def not_answered_well(step: str, found: Found) -> ApplicationRefused:
    reasons = [Missing(step, field, problem.code, problem.message) for field, problem in found]
    return ApplicationRefused("INVALID_ANSWERS", reasons[0].message, reasons=reasons)
