"""The venue's people, as they are screened."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from compliance.screening.index import Person
from portal import vault
from portal.models import Account, Identity
from portal.onboarding.kinds import IdentityRole
from portal.onboarding.stages import Stage

LOOKED_AT = (Stage.CHECKING, Stage.IN_REVIEW, Stage.NEEDS_ANSWERS)


@dataclass(frozen=True, slots=True)
class Screened:
    identity: Identity
    person: Person
    key: str  # the same for as long as nothing of what is screened changes


def screened(identities: Iterable[Identity]) -> list[Screened]:
    return [_screened(identity) for identity in identities]


def everybody() -> QuerySet[Identity]:
    """Who stands behind an account, or behind an application that was sent in and is not decided."""
    return Identity.objects.filter(
        Q(application__stage=Stage.APPROVED) & ~Q(application__account__status=Account.Status.CLOSED)
        | Q(application__stage__in=LOOKED_AT)
    ).order_by("pk")


def _screened(row: Identity) -> Screened:
    is_natural = row.role != IdentityRole.ENTITY
    countries = tuple(dict.fromkeys(filter(None, (row.citizenship, row.country, row.id_country))))
    numbers = tuple(filter(None, (row.id_fingerprint, row.tin_fingerprint)))
    said = [row.full_name, str(row.born_on or ""), str(is_natural), *countries, *numbers]
    return Screened(
        identity=row,
        person=Person(row.full_name, is_natural, row.born_on, countries, numbers),
        key=vault.fingerprint("|".join(said)),
    )
