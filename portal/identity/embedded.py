"""What can be told of people without asking anybody: their documents' lines, days and numbers, addresses,
countries, and whether they are here already under another name."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Q

from portal import clock, country_table, rule_table, vault
from portal.checks import Finding, Outcome
from portal.models import Application, CountryRule, Identity
from portal.onboarding import addresses, mrz, numbers
from portal.onboarding.kinds import IdentityRole
from portal.onboarding.numbers import Problem
from portal.onboarding.people import age_on
from portal.onboarding.stages import Stage
from portal.onboarding.steps import Step

LEAST_AGE = "KYC-AGE-LEAST"
EXPIRED = Problem("ID_EXPIRED", "The document of identity has expired. Give one that is valid.")
UNDER_AGE = "Whoever has an account here has to be {least} years old."
# Of a duplicate nothing may be said: it would tell of somebody else.
HOLDERS = (IdentityRole.HOLDER, IdentityRole.JOINT_HOLDER, IdentityRole.ENTITY)
GENERIC = "We are still looking at your application."


def findings(application: Application) -> list[Finding]:
    """Nothing where nothing is wrong."""
    today = clock.today()
    people = list(application.identities.select_related("application__key"))
    least = int(rule_table.value(LEAST_AGE, on=today))
    standings = country_table.standings(on=today)
    found: list[Finding] = []
    for person in people:
        is_owner = person.role not in HOLDERS
        for step, problem in _problems(person, least=least, today=today):
            found.append(
                Finding(
                    Outcome.FIX,
                    problem.code,
                    text=problem.message,
                    facts={"who": person.pk},
                    step=Step.OWNERS if is_owner else step,
                )
            )
        for country in sorted({person.country, person.citizenship} - {""}):
            if standings.get(country, CountryRule.Standing.ALLOWED) != CountryRule.Standing.ALLOWED:
                facts = {"who": person.pk, "country": country, "standing": standings[country]}
                found.append(Finding(Outcome.REVIEW, "COUNTRY", text=GENERIC, facts=facts))
        if person.id_kind == "PASSPORT" and person.citizenship != "US" and not person.sealed_mrz:
            found.append(Finding(Outcome.REVIEW, "MRZ_NOT_GIVEN", text=GENERIC, facts={"who": person.pk}))
    return found + _duplicates(application, people)


def _problems(person: Identity, *, least: int, today: date) -> Iterator[tuple[Step, Problem]]:
    key = person.application.key
    may_be_minor = person.role in (IdentityRole.BENEFICIAL_OWNER, IdentityRole.ENTITY)
    if person.born_on and not may_be_minor and age_on(today, born_on=person.born_on) < least:
        yield Step.IDENTITY, Problem("UNDER_AGE", UNDER_AGE.format(least=least))
    if person.id_expires_on and person.id_expires_on < today:
        yield Step.IDENTITY, EXPIRED
    if (tin := vault.unseal(person.sealed_tin, key=key)) and person.tin_kind not in ("", "NONE"):
        country = person.tax_country or person.country
        if problem := numbers.tin_problem(tin, kind=person.tin_kind, country=country):
            yield Step.TAX, problem
    number = vault.unseal(person.sealed_id_number, key=key)
    if number and (
        problem := numbers.id_number_problem(number, kind=person.id_kind, country=person.id_country)
    ):
        yield Step.IDENTITY, problem
    if person.country:
        wrong = addresses.problems(
            line=person.address_line, city=person.city, region=person.region,
            postal_code=person.postal_code, country=person.country,
        )  # fmt: skip
        yield from ((Step.ADDRESS, problem) for _, problem in wrong)
    lines = vault.unseal(person.sealed_mrz, key=key)
    if lines and person.born_on:
        typed = mrz.Typed(
            first_name=person.first_name, last_name=person.last_name, born_on=person.born_on,
            citizenship=person.citizenship, id_kind=person.id_kind, id_country=person.id_country,
            id_number=number, id_expires_on=person.id_expires_on,
        )  # fmt: skip
        yield from ((Step.IDENTITY, problem) for problem in mrz.problems(lines, typed, today=today))


def _duplicates(application: Application, people: list[Identity]) -> list[Finding]:
    """The same number, or name and day of birth, of other applicants. One person may well stand behind
    several accounts: what it means is for a person to say."""
    others = Identity.objects.exclude(application__applicant=application.applicant_id).exclude(
        application__stage__in=[Stage.DRAFT, Stage.WITHDRAWN]
    )
    tins = {row.tin_fingerprint for row in people} - {""}
    ids = {row.id_fingerprint for row in people} - {""}
    same = Q(tin_fingerprint__in=tins) | Q(id_fingerprint__in=ids)
    for row in people:
        if row.born_on:
            same |= Q(born_on=row.born_on, last_name__iexact=row.last_name, first_name__iexact=row.first_name)
    rows = others.filter(same).values_list("application_id", flat=True).distinct()
    found = sorted(rows)[:20]
    return (
        [Finding(Outcome.REVIEW, "ALREADY_HERE", text=GENERIC, facts={"applications": found})]
        if found
        else []
    )
