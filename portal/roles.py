"""Roles of the operators' desk: groups, and what each may do.

Permissions are named as Django names them, so that this one table answers who may do what, whichever app
a permission belongs to. Only superusers manage people; a role is given by adding a person to its group.
"""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

APPS = ("portal", "trading", "compliance")

MARKET = [
    "listing", "marketstate", "calendar", "feeschedule", "auction", "candle", "order", "execution", "refusal",
]  # fmt: skip
JOURNAL = ["command", "event", "quarantine"]
LEDGER = ["balance", "transfer"]
MONEY = ["bankstatement", "bankentry", "withdrawal", "bankaccount", "capitalfigures"]
MONEY_ACTS = {
    "trading.add_bankstatement", "trading.verify_bankaccount", "trading.add_withdrawal",
    "trading.add_capitalfigures",
}  # fmt: skip
SETTLEMENT = ["instruction", "custodian", "dividend", "dividendpayment"]
RECONCILIATION = ["case", "reconciliation", "positionfile"]
SCREENING = ["screeninghit", "screeninglist", "listedentry", "screeningrun"]

ONBOARDING_REVIEWER = "Onboarding reviewer"
MARKET_OPERATOR = "Market operator"
MARKET_SUPERVISOR = "Market supervisor"
COMPLIANCE_OFFICER = "Compliance officer"
FILINGS = "Filings"
EXAMINER = "Read-only examiner"


def _view(app: str, *models: str) -> set[str]:
    return {f"{app}.view_{model}" for model in models}


ROLES: dict[str, set[str]] = {
    ONBOARDING_REVIEWER: {
        *_view("portal", "user", "account", "issuer", "taxform", "countryrule", "application", "proposal"),
        "portal.add_issuer",
        "portal.add_taxform",
        "portal.review_application",
    },
    MARKET_OPERATOR: {*_view("trading", *MARKET, *SETTLEMENT), "trading.halt_listing"},
    MARKET_SUPERVISOR: {
        *_view("portal", "account", "issuer", "proposal", "auditentry", "rulevalue", "countryrule"),
        "portal.view_every_proposal",
        *_view("trading", *MARKET, *JOURNAL, *LEDGER, *MONEY, *SETTLEMENT, *RECONCILIATION),
        *MONEY_ACTS,
        "trading.add_positionfile",
        "trading.close_case",
        "trading.halt_listing",
        "trading.lift_regulatory_halt",
        "portal.add_proposal",
        "portal.decide_proposal",
    },
    COMPLIANCE_OFFICER: {
        *_view("portal", "user", "account", "issuer", "proposal", "rulevalue", "auditentry", "seal"),
        *_view("portal", "taxform", "countryrule", "application", "every_proposal"),
        *_view("trading", *MARKET, *JOURNAL, *LEDGER, *MONEY, *SETTLEMENT, *RECONCILIATION),
        *MONEY_ACTS,
        "trading.add_positionfile",
        "trading.close_case",
        "trading.halt_listing",
        "trading.lift_regulatory_halt",
        *_view("compliance", *SCREENING),
        "compliance.decide_screeninghit",
        "trading.add_custodian",
        "trading.change_custodian",
        "portal.add_issuer",
        "portal.add_taxform",
        "portal.review_application",
        "portal.suspend_account",
        "portal.view_denial",
        "portal.add_proposal",
        "portal.decide_proposal",
    },
    FILINGS: {
        *_view("portal", "account", "issuer", "rulevalue"),
        *_view("trading", "listing", "calendar", "feeschedule", "auction", "candle", "execution", "transfer"),
    },
}


def grant_roles() -> None:
    """Make every group hold exactly what its role may do (part of ``prepare_database``)."""
    ours = Permission.objects.filter(content_type__app_label__in=APPS).select_related("content_type")
    by_name = {f"{p.content_type.app_label}.{p.codename}": p for p in ours}
    # Whatever there is to see, an examiner sees, tables of tomorrow included.
    seen = Q(content_type__app_label__in=APPS) | Q(codename="view_group")
    looking = Permission.objects.filter(seen, codename__startswith="view_")
    with transaction.atomic():
        for name, permissions in ROLES.items():
            _group(name).permissions.set([by_name[permission] for permission in permissions])
        _group(EXAMINER).permissions.set(looking)


def _group(name: str) -> Group:
    return Group.objects.get_or_create(name=name)[0]
