"""Operators act at their desk, and investors see it on their page."""

from datetime import timedelta
from typing import Any

from playwright.sync_api import expect

from portal import clock
from tests.e2e.desk import Desk
from tests.e2e.people import Investor, a_supervisor
from tests.e2e.trading_screen import TradingScreen
from tests.e2e.windows import Windows
from trading.models import Listing
from trading.tests.factories import entered, sell

NOTE = "Waiting for the issuer's announcement"


def test_a_halt_and_its_end_reach_the_page_at_once_with_reason_and_note(
    windows: Windows, buyers_screen: TradingScreen, desk: Desk, listing: Listing, seller: Investor
) -> None:
    symbol = listing.symbol
    entered(sell(seller.account, listing, 100, 1250))
    buyers_screen.shows_offers("12.50 100 100")

    desk.halt(listing, "News pending", NOTE)
    buyers_screen.says(f"Trading in {symbol} is halted", NOTE)
    for text in (f"Trading in {symbol} is halted", "NEWS_PENDING", NOTE):
        expect(buyers_screen.banner).to_contain_text(text)

    buyers_screen.fill_in("Buy", 10, "12.50")
    for text in ("MKT-HALT", f"Trading in {symbol} is halted (news pending): {NOTE}", "when trading resumes"):
        expect(buyers_screen.ticket).to_contain_text(text)
    expect(buyers_screen.submit).to_be_disabled()
    expect(buyers_screen.submit).to_contain_text(f"Trading in {symbol} is halted")

    desk.resume(listing, "News released", "Announced")
    buyers_screen.says(f"Trading in {symbol} has resumed")
    expect(buyers_screen.banner).to_be_hidden()
    buyers_screen.submit.click()
    buyers_screen.says(f"Filled 10 {symbol} at 12.50")
    buyers_screen.shows_offers("12.50 90 90")


PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True}


def test_on_a_phone_the_desk_tells_why_and_until_when_a_market_is_as_it_is(
    windows: Windows, desk: Desk, listing: Listing
) -> None:
    """HALT-002, HALT-005"""
    resume_at = clock.now() + timedelta(hours=2)
    desk.halt(listing, "News pending", NOTE, resume_at=resume_at)
    page = windows.open("/admin/", user=a_supervisor(), **PHONE)
    row = page.get_by_role("row").filter(has_text=listing.symbol)
    for words in ("Halted", "News pending", f"until {resume_at:%a %H:%M} UTC"):
        expect(row.get_by_text(words).locator("visible=true").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_list_at_the_desk_fits_a_phone(windows: Windows, listing: Listing) -> None:
    page = windows.open("/admin/trading/listing/", user=a_supervisor(), **PHONE)
    results, search = page.locator(".results").bounding_box(), page.locator("#searchbar").bounding_box()
    below = page.locator("#changelist-filter").bounding_box()
    assert results and search and below
    assert results["width"] > 300 and search["width"] > 150
    assert below["y"] >= results["y"] + results["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
