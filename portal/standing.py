"""An account's standing: what was verified of its holder, until when that is good, and what to do then.

What was verified is a record; until when it is good stands with the account, where gates read it. Both are
written here, under the account's row lock. Whoever has to act on a change in its transaction is named in
``STANDING_CHANGED``: no ineligible order without its cancel behind it.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from portal import audit, clock, rule_table
from portal.models import Account, Application, Issuer, RuleValue, User, Verification
from portal.onboarding import accreditation, limits, validity
from portal.onboarding.accreditation import Earlier, Thresholds
from portal.onboarding.classes import InvestorClass

Matter = Verification.Matter

THRESHOLDS = {
    "net_worth": "ACCREDITED-NET-WORTH",
    "income": "ACCREDITED-INCOME",
    "joint_income": "ACCREDITED-JOINT-INCOME",
    "home_debt_days": "ACCREDITED-HOME-DEBT-DAYS",
    "plan_assets": "ACCREDITED-PLAN-ASSETS",
    "entity_assets": "ACCREDITED-ENTITY-ASSETS",
    "trust_assets": "ACCREDITED-TRUST-ASSETS",
    "investments": "ACCREDITED-INVESTMENTS",
    "family_office": "ACCREDITED-FAMILY-OFFICE",
    "evidence_months": "VERIFY-EVIDENCE-MONTHS",
    "good_days": "VERIFY-GOOD-DAYS",
    "again_years": "VERIFY-AGAIN-YEARS",
    "minimum_person": "VERIFY-MINIMUM-PERSON",
    "minimum_entity": "VERIFY-MINIMUM-ENTITY",
    "minimum_owner": "VERIFY-MINIMUM-OWNER",
    "few_owners": "VERIFY-FEW-OWNERS",
}
LIMITS = {
    "reg_a_percent": "REG-A-TIER-2-PERCENT",
    "cf_threshold": "REG-CF-THRESHOLD",
    "cf_least": "REG-CF-LEAST",
    "cf_lower_percent": "REG-CF-LOWER-PERCENT",
    "cf_upper_percent": "REG-CF-UPPER-PERCENT",
    "cf_most": "REG-CF-MOST",
}
IDENTITY_YEARS = {risk: f"IDENTITY-YEARS-{risk}" for risk in Application.Risk.values}


class StandingRefused(Exception):
    """An anticipated reason not to record it: ``code`` for machines, the text for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def thresholds(*, on: date) -> Thresholds:
    return Thresholds(**_numbers(THRESHOLDS, on))


def limit_numbers(*, on: date) -> limits.LimitNumbers:
    return limits.LimitNumbers(**_numbers(LIMITS, on))


def identity_until(verified_on: date, *, risk: str) -> date:
    years = {risk: int(rule_table.value(IDENTITY_YEARS[risk], on=verified_on))}
    return validity.identity_until(verified_on, risk=risk, years=years)


def _numbers(rules: dict[str, str], on: date) -> dict[str, Any]:
    found = rule_table.rules(rules.values(), on=on)
    return {name: _integer(found[rule]) for name, rule in rules.items()}


def _integer(row: RuleValue) -> int:
    """Amounts in cents."""
    return int(row.value * 100) if row.unit == "USD" else int(row.value)


def verify(
    *,
    account: Account,
    matter: str,
    dated: date,
    expires_on: date,
    category: str = "",
    method: str = "",
    issuer: Issuer | None = None,
    evidence: Sequence[Any] = (),
    application: Application | None = None,
    by: User | None,
    reason: str = "",
) -> Verification:
    """Record that it was verified, and how long that is good; the last record of a matter counts."""
    if expires_on < dated:
        raise StandingRefused("ENDS_BEFORE", "It would end before the day it is of.")
    if dated > clock.today():
        raise StandingRefused("DATED_LATER", "That day is still to come.")
    if matter == Matter.ACCREDITATION and (
        category not in accreditation.CATEGORIES or method not in accreditation.METHODS
    ):
        raise StandingRefused("NO_METHOD", "Say under which category, and by which method, it was verified.")
    if ((category and accreditation.CATEGORIES[category].one_issuer) or method == "D") and issuer is None:
        raise StandingRefused("ONE_ISSUER", "That counts for one issuer’s securities alone: say whose.")
    with transaction.atomic():
        row = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        record = Verification.objects.create(
            account=row, application=application, matter=matter, category=category, method=method,
            issuer=issuer, evidence=list(evidence), dated=dated, expires_on=expires_on,
            recorded_at=clock.now(), recorded_by=by, reason=reason,
        )  # fmt: skip
        _write(row, record)
        _record(record, "VERIFIED", by)
    return record


def take_back(*, account: Account, matter: str, reason: str, by: User | None) -> Verification:
    """What was verified is so no more, from today on."""
    if not reason.strip():
        raise StandingRefused("REASON_REQUIRED", "Say why.")
    with transaction.atomic():
        row = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        last = Verification.objects.filter(account=row, matter=matter).first()
        if last is None or last.expires_on < clock.today():
            raise StandingRefused("NOT_GOOD", "It is not good today: there is nothing to take back.")
        today = clock.today()
        record = Verification.objects.create(
            account=row, matter=matter, category=last.category, method=last.method, issuer=last.issuer,
            dated=today, expires_on=today - timedelta(days=1), recorded_at=clock.now(), recorded_by=by,
            reason=reason,
        )  # fmt: skip
        _write(row, record)
        _record(record, "VERIFICATION_TAKEN_BACK", by)
    return record


def changed(account: Account) -> None:
    """Tell of a change, in its transaction; the caller has locked the account."""
    for name in settings.STANDING_CHANGED:
        import_string(name)(account=account)


def earlier(*, account: Account, issuer: Issuer | None = None) -> Earlier | None:
    """The last time evidence of accredited status was looked at (A to C), unless what was found was taken
    back since: on it rests method E. For any issuer, or for this one."""
    records = Verification.objects.filter(account=account, matter=Matter.ACCREDITATION)
    for record in records:
        if record.expires_on < record.dated:
            return None
        if record.method in ("A", "B", "C") and record.issuer_id in (None, issuer and issuer.pk):
            return Earlier(record.dated, record.issuer_id)
    return None


def _write(account: Account, record: Verification) -> None:
    if record.matter == Matter.IDENTITY:
        account.identity_until = record.expires_on
    else:
        account.accredited_until, account.accredited_for = record.expires_on, record.issuer
        if account.investor_class == InvestorClass.RETAIL and record.expires_on >= record.dated:
            account.investor_class = InvestorClass.ACCREDITED
    account.save(update_fields=["identity_until", "accredited_until", "accredited_for", "investor_class"])
    changed(account)


def _record(record: Verification, action: str, by: User | None) -> None:
    facts = {
        "matter": record.matter, "category": record.category, "method": record.method,
        "issuer": record.issuer_id, "dated": record.dated.isoformat(),
        "expires_on": record.expires_on.isoformat(), "reason": record.reason,
    }  # fmt: skip
    audit.record(action=action, subject=record.account.number, actor=by, facts=facts)
