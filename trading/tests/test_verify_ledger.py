"""``verify_ledger`` recomputes every balance and names what differs."""

from io import StringIO

import psycopg
import pytest
from django.core.management import call_command

from trading.models import Listing
from trading.tests.factories import a_listing, buy, drained, entered, funded, replace, sell, worked


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


def verify_ledger() -> tuple[int, list[str]]:
    """(exit code, lines)"""
    output = StringIO()
    code = 0
    try:
        call_command("verify_ledger", stdout=output)
    except SystemExit as end:
        code = int(end.code or 0)
    return code, output.getvalue().splitlines()


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
        "trading_transfer TRADE_CASH:1:6: is missing: the trade is past settlement",
    ),
}


@pytest.mark.parametrize("what", CHANGED)
def test_a_balance_that_nothing_explains_is_named(
    market: Listing, as_owner: psycopg.Connection, what: str
) -> None:
    change, named = CHANGED[what]
    assert as_owner.execute(change).rowcount == 1
    code, lines = verify_ledger()
    assert code == 1
    assert [line for line in lines if line.endswith(named)], lines
    assert lines[-1] == "accounts=4 balances=6 transfers=4 identical=no"
