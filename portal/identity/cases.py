"""Applications put before a provider: asked until it answers or a person takes over, and answered once.

Nothing is asked inside a transaction. Whoever asks takes the case first by moving its next try on, so that
a process that dies meanwhile delays it and loses nothing. Lock order: application, then case.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from portal import audit, clock, uploads, vault
from portal.applications import services
from portal.checks import Finding, Outcome
from portal.identity import embedded, providers
from portal.identity.providers import Answer, Message, ProviderAway, Question, Reference
from portal.models import Application, ProviderCase, ProviderMessage
from portal.onboarding.stages import Stage
from portal.onboarding.steps import Step

logger = logging.getLogger(__name__)

Status = ProviderCase.Status
CHECK = "portal.identity.checks.IdentityCheck"
# Until the next try, by how many there were; after the last a person takes over.
BACK_OFF = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240)]
# A provider that took the question may take its time: asked again after this, and given up after the same.
PATIENCE = timedelta(days=1)
AT_ONCE = 50

# What an applicant can mend, in our words: a provider's own may tell what nobody should be told.
MENDABLE = {
    "DOCUMENT_UNREADABLE": "The picture of your document cannot be read. Send another, sharp and whole.",
    "DOCUMENT_EXPIRED": "Your document of identity has expired. Send one that is valid.",
    "DOCUMENT_WRONG": "What you sent is not the document you named. Send that one.",
    "NAME_DIFFERS": "Your name in the form is not the one in your document. Give it as it stands there.",
    "BIRTH_DATE_DIFFERS": "Your day of birth in the form is not the one in your document. Look for a slip.",
}
STEPS = {"NAME_DIFFERS": Step.IDENTITY, "BIRTH_DATE_DIFFERS": Step.IDENTITY}


def put(application: Application, *, provider: str) -> ProviderCase:
    """In the transaction it is sent in by."""
    return ProviderCase.objects.create(
        application=application, round=services.round_of(application), provider=provider,
        next_try_at=clock.now(),
    )  # fmt: skip


def close(application: Application) -> None:
    """It was decided: nobody asks any more."""
    ProviderCase.objects.filter(application=application, status__in=[Status.TO_ASK, Status.ASKED]).update(
        status=Status.GIVEN_UP, last_error="Decided without an answer."
    )


def ask_due() -> int:
    """Ask, of every case whose time has come; return how many."""
    due = ProviderCase.objects.filter(
        status__in=[Status.TO_ASK, Status.ASKED], next_try_at__lte=clock.now()
    ).order_by("next_try_at")
    for pk in list(due.values_list("pk", flat=True)[:AT_ONCE]):
        _ask(pk)
    return len(due)


def take(*, provider: str, headers: Mapping[str, str], body: bytes) -> bool:
    """A message of a provider's; whether it is taken: False of one that came before. Raises LookupError of a
    provider there is none, NotFromThem, Garbled."""
    message = providers.provider(provider).open(headers=headers, body=body, at=clock.real())
    case = _case_of(provider, message)
    try:
        with transaction.atomic():
            if case is not None:
                Application.objects.select_for_update(no_key=True).get(pk=case.application_id)
                case = ProviderCase.objects.select_for_update(no_key=True).get(pk=case.pk)
            ProviderMessage.objects.create(
                provider=provider, message_id=message.id, case=case, body=body.decode(),
                received_at=clock.now(),
            )  # fmt: skip
            if case is not None:
                _answered(case, message.answer)
    except IntegrityError:
        if ProviderMessage.objects.filter(provider=provider, message_id=message.id).exists():
            return False
        raise
    return True


def question(case: ProviderCase) -> Question:
    """Personal data: never logged, and sent where the settings say."""
    application = case.application
    return Question(
        case=str(case.pk),
        kind=application.kind,
        people=[_person(row, application) for row in application.identities.all()],
        documents=[
            {
                "kind": row.kind,
                "whose": row.identity_id,
                "content_type": row.content_type,
                "sha256": row.sha256,
            }
            for row in uploads.for_review(application)
        ],
    )


def _person(row: Any, application: Application) -> dict[str, Any]:
    plain = (
        "role", "first_name", "middle_name", "last_name", "citizenship", "address_line", "city", "region",
        "postal_code", "country", "id_kind", "id_country",
    )  # fmt: skip
    days = {
        name: getattr(row, name) and getattr(row, name).isoformat() for name in ("born_on", "id_expires_on")
    }
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in plain},
        **days,
        "id_number": vault.unseal(row.sealed_id_number, key=application.key),
        "mrz": vault.unseal(row.sealed_mrz, key=application.key),
    }


def _ask(pk: int) -> None:
    now = clock.now()
    with transaction.atomic():
        rows = ProviderCase.objects.select_related("application__key")
        case = (
            rows.select_for_update(no_key=True, skip_locked=True, of=("self",))
            .filter(pk=pk, status__in=[Status.TO_ASK, Status.ASKED], next_try_at__lte=now)
            .first()
        )
        if case is None:
            return
        if case.application.stage != Stage.CHECKING:
            case.status, case.last_error = Status.GIVEN_UP, "It is not being checked any more."
            case.save(update_fields=["status", "last_error"])
            return
        is_last = case.tries >= len(BACK_OFF)
        case.tries += not is_last
        case.next_try_at = now + BACK_OFF[case.tries - 1]
        case.save(update_fields=["tries", "next_try_at"])
        if not is_last:
            audit.record(
                action="PERSONAL_DATA_SENT", subject=f"application {case.application_id}",
                facts={"provider": case.provider, "case": case.pk, "purpose": "Identity check"},
            )  # fmt: skip
    if is_last:
        _give_up(case)
        return
    try:
        said = providers.provider(case.provider).ask(question(case))
    except (ProviderAway, LookupError) as error:
        logger.warning("identity provider %s: %s", case.provider, type(error.__cause__ or error).__name__)
        ProviderCase.objects.filter(pk=pk).update(last_error=str(error)[:200])
        return
    with transaction.atomic():
        Application.objects.select_for_update(no_key=True).get(pk=case.application_id)
        case = ProviderCase.objects.select_for_update(no_key=True).get(pk=pk)
        if isinstance(said, Reference):
            if case.status == Status.TO_ASK or case.status == Status.ASKED:
                _wait_for(case, said, now)
        else:
            _answered(case, said)


def _wait_for(case: ProviderCase, said: Reference, now: datetime) -> None:
    case.status, case.reference, case.last_error = Status.ASKED, said.text, ""
    case.next_try_at = now + PATIENCE
    case.save(update_fields=["status", "reference", "last_error", "next_try_at"])


def _answered(case: ProviderCase, answer: Answer) -> None:
    """The first answer counts. One after a person took over is shown to them, and moves nothing."""
    if case.status == Status.ANSWERED:
        return
    if case.status != Status.GIVEN_UP:
        case.status, case.last_error = Status.ANSWERED, ""
        case.save(update_fields=["status", "last_error"])
    _told(case, _finding(answer, case))


def _give_up(case: ProviderCase) -> None:
    with transaction.atomic():
        Application.objects.select_for_update(no_key=True).get(pk=case.application_id)
        row = ProviderCase.objects.select_for_update(no_key=True).get(pk=case.pk)
        if row.status not in (Status.TO_ASK, Status.ASKED):
            return
        row.status = Status.GIVEN_UP
        row.save(update_fields=["status"])
        facts = {"provider": row.provider, "tries": row.tries, "last_error": row.last_error}
        _told(row, Finding(Outcome.REVIEW, "PROVIDER_SILENT", text=embedded.GENERIC, facts=facts))


def _told(case: ProviderCase, finding: Finding) -> None:
    services.checks_answered(application=case.application, name=CHECK, round=case.round, findings=[finding])


def _finding(answer: Answer, case: ProviderCase) -> Finding:
    facts = {"provider": case.provider, "case": case.pk, "said": answer.facts}
    if answer.outcome == "FIX" and answer.code in MENDABLE:
        step = STEPS.get(answer.code, Step.DOCUMENTS)
        return Finding(Outcome.FIX, answer.code, text=MENDABLE[answer.code], step=step, facts=facts)
    if answer.outcome == "PASSED":
        return Finding(Outcome.PASSED, answer.code, facts=facts)
    return Finding(
        Outcome.REVIEW, "PROVIDER_IN_DOUBT", text=embedded.GENERIC, facts=facts | {"code": answer.code}
    )


def _case_of(provider: str, message: Message) -> ProviderCase | None:
    """None of a message about no case of theirs: it is kept, and changes none."""
    if not message.case.isascii() or not message.case.isdigit() or len(message.case) > 18:
        return None
    return ProviderCase.objects.filter(pk=int(message.case), provider=provider).first()
