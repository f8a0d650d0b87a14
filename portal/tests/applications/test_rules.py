"""What is asked of whom, and what is wrong with an answer: ``portal.onboarding`` alone."""

from copy import deepcopy
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portal.onboarding import answers
from portal.onboarding.accreditation import Thresholds
from portal.onboarding.case import Case, House
from portal.onboarding.kinds import ApplicantKind as Kind
from portal.onboarding.kinds import IdentityRole, Purpose
from portal.onboarding.papers import Handed, met, papers_of
from portal.onboarding.people import age_on
from portal.onboarding.steps import Step, steps_of

TODAY = date(2026, 11, 24)
NUMBERS = Thresholds(
    net_worth=100_000_000, income=20_000_000, joint_income=30_000_000, home_debt_days=60,
    plan_assets=500_000_000, entity_assets=500_000_000, trust_assets=500_000_000,
    investments=500_000_000, family_office=500_000_000, evidence_months=3, good_days=90, again_years=5,
    minimum_person=20_000_000, minimum_entity=100_000_000, minimum_owner=20_000_000, few_owners=5,
)  # fmt: skip
HOUSE = House(
    today=TODAY, least_age=18, most_age=120, owner_percent=Decimal(25), denied=frozenset({"KP"}),
    accredited=NUMBERS,
)  # fmt: skip
PERSON = {
    "first_name": "Avery", "middle_name": "", "last_name": "Lindqvist", "born_on": "1984-02-29",
    "citizenship": "US", "id_kind": "DRIVING_LICENCE", "id_country": "US", "id_number": "L1234567",
    "id_expires_on": "2030-01-01",
}  # fmt: skip
HOME = {
    "address_line": "1 Main Street", "city": "New York", "region": "NY", "postal_code": "10001",
    "country": "US",
}  # fmt: skip
OSLO = {
    "address_line": "Karl Johans gate 1", "city": "Oslo", "region": "", "postal_code": "0154",
    "country": "NO",
}  # fmt: skip
TAXED = {"tax_country": "US", "tin_kind": "SSN", "tin": "536-90-4399", "treaty_rate": None}
OWNER = {
    **PERSON, **HOME, "role": "BENEFICIAL_OWNER", "owns_percent": "25", "title": "", "tin_kind": "SSN",
    "tin": "536-90-4399",
}  # fmt: skip
IN_CONTROL = OWNER | {
    "role": "CONTROL_PERSON", "first_name": "Kim", "owns_percent": "", "title": "Manager",
}  # fmt: skip


def a_case(kind: Kind = Kind.INDIVIDUAL, purpose: Purpose = Purpose.OPEN, **kept: Any) -> Case:
    return Case(kind=kind, purpose=purpose, house=HOUSE, answers=kept)


def codes(step: Step, given: Any, case: Case) -> dict[str, str]:
    """Problems, by field."""
    return {field: problem.code for field, problem in answers.read(step, given, case)[1]}


def of_identity(case: Case | None = None, **changes: Any) -> dict[str, str]:
    return codes(Step.IDENTITY, {"people": [PERSON | changes]}, case or a_case())


def of_address(case: Case | None = None, **changes: Any) -> dict[str, str]:
    return codes(Step.ADDRESS, {"people": [HOME | changes]}, case or a_case())


def of_tax(case: Case | None = None, **changes: Any) -> dict[str, str]:
    given = {"people": [TAXED | changes], "certified": True, "typed_name": "Avery Lindqvist"}
    return codes(Step.TAX, given, case or a_case())


def of_owners(*people: dict[str, Any], nobody: bool = False, kind: Kind = Kind.LLC) -> dict[str, str]:
    return codes(Step.OWNERS, {"people": list(people), "nobody_owns_25": nobody}, a_case(kind))


# --- Which steps --------------------------------------------------------------------------------------


def test_people_and_entities_are_asked_different_steps() -> None:
    assert steps_of(Kind.JOINT, Purpose.OPEN)[:2] == (Step.IDENTITY, Step.ADDRESS)
    assert steps_of(Kind.TRUST, Purpose.OPEN)[:3] == (Step.ENTITY, Step.ADDRESS, Step.OWNERS)
    assert Step.TRUSTED_CONTACT not in steps_of(Kind.LLC, Purpose.OPEN)
    assert steps_of(Kind.IRA, Purpose.ACCREDITATION) == (Step.ACCREDITATION, Step.DOCUMENTS)
    assert steps_of(Kind.INDIVIDUAL, Purpose.RENEW_IDENTITY, has_to_sign=False) == (
        Step.IDENTITY, Step.ADDRESS, Step.TAX, Step.DOCUMENTS,
    )  # fmt: skip


# --- Age and documents (31 CFR 1023.220) --------------------------------------------------------------


@pytest.mark.parametrize(
    ("born_on", "today", "years"),
    [
        ("2008-11-24", "2026-11-24", 18),
        ("2008-11-25", "2026-11-24", 17),
        ("2008-02-29", "2026-02-28", 17),
        ("2008-02-29", "2026-03-01", 18),
        ("2008-02-29", "2028-02-29", 20),
    ],
)
def test_age_is_in_full_years_and_29_february_counts_on_1_march(born_on: str, today: str, years: int) -> None:
    assert age_on(date.fromisoformat(today), born_on=date.fromisoformat(born_on)) == years


@pytest.mark.parametrize(
    ("born_on", "code"),
    [
        ("2008-11-24", None),  # eighteen today
        ("2008-11-25", "UNDER_AGE"),  # tomorrow
        ("2026-11-25", "NOT_BORN_THEN"),
        ("1906-11-24", None),
        ("1905-11-24", "NOT_BORN_THEN"),  # 121
        ("2023-02-29", "NOT_A_DAY"),
        ("", "REQUIRED"),
        ("24.11.2000", "NOT_A_DAY"),
        (20001124, "NOT_A_DAY"),
    ],
)
def test_who_holds_an_account_is_of_age_and_alive(born_on: Any, code: str | None) -> None:
    assert of_identity(born_on=born_on).get("people.0.born_on") == code


@pytest.mark.parametrize(
    ("expires_on", "code"),
    [("2026-11-24", None), ("2026-11-23", "ID_EXPIRED"), ("", "REQUIRED"), ("2027-02-29", "NOT_A_DAY")],
)
def test_a_document_is_good_to_its_last_day(expires_on: str, code: str | None) -> None:
    assert of_identity(id_expires_on=expires_on).get("people.0.id_expires_on") == code


def test_some_identity_cards_never_expire() -> None:
    assert of_identity(id_kind="ID_CARD", id_expires_on="") == {}


def test_who_lives_abroad_needs_a_passport_of_the_country_they_are_of_or_live_in() -> None:
    case = a_case(ADDRESS={"people": [OSLO]})
    assert of_identity(case) == {
        "people.0.id_kind": "PASSPORT_NEEDED",
    }
    passport = {"id_kind": "PASSPORT", "id_number": "123456789"}
    assert of_identity(case, **passport) == {}
    assert of_identity(case, **passport | {"id_country": "NO", "id_number": "CCC002549"}) == {}
    assert of_identity(case, **passport | {"id_country": "SE"}) == {
        "people.0.id_country": "ID_OF_ANOTHER_COUNTRY"
    }


def test_a_joint_account_is_of_two_people() -> None:
    case = a_case(Kind.JOINT)
    assert codes(Step.IDENTITY, {"people": [PERSON]}, case) == {"people": "HOW_MANY"}
    assert codes(Step.IDENTITY, {"people": [PERSON, PERSON]}, case) == {"people.1.last_name": "SAME_PERSON"}
    assert codes(Step.IDENTITY, {"people": [PERSON, PERSON | {"first_name": "Robin"}]}, case) == {}


def test_an_ira_names_its_custodian() -> None:
    case, given = a_case(Kind.IRA), {"people": [PERSON]}
    assert codes(Step.IDENTITY, given, case) == {"custodian": "REQUIRED", "custodian_account": "REQUIRED"}
    custodian = {"custodian": "Fjord Trust Company", "custodian_account": "77-1"}
    assert codes(Step.IDENTITY, {**given, **custodian}, case) == {}


# --- Addresses ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({}, {}),
        ({"country": "KP"}, {"people.0.country": "COUNTRY_DENIED"}),
        ({"country": "PR"}, {"people.0.country": "US_TERRITORY"}),
        ({"country": "XX"}, {"people.0.country": "COUNTRY_UNKNOWN"}),
        ({"region": "ZZ"}, {"people.0.region": "STATE_UNKNOWN"}),
        ({"region": ""}, {"people.0.region": "STATE_UNKNOWN"}),
        ({"postal_code": "1000"}, {"people.0.postal_code": "ZIP_NOT_VALID"}),
        ({"postal_code": "90001"}, {"people.0.postal_code": "ZIP_OF_ANOTHER_STATE"}),
        ({"address_line": "P.O. Box 12"}, {"people.0.address_line": "ADDRESS_IS_A_BOX"}),
        ({"city": ""}, {"people.0.city": "REQUIRED"}),
    ],
)
def test_an_address_is_where_somebody_lives(changes: dict[str, Any], problems: dict[str, str]) -> None:
    assert of_address(**changes) == problems


def test_the_country_of_residence_is_not_changed_once_it_was_verified() -> None:
    case = replace(a_case(purpose=Purpose.RENEW_IDENTITY), residence=("NO",))
    assert of_address(case) == {"people.0.country": "RESIDENCE_FIXED"}
    assert of_address(case, **OSLO) == {}


# --- Tax ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kept", [{"IDENTITY": {"people": [PERSON]}}, {"ADDRESS": {"people": [HOME]}}])
def test_citizenship_or_an_address_of_the_us_means_us_tax(kept: dict[str, Any]) -> None:
    norway = {"tax_country": "NO", "tin_kind": "FOREIGN", "tin": "15108695088"}
    assert of_tax(a_case(**kept), **norway) == {"people.0.tax_country": "US_PERSON"}
    assert of_tax(a_case(), **norway) == {}


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({}, {}),
        ({"tin": ""}, {"people.0.tin": "REQUIRED"}),
        ({"tin_kind": "NONE", "tin": ""}, {"people.0.tin_kind": "US_TIN_NEEDED"}),
        ({"tin_kind": "EIN", "tin": "91-1144442"}, {"people.0.tin_kind": "US_TIN_NEEDED"}),
        ({"tin": "000-12-3456"}, {"people.0.tin": "TIN_NOT_VALID"}),
        ({"treaty_rate": "15"}, {"people.0.treaty_rate": "NO_TREATY"}),
        ({"tax_country": "NO", "tin_kind": "NONE", "tin": ""}, {}),
        ({"tax_country": "NO"}, {"people.0.tin_kind": "TIN_OF_ANOTHER_COUNTRY"}),
        (
            {"tax_country": "NO", "tin_kind": "NONE", "tin": "", "treaty_rate": "15"},
            {"people.0.tin": "TIN_FOR_TREATY"},
        ),
    ],
)
def test_a_us_person_has_a_us_number(changes: dict[str, Any], problems: dict[str, str]) -> None:
    assert of_tax(**changes) == problems


def test_what_is_certified_is_signed_with_ones_own_name() -> None:
    case = a_case(IDENTITY={"people": [PERSON]})
    given = {"people": [TAXED], "certified": True, "typed_name": "  avery   LINDQVIST "}
    assert codes(Step.TAX, given, case) == {}
    assert codes(Step.TAX, given | {"typed_name": "A. Lindqvist"}, case) == {"typed_name": "NAME_DIFFERS"}
    assert codes(Step.TAX, given | {"certified": False}, case) == {"certified": "REQUIRED"}


# --- Owners (31 CFR 1010.230) -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("percent", "code"),
    [
        ("25", None),
        ("25.00", None),
        ("24.99", "BELOW_THRESHOLD"),
        ("100", None),
        ("100.01", "NOT_A_PERCENTAGE"),
        ("", "REQUIRED"),
        ("-25", "NOT_A_PERCENTAGE"),
        ("1e2", "NOT_A_PERCENTAGE"),
    ],
)
def test_owners_are_named_from_25_percent_on(percent: str, code: str | None) -> None:
    found = of_owners(IN_CONTROL, OWNER | {"owns_percent": percent})
    assert found.get("people.1.owns_percent") == code


def test_an_entity_has_one_person_in_control_and_owners_or_none() -> None:
    assert of_owners(IN_CONTROL, OWNER) == {}
    assert of_owners(OWNER) == {"people": "ONE_CONTROL_PERSON"}
    assert of_owners(IN_CONTROL, IN_CONTROL, nobody=True) == {"people": "ONE_CONTROL_PERSON"}
    assert of_owners(IN_CONTROL) == {"nobody_owns_25": "OWNERS_NEEDED"}
    assert of_owners(IN_CONTROL, nobody=True) == {}
    assert of_owners(IN_CONTROL, OWNER, nobody=True) == {"nobody_owns_25": "OWNERS_AND_NOBODY"}
    assert of_owners(IN_CONTROL, OWNER, OWNER) == {"people": "SAME_PERSON"}
    other = OWNER | {"first_name": "Noor", "owns_percent": "75.01"}
    assert of_owners(IN_CONTROL, OWNER, other) == {"people": "MORE_THAN_ALL"}


def test_a_trust_names_its_trustees() -> None:
    trustee = OWNER | {"role": "TRUSTEE"}
    assert of_owners(trustee, kind=Kind.TRUST) == {}
    assert of_owners(kind=Kind.TRUST) == {"people": "HOW_MANY"}
    assert of_owners(OWNER, kind=Kind.TRUST) == {"people.0.role": "NOT_A_CHOICE"}


def test_a_child_may_own_and_nobody_under_age_controls() -> None:
    child = {"born_on": "2015-01-01"}
    assert of_owners(IN_CONTROL, OWNER | child) == {}
    assert of_owners(IN_CONTROL | child, OWNER) == {"people.0.born_on": "UNDER_AGE"}


def test_an_owner_of_the_us_gives_a_number_and_one_abroad_may() -> None:
    """31 CFR 1023.220(a)(2)(i)(A)(4)"""
    without = {"tin_kind": None, "tin": ""}
    assert of_owners(IN_CONTROL, OWNER | without) == {"people.1.tin_kind": "US_TIN_NEEDED"}
    abroad = OSLO | {
        "citizenship": "NO", "id_kind": "PASSPORT", "id_country": "NO", "id_number": "CCC002549",
    }  # fmt: skip
    assert of_owners(IN_CONTROL, OWNER | without | abroad) == {}
    assert of_owners(IN_CONTROL, OWNER | abroad | {"tin": "X1234"}) == {
        "people.1.tin_kind": "TIN_OF_ANOTHER_COUNTRY"
    }


# --- What else is asked -------------------------------------------------------------------------------


def test_who_works_says_where_and_who_does_not_is_not_asked() -> None:
    given = {
        "employment": "RETIRED", "employer": "Fjord Works", "occupation": "", "income": "1",
        "net_worth": "-5", "liquid_net_worth": "0", "source_of_funds": "Pension", "works_for_broker": False,
        "controls_public_company": "",
    }  # fmt: skip
    plain, found = answers.read(Step.FINANCES, given, a_case())
    assert not found and "employer" not in plain
    assert codes(Step.FINANCES, given | {"employment": "EMPLOYED"}, a_case()) == {"occupation": "REQUIRED"}
    for amount in ("1e5", "1.001", "ten", 5, None, "-1", "NaN"):
        assert "income" in codes(Step.FINANCES, given | {"income": amount}, a_case())


def test_a_trusted_contact_is_named_or_not_wanted() -> None:
    """FINRA 4512(a)(1)(F)"""
    named = {"declined": False, "name": "Kim Sato", "email": "", "phone": "", "relationship": "Sister"}
    assert codes(Step.TRUSTED_CONTACT, {"declined": True}, a_case()) == {}
    assert codes(Step.TRUSTED_CONTACT, named, a_case()) == {"email": "REQUIRED"}
    assert codes(Step.TRUSTED_CONTACT, named | {"phone": "+12125550100"}, a_case()) == {}
    assert codes(Step.TRUSTED_CONTACT, named | {"email": "kim"}, a_case()) == {"email": "NOT_AN_ADDRESS"}


BY_INCOME: dict[str, Any] = {
    "wanted": True, "category": "AI06", "method": "A",
    "facts": {
        "with_spouse": False, "income_last_year": "200000.01", "income_year_before": "250000",
        "income_expected": "250000", "expects_income": True,
    },
}  # fmt: skip


def test_accredited_status_is_judged_as_it_is_claimed() -> None:
    """17 CFR 230.501(a)(6)"""
    assert codes(Step.ACCREDITATION, BY_INCOME, a_case()) == {}
    short = deepcopy(BY_INCOME)
    short["facts"]["income_last_year"] = "200000"
    assert codes(Step.ACCREDITATION, short, a_case()) == {"facts.income_last_year": "NOT_OVER"}
    assert codes(Step.ACCREDITATION, BY_INCOME, a_case(Kind.LLC)) == {"category": "WRONG_KIND"}
    assert codes(Step.ACCREDITATION, {"wanted": False}, a_case()) == {}
    renewal = a_case(purpose=Purpose.ACCREDITATION)
    assert codes(Step.ACCREDITATION, {"wanted": False}, renewal) == {"wanted": "REQUIRED"}


def test_what_was_read_reads_the_same_again() -> None:
    case = a_case(IDENTITY={"people": [PERSON]}, ADDRESS={"people": [HOME]})
    for step, given in (
        (Step.IDENTITY, {"people": [PERSON]}),
        (Step.ADDRESS, {"people": [HOME]}),
        (Step.TAX, {"people": [TAXED], "certified": True, "typed_name": "Avery Lindqvist"}),
        (Step.ACCREDITATION, BY_INCOME),
    ):
        plain, found = answers.read(step, given, case)
        assert not found
        assert answers.read(step, plain, case) == (plain, [])


ODD = ["\x00", "a\x00b", "\ud800", "x" * 5000, "<script>", "\u202e", 5, True, [], {}, ["a"], {"a": "b"}]


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("field", list(PERSON))
def test_odd_input_is_a_problem_of_its_field_and_never_a_crash(field: str, odd: Any) -> None:
    if field == "middle_name" and odd == []:
        return
    found = of_identity(**{field: odd})
    assert set(found) <= {f"people.0.{name}" for name in PERSON}
    # What is a name to nobody may still be a number of a document, which its own form judges.
    assert f"people.0.{field}" in found


@pytest.mark.parametrize("given", [None, [], "x", 5, {"people": None}, {"people": [None]}, {"people": [[]]}])
@pytest.mark.parametrize("step", [s for s in Step if s != Step.AGREEMENTS])
def test_no_step_takes_what_is_no_form(step: Step, given: Any) -> None:
    for kind in (Kind.INDIVIDUAL, Kind.LLC):
        assert codes(step, given, a_case(kind)) or step == Step.DOCUMENTS


def test_a_field_that_is_not_asked_is_told() -> None:
    assert of_identity(shoe_size="44") == {"people.0.shoe_size": "UNKNOWN_FIELD"}


# --- Documents ----------------------------------------------------------------------------------------


def kinds_of(case: Case) -> list[tuple[tuple[str, ...], str]]:
    return [(paper.kinds, paper.whose) for paper in papers_of(case)]


def test_a_driving_licence_shows_the_address_too_and_a_passport_does_not() -> None:
    case = a_case(IDENTITY={"people": [PERSON]}, ADDRESS={"people": [HOME]})
    assert kinds_of(case) == [(("DRIVING_LICENCE",), "Avery Lindqvist")]
    passport = a_case(IDENTITY={"people": [PERSON | {"id_kind": "PASSPORT"}]}, ADDRESS={"people": [OSLO]})
    assert [kinds for kinds, _ in kinds_of(passport)] == [("PASSPORT",), ("ADDRESS",)]


def test_an_entity_shows_what_it_was_formed_by_and_everybody_behind_it_once() -> None:
    owner_too = IN_CONTROL | {"role": "BENEFICIAL_OWNER", "owns_percent": "30"}
    case = a_case(
        Kind.LLC,
        ENTITY={"legal_name": "Fjord LLC", "formed_in": "US"}, ADDRESS={"people": [HOME]},
        OWNERS={"people": [IN_CONTROL, owner_too, OWNER], "nobody_owns_25": False},
    )  # fmt: skip
    assert kinds_of(case) == [
        (("DRIVING_LICENCE",), "Kim Lindqvist"),
        (("DRIVING_LICENCE",), "Avery Lindqvist"),
        (("ADDRESS",), "Fjord LLC"),
        (("FORMATION",), "Fjord LLC"),
        (("OWNERSHIP",), "Fjord LLC"),
    ]


def test_income_is_shown_by_the_forms_of_the_two_last_years() -> None:
    """17 CFR 230.506(c)(2)(ii)(A)"""
    case = a_case(purpose=Purpose.ACCREDITATION, ACCREDITATION=BY_INCOME)
    papers = papers_of(case)
    assert [paper.tax_year for paper in papers] == [2025, 2024]
    handed = [Handed("TAX_RETURN", None, year, None) for year in (2025, 2023)]
    assert met(papers, handed, case=case) == [True, False]


def test_of_several_people_each_hands_in_their_own() -> None:
    case = a_case(
        Kind.JOINT, IDENTITY={"people": [PERSON, PERSON | {"first_name": "Robin"}]},
        ADDRESS={"people": [HOME, HOME]},
    )  # fmt: skip
    papers = papers_of(case)
    mine = Handed("DRIVING_LICENCE", (IdentityRole.HOLDER, 0), None, None)
    assert met(papers, [mine], case=case) == [True, False]
    nobodys = Handed("DRIVING_LICENCE", None, None, None)
    assert met(papers, [nobodys], case=case) == [False, False]


@pytest.mark.parametrize(
    ("dated", "fresh"), [("2026-08-24", True), ("2026-08-23", False), ("2026-11-25", False)]
)
def test_a_letter_is_no_older_than_three_months(dated: str, fresh: bool) -> None:
    """17 CFR 230.506(c)(2)(ii)(C)"""
    by_letter = deepcopy(BY_INCOME) | {"method": "C"}
    by_letter["facts"].pop("expects_income")
    case = a_case(purpose=Purpose.ACCREDITATION, ACCREDITATION=by_letter)
    handed = Handed("LETTER", None, None, date.fromisoformat(dated))
    assert met(papers_of(case), [handed], case=case) == [fresh]
