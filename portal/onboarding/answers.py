"""Answers: what each step asks of whom, and what is wrong with what was answered.

Reading what was read before changes nothing: kept answers are judged again by the same functions, as the
world they were given in moves on.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from portal.onboarding import people as of_people
from portal.onboarding.accredited import accreditation_problems, read_accreditation
from portal.onboarding.case import Case
from portal.onboarding.fields import (
    Field,
    Found,
    agreed,
    country,
    day,
    dollars,
    email,
    flag,
    name,
    number,
    one_of,
    percent,
    phone,
    read_fields,
    strangers,
    text,
    wrong,
)
from portal.onboarding.kinds import ApplicantKind
from portal.onboarding.steps import Step, holders_of, is_of_people, owner_roles_of

MOST_PEOPLE = 10
Answers = dict[str, Any]

NAMES = [
    Field("first_name", name(100), "Give the first name."),
    Field("middle_name", name(100), "", is_needed=False),
    Field("last_name", name(200), "Give the last name."),
    Field("born_on", day, "Give the day of birth."),
    Field("citizenship", country, "Say of which country you are a citizen."),
]
DOCUMENT = [
    Field("id_kind", one_of("PASSPORT", "DRIVING_LICENCE", "ID_CARD"), "Choose a document of identity."),
    Field("id_country", country, "Say which country issued it."),
    Field("id_number", number, "Give the document’s number."),
    Field("id_expires_on", day, "", is_needed=False),
    Field("mrz", text(120), "", is_needed=False),
]
CUSTODIAN = [
    Field("custodian", text(200), "Name the custodian of the retirement account."),
    Field("custodian_account", text(40), "Give the number of the account at the custodian."),
]
ADDRESS = [
    Field("address_line", text(200), "Give the street and the house number."),
    Field("city", text(100), "Give the city."),
    Field("region", text(100), "", is_needed=False),
    Field("postal_code", text(20), "", is_needed=False),
    Field("country", country, "Choose the country."),
]
ENTITY = [
    Field("legal_name", text(200), "Give the full legal name."),
    Field("formed_in", country, "Say in which country it was formed."),
    Field("formed_region", text(100), "", is_needed=False),
    Field("formed_on", day, "Give the day it was formed."),
    Field("business", text(500), "Say what it does."),
]
TIN = [
    Field("tin_kind", one_of("SSN", "ITIN", "EIN", "FOREIGN", "NONE"), "Say what kind of number it is."),
    Field("tin", number, "", is_needed=False),
]
TAX = [Field("tax_country", country, "Say in which country you pay tax."), *TIN]
TREATY = Field("treaty_rate", percent, "", is_needed=False)
CERTIFIED = [
    Field("certified", agreed("Certify that this is true."), "Certify that this is true."),
    Field("typed_name", text(300), "Type your full legal name."),
]
OWNER_TIN = [Field(field.name, field.read, field.ask, is_needed=False) for field in TIN]
EMPLOYMENTS = ("EMPLOYED", "SELF_EMPLOYED", "RETIRED", "STUDENT", "NOT_EMPLOYED")
AT_WORK = [
    Field("employer", text(200), "Name the employer, or your own business."),
    Field("occupation", text(100), "Say what you work as."),
]
FINANCES_OF_PEOPLE = [
    Field("employment", one_of(*EMPLOYMENTS), "Choose one."),
    Field("income", dollars(), "Give last year’s income."),
    Field("net_worth", dollars(may_be_less_than_nothing=True), "Give the net worth."),
    Field("liquid_net_worth", dollars(may_be_less_than_nothing=True), "Give what of it is liquid."),
]
FINANCES_OF_ENTITIES = [
    Field("revenue", dollars(), "Give last year’s revenue."),
    Field("net_assets", dollars(may_be_less_than_nothing=True), "Give the net assets."),
]
# FINRA 3210, and 17 CFR 240.10b-5 and 16: who else has to know, and whose trades may be an insider's.
FINANCES = [
    Field("source_of_funds", text(200), "Say where the money comes from."),
    Field("works_for_broker", flag, "Say whether you work for a broker-dealer."),
    Field("controls_public_company", text(200), "", is_needed=False),
]
OBJECTIVE = [
    Field(
        "objective",
        one_of("CAPITAL_APPRECIATION", "INCOME", "PRESERVATION", "SPECULATION", "TRADING_PROFITS"),
        "Choose one.",
    ),
    Field("experience", one_of("NONE", "UNDER_3_YEARS", "3_TO_10_YEARS", "OVER_10_YEARS"), "Choose one."),
    Field("horizon", one_of("UNDER_1_YEAR", "1_TO_5_YEARS", "OVER_5_YEARS"), "Choose one."),
    Field(
        "understands_illiquid",
        agreed("Confirm that what trades here may not be sold for a long time."),
        "Confirm that what trades here may not be sold for a long time.",
    ),
]
# FINRA 4512(a)(1)(F): named, or not wanted.
DECLINED = Field("declined", flag, "Name somebody, or say that you do not want to.")
TRUSTED_CONTACT = [
    Field("name", name(200), "Give their name."),
    Field("email", email, "", is_needed=False),
    Field("phone", phone, "", is_needed=False),
    Field("relationship", text(100), "Say who they are to you."),
]


def read(step: Step, given: Any, case: Case) -> tuple[Answers, Found]:
    """What was answered, made plain and without what is not asked of them, and every problem."""
    return READERS[step](given, case)


def problems(step: Step, case: Case) -> Found:
    """Of answers that are kept, as things stand today."""
    return read(step, case.answers[step], case)[1]


def _identity(given: Any, case: Case) -> tuple[Answers, Found]:
    fields = CUSTODIAN if case.kind == ApplicantKind.IRA else []
    plain, found = read_fields(fields, given)
    found += strangers(given, {"people", *_names(CUSTODIAN)})
    plain["people"], of_each = _people(given, [*NAMES, *DOCUMENT], exactly=len(holders_of(case.kind)))
    return plain, _once(found + of_each + of_people.identity_problems(plain["people"], case))


def _entity(given: Any, case: Case) -> tuple[Answers, Found]:
    plain, found = read_fields(ENTITY, given)
    found += strangers(given, _names(ENTITY))
    if plain.get("formed_in"):
        found += of_people.country_problems(plain["formed_in"], case.house, field="formed_in")
    if plain.get("formed_in") == "US" and plain["formed_region"] not in of_people.addresses.US_STATES:
        found.append(wrong("formed_region", "STATE_UNKNOWN", "Give the state by its two letters, e.g. DE."))
    if plain.get("formed_on") and plain["formed_on"] > case.house.today.isoformat():
        found.append(wrong("formed_on", "NOT_FORMED_THEN", "This day has not come yet."))
    return plain, _once(found)


def _address(given: Any, case: Case) -> tuple[Answers, Found]:
    people, found = _people(given, ADDRESS, exactly=len(holders_of(case.kind)))
    found += strangers(given, {"people"})
    return {"people": people}, _once(found + of_people.address_problems(people, case))


def _owners(given: Any, case: Case) -> tuple[Answers, Found]:
    roles = [role.value for role in owner_roles_of(case.kind)]
    fields = [
        Field("role", one_of(*roles), "Say what they are to it."), *NAMES, *ADDRESS, *OWNER_TIN, *DOCUMENT,
        Field("owns_percent", percent, "", is_needed=False), Field("title", text(100), "", is_needed=False),
    ]  # fmt: skip
    people, found = _people(given, fields, least=0 if case.kind.is_entity else 1)
    found += strangers(given, {"people", "nobody_owns_25"})
    nobody, problem = flag(_of(given, "nobody_owns_25") or False)
    found += [("nobody_owns_25", problem)] if problem else []
    for place, person in enumerate(people):
        found += _asked_by_role(person, at=f"people.{place}")
    found += of_people.owner_problems(people, bool(nobody), case)
    return {"people": people, "nobody_owns_25": bool(nobody)}, _once(found)


def _asked_by_role(person: Answers, *, at: str) -> Found:
    """A share of owners, a title of who is in control; of the others neither is kept."""
    found: Found = []
    for role, field, ask in (
        ("BENEFICIAL_OWNER", "owns_percent", "Give the percentage."),
        ("CONTROL_PERSON", "title", "Give the title, e.g. Managing member."),
    ):
        if person.get("role") != role:
            person[field] = ""
        elif not person.get(field):
            person[field] = ""
            found.append(wrong(f"{at}.{field}", "REQUIRED", ask))
    return found


def _tax(given: Any, case: Case) -> tuple[Answers, Found]:
    plain, found = read_fields(CERTIFIED, given)
    found += strangers(given, {"people", *_names(CERTIFIED)})
    people, of_each = _people(given, [*TAX, TREATY], exactly=len(holders_of(case.kind)))
    for person in people:
        if person.get("tin_kind") == "NONE":
            person["tin"] = ""
    found += of_each + of_people.tax_problems(people, case)
    if plain.get("typed_name") and (problem := case.signature_problem(plain["typed_name"])):
        found.append(("typed_name", problem))
    return {"people": people, **plain}, _once(found)


def _finances(given: Any, case: Case) -> tuple[Answers, Found]:
    natural = is_of_people(case.kind)
    fields = [*(FINANCES_OF_PEOPLE if natural else FINANCES_OF_ENTITIES), *FINANCES]
    if natural and _of(given, "employment") in ("EMPLOYED", "SELF_EMPLOYED"):
        fields += AT_WORK
    plain, found = read_fields(fields, given)
    known = _names([*FINANCES_OF_PEOPLE, *FINANCES_OF_ENTITIES, *FINANCES, *AT_WORK])
    return plain, found + strangers(given, known)


def _objective(given: Any, case: Case) -> tuple[Answers, Found]:
    plain, found = read_fields(OBJECTIVE, given)
    return plain, found + strangers(given, _names(OBJECTIVE))


def _trusted_contact(given: Any, case: Case) -> tuple[Answers, Found]:
    unknown = strangers(given, {DECLINED.name, *_names(TRUSTED_CONTACT)})
    if _of(given, "declined") is True:
        return {"declined": True}, unknown
    fields = [Field("declined", flag, DECLINED.ask, is_needed=False), *TRUSTED_CONTACT]
    plain, found = read_fields(fields, given)
    if not plain.get("email") and not plain.get("phone") and not found:
        found.append(wrong("email", "REQUIRED", "Give an e-mail address or a telephone number."))
    return {**plain, "declined": False}, found + unknown


def _accreditation(given: Any, case: Case) -> tuple[Answers, Found]:
    plain, found = read_accreditation(given, case)
    return plain, found or accreditation_problems(plain, case)


def _proven(given: Any, case: Case) -> tuple[Answers, Found]:
    """Documents and signatures are rows of their own."""
    return {}, strangers(given, set())


READERS = {
    Step.IDENTITY: _identity,
    Step.ENTITY: _entity,
    Step.ADDRESS: _address,
    Step.OWNERS: _owners,
    Step.TAX: _tax,
    Step.FINANCES: _finances,
    Step.OBJECTIVE: _objective,
    Step.TRUSTED_CONTACT: _trusted_contact,
    Step.ACCREDITATION: _accreditation,
    Step.DOCUMENTS: _proven,
}


def _people(
    given: Any, fields: Sequence[Field], *, exactly: int | None = None, least: int = 0
) -> tuple[list[Answers], Found]:
    people = _of(given, "people")
    if not isinstance(people, list):
        return [], [wrong("people", "REQUIRED", "Give the people this is about.")]
    if (exactly is not None and len(people) != exactly) or not least <= len(people) <= MOST_PEOPLE:
        asked = f"{exactly}" if exactly is not None else f"{least} to {MOST_PEOPLE}"
        return [], [wrong("people", "HOW_MANY", f"This is asked of {asked}.")]
    read_people, found = [], Found()
    for place, person in enumerate(people):
        at = f"people.{place}"
        plain, problems = read_fields(fields, person, at=at)
        read_people.append(plain)
        found += problems + strangers(person, _names(fields), at=at)
    return read_people, found


def _of(given: Any, name: str) -> Any:
    return given.get(name) if isinstance(given, Mapping) else None


def _names(fields: Sequence[Field]) -> set[str]:
    return {field.name for field in fields}


def _once(found: Found) -> Found:
    """The first problem of each field: people mend one thing at a time."""
    return list({field: (field, problem) for field, problem in reversed(found)}.values())[::-1]
