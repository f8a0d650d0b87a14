from portal.models.office import AuditEntry, ClockOffset, Proposal, Seal
from portal.models.people import Account, AccountMember, Issuer, User
from portal.models.rule_table import RuleValue
from portal.models.tax import TaxForm

__all__ = [
    "Account",
    "AccountMember",
    "AuditEntry",
    "ClockOffset",
    "Issuer",
    "Proposal",
    "RuleValue",
    "Seal",
    "TaxForm",
    "User",
]
