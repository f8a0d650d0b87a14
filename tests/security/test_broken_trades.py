"""A trade that is taken back or corrected is named by ``verify_journal`` unless two people decided just that.

BUST-001, BUST-005: what was decided, what the journal says, and what the rows say agree.
"""

import psycopg
import pytest

from portal import seals
from portal.tests.factories import an_operator
from tests.support.verify import assert_named, tamper, verify_journal
from trading import engine, journal
from trading.models import Execution, Listing
from trading.tests.factories import a_listing, approved, buy, drained, entered, funded, sell

REASON = {"reason_code": "CLEARLY_ERRONEOUS"}


@pytest.fixture
def market(committed_db: str) -> Listing:
    """Three trades: the first corrected, the second busted, the third as it was made."""
    listing = a_listing()
    buyer, seller = funded(cents=100_000), funded(lots=100, listing=listing)
    for qty in (10, 20, 30):
        entered(sell(seller, listing, qty, 500), buy(buyer, listing, qty, 500))
    drained(listing)
    first, second, _ = trades()
    approved("CORRECT_TRADE", f"ACME {first}", {**REASON, "price": 505, "qty": 9})
    approved("BUST_TRADE", f"ACME {second}", REASON)
    drained(listing)
    seals.seal_records()
    return listing


def trades() -> list[int]:
    rows = Execution.objects.filter(side="BUY").order_by("trade_seq")
    return list(rows.values_list("trade_seq", flat=True))


def test_what_two_people_decided_is_identical(market: Listing) -> None:
    assert trades() == [4, 7, 10]
    assert verify_journal() == (0, ["listings=1 commands=9 events=12 unsealed=0 identical=yes"])


TAMPERED = {
    "a correction to another price": (
        "UPDATE trading_tradebreak SET price = 400 WHERE kind = 'CORRECT'",
        "trading_tradebreak ACME trade 4: is not what command 8 carries into the book",
    ),
    "a bust of another trade": (
        "UPDATE trading_tradebreak SET trade_seq = 10 WHERE kind = 'BUST'",
        "trading_tradebreak ACME trade 10: cites proposal 2, which is of something else",
    ),
    "a bust without its row": (
        "DELETE FROM trading_tradebreak WHERE kind = 'BUST'",
        "trading_command ACME seq 9: breaks a trade that nobody decided on",
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_decision_that_was_tampered_with_is_named(
    market: Listing, as_owner: psycopg.Connection, what: str
) -> None:
    change, named = TAMPERED[what]
    tamper(as_owner, "trading_tradebreak", change)
    assert_named(verify_journal, named)


CHANGED = {
    "a bust undone": (
        "UPDATE trading_execution SET status = 'TRADED' WHERE trade_seq = 7 AND side = 'SELL'",
        "trading_execution ACME trade 7 SELL: status is 'TRADED', should be ",
    ),
    "a correction undone": (
        "UPDATE trading_execution SET last_px = 500 WHERE trade_seq = 4 AND side = 'BUY'",
        "trading_execution ACME trade 4 BUY: last_px is 500, should be 505",
    ),
    "a busted trade in the candles": (
        "UPDATE trading_candle SET volume = volume + 20 WHERE interval = '1d'",
        "trading_candle ACME 1d ",
    ),
    "a busted fill of an order": (
        "UPDATE trading_order SET traded_value = 10000 WHERE traded_value = 0 AND side = 'BUY'",
        "trading_order ACME id 4: traded_value is 10000, should be 0",
    ),
}


@pytest.mark.parametrize("what", CHANGED)
def test_a_broken_trade_that_the_rows_tell_otherwise_is_named(
    market: Listing, as_owner: psycopg.Connection, what: str
) -> None:
    change, named = CHANGED[what]
    assert as_owner.execute(change).rowcount == 1
    assert_named(verify_journal, named)


def test_a_bust_that_came_from_no_proposal_is_named(market: Listing) -> None:
    """As whoever has the runtime role could append one."""
    command = engine.BustTrade(0, 0, trades()[-1], "AGREED", "x")
    draft = journal.Draft(command, actor_id=an_operator().pk)
    journal.append(drafts={market.pk: [draft]}, received_at=market.listed_at)
    drained(market)
    assert_named(verify_journal, "trading_command ACME seq 10: breaks a trade that nobody decided on")
