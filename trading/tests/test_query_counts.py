"""The number of queries of each hot path, held to ``query_counts.json``, and the same however much there is.

(COPY is not counted among them: one for each table written.)
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal import clock
from portal.models import Account, User
from portal.tests.factories import a_user, an_account
from trading import matching
from trading.models import Listing
from trading.services import entry
from trading.settlement import consumer
from trading.tests.factories import (
    a_listing,
    a_snapshot,
    buy,
    cancel,
    drained,
    entered,
    funded,
    replace,
    sell,
    settled,
)

pytestmark = pytest.mark.django_db

BASELINE = json.loads(Path(__file__).with_name("query_counts.json").read_text())


def queries(call: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


def assert_baseline(name: str, *counts: int) -> None:
    """All counts are the same, and what was written down."""
    assert (name, *counts) == (name, *[BASELINE.get(name)] * len(counts))


@pytest.fixture(autouse=True)
def clock_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process reads the clock's offset once a second, whoever happens to ask."""
    monkeypatch.setattr(clock, "OFFSET_TTL_SECONDS", float("inf"))
    clock.now()


@pytest.fixture
def listing() -> Listing:
    return a_listing()


@pytest.fixture
def buyer() -> Account:
    return funded(cents=10**9)


@pytest.fixture
def seller(listing: Listing) -> Account:
    return funded(lots=10**6, listing=listing)


# --- Entry ----------------------------------------------------------------------------------------------


def test_entering_orders(listing: Listing, buyer: Account) -> None:
    def enter(count: int) -> int:
        batch = [buy(buyer, listing, 1, 500) for _ in range(count)]
        return queries(lambda: entry.submit_orders(batch))

    enter(1)  # an account's first order of a listing opens a balance too
    assert_baseline("enter orders", enter(1), enter(100))


def test_entering_orders_of_many_accounts(listing: Listing) -> None:
    def enter(count: int) -> int:
        crowd = [funded(cents=10**6, lots=1, listing=listing) for _ in range(count)]
        batch = [buy(account, listing, 1, 500) for account in crowd]
        return queries(lambda: entry.submit_orders(batch))

    assert_baseline("enter orders", enter(1), enter(20))


def test_refusing_orders(listing: Listing, buyer: Account) -> None:
    def enter(count: int) -> int:
        batch = [buy(buyer, listing, 1, 10**6) for _ in range(count)] + [buy(buyer, listing, 10**5, 1)]
        return queries(lambda: entry.submit_orders(batch))

    entry.submit_orders([buy(buyer, listing, 10**5, 1)])
    assert_baseline("refuse orders", enter(1), enter(100))


def test_canceling_orders(listing: Listing, buyer: Account) -> None:
    def enter(count: int) -> int:
        batch = [cancel(order) for order in entered(*(buy(buyer, listing, 1, 500) for _ in range(count)))]
        return queries(lambda: entry.submit_orders(batch))

    assert_baseline("cancel orders", enter(1), enter(100))


def test_replacing_orders(listing: Listing, buyer: Account) -> None:
    def enter(count: int) -> int:
        orders = entered(*(buy(buyer, listing, 1, 500) for _ in range(count)))
        batch = [replace(order, 2, 510) for order in orders]
        return queries(lambda: entry.submit_orders(batch))

    assert_baseline("replace orders", enter(1), enter(100))


# --- Matching and settlement ------------------------------------------------------------------------------


def test_draining_orders_that_rest(listing: Listing, buyer: Account) -> None:
    def drain(count: int) -> int:
        entered(*(buy(buyer, listing, 1, 500) for _ in range(count)))
        return queries(lambda: matching.drain(listing.pk))

    assert_baseline("drain resting orders", drain(1), drain(100))


def test_draining_orders_that_trade(listing: Listing, buyer: Account, seller: Account) -> None:
    def drain(count: int) -> int:
        entered(*(sell(seller, listing, 1, 500) for _ in range(count)))
        drained(listing)
        entered(*(buy(buyer, listing, 1, 500) for _ in range(count)))
        return queries(lambda: matching.drain(listing.pk))

    assert_baseline("drain trades", drain(1), drain(100))


def test_a_worker_that_starts_from_a_snapshot(listing: Listing, buyer: Account) -> None:
    def drain(count: int) -> int:
        entered(*(buy(buyer, listing, 1, 500) for _ in range(count)))
        drained(listing)
        a_snapshot(listing)
        entered(buy(buyer, listing, 1, 500))
        matching.forget()
        return queries(lambda: matching.drain(listing.pk))

    assert_baseline("drain from a snapshot", drain(1), drain(100))


def test_settling_trades(listing: Listing, buyer: Account, seller: Account) -> None:
    def settle(count: int) -> int:
        entered(*(sell(seller, listing, 1, 500) for _ in range(count)))
        entered(*(buy(buyer, listing, 1, 500) for _ in range(count)))
        drained(listing)
        return queries(lambda: consumer.settle(listing.pk))

    entered(buy(buyer, listing, 1, 500), sell(seller, listing, 1, 500))
    drained(listing)
    settled(listing)
    assert_baseline("settle trades", settle(1), settle(100))


# --- Pages ------------------------------------------------------------------------------------------------


@pytest.fixture
def person() -> User:
    return a_user()


@pytest.fixture
def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def trade(person: User, listing: Listing, count: int) -> None:
    """So many trades, and as many orders that rest, of an account of the person's."""
    account = person.accounts.first() or an_account(person)
    funded(cents=10**8, lots=10**4, listing=listing, account=account)
    other = funded(cents=10**8, lots=10**4, listing=listing)
    entered(*(sell(other, listing, 1, 500) for _ in range(count)))
    entered(*(buy(account, listing, 1, 500) for _ in range(count)))
    entered(*(sell(account, listing, 1, 600 + n) for n in range(count)))
    drained(listing)
    settled(listing)


PAGES = {
    "listings": "/api/v1/listings",
    "listing": "/api/v1/listings/ACME",
    "book": "/api/v1/listings/ACME/book",
    "trades": "/api/v1/listings/ACME/trades",
    "candles": "/api/v1/listings/ACME/candles?interval=1m",
    "auctions": "/api/v1/listings/ACME/auctions",
    "schedule": "/api/v1/listings/ACME/schedule",
    "session": "/api/v1/session",
    "orders": "/api/v1/orders?account={account}",
    "executions": "/api/v1/executions?account={account}",
    "balances": "/api/v1/balances?account={account}",
    "refusals": "/api/v1/refusals?account={account}",
    "settlements": "/api/v1/settlements?account={account}",
    "lots": "/api/v1/lots?account={account}",
    "cash": "/api/v1/cash?account={account}",
    "cash/movements": "/api/v1/cash/movements?account={account}",
    "documents": "/api/v1/documents?account={account}",
}


@pytest.mark.parametrize("name", PAGES)
def test_reading_a_page(name: str, listing: Listing, person: User, browser: Client) -> None:
    def read() -> int:
        [account] = person.accounts.all()
        path = PAGES[name].format(account=account.pk)

        def get() -> None:
            response = browser.get(path)
            assert response.status_code == 200, response.content

        return queries(get)

    trade(person, listing, 1)
    with_little = read()
    trade(person, listing, 30)
    trade(person, a_listing("BETA"), 5)
    assert_baseline(f"GET {name}", with_little, read())


def test_posting_an_order(listing: Listing, person: User, browser: Client) -> None:
    trade(person, listing, 1)
    [account] = person.accounts.all()

    def post(path: str, cl_ord_id: str) -> int:
        body = {
            "account": str(account.pk),
            "cl_ord_id": cl_ord_id,
            "symbol": "ACME",
            "side": "BUY",
            "ord_type": "LIMIT",
            "time_in_force": "DAY",
            "order_qty": "1",
            "price": "5.00",
        }

        def send() -> None:
            response = browser.post(path, body, content_type="application/json")
            assert response.status_code in (200, 202), response.content

        return queries(send)

    assert_baseline("POST orders/preview", post("/api/v1/orders/preview", "a"))
    assert_baseline("POST orders", post("/api/v1/orders", "b"), post("/api/v1/orders", "c"))
