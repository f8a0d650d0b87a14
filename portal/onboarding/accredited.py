"""The step on accredited status: what of it is kept, and whether it holds."""

from collections.abc import Mapping
from typing import Any

from portal.onboarding.accreditation import (
    CATEGORIES,
    METHODS,
    Fact,
    facts_of,
    read,
    statements_of,
    verify,
)
from portal.onboarding.case import Case
from portal.onboarding.fields import Field, Found, flag, one_of, read_fields, strangers, text, wrong
from portal.onboarding.kinds import Purpose
from portal.onboarding.numbers import Problem

WANTED = Field("wanted", flag, "Say whether you want to be an accredited investor here.")
CLAIM = [
    Field("category", one_of(*CATEGORIES), "Choose why you are accredited."),
    Field("method", one_of(*METHODS), "Choose how you show it."),
]
LONGEST = 200


def read_accreditation(given: Any, case: Case) -> tuple[dict[str, Any], Found]:
    """Facts are kept as they came: amounts as decimal strings."""
    plain, found = read_fields([WANTED], given)
    found += strangers(given, {"wanted", "category", "method", "facts"})
    if case.purpose == Purpose.ACCREDITATION and plain.get("wanted") is False:
        found.append(wrong("wanted", "REQUIRED", "That is what this application is for."))
    if plain.get("wanted") is not True:
        return plain, found
    claim, problems = read_fields(CLAIM, given)
    plain, found = {**plain, **claim}, found + problems
    if not found:
        plain["facts"], found = _facts(given.get("facts"), _asked(plain, case))
    return plain, found


def accreditation_problems(plain: Mapping[str, Any], case: Case) -> Found:
    if plain.get("wanted") is not True:
        return []
    facts, reasons = read(_asked(plain, case), plain["facts"])
    if not reasons:
        verdict = verify(
            plain["method"], plain["category"], case.kind, facts, case.house.accredited,
            today=case.house.today, earlier=case.earlier,
        )  # fmt: skip
        reasons = list(verdict.reasons)
    claims = {field.name for field in CLAIM}
    return [
        (
            reason.field if reason.field in claims else f"facts.{reason.field}",
            Problem(reason.code, reason.message),
        )
        for reason in reasons
    ]


def _asked(plain: Mapping[str, Any], case: Case) -> list[Fact]:
    return [*facts_of(plain["category"], case.kind), *statements_of(plain["method"])]


def _facts(given: Any, asked: list[Fact]) -> tuple[dict[str, Any], Found]:
    """Those that are asked, of printable text."""
    if not isinstance(given, Mapping):
        return {}, [wrong("facts", "REQUIRED", "Answer what is asked of this category.")]
    names = {fact.name for fact in asked}
    kept = {name: value for name, value in given.items() if name in names}
    found: Found = [(f"facts.{name}", odd) for name, value in kept.items() if (odd := _odd(value))]
    return kept, found


def _odd(value: Any) -> Problem | None:
    """Whether text anywhere in it cannot be kept; what else it may be, its reader says."""
    if isinstance(value, str):
        return text(LONGEST)(value)[1]
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    named = [str(name) for name in value] if isinstance(value, Mapping) else []
    return next((odd for one in (*named, *inner) if (odd := _odd(one))), None)
