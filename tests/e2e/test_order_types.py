"""Every kind of order: described before it is sent, and doing what was described."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from portal import clock
from tests.e2e.people import Investor, an_investor
from tests.e2e.trading_screen import TradingScreen
from tests.e2e.windows import Windows
from trading.engine import OrdType
from trading.models import Listing
from trading.services import calendars
from trading.tests.factories import a_fee_schedule, a_listing, a_pair, buy, entered, sell

UNTIL_CANCELED = "Works until it has traded in full or is canceled."


@pytest.fixture
def last_price(listing: Listing, seller: Investor, buyer: Investor) -> None:
    """The market has traded at 12.50, and offers more there."""
    entered(sell(seller.account, listing, 100, 1250), buy(buyer.account, listing, 10, 1250))


def test_a_stop_waits_hidden_can_be_moved_and_trades_once_its_price_is_met(
    last_price: None, buyers_screen: TradingScreen, listing: Listing, seller: Investor, buyer: Investor
) -> None:
    """ORDT-020, ORDT-021, ORDT-023, RPLC-007"""
    screen, symbol = buyers_screen, listing.symbol
    screen.shows_offers("12.50 90 90")
    screen.prepare("Buy", "Stop", {"Stop price": "12.80", "Quantity": "20"}, stop="Market", until="GTC")
    screen.explains(
        "Waits, hidden from the book, until a trade at 12.80 USD or above.",
        "Then it buys at the best prices there are, 13.44 USD or less; what it cannot is canceled.",
        UNTIL_CANCELED,
    )
    screen.send(f"Buy 20 {symbol} at market once 12.80 trades — stop, until canceled")
    screen.says("Waiting for a trade at 12.80 or above")
    expect(screen.rows).to_contain_text(["for a trade at 12.80 or above"])
    screen.shows_bids()

    screen.page.get_by_role("button", name=f"Change order: Buy {symbol} at market").click()
    dialog = screen.page.get_by_role("dialog", name=f"Change order: Buy {symbol}")
    dialog.get_by_role("textbox", name="Stop price").fill("12.60")
    expect(dialog).to_contain_text("The order waits as if it were new.")
    dialog.get_by_role("button", name="Change to 20 once 12.60 trades").click()
    expect(screen.rows).to_contain_text(["for a trade at 12.60 or above"])

    entered(sell(seller.account, listing, 50, 1260), buy(buyer.account, listing, 95, 1260))
    screen.says(f"Filled 20 {symbol} at 12.60")
    screen.shows_offers("12.60 25 25")


def test_a_stop_limit_waits_and_then_goes_no_further_than_its_limit(
    last_price: None, sellers_screen: TradingScreen, listing: Listing, seller: Investor, buyer: Investor
) -> None:
    """ORDT-023"""
    screen, symbol = sellers_screen, listing.symbol
    fields = {"Stop price": "12.20", "Limit price once triggered": "12.10", "Quantity": "30"}
    screen.prepare("Sell", "Stop", fields, stop="Limit", until="GTC")
    screen.explains(
        "Waits, hidden from the book, until a trade at 12.20 USD or below.",
        "Then it becomes a limit order that sells at 12.10 USD or more.",
        UNTIL_CANCELED,
    )
    screen.send(f"Sell 30 {symbol} at 12.10 once 12.20 trades — stop limit, until canceled")
    screen.says("Waiting for a trade at 12.20 or below")
    entered(buy(buyer.account, listing, 5, 1220), sell(seller.account, listing, 5, 1220))
    screen.says(f"{symbol} stop triggered")
    screen.shows_offers("12.50 90 120", "12.10 30 30")


def test_a_trailing_stop_follows_the_market_one_way(
    last_price: None, sellers_screen: TradingScreen, listing: Listing, seller: Investor, buyer: Investor
) -> None:
    """ORDT-026"""
    screen, symbol = sellers_screen, listing.symbol
    screen.prepare("Sell", "Stop", {"Trail": "0.50", "Quantity": "30"}, stop="Trailing", until="GTC")
    screen.explains(
        "Waits, hidden from the book, until a trade at 12.00 USD or below.",
        "That price follows the market up at a distance of 0.50 USD, and never goes back.",
    )
    screen.send(f"Sell 30 {symbol} once it falls 0.50 from its high — trailing stop, until canceled")
    row = screen.rows.filter(has_text="Trailing stop")
    expect(row).to_contain_text("for a trade at 12.00 or below, which follows the market up at 0.50")
    entered(sell(seller.account, listing, 10, 1300), buy(buyer.account, listing, 100, 1300))
    expect(row).to_contain_text("for a trade at 12.50 or below")
    entered(buy(buyer.account, listing, 5, 1280), sell(seller.account, listing, 5, 1280))
    expect(screen.trades.first).to_contain_text("12.80")
    expect(row).to_contain_text("for a trade at 12.50 or below")


def test_of_a_pair_what_one_trades_is_taken_off_the_other_until_it_ends(
    last_price: None, sellers_screen: TradingScreen, listing: Listing, buyer: Investor
) -> None:
    """ORDT-060, ORDT-062, RPLC-010"""
    screen, symbol = sellers_screen, listing.symbol
    fields = {"Limit price": "13.00", "Stop price": "12.00", "Quantity": "40"}
    screen.prepare("Sell", "Pair", fields, stop="Market", until="GTC")
    screen.explains(
        "Two orders of which one cancels the other.",
        "The first: Sells at 13.00 USD or more; what cannot be had at once waits in the book.",
        "The second: Waits, hidden from the book, until a trade at 12.00 USD or below.",
    )
    screen.send(f"Sell 40 {symbol} at 13.00, or at market once 12.00 trades — pair, until canceled")
    pair = screen.rows.filter(has_text="one of a pair")
    expect(pair).to_have_count(2)
    expect(
        screen.page.get_by_role("button", name="Orders of a pair cannot be changed").first
    ).to_be_disabled()
    screen.shows_offers("13.00 40 130", "12.50 90 90")

    entered(buy(buyer.account, listing, 105, 1300))
    screen.says(f"Filled 15 {symbol} at 13.00")
    expect(pair).to_contain_text(["0 / 25", "15 / 40"])
    entered(buy(buyer.account, listing, 25, 1300))
    expect(pair).to_have_count(0)
    ended = screen.tab("Order history").filter(has_text="The other order of its pair was filled")
    expect(ended).to_contain_text("Stop")


def test_a_reserve_order_shows_a_part_and_trades_its_whole(
    buyers_screen: TradingScreen, listing: Listing, seller: Investor
) -> None:
    """ORDT-030, ORDT-031"""
    screen, symbol = buyers_screen, listing.symbol
    screen.advanced()
    fields = {"Limit price": "12.00", "Quantity": "100", "Displayed quantity": "30"}
    screen.prepare("Buy", "Limit", fields, until="GTC")
    screen.explains(
        "Buys at 12.00 USD or less; what cannot be had at once waits in the book.",
        f"At most 30 {symbol} are shown at a time; the next part queues behind the others at its price.",
    )
    screen.send(f"Buy 100 {symbol} at 12.00 — limit, until canceled, showing 30")
    screen.shows_bids("12.00 30 30")
    expect(screen.rows).to_contain_text(["shows 30 at a time"])
    entered(sell(seller.account, listing, 80, 1200))
    screen.shows_bids("12.00 10 10")
    expect(screen.rows).to_contain_text(["80 / 100"])


def test_a_minimum_that_cannot_be_had_at_once_cancels_the_order(
    last_price: None, buyers_screen: TradingScreen, listing: Listing
) -> None:
    """ORDT-050"""
    screen, symbol = buyers_screen, listing.symbol
    screen.advanced()
    fields = {"Limit price": "12.50", "Quantity": "200", "Minimum quantity": "95"}
    screen.prepare("Buy", "Limit", fields, until="GTC")
    screen.explains(f"Trades 95 {symbol} at once at least, or is canceled.")
    screen.send(f"Buy 200 {symbol} at 12.50 — limit, until canceled, at least 95")
    screen.says("Less than its minimum quantity could trade at once")
    screen.shows_offers("12.50 90 90")


def test_a_post_only_order_is_rejected_or_slides_as_it_asked(
    last_price: None, buyers_screen: TradingScreen, listing: Listing
) -> None:
    """ORDT-040, ORDT-041"""
    screen, symbol = buyers_screen, listing.symbol
    fields = {"Limit price": "12.55", "Quantity": "20"}
    screen.advanced()
    screen.choose("Post-only", "Reject")
    screen.prepare("Buy", "Limit", fields, until="GTC")
    screen.explains("Never takes from the book: rejected if it would trade at once.")
    screen.send(f"Buy 20 {symbol} at 12.55 — limit, until canceled, post-only")
    screen.says(f"Buy 20 {symbol} rejected", "It was to add to the book only, and would have traded at once")

    screen.choose("Post-only", "Slide")
    screen.prepare("Buy", "Limit", fields)
    screen.send(f"Buy 20 {symbol} at 12.55 — limit, until canceled, post-only")
    screen.shows_bids("12.49 20 20")
    screen.shows_offers("12.50 90 90")
    expect(screen.rows).to_contain_text(["12.49"])


def test_orders_for_a_date_and_for_an_auction_say_when_they_end(windows: Windows) -> None:
    """ORDT-003, ORDT-006, ORDT-007"""
    day = [
        {"at": "00:00:00", "phase": "OPENING_CALL"},
        {"at": "00:00:05", "phase": "CONTINUOUS"},
        {"at": "23:59:50", "phase": "CLOSING_CALL"},
        {"at": "23:59:55", "phase": "CLOSED"},
    ]
    always = calendars.create_calendar(
        name="Almost always", time_zone="UTC", holidays="", full_day=day, half_day=day
    )
    listing = a_listing("HOURS", calendar=always, time_zone="UTC")
    screen = TradingScreen.open(windows, listing, an_investor(listing, cents=10_000_00))
    symbol, fields = listing.symbol, {"Limit price": "12.00", "Quantity": "10"}
    last = clock.now().date() + timedelta(days=9)
    screen.prepare("Buy", "Limit", fields, until="GTD")
    screen.field("Good till").fill(last.isoformat())
    screen.explains(
        f"Ends on {last:%a} {last.day} {last:%b} at 23:59 UTC time, unless it has traded in full."
    )
    screen.send(f"Buy 10 {symbol} at 12.00 — limit, good till {last.day} {last:%b}")
    screen.shows_bids("12.00 10 10")

    screen.prepare("Buy", "Limit", fields, until="At close")
    screen.explains("Waits, hidden, and takes part in the closing auction on")
    screen.send(f"Buy 10 {symbol} at 12.00 — limit, at the close")
    screen.prepare("Buy", "Limit", fields, until="At open")
    screen.explains("Waits, hidden, and takes part in the opening auction on")
    screen.send(f"Buy 10 {symbol} at 12.00 — limit, at the opening")
    expect(screen.rows).to_contain_text(["for the opening auction", "for the closing auction", "12.00"])
    screen.shows_bids("12.00 10 10")


def test_cancel_all_takes_out_the_side_that_was_chosen(
    buyers_screen: TradingScreen, listing: Listing, buyer: Investor
) -> None:
    """MATC-011, ORDT-064"""
    screen = buyers_screen
    stop = buy(buyer.account, listing, 10, None, ord_type=OrdType.STOP, stop_px=1300)
    entered(*a_pair(buy(buyer.account, listing, 10, 1200), stop), buy(buyer.account, listing, 10, 1190))
    expect(screen.rows).to_have_count(3)
    screen.page.get_by_role("button", name="Cancel all …").click()
    dialog = screen.page.get_by_role("alertdialog", name="Cancel all orders")
    dialog.get_by_text("Sell (0)").click()
    expect(dialog.get_by_role("button", name="No orders to cancel")).to_be_disabled()
    dialog.get_by_text("Buy (3)").click()
    dialog.get_by_role("button", name="Cancel 3 orders").click()
    expect(dialog).to_be_hidden()
    screen.shows_bids()
    expect(screen.rows).to_have_count(0)
    history = screen.tab("Order history")
    expect(history).to_have_count(3)
    expect(history.filter(has_text="You canceled it")).to_have_count(2)
    expect(history.filter(has_text="The other order of its pair")).to_have_count(1)


def test_an_order_that_meets_its_owners_trades_nothing_and_tells_why(
    windows: Windows, listing: Listing
) -> None:
    """STPR-001, STPR-003, STPR-006, STPR-007"""
    trader = an_investor(listing, lots=100, cents=10_000_00)
    entered(sell(trader.account, listing, 30, 1200))
    screen, symbol = TradingScreen.open(windows, listing, trader), listing.symbol
    screen.shows_offers("12.00 30 30")
    screen.order("Buy", 50, "12.00")
    screen.says(f"{symbol} order canceled", "It would have traded with your own order")
    screen.shows_offers("12.00 30 30")
    expect(screen.tab("Order history")).to_contain_text(["It would have traded with your own order"])

    screen.advanced()
    screen.select("If it meets your own order", "Reduce both")
    expect(screen.ticket).to_contain_text("Both become smaller by the smaller quantity, without a trade.")
    screen.order("Buy", 50, "12.00")
    screen.shows_offers()
    screen.shows_bids("12.00 20 20")
    expect(screen.rows).to_contain_text(["It would have traded with your own order"] * 2)
    expect(screen.tab("Fills")).to_have_count(0)


def test_the_fee_is_told_before_an_order_is_sent_and_on_its_fill(
    buyers_screen: TradingScreen, listing: Listing, seller: Investor
) -> None:
    """FEES-005, FEES-008"""
    a_fee_schedule(listing=listing, maker_rate=500, taker_rate=1_500, auction_rate=1_000, minimum_cents=100)
    screen, symbol = buyers_screen, listing.symbol
    entered(sell(seller.account, listing, 100, 1250))
    screen.shows_offers("12.50 100 100")
    screen.prepare("Buy", "Limit", {"Limit price": "12.50", "Quantity": "80"}, until="GTC")
    fee = screen.receipt("Fee at most")
    expect(fee).to_contain_text("$1.50")
    expect(fee).to_contain_text("0.05 % resting · 0.15 % taking · 0.1 % in auctions")
    expect(screen.receipt("Held until done")).to_have_text("$1,001.50")
    screen.submit.click()
    screen.says(f"Filled 80 {symbol} at 12.50")
    expect(screen.tab("Fills")).to_contain_text(["$1,000.00$1.50"])
    expect(screen.page.locator("tfoot")).to_contain_text("$1.50")
