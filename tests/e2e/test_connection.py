"""What the page does when the venue goes away under it, and comes back."""

import json
import re
from typing import Any

from playwright.sync_api import expect

from config.embedded.valkey import Valkey
from tests.e2e.conftest import WebServer
from tests.e2e.people import Investor
from tests.e2e.trading_screen import TradingScreen
from tests.e2e.windows import Windows
from tests.support.programs import wait_until
from trading.models import Listing
from trading.tests.factories import buy, entered, sell


def test_a_page_cut_off_says_since_when_and_catches_up_when_the_venue_is_back(
    windows: Windows, another_web: WebServer, listing: Listing, seller: Investor, buyer: Investor
) -> None:
    # Whatever was under way when the server was killed, and every try until it is back.
    windows.complaints.expected += ["WebSocket connection to", "net::ERR_"]
    screen = TradingScreen.open(windows, listing, buyer, address=another_web.address)
    entered(sell(seller.account, listing, 100, 1250))
    screen.shows_offers("12.50 100 100")

    another_web.kill()
    expect(screen.connection).to_have_text("Resyncing")
    expect(screen.connection).to_have_text(re.compile(r"Stale since \d\d:\d\d:\d\d"))

    screen.fill_in("Buy", 10, "12.50")
    screen.submit.click()
    warning = screen.page.get_by_role("alertdialog", name="Prices are not live")
    expect(warning).to_contain_text(f"Buy 10 {listing.symbol} at 12.50")
    warning.get_by_role("button", name="Wait for live prices").click()

    entered(sell(seller.account, listing, 50, 1240), buy(buyer.account, listing, 20, 1200))
    another_web.start()
    screen.is_live()
    screen.shows_offers("12.50 100 150", "12.40 50 50")
    screen.shows_bids("12.00 20 20")
    expect(screen.rows).to_contain_text(["12.00"])
    assert shown(screen) == snapshot(screen)


def test_a_restart_of_valkey_leaves_no_page_behind(
    buyers_screen: TradingScreen, listing: Listing, seller: Investor, session_valkey: Valkey
) -> None:
    entered(sell(seller.account, listing, 100, 1250))
    buyers_screen.shows_offers("12.50 100 100")

    session_valkey.stop()
    entered(sell(seller.account, listing, 50, 1240))
    session_valkey.start()
    wait_until(session_valkey.answers, "Valkey answers")
    buyers_screen.shows_offers("12.50 100 150", "12.40 50 50")
    buyers_screen.order("Buy", 10, "12.40")
    buyers_screen.says(f"Filled 10 {listing.symbol} at 12.40")
    buyers_screen.shows_offers("12.50 100 140", "12.40 40 40")
    buyers_screen.is_live()
    assert shown(buyers_screen) == snapshot(buyers_screen)


def shown(screen: TradingScreen) -> list[list[str]]:
    """Price and size of every level on the page (between the two it may say whose order it is)."""
    rows = [row.split() for half in (screen.offers, screen.bids) for row in half.all_inner_texts()]
    return [[row[0], row[-2]] for row in rows]


def snapshot(screen: TradingScreen) -> list[list[str]]:
    """The same from the interface for programs."""
    path = f"/api/v1/listings/{screen.listing.symbol}/book"
    book: dict[str, Any] = json.loads(screen.page.request.get(path).text())
    return [level[:2] for level in [*reversed(book["asks"]), *book["bids"]]]
