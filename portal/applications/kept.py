"""Answers as they are kept: what is secret of them sealed with the identity it belongs to, the rest as it is.

Whoever reads their own answers sees the last characters of a secret. Sent back so, it stays as it was.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F

from portal import vault
from portal.models import Application, Identity
from portal.onboarding.case import full_name
from portal.onboarding.fields import KEPT
from portal.onboarding.kinds import ApplicantKind, IdentityRole
from portal.onboarding.numbers import plain
from portal.onboarding.steps import Step, holders_of

Answers = dict[str, Any]
SECRETS: dict[Step, tuple[str, ...]] = {
    Step.IDENTITY: ("id_number", "mrz"),
    Step.TAX: ("tin",),
    Step.OWNERS: ("tin", "id_number", "mrz"),
}
OF_PEOPLE = frozenset({Step.IDENTITY, Step.ADDRESS, Step.TAX, Step.OWNERS})
DAYS, FAR = ("born_on", "id_expires_on"), 1000
NOWHERE = ("", 0)


def shown(application: Application, step: Step, answers: Mapping[str, Any]) -> Answers:
    """For whoever gave them: secrets by their last characters."""
    told = deepcopy(dict(answers))
    rows = list(application.identities.all()) if step in SECRETS else []
    for person, row in _with_rows(application, step, told, rows):
        for secret in SECRETS.get(step, ()):
            if person.get(secret) == KEPT:
                person[secret] = vault.masked(_opened(application, row, secret))
    return told


def unmasked(application: Application, step: Step, given: Any, rows: Sequence[Identity]) -> Any:
    """What was sent, with secrets that were sent back masked as they were; what fits none is empty."""
    if step not in SECRETS or not isinstance(given, dict):
        return given
    told = deepcopy(given)
    for person, row in _with_rows(application, step, told, rows):
        for secret in SECRETS[step]:
            sent = person.get(secret)
            if isinstance(sent, str) and sent.startswith(KEPT):
                was = _opened(application, row, secret)
                person[secret] = was if sent == vault.masked(was) else ""
    return told


def keep(application: Application, step: Step, answers: Answers, rows: Sequence[Identity]) -> Answers:
    """Write the people it tells of; return what is left to be kept as answers."""
    if step == Step.ENTITY:
        row = _row(application, IdentityRole.ENTITY, 0, rows)
        row.last_name, row.citizenship = answers["legal_name"], answers["formed_in"]
        row.born_on = date.fromisoformat(answers["formed_on"])
        row.save()
    if step not in OF_PEOPLE:
        return answers
    told = deepcopy(answers)
    matched = [row for _, row in _with_rows(application, step, told, rows)]
    if step == Step.OWNERS:
        _make_room(rows, matched)
    places: dict[IdentityRole, int] = {}
    for index, (person, before) in enumerate(zip(told["people"], matched, strict=True)):
        role = IdentityRole(person["role"]) if step == Step.OWNERS else _holder(application, index)
        place = places[role] = places.get(role, -1) + 1
        row = before or Identity(application=application)
        row.role, row.position = role, place
        _write(application, row, person)
        row.save()
    return told


def _write(application: Application, row: Identity, person: Answers) -> None:
    """Into the row; secrets are taken out of the answers."""
    for name, value in person.items():
        if name in DAYS:
            value = date.fromisoformat(value) if value else None
        if name == "owns_percent":
            value = Decimal(value) if value else None
        if name == "tin":
            row.sealed_tin, row.tin_fingerprint = _sealed(application, value)
        elif name == "id_number":
            row.sealed_id_number, row.id_fingerprint = _sealed(application, value)
        elif name == "mrz":
            row.sealed_mrz = vault.seal(value or "", key=application.key)
        elif name in COLUMNS:
            setattr(row, name, value if value is not None or name in NULLABLE else "")
    for secret in ("tin", "id_number", "mrz"):
        if person.get(secret):
            person[secret] = KEPT


COLUMNS = {field.name for field in Identity._meta.get_fields()} - {"id", "role", "position", "application"}
NULLABLE = {*DAYS, "owns_percent"}


def _sealed(application: Application, number: str | None) -> tuple[str, str]:
    return vault.seal(number or "", key=application.key), vault.fingerprint(plain(number or ""))


def _opened(application: Application, row: Identity | None, secret: str) -> str:
    if row is None:
        return ""
    try:
        return vault.unseal(getattr(row, f"sealed_{secret}"), key=application.key)
    except vault.Unreadable:  # its time has passed, and its key was destroyed
        return ""


def _with_rows(
    application: Application, step: Step, told: Answers, rows: Sequence[Identity]
) -> list[tuple[Answers, Identity | None]]:
    """Each person of a step with the row of whom they were before."""
    people = told.get("people") if step in OF_PEOPLE else None
    if not isinstance(people, list):
        return []
    people = [person if isinstance(person, dict) else {} for person in people]
    if step == Step.OWNERS:
        return list(zip(people, _owners_before(people, rows), strict=True))
    roles = holders_of(ApplicantKind(application.kind))
    by_role = {row.role: row for row in rows if row.position == 0}
    return [
        (person, by_role.get(roles[index]) if index < len(roles) else None)
        for index, person in enumerate(people)
    ]


def _owners_before(people: list[Answers], rows: Sequence[Identity]) -> list[Identity | None]:
    """By name first, wherever in the list they are now; then, of who is left, by place: that is somebody
    whose name was mended. A number must never end with somebody else."""
    left = {(row.role, row.position): row for row in rows if row.role not in HOLDERS}
    found: list[Identity | None] = [None] * len(people)
    for index, person in enumerate(people):
        wanted = (person.get("role"), _name(person))
        same = (place for place, row in left.items() if (row.role, row.full_name) == wanted)
        found[index] = left.pop(next(same, NOWHERE), None)
    places: dict[Any, int] = {}
    for index, person in enumerate(people):
        role = str(person.get("role"))
        place = places[role] = places.get(role, -1) + 1
        found[index] = found[index] or left.pop((role, place), None)
    return found


HOLDERS = (IdentityRole.HOLDER, IdentityRole.JOINT_HOLDER, IdentityRole.ENTITY)


def _name(person: Answers) -> str:
    return full_name({name: value for name, value in person.items() if isinstance(value, str)})


def _make_room(rows: Sequence[Identity], matched: Sequence[Identity | None]) -> None:
    """Owners no longer named go; the others may change places, of which each is one's alone."""
    stay = [row.pk for row in matched if row is not None]
    owners = [row.pk for row in rows if row.role not in HOLDERS]
    Identity.objects.filter(pk__in=set(owners) - set(stay)).delete()
    Identity.objects.filter(pk__in=stay).update(position=F("position") + FAR)


def _row(application: Application, role: IdentityRole, place: int, rows: Sequence[Identity]) -> Identity:
    found = (row for row in rows if (row.role, row.position) == (role, place))
    return next(found, None) or Identity(application=application, role=role, position=place)


def _holder(application: Application, index: int) -> IdentityRole:
    return holders_of(ApplicantKind(application.kind))[index]
