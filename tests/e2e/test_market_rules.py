"""What the rules offer beyond plain orders in continuous trading, on the page."""

from playwright.sync_api import expect

from tests.e2e.people import Investor
from tests.e2e.trading_screen import TradingScreen
from tests.e2e.windows import Windows
from trading.engine import Phase
from trading.models import Listing, Order
from trading.tests.factories import entered, in_phase, sell


def test_a_stop_waits_outside_the_book_until_a_trade_reaches_it(
    windows: Windows, listing: Listing, seller: Investor, buyers_screen: TradingScreen
) -> None:
    """ORDT-020, ORDT-021"""
    entered(sell(seller.account, listing, 100, 1250))
    buyers_screen.shows_offers("12.50 100 100")
    buyers_screen.choose("Side", "Buy")
    buyers_screen.choose("Type", "Stop")
    buyers_screen.choose("Stop", "Limit")
    buyers_screen.field("Stop price").fill("12.50")
    buyers_screen.field("Limit price once triggered").fill("12.60")
    buyers_screen.quantity.fill("10")
    expect(buyers_screen.submit).to_have_text(
        f"Buy 10 {listing.symbol} at 12.60 once 12.50 trades — stop limit, day"
    )
    expect(buyers_screen.plan).to_contain_text(
        "Waits, hidden from the book, until a trade at 12.50 USD or above."
    )
    buyers_screen.submit.click()
    buyers_screen.says("Waiting for a trade at 12.50 or above")
    buyers_screen.shows_bids()
    expect(buyers_screen.rows).to_contain_text(["for a trade at 12.50 or above"])

    buyers_screen.order("Buy", 5, "12.50")
    buyers_screen.says(f"Filled 5 {listing.symbol} at 12.50", f"Filled 10 {listing.symbol} at 12.50")
    buyers_screen.shows_offers("12.50 85 85")


def test_a_pair_is_entered_marked_and_canceled_with_all_others(
    buyers_screen: TradingScreen, buyer: Investor
) -> None:
    """ORDT-060, ORDT-064, MATC-011"""
    buyers_screen.choose("Side", "Buy")
    buyers_screen.choose("Type", "Pair")
    buyers_screen.price.fill("11.00")
    buyers_screen.field("Stop price").fill("13.00")
    buyers_screen.quantity.fill("10")
    buyers_screen.submit.click()
    expect(buyers_screen.rows).to_contain_text(["one of a pair", "one of a pair"])

    buyers_screen.page.get_by_role("button", name="Cancel all").click()
    buyers_screen.page.get_by_role("button", name="Cancel 2 orders").click()
    expect(buyers_screen.page.get_by_text("No open orders.")).to_be_visible()
    states = Order.objects.filter(account=buyer.account).values_list("ord_status", flat=True)
    assert list(states) == ["CANCELED", "CANCELED"]


def test_an_auction_shows_its_indicative_price_and_takes_orders_that_can_wait(
    buyers_screen: TradingScreen, listing: Listing, seller: Investor
) -> None:
    """PHAS-001, MKTD-008"""
    in_phase(listing, Phase.CLOSING_CALL)
    panel = buyers_screen.page.get_by_role("region", name=f"{listing.symbol} is in its closing auction")
    expect(panel).to_contain_text("No price yet")
    entered(sell(seller.account, listing, 100, 1250))
    buyers_screen.order("Buy", 40, "12.60")
    for text in ("Indicative price12.50", "Volume at that price40", "60 more to sell"):
        expect(panel).to_contain_text(text)
    expect(buyers_screen.page.get_by_text("Indicative, not matching")).to_be_visible()
    buyers_screen.fill_in("Buy", 10, None)
    expect(buyers_screen.submit).to_be_disabled()
    expect(buyers_screen.ticket).to_contain_text("Closing auction: only orders that can wait are taken")
