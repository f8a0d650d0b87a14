"""What of an account ends when: told on its page, and before it ends (RULES: deadlines)."""

from datetime import date
from typing import NamedTuple

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery

from portal import clock, notices, rule_table
from portal.models import Account, Application, Identity, Notice, TaxForm, User, Verification
from portal.models.office import in_words
from portal.onboarding import validity
from portal.onboarding.accreditation import CATEGORIES, METHODS
from portal.onboarding.classes import InvestorClass
from portal.onboarding.kinds import Purpose
from portal.onboarding.stages import Stage

REMINDERS = ("REMINDER-DAYS-FIRST", "REMINDER-DAYS-SECOND")
KIND = "EXPIRY"
APPLY = "/apply"


class Ending(NamedTuple):
    """One matter of an account, and the last day it is good; None: never verified, date.max: no end."""

    matter: str  # IDENTITY, ACCREDITATION, TAX or DOCUMENT
    title: str
    until: date | None
    purpose: Purpose  # of an application that renews it
    # Of a document: whose. A reminder of it is told apart by this.
    identity: int | None = None

    def state(self, today: date, *, first: int) -> str:
        if self.until is None:
            return "NONE"
        if self.until < today:
            return "ENDED"
        return "ENDS_SOON" if (self.until - today).days <= first else "GOOD"


def days_before(*, on: date) -> list[int]:
    """When to remind, in days before the last one; on that day too."""
    found = rule_table.rules(REMINDERS, on=on)
    return [*(int(found[name].value) for name in REMINDERS), 0]


def endings(account: Account) -> list[Ending]:
    """All that is verified of an account, or has to be."""
    documents = [_document(row) for row in _documents().filter(application__account=account)]
    return _verified(account) + documents


def resting_on(account: Account, matter: str) -> str:
    """What a matter rests on, for the account's members."""
    if matter == "TAX":
        form = TaxForm.objects.filter(account=account).first()
        return form.get_kind_display() if form else ""
    if matter != "ACCREDITATION":
        return ""
    record = Verification.objects.filter(account=account, matter=matter).select_related("issuer").first()
    if record is None or record.category not in CATEGORIES or record.method not in METHODS:
        return ""
    whose = f", for securities of {record.issuer} alone" if record.issuer else ""
    category, method = CATEGORIES[record.category], METHODS[record.method]
    return f"{category.title}, by {method.title.lower()} (method {method.code}){whose}"


def remind() -> int:
    """Tell members of what ends soon, once for each day reminded on (the schedule); return how many were."""
    today = clock.today()
    days = days_before(on=today)
    last = validity.good_for_days(today, max(days))
    documents: dict[int, list[Ending]] = {}
    for row in _documents().filter(id_expires_on__lte=last):
        documents.setdefault(row.application.account_id or 0, []).append(_document(row))
    wanted = []
    for account in _accounts_to_remind(last, documents):
        for ending in _verified(account) + documents.get(account.pk, []):
            if ending.until is None:
                continue
            ahead = validity.reminder_due(ending.until, today=today, days=days)
            if ahead is not None:
                wanted += [
                    (user, account, ending, _once(account, ending, ahead)) for user in account.members.all()
                ]
    return _tell(wanted, today)


def _accounts_to_remind(last: date, documents: dict[int, list[Ending]]) -> QuerySet[Account]:
    soon = Q(identity_until__lte=last) | Q(tax_until__lte=last) | Q(pk__in=list(documents))
    soon |= Q(accredited_until__lte=last, investor_class=InvestorClass.ACCREDITED)
    accounts = Account.objects.filter(soon, status=Account.Status.ACTIVE).exclude(kind=Account.Kind.CONTRA)
    return accounts.order_by("pk").prefetch_related(Prefetch("members", User.objects.filter(is_active=True)))


def _tell(wanted: list[tuple[User, Account, Ending, str]], today: date) -> int:
    keys = {once for _, _, _, once in wanted}
    done = set(Notice.objects.filter(kind=KIND, once__in=keys).values_list("user", "once"))
    told = 0
    for user, account, ending, once in wanted:
        if (user.pk, once) not in done and ending.until is not None:
            subject, text = _words(account, ending, ending.until, today)
            told += bool(
                notices.tell(user=user, kind=KIND, subject=subject, text=text, link=APPLY, once=once)
            )
    return told


def _once(account: Account, ending: Ending, ahead: int) -> str:
    return f"{account.pk} {ending.matter} {ending.identity or ''} {ending.until} {ahead}"


def _words(account: Account, ending: Ending, until: date, today: date) -> tuple[str, str]:
    day = f"{until.day} {until:%B %Y}"
    when = (
        f"ended on {day}" if until < today else f"ends today, {day}" if until == today else f"ends on {day}"
    )
    what = f"{ending.title} of {account.number}"
    if ending.matter == "DOCUMENT":
        way = "Hand in a new one, so that your identity can be verified again when that is due."
    elif until < today:
        way = "Until it is renewed you may sell, but not buy what it is needed for."
    else:
        way = "Renew it in time: from the day after, you may sell, but not buy what it is needed for."
    return f"{what} {when}", way


def _verified(account: Account) -> list[Ending]:
    identity = Ending("IDENTITY", "Identity", account.identity_until, Purpose.RENEW_IDENTITY)
    tax = Ending("TAX", "Tax form", account.tax_until, Purpose.RENEW_IDENTITY)
    if account.kind != Account.Kind.INVESTOR or account.investor_class not in (
        InvestorClass.RETAIL,
        InvestorClass.ACCREDITED,
    ):
        return [identity, tax]
    until = account.accredited_until
    return [identity, Ending("ACCREDITATION", "Accredited status", until, Purpose.ACCREDITATION), tax]


def _documents() -> QuerySet[Identity]:
    """Those behind an account by the last application that told who they are."""
    told = Application.objects.filter(
        account=OuterRef("application__account"),
        stage=Stage.APPROVED,
        purpose__in=[Purpose.OPEN, Purpose.RENEW_IDENTITY],
    )
    last = told.order_by("-decided_at", "-pk").values("pk")[:1]
    rows = Identity.objects.filter(application=Subquery(last), id_expires_on__isnull=False)
    return rows.select_related("application").order_by("pk")


def _document(row: Identity) -> Ending:
    title = f"{in_words(row.id_kind)} of {row.full_name}"
    return Ending("DOCUMENT", title, row.id_expires_on, Purpose.RENEW_IDENTITY, row.pk)
