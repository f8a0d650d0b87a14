"""What a reviewer sees of an application: who stands behind it, side by side with their documents, what was
answered, and what became of it. Secrets are masked."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from portal import country_table, vault
from portal.admin.base import NOTHING, facts
from portal.applications import decisions, findings
from portal.applications.findings import Outcome, Said
from portal.applications.overview import Overview
from portal.applications.refusals import Missing
from portal.models import Application, Identity, Upload
from portal.models.office import in_words
from portal.onboarding import accreditation
from portal.onboarding.steps import PROVEN, Step

SECRETS = {"tin": "Taxpayer number", "id_number": "Number of the document"}
# Shown with the people; the rest of these steps stands by itself.
OF_PEOPLE = frozenset({Step.IDENTITY, Step.ADDRESS, Step.OWNERS, Step.TAX})
CODED = ("employment", "objective", "experience", "horizon")
AMOUNTS = ("income", "net_worth", "liquid_net_worth", "revenue", "net_assets")
COUNTRIES = ("country", "citizenship", "tax_country", "id_country", "formed_in")


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    value: str
    secret: str = ""  # its name, where it is masked


@dataclass(frozen=True, slots=True)
class Person:
    identity: Identity
    lines: list[Line]
    uploads: list[Upload]


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    answered: str  # as markup


@dataclass(frozen=True, slots=True)
class Claim:
    """Accredited status, as it is claimed."""

    category: str
    method: str
    citation: str
    answered: list[tuple[str, str]]
    reasons: list[str] = field(default_factory=list)
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    said: Said
    title: str
    by: str  # the check
    facts: str  # as markup

    @property
    def look(self) -> str:
        """Of the desk's states."""
        if self.said.says_no:
            return "faulted"
        if self.said.result.outcome == Outcome.REVIEW:
            return "closed" if self.said.notes else "halted"
        return "waiting" if self.said.is_waiting else "trading"

    @property
    def hits(self) -> list[int]:
        """Of screening, with pages of their own."""
        told = self.said.result.facts.get("hits")
        return [one["hit"] for one in told if "hit" in one] if isinstance(told, list) else []

    @property
    def takes_notes(self) -> bool:
        return self.said.result.outcome in (Outcome.REVIEW, Outcome.FIX)


@dataclass(frozen=True, slots=True)
class CaseFile:
    application: Application
    overview: Overview
    people: list[Person]
    others: list[Upload]  # of nobody in particular
    sections: list[Section]
    claim: Claim | None
    findings: list[Finding]
    stops: list[Missing]
    needs_two: bool
    earlier: list[Application]
    alike: list[Identity]


def case_file(application: Application) -> CaseFile:
    overview = Overview(application)
    found = findings.latest(application)
    uploads = overview.uploads
    return CaseFile(
        application=application,
        overview=overview,
        people=[
            Person(one, list(_lines(one)), [row for row in uploads if row.identity_id == one.pk])
            for one in overview.identities
        ],
        others=[row for row in uploads if row.identity_id is None],
        sections=list(_sections(overview)),
        claim=_claim(overview),
        findings=[_finding(one) for one in found],
        stops=decisions.stops_of(application, found=found),
        needs_two=decisions.needs_two(application, found),
        earlier=list(
            Application.objects.filter(applicant=application.applicant, submitted_at__isnull=False)
            .exclude(pk=application.pk)
            .order_by("-id")
        ),
        alike=_alike(application, overview.identities),
    )


def opened(identity: Identity, secret: str) -> str:
    sealed = {"tin": identity.sealed_tin, "id_number": identity.sealed_id_number}[secret]
    return vault.unseal(sealed, key=identity.application.key)


def _finding(said: Said) -> Finding:
    result = said.result
    by = result.check_name.rpartition(".")[2]
    return Finding(said, in_words(result.code), by, facts(result.facts) if result.facts else "")


def _lines(one: Identity) -> Iterable[Line]:
    is_entity = one.role == "ENTITY"
    yield Line("Formed on" if is_entity else "Born on", _said(one.born_on))
    yield Line("Formed in" if is_entity else "Citizen of", _country(one.citizenship))
    place = " ".join(filter(None, (one.city, one.region, one.postal_code)))
    yield Line("Address", ", ".join(filter(None, (one.address_line, place))) or NOTHING)
    yield Line("Seat" if is_entity else "Lives in", _country(one.country))
    if one.tax_country or one.tin_kind:
        yield Line("Pays tax in", _country(one.tax_country))
        yield Line(f"Taxpayer number ({one.tin_kind or NOTHING})", _masked(one, "tin"), "tin")
    if one.id_kind:
        yield Line("Document", f"{in_words(one.id_kind)}, {_country(one.id_country)}")
        yield Line(SECRETS["id_number"], _masked(one, "id_number"), "id_number")
        yield Line("Expires on", _said(one.id_expires_on))
    if one.owns_percent is not None:
        yield Line("Owns", f"{one.owns_percent.normalize():f} %")


def _masked(one: Identity, secret: str) -> str:
    try:
        return vault.masked(opened(one, secret)) or NOTHING
    except vault.Unreadable:
        return "Destroyed"


def _sections(overview: Overview) -> Iterable[Section]:
    for step in overview.steps:
        answered = overview.case.answers.get(step)
        if not answered or step in PROVEN or step in (*OF_PEOPLE, Step.ACCREDITATION):
            continue
        yield Section(in_words(step), facts({name: _word(name, said) for name, said in answered.items()}))
    custodian = overview.case.answers.get(Step.IDENTITY, {})
    if custodian.get("custodian"):
        shown = {name: custodian[name] for name in ("custodian", "custodian_account")}
        yield Section("Retirement account", facts(shown))


def _word(name: str, said: Any) -> Any:
    """Codes in words; what somebody wrote as they wrote it."""
    if name in COUNTRIES and said:
        return _country(said)
    if name in CODED:
        return in_words(said)
    if name in AMOUNTS and said:
        return f"${Decimal(said):,}"
    return said


def _claim(overview: Overview) -> Claim | None:
    claim = overview.case.answers.get(Step.ACCREDITATION, {})
    if not claim.get("wanted"):
        return None
    category, method = accreditation.CATEGORIES[claim["category"]], accreditation.METHODS[claim["method"]]
    asked = [
        *accreditation.facts_of(claim["category"], overview.case.kind),
        *accreditation.statements_of(claim["method"]),
    ]
    verdict = decisions.claim_of(overview.case)
    said = [(fact.ask, _plain(claim["facts"][fact.name])) for fact in asked if fact.name in claim["facts"]]
    return Claim(
        category=f"{claim['category']} {category.title}",
        method=f"{claim['method']} {method.title}",
        citation=method.citation,
        answered=said,
        reasons=[reason.message for reason in verdict.reasons] if verdict else [],
        basis=verdict.basis if verdict else "",
    )


def _plain(said: Any) -> str:
    if isinstance(said, bool):
        return "yes" if said else "no"
    if isinstance(said, list):
        return "; ".join(", ".join(map(str, row.values())) for row in said)
    return str(said)


def _alike(application: Application, identities: Iterable[Identity]) -> list[Identity]:
    """People of others’ applications who share a number, or name and day of birth, with one of this."""
    same = Q(pk=None)
    for one in identities:
        for name in ("tin_fingerprint", "id_fingerprint"):
            if value := getattr(one, name):
                same |= Q(**{name: value})
        if one.born_on:
            same |= Q(first_name__iexact=one.first_name, last_name__iexact=one.last_name, born_on=one.born_on)
    rows = Identity.objects.filter(same, application__submitted_at__isnull=False)
    others = rows.exclude(application__applicant=application.applicant_id)
    return list(others.select_related("application__account")[:20])


def _country(code: str) -> str:
    return country_table.name_of(code) if code else NOTHING


def _said(day: date | None) -> str:
    return NOTHING if day is None else f"{day:%d %B %Y}"
