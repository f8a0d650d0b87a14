"""Applications as they come to a reviewer."""

from typing import Any

from portal import proposals
from portal.applications import findings, services
from portal.applications.refusals import ApplicationRefused
from portal.checks import Finding, Outcome
from portal.models import Application, CheckResult, Proposal, User
from portal.tests.applications.people import ready
from portal.tests.factories import an_operator

SAYS = "portal.tests.applications.review.Says"


class Says:
    """A check that finds what a test has it find."""

    findings: list[Finding] = []
    told: list[Application] = []

    def check(self, application: Application) -> list[Finding]:
        return self.findings or [Finding(Outcome.PASSED, "FINE")]

    def decided(self, application: Application) -> None:
        self.told.append(application)


def sent_in(*found: Finding, **how: Any) -> Application:
    """By somebody, and found so."""
    Says.findings, Says.told = list(found), []
    browser = ready(**how)
    return services.submit(application=browser.application, by=browser.user)


def noted(application: Application, *, verdict: str = "CLEARED", by: User | None = None) -> None:
    """Every finding that is to be looked at."""
    for one in findings.latest(application):
        if one.is_to_be_looked_at:
            findings.note(finding=one.result, by=by or an_operator(), verdict=verdict, text="Looked into it.")


def proposed(application: Application, *, by: User | None = None, **new: Any) -> Proposal:
    return proposals.propose(
        kind="APPROVE_APPLICATION", subject=str(application.pk), reason="All of it was looked at.",
        by=by or an_operator(), new={"issuer": None, "without_accreditation": ""} | new,
    )  # fmt: skip


def the_finding(application: Application, code: str) -> CheckResult:
    return CheckResult.objects.get(application=application, code=code)


__all__ = ["SAYS", "ApplicationRefused", "Finding", "Outcome", "Says", "noted", "proposed", "sent_in"]
