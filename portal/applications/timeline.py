"""An application's timeline: every move of it, told to the applicant in the transaction it happens in."""

from collections.abc import Sequence

from portal import clock, notices
from portal.applications.refusals import ApplicationRefused
from portal.models import Application, ApplicationEvent
from portal.onboarding.stages import Mover, Stage, may_move


def move(
    application: Application,
    to: Stage,
    *,
    mover: Mover,
    code: str,
    text: str,
    subject: str = "",
    steps: Sequence[str] = (),
) -> ApplicationEvent:
    """To another stage; the caller has locked the application. With a ``subject`` a notice goes out."""
    if not may_move(Stage(application.stage), to, mover):
        raise ApplicationRefused(
            "WRONG_STAGE", f"That cannot be done now: the application is {said(application)}."
        )
    application.stage = to
    application.save(update_fields=["stage"])
    event = happened(application, code=code, text=text, steps=steps)
    if subject:
        link = f"/apply/{application.pk}"
        notices.tell(user=application.applicant, kind="APPLICATION", subject=subject, text=text, link=link)
    return event


def happened(
    application: Application, *, code: str, text: str, steps: Sequence[str] = ()
) -> ApplicationEvent:
    return ApplicationEvent.objects.create(
        application=application, at=clock.now(), stage=application.stage, code=code, text=text,
        steps=list(steps),
    )  # fmt: skip


def said(application: Application) -> str:
    """Its stage, in the middle of a sentence."""
    return {
        Stage.DRAFT: "not sent in yet",
        Stage.CHECKING: "being checked",
        Stage.IN_REVIEW: "with a reviewer",
        Stage.NEEDS_ANSWERS: "waiting for the applicant",
        Stage.APPROVED: "approved",
        Stage.REJECTED: "decided: it was rejected",
        Stage.WITHDRAWN: "withdrawn",
    }[Stage(application.stage)]
