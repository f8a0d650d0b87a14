"""``verify_ledger`` names every row of settlement and of lots that nothing explains."""

from datetime import timedelta

import psycopg
import pytest

from portal import clock
from tests.support.verify import assert_named, tamper, verify_ledger
from trading.models import Listing
from trading.tests.factories import (
    a_fee_schedule,
    a_listing,
    approved,
    buy,
    drained,
    entered,
    funded,
    sell,
    settled,
    worked,
)


@pytest.fixture
def market(committed_db: str) -> Listing:
    """A trade settled with fees and reversed, another settled, a third instructed and busted."""
    a_fee_schedule(maker_rate=1_000, taker_rate=2_000, minimum_cents=5)
    listing = a_listing(rail=Listing.Rail.BOOK_ENTRY_T1)
    buyer, seller = funded(cents=100_000), funded(lots=100, listing=listing)
    entered(sell(seller, listing, 60, 500), buy(buyer, listing, 10, 500), buy(buyer, listing, 20, 500))
    drained(listing)
    clock.advance(by=timedelta(days=7))
    settled(listing)
    approved("REVERSE_SETTLEMENT", "ACME 6", {"fees_back": True})
    worked(listing, buy(buyer, listing, 5, 500))
    approved("BUST_TRADE", "ACME 8", {"reason_code": "AGREED"})
    drained(listing)
    settled(listing)
    return listing


def test_what_nobody_tampered_with_is_identical(market: Listing) -> None:
    code, lines = verify_ledger()
    assert code == 0, lines


# Which table, what is changed, and what the line has to say.
TAMPERED = {
    "a settlement of another quantity": (
        "trading_instruction",
        "UPDATE trading_instruction SET qty = 11 WHERE trade_seq = 4",
        "trading_instruction ACME trade 4: is not what the trade came to",
    ),
    "a settlement of no trade": (
        "trading_instruction",
        "UPDATE trading_instruction SET trade_seq = 99 WHERE trade_seq = 4",
        "trading_instruction ACME trade 99: settles no trade",
    ),
    "a settlement that settlement forgot": (
        "trading_instruction",
        "UPDATE trading_instruction SET trade_seq = 99 WHERE trade_seq = 4",
        "trading_instruction ACME trade 4: is missing: settlement has seen the trade",
    ),
    "a settlement of a trade that was taken back": (
        "trading_instruction",
        "UPDATE trading_instruction SET state = 'SETTLED' WHERE reason = 'TRADE_BUSTED'",
        "settles a trade that was taken back",
    ),
    "a reversal of half of it": (
        "trading_instruction",
        "UPDATE trading_instruction SET amount = amount / 2 WHERE kind = 'REVERSAL'",
        "does not take back what was settled",
    ),
    "more fees given back than were charged": (
        "trading_instruction",
        "UPDATE trading_instruction SET buyer_fee = buyer_fee + 1 WHERE kind = 'REVERSAL'",
        "does not take back what was settled",
    ),
    "a state without its step": (
        "trading_instruction",
        "UPDATE trading_instruction SET state = 'FAILED' WHERE trade_seq = 4",
        "is FAILED, its last step says SETTLED",
    ),
    "a step of another moment": (
        "trading_settlementstep",
        "UPDATE trading_settlementstep SET at = at - interval '1 day' WHERE id = "
        "(SELECT min(id) FROM trading_settlementstep)",
        "is SETTLED, its last step says SETTLED",
    ),
    "a leg of another amount": (
        "trading_transfer",
        "UPDATE trading_transfer SET amount = amount + 1 WHERE reference LIKE 'TRADE_CASH:%:4'",
        ":4: is not what was instructed",
    ),
    "a fee leg to somebody else": (
        "trading_transfer",
        "UPDATE trading_transfer SET credit_account_id = debit_account_id "
        "WHERE reference LIKE 'TRADE_FEE:%:4:BUY'",
        ":4:BUY: is not what was instructed",
    ),
    "a leg that settles nothing": (
        "trading_transfer",
        "UPDATE trading_transfer SET reference = 'TRADE_CASH:1:77' WHERE reference LIKE 'TRADE_CASH:%:4'",
        "trading_transfer TRADE_CASH:1:77: settles no instruction",
    ),
    "a leg that is gone": (
        "trading_transfer",
        "UPDATE trading_transfer SET reference = 'TRADE_CASH:1:77' WHERE reference LIKE 'TRADE_CASH:%:4'",
        ":4: is missing: its instruction is settled",
    ),
    "a lot that grew": (
        "trading_lot",
        "UPDATE trading_lot SET qty = qty + 1 WHERE source = 'TRADE' AND qty > 0",
        "holds 11 at 5010, its entries come to 10 at 5010",
    ),
    "a lot that became cheaper": (
        "trading_lot",
        "UPDATE trading_lot SET cost = cost - 1 WHERE source = 'TRADE' AND qty > 0",
        "holds 10 at 5009, its entries come to 10 at 5010",
    ),
    "a lot acquired another day": (
        "trading_lot",
        "UPDATE trading_lot SET acquired_on = acquired_on - 400 WHERE source = 'TRADE' AND qty > 0",
        ", TRADE, 500, TRADE_TOKEN:",
    ),
    "a lot paid for another day": (
        "trading_lot",
        "UPDATE trading_lot SET paid_on = paid_on - 400 WHERE source = 'TRADE' AND qty > 0",
        ", TRADE, 500, TRADE_TOKEN:",
    ),
    "a lot at another price": (
        "trading_lot",
        "UPDATE trading_lot SET price = price + 1 WHERE source = 'TRADE' AND qty > 0",
        "TRADE, 501, TRADE_TOKEN:",
    ),
    "a lot whose price is forgotten": (
        "trading_lot",
        "UPDATE trading_lot SET price = NULL WHERE source = 'TRADE' AND qty > 0",
        "TRADE, TRADE_TOKEN:",
    ),
    "a lot from somebody else": (
        "trading_lot",
        "UPDATE trading_lot SET source = 'ISSUER' WHERE source = 'TRADE' AND qty > 0",
        "ISSUER, 500, TRADE_TOKEN:",
    ),
    "lots moved by more than the transfer": (
        "trading_lotentry",
        "UPDATE trading_lotentry SET qty = qty + 1 WHERE reference LIKE 'TRADE_TOKEN:%:4' AND qty > 0",
        "lots moved by 11, the transfer is of 10",
    ),
    "securities that moved without their lots": (
        "trading_lotentry",
        "DELETE FROM trading_lotentry WHERE reference LIKE 'TRADE_TOKEN:%:4' AND qty > 0",
        "lots moved by 0, the transfer is of 10",
    ),
    "a holding that its lots do not come to": (
        "trading_balance",
        "UPDATE trading_balance SET settled = settled + 1 WHERE asset_id = 'ACME' AND settled = 10",
        "lots come to 10, the balance is 11",
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_nothing_explains_is_named(market: Listing, as_owner: psycopg.Connection, what: str) -> None:
    table, change, named = TAMPERED[what]
    tamper(as_owner, table, change)
    assert_named(verify_ledger, named)


@pytest.mark.parametrize(
    "change", ["acquired_on = acquired_on - 1", "price = NULL", "source = 'OTHER'", "account_id = account_id"]
)
def test_what_a_lot_is_never_changes(market: Listing, as_owner: psycopg.Connection, change: str) -> None:
    with pytest.raises(psycopg.errors.RestrictViolation, match="what a lot is never changes"):
        as_owner.execute(f"UPDATE trading_lot SET {change}")
