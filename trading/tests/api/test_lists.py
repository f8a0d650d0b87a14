"""Lists are read page by page while new rows come: nothing is skipped, nothing repeated (MKTD-007)."""

from collections.abc import Callable
from typing import Any

import pytest

from trading.api import accounts
from trading.engine import Phase
from trading.services import entry
from trading.tests.api.contract import ContractClient
from trading.tests.api.venue import Venue
from trading.tests.factories import buy, in_phase, sell, worked

Json = dict[str, Any]
PAGE = 3


@pytest.fixture(autouse=True)
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "PAGE", PAGE)


def a_trade(venue: Venue) -> None:
    listing = venue.listing
    worked(listing, sell(venue.strangers, listing, 1, 1240), buy(venue.account, listing, 1, 1240))


def a_refusal(venue: Venue) -> None:
    entry.submit_orders([buy(venue.account, venue.listing, 10_000, 1200)])


def an_auction(venue: Venue) -> None:
    in_phase(venue.listing, Phase.PERIODIC_CALL)
    in_phase(venue.listing, Phase.CONTINUOUS)


LISTS: dict[str, tuple[str, str, str, Callable[[Venue], None]]] = {
    # address, how it is asked for the next page, what tells its rows apart, what adds a row
    "trades": (f"/api/v1/listings/ACME/trades?limit={PAGE}", "before", "trade_id", a_trade),
    "auctions": (f"/api/v1/listings/ACME/auctions?limit={PAGE}", "before", "auction_id", an_auction),
    "orders": ("/api/v1/orders?", "cursor", "id", a_trade),
    "executions": ("/api/v1/executions?", "cursor", "id", a_trade),
    "refusals": ("/api/v1/refusals?", "cursor", "cl_ord_id", a_refusal),
    "settlements": ("/api/v1/settlements?", "cursor", "id", a_trade),
}


@pytest.mark.parametrize("name", LISTS)
def test_pages_neither_skip_nor_repeat_while_rows_come(
    venue: Venue, owner: ContractClient, name: str
) -> None:
    """MKTD-007"""
    address, cursor, key, add = LISTS[name]
    for _ in range(2 * PAGE + 1):
        add(venue)
    there = rows(owner, address, cursor, key)
    assert len(there) >= 2 * PAGE + 1

    def add_and(page: Json) -> None:
        add(venue)

    read = rows(owner, address, cursor, key, between=add_and)
    assert read == there
    assert rows(owner, address, cursor, key)[-len(there) :] == there
    assert len(rows(owner, address, cursor, key)) > len(there)


def rows(
    client: ContractClient, address: str, cursor: str, key: str, between: Callable[[Json], None] | None = None
) -> list[str]:
    """The key of every row, page by page to the end."""
    found: list[str] = []
    page = client.get(address).json()
    while True:
        assert len(page["results"]) <= PAGE
        found += [row[key] for row in page["results"]]
        if page["next"] is None:
            return found
        if between is not None:
            between(page)
        page = client.get(f"{address}&{cursor}={page['next']}").json()


def test_a_page_that_ends_the_list_says_so(venue: Venue, owner: ContractClient) -> None:
    """MKTD-007: also one that is just full"""
    while len(owner.get("/api/v1/listings/ACME/trades").json()["results"]) < PAGE:
        a_trade(venue)
    page = owner.get(f"/api/v1/listings/ACME/trades?limit={PAGE}").json()
    assert (len(page["results"]), page["next"]) == (PAGE, None)


def test_candles_are_paged_by_the_moment_before_which_they_start(venue: Venue, owner: ContractClient) -> None:
    """MKTD-005, MKTD-007"""
    page = owner.get("/api/v1/listings/ACME/candles?interval=1d&limit=1").json()
    assert (len(page["results"]), page["next"]) == (1, None)
