"""Who may trade what, asked of the pure rule and of the gate in front of order entry."""

import pytest

from compliance.rules.access import AccountFacts, findings
from portal.tests.factories import an_account
from trading.models import Listing
from trading.services import entry
from trading.services.requests import Accepted, Refused
from trading.tests.factories import a_listing, buy, funded


def codes(status: str, investor_class: str, *open_to: str) -> list[str]:
    found = findings(AccountFacts(status, investor_class), open_to=open_to, access_note="For few.")
    return [finding.code for finding in found]


@pytest.mark.parametrize(
    ("status", "investor_class", "open_to", "found"),
    [
        ("ACTIVE", "ACCREDITED", ("ACCREDITED", "QIB"), []),
        ("ACTIVE", "RETAIL", ("ACCREDITED", "QIB"), ["ELIG-CLASS"]),
        ("ACTIVE", "RETAIL", (), ["ELIG-CLASS"]),
        ("SUSPENDED", "ACCREDITED", ("ACCREDITED",), ["ACC-SUSPENDED"]),
        ("CLOSED", "RETAIL", ("ACCREDITED",), ["ACC-CLOSED", "ELIG-CLASS"]),
    ],
)
def test_an_account_trades_what_its_standing_and_its_class_allow(
    status: str, investor_class: str, open_to: tuple[str, ...], found: list[str]
) -> None:
    assert codes(status, investor_class, *open_to) == found


@pytest.fixture
def listing(db: None) -> Listing:
    return a_listing()


@pytest.mark.parametrize(
    ("investor_class", "kind", "taken"),
    [
        ("ACCREDITED", "INVESTOR", True),
        ("RETAIL", "INVESTOR", False),
        ("NON_US", "INVESTOR", False),
        ("RETAIL", "MARKET_MAKER", True),
    ],
)
def test_the_gate_asks_the_rule_of_every_order(
    listing: Listing, investor_class: str, kind: str, taken: bool
) -> None:
    account = funded(cents=10**6, account=an_account(investor_class=investor_class, kind=kind))
    [outcome] = entry.submit_orders([buy(account, listing, 1, 500)])
    assert isinstance(outcome, Accepted if taken else Refused)


def test_a_refusal_names_the_code_the_sentence_the_rule_and_the_way_on(listing: Listing) -> None:
    account = funded(cents=10**6, account=an_account(investor_class="RETAIL"))
    [outcome] = entry.submit_orders([buy(account, listing, 1, 500)])
    assert isinstance(outcome, Refused)
    [reason] = outcome.reasons
    assert reason["code"] == "ELIG-CLASS"
    assert reason["message"] == "Accredited investors only. This account is a retail investor’s."
    assert reason["citation"] == "17 CFR 230.501, 230.502, 230.903"
    assert reason["next_step"]
