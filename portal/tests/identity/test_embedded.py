"""What is told of people without asking anybody."""

from typing import Any

import pytest

from portal.models import Application, CheckResult, CountryRule, Identity
from portal.tests.applications.people import Browser, a_persons_answers, abroad, ready
from portal.tests.factories import a_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("embedded")]


def checked(browser: Browser) -> dict[str, CheckResult]:
    browser.ask("post", f"{browser.at}/submit")
    return {row.code: row for row in CheckResult.objects.filter(application=browser.application)}


def spoilt(answers: Any = None, **columns: Any) -> Browser:
    """Sent in right, but for a row that is not what it was answered as."""
    browser = ready(answers=answers)
    Identity.objects.filter(application=browser.application).update(**columns)
    return browser


def test_where_nothing_is_wrong_a_person_looks_at_the_documents() -> None:
    browser = ready()
    assert list(checked(browser)) == ["DOCUMENTS_TO_BE_SEEN"]
    assert browser.application.stage == "IN_REVIEW"


@pytest.mark.parametrize(
    ("columns", "code", "step"),
    [
        ({"born_on": "2020-02-29"}, "UNDER_AGE", "IDENTITY"),
        ({"id_expires_on": "2020-01-01"}, "ID_EXPIRED", "IDENTITY"),
        ({"address_line": "PO Box 7"}, "ADDRESS_IS_A_BOX", "ADDRESS"),
        ({"postal_code": "90210"}, "ZIP_OF_ANOTHER_STATE", "ADDRESS"),
        ({"tin_kind": "ITIN"}, "TIN_NOT_VALID", "TAX"),
        ({"id_kind": "PASSPORT"}, "ID_NUMBER_NOT_VALID", "IDENTITY"),
    ],
)  # fmt: skip
def test_what_the_applicant_can_mend_goes_back_with_a_sentence(
    columns: dict[str, Any], code: str, step: str
) -> None:
    browser = spoilt(**columns)
    found = checked(browser)[code]
    assert (found.outcome, found.step, found.text != "") == ("FIX", step, True)
    assert browser.application.stage == "NEEDS_ANSWERS"


def test_a_country_the_table_wants_looked_at_is_looked_at() -> None:
    CountryRule.objects.create(country="NO", standing="REVIEW", effective_from="2020-01-01", citation="House")
    found = checked(ready(answers=abroad()))["COUNTRY"]
    assert (found.outcome, found.facts["country"]) == ("REVIEW", "NO")


@pytest.mark.parametrize("same", ["TIN", "document", "name and day of birth"])
def test_somebody_who_is_here_already_goes_to_a_person_and_nothing_is_told_of_the_other(same: str) -> None:
    first = ready(Browser(a_user(password=None)))
    first.ask("post", f"{first.at}/submit")
    answers = a_persons_answers()
    person, tax = answers["IDENTITY"]["people"][0], answers["TAX"]["people"][0]
    if same != "TIN":
        tax["tin"] = "318-42-1234"
    if same != "document":
        person["id_number"] = "Z7654321"
    if same != "name and day of birth":
        person["born_on"] = "1985-01-01"
    browser = ready(Browser(a_user(password=None)), answers=answers)
    found = checked(browser)["ALREADY_HERE"]
    assert found.outcome == "REVIEW" and found.facts == {"applications": [first.application.pk]}
    assert found.text == "We are still looking at your application."
    told = str(browser.look())
    assert "ALREADY_HERE" not in told and first.user.email not in told


def test_ones_own_other_application_is_no_duplicate() -> None:
    browser = ready()
    browser.ask("post", f"{browser.at}/submit")
    answers = a_persons_answers()
    answers["IDENTITY"] |= {"custodian": "Trust Co", "custodian_account": "1"}
    assert "ALREADY_HERE" not in checked(ready(Browser(browser.user), kind="IRA", answers=answers))


def lines(name: str = "LINDQVIST<<AVERY") -> str:
    from portal.onboarding.mrz import check_digit
    from portal.tests.applications.people import soon

    born, expires = "840229", soon()[2:].replace("-", "")
    second = (
        f"CCC002549{check_digit('CCC002549')}NOR{born}{check_digit(born)}X{expires}{check_digit(expires)}"
    )
    second += "<" * 15
    second = second.replace("X", "<", 1)
    return (
        f"{f'P<NOR{name}'.ljust(44, '<')} {second}{check_digit(second[:10] + second[13:20] + second[21:43])}"
    )


def test_a_passports_lines_are_held_against_the_form() -> None:
    answers = abroad()
    answers["IDENTITY"]["people"][0]["mrz"] = lines()
    browser = ready(answers=answers)
    row = Identity.objects.get(application=browser.application)
    assert "LINDQVIST" not in row.sealed_mrz and row.sealed_mrz
    assert "LINDQVIST" not in str(Application.objects.get().answers.get(step="IDENTITY").answers)
    assert list(checked(browser)) == ["DOCUMENTS_TO_BE_SEEN"]


def test_lines_of_another_passport_are_refused_where_they_are_typed() -> None:
    browser = Browser()
    browser.begin()
    answers = abroad()["IDENTITY"]
    answers["people"][0]["mrz"] = lines("NORDMANN<<OLA")
    error = browser.put_answers("IDENTITY", answers, status=422)["error"]
    assert [(one["field"], one["code"]) for one in error["reasons"]] == [("people.0.mrz", "MRZ_NAME_DIFFERS")]


def test_a_passport_whose_lines_were_not_typed_is_looked_at() -> None:
    assert checked(ready(answers=abroad()))["MRZ_NOT_GIVEN"].outcome == "REVIEW"
