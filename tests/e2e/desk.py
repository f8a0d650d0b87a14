"""The operators' desk in a browser, in the words of somebody on duty."""

from dataclasses import dataclass

from playwright.sync_api import Page, expect

from trading.models import Listing

LISTINGS = "/admin/trading/listing/"


@dataclass
class Desk:
    page: Page

    def halt(self, listing: Listing, reason: str, note: str) -> None:
        self._choose(listing, "Halt trading…")
        self._act("Halt", reason, note)

    def resume(self, listing: Listing, reason: str, note: str) -> None:
        self._choose(listing, "Resume trading…")
        self._act("Resume", reason, note)

    def halt_everything(self, reason: str, note: str) -> None:
        self.page.goto(LISTINGS)
        self.page.get_by_role("link", name="Halt the whole venue").click()
        self._act("Halt", reason, note)

    def resume_everything(self, reason: str, note: str) -> None:
        self.page.goto(LISTINGS)
        self.page.get_by_role("link", name="Resume the whole venue").click()
        self._act("Resume", reason, note)

    def _choose(self, listing: Listing, action: str) -> None:
        self.page.goto(LISTINGS)
        self.page.get_by_role("row").filter(has_text=listing.symbol).get_by_role("checkbox").check()
        self.page.get_by_role("combobox", name="Action").select_option(action)
        self.page.get_by_title("Run the selected action").click()

    def _act(self, act: str, reason: str, note: str) -> None:
        self.page.get_by_label("Reason code").select_option(reason)
        self.page.get_by_label("Note").fill(note)
        self.page.get_by_role("button", name=act).click()
        expect(self.page.locator(".messagelist")).to_contain_text("Halted" if act == "Halt" else "Resumed")
