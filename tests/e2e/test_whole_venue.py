"""What takes a minute, and what concerns everybody: last of all by its name."""

import json
import time
from typing import Any

from playwright.sync_api import expect

from tests.e2e.conftest import LeftAlone
from tests.e2e.desk import Desk
from tests.e2e.trading_screen import TradingScreen
from trading.models import Listing
from trading.tests.factories import entered, sell

A_MINUTE_S = 61


def test_a_page_left_alone_for_a_minute_still_hears_of_an_order(left_alone: LeftAlone) -> None:
    screen, listing = left_alone.screen, left_alone.screen.listing
    waited = time.monotonic() - left_alone.since
    screen.page.wait_for_timeout(max(0, A_MINUTE_S - waited) * 1000)
    assert "market" not in kinds(left_alone)

    left_alone.heard.clear()
    entered(sell(left_alone.seller.account, listing, 100, 1250))
    screen.shows_offers("12.50 100 100")
    screen.order("Buy", 40, "12.50")
    screen.says(f"Filled 40 {listing.symbol} at 12.50")
    # By the very sockets of a minute ago, not by a snapshot fetched after a heartbeat told of a gap.
    assert {"market", "account"} <= kinds(left_alone)
    assert len(left_alone.sockets) == 3, [socket.url for socket in left_alone.sockets]


def kinds(left_alone: LeftAlone) -> set[str]:
    messages: list[dict[str, Any]] = [json.loads(text) for text in left_alone.heard]
    return {message["type"] for message in messages}


def test_a_halt_of_the_whole_venue_stops_every_market_until_it_ends(
    buyers_screen: TradingScreen, desk: Desk, listing: Listing, left_alone: LeftAlone
) -> None:
    desk.halt_everything("Operational", "Fire alarm")
    for screen in (buyers_screen, left_alone.screen):
        expect(screen.banner).to_contain_text(f"Trading in {screen.listing.symbol} is halted")
        expect(screen.banner).to_contain_text("Fire alarm")
    desk.resume_everything("Concern resolved", "False alarm")
    for screen in (buyers_screen, left_alone.screen):
        expect(screen.banner).to_be_hidden()
