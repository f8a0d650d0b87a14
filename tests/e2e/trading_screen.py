"""The trading page in a browser, in the words of somebody who uses it."""

import re
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

from portal.tests.door import new_code
from portal.tests.factories import PASSWORD
from tests.e2e.people import Investor
from tests.e2e.windows import Windows
from trading.models import Listing


def sign_in(page: Page, investor: Investor) -> None:
    """Through the form, as people do."""
    page.get_by_label("E-mail").fill(investor.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code").fill(new_code(investor.user.email))
    page.get_by_role("button", name="Continue").click()


@dataclass
class TradingScreen:
    page: Page
    listing: Listing

    @classmethod
    def open(
        cls, windows: Windows, listing: Listing, investor: Investor | None = None, **options: Any
    ) -> "TradingScreen":
        user = investor.user if investor else None
        screen = cls(windows.open(f"/markets/{listing.symbol}", user=user, **options), listing)
        screen.is_live()
        return screen

    def is_live(self) -> None:
        expect(self.connection).to_have_text("Live", use_inner_text=True)

    @property
    def connection(self) -> Locator:
        return self.page.get_by_role("banner").get_by_role("status")

    # --- The market ---------------------------------------------------------------------------------------

    @property
    def offers(self) -> Locator:
        """The levels of the book's upper half, as "price size total" from the highest price down."""
        return self.page.get_by_role("rowgroup", name="Offers to sell").locator(".level")

    @property
    def bids(self) -> Locator:
        return self.page.get_by_role("rowgroup", name="Bids to buy").locator(".level")

    def shows_offers(self, *levels: str) -> None:
        expect(self.offers).to_have_text([_own_or_not(level) for level in levels], use_inner_text=True)

    def shows_bids(self, *levels: str) -> None:
        expect(self.bids).to_have_text([_own_or_not(level) for level in levels], use_inner_text=True)

    @property
    def trades(self) -> Locator:
        return self.page.get_by_role("region", name="Trades").locator("tbody tr")

    @property
    def banner(self) -> Locator:
        return self.page.locator(".banner")

    @property
    def tape(self) -> Locator:
        """Its rows, as "price size time"; a line that names another day is none."""
        return self.trades.filter(has=self.page.get_by_role("cell"))

    @property
    def phase(self) -> Locator:
        """ "Opening auction · ends from 09:30 · in 4:59 · then Open"."""
        return self.page.locator(".phase-line")

    @property
    def auction(self) -> Locator:
        return self.page.locator(".auction")

    def shows_auction(self, *, price: str, volume: str, surplus: str) -> None:
        """What an uncrossing at this moment would give."""
        expect(self.auction.locator("dd")).to_have_text([price, volume, surplus])

    def figure(self, name: str) -> Locator:
        """One of the market's figures above its book."""
        return self.page.locator(".listing-stats div").filter(has_text=name).locator("dd")

    # --- The ticket ---------------------------------------------------------------------------------------

    @property
    def ticket(self) -> Locator:
        return self.page.get_by_role("form", name="Order ticket")

    @property
    def price(self) -> Locator:
        return self.ticket.get_by_role("textbox", name="Limit price", exact=True)

    @property
    def quantity(self) -> Locator:
        return self.ticket.get_by_role("textbox", name="Quantity", exact=True)

    @property
    def plan(self) -> Locator:
        """What the order will do, in the venue's sentences."""
        return self.ticket.get_by_role("list", name="What the order will do")

    @property
    def submit(self) -> Locator:
        return self.ticket.locator("button[type=submit]")

    @property
    def refusal(self) -> Locator:
        return self.ticket.get_by_role("alert")

    def receipt(self, term: str) -> Locator:
        """What the preview says about this."""
        return self.ticket.locator(".receipt > div").filter(has_text=term).locator("dd")

    def choose(self, group: str, option: str) -> None:
        self.ticket.get_by_role("radiogroup", name=group).get_by_text(option, exact=True).click()

    def fill_in(self, side: str, qty: int, price: str | None) -> None:
        """Fill the ticket in; without a price, for a market order."""
        self.choose("Side", side)
        self.choose("Type", "Market" if price is None else "Limit")
        if price is not None:
            self.price.fill(price)
        self.quantity.fill(str(qty))

    def field(self, name: str) -> Locator:
        return self.ticket.get_by_label(name, exact=True)

    def prepare(
        self, side: str, kind: str, fields: dict[str, str], *, stop: str = "", until: str = ""
    ) -> None:
        """Any order: its kind, the kind of its stop, its time in force, then the fields by their names."""
        self.choose("Side", side)
        self.choose("Type", kind)
        if stop:
            self.choose("Stop", stop)
        if until:
            self.select("Time in force", until)
        for name, text in fields.items():
            self.field(name).fill(text)

    def select(self, name: str, option: str) -> None:
        self.ticket.get_by_role("button", name=name).click()
        # Its name goes on with what it means.
        self.page.get_by_role("option", name=re.compile(rf"^{option}\b")).click()

    def advanced(self) -> None:
        """Open the part of the ticket that most orders do without."""
        self.ticket.get_by_role("button", name="Advanced").click()

    def explains(self, *sentences: str) -> None:
        """The preview says in these sentences what the order will do."""
        for sentence in sentences:
            expect(self.plan).to_contain_text(sentence)

    def send(self, sentence: str) -> None:
        """Press the button, once it says exactly this."""
        expect(self.submit).to_have_text(sentence)
        self.submit.click()
        expect(self.ticket.get_by_role("status")).to_have_text(f"Sent: {sentence}")

    def order(self, side: str, qty: int, price: str | None) -> None:
        self.fill_in(side, qty, price)
        at = "at market" if price is None else f"at {price}"
        expect(self.submit).to_contain_text(f"{side} {qty} {self.listing.symbol} {at}")
        self.submit.click()

    # --- What is mine -------------------------------------------------------------------------------------

    def tab(self, name: str) -> Locator:
        """Open a tab of the account's tables; returns the rows."""
        self.page.get_by_role("tab", name=name).click()
        return self.rows

    @property
    def rows(self) -> Locator:
        return self.page.get_by_role("region", name="Your account").locator("tbody tr")

    @property
    def cash(self) -> Locator:
        return self.page.locator(".cash")

    def says(self, *notices: str) -> None:
        """Notices pop up with these texts, whatever others there are."""
        for notice in notices:
            expect(self.page.get_by_role("region", name="Notices")).to_contain_text(notice)


def _own_or_not(level: str) -> re.Pattern[str]:
    """Levels where the person's own order rests say so between price and size."""
    price, size, total = map(re.escape, level.split())
    return re.compile(rf"^{price}(\s+Your order rests here)?\s+{size}\s+{total}$")
