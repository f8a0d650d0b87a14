"""The venue as it runs for people, and browsers in front of it.

Started once for all browser tests: a web server, a matching worker, a default worker, the schedule, on a
database of their own. Each test lists a security of its own, so that none sees another's orders; only a
halt of the whole venue reaches everywhere (`test_whole_venue.py`, which comes last).
"""

import shutil
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, WebSocket, sync_playwright
from pytest_django import DjangoDbBlocker

from config.embedded.valkey import Valkey
from config.make.setup import build_frontend
from config.make.stages import Stages
from config.supervisor.programs import programs as supervised
from frontend.bundle import MANIFEST
from tests.e2e.desk import Desk
from tests.e2e.people import Investor, a_supervisor, an_investor
from tests.e2e.trading_screen import TradingScreen
from tests.e2e.windows import EVIDENCE, Windows
from tests.support.browser import launch
from tests.support.databases import Databases
from tests.support.programs import Programs, free_port
from trading.models import Listing
from trading.tests.factories import a_listing

_numbers = count(1)
FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


# --- The venue --------------------------------------------------------------------------------------------


@dataclass
class WebServer:
    programs: Programs
    port: int = field(default_factory=free_port)

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        self.programs.web_server(port=self.port)
        self.program = self.programs.started[-1]

    def kill(self) -> None:
        self.program.kill()


@pytest.fixture(scope="package")
def venue(
    databases: Databases,
    session_valkey: Valkey,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Programs]:
    """Everything that runs behind the web server."""
    if not MANIFEST.exists():
        build_frontend(Stages("For the browser tests"))
    session_valkey.client().flushall()
    shutil.rmtree(EVIDENCE, ignore_errors=True)
    (EVIDENCE / "logs").mkdir(parents=True)
    with django_db_blocker.unblock(), databases.clone():
        programs = Programs(directory=EVIDENCE / "logs", valkey=session_valkey)
        try:
            programs.celery_worker("matching.0")
            programs.celery_worker("default")
            programs.run(*next(each.command for each in supervised() if each.name == "schedule"))
            yield programs
        finally:
            programs.stop_all()


@pytest.fixture(scope="package")
def web(venue: Programs) -> WebServer:
    server = WebServer(venue)
    server.start()
    return server


@pytest.fixture
def another_web(venue: Programs) -> Iterator[WebServer]:
    """A web server that may be killed without anybody else noticing."""
    server = WebServer(venue)
    server.start()
    yield server
    server.kill()


# --- Browsers ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="package")
def browser(venue: Programs) -> Iterator[Browser]:
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        # Playwright keeps an event loop in this thread, which Django takes for a view that blocks it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def windows(browser: Browser, web: WebServer, request: pytest.FixtureRequest) -> Iterator[Windows]:
    name = request.node.name.replace("/", "-")
    windows = Windows(browser, web.address, EVIDENCE / name)
    yield windows
    said = windows.complaints.unexpected
    windows.close(keep=bool(said) or request.node.stash[FAILED])
    assert not said, "the browser complained:\n" + "\n".join(said)


@dataclass
class LeftAlone:
    """A page that nobody touches, from the first test to the last, in a market where nothing happens."""

    screen: TradingScreen
    seller: Investor
    sockets: list[WebSocket] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    since: float = field(default_factory=time.monotonic)


@pytest.fixture(scope="package", autouse=True)
def left_alone(browser: Browser, web: WebServer) -> Iterator[LeftAlone]:
    windows = Windows(browser, web.address, EVIDENCE / "left_alone")
    listing = a_listing("ALONE")
    page = windows.open("/sign-in", user=an_investor(listing, cents=10_000_00).user)
    alone = LeftAlone(TradingScreen(page, listing), an_investor(listing, lots=500))

    def listen(socket: WebSocket) -> None:
        alone.sockets.append(socket)
        socket.on("framereceived", lambda frame: alone.heard.append(str(frame)))

    page.on("websocket", listen)
    page.goto(f"/markets/{listing.symbol}")
    alone.screen.is_live()
    yield alone
    windows.close(keep=bool(windows.complaints.unexpected))
    assert not windows.complaints.unexpected


# --- People and what they trade ---------------------------------------------------------------------------


@pytest.fixture
def listing(venue: Programs) -> Listing:
    """A security that nobody else trades."""
    return a_listing(f"TEST{next(_numbers):02}")


@pytest.fixture
def seller(listing: Listing) -> Investor:
    return an_investor(listing, lots=500)


@pytest.fixture
def buyer(listing: Listing) -> Investor:
    return an_investor(listing, cents=10_000_00)


@pytest.fixture
def sellers_screen(windows: Windows, listing: Listing, seller: Investor) -> TradingScreen:
    return TradingScreen.open(windows, listing, seller)


@pytest.fixture
def buyers_screen(windows: Windows, listing: Listing, buyer: Investor) -> TradingScreen:
    return TradingScreen.open(windows, listing, buyer)


@pytest.fixture
def desk(windows: Windows) -> Desk:
    return Desk(windows.open("/admin/", user=a_supervisor()))
