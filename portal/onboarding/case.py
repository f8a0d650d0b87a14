"""What answers are judged by: who applies, what else they answered, and what the tables say today."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from portal.onboarding.accreditation import Earlier, Thresholds
from portal.onboarding.fields import same_name
from portal.onboarding.kinds import ApplicantKind, Purpose
from portal.onboarding.numbers import Problem
from portal.onboarding.steps import Step, is_of_people


@dataclass(frozen=True, slots=True)
class House:
    """What the dated tables say today."""

    today: date
    least_age: int
    most_age: int
    owner_percent: Decimal  # from which an owner is named (31 CFR 1010.230(d)(1))
    denied: frozenset[str]  # countries of which nobody is taken
    accredited: Thresholds


@dataclass(frozen=True, slots=True)
class Case:
    kind: ApplicantKind
    purpose: Purpose
    house: House
    # As they were read before, by step.
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    # Of the holders, as approved: it is not changed by answering.
    residence: tuple[str, ...] = ()
    # When accredited status was last verified by evidence.
    earlier: Earlier | None = None

    def people(self, step: Step) -> list[Mapping[str, Any]]:
        return list(self.answers.get(step, {}).get("people", []))

    def person(self, step: Step, place: int) -> Mapping[str, Any]:
        people = self.people(step)
        return people[place] if place < len(people) else {}

    @property
    def signing_name(self) -> str:
        """Of whoever signs: the holder, the control person, the first trustee; empty while unknown."""
        if is_of_people(self.kind):
            return full_name(self.person(Step.IDENTITY, 0))
        owners = self.people(Step.OWNERS)
        signers = [one for one in owners if one.get("role") in ("CONTROL_PERSON", "TRUSTEE")]
        return full_name(signers[0]) if signers else ""

    def signature_problem(self, typed: str) -> Problem | None:
        if not self.signing_name or same_name(typed, self.signing_name):
            return None
        return Problem("NAME_DIFFERS", f"Type your full legal name as you gave it: {self.signing_name}.")


def full_name(person: Mapping[str, Any]) -> str:
    parts = (person.get(part) or "" for part in ("first_name", "middle_name", "last_name"))
    return " ".join(part for part in parts if part)
