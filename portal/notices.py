"""Telling people: a row in the transaction of the act; the mail goes out from the rows."""

from dataclasses import dataclass

from celery import current_app
from django.db import transaction
from django.db.models import QuerySet

from portal import clock
from portal.models import Notice, NoticeSwitch, User


@dataclass(frozen=True, slots=True)
class Kind:
    title: str
    # Whether mail of it may be switched off: what keeps a sign-in safe may not.
    may_be_off: bool = True


KINDS = {
    "APPLICATION": Kind("Your applications", may_be_off=False),
    "EXPIRY": Kind("What expires soon"),
    "SAFETY": Kind("Your sign-in and contact", may_be_off=False),
    "MEMBERSHIP": Kind("Invitations and members"),
    "MARKET": Kind("Orders, trades and settlement"),
    "VENUE": Kind("From the venue"),
}


def tell(*, user: User, kind: str, subject: str, text: str, link: str = "", once: str = "") -> Notice | None:
    """Tell somebody, in the transaction of what is told; None where this ``once`` was told before."""
    if once and Notice.objects.filter(user=user, kind=kind, once=once).exists():
        return None
    is_off = KINDS[kind].may_be_off and NoticeSwitch.objects.filter(user=user, kind=kind).exists()
    if not is_off:
        # Robust: what is told of is done whatever becomes of the ring, and the schedule looks too.
        transaction.on_commit(_ring, robust=True)
    return Notice.objects.create(
        user=user, kind=kind, subject=subject, text=text, link=link, once=once, at=clock.now(),
        to_mail=not is_off,
    )  # fmt: skip


def unread(user: User) -> int:
    return Notice.objects.filter(user=user, read_at=None).count()


def mark_read(rows: QuerySet[Notice]) -> int:
    return rows.filter(read_at=None).update(read_at=clock.now())


def switch(*, user: User, kind: str, mail: bool) -> None:
    """Whether somebody wants mail of a kind; the inbox has it either way."""
    if mail:
        NoticeSwitch.objects.filter(user=user, kind=kind).delete()
    else:
        NoticeSwitch.objects.get_or_create(user=user, kind=kind)


def switched_off(user: User) -> set[str]:
    return set(NoticeSwitch.objects.filter(user=user).values_list("kind", flat=True))


def _ring() -> None:
    current_app.send_task("portal.tasks.send_mail", retry=False)
