"""What the ticket tells before and after an order is sent."""

from playwright.sync_api import Request, expect

from tests.e2e.people import Investor
from tests.e2e.trading_screen import TradingScreen
from tests.e2e.windows import Windows
from trading.models import Listing, Order
from trading.tests.factories import entered, sell


def test_a_refused_order_tells_the_rule_a_sentence_and_the_next_step(
    windows: Windows, buyers_screen: TradingScreen, buyer: Investor
) -> None:
    windows.complaints.expected.append("status of 422")
    buyers_screen.fill_in("Buy", 1000, "12.00")
    expect(buyers_screen.ticket).to_contain_text("This order would be refused")
    buyers_screen.submit.click()
    refusal = buyers_screen.refusal
    expect(refusal.locator("code")).to_have_text("RISK-CASH")
    expect(refusal).to_contain_text("This needs 12,000.00 USD at worst; 10,000.00 USD is available.")
    expect(refusal).to_contain_text("Enter a smaller order, or cancel an open one that holds cash.")
    assert not Order.objects.filter(account=buyer.account).exists()


def test_a_price_between_two_ticks_is_flagged_before_anything_is_sent(buyers_screen: TradingScreen) -> None:
    sent: list[Request] = []
    buyers_screen.page.on("request", lambda it: sent.append(it) if it.method == "POST" else None)
    buyers_screen.fill_in("Buy", 10, "12.005")
    buyers_screen.submit.click()
    expect(buyers_screen.ticket).to_contain_text("Prices move in steps of 0.01.")
    expect(buyers_screen.price).to_be_focused()
    expect(buyers_screen.price).to_have_attribute("aria-invalid", "true")
    assert not sent


def test_a_market_order_is_shown_with_its_worst_price_before_it_is_sent(
    buyers_screen: TradingScreen, listing: Listing, seller: Investor
) -> None:
    entered(sell(seller.account, listing, 100, 1250))
    buyers_screen.shows_offers("12.50 100 100")
    buyers_screen.fill_in("Buy", 40, None)
    # Five percent from the market at most, and cash as if all of it traded there.
    expect(buyers_screen.receipt("Worst price")).to_have_text("13.12")
    expect(buyers_screen.receipt("Cash")).to_have_text("$10,000.00 → then$9,475.20")
    expect(buyers_screen.receipt(f"{listing.symbol} available")).to_have_text("0 → then40")
    buyers_screen.submit.click()
    buyers_screen.says(f"Filled 40 {listing.symbol} at 12.50")
    buyers_screen.shows_offers("12.50 60 60")
