"""What answers are judged by, from the tables: ``portal.onboarding`` does the judging."""

from datetime import date
from typing import Any

from portal import clock, country_table, rule_table, standing
from portal.models import Account, Application, CountryRule
from portal.onboarding.case import Case, House
from portal.onboarding.kinds import ApplicantKind, Purpose
from portal.onboarding.stages import Stage
from portal.onboarding.steps import holders_of

LEAST_AGE, MOST_AGE, OWNER_PERCENT = "KYC-AGE-LEAST", "KYC-AGE-MOST", "KYC-OWNER-PERCENT"


def house(*, on: date) -> House:
    values = rule_table.rules([LEAST_AGE, MOST_AGE, OWNER_PERCENT], on=on)
    denied = CountryRule.Standing.DENIED
    return House(
        today=on,
        least_age=int(values[LEAST_AGE].value),
        most_age=int(values[MOST_AGE].value),
        owner_percent=values[OWNER_PERCENT].value,
        denied=frozenset(country for country, how in country_table.standings(on=on).items() if how == denied),
        accredited=standing.thresholds(on=on),
    )


def case_of(application: Application) -> Case:
    """As answered so far, and as the tables say today."""
    purpose, kind = Purpose(application.purpose), ApplicantKind(application.kind)
    account = application.account if purpose != Purpose.OPEN else None
    return Case(
        kind=kind,
        purpose=purpose,
        house=house(on=clock.today()),
        answers={row.step: row.answers for row in application.answers.all()},
        residence=_residence(account, kind) if purpose == Purpose.RENEW_IDENTITY and account else (),
        earlier=standing.earlier(account=account) if account else None,
    )


def approved_of(account: Account) -> Application | None:
    """The application that tells who is behind an account: the last one approved."""
    rows = account.applications.filter(stage=Stage.APPROVED).exclude(purpose=Purpose.ACCREDITATION)
    return rows.order_by("-id").first()


def _residence(account: Account, kind: ApplicantKind) -> tuple[str, ...]:
    application = approved_of(account)
    if application is None:
        return ()
    countries: dict[Any, str] = dict(application.identities.filter(position=0).values_list("role", "country"))
    return tuple(countries.get(role, "") for role in holders_of(kind))
