"""People who have not signed in, and people on a phone."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.people import Investor, an_investor
from tests.e2e.trading_screen import TradingScreen, sign_in
from tests.e2e.windows import Windows
from trading.models import Listing
from trading.tests.factories import buy, entered, sell

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def test_a_visitor_sees_the_market_and_comes_back_to_it_by_signing_in(
    windows: Windows, listing: Listing, seller: Investor, buyer: Investor
) -> None:
    screen = TradingScreen.open(windows, listing)
    entered(sell(seller.account, listing, 100, 1250))
    screen.shows_offers("12.50 100 100")

    screen.ticket.get_by_role("link", name="Sign in to trade").click()
    sign_in(screen.page, buyer)
    expect(screen.page).to_have_url(f"{windows.address}/markets/{listing.symbol}")
    screen.is_live()
    screen.order("Buy", 10, "12.50")
    screen.says(f"Filled 10 {listing.symbol} at 12.50")


def test_an_order_is_placed_on_a_phone(
    windows: Windows, listing: Listing, seller: Investor, buyer: Investor
) -> None:
    screen = TradingScreen.open(windows, listing, buyer, **PHONE)
    entered(sell(seller.account, listing, 100, 1250))
    screen.shows_offers("12.50 100 100")

    screen.offers.get_by_role("button", name="Buy 100 up to 12.50").tap()
    sheet = screen.page.get_by_role("dialog", name=f"Order ticket {listing.symbol}")
    expect(screen.price).to_have_value("12.50")
    screen.quantity.fill("10")
    assert width(screen.page) == PHONE["viewport"]["width"]
    screen.submit.tap()
    screen.says(f"Filled 10 {listing.symbol} at 12.50")
    sheet.get_by_role("button", name="Close").tap()
    expect(screen.tab("Fills")).to_contain_text(["12.50"])


def test_no_page_is_wider_than_a_phone(windows: Windows, listing: Listing) -> None:
    trader = an_investor(listing, cents=10_000_00, lots=500)
    entered(sell(trader.account, listing, 100, 1250), buy(trader.account, listing, 100, 1200))
    page = windows.open("/", user=trader.user, **PHONE)
    for path in (
        "/", "/sign-in", "/orders", "/portfolio", "/cash", "/documents", f"/markets/{listing.symbol}",
    ):  # fmt: skip
        page.goto(path)
        expect(page.get_by_role("main")).to_be_visible()
        expect(page.get_by_text("Loading …")).to_have_count(0)
        tabs = page.get_by_role("tab")
        for tab in tabs.all():
            tab.tap()
            assert width(page) == PHONE["viewport"]["width"], (path, tab.inner_text())
        assert width(page) == PHONE["viewport"]["width"], path


def width(page: Page) -> int:
    """How wide the page is, with whatever sticks out."""
    return int(page.evaluate("Math.max(document.documentElement.scrollWidth, innerWidth)"))
