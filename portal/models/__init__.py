from portal.models.identity_checks import ProviderCase, ProviderMessage
from portal.models.notices import Notice, NoticeSwitch
from portal.models.office import AuditEntry, ClockOffset, Denial, Proposal, Seal
from portal.models.onboarding import (
    Agreement,
    Application,
    ApplicationEvent,
    CheckResult,
    Identity,
    ReviewNote,
    Signature,
    StepAnswers,
    Verification,
)
from portal.models.people import Account, AccountMember, Invitation, Issuer, IssuerMember, User
from portal.models.rule_table import CountryRule, RuleValue
from portal.models.safety import ApiKey, ApiNonce, ContactChange, SignIn
from portal.models.tax import TaxForm
from portal.models.uploads import Upload
from portal.models.vault import DataKey

__all__ = [
    "Account",
    "AccountMember",
    "Agreement",
    "ApiKey",
    "ApiNonce",
    "Application",
    "ApplicationEvent",
    "AuditEntry",
    "CheckResult",
    "ClockOffset",
    "ContactChange",
    "CountryRule",
    "DataKey",
    "Denial",
    "Identity",
    "Invitation",
    "Issuer",
    "IssuerMember",
    "Notice",
    "NoticeSwitch",
    "Proposal",
    "ProviderCase",
    "ProviderMessage",
    "ReviewNote",
    "RuleValue",
    "Seal",
    "SignIn",
    "Signature",
    "StepAnswers",
    "TaxForm",
    "Upload",
    "User",
    "Verification",
]
