"""Valkey, PostgreSQL and the doorbell may fail as they like: delay is the only consequence."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import DatabaseError, OperationalError, connection

from config.embedded.postgres import Postgres
from config.embedded.valkey import Valkey
from portal.models import Account
from tests.support.programs import Programs, wait_until
from tests.support.verify import assert_identical, assert_pure_fold
from trading import doorbell, tasks
from trading.models import Cursor, Execution, Listing, MarketState, Order, OrdStatus
from trading.services import entry
from trading.tests.factories import a_cl_ord_id, a_listing, buy, funded, sell

pytestmark = pytest.mark.chaos

SOON_S = 30  # on two busy cores; without a mend it would be never


class Venue:
    """A listing, two people, and the processes that match and settle; no supervisor mends anything."""

    def __init__(self, programs: Programs) -> None:
        self.listing: Listing = a_listing()
        self.buyer: Account = funded(cents=10**8)
        self.seller: Account = funded(lots=10**5, listing=self.listing)
        self.trades = 0
        programs.celery_worker(doorbell.queue_of(self.listing.pk), "default")
        schedule = programs.directory / "schedule"
        programs.run(
            *(sys.executable, "-m", "celery", "--app", "config", "beat"),
            *("--schedule", str(schedule), "--pidfile", "", "--loglevel", "warning"),
        )

    def trade(self) -> None:
        """Two orders that cross."""
        self.trades += 1
        entry.submit_orders([sell(self.seller, self.listing, 1, 500), buy(self.buyer, self.listing, 1, 500)])

    def traded_and_settled(self) -> bool:
        try:
            settled = Cursor.objects.get(listing=self.listing).last_event_seq
            events = MarketState.objects.get(pk=self.listing.pk).event_seq
            return Execution.objects.count() == 2 * self.trades and settled == events
        except DatabaseError:
            connection.close()
            return False

    def wait_for_trades(self) -> None:
        wait_until(self.traded_and_settled, f"{self.trades} trades", patience_s=SOON_S)

    def assert_nothing_lost_or_doubled(self) -> None:
        assert Order.objects.filter(ord_status=OrdStatus.FILLED, cum_qty=1).count() == 2 * self.trades
        assert_pure_fold(self.listing)
        assert_identical()


@pytest.fixture
def venue(programs: Programs) -> Venue:
    venue = Venue(programs)
    venue.trade()
    venue.wait_for_trades()
    return venue


def test_a_flushed_valkey_loses_doorbells_and_no_trade(venue: Venue, valkey: Valkey) -> None:
    for _ in range(5):
        venue.trade()
        valkey.client().flushall()
    venue.wait_for_trades()
    venue.assert_nothing_lost_or_doubled()


def test_doubled_doorbells_double_nothing(venue: Venue) -> None:
    for _ in range(5):
        venue.trade()
        for _ in range(20):
            tasks.drain.apply_async(
                args=[venue.listing.pk], queue=doorbell.queue_of(venue.listing.pk), retry=False
            )
    venue.wait_for_trades()
    venue.assert_nothing_lost_or_doubled()


def test_orders_are_accepted_while_valkey_is_away_and_trade_when_it_is_back(
    venue: Venue, valkey: Valkey
) -> None:
    valkey.stop()
    for _ in range(5):
        venue.trade()
    valkey.start()
    venue.wait_for_trades()
    venue.trade()
    venue.wait_for_trades()
    venue.assert_nothing_lost_or_doubled()


@pytest.fixture
def venue_on_its_own_server(postgres_server: Postgres, valkey: Valkey, tmp_path: Path) -> Iterator[Venue]:
    programs = Programs(directory=tmp_path, valkey=valkey)
    try:
        venue = Venue(programs)
        venue.trade()
        venue.wait_for_trades()
        yield venue
    finally:
        programs.stop_all()


def test_what_was_accepted_before_postgresql_restarts_trades_after(
    venue_on_its_own_server: Venue, postgres_server: Postgres
) -> None:
    venue = venue_on_its_own_server
    for _ in range(5):
        venue.trade()
    postgres_server.stop()
    with pytest.raises(OperationalError):
        entry.submit_orders([buy(venue.buyer, venue.listing, 1, 500, cl_ord_id=a_cl_ord_id())])
    connection.close()
    postgres_server.start()
    wait_until(postgres_server.answers, "PostgreSQL answers")
    venue.wait_for_trades()
    venue.trade()
    venue.wait_for_trades()
    venue.assert_nothing_lost_or_doubled()
