"""Who may trade what: the account's status, the classes a listing is open to, and until when what was
verified of its holder is good."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

RULES_VERSION = "2026-12"
CLASSES = {
    "RETAIL": "a retail investor’s",
    "ACCREDITED": "an accredited investor’s",
    "QIB": "a qualified institutional buyer’s",
    "NON_US": "a non-U.S. person’s",
}
# What an account is of that is of this class no longer, because it is accredited no longer.
WITHOUT_ACCREDITATION = {"ACCREDITED": "RETAIL"}


class AccountFacts(NamedTuple):
    status: str  # ACTIVE, SUSPENDED or CLOSED
    investor_class: str


class Verified(NamedTuple):
    """The last good days of what was verified; None: it never was."""

    identity_until: date | None
    tax_until: date | None
    accredited_until: date | None
    accredited_for: int | None = None  # one issuer alone; None: any


class Finding(NamedTuple):
    code: str
    message: str
    citation: str
    next_step: str


def findings(account: AccountFacts, *, open_to: Iterable[str], access_note: str) -> list[Finding]:
    """What stands against this account trading a listing open to these classes; empty: nothing."""
    found = []
    if account.status != "ACTIVE":
        found.append(
            Finding(
                code=f"ACC-{account.status}",
                message=f"This account is {account.status.lower()}.",
                citation="",
                next_step="Please contact the venue.",
            )
        )
    if account.investor_class not in tuple(open_to):
        whose = CLASSES.get(account.investor_class, account.investor_class)
        found.append(
            Finding(
                code="ELIG-CLASS",
                message=f"{access_note} This account is {whose}.",
                citation="17 CFR 230.501, 230.502, 230.903",
                next_step="The venue classes an account anew once it has verified that its holder qualifies.",
            )
        )
    return found


def findings_against_buying(
    investor_class: str, verified: Verified, *, open_to: Iterable[str], issuer: int, on: date
) -> list[Finding]:
    """What stands against buying on this day: who does not renew may sell, and settles what was traded."""
    found = []
    if _is_over(verified.identity_until, on):
        found.append(
            Finding(
                code="KYC-EXPIRED",
                message=_said("Your identity", verified.identity_until, "verified"),
                citation="31 CFR 1023.220, 1023.210(b)(5)(ii)",
                next_step="Have it verified on the page Account status. You may sell meanwhile.",
            )
        )
    if _is_over(verified.tax_until, on):
        found.append(
            Finding(
                code="TAX-EXPIRED",
                message=_said("Your tax form", verified.tax_until, "on file"),
                citation="26 U.S.C. 3406; 26 CFR 1.1441-1(e)(4)(ii)",
                next_step="Certify your tax status on the page Account status. You may sell meanwhile.",
            )
        )
    open_to = tuple(open_to)
    if investor_class not in WITHOUT_ACCREDITATION or WITHOUT_ACCREDITATION[investor_class] in open_to:
        return found
    if _is_over(verified.accredited_until, on):
        found.append(
            Finding(
                code="ELIG-EXPIRED",
                message=_said("Your accredited status", verified.accredited_until, "verified"),
                citation="17 CFR 230.501(a), 230.506(c)",
                next_step="Renew it on the page Account status. You may sell meanwhile.",
            )
        )
    elif verified.accredited_for not in (None, issuer):
        found.append(
            Finding(
                code="ELIG-ISSUER",
                message="Your accredited status was verified for another issuer’s securities alone.",
                citation="17 CFR 230.501(a)(4), (a)(11), 230.506(c)(2)(ii)(D)",
                next_step="Have it verified in another way on the page Account status.",
            )
        )
    return found


def _is_over(until: date | None, on: date) -> bool:
    return until is None or until < on


def _said(what: str, until: date | None, how: str) -> str:
    if until is None:
        return f"{what} is not {how} yet."
    return f"{what} was good until {until.day} {until:%B %Y}."
