"""The dated rule table: what a rule says on a day, and how people add what it says from another day on."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from portal import clock, proposals, roles, rule_table
from portal.models import Proposal, RuleValue
from portal.proposals import ProposalRefused
from portal.rule_table import UnknownRule
from portal.tests.desk import at_the_desk, list_of, page_of, text
from portal.tests.factories import an_operator

pytestmark = pytest.mark.django_db

RULE = "TAX-BACKUP-WITHHOLDING"


def day(ahead: int) -> date:
    return clock.now().astimezone(ZoneInfo("America/New_York")).date() + timedelta(days=ahead)


def terms(**fields: Any) -> dict[str, Any]:
    return {
        "value": "28.5", "effective_from": day(10).isoformat(), "citation": "Pub. L. 999",
        "sourced": "PRIMARY", **fields,
    }  # fmt: skip


def decided(**fields: Any) -> Proposal:
    made = proposals.propose(
        kind="RULE_VALUE", subject=RULE, new=terms(**fields), reason="A new law.", by=an_operator()
    )
    return proposals.approve(proposal=made, by=an_operator())


def test_a_value_holds_from_its_day_on_and_not_before() -> None:
    decided()
    assert rule_table.value(RULE, on=day(9)) == 24
    assert rule_table.value(RULE, on=day(10)) == Decimal("28.5")
    row = rule_table.rule(RULE, on=day(10))
    assert (row.unit, row.citation, row.proposal) == ("percent", "Pub. L. 999", Proposal.objects.get())


def test_of_two_from_one_day_the_one_decided_later_holds() -> None:
    decided()
    decided(value="31")
    assert rule_table.value(RULE, on=day(400)) == 31


def test_a_rule_nobody_knows_has_no_value_and_gets_none() -> None:
    with pytest.raises(UnknownRule):
        rule_table.value("NO-SUCH-RULE", on=day(0))
    with pytest.raises(ProposalRefused, match="come with a release") as error:
        proposals.propose(
            kind="RULE_VALUE", subject="NO-SUCH-RULE", new=terms(), reason="x", by=an_operator()
        )
    assert error.value.code == "UNKNOWN_RULE"


def test_what_is_counted_comes_in_whole_numbers() -> None:
    with pytest.raises(ProposalRefused, match="counted in days") as error:
        proposals.propose(
            kind="RULE_VALUE", subject="BANK-ACCOUNT-COOLING", new=terms(value="0.9"), reason="x",
            by=an_operator(),
        )  # fmt: skip
    assert error.value.code == "NOT_WHOLE"


WRONG = {
    "a day that has passed": ({"effective_from": "2020-01-01"}, "PAST"),
    "no number": ({"value": "much"}, "NOT_A_VALUE"),
    "no number that ends": ({"value": "NaN"}, "NOT_A_VALUE"),
    "less than nothing": ({"value": "-1"}, "NOT_A_VALUE"),
    "too many decimals": ({"value": "0.00001"}, "NOT_A_VALUE"),
    "more than all": ({"value": "100.01"}, "MORE_THAN_ALL"),
    "no citation": ({"citation": " "}, "INCOMPLETE"),
    "a source there is not": ({"sourced": "HEARSAY"}, "UNKNOWN_SOURCE"),
    "a unit of its own": ({"unit": "apples"}, "INCOMPLETE"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_value_that_makes_no_sense_is_refused(what: str) -> None:
    fields, code = WRONG[what]
    with pytest.raises(ProposalRefused) as error:
        decided(**fields)
    assert error.value.code == code
    assert not Proposal.objects.exists()


def test_a_value_that_came_meanwhile_makes_a_proposal_stale() -> None:
    made = proposals.propose(kind="RULE_VALUE", subject=RULE, new=terms(), reason="x", by=an_operator())
    decided(value="30")
    with pytest.raises(ProposalRefused) as error:
        proposals.approve(proposal=made, by=an_operator())
    assert error.value.code == "STALE"


def test_the_desk_shows_what_rules_say_and_proposes_more() -> None:
    officer = at_the_desk(roles.COMPLIANCE_OFFICER)
    page = text(officer.get(list_of(RuleValue)))
    assert "24 percent" in page and "‡ Seen in a secondary source only" in page
    propose = "/admin/portal/rulevalue/propose/"
    assert RULE in text(officer.get(propose))
    assert "Select a valid choice" in text(officer.act(propose, **terms(), rule_id="NO-SUCH-RULE", note="x"))
    officer.act(propose, **terms(), rule_id=RULE, note="A new law.")
    page = text(officer.get(page_of(Proposal.objects.get())))
    assert "24 percent" in page and "28.5 percent" in page and "Pub. L. 999" in page
