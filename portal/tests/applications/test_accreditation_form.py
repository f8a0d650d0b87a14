"""The form of the step on accreditation: what may be chosen, and what is asked then."""

import pytest

from portal.tests.applications.people import Browser
from portal.tests.factories import a_user

pytestmark = pytest.mark.django_db


def test_a_person_chooses_among_categories_of_people_with_the_figures_in_force() -> None:
    browser = Browser()
    browser.begin()
    form = browser.ask("get", f"{browser.at}/accreditation")
    categories = {row["code"]: row for row in form["categories"]}
    assert {"AI05", "AI06", "AI10"} < set(categories) and "AI03" not in categories
    income = categories["AI06"]
    assert "$200,000" in income["words"]
    assert [fact["name"] for fact in income["facts"]][:2] == ["with_spouse", "income_last_year"]
    assert [way["code"] for way in income["methods"]] == ["A", "C", "D", "F"]
    assert len(income["methods"][0]["evidence"]) == 2  # of two years
    methods = {row["code"]: row for row in form["methods"]}
    assert [fact["form"] for fact in methods["A"]["statements"]] == ["YES_NO"]
    assert "{" not in str([form["categories"][0]["words"], *(row["words"] for row in form["methods"])])


def test_owners_of_a_company_are_accredited_by_titles_people_can_read() -> None:
    browser = Browser()
    browser.begin("LLC")
    form = browser.ask("get", f"{browser.at}/accreditation")
    [owners] = next(row for row in form["categories"] if row["code"] == "AI08")["facts"]
    assert owners["form"] == "OWNERS"
    assert {"value": "AI05", "text": "Net worth"} in owners["choices"]


def test_what_is_asked_only_sometimes_says_when() -> None:
    browser = Browser()
    browser.begin("LLC")
    form = browser.ask("get", f"{browser.at}/accreditation")
    facts = next(row for row in form["categories"] if row["code"] == "AI01")["facts"]
    assert facts[0]["when"] is None
    assert facts[1]["when"]["name"] == "institution" and "BANK" in facts[1]["when"]["values"]


def test_somebody_elses_form_does_not_exist() -> None:
    browser = Browser()
    browser.begin()
    Browser(a_user()).ask("get", f"{browser.at}/accreditation", status=404)
