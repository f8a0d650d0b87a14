"""Entries by hand: two people, and nobody is overdrawn."""

from typing import Any

import pytest

from portal.models import Account
from portal.proposals import ProposalRefused
from trading.models import CASH, Balance, Listing, Lot, Transfer
from trading.services import ledger
from trading.tests.factories import a_listing, approved, as_recomputed, buy, entered, funded
from trading.verification import verify_ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing() -> Listing:
    return a_listing()


@pytest.fixture
def debtor(listing: Listing) -> Account:
    return funded(cents=1_000, lots=10, listing=listing)


@pytest.fixture
def creditor() -> Account:
    return funded(cents=1)


def book(debit: Account | str, credit: Account | str, amount: Any = 100, /, **new: Any) -> None:
    debit, credit = (getattr(party, "number", party) for party in (debit, credit))
    terms = {"entry": "CORRECTION", "debit": debit, "credit": credit, "asset": CASH, "amount": amount}
    approved("LEDGER_ENTRY", "ledger", terms | {"text": "booked to the wrong account"} | new)


def refused(debit: Account | str, credit: Account | str, amount: Any = 100, /, **new: Any) -> str:
    with pytest.raises(ProposalRefused) as refusal:
        book(debit, credit, amount, **new)
    return refusal.value.code


def cash_of(account: Account) -> int:
    return Balance.objects.get(account=account, asset=CASH).settled


def test_a_correction_moves_cash_from_one_account_to_another(
    listing: Listing, debtor: Account, creditor: Account
) -> None:
    book(debtor, creditor, 400)
    assert (cash_of(debtor), cash_of(creditor)) == (600, 401)
    assert Transfer.objects.get(kind="CORRECTION").reference.startswith("CORRECTION:")
    as_recomputed(listing)


def test_securities_move_with_their_lots(listing: Listing, debtor: Account, creditor: Account) -> None:
    book(debtor, creditor, 4, asset="ACME")
    assert Lot.objects.get(account=creditor).qty == 4
    book("C-ACME", creditor, 5, asset="ACME")
    book(creditor, "C-ACME", 9, asset="ACME")
    as_recomputed(listing)


def test_the_venue_refunds_fees_from_its_own(listing: Listing, creditor: Account) -> None:
    bank = ledger.contra_account(ledger.BANK)
    ledger.cash(
        Transfer.Kind.DEPOSIT, debit=bank, credit=ledger.fee_account(), cents=50, reference="own cash"
    )
    book("C-FEES", creditor, 30, entry="FEE_REFUND")
    book("C-FEES", creditor, 20, entry="COMPENSATION")
    assert cash_of(creditor) == 51
    assert refused("C-FEES", creditor, 1, entry="FEE_REFUND") == "OVERDRAWN"
    as_recomputed(listing)


def test_nobody_is_overdrawn(listing: Listing, debtor: Account, creditor: Account) -> None:
    entered(buy(debtor, listing, 2, 400))  # 200 cents are left
    assert refused(debtor, creditor, 201) == "OVERDRAWN"
    assert refused(debtor, creditor, 11, asset="ACME") == "OVERDRAWN"
    ledger.fee_account()
    assert refused("C-FEES", creditor, 1) == "OVERDRAWN"
    assert not Transfer.objects.filter(kind="CORRECTION").exists()
    book(debtor, creditor, 200)


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ({"entry": "TRADE_CASH"}, "UNKNOWN_ENTRY"),
        ({"entry": "FEE_REFUND"}, "NOT_FROM_FEES"),
        ({"entry": "COMPENSATION"}, "NOT_FROM_FEES"),
        ({"amount": 0}, "NOT_POSITIVE"),
        ({"amount": -5}, "NOT_POSITIVE"),
        ({"amount": "5"}, "NOT_POSITIVE"),
        ({"amount": True}, "NOT_POSITIVE"),
        ({"text": " "}, "TEXT_REQUIRED"),
        ({"asset": "GOLD"}, "NO_SUCH_ASSET"),
        ({"credit": "A-999999"}, "NO_SUCH_ACCOUNT"),
        ({"debit": "C-BANK"}, "BANK_BOOKED_BY_STATEMENTS"),
        ({"more": 1}, "UNKNOWN_ENTRY"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(
    listing: Listing, debtor: Account, creditor: Account, new: dict[str, Any], code: str
) -> None:
    assert refused(debtor, creditor, **new) == code
    assert refused(debtor, debtor) == "SAME_ACCOUNT"


@pytest.mark.parametrize("number", [ledger.BANK, ledger.TRANSIT, ledger.SUSPENSE])
@pytest.mark.parametrize("asset", [CASH, "ACME"])
def test_what_the_banks_statements_book_is_not_booked_by_hand(
    listing: Listing, debtor: Account, number: str, asset: str
) -> None:
    ledger.contra_account(number)
    assert refused(debtor, number, 1, asset=asset) == "BANK_BOOKED_BY_STATEMENTS"
    assert refused(number, debtor, 1, asset=asset) == "BANK_BOOKED_BY_STATEMENTS"
    as_recomputed(listing)


@pytest.mark.parametrize("number", [ledger.FEES, ledger.TAX, "C-ACME"])
def test_cash_of_the_venue_the_tax_office_and_issuers_may_be_corrected(
    listing: Listing, debtor: Account, number: str
) -> None:
    ledger.contra_account(number, "named")
    book(debtor, number, 300)
    book(number, debtor, 300)
    as_recomputed(listing)


def test_securities_whose_lots_are_missing_do_not_move(
    listing: Listing, debtor: Account, creditor: Account
) -> None:
    Lot.objects.filter(account=debtor).update(qty=3)
    assert refused(debtor, creditor, 4, asset="ACME") == "LOTS_MISSING"
    assert not Transfer.objects.filter(kind="CORRECTION").exists()
    assert Balance.objects.get(account=debtor, asset="ACME").settled == 10


def test_verification_finds_an_entry_nobody_decided_on(
    listing: Listing, debtor: Account, creditor: Account
) -> None:
    kind = Transfer.Kind.CORRECTION
    ledger.cash(kind, debit=debtor, credit=creditor, cents=5, reference="CORRECTION:1")
    found = verify_ledger().findings.lines()
    assert any("nobody decided on" in line for line in found), found
