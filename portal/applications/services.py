"""What an applicant does with an application, and what the venue does by itself once it is sent in.

The application's row is the lock: two tabs, a provider and a reviewer take turns.
"""

from typing import Any

from django.db import IntegrityError, transaction

from portal import checks, clock, vault
from portal.applications import agreements, cases, kept, renewals, timeline
from portal.applications.findings import standing
from portal.applications.overview import Overview
from portal.applications.refusals import ApplicationRefused, not_answered_well
from portal.applications.timeline import move
from portal.checks import Finding, Outcome
from portal.models import Account, Application, CheckResult, StepAnswers, User
from portal.onboarding import answers
from portal.onboarding.kinds import ApplicantKind, Purpose
from portal.onboarding.stages import ENDED, WITH_APPLICANT, Mover, Stage
from portal.onboarding.steps import Step

LOOKED_AT = (
    "Your application is with a reviewer. You are told as soon as it is decided, or if anything is missing."
)
WITH_PROVIDER = "We have your application, and checks are running. There is nothing for you to do."
GO_THROUGH = "Something has to be mended: please go through the steps named here again."
BEGUN = "You began this application. Leave and come back whenever you like: every step is kept."


def start(
    *, by: User, kind: ApplicantKind, purpose: Purpose = Purpose.OPEN, account: Account | None = None
) -> Application:
    """Begin one; a renewal begins with what was approved before. The caller has seen to it that the person
    may sign for the account."""
    if (account is None) != (purpose == Purpose.OPEN):
        raise ApplicationRefused("ACCOUNT_OR_NONE", "Say which account it is about; a new one has none yet.")
    approved = cases.approved_of(account) if account else None
    if approved is not None and approved.kind != kind:
        raise ApplicationRefused("WRONG_KIND", "This account is of another kind of applicant.")
    with transaction.atomic():
        try:
            with transaction.atomic():
                made = Application.objects.create(
                    applicant=by, kind=kind, purpose=purpose, account=account, key=vault.new_key(),
                    started_at=clock.now(),
                )  # fmt: skip
        except IntegrityError as error:
            raise ApplicationRefused(
                "ALREADY_UNDER_WAY", "You have such an application under way: go on with that one."
            ) from error
        if approved is not None:
            renewals.prefill(made, approved, by=by)
        timeline.happened(made, code="STARTED", text=BEGUN)
    return made


def answer(
    *, application: Application, step: Step, given: Any, by: User, address: str | None = None
) -> Application:
    """Keep the answers of a step, whole or not at all."""
    with transaction.atomic():
        row = _locked(application, {*WITH_APPLICANT})
        overview = Overview(row)
        if step not in overview.steps:
            raise ApplicationRefused("NO_SUCH_STEP", "This application does not ask that.")
        if step == Step.AGREEMENTS:
            found = agreements.sign(row, given, overview.case, by=by, address=address)
            if found:
                raise not_answered_well(step, found)
            return row
        rows = overview.identities
        plain, found = answers.read(step, kept.unmasked(row, step, given, rows), overview.case)
        if found:
            raise not_answered_well(step, found)
        if step == Step.TAX:
            _certify(row, overview, plain, by=by, address=address)
        StepAnswers.objects.update_or_create(
            application=row, step=step,
            defaults={
                "answers": kept.keep(row, step, plain, rows), "answered_at": clock.now(), "answered_by": by,
            },
        )  # fmt: skip
    return row


def submit(*, application: Application, by: User) -> Application:
    """Send it in. Sent twice, it is sent once."""
    with transaction.atomic():
        row = _locked(application, {*WITH_APPLICANT, Stage.CHECKING, Stage.IN_REVIEW})
        if Stage(row.stage) not in WITH_APPLICANT:
            return row
        overview = Overview(row)
        if overview.missing:
            raise ApplicationRefused(
                "INCOMPLETE", "Something is still missing: see each step.", reasons=overview.missing
            )
        row.submitted_at = clock.now()
        row.save(update_fields=["submitted_at"])
        move(
            row, Stage.CHECKING, mover=Mover.APPLICANT, code="SUBMITTED", text=WITH_PROVIDER,
            subject="We have your application",
        )  # fmt: skip
        checks.run(row, round=round_of(row))
        _go_on(row)
    return row


def checks_answered(
    *, application: Application, name: str, round: int, findings: list[Finding]
) -> Application:
    """A check that had waited came back. What comes after the applicant has it again, or after it was
    decided, is kept for reviewers and moves nothing."""
    with transaction.atomic():
        row = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
        checks.answered(row, name=name, round=round, findings=findings)
        if row.stage == Stage.CHECKING and round == round_of(row):
            _go_on(row)
    return row


def withdraw(*, application: Application, by: User) -> Application:
    """Take it back. Taken back twice, it is taken back once."""
    with transaction.atomic():
        row = _locked(application, {*Stage} - {Stage.APPROVED, Stage.REJECTED})
        if row.stage != Stage.WITHDRAWN:
            text = "You withdrew this application. You can begin another whenever you like."
            move(row, Stage.WITHDRAWN, mover=Mover.APPLICANT, code="WITHDRAWN", text=text)
    return row


def round_of(application: Application) -> int:
    """Of which time it was sent in, from 1."""
    return application.events.filter(code="SUBMITTED").count()


def _locked(application: Application, stages: set[Stage]) -> Application:
    rows = Application.objects.select_related("applicant", "account", "key")
    row = rows.select_for_update(no_key=True, of=("self",)).get(pk=application.pk)
    if Stage(row.stage) not in stages:
        code = "ENDED" if Stage(row.stage) in ENDED else "WITH_VENUE"
        raise ApplicationRefused(code, f"That cannot be done now: the application is {timeline.said(row)}.")
    return row


def _certify(
    application: Application, overview: Overview, plain: dict[str, Any], *, by: User, address: str | None
) -> None:
    """What was certified by the tax step, as signed: a text for each kind of taxpayer among the holders."""
    said = {agreements.CERTIFICATIONS[person["tax_country"] == "US"] for person in plain["people"]}
    texts = [row for row in agreements.certifications(overview.case) if row.code in said]
    agreements.write(application, [(row, plain["typed_name"]) for row in texts], by=by, address=address)


def _go_on(application: Application) -> None:
    """On from CHECKING, by what the checks of this round have said so far."""
    results = CheckResult.objects.filter(application=application, round=round_of(application))
    said = standing(results)
    mend = [result for result in said if result.outcome == Outcome.FIX]
    if mend:
        text = " ".join(dict.fromkeys(result.text for result in mend if result.text)) or GO_THROUGH
        move(
            application, Stage.NEEDS_ANSWERS, mover=Mover.VENUE, code=mend[0].code, text=text,
            steps=list(dict.fromkeys(result.step for result in mend if result.step)),
            subject="Your application needs something from you",
        )  # fmt: skip
    elif all(result.outcome != Outcome.WAITING for result in said):
        move(
            application, Stage.IN_REVIEW, mover=Mover.VENUE, code="IN_REVIEW", text=LOOKED_AT,
            subject="Your application is with a reviewer",
        )  # fmt: skip
