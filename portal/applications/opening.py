"""Opening the account an approved application is about."""

from decimal import Decimal

from django.db import connection, transaction
from django.db.models import IntegerField
from django.db.models.functions import Cast, Substr

from portal import audit, clock, tax, vault
from portal.models import Account, AccountMember, Application, Identity, StepAnswers, TaxForm, User
from portal.onboarding.classes import InvestorClass
from portal.onboarding.kinds import ApplicantKind, IdentityRole, Purpose
from portal.onboarding.stages import Stage
from portal.onboarding.steps import Step, holders_of

LOCK = 5, 1  # numbers of accounts are given one at a time
NUMBER = "A-{:06}"
HOLDERS = (IdentityRole.HOLDER, IdentityRole.JOINT_HOLDER, IdentityRole.ENTITY)


def open_account(*, application: Application, by: User) -> Account:
    """In the transaction of the approval. What was verified is recorded by the caller, and makes a retail
    investor an accredited one (``portal.standing``)."""
    holders = _holders(application)
    with transaction.atomic():
        account = Account.objects.create(
            number=_next_number(),
            name=name_of(application, holders),
            investor_class=_class_of(application),
            key=application.key,
            same_owner_as=_owned_alike(holders),
            opened_at=clock.now(),
        )
        AccountMember.objects.create(
            account=account, user=application.applicant, role=AccountMember.Role.SIGNER
        )
        audit.record(
            action="ACCOUNT_OPENED", subject=account.number, actor=by, facts={"application": application.pk}
        )
        record_tax_form(application=application, account=account, by=by)
    return account


def record_tax_form(*, application: Application, account: Account, by: User) -> TaxForm | None:
    """As it was certified: of a joint account by its first holder, to whom the payments are reported."""
    answered = StepAnswers.objects.filter(application=application, step=Step.TAX).first()
    if answered is None or Purpose(application.purpose) == Purpose.ACCREDITATION:
        return None
    holder, person = _holders(application)[0], answered.answers["people"][0]
    is_us = person["tax_country"] == "US"
    return tax.record_form(
        account=account,
        kind=TaxForm.Kind.W9 if is_us else TaxForm.Kind.W8BEN,
        name=holder.full_name,
        address=_address_of(holder),
        country=person["tax_country"],
        signed_on=clock.day_of(answered.answered_at),
        tin=vault.unseal(holder.sealed_tin, key=application.key),
        treaty_rate=Decimal(person["treaty_rate"]) if person.get("treaty_rate") else None,
        by=by,
    )


def name_of(application: Application, holders: list[Identity]) -> str:
    """What the account is called: its holders, and how they hold it."""
    names = " and ".join(holder.full_name for holder in holders)
    if application.kind == ApplicantKind.JOINT:
        return f"{names}, joint tenants"[:200]
    if application.kind == ApplicantKind.IRA:
        custodian = StepAnswers.objects.get(application=application, step=Step.IDENTITY).answers["custodian"]
        return f"{custodian}, custodian of the IRA of {names}"[:200]
    return names[:200]


def _holders(application: Application) -> list[Identity]:
    order = holders_of(ApplicantKind(application.kind))
    rows = application.identities.filter(role__in=order, position=0)
    return sorted(rows, key=lambda row: order.index(IdentityRole(row.role)))


def _address_of(row: Identity) -> str:
    place = " ".join(filter(None, (row.city, row.region, row.postal_code)))
    return "\n".join(filter(None, (row.address_line, place, row.country)))


def _class_of(application: Application) -> str:
    """A U.S. person is who lives in the United States, what was formed there, and a trust with a trustee
    who is one (17 CFR 230.902(k))."""
    rows = application.identities.filter(role__in=(*HOLDERS, IdentityRole.TRUSTEE))
    places = {row.country for row in rows} | {r.citizenship for r in rows if r.role == IdentityRole.ENTITY}
    return InvestorClass.RETAIL if "US" in places else InvestorClass.NON_US


def _owned_alike(holders: list[Identity]) -> Account | None:
    """An account there is of one of the same holders, by their taxpayer number (STPR-001)."""
    numbers = [row.tin_fingerprint for row in holders if row.tin_fingerprint]
    same = Identity.objects.filter(
        tin_fingerprint__in=numbers,
        role__in=HOLDERS,
        application__stage=Stage.APPROVED,
        application__account__isnull=False,
    )
    found = same.select_related("application__account").order_by("application__account_id").first()
    if found is None or found.application.account is None:
        return None
    return found.application.account.same_owner_as or found.application.account


def _next_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", LOCK)
    numbers = Account.objects.filter(number__regex=r"^A-[0-9]{1,9}$")
    last = numbers.annotate(n=Cast(Substr("number", 3), IntegerField())).order_by("-n").first()
    return NUMBER.format(last.n + 1 if last else 1)
