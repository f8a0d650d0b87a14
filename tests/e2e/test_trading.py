"""Investors trade, each in a browser of their own."""

from playwright.sync_api import Route, expect

from tests.e2e.people import Investor
from tests.e2e.trading_screen import TradingScreen, sign_in
from tests.e2e.windows import Windows
from tests.support.browser import grave_faults
from trading.models import Listing, Order


def test_two_investors_trade_and_both_see_it_happen(
    windows: Windows, listing: Listing, seller: Investor, buyer: Investor
) -> None:
    symbol = listing.symbol
    screens = []
    for investor in (seller, buyer):
        page = windows.open(f"/sign-in?next=/markets/{symbol}")
        sign_in(page, investor)
        screens.append(TradingScreen(page, listing))
        screens[-1].is_live()
        page.evaluate("window.neverReloaded = true")
    hers, his = screens

    hers.order("Sell", 100, "12.50")
    hers.says(f"Sell 100 {symbol} accepted")
    expect(hers.rows).to_contain_text("Working")
    his.shows_offers("12.50 100 100")

    his.order("Buy", 60, "12.50")
    his.says(f"Filled 60 {symbol} at 12.50", "Buy order complete")
    hers.says(f"Filled 60 {symbol} at 12.50", "Sell order partly done")
    expect(hers.rows).to_contain_text(["60 / 100"])
    expect(hers.rows).to_contain_text(["Partly filled"])
    expect(his.tab("Order history")).to_contain_text(["Filled"])
    for screen in (hers, his):
        screen.shows_offers("12.50 40 40")
        expect(screen.trades).to_contain_text(["12.50"])
        expect(screen.tab("Fills")).to_contain_text(["$750.00"])

    expect(hers.tab("Holdings and cash").get_by_role("cell")).to_contain_text(["400"])
    expect(hers.cash).to_contain_text("Cash available$750.00")
    expect(his.tab("Holdings and cash").get_by_role("cell")).to_contain_text(["60"])
    expect(his.cash).to_contain_text("Cash available$9,250.00")
    assert all(screen.page.evaluate("window.neverReloaded") for screen in screens)


def test_a_double_click_sends_one_order(buyers_screen: TradingScreen, buyer: Investor) -> None:
    buyers_screen.fill_in("Buy", 10, "12.00")
    buyers_screen.submit.dblclick()
    buyers_screen.says("Buy 10")
    buyers_screen.shows_bids("12.00 10 10")
    assert Order.objects.filter(account=buyer.account).count() == 1


def test_an_order_sent_again_after_a_lost_answer_is_still_one_order(
    windows: Windows, buyers_screen: TradingScreen, buyer: Investor
) -> None:
    windows.complaints.expected.append("net::ERR_FAILED")

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    buyers_screen.page.route("**/api/v1/orders", lose_the_answer, times=1)
    buyers_screen.order("Buy", 10, "12.00")
    expect(buyers_screen.refusal).to_contain_text("Sending it again is safe")
    buyers_screen.submit.click()
    expect(buyers_screen.ticket.get_by_role("status")).to_contain_text("Sent: Buy 10")
    buyers_screen.shows_bids("12.00 10 10")
    assert Order.objects.filter(account=buyer.account).count() == 1


def test_an_open_order_is_replaced_and_canceled_from_its_row(
    buyers_screen: TradingScreen, listing: Listing
) -> None:
    page, symbol = buyers_screen.page, listing.symbol
    buyers_screen.order("Buy", 10, "12.00")
    buyers_screen.shows_bids("12.00 10 10")

    page.get_by_role("button", name=f"Change order: Buy {symbol} at 12.00").click()
    dialog = page.get_by_role("dialog", name=f"Change order: Buy {symbol}")
    dialog.get_by_role("textbox", name="Limit price").fill("12.25")
    dialog.get_by_role("textbox", name="New total quantity").fill("15")
    dialog.get_by_role("button", name="Change to 15 at 12.25").click()
    expect(dialog).to_be_hidden()
    assert not grave_faults(page)  # what the dialog leaves behind, too
    buyers_screen.says(f"{symbol} order changed")
    buyers_screen.shows_bids("12.25 15 15")

    page.get_by_role("button", name=f"Cancel order: Buy {symbol} at 12.25").click()
    buyers_screen.says(f"{symbol} order canceled")
    buyers_screen.shows_bids()
    expect(buyers_screen.tab("Order history")).to_contain_text(["You canceled it"])
