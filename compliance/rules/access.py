"""Who may trade what: the account's standing, and the classes a listing is open to."""

from collections.abc import Iterable
from typing import NamedTuple

RULES_VERSION = "2026-11"
CLASSES = {
    "RETAIL": "a retail investor’s",
    "ACCREDITED": "an accredited investor’s",
    "QIB": "a qualified institutional buyer’s",
    "NON_US": "a non-U.S. person’s",
}


class AccountFacts(NamedTuple):
    status: str  # ACTIVE, SUSPENDED or CLOSED
    investor_class: str


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
