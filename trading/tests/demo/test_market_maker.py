"""The market maker as the process the supervisor runs."""

import sys
import threading
from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.models import Count

from tests.support.programs import Program, Programs, wait_until
from trading.demo import load
from trading.demo.maker import STYLES
from trading.models import WORKING, Listing, Order

pytestmark = pytest.mark.chaos

NAME = "market-maker"
FULL_LADDERS = 2 * sum(style.levels for style in STYLES.values()) * len(load.SECURITIES)


@pytest.fixture
def loaded(committed_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "OPENING_ROUNDS", 1)
    load.load()


@pytest.fixture
def worker(loaded: None) -> Iterator[None]:
    """Matching and settlement, in a thread of this process."""
    over = threading.Event()
    ids = list(Listing.objects.values_list("pk", flat=True))

    def work() -> None:
        while not over.wait(0.05):
            load.carry_out(ids)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    over.set()
    thread.join()


def start(programs: Programs) -> Program:
    return programs.run(sys.executable, "manage.py", "market_maker", environment={"PGAPPNAME": NAME})


def entered() -> int:
    return Order.objects.count()


def keeps_entering(maker: Program) -> None:
    before = entered()
    maker.wait_for(lambda: entered() > before + 3, "entering orders")


def test_it_survives_a_kill_and_a_lost_database_and_stops_when_asked(
    worker: None, programs: Programs
) -> None:
    maker = start(programs)
    keeps_entering(maker)

    maker.kill()
    maker = start(programs)
    keeps_entering(maker)
    quotes = Order.objects.filter(account__number__in=STYLES, ord_status__in=WORKING)
    assert quotes.count() <= FULL_LADDERS
    assert not quotes.values("account", "listing", "side", "price").annotate(n=Count("id")).filter(n__gt=1)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = %s",
            [NAME],
        )
    wait_until(lambda: "Waiting for the database" in maker.output, "noticing")
    keeps_entering(maker)

    assert maker.stop() == 0
