"""The operators' desk in a browser, in the words of somebody on duty."""

from dataclasses import dataclass
from datetime import datetime

from playwright.sync_api import Page, expect

from trading.models import Listing

LISTINGS = "/admin/trading/listing/"


@dataclass
class Desk:
    page: Page

    # --- Halts --------------------------------------------------------------------------------------------

    def halt(
        self,
        listing: Listing,
        reason: str,
        note: str,
        *,
        resume_at: datetime | None = None,
        call_seconds: int = 0,
    ) -> None:
        self._choose(listing, "Halt trading…")
        if resume_at is not None:
            self.page.get_by_label("Trading resumes (UTC), date").fill(f"{resume_at:%Y-%m-%d}")
            self.page.get_by_label("Trading resumes (UTC), time").fill(f"{resume_at:%H:%M:%S}")
        self._act("Halt", reason, note, call_seconds)

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

    def _act(self, act: str, reason: str, note: str, call_seconds: int = 0) -> None:
        """Trading resumes directly, unless by a call of so many seconds."""
        self.page.get_by_label("Reason").select_option(reason)
        self.page.get_by_label("Note").fill(note)
        self.page.get_by_label("Reopening call, seconds").fill(str(call_seconds))
        self.page.get_by_role("button", name=act).click()
        expect(self.page.locator(".messagelist")).to_contain_text("Halted" if act == "Halt" else "Resumed")

    # --- What two people decide ---------------------------------------------------------------------------

    def propose(self, why: str) -> str:
        """Send the form that is open; returns the proposal's address."""
        self.page.get_by_label("Reason").fill(why)
        self.page.get_by_role("button", name="Propose").click()
        expect(self.page.get_by_text("You proposed this: somebody else has to decide.")).to_be_visible()
        return self.page.url

    def approve(self, proposal: str, *changes: str) -> None:
        """Somebody else's proposal, once it reads like this."""
        self.page.goto(proposal)
        for change in changes:
            expect(self.page.locator(".panel table")).to_contain_text(change)
        self.page.get_by_role("button", name="Approve").click()
        expect(self.page.locator(".messagelist")).to_contain_text("in effect")
