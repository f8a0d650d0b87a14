"""What executions are charged, and how it is booked: docs/rules/fees.md. (What a schedule comes to is
proved on the engine: ``engine/test_fees``.)"""

import pytest

from portal.models import Account
from trading.models import CASH, Balance, Execution, Listing, Order, Transfer
from trading.services.ledger import FEES
from trading.tests.factories import (
    a_fee_schedule,
    a_listing,
    approved,
    as_recomputed,
    buy,
    drained,
    entered,
    funded,
    replace,
    sell,
    settled,
    worked,
)

pytestmark = pytest.mark.django_db

LOTS = 1_000


@pytest.fixture
def listing() -> Listing:
    return a_listing(protection_bps=10_000)


@pytest.fixture
def seller(listing: Listing) -> Account:
    return funded(lots=LOTS, listing=listing)


def fees(side: str) -> list[int]:
    rows = Execution.objects.filter(side=side).exclude(status=Execution.Status.BUSTED)
    return list(rows.order_by("trade_seq").values_list("fee", flat=True))


def cash(account: Account) -> dict[str, int]:
    row = Balance.objects.get(account=account, asset=CASH)
    parts = ("settled", "held", "pending_in", "pending_out")
    return {part: getattr(row, part) for part in parts if getattr(row, part)}


def take(listing: Listing, seller: Account, qty: int, price: int) -> int:
    """Sell so much to whoever bids; return the trade's number."""
    entered(sell(seller, listing, qty, price))
    drained(listing)
    return Execution.objects.order_by("trade_seq").values_list("trade_seq", flat=True).last() or 0


def test_maker_and_taker_are_charged_at_their_rates(listing: Listing, seller: Account) -> None:
    """FEES-004"""
    a_fee_schedule(maker_rate=1_000, taker_rate=2_500)
    buyer = funded(cents=100_000)
    entered(buy(buyer, listing, 100, 500))
    take(listing, seller, 100, 500)
    assert (fees("BUY"), fees("SELL")) == ([50], [125])
    assert cash(buyer) == {"settled": 100_000, "pending_out": 50_050}
    assert cash(seller) == {"pending_in": 49_875}
    as_recomputed(listing)


def test_an_order_pays_by_the_schedule_it_was_entered_under(listing: Listing, seller: Account) -> None:
    """FEES-003, FEES-008"""
    a_fee_schedule(maker_rate=1_000, taker_rate=1_000)
    entered(buy(funded(cents=100_000), listing, 20, 500))
    take(listing, seller, 10, 500)
    a_fee_schedule(days_ago=0, maker_rate=50_000, taker_rate=50_000)
    take(listing, seller, 10, 500)
    assert fees("BUY") == [5, 5]
    assert fees("SELL") == [5, 250]
    as_recomputed(listing)


def test_an_execution_is_charged_what_the_order_owes_beyond_what_it_paid(
    listing: Listing, seller: Account
) -> None:
    """FEES-005"""
    a_fee_schedule(maker_rate=1_000, flat_cents=3, minimum_cents=10)
    entered(buy(funded(cents=100_000), listing, 40, 500))
    for _ in range(4):  # 3 + 5, 3 + 10, 3 + 15, 3 + 20; but 10 at least
        take(listing, seller, 10, 500)
    assert fees("BUY") == [10, 3, 5, 5]
    assert Order.objects.get(side="BUY").fee == 23
    as_recomputed(listing)


def test_a_buyer_who_can_just_pay_order_and_fees_is_filled_to_the_last_cent(
    listing: Listing, seller: Account
) -> None:
    """FEES-006"""
    a_fee_schedule(maker_rate=900, taker_rate=1_700, minimum_cents=7)
    most = 50 * 333 + 28  # the taker's rate: it is not known yet how the order will trade
    buyer = funded(cents=most)
    [order] = entered(buy(buyer, listing, 50, 333))
    assert order.hold == most
    for qty in (1, 30, 19):
        take(listing, seller, qty, 333)
        as_recomputed(listing)
    assert fees("BUY") == [7, 2, 6]
    assert cash(buyer) == {"settled": most, "pending_out": 50 * 333 + 15}


def test_a_sellers_fee_is_not_more_than_the_proceeds(listing: Listing, seller: Account) -> None:
    """FEES-007"""
    a_fee_schedule(minimum_cents=500)
    entered(buy(funded(cents=100_000), listing, 10, 100))
    take(listing, seller, 10, 100)
    assert fees("SELL") == [500]
    entered(buy(funded(cents=100_000), listing, 1, 100))
    take(listing, seller, 1, 100)
    assert fees("SELL") == [500, 100]
    settled(listing)
    assert cash(seller) == {"settled": 500}
    as_recomputed(listing)


def test_fees_are_booked_with_the_settlement_of_their_trade(listing: Listing, seller: Account) -> None:
    """FEES-009"""
    a_fee_schedule(maker_rate=1_000, taker_rate=2_500)
    buyer = funded(cents=100_000)
    entered(buy(buyer, listing, 100, 500))
    trade = take(listing, seller, 100, 500)
    assert not Transfer.objects.filter(kind=Transfer.Kind.TRADE_FEE).exists()
    settled(listing)
    booked = Transfer.objects.filter(kind=Transfer.Kind.TRADE_FEE).order_by("reference")
    columns = ("reference", "debit_account", "credit_account__number", "amount")
    assert list(booked.values_list(*columns)) == [
        (f"TRADE_FEE:{listing.pk}:{trade}:BUY", buyer.pk, FEES, 50),
        (f"TRADE_FEE:{listing.pk}:{trade}:SELL", seller.pk, FEES, 125),
    ]
    assert cash(Account.objects.get(number=FEES)) == {"settled": 175}
    assert cash(buyer) == {"settled": 49_950}
    assert cash(seller) == {"settled": 49_875}
    as_recomputed(listing)


def test_where_nothing_is_charged_nothing_is_booked(listing: Listing, seller: Account) -> None:
    entered(buy(funded(cents=100_000), listing, 100, 500))
    take(listing, seller, 100, 500)
    settled(listing)
    assert not Account.objects.filter(number=FEES).exists()


def test_a_replaced_order_holds_what_its_new_terms_may_cost(listing: Listing, seller: Account) -> None:
    """FEES-006, RPLC-012"""
    a_fee_schedule(maker_rate=2_000, taker_rate=2_000, flat_cents=5)
    buyer = funded(cents=100_000)
    [order] = worked(listing, buy(buyer, listing, 10, 500))
    assert order.hold == 5_000 + 15
    [order] = worked(listing, replace(order, 20, 600))
    assert order.hold == 12_000 + 29
    take(listing, seller, 5, 600)
    order.refresh_from_db()
    assert (order.fee, order.hold) == (11, 9_000 + 18)
    as_recomputed(listing)


# --- Broken trades ------------------------------------------------------------------------------------------

REASON = {"reason_code": "CLEARLY_ERRONEOUS"}


def bust(listing: Listing, trade: int) -> None:
    approved("BUST_TRADE", f"ACME {trade}", REASON)
    drained(listing)
    as_recomputed(listing)


def test_a_bust_gives_back_what_the_trade_was_charged(listing: Listing, seller: Account) -> None:
    """BUST-003"""
    a_fee_schedule(maker_rate=1_000, taker_rate=2_500)
    buyer = funded(cents=100_000)
    entered(buy(buyer, listing, 100, 500))
    bust(listing, take(listing, seller, 100, 500))
    assert cash(buyer) == {"settled": 100_000}
    assert cash(seller) == {}
    assert set(Order.objects.values_list("fee", "maker_value", "taker_value")) == {(0, 0, 0)}
    settled(listing)
    assert not Transfer.objects.filter(kind=Transfer.Kind.TRADE_FEE).exists()


def test_what_a_bust_leaves_due_the_next_execution_carries(listing: Listing, seller: Account) -> None:
    """FEES-005, BUST-003: no other execution's fee is touched."""
    a_fee_schedule(minimum_cents=100)
    buyer = funded(cents=30 * 500 + 100)
    entered(buy(buyer, listing, 30, 500))
    first = take(listing, seller, 10, 500)
    take(listing, seller, 10, 500)
    assert fees("BUY") == [100, 0]
    bust(listing, first)
    assert (fees("BUY"), Order.objects.get(side="BUY").fee) == ([0], 0)
    take(listing, seller, 10, 500)
    assert (fees("BUY"), Order.objects.get(side="BUY").fee) == ([0, 100], 100)
    as_recomputed(listing)


def test_a_corrected_trade_is_charged_anew(listing: Listing, seller: Account) -> None:
    """BUST-004"""
    a_fee_schedule(maker_rate=10_000, taker_rate=20_000)
    buyer = funded(cents=100_000)
    entered(buy(buyer, listing, 100, 500))
    trade = take(listing, seller, 100, 500)
    assert (fees("BUY"), fees("SELL")) == ([500], [1_000])
    approved("CORRECT_TRADE", f"ACME {trade}", {**REASON, "price": 510, "qty": 100})
    assert cash(buyer)["held"] == 1_000 + 20  # at the highest rate, until it is known
    as_recomputed(listing)
    drained(listing)
    assert (fees("BUY"), fees("SELL")) == ([510], [1_020])
    assert cash(buyer) == {"settled": 100_000, "pending_out": 51_510}
    as_recomputed(listing)
    settled(listing)
    assert cash(Account.objects.get(number=FEES)) == {"settled": 1_530}
    as_recomputed(listing)


def test_a_correction_never_costs_more_than_was_kept_for_it(listing: Listing, seller: Account) -> None:
    """BUST-004, FEES-006: what an earlier bust left due is not asked of a buyer who has no more."""
    a_fee_schedule(minimum_cents=100)
    buyer = funded(cents=20 * 500 + 100)
    entered(buy(buyer, listing, 20, 500))
    first, second = take(listing, seller, 10, 500), take(listing, seller, 10, 500)
    bust(listing, first)
    entered(buy(buyer, listing, 10, 499))
    assert Balance.objects.get(account=buyer, asset=CASH).available == 10  # what the correction needs
    approved("CORRECT_TRADE", f"ACME {second}", {**REASON, "price": 501, "qty": 10})
    drained(listing)
    assert fees("BUY") == [0]
    as_recomputed(listing)
