"""Dividends: shared out by holdings, rounded down, taxed by the holder's form, paid all at once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portal import clock, proposals, tax
from portal.models import Account
from portal.proposals import ProposalRefused
from portal.tests.factories import an_operator
from trading.models import CASH, Balance, Dividend, DividendPayment, Listing, Transfer
from trading.services import ledger
from trading.tests.factories import a_listing, approved, as_recomputed, buy, drained, entered, funded, sell
from trading.verification import verify_ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing() -> Listing:
    return a_listing(rail=Listing.Rail.BOOK_ENTRY_T1)


def issuer() -> Account:
    return ledger.contra_account("C-ACME", "Issued ACME")


def fund(cents: int) -> None:
    bank = ledger.contra_account(ledger.BANK)
    ledger.cash(Transfer.Kind.FUNDING, debit=bank, credit=issuer(), cents=cents, reference="funding")


def pay(cents_per_lot: Any) -> None:
    approved("PAY_DIVIDEND", "ACME", {"cents_per_lot": cents_per_lot})


def refused(cents_per_lot: Any) -> str:
    with pytest.raises(ProposalRefused) as refusal:
        pay(cents_per_lot)
    return refusal.value.code


def cash_of(account: Account) -> int:
    return Balance.objects.get(account=account, asset=CASH).settled


def signed(account: Account, kind: str, country: str, **fields: Any) -> None:
    tax.record_form(
        account=account, kind=kind, name=account.name, address="1 Main Street", country=country,
        signed_on=date(2026, 1, 15), **fields,
    )  # fmt: skip


def test_each_holder_gets_a_share_less_what_is_withheld(listing: Listing) -> None:
    american, norwegian, dane, silent = (funded(lots=33, listing=listing) for _ in range(4))
    signed(american, "W9", "US", tin="000-00-0001")
    signed(norwegian, "W8BEN", "NO")
    signed(dane, "W8BEN", "DK", treaty_rate=Decimal(15))
    fund(2_000)
    pay("12.5")
    # 33 × 12.5 = 412.5, rounded down; 30 % of 412 is 123.6, 15 % are 61.8, 24 % are 98.88.
    assert [cash_of(row) for row in (american, norwegian, dane, silent)] == [412, 288, 350, 313]
    assert cash_of(ledger.contra_account(ledger.TAX)) == 124 + 62 + 99
    assert cash_of(issuer()) == 2_000 - 4 * 412  # what is left over stays
    reasons = DividendPayment.objects.order_by("account").values_list("withholding_reason", flat=True)
    assert list(reasons) == ["W9", "W8BEN", "W8BEN_TREATY", "NO_VALID_FORM"]
    as_recomputed(listing)


def test_who_holds_settled_lots_is_paid(listing: Listing) -> None:
    """Not who has bought and not got them; and sold, not delivered, is held."""
    seller, buyer = funded(lots=10, listing=listing), funded(cents=10_000)
    entered(sell(seller, listing, 4, 500), buy(buyer, listing, 4, 500))
    drained(listing)
    fund(100)
    pay("10")
    assert list(DividendPayment.objects.values_list("account", "lots", "gross")) == [(seller.pk, 10, 100)]
    as_recomputed(listing)


def test_less_than_a_cent_is_nothing(listing: Listing) -> None:
    small, large = funded(lots=1, listing=listing), funded(lots=3, listing=listing)
    fund(10)
    pay("0.4")
    assert DividendPayment.objects.get().account == large
    assert not Transfer.objects.filter(credit_account=small, asset=CASH).exists()
    as_recomputed(listing)


def test_it_is_funded_first_and_to_the_cent(listing: Listing) -> None:
    funded(lots=10, listing=listing)
    assert refused("10") == "NOT_FUNDED"
    fund(99)
    assert refused("10") == "NOT_FUNDED"
    pay("9.99")
    assert not Transfer.objects.filter(kind="DIVIDEND", amount=100).exists()
    as_recomputed(listing)


def test_what_was_funded_when_it_was_proposed_may_be_gone_when_it_is_approved(listing: Listing) -> None:
    funded(lots=10, listing=listing)
    fund(100)
    first = proposals.propose(
        kind="PAY_DIVIDEND", subject="ACME", new={"cents_per_lot": "10"}, reason="twice", by=an_operator()
    )
    pay("10")
    with pytest.raises(ProposalRefused) as refusal:
        proposals.approve(proposal=first, by=an_operator())
    assert refusal.value.code == "NOT_FUNDED"
    assert Dividend.objects.count() == 1


@pytest.mark.parametrize("rate", ["0", "-1", "NaN", "Infinity", "much", "1E+10", "0.000000001", None, 5.5j])
def test_a_rate_is_a_decimal_number_above_zero(listing: Listing, rate: Any) -> None:
    funded(lots=10, listing=listing)
    assert refused(rate) == "NO_RATE"


def test_without_holders_nobody_is_paid(listing: Listing) -> None:
    fund(100)
    assert refused("1") == "NOBODY_TO_PAY"


def test_rates_are_exact_however_many_lots(listing: Listing) -> None:
    holder = funded(lots=9_999_999_999_999, listing=listing)
    signed(holder, "W9", "US", tin="000-00-0001")
    fund(10**15)
    pay("33.33333333")
    assert cash_of(holder) == 333_333_333_299_966
    as_recomputed(listing)


def test_verification_finds_what_no_dividend_explains(listing: Listing) -> None:
    holder = funded(lots=10, listing=listing)
    fund(100)
    ledger.cash(Transfer.Kind.DIVIDEND, debit=issuer(), credit=holder, cents=50, reference="DIVIDEND:1:2")
    found = verify_ledger().findings.lines()
    assert any("is of no dividend" in line for line in found), found


def test_ten_thousand_holders_take_a_handful_of_queries(
    listing: Listing, django_assert_max_num_queries: Any
) -> None:
    Account.objects.bulk_create(
        Account(number=f"H-{n:06}", name=f"Holder {n}", opened_at=clock.now()) for n in range(300)
    )
    for n, account in enumerate(Account.objects.filter(number__startswith="H-")):
        ledger.issue(account=account, listing=listing, lots=10, reference=f"to many {n}")
    fund(30_000)
    with django_assert_max_num_queries(49):  # two people and their second factors among them
        pay("10")
    assert DividendPayment.objects.count() == 300
    assert verify_ledger().findings.lines() == []
