"""``verify_ledger`` recomputes every balance and names what differs."""

import psycopg
import pytest

from tests.support.verify import assert_named, verify_ledger
from trading.models import Execution, Listing
from trading.tests.factories import (
    a_fee_schedule,
    a_listing,
    approved,
    buy,
    drained,
    entered,
    funded,
    replace,
    sell,
    worked,
)


@pytest.fixture
def market(committed_db: str) -> Listing:
    """One trade settled, one pending, one order working, one replace not yet drained."""
    listing = a_listing()
    buyer, seller = funded(cents=100_000), funded(lots=100, listing=listing)
    [asked] = worked(listing, sell(seller, listing, 60, 500))
    worked(listing, buy(buyer, listing, 10, 500))
    entered(buy(buyer, listing, 5, 500))
    drained(listing)
    entered(buy(buyer, listing, 7, 400), replace(asked, 70, 500))
    return listing


def test_an_untouched_ledger_is_identical(market: Listing) -> None:
    # Two investors, the bank and the issuer; cash and tokens of both investors and of one contra each.
    assert verify_ledger() == (0, ["accounts=4 balances=6 transfers=4 identical=yes"])


# What is changed, and the line that has to name it.
CHANGED = {
    "settled without a transfer": (
        "UPDATE trading_balance SET settled = settled + 1 WHERE asset_id = 'USD' AND pending_out > 0",
        "USD: settled is 95001, should be 95000",
    ),
    "one side of the books only": (
        "UPDATE trading_balance SET settled = settled + 1 WHERE asset_id = 'ACME' AND is_contra",
        "trading_balance ACME: settled sums to 1 over all accounts, not to 0",
    ),
    "more held than working orders need": (
        "UPDATE trading_balance SET held = held + 1 WHERE asset_id = 'USD' AND pending_out > 0",
        "USD: held is 2801, should be 2800",
    ),
    "less held than working orders need": (
        "UPDATE trading_balance SET held = 45 WHERE asset_id = 'ACME' AND held > 0",
        "ACME: held is 45, should be 55",
    ),
    "a pending trade forgotten": (
        "UPDATE trading_balance SET pending_in = 0 WHERE asset_id = 'ACME' AND pending_in > 0",
        "ACME: pending_in is 0, should be 5",
    ),
    "a debt hidden as a contra account's": (
        "UPDATE trading_balance SET is_contra = true, settled = settled - 95000 WHERE settled = 95000",
        "USD: promises more than there is",
    ),
    "a settlement skipped": (
        "UPDATE trading_cursor SET last_event_seq = (SELECT event_seq FROM trading_marketstate)",
        "trading_instruction ACME trade 6: is missing: settlement has seen the trade",
    ),
}


@pytest.mark.parametrize("what", CHANGED)
def test_a_balance_that_nothing_explains_is_named(
    market: Listing, as_owner: psycopg.Connection, what: str
) -> None:
    change, named = CHANGED[what]
    assert as_owner.execute(change).rowcount == 1
    assert_named(verify_ledger, named)


@pytest.fixture
def charged(committed_db: str) -> Listing:
    """One trade settled, one pending and one busted, with fees; an order working, a correction on its way."""
    a_fee_schedule(maker_rate=1_000, taker_rate=2_000, minimum_cents=5)
    listing = a_listing()
    buyer, seller = funded(cents=100_000), funded(lots=100, listing=listing)
    worked(listing, sell(seller, listing, 60, 500), buy(buyer, listing, 10, 500))
    entered(buy(buyer, listing, 20, 500), buy(buyer, listing, 4, 500), buy(buyer, listing, 7, 400))
    drained(listing)
    _, second, third = Execution.objects.filter(side="BUY").order_by("pk").values_list("trade_seq", flat=True)
    approved("BUST_TRADE", f"ACME {third}", {"reason_code": "AGREED"})
    drained(listing)
    approved("CORRECT_TRADE", f"ACME {second}", {"reason_code": "AGREED", "price": 510, "qty": 20})
    return listing


def test_an_untouched_ledger_with_fees_is_identical(charged: Listing) -> None:
    """FEES-006, FEES-009"""
    # The venue's own account has come to the others.
    assert verify_ledger() == (0, ["accounts=5 balances=7 transfers=6 identical=yes"])


CHARGED = {
    "a fee that was not charged": (
        "UPDATE trading_execution SET fee = 0 WHERE side = 'BUY' AND fee = 20",
        "USD: pending_out is 10020, should be 10000",
    ),
    "a fee that was not booked": (
        "UPDATE trading_execution SET fee = fee + 1 WHERE side = 'BUY' AND fee = 10",
        "trading_instruction ACME trade 4: is not what the trade came to",
    ),
    "a fee that nobody owed": (
        "UPDATE trading_execution SET fee = 0 WHERE side = 'BUY' AND fee = 10",
        "trading_instruction ACME trade 4: is not what the trade came to",
    ),
    "a busted trade that is still to be settled": (
        "UPDATE trading_execution SET status = 'TRADED' WHERE side = 'BUY' AND status = 'BUSTED'",
        "ACME: pending_in is 20, should be 24",
    ),
    "an order that holds no fees": (
        "UPDATE trading_order SET fee_schedule_id = NULL WHERE price = 400",
        "USD: held is 3007, should be 3001",
    ),
}


@pytest.mark.parametrize("what", CHARGED)
def test_a_fee_that_nothing_explains_is_named(
    charged: Listing, as_owner: psycopg.Connection, what: str
) -> None:
    change, named = CHARGED[what]
    assert as_owner.execute(change).rowcount == 1
    assert_named(verify_ledger, named)
