"""Browser windows, each a person's own."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from config import env
from portal.models import User
from tests.support.browser import Complaints

PATIENCE_MS = 15_000
DESKTOP = {"width": 1440, "height": 900}
# What the programs said; of every test that failed, what its windows showed and a trace of what they did.
EVIDENCE = env.DATA_DIR / "browser-tests"

expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Windows:
    """Opens browser windows, each a person's own; keeps what went wrong in them."""

    browser: Browser
    address: str
    directory: Path
    complaints: Complaints = field(default_factory=Complaints)
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, path: str = "/", *, user: User | None = None, address: str = "", **options: Any) -> Page:
        """A page in a new window; with a user, one who has signed in before."""
        address = address or self.address
        context = self.browser.new_context(base_url=address, **({"viewport": DESKTOP} | options))
        self.contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.tracing.start(snapshots=True)
        self.complaints.listen(context)
        if user is not None:
            context.add_cookies([{"name": "sessionid", "value": session_of(user), "url": address}])
        page = context.new_page()
        page.goto(path)
        return page

    def close(self, *, keep: bool) -> None:
        for number, context in enumerate(self.contexts):
            if keep:
                self.directory.mkdir(parents=True, exist_ok=True)
                for page in context.pages:
                    page.screenshot(path=self.directory / f"{number}.png")
                context.tracing.stop(path=self.directory / f"{number}.zip")
            context.close()


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value
