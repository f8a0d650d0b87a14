"""An order without a mouse."""

from playwright.sync_api import Page, expect

from portal.tests.door import new_code
from portal.tests.factories import PASSWORD
from tests.e2e.people import Investor
from tests.e2e.trading_screen import TradingScreen
from tests.e2e.windows import Windows
from trading.models import Listing
from trading.tests.factories import buy, entered, sell

FARTHEST = 60


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has the focus is called this."""
    for _ in range(FARTHEST):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and focused.evaluate(CALLED) == name:
            return
    raise AssertionError(f"Tab does not come by {name}")


# A label, an aria-label, or the text itself: as a screen reader would call it.
CALLED = "it => (it.labels?.[0]?.textContent || it.ariaLabel || it.textContent).trim()"


def test_an_order_is_placed_by_keyboard_alone_from_sign_in_to_fill(
    windows: Windows, listing: Listing, seller: Investor, buyer: Investor
) -> None:
    entered(sell(seller.account, listing, 100, 1250))
    page = windows.open("/")
    keyboard = page.keyboard

    tab_to(page, "Sign in")
    keyboard.press("Enter")
    expect(page).to_have_title("Sign in · Meridian ATS")
    tab_to(page, "E-mail")
    keyboard.type(buyer.user.email)
    tab_to(page, "Password")
    keyboard.type(PASSWORD)
    keyboard.press("Enter")
    expect(page.get_by_label("Code")).to_be_focused()
    keyboard.type(new_code(buyer.user.email))
    keyboard.press("Enter")

    expect(page.get_by_role("table")).to_contain_text(listing.symbol)
    keyboard.press("/")
    keyboard.type(listing.symbol)
    tab_to(page, f"{listing.symbol}{listing.name}")
    keyboard.press("Enter")

    screen = TradingScreen(page, listing)
    screen.is_live()
    screen.shows_offers("12.50 100 100")
    keyboard.press("b")
    expect(screen.price).to_be_focused()
    keyboard.press("ArrowUp")
    expect(screen.price).to_have_value("12.50")
    tab_to(page, "Quantity")
    keyboard.type("40")
    expect(screen.submit).to_contain_text(f"Buy 40 {listing.symbol} at 12.50 — limit, day")
    keyboard.press("Enter")
    screen.says(f"Filled 40 {listing.symbol} at 12.50")

    # Tabs are one stop, and arrows go from tab to tab.
    tab_to(page, "Open orders 0")
    keyboard.press("ArrowRight")
    keyboard.press("ArrowRight")
    expect(screen.rows).to_contain_text(["$500.00"])


def test_a_stop_order_is_placed_moved_and_canceled_by_keyboard_alone(
    windows: Windows, listing: Listing, seller: Investor, buyer: Investor
) -> None:
    entered(sell(seller.account, listing, 100, 1250), buy(buyer.account, listing, 10, 1250))
    screen, symbol = TradingScreen.open(windows, listing, buyer), listing.symbol
    page, keyboard = screen.page, screen.page.keyboard
    screen.shows_offers("12.50 90 90")
    keyboard.press("t")
    keyboard.press("ArrowRight")
    keyboard.press("ArrowRight")
    keyboard.press("p")
    expect(screen.field("Stop price")).to_be_focused()
    keyboard.press("ArrowUp")
    keyboard.press("Shift+ArrowUp")
    expect(screen.field("Stop price")).to_have_value("12.60")
    tab_to(page, "Quantity")
    keyboard.type("40")
    expect(screen.submit).to_have_text(f"Buy 40 {symbol} at market once 12.60 trades — stop, day")
    keyboard.press("Enter")
    screen.says("Waiting for a trade at 12.60 or above")

    tab_to(page, f"Change order: Buy {symbol} at market")
    keyboard.press("Enter")
    tab_to(page, "Stop price")
    keyboard.press("ArrowUp")
    keyboard.press("Enter")
    expect(screen.rows).to_contain_text(["for a trade at 12.61 or above"])
    keyboard.press("c")
    tab_to(page, "Cancel 1 order")
    keyboard.press("Enter")
    screen.says(f"{symbol} order canceled")
    expect(screen.rows).to_have_count(0)
