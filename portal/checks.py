"""Check points of onboarding: ``ONBOARDING_CHECKS`` in settings names a class for each, so that the apps
above this one are asked without being known."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from portal import clock
from portal.models import Application, CheckResult

Outcome = CheckResult.Outcome


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. ``text`` and ``step`` are the applicant's, ``facts`` the reviewer's alone."""

    outcome: CheckResult.Outcome
    code: str
    text: str = ""
    step: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


class OnboardingCheck(Protocol):
    def check(self, application: Application) -> list[Finding]:
        """Look at what was sent in, in the transaction it was sent in by; at least one finding."""

    def decided(self, application: Application) -> None:
        """It was approved or rejected, in this transaction."""


def names() -> list[str]:
    return list(settings.ONBOARDING_CHECKS)


def run(application: Application, *, round: int) -> list[CheckResult]:
    """Ask every check and keep what it found; what it waits for last, so that only what comes later ends
    the waiting."""
    rows = []
    for name in names():
        for found in sorted(_check(name).check(application), key=lambda one: one.outcome == Outcome.WAITING):
            rows.append(_row(application, name, round, found))
    return CheckResult.objects.bulk_create(rows)


def answered(
    application: Application, *, name: str, round: int, findings: list[Finding]
) -> list[CheckResult]:
    """Keep what a check that had waited found since."""
    return CheckResult.objects.bulk_create(_row(application, name, round, found) for found in findings)


def tell_decided(application: Application) -> None:
    for name in names():
        _check(name).decided(application)


def _row(application: Application, name: str, round: int, found: Finding) -> CheckResult:
    return CheckResult(
        application=application, check_name=name, round=round, outcome=found.outcome, code=found.code,
        text=found.text, step=found.step, facts=found.facts, at=clock.now(),
    )  # fmt: skip


@cache
def _check(name: str) -> OnboardingCheck:
    check: OnboardingCheck = import_string(name)()
    return check
