"""How closely an applicant is looked at, and how soon again: by a customer risk profile (31 CFR
1023.210(b)(5)). A default by what is known from the first; people raise it, and two of them lower it."""

from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import NamedTuple

from portal.onboarding.case import Case
from portal.onboarding.kinds import ApplicantKind
from portal.onboarding.papers import behind
from portal.onboarding.steps import Step, is_of_people

COUNTRIES = {
    "country": "lives or is seated in", "citizenship": "is a citizen of", "formed_in": "was formed in",
    "id_country": "has a document of",
}  # fmt: skip


class Risk(StrEnum):
    """As in Application.Risk."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


RANKS = {risk: rank for rank, risk in enumerate(Risk, start=1)}


class Reason(NamedTuple):
    risk: Risk
    words: str


def rate(case: Case, *, watched: Collection[str]) -> tuple[Risk, list[Reason]]:
    """The highest of what speaks for one; ``watched``: countries of which each case is looked at."""
    reasons = list(_reasons(case, watched))
    return max((reason.risk for reason in reasons), key=RANKS.__getitem__, default=Risk.LOW), reasons


def is_higher(risk: str, than: str) -> bool:
    return RANKS[Risk(risk)] > (RANKS[Risk(than)] if than else 0)


def _reasons(case: Case, watched: Collection[str]) -> Iterator[Reason]:
    for one in behind(case):
        for fact, words in COUNTRIES.items():
            if one.facts.get(fact) in watched:
                yield Reason(Risk.HIGH, f"{one.name} {words} {one.facts[fact]}, which is watched.")
    for person in case.people(Step.TAX):
        if person.get("tax_country") in watched:
            yield Reason(Risk.HIGH, f"Pays tax in {person['tax_country']}, which is watched.")
        if person.get("tin_kind") == "NONE":
            yield Reason(Risk.MEDIUM, "Has no taxpayer number.")
    if case.kind == ApplicantKind.TRUST:
        yield Reason(Risk.MEDIUM, "A trust: who it is for is not on any register.")
    if not is_of_people(case.kind) and _is_abroad(case):
        yield Reason(Risk.MEDIUM, "A legal person from outside the United States.")
    if case.kind.is_entity and case.answers.get(Step.OWNERS, {}).get("nobody_owns_25"):
        yield Reason(Risk.MEDIUM, "Nobody is named as its owner.")
    if held := case.answers.get(Step.FINANCES, {}).get("controls_public_company"):
        yield Reason(Risk.MEDIUM, f"Controls a public company: {held}.")


def _is_abroad(case: Case) -> bool:
    formed_in = case.answers.get(Step.ENTITY, {}).get("formed_in")
    return bool(formed_in) and formed_in != "US"
