"""Markets that do not trade continuously, as their pages tell it while it happens."""

import re
from datetime import timedelta

from playwright.sync_api import expect

from portal import clock
from tests.e2e.desk import Desk
from tests.e2e.people import Investor
from tests.e2e.trading_screen import TradingScreen
from tests.support.browser import grave_faults
from trading.engine import Phase
from trading.models import Listing
from trading.tests.factories import approved, buy, entered, in_phase, sell, worked

COUNTDOWN = re.compile(r"in \d:\d\d")


def test_a_call_tells_live_what_its_uncrossing_then_does(
    sellers_screen: TradingScreen, buyers_screen: TradingScreen, listing: Listing, seller: Investor
) -> None:
    """PHAS-001, AUCT-002, AUCT-003, AUCT-006, AUCT-010, MKTD-004, MKTD-008"""
    hers, his, symbol = sellers_screen, buyers_screen, listing.symbol
    in_phase(listing, Phase.OPENING_CALL, (clock.now() + timedelta(minutes=5), Phase.CONTINUOUS))
    for screen in (hers, his):
        screen.says(f"{symbol} is in its opening auction")
        expect(screen.auction).to_contain_text("Orders gather and trade together at one price")
        expect(screen.phase).to_contain_text(re.compile(r"Opening auction\s*ends from"))
        expect(screen.phase).to_contain_text(COUNTDOWN)
        screen.shows_auction(price="No price yet", volume="–", surplus="Balanced")
        expect(screen.page.get_by_text("Not matching now")).to_be_visible()

    his.prepare("Buy", "Limit", {"Limit price": "12.50", "Quantity": "60"}, until="IOC")
    expect(his.submit).to_be_disabled()
    expect(his.ticket).to_contain_text("Opening auction: only orders that can wait are taken")
    his.select("Time in force", "GTC")
    his.explains("Waits for the auction, which trades at one price, and buys at 12.50 USD or less.")
    his.send(f"Buy 60 {symbol} at 12.50 — limit, until canceled")
    hers.order("Sell", 100, "12.40")
    for screen in (hers, his):
        screen.shows_auction(price="12.40", volume="60", surplus="40 more to sell")
        screen.shows_bids("12.50 60 60")
        screen.shows_offers("12.40 100 100")
        expect(screen.page.get_by_text("Indicative, not matching")).to_be_visible()
    his.order("Buy", 80, "12.60")
    for screen in (hers, his):
        screen.shows_auction(price="12.50", volume="100", surplus="40 more to buy")
    assert not grave_faults(his.page)

    in_phase(listing, Phase.CONTINUOUS)
    his.says(f"Trading in {symbol} has resumed", f"Filled 80 {symbol} at 12.50")
    hers.says(f"Filled 100 {symbol} at 12.50")
    for screen in (hers, his):
        expect(screen.auction).to_be_hidden()
        expect(screen.tape).to_have_text([re.compile("Auction 12.50")] * 2)
        screen.shows_bids("12.50 40 40")
        screen.shows_offers()


def test_a_halt_names_its_resumption_and_trading_reopens_by_a_call(
    buyers_screen: TradingScreen, desk: Desk, listing: Listing, seller: Investor, buyer: Investor
) -> None:
    """HALT-002, HALT-004, HALT-005, PHAS-009"""
    screen, symbol = buyers_screen, listing.symbol
    entered(buy(buyer.account, listing, 10, 1200))
    screen.shows_bids("12.00 10 10")
    resume_at = clock.now().replace(microsecond=0) + timedelta(seconds=12)
    desk.halt(listing, "Operational", "The feed is late", resume_at=resume_at, call_seconds=5)
    screen.says(f"Trading in {symbol} is halted")
    for text in ("Operational", "since", "The feed is late", "Planned to resume at"):
        expect(screen.banner).to_contain_text(text)
    expect(screen.banner).to_contain_text(f"{resume_at.astimezone():%H:%M:%S}")
    expect(screen.banner.get_by_role("timer")).to_have_text(COUNTDOWN)
    assert not grave_faults(screen.page)

    expect(screen.auction).to_contain_text(f"{symbol} is reopening by auction")
    expect(screen.phase).to_contain_text("Reopening auction")
    entered(sell(seller.account, listing, 10, 1190))
    screen.says(f"Filled 10 {symbol} at")
    expect(screen.auction).to_be_hidden()
    expect(screen.phase).to_contain_text("Open")
    expect(screen.tape).to_have_text([re.compile("Auction 1")])


def test_an_order_that_runs_into_the_band_begins_a_volatility_call(
    buyers_screen: TradingScreen, listing: Listing, seller: Investor, buyer: Investor
) -> None:
    """HALT-011, HALT-012, MKTD-009"""
    screen, symbol = buyers_screen, listing.symbol
    bands = {"static_band_bps": 2_000, "reference_px": 1250, "dynamic_band_bps": 400}
    approved("LISTING_PARAMETERS", symbol, bands | {"volatility_call_seconds": 6})
    worked(listing, sell(seller.account, listing, 10, 1250), buy(buyer.account, listing, 10, 1250))
    entered(sell(seller.account, listing, 20, 1290), sell(seller.account, listing, 50, 1320))
    screen.shows_offers("13.20 50 70", "12.90 20 20")
    expect(screen.figure("Reference")).to_have_text("12.50")
    expect(screen.figure("Price limits")).to_have_text("10.00 – 15.00")
    expect(screen.figure("Volatility band")).to_have_text("12.00 – 13.00")
    expect(screen.page.get_by_text("Upper limit 15.00")).to_be_visible()

    screen.order("Buy", 60, "13.30")
    screen.says(f"Filled 20 {symbol} at 12.90", f"{symbol} paused for a volatility auction")
    expect(screen.auction).to_contain_text("The price was about to leave its band.")
    screen.shows_auction(price="13.20", volume="40", surplus="10 more to sell")
    expect(screen.rows).to_contain_text(["20 / 60"])

    screen.says(f"Filled 40 {symbol} at 13.20")
    expect(screen.auction).to_be_hidden()
    screen.shows_offers("13.20 10 10")
    expect(screen.figure("Volatility band")).to_have_text("12.68 – 13.72")
