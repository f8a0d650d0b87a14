"""Which documents are needed of whom, and whether what was handed in will do."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.onboarding import answers
from portal.onboarding.accreditation import Needed, Whose, evidence_of
from portal.onboarding.case import Case, full_name
from portal.onboarding.kinds import ApplicantKind, IdentityRole, Purpose
from portal.onboarding.steps import Step, holders_of, is_of_people
from portal.onboarding.validity import is_fresh

Place = tuple[IdentityRole, int]  # a role, and the place among those of it


@dataclass(frozen=True, slots=True)
class Behind:
    """Somebody behind an application, as the answers tell of them."""

    place: Place
    name: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Paper:
    """A document: any of these kinds of upload (portal.models.Upload.Kind) does."""

    kinds: tuple[str, ...]
    why: str
    whose: str
    place: Place | None = None  # None: of the application as a whole
    tax_year: int | None = None
    months: int | None = None  # no older than that


@dataclass(frozen=True, slots=True)
class Handed:
    """An upload."""

    kind: str
    place: Place | None
    tax_year: int | None
    dated: date | None


def behind(case: Case) -> list[Behind]:
    """Holders first, then who stands behind them, in the order they were named."""
    found = []
    for place, role in enumerate(holders_of(case.kind)):
        address = case.person(Step.ADDRESS, place)
        if is_of_people(case.kind):
            facts = {**case.person(Step.IDENTITY, place), **address}
            found.append(Behind((role, 0), full_name(facts), facts))
        else:
            facts = {**case.answers.get(Step.ENTITY, {}), **address}
            found.append(Behind((role, 0), facts.get("legal_name") or "", facts))
    counts: dict[IdentityRole, int] = {}
    for person in case.people(Step.OWNERS):
        role = IdentityRole(person["role"])
        counts[role] = counts.get(role, -1) + 1
        found.append(Behind((role, counts[role]), full_name(person), person))
    return found


def papers_of(case: Case) -> list[Paper]:
    """Those that the answers so far call for."""
    needed: list[Paper] = []
    if case.purpose != Purpose.ACCREDITATION:
        needed += _of_identity(case)
    claim = case.answers.get(Step.ACCREDITATION, {})
    if claim.get("wanted") and not answers.problems(Step.ACCREDITATION, case):
        needed += _of_accreditation(claim, case)
    return needed


def met(papers: list[Paper], handed: Iterable[Handed], *, case: Case) -> list[bool]:
    """Whether each is there. Where several of a kind are asked of one, each takes an upload of its own."""
    uploads, several = list(handed), len(behind(case)) > 1
    asked_before: dict[tuple[object, ...], int] = {}
    done = []
    for paper in papers:
        alike = (paper.kinds, paper.place, paper.tax_year, paper.why)
        asked_before[alike] = asked_before.get(alike, 0) + 1
        fitting = sum(_fits(paper, upload, several=several, today=case.house.today) for upload in uploads)
        done.append(fitting >= asked_before[alike])
    return done


def _of_identity(case: Case) -> Iterator[Paper]:
    people = behind(case)
    seen = set()
    for one in people:
        kind = one.facts.get("id_kind")
        if kind and (key := (one.name, one.facts.get("born_on"))) not in seen:
            # Who is both an owner and in control shows a document once.
            seen.add(key)
            yield Paper(
                (kind,), "The document of identity you named: all of its page, readable.", one.name, one.place
            )
    for one in people[: len(holders_of(case.kind))]:
        # A driving licence of the place shows the address too.
        if one.facts.get("country") and one.facts.get("id_kind") != "DRIVING_LICENCE":
            why = "Proof of the address: a bill, a bank’s letter or an official one, with name and address."
            yield Paper(("ADDRESS",), why, one.name, one.place)
    holder = people[0]
    if case.kind == ApplicantKind.IRA:
        yield Paper(
            ("LETTER", "OTHER"), "A letter or statement of the custodian that names the account.", holder.name
        )
    if not is_of_people(case.kind):
        why = "What it was formed by: articles, certificate, agreement or deed."
        yield Paper(("FORMATION",), why, holder.name, holder.place)
    if case.kind.is_entity:
        yield Paper(("OWNERSHIP",), "The register of its owners.", holder.name, holder.place)


def _of_accreditation(claim: Mapping[str, Any], case: Case) -> Iterator[Paper]:
    people = behind(case)
    holders = people[: len(holders_of(case.kind))]
    needed = evidence_of(
        claim["method"], claim["category"], case.kind, case.house.today, case.house.accredited
    )
    for one in needed:
        if one.whose == Whose.EACH_OWNER:
            for owner in claim["facts"].get("owners", []):
                yield _as_paper(one, whose=owner["name"])
        elif one.whose == Whose.EACH_HOLDER:
            for holder in holders:
                yield _as_paper(one, whose=holder.name, place=holder.place)
        else:
            yield _as_paper(one, whose=holders[0].name)


def _as_paper(needed: Needed, *, whose: str, place: Place | None = None) -> Paper:
    return Paper(needed.kinds, needed.why, whose, place, needed.tax_year, needed.months)


def _fits(paper: Paper, upload: Handed, *, several: bool, today: date) -> bool:
    if upload.kind not in paper.kinds:
        return False
    if paper.place is not None and upload.place != paper.place and (several or upload.place is not None):
        return False
    if paper.tax_year is not None and upload.tax_year != paper.tax_year:
        return False
    if paper.months is None:
        return True
    return upload.dated is not None and is_fresh(upload.dated, today=today, months=paper.months)
