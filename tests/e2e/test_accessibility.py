"""axe finds nothing that shuts somebody out, on any page, dark or light."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from portal import proposals
from portal.models import User
from portal.tests.desk import desk_models
from tests.e2e.conftest import WebServer
from tests.e2e.people import a_supervisor, an_investor
from tests.e2e.windows import Windows
from tests.support.browser import grave_faults
from trading.services import entry, operations
from trading.tests.factories import a_listing, buy, entered, sell, worked

PAGES = [
    ("visitor", "/"),
    ("visitor", "/markets/{open}"),
    ("visitor", "/sign-in"),
    ("visitor", "/api/docs/"),
    ("investor", "/markets/{open}"),
    ("investor", "/markets/{halted}"),
    ("investor", "/orders"),
    ("investor", "/portfolio"),
    ("operator", "/admin/"),
    ("operator", "/admin/trading/listing/"),
    ("operator", "/admin/trading/listing/{listing}/change/"),
    ("operator", "/admin/trading/listing/halt/?listing={listing}"),
    ("operator", "/admin/trading/listing/{listing}/propose/"),
    ("operator", "/admin/portal/proposal/"),
    ("operator", "/admin/portal/proposal/{proposal}/change/"),
    *(
        ("operator", f"/admin/{page}/{row}")
        for page in (
            "trading/command", "trading/event", "trading/order", "trading/execution", "trading/refusal",
            "trading/marketstate", "trading/balance", "trading/transfer", "portal/account",
            "portal/auditentry",
        )
        for row in ("", f"{{{page}}}/change/")
    ),
]  # fmt: skip


@dataclass(frozen=True)
class Town:
    """Something of everything to be looked at."""

    people: dict[str, User]
    names: dict[str, object]


@pytest.fixture(scope="module")
def town(web: WebServer) -> Town:
    market, halted = a_listing("AXEA"), a_listing("AXEB")
    trader, other = an_investor(market, lots=500, cents=10_000_00), an_investor(market, cents=10_000_00)
    operator = a_supervisor()
    worked(market, sell(trader.account, market, 100, 1250), buy(other.account, market, 40, 1250))
    entered(buy(trader.account, market, 10, 1200), sell(trader.account, market, 10, 1300))
    entry.submit_orders([buy(trader.account, market, 9_999, 1300)])  # refused
    operations.halt(
        listings=[halted],
        reason_code="NEWS_PENDING",
        note="The company has announced news for this afternoon.",
        actor=operator,
    )
    proposal = proposals.propose(
        kind="LISTING_PARAMETERS",
        subject="AXEA",
        new={"max_order_qty": 500},
        reason="Trading in it is thin, and one large order would empty the book.",
        by=a_supervisor(),
    )
    names = {"open": "AXEA", "halted": "AXEB", "listing": market.pk, "proposal": proposal.pk}
    # Of each of the desk's models the newest row.
    names |= {
        f"{model._meta.app_label}/{model._meta.model_name}": row.pk
        for model in desk_models()
        if (row := model._default_manager.order_by("pk").last()) is not None
    }
    return Town({"investor": trader.user, "operator": operator}, names)


@pytest.mark.parametrize(("who", "path"), PAGES)
def test_a_page_shuts_nobody_out_in_the_dark_or_in_the_light(
    windows: Windows, town: Town, who: str, path: str
) -> None:
    page = windows.open(
        path.format(**town.names), user=town.people.get(who), color_scheme="dark", reduced_motion="reduce"
    )
    wait_for_all_of(page)
    faults = [f"dark: {fault}" for fault in grave_faults(page)]
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    faults += [f"light: {fault}" for fault in grave_faults(page)]
    assert not faults, "\n".join(faults)


def wait_for_all_of(page: Page) -> None:
    if "/api/docs/" in page.url:
        expect(page.locator(".opblock").first).to_be_visible()
    elif "/admin/" not in page.url:
        expect(page.get_by_role("main")).to_be_visible()
        expect(page.get_by_text("Loading …")).to_have_count(0)
        if "/sign-in" not in page.url:
            expect(page.get_by_role("banner").get_by_role("status")).to_have_text("Live")
