"""What the API answers about applications is what its schema promises."""

from typing import Any

import pytest

from portal.tests.applications.people import Browser, a_persons_answers
from trading.tests.api.contract import ContractClient

pytestmark = pytest.mark.django_db


class Applicant(Browser, ContractClient):
    """Every answer is held to the schema."""


def test_every_answer_about_an_application_is_of_its_schema(settings: Any) -> None:
    settings.ONBOARDING_CHECKS = []
    applicant = Applicant()
    applicant.begin()
    for step, answers in a_persons_answers().items():
        assert applicant.answers(step) == {}
        applicant.put_answers(step, answers)
        applicant.answers(step)
    refused = applicant.ask("post", f"{applicant.at}/submit", status=422)["error"]
    assert refused["reasons"]
    applicant.hand_in_all()
    applicant.sign_all()
    applicant.answers("AGREEMENTS")
    applicant.ask("post", f"{applicant.at}/submit")
    applicant.ask("get", "/api/v1/applications")
    applicant.put_answers("IDENTITY", {}, status=422)
    applicant.ask("post", f"{applicant.at}/withdraw")
    applicant.ask("get", "/api/v1/applications/999999", status=404)
    applicant.ask("get", f"{applicant.at}/steps/NOTHING", status=404)
    applicant.ask("post", "/api/v1/applications", {"kind": "CHURCH"}, status=400)
