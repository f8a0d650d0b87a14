"""The risk of an application: rated by itself as it is sent in, raised by one person, lowered by two."""

from typing import Any

from django.db import transaction

from portal import audit, clock, country_table
from portal.applications import cases
from portal.applications.refusals import ApplicationRefused
from portal.checks import Finding, Outcome
from portal.models import Application, CountryRule, Proposal, User
from portal.onboarding import risk
from portal.onboarding.stages import ENDED, Stage
from portal.proposals import ProposalRefused, Wording


class RiskRating:
    """A check: never below what it was rated before, by a person or by itself."""

    def check(self, application: Application) -> list[Finding]:
        rated, reasons = rate(application)
        if risk.is_higher(rated, application.risk):
            application.risk = rated
            application.save(update_fields=["risk"])
        facts = {"reasons": [reason.words for reason in reasons] or ["Nothing speaks for more."]}
        return [Finding(Outcome.PASSED, f"RISK_{rated}", facts=facts)]

    def decided(self, application: Application) -> None:
        """Nothing to be told."""


def rate(application: Application) -> tuple[risk.Risk, list[risk.Reason]]:
    standings = country_table.standings(on=clock.today())
    watched = {country for country, how in standings.items() if how == CountryRule.Standing.REVIEW}
    return risk.rate(cases.case_of(application), watched=watched)


def raise_risk(*, application: Application, by: User, to: str, reason: str) -> Application:
    with transaction.atomic():
        row = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
        if Stage(row.stage) in ENDED:
            raise ApplicationRefused("ENDED", "It is decided.")
        if not risk.is_higher(to, row.risk):
            raise ApplicationRefused("NOT_HIGHER", "One person raises a risk; it takes two to lower it.")
        old, row.risk = row.risk, to
        row.save(update_fields=["risk"])
        facts = {"from": old, "to": to, "reason": reason}
        audit.record(action="RISK_RAISED", subject=row.subject, actor=by, facts=facts)
    return row


class LowerRisk:
    """Kind of proposal: a lower risk than it was rated. Subject: the application's number; new: ``risk``."""

    permission = "portal.review_application"

    def current(self, *, subject: str, lock: bool = False) -> dict[str, Any]:
        return {"risk": application_named(subject, lock=lock).risk}

    def check(self, *, subject: str, new: dict[str, Any]) -> None:
        row = application_named(subject)
        if Stage(row.stage) in ENDED:
            raise ProposalRefused("ENDED", "It is decided.")
        if new.get("risk") not in Application.Risk.values or not risk.is_higher(row.risk, new["risk"]):
            raise ProposalRefused("NOT_LOWER", "Choose a lower risk than it has.")

    def apply(self, *, subject: str, new: dict[str, Any], proposal: Proposal) -> None:
        row = application_named(subject, lock=True)
        old, row.risk = row.risk, new["risk"]
        row.save(update_fields=["risk"])
        facts = {"from": old, "to": row.risk, "proposal": proposal.pk}
        audit.record(action="RISK_LOWERED", subject=row.subject, actor=proposal.decided_by, facts=facts)

    def wording(self, *, subject: str, old: dict[str, Any], new: dict[str, Any]) -> Wording:
        labels = dict(Application.Risk.choices)
        return [(f"Risk of application {subject}", labels.get(old["risk"], "–"), labels[new["risk"]])]


def application_named(subject: str, *, lock: bool = False) -> Application:
    rows = Application.objects.select_for_update(no_key=True) if lock else Application.objects
    row = rows.filter(pk=int(subject)).first() if subject.isdecimal() else None
    if row is None:
        raise ProposalRefused("UNKNOWN_APPLICATION", f"There is no application {subject}.")
    return row
