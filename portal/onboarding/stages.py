"""An application's way: which stage may follow which, and who moves it there."""

from enum import StrEnum


class Stage(StrEnum):
    DRAFT = "DRAFT"
    CHECKING = "CHECKING"  # sent in; the venue's checks and providers are at work
    IN_REVIEW = "IN_REVIEW"  # a person at the venue has to look
    NEEDS_ANSWERS = "NEEDS_ANSWERS"  # the applicant has to add or mend something
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


class Mover(StrEnum):
    APPLICANT = "APPLICANT"
    VENUE = "VENUE"  # by itself: checks came back
    REVIEWER = "REVIEWER"


# (from, to): who may.
MOVES: dict[tuple[Stage, Stage], Mover] = {
    (Stage.DRAFT, Stage.CHECKING): Mover.APPLICANT,
    (Stage.DRAFT, Stage.WITHDRAWN): Mover.APPLICANT,
    (Stage.CHECKING, Stage.IN_REVIEW): Mover.VENUE,
    (Stage.CHECKING, Stage.NEEDS_ANSWERS): Mover.VENUE,
    (Stage.CHECKING, Stage.WITHDRAWN): Mover.APPLICANT,
    (Stage.IN_REVIEW, Stage.NEEDS_ANSWERS): Mover.REVIEWER,
    (Stage.IN_REVIEW, Stage.APPROVED): Mover.REVIEWER,
    (Stage.IN_REVIEW, Stage.REJECTED): Mover.REVIEWER,
    (Stage.IN_REVIEW, Stage.WITHDRAWN): Mover.APPLICANT,
    (Stage.NEEDS_ANSWERS, Stage.CHECKING): Mover.APPLICANT,
    (Stage.NEEDS_ANSWERS, Stage.WITHDRAWN): Mover.APPLICANT,
    (Stage.NEEDS_ANSWERS, Stage.REJECTED): Mover.REVIEWER,
}

ENDED = frozenset({Stage.APPROVED, Stage.REJECTED, Stage.WITHDRAWN})
# Answers and documents may be changed.
WITH_APPLICANT = frozenset({Stage.DRAFT, Stage.NEEDS_ANSWERS})


def may_move(old: Stage, new: Stage, mover: Mover) -> bool:
    return MOVES.get((old, new)) == mover
