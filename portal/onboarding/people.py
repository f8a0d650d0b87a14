"""What is asked of the people and companies behind an application, beyond the form of each field.

31 CFR 1023.220 (customer identification), 31 CFR 1010.230 (beneficial owners), and the pattern of live
venues: RULES §6.4.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from portal.onboarding import addresses, mrz, numbers
from portal.onboarding.case import Case, House, full_name
from portal.onboarding.fields import KEPT, Found, inside, wrong
from portal.onboarding.kinds import ApplicantKind
from portal.onboarding.steps import Step, is_of_people

Answers = Mapping[str, Any]

# They have a country's code of their own, and are of the United States.
TERRITORIES = frozenset({"AS", "GU", "MP", "PR", "UM", "VI"})
US_OF_PEOPLE, US_OF_ENTITIES = ("SSN", "ITIN"), ("EIN",)


def age_on(day: date, *, born_on: date) -> int:
    """In full years; of somebody born on 29 February, on 1 March where the year has no 29th."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


# --- Identity -----------------------------------------------------------------------------------------


def identity_problems(people: Sequence[Answers], case: Case) -> Found:
    found: Found = []
    for place, person in enumerate(people):
        country = case.person(Step.ADDRESS, place).get("country", "")
        found += _age_problems(person, case.house, at=f"people.{place}")
        found += _document_problems(person, country, case.house, at=f"people.{place}")
    if len(people) == 2 and _is_same(*people):
        found.append(wrong("people.1.last_name", "SAME_PERSON", "A joint account is of two people."))
    return found


def _age_problems(person: Answers, house: House, *, at: str, may_be_minor: bool = False) -> Found:
    if not person.get("born_on"):
        return []
    born_on = date.fromisoformat(person["born_on"])
    years, field = age_on(house.today, born_on=born_on), inside(at, "born_on")
    if born_on > house.today or years > house.most_age:
        return [wrong(field, "NOT_BORN_THEN", "This cannot be the day of birth. Look for a slip.")]
    if years < house.least_age and not may_be_minor:
        return [wrong(field, "UNDER_AGE", f"You have to be {house.least_age} to have an account here.")]
    return []


def _document_problems(person: Answers, country: str, house: House, *, at: str) -> Found:
    """``country`` is that of the address; empty while it is not known, and asked again once it is."""
    kind, issuer, found = person.get("id_kind"), person.get("id_country"), Found()
    if country and country != "US" and kind and kind != "PASSPORT":
        found.append(
            wrong(
                inside(at, "id_kind"),
                "PASSPORT_NEEDED",
                "Who lives outside the United States needs a passport.",
            )
        )
    if country and issuer and issuer not in (country, person.get("citizenship")):
        found.append(
            wrong(
                inside(at, "id_country"),
                "ID_OF_ANOTHER_COUNTRY",
                "The document has to be of the country you are a citizen of, or live in.",
            )
        )
    number = person.get("id_number")
    if number and number != KEPT and kind and issuer:
        problem = numbers.id_number_problem(number, kind=kind, country=issuer)
        if problem:
            found.append((inside(at, "id_number"), problem))
    expires_on = person.get("id_expires_on")
    if not expires_on and kind in ("PASSPORT", "DRIVING_LICENCE"):
        found.append(wrong(inside(at, "id_expires_on"), "REQUIRED", "Give the day it expires."))
    if expires_on and date.fromisoformat(expires_on) < house.today:
        found.append(
            wrong(
                inside(at, "id_expires_on"), "ID_EXPIRED", "This document has expired. Use one that is valid."
            )
        )
    if not found:
        found += [(inside(at, "mrz"), problem) for problem in _mrz_problems(person, house)]
    return found


def _mrz_problems(person: Answers, house: House) -> list[numbers.Problem]:
    """Of the document's lines for machines, once the rest of what was typed can be right."""
    lines = person.get("mrz")
    needed = ("first_name", "last_name", "born_on", "citizenship", "id_kind", "id_country", "id_number")
    if not lines or KEPT in (lines, person.get("id_number")) or not all(person.get(one) for one in needed):
        return []
    expires_on = person.get("id_expires_on")
    typed = mrz.Typed(
        first_name=person["first_name"],
        last_name=person["last_name"],
        born_on=date.fromisoformat(person["born_on"]),
        citizenship=person["citizenship"],
        id_kind=person["id_kind"],
        id_country=person["id_country"],
        id_number=person["id_number"],
        id_expires_on=date.fromisoformat(expires_on) if expires_on else None,
    )
    return mrz.problems(lines, typed, today=house.today)


# --- Addresses ----------------------------------------------------------------------------------------


def address_problems(people: Sequence[Answers], case: Case) -> Found:
    found: Found = []
    for place, person in enumerate(people):
        at, country = f"people.{place}", person.get("country", "")
        found += _address_problems(person, case.house, at=at)
        if place < len(case.residence) and country and country != case.residence[place]:
            found.append(
                wrong(
                    inside(at, "country"),
                    "RESIDENCE_FIXED",
                    "The country you live in was verified and is not changed here: open a new account "
                    "after you have moved, or write to us.",
                )
            )
    return found


def _address_problems(person: Answers, house: House, *, at: str) -> Found:
    country = person.get("country")
    if not country:
        return []
    found: Found = country_problems(country, house, field=inside(at, "country"))
    if country in TERRITORIES:
        return found
    given = {part: person.get(part) or "" for part in ("city", "region", "postal_code")}
    wrongs = addresses.problems(line=person.get("address_line") or "", country=country, **given)
    # What is missing was said already, by the field; of these two only the country tells.
    asked = {field for field in given | {"address_line": ""} if person.get(field)} | _needed_in(country)
    return found + [(inside(at, field), problem) for field, problem in wrongs if field in asked]


def _needed_in(country: str) -> set[str]:
    return {"region", "postal_code"} if country == "US" else set()


def country_problems(country: str, house: House, *, field: str) -> Found:
    if country in TERRITORIES:
        return [wrong(field, "US_TERRITORY", "Choose the United States, and this as the state.")]
    if country in house.denied:
        return [
            wrong(
                field,
                "COUNTRY_DENIED",
                "We open no accounts for people and companies of this country at present.",
            )
        ]
    return []


# --- Tax ----------------------------------------------------------------------------------------------


def tax_problems(people: Sequence[Answers], case: Case) -> Found:
    found: Found = []
    for place, person in enumerate(people):
        at = f"people.{place}"
        if _is_us_person(case, place) and person.get("tax_country") not in ("US", "", None):
            found.append(
                wrong(
                    inside(at, "tax_country"),
                    "US_PERSON",
                    "Who is a citizen of the United States or lives there pays tax there: choose it.",
                )
            )
            continue
        found += _tin_problems(person, _us_kinds(case.kind), at=at)
        if person.get("treaty_rate") and person.get("tax_country") == "US":
            found.append(
                wrong(inside(at, "treaty_rate"), "NO_TREATY", "Treaties are for who is taxed elsewhere.")
            )
        elif person.get("treaty_rate") and person.get("tin_kind") == "NONE":
            found.append(
                wrong(
                    inside(at, "tin"),
                    "TIN_FOR_TREATY",
                    "A treaty’s rate is claimed with a taxpayer number only.",
                )
            )
    return found


def _us_kinds(kind: ApplicantKind) -> tuple[str, ...]:
    if is_of_people(kind):
        return US_OF_PEOPLE
    # A grantor's trust goes by the grantor's own number (26 CFR 1.671-4(b)).
    return (*US_OF_ENTITIES, "SSN") if kind == ApplicantKind.TRUST else US_OF_ENTITIES


def _is_us_person(case: Case, place: int) -> bool:
    if is_of_people(case.kind):
        lives_in = case.person(Step.ADDRESS, place).get("country")
        return "US" in (lives_in, case.person(Step.IDENTITY, place).get("citizenship"))
    return bool(case.answers.get(Step.ENTITY, {}).get("formed_in") == "US")


def _tin_problems(person: Answers, us_kinds: tuple[str, ...], *, at: str) -> Found:
    country, kind, tin = person.get("tax_country"), person.get("tin_kind"), person.get("tin")
    if not country or not kind:
        return []
    if country == "US" and kind not in us_kinds:
        ask = " or ".join(us_kinds)
        return [wrong(inside(at, "tin_kind"), "US_TIN_NEEDED", f"A U.S. taxpayer number is needed: {ask}.")]
    if country != "US" and kind in ("SSN", "EIN"):
        return [
            wrong(inside(at, "tin_kind"), "TIN_OF_ANOTHER_COUNTRY", "That number is of the United States.")
        ]
    if kind == "NONE":
        return []
    if not tin:
        return [wrong(inside(at, "tin"), "REQUIRED", "Give the taxpayer number.")]
    problem = None if tin == KEPT else numbers.tin_problem(tin, kind=kind, country=country)
    return [(inside(at, "tin"), problem)] if problem else []


# --- Owners, control persons, trustees -------------------------------------------------------------------


def owner_problems(people: Sequence[Answers], nobody_owns: bool, case: Case) -> Found:
    found: Found = []
    for place, person in enumerate(people):
        at, country = f"people.{place}", person.get("country") or ""
        is_owner = person.get("role") == "BENEFICIAL_OWNER"
        found += _age_problems(person, case.house, at=at, may_be_minor=is_owner)
        found += _address_problems(person, case.house, at=at)
        found += _document_problems(person, country, case.house, at=at)
        found += _owner_tin_problems(person, at=at)
        if is_owner and person.get("owns_percent"):
            found += _share_problems(Decimal(person["owns_percent"]), case.house, at=at)
    if case.kind == ApplicantKind.TRUST:
        return found
    return found + _together(people, nobody_owns, case.house)


def _owner_tin_problems(person: Answers, *, at: str) -> Found:
    """31 CFR 1023.220(a)(2)(i)(A)(4): a U.S. person's taxpayer number; of others, that or a passport's."""
    is_us = "US" in (person.get("citizenship"), person.get("country"))
    if not is_us and not person.get("tin"):
        return []
    kind = person.get("tin_kind") or ("NONE" if not person.get("tin") else "")
    if not kind:
        return [wrong(inside(at, "tin_kind"), "REQUIRED", "Say what kind of number it is.")]
    tax_country = "US" if is_us else person.get("country")
    return _tin_problems({**person, "tax_country": tax_country, "tin_kind": kind}, US_OF_PEOPLE, at=at)


def _share_problems(owns: Decimal, house: House, *, at: str) -> Found:
    if owns >= house.owner_percent:
        return []
    least = f"{house.owner_percent.normalize():f}"
    return [
        wrong(
            inside(at, "owns_percent"),
            "BELOW_THRESHOLD",
            f"Only who owns {least} percent or more is named: leave them out.",
        )
    ]


def _together(people: Sequence[Answers], nobody_owns: bool, house: House) -> Found:
    found: Found = []
    owners = [one for one in people if one.get("role") == "BENEFICIAL_OWNER"]
    in_control = [one for one in people if one.get("role") == "CONTROL_PERSON"]
    least = f"{house.owner_percent.normalize():f}"
    if len(in_control) != 1:
        found.append(
            wrong(
                "people", "ONE_CONTROL_PERSON", "Name one person who controls it, e.g. its chief executive."
            )
        )
    if not owners and not nobody_owns:
        found.append(
            wrong(
                "nobody_owns_25",
                "OWNERS_NEEDED",
                f"Name everybody who owns {least} percent or more, or say nobody does.",
            )
        )
    if owners and nobody_owns:
        found.append(
            wrong("nobody_owns_25", "OWNERS_AND_NOBODY", "You named owners, and said there are none.")
        )
    if sum(Decimal(one.get("owns_percent") or 0) for one in owners) > 100:
        found.append(wrong("people", "MORE_THAN_ALL", "Together they own more than 100 percent."))
    doubles = any(_is_same(a, b) for place, a in enumerate(owners) for b in owners[:place])
    if doubles:
        found.append(wrong("people", "SAME_PERSON", "Somebody is named twice as an owner."))
    return found


def _is_same(a: Answers, b: Answers) -> bool:
    return bool(full_name(a)) and (full_name(a), a.get("born_on")) == (full_name(b), b.get("born_on"))
