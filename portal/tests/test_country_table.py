"""Of which countries the venue takes people, and how two people change that."""

from datetime import date, timedelta
from typing import Any

import pytest

from portal import clock, country_table, proposals, roles
from portal.models import CountryRule, Proposal
from portal.proposals import ProposalRefused
from portal.tests.applications.people import Browser
from portal.tests.desk import at_the_desk, list_of, page_of, text
from portal.tests.factories import an_operator

pytestmark = pytest.mark.django_db


def day(ahead: int) -> date:
    return clock.today() + timedelta(days=ahead)


def terms(**fields: Any) -> dict[str, Any]:
    return {
        "standing": "DENIED", "effective_from": day(10).isoformat(), "citation": "31 CFR part 999",
        "sourced": "PRIMARY", **fields,
    }  # fmt: skip


def decided(country: str = "NO", **fields: Any) -> Proposal:
    made = proposals.propose(
        kind="COUNTRY_RULE", subject=country, new=terms(**fields), reason="New sanctions.", by=an_operator()
    )
    return proposals.approve(proposal=made, by=an_operator())


@pytest.mark.parametrize("country", ["CU", "IR", "KP"])
def test_comprehensively_sanctioned_countries_are_denied_from_the_start(country: str) -> None:
    assert country_table.standings(on=day(0))[country] == "DENIED"


def test_syria_is_looked_at_since_its_programme_ended() -> None:
    assert country_table.standings(on=date(2025, 6, 30))["SY"] == "DENIED"
    assert country_table.standings(on=date(2025, 7, 1))["SY"] == "REVIEW"


def test_a_country_stands_so_from_its_day_on() -> None:
    decided()
    assert "NO" not in country_table.standings(on=day(9))
    assert country_table.standings(on=day(10))["NO"] == "DENIED"
    decided(standing="ALLOWED")
    assert country_table.standings(on=day(10))["NO"] == "ALLOWED"


def test_who_lives_in_a_denied_country_is_told_at_that_step() -> None:
    decided(effective_from=day(0).isoformat())
    browser = Browser()
    browser.begin()
    home = {"address_line": "Karl Johans gate 1", "city": "Oslo", "country": "NO"}
    error = browser.put_answers("ADDRESS", {"people": [home]}, status=422)["error"]
    assert (error["reasons"][0]["code"], error["field"]) == ("COUNTRY_DENIED", "people.0.country")


WRONG = {
    "a country there is not": ("XX", {}, "UNKNOWN_COUNTRY"),
    "a day that has passed": ("NO", {"effective_from": "2020-01-01"}, "PAST"),
    "a standing there is not": ("NO", {"standing": "MAYBE"}, "UNKNOWN_STANDING"),
    "no citation": ("NO", {"citation": " "}, "INCOMPLETE"),
    "a source there is not": ("NO", {"sourced": "HEARSAY"}, "UNKNOWN_SOURCE"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_makes_no_sense_is_refused(what: str) -> None:
    country, fields, code = WRONG[what]
    with pytest.raises(ProposalRefused) as error:
        decided(country, **fields)
    assert error.value.code == code
    assert not CountryRule.objects.filter(proposal__isnull=False).exists()


def test_a_row_that_came_meanwhile_makes_a_proposal_stale() -> None:
    made = proposals.propose(kind="COUNTRY_RULE", subject="NO", new=terms(), reason="x", by=an_operator())
    decided(standing="REVIEW")
    with pytest.raises(ProposalRefused) as error:
        proposals.approve(proposal=made, by=an_operator())
    assert error.value.code == "STALE"


def test_the_desk_shows_how_countries_stand_and_proposes_more() -> None:
    officer = at_the_desk(roles.COMPLIANCE_OFFICER)
    page = text(officer.get(list_of(CountryRule)))
    assert "North Korea" in page and "31 CFR part 510" in page
    propose = "/admin/portal/countryrule/propose/"
    assert "Norway" in text(officer.get(propose))
    assert "Select a valid choice" in text(officer.act(propose, **terms(), country="XX", note="x"))
    officer.act(propose, **terms(), country="NO", note="New sanctions.")
    page = text(officer.get(page_of(Proposal.objects.get())))
    assert "Norway from" in page and "31 CFR part 999" in page
    assert at_the_desk(roles.FILINGS).get(propose).status_code == 403
