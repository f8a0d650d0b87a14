"""An application about an account there is begins with what was approved of it."""

from typing import Any

from portal import clock, vault
from portal.models import Application, Identity, StepAnswers, User
from portal.onboarding.steps import Step

# Who they are; finances and objectives are not asked again, and what is certified is certified anew.
CARRIED = (Step.IDENTITY, Step.ENTITY, Step.ADDRESS, Step.OWNERS, Step.TAX)
CERTIFIED = ("certified", "typed_name")


def prefill(application: Application, approved: Application, *, by: User) -> None:
    """Each application has a key of its own, so what is secret is sealed anew."""
    rows = approved.answers.filter(step__in=CARRIED)
    StepAnswers.objects.bulk_create(
        StepAnswers(
            application=application, step=row.step, answers=_uncertified(row.answers), answered_by=by,
            answered_at=clock.now(),
        )
        for row in rows
    )  # fmt: skip
    Identity.objects.bulk_create(_copy(row, application, approved) for row in approved.identities.all())


def _copy(row: Identity, application: Application, approved: Application) -> Identity:
    for sealed in ("sealed_tin", "sealed_id_number", "sealed_mrz"):
        opened = vault.unseal(getattr(row, sealed), key=approved.key)
        setattr(row, sealed, vault.seal(opened, key=application.key))
    row.pk, row.application = None, application
    return row


def _uncertified(answers: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answers.items() if name not in CERTIFIED}
