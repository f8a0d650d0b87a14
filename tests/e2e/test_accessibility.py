"""axe finds nothing that shuts somebody out, on any page, dark or light."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from portal import clock, proposals
from portal.models import User
from portal.tests.desk import desk_models
from tests.e2e.conftest import WebServer
from tests.e2e.people import a_supervisor, an_investor
from tests.e2e.trading_screen import TradingScreen
from tests.e2e.windows import Windows
from tests.support.browser import grave_faults
from tests.support.programs import wait_until
from trading.engine import Phase
from trading.models import Instruction, Listing
from trading.services import calendars, entry, operations
from trading.tests.factories import a_fee_schedule, a_listing, buy, entered, in_phase, sell, worked

# Nothing is followed there, so that no state of a connection is shown.
BEFORE_SIGNING_IN = ("/sign-in", "/sign-up", "/forgotten-password", "/stop-change")
PAGES = [
    ("visitor", "/"),
    ("visitor", "/markets/{open}"),
    ("visitor", "/sign-in"),
    ("visitor", "/sign-up"),
    ("visitor", "/forgotten-password"),
    ("visitor", "/stop-change"),
    ("visitor", "/api/docs/"),
    ("investor", "/markets/{open}"),
    ("investor", "/markets/{halted}"),
    ("investor", "/markets/{call}"),
    ("investor", "/orders"),
    ("investor", "/portfolio"),
    ("investor", "/trades/{sale}"),
    ("investor", "/cash"),
    ("investor", "/documents"),
    ("investor", "/security"),
    ("investor", "/second-factor"),
    ("operator", "/admin/"),
    ("operator", "/admin/trading/listing/"),
    ("operator", "/admin/trading/listing/{listing}/change/"),
    ("operator", "/admin/trading/listing/halt/?listing={listing}"),
    ("operator", "/admin/trading/listing/{listing}/propose/"),
    ("operator", "/admin/trading/listing/{listing}/depth/"),
    ("operator", "/admin/trading/calendar/propose/"),
    ("operator", "/admin/trading/feeschedule/propose/"),
    ("operator", "/admin/trading/execution/{trading/execution}/correct/"),
    ("operator", "/admin/portal/proposal/"),
    ("operator", "/admin/portal/proposal/{proposal}/change/"),
    *(
        ("operator", f"/admin/{page}/{row}")
        for page in (
            "trading/command", "trading/event", "trading/order", "trading/execution", "trading/refusal",
            "trading/marketstate", "trading/auction", "trading/calendar", "trading/feeschedule",
            "trading/balance", "trading/transfer", "portal/account", "portal/auditentry",
        )
        for row in ("", f"{{{page}}}/change/")
    ),
    ("operator", "/admin/trading/bankstatement/take-in/"),
    *(
        ("operator", f"/admin/{page}/")
        for page in (
            "trading/bankstatement", "trading/bankentry", "trading/bankaccount", "trading/withdrawal",
            "trading/case", "trading/reconciliation", "trading/positionfile", "trading/custodian",
            "trading/dividend", "portal/rulevalue",
        )
    ),
]  # fmt: skip


SCHEMES: list[Literal["dark", "light"]] = ["dark", "light"]


@dataclass(frozen=True)
class Town:
    """Something of everything to be looked at."""

    people: dict[str, User]
    names: dict[str, object]


@pytest.fixture(scope="module")
def town(web: WebServer) -> Town:
    day = [{"at": "09:30", "phase": "CONTINUOUS"}, {"at": "16:00", "phase": "CLOSED"}]
    calendars.create_calendar(name="Looked at", full_day=day, half_day=day)
    a_fee_schedule(subscriber_class="MARKET_MAKER")
    # Trades of the next day's settlement may still be taken back.
    market = a_listing("AXEA", rail="BOOK_ENTRY_T1")
    halted, call = a_listing("AXEB"), a_listing("AXEC")
    trader, other = an_investor(market, lots=500, cents=10_000_00), an_investor(market, cents=10_000_00)
    operator = a_supervisor()
    worked(market, sell(trader.account, market, 100, 1250), buy(other.account, market, 40, 1250))
    entered(buy(trader.account, market, 10, 1200), sell(trader.account, market, 10, 1300))
    entry.submit_orders([buy(trader.account, market, 9_999, 1300)])  # refused
    seller, in_an_hour = an_investor(call, lots=500), clock.now() + timedelta(hours=1)
    in_phase(call, Phase.OPENING_CALL)
    entered(sell(seller.account, call, 100, 1250), buy(other.account, call, 40, 1250))
    in_phase(call, Phase.CONTINUOUS)
    in_phase(call, Phase.CLOSING_CALL, (in_an_hour, Phase.CLOSED))
    entered(buy(other.account, call, 20, 1260))
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
    wait_until(Instruction.objects.filter(listing=market).exists, "its trade is instructed")
    sale = Instruction.objects.get(listing=market)
    names = {
        "open": "AXEA", "halted": "AXEB", "call": "AXEC", "listing": market.pk, "proposal": proposal.pk,
        "sale": sale.pk,
    }  # fmt: skip
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
    shuts_nobody_out(page)


def test_a_ticket_shuts_nobody_out_whatever_is_asked_of_it(windows: Windows, town: Town) -> None:
    page = windows.open("/markets/AXEA", user=town.people["investor"], reduced_motion="reduce")
    wait_for_all_of(page)
    screen = TradingScreen(page, Listing.objects.get(symbol="AXEA"))
    screen.prepare("Buy", "Pair", {"Limit price": "12.00", "Quantity": "10"}, stop="Limit", until="GTD")
    screen.submit.click()  # faults in the fields left empty
    expect(screen.ticket).to_contain_text("Choose the last day of the order.")
    shuts_nobody_out(page)
    screen.choose("Type", "Limit")
    screen.select("Time in force", "GTC")
    screen.advanced()
    screen.field("Displayed quantity").fill("5")
    screen.explains("At most 5 AXEA are shown at a time")
    shuts_nobody_out(page)
    screen.ticket.get_by_role("button", name="Time in force").click()
    expect(page.get_by_role("option", name="At close")).to_be_visible()
    shuts_nobody_out(page)


def shuts_nobody_out(page: Page) -> None:
    faults = []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        faults += [f"{scheme}: {fault}" for fault in grave_faults(page)]
    assert not faults, "\n".join(faults)


def wait_for_all_of(page: Page) -> None:
    if "/api/docs/" in page.url:
        expect(page.locator(".opblock").first).to_be_visible()
    elif "/admin/" not in page.url:
        expect(page.get_by_role("main")).to_be_visible()
        expect(page.get_by_text("Loading …")).to_have_count(0)
        if not page.url.endswith(BEFORE_SIGNING_IN):
            expect(page.get_by_role("banner").get_by_role("status")).to_have_text("Live")
