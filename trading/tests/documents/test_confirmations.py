"""Confirmations tell what 17 CFR 240.10b-10 wants told, from the moment of the trade."""

from datetime import date
from decimal import Decimal

import pytest

from portal import clock
from trading.documents.figures.confirmations import Confirmation, confirmation
from trading.documents.figures.statements import statements
from trading.documents.periods import month_of
from trading.documents.sheets.confirmations import sheet_of
from trading.engine import Side
from trading.models import Execution, Listing
from trading.settlement.subjects import subject_of
from trading.tests.documents.story import Story, go_to
from trading.tests.factories import a_fee_schedule, a_listing, approved, buy, drained, entered, funded, sell
from trading.tests.settlement.cases import failed

pytestmark = pytest.mark.django_db


def confirmed(story: Story, trade: int, side: Side) -> Confirmation:
    found = confirmation(story.investor, f"{story.listing.symbol}-{trade}-{side}")
    assert found is not None
    return found


def test_terms_fee_and_settlement(story: Story) -> None:
    found = confirmed(story, story.bought, Side.BUY)
    assert (found.terms.qty, found.terms.price, found.terms.amount) == (100, Decimal("10.00"), 100_000)
    assert (found.fee, found.net) == (200, 100_200)
    assert (found.settles_on, found.settlement) == (date(2027, 1, 6), "Settled on Jan 6, 2027")
    sold = confirmed(story, story.sold, Side.SELL)
    assert (sold.fee, sold.net) == (120, 119_880)


def test_it_is_there_from_the_moment_of_the_trade() -> None:
    go_to(2029, 3, 9, 12)  # a Friday
    listing = a_listing("BETA", rail=Listing.Rail.BOOK_ENTRY_T1)
    seller, buyer = funded(lots=10, listing=listing), funded(cents=100_000)
    entered(sell(seller, listing, 10, 500), buy(buyer, listing, 10, 500))
    drained(listing)  # settlement has not heard of it
    trade = Execution.objects.get(account=buyer).trade_seq
    found = confirmation(buyer, f"BETA-{trade}-BUY")
    assert found is not None
    assert (found.settles_on, found.settlement) == (date(2029, 3, 12), "Pending")


def test_a_corrected_trade_says_what_it_replaces(story: Story) -> None:
    found = confirmed(story, story.corrected, Side.BUY)
    assert found.as_made is not None
    assert (found.as_made.price, found.terms.price, found.net) == (Decimal("14.00"), Decimal("13.00"), 26_052)
    assert sheet_of(found).mark == (
        "CORRECTED on Feb 5, 2027: clearly erroneous price or quantity. "
        "This replaces the confirmation of 20 ACME at 14.00."
    )


def test_a_busted_trade_says_that_nothing_changes_hands(story: Story) -> None:
    found = confirmed(story, story.busted, Side.BUY)
    sheet = sheet_of(found)
    assert sheet.mark == (
        "CANCELED. The venue took this trade back on Feb 4, 2027: both sides agree. Nothing changes hands."
    )
    assert dict(sheet.highlights)["You pay, USD"] == 0


def test_a_trade_whose_settlement_was_called_off_moves_nothing() -> None:
    listing = a_listing("BETA")
    a_fee_schedule(taker_rate=10_000)
    row = failed(listing, funded(lots=10, listing=listing), buyer := funded(cents=100_000))
    approved("RESOLVE_SETTLEMENT", subject_of(row), {"act": "CANCEL"})
    found = confirmation(buyer, f"BETA-{row.trade_seq}-BUY")
    assert found is not None and found.fee > 0
    sheet = sheet_of(found)
    assert sheet.mark.startswith("CANCELED. The venue called the settlement off on ")
    assert dict(sheet.highlights)["You pay, USD"] == 0
    [made] = statements([buyer], month_of(clock.now()))
    assert [line.is_void for line in made.trades] == [True]


def test_a_reversed_trade_says_so(story: Story) -> None:
    found = confirmed(story, story.reversed, Side.SELL)
    assert found.settlement == "Settled on Feb 9, 2027, and reversed since"


def test_it_is_the_accounts_own_side_only(story: Story) -> None:
    symbol, trade = story.listing.symbol, story.bought
    assert confirmation(story.investor, f"{symbol}-{trade}-SELL") is None
    assert confirmation(story.other, f"{symbol}-{trade}-SELL") is not None


@pytest.mark.parametrize(
    "name", ["", "ACME", "ACME-1-BUY", "ACME-" + "999-BUY", "ACME-٤-BUY", "\0-4-BUY", "ACME-04-BUY"]
)
def test_what_is_no_name_names_nothing(story: Story, name: str) -> None:
    assert confirmation(story.investor, name) is None
