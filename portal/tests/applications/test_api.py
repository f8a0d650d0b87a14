"""Applications by their API: resumed, sent in, and nobody else's."""

import pytest

from portal.tests.applications.people import ready

pytestmark = pytest.mark.django_db


def test_an_individual_answers_every_step_and_sends_it_in() -> None:
    browser = ready()
    seen = browser.look()
    assert seen["missing"] == [] and seen["can_submit"] is True
    assert {row["state"] for row in seen["steps"]} == {"DONE"}
    sent = browser.ask("post", f"{browser.at}/submit")
    assert (sent["stage"], sent["waiting_for"]) == ("IN_REVIEW", "VENUE")
    assert [event["code"] for event in sent["timeline"]] == ["STARTED", "SUBMITTED", "IN_REVIEW"]
    assert "2 business days" in sent["expected"]
