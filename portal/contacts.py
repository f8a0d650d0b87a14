"""A new e-mail address or telephone number: confirmed by a code, and in effect after a cooling period in
which whoever has the old address can stop it.

The venue has no telephone: the code for a new number goes to the e-mail address.
"""

import re
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.core.internal.cryptokit import generate_user_code, normalize_user_code
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from portal import audit, clock, notices, rule_table
from portal.models import ContactChange, User
from portal.sign_in import is_of_demo
from portal.sign_in_history import PAGE

Kind, Status = ContactChange.Kind, ContactChange.Status
COOLING = "CONTACT-CHANGE-COOLING"
OPEN = (Status.UNVERIFIED, Status.WAITING)
CODE_IS_GOOD = timedelta(minutes=30)
MOST_TRIES = 5
PHONE = re.compile(r"\+[1-9][0-9]{7,14}")  # E.164
SALT = "portal.contacts.stop"


class ContactRefused(Exception):
    def __init__(self, code: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.field = field


def open_changes(user: User) -> list[ContactChange]:
    return list(ContactChange.objects.filter(user=user, status__in=OPEN))


def ask(*, user: User, kind: str, new: str) -> ContactChange:
    """Send a code to prove the new address with. One that is somebody else's gets mail without a code, and
    whoever asks learns nothing of it."""
    if is_of_demo(user):
        raise ContactRefused(
            "PERSON_OF_THE_DEMO", "The demo's people keep their contacts. Sign up to try this."
        )
    new = _cleaned(kind, new)
    if new == (user.email if kind == Kind.EMAIL else user.phone):
        raise ContactRefused("SAME_AS_NOW", "That is what the venue has already.", field="new")
    code = generate_user_code(length=8)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        rows = ContactChange.objects.filter(user=user, kind=kind)
        if rows.filter(status=Status.WAITING).exists():
            raise ContactRefused(
                "ALREADY_WAITING", "Another change is waiting. Stop it first, then ask anew."
            )
        now = clock.now()
        rows.filter(status=Status.UNVERIFIED).update(status=Status.STOPPED, ended_at=now)
        change = ContactChange.objects.create(user=user, kind=kind, new=new, asked_at=now, code_hash="")
        change.code_hash = _hash(change, code)
        change.save(update_fields=["code_hash"])
    if kind == Kind.EMAIL and User.objects.filter(email=new).exists():
        _mail(
            new, "This address was to be used for another sign-in",
            "Somebody asked to sign in with this address. It is that of your sign-in: nothing has changed.",
        )  # fmt: skip
    else:
        what = "new e-mail address" if kind == Kind.EMAIL else f"new telephone number {new}"
        _mail(
            new if kind == Kind.EMAIL else user.email, f"Your code for a {change.get_kind_display().lower()}",
            f"Type this code to confirm your {what}:\n\n{code}\n\nIf you did not ask for it, do nothing.",
        )  # fmt: skip
    return change


def verify(*, user: User, change_id: int, code: str) -> ContactChange:
    """The code begins the cooling period."""
    with transaction.atomic():
        change = _own(user, change_id)
        if change.status != Status.UNVERIFIED:
            raise ContactRefused("NOT_TO_BE_VERIFIED", "This change is not waiting for a code.")
        now = clock.now()
        change.tries += 1
        late = now - change.asked_at > CODE_IS_GOOD
        is_right = not late and constant_time_compare(_hash(change, code), change.code_hash)
        if is_right:
            days = int(rule_table.value(COOLING, on=clock.today()))
            change.status, change.effective_at = Status.WAITING, now + timedelta(days=days)
            _tell_of_waiting(change, days)
        elif late or change.tries >= MOST_TRIES:
            change.status, change.ended_at = Status.STOPPED, now
        change.save(update_fields=["tries", "status", "effective_at", "ended_at"])
    if not is_right:
        if change.status == Status.STOPPED:
            raise ContactRefused("CODE_NO_LONGER_GOOD", "This code is no longer good. Ask for another.")
        raise ContactRefused("WRONG_CODE", "This code is not right.", field="code")
    return change


def stop(*, user: User, change_id: int) -> ContactChange:
    with transaction.atomic():
        return _stopped(_own(user, change_id))


def stop_by(*, secret: str) -> ContactChange:
    """By the link that went to the old address: whoever reads its mail need not be able to sign in."""
    try:
        pk = signing.loads(secret, salt=SALT)
    except signing.BadSignature as error:
        raise ContactRefused("NOT_A_LINK", "This link is not whole. Copy it anew from the mail.") from error
    with transaction.atomic():
        return _stopped(ContactChange.objects.select_for_update(no_key=True).get(pk=pk))


def apply_due() -> int:
    """What has waited long enough comes into effect; return how many."""
    due = ContactChange.objects.filter(status=Status.WAITING, effective_at__lte=clock.now())
    return sum(_apply(pk) for pk in due.order_by("pk").values_list("pk", flat=True))


def _apply(pk: int) -> bool:
    with transaction.atomic():
        change = ContactChange.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=pk).first()
        if change is None or change.status != Status.WAITING:
            return False
        user, now = change.user, clock.now()
        if change.kind == Kind.EMAIL and User.objects.filter(email=change.new).exists():
            _stopped(change)
            return False
        if change.kind == Kind.EMAIL:
            user.email = change.new
            EmailAddress.objects.filter(user=user).delete()
            EmailAddress.objects.create(user=user, email=change.new, verified=True, primary=True)
        else:
            user.phone = change.new
        user.save(update_fields=["email", "phone"])
        change.status, change.ended_at = Status.DONE, now
        change.save(update_fields=["status", "ended_at"])
        audit.record(
            action="CONTACT_CHANGED", subject=f"user:{user.pk}", actor=user, facts={"kind": change.kind}
        )
        what = "e-mail address" if change.kind == Kind.EMAIL else "telephone number"
        how = " Sign in with it from now on." if change.kind == Kind.EMAIL else ""
        notices.tell(
            user=user, kind="SAFETY", subject=f"Your new {what} is in effect",
            text=f"Your {what} has changed, as you asked.{how}", link=PAGE,
        )  # fmt: skip
        return True


def _tell_of_waiting(change: ContactChange, days: int) -> None:
    what = change.get_kind_display().lower()
    notices.tell(
        user=change.user, kind="SAFETY", subject=f"Your {what} is to change",
        text=f"A new {what} was confirmed for your sign-in. It counts in {days} days. If this was not you, "
        "open the link to stop it, then change your password.",
        link=f"/stop-change#{signing.dumps(change.pk, salt=SALT)}",
    )  # fmt: skip


def _stopped(change: ContactChange) -> ContactChange:
    if change.status not in OPEN:
        raise ContactRefused("NOT_WAITING", "This change is over: there is nothing to stop.")
    change.status, change.ended_at = Status.STOPPED, clock.now()
    change.save(update_fields=["status", "ended_at"])
    what = change.get_kind_display().lower()
    notices.tell(
        user=change.user, kind="SAFETY", subject=f"The change of your {what} was stopped",
        text=f"Your {what} stays as it was.", link=PAGE,
    )  # fmt: skip
    return change


def _own(user: User, change_id: int) -> ContactChange:
    rows = ContactChange.objects.select_for_update(no_key=True)
    return rows.get(pk=change_id, user=user)


def _cleaned(kind: str, new: str) -> str:
    if kind == Kind.EMAIL:
        new = new.strip().lower()
        try:
            validate_email(new)
        except ValidationError as error:
            raise ContactRefused("NOT_AN_ADDRESS", "This is not an e-mail address.", field="new") from error
        if len(new) > 254 or new.endswith("@demo.example"):
            raise ContactRefused("NOT_AN_ADDRESS", "This address cannot be used.", field="new")
        return new
    new = re.sub(r"[\s().-]", "", new)
    if not PHONE.fullmatch(new):
        raise ContactRefused(
            "NOT_A_NUMBER", "Give the number with its country, e.g. +1 212 555 0100.", field="new"
        )
    return new


def _hash(change: ContactChange, code: str) -> str:
    text = f"{change.pk} {normalize_user_code(code)}"
    return salted_hmac("portal.contacts.code", text, algorithm="sha256").hexdigest()


def _mail(to: str, subject: str, text: str) -> None:
    EmailMessage(f"{settings.VENUE['name']}: {subject}", f"{text}\n", to=[to]).send()
