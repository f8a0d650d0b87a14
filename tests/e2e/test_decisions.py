"""What two people decide at the desk, and what the trading pages make of it."""

import pytest
from playwright.sync_api import expect

from tests.e2e.desk import Desk
from tests.e2e.people import Investor, a_supervisor, an_investor
from tests.e2e.trading_screen import TradingScreen
from tests.e2e.windows import Windows
from tests.support.browser import grave_faults
from trading.engine import OrdType, TimeInForce
from trading.models import Execution, Listing
from trading.services import calendars
from trading.tests.factories import a_fee_schedule, a_listing, buy, entered, sell


@pytest.fixture
def another_desk(windows: Windows) -> Desk:
    return Desk(windows.open("/admin/", user=a_supervisor()))


def test_a_trade_is_taken_back_by_two_people_and_both_its_sides_see_it(
    windows: Windows, desk: Desk, another_desk: Desk
) -> None:
    """BUST-001, BUST-003, BUST-005"""
    listing = a_listing("BUSTED", rail="BOOK_ENTRY_T1")
    symbol = listing.symbol
    a_fee_schedule(listing=listing, maker_rate=1_000, taker_rate=1_000)
    seller, buyer = an_investor(listing, lots=500), an_investor(listing, cents=10_000_00)
    screens = [TradingScreen.open(windows, listing, person) for person in (seller, buyer)]
    entered(sell(seller.account, listing, 50, 1250), buy(buyer.account, listing, 20, 1250))
    entered(sell(seller.account, listing, 10, 1900), buy(buyer.account, listing, 40, 1900))
    for screen in screens:
        expect(screen.tape).to_have_count(3)
        expect(screen.figure("High")).to_have_text("19.00")
        expect(screen.tab("Fills").first).to_contain_text("$190.00$0.19Settles")

    trade = Execution.objects.filter(listing=listing, last_px=1900, side="BUY").get()
    desk.page.goto(f"/admin/trading/execution/{trade.pk}/change/")
    desk.page.get_by_role("link", name="Propose to take the trade back").click()
    desk.page.get_by_label("Because").select_option("Clearly erroneous price or quantity")
    assert not grave_faults(desk.page)
    proposal = desk.propose("Nobody meant to pay half as much again.")
    another_desk.approve(
        proposal,
        f"10 {symbol} at 19.00 USD, sold by {seller.account.number} to {buyer.account.number}",
        "taken back: clearly erroneous price or quantity",
    )

    for screen in screens:
        expect(screen.rows.first).to_contain_text("Busted by the venue")
        expect(screen.tape).to_have_count(2)
        expect(screen.figure("High")).to_have_text("12.50")
        expect(screen.page.locator(".listing-price")).to_have_text("12.50")
        screen.page.get_by_text("Table", exact=True).click()
        expect(screen.page.get_by_role("region", name="Chart")).not_to_contain_text("19.00")
    expect(screens[1].page.locator("tfoot")).to_contain_text("$0.63")


def test_a_calendar_is_changed_by_two_people_and_the_page_announces_the_new_hours(
    windows: Windows, desk: Desk, another_desk: Desk
) -> None:
    """PHAS-002, PHAS-005"""
    day = [{"at": "09:30", "phase": "CONTINUOUS"}, {"at": "16:00", "phase": "CLOSED"}]
    hours = calendars.create_calendar(name="Short hours", holidays="", full_day=day, half_day=day)
    listing = a_listing("ANNOUNCE", calendar=hours)
    screen = TradingScreen.open(windows, listing)
    shown = screen.page.get_by_role("dialog", name="Schedule")
    screen.phase.get_by_role("button", name="Schedule").click()
    expect(shown).to_contain_text("16:00")
    screen.page.keyboard.press("Escape")

    desk.page.goto(f"/admin/trading/calendar/{hours.pk}/change/")
    desk.page.get_by_role("link", name="Propose a change").click()
    lines = "09:20 Opening call\n09:30 Continuous trading +30\n15:50 Closing call\n15:55 Closed +30"
    desk.page.get_by_label("Full day").fill(lines)
    assert not grave_faults(desk.page)
    proposal = desk.propose("Auctions at both ends of the day.")
    another_desk.approve(proposal, "15:50 Closing call; 15:55 Closed +30")
    expect(another_desk.page.get_by_role("main")).to_contain_text("In effect")

    screen.page.reload()
    screen.phase.get_by_role("button", name="Schedule").click()
    for line in ("Opening auction", "09:20", "Closing auction", "15:50", "15:55", "may end a little after"):
        expect(shown).to_contain_text(line)
    expect(shown).not_to_contain_text("16:00")
    assert not grave_faults(screen.page)


def test_the_desk_sees_every_order_by_itself_and_what_waits_outside_the_book(
    desk: Desk, listing: Listing, seller: Investor, buyer: Investor
) -> None:
    """MKTD-002, MKTD-003"""
    entered(
        sell(seller.account, listing, 100, 1250, display_qty=40),
        sell(seller.account, listing, 5, 1250),
        buy(
            buyer.account,
            listing,
            10,
            None,
            ord_type=OrdType.STOP,
            time_in_force=TimeInForce.GTC,
            stop_px=1300,
        ),
    )
    symbol, page = listing.symbol, desk.page
    page.goto(f"/admin/trading/listing/{listing.pk}/change/")
    page.get_by_role("link", name="Depth by order").click()
    asks, waiting = (page.locator(".panel").filter(has_text=text) for text in ("Asks", "Waiting outside"))
    rows = asks.locator("tbody tr")
    expect(rows).to_contain_text([f"12.50 USD40 {symbol}100 {symbol}", f"12.50 USD5 {symbol}"])
    expect(waiting.locator("tbody tr")).to_contain_text(
        [f"Buy10 {symbol}no limitthe last price rises to 13.00 USD"]
    )
    assert not grave_faults(page)
