"""Reversals: a settled trade comes back by an instruction of its own."""

import pytest

from compliance.services import reinstate_account, suspend_account
from portal.models import Account
from portal.proposals import ProposalRefused
from trading.models import CASH, Balance, Instruction, Listing, Lot, LotEntry
from trading.services import entry, ledger
from trading.settlement.subjects import subject_of
from trading.tests.factories import (
    a_fee_schedule,
    a_listing,
    approved,
    as_recomputed,
    buy,
    cancel,
    drained,
    entered,
    funded,
    sell,
    settled,
)
from trading.tests.settlement.cases import failed, traded

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing() -> Listing:
    return a_listing()


@pytest.fixture
def seller(listing: Listing) -> Account:
    return funded(cents=1_000, lots=100, listing=listing)


@pytest.fixture
def buyer() -> Account:
    return funded(cents=1_000_000)


def reverse(row: Instruction, *, fees_back: bool = True) -> Instruction:
    approved("REVERSE_SETTLEMENT", subject_of(row), {"fees_back": fees_back})
    return Instruction.objects.filter(reverses=row).latest("id")


def refused(row: Instruction, **new: object) -> str:
    with pytest.raises(ProposalRefused) as refusal:
        approved("REVERSE_SETTLEMENT", subject_of(row), new)
    return refusal.value.code


def lots_of(account: Account) -> list[tuple[int, int]]:
    return list(Lot.objects.filter(account=account, qty__gt=0).values_list("qty", "cost"))


def cash_of(account: Account) -> Balance:
    return Balance.objects.get(account=account, asset=CASH)


@pytest.mark.parametrize(("fees_back", "lost"), [(True, (0, 0)), (False, (35, 25))])
def test_cash_securities_and_lots_come_back(
    listing: Listing, seller: Account, buyer: Account, fees_back: bool, lost: tuple[int, int]
) -> None:
    a_fee_schedule(maker_rate=5_000, taker_rate=7_000)
    before = lots_of(seller)
    row = traded(listing, seller, buyer)
    assert (row.seller_fee, row.buyer_fee) == (25, 35)
    back = reverse(row, fees_back=fees_back)
    assert (back.state, back.buyer, back.seller) == ("AFFIRMED", seller, buyer)
    assert cash_of(seller).pending_out == 5_000
    as_recomputed(listing)
    settled(listing)
    back.refresh_from_db()
    assert back.state == "SETTLED"
    assert (lots_of(seller), lots_of(buyer)) == (before, [])
    assert (1_000_000 - cash_of(buyer).settled, 1_000 - cash_of(seller).settled) == lost
    assert cash_of(ledger.fee_account()).settled == sum(lost)
    sold = LotEntry.objects.filter(lot__account=seller).exclude(proceeds=None)
    assert sum(entry.proceeds or 0 for entry in sold) == 0  # no gain is left
    as_recomputed(listing)


def test_the_very_lots_come_back_whatever_came_between(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    """Those sold for what they had cost; those bought, though older ones would go first."""
    ledger.issue(account=seller, listing=listing, lots=50, reference="dear", price=700)
    ledger.issue(account=buyer, listing=listing, lots=3, reference="older", price=100)
    before = lots_of(seller), lots_of(buyer)
    row = traded(listing, seller, buyer, qty=120)
    traded(listing, seller, funded(cents=1_000_000), qty=30)
    assert lots_of(seller) == []
    ledger.issue(account=seller, listing=listing, lots=1, reference="newer", price=900)
    reverse(row)
    settled(listing)
    assert lots_of(buyer) == before[1]
    assert sorted(lots_of(seller)) == sorted([(100, 0), (20, 14_000), (1, 900)])
    as_recomputed(listing)


def test_other_lots_are_given_where_those_bought_are_sold_on(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    row = traded(listing, seller, buyer)
    traded(listing, buyer, funded(cents=1_000_000))
    ledger.issue(account=buyer, listing=listing, lots=10, reference="others", price=100)
    reverse(row)
    settled(listing)
    assert lots_of(buyer) == []
    assert sum(qty for qty, _ in lots_of(seller)) == 100
    as_recomputed(listing)


def test_it_is_refused_where_a_side_cannot_give_back(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    row = traded(listing, seller, buyer)
    # Reserved for an order is as good as gone.
    [order] = entered(sell(buyer, listing, 1, 900))
    drained(listing)
    assert refused(row, fees_back=False) == "SECURITIES_LACKING"
    entry.submit_orders([cancel(order)])
    drained(listing)
    entered(buy(seller, listing, 10, 101))
    drained(listing)
    assert refused(row, fees_back=False) == "CASH_LACKING"
    assert not Instruction.objects.filter(kind="REVERSAL").exists()
    as_recomputed(listing)


def test_fees_come_back_from_what_the_venue_has(listing: Listing, seller: Account, buyer: Account) -> None:
    a_fee_schedule(maker_rate=5_000, taker_rate=7_000)
    row = traded(listing, seller, buyer)
    terms = {"debit": "C-FEES", "credit": buyer.number, "asset": CASH, "amount": 30, "text": "refund"}
    approved("LEDGER_ENTRY", "ledger", {"entry": "FEE_REFUND", **terms})
    assert refused(row, fees_back=True) == "VENUE_LACKS_CASH"
    reverse(row, fees_back=False)
    settled(listing)
    as_recomputed(listing)


def test_only_a_settled_trade_is_reversed_and_once(listing: Listing, seller: Account, buyer: Account) -> None:
    row = traded(listing, seller, buyer)
    assert refused(row) == "FEES_UNSAID"
    back = reverse(row)
    assert refused(row, fees_back=True) == "REVERSED_ALREADY"
    assert refused(back, fees_back=True) == "NO_TRADE"
    settled(listing)
    assert refused(failed(listing, seller, buyer), fees_back=True) == "NOT_SETTLED"


def test_a_reversal_that_failed_is_resolved_like_a_trade(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    row = traded(listing, seller, buyer)
    back = reverse(row)
    suspend_account(account=buyer, reason="test", actor=None)
    settled(listing)
    back.refresh_from_db()
    assert (back.state, back.reason) == ("FAILED", "ACC-SUSPENDED")
    approved("RESOLVE_SETTLEMENT", subject_of(back), {"act": "CANCEL"})
    assert cash_of(seller).pending_out == 0
    as_recomputed(listing)


def test_a_reversal_called_off_may_be_proposed_again(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    row = traded(listing, seller, buyer)
    for _ in range(2):
        suspend_account(account=buyer, reason="test", actor=None)
        back = reverse(row)
        settled(listing)
        approved("RESOLVE_SETTLEMENT", subject_of(back), {"act": "CANCEL"})
        reinstate_account(account=buyer, reason="test", actor=None)
        as_recomputed(listing)
    back = reverse(row)
    assert refused(row, fees_back=True) == "REVERSED_ALREADY"
    settled(listing)
    back.refresh_from_db()
    assert back.state == "SETTLED"
    assert refused(row, fees_back=True) == "REVERSED_ALREADY"
    states = Instruction.objects.filter(kind="REVERSAL").order_by("id").values_list("state", flat=True)
    assert list(states) == ["CANCELED", "CANCELED", "SETTLED"]
    as_recomputed(listing)
