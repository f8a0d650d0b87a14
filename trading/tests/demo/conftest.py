"""Imports inside: pytest may read this before Django is set up."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from pytest_django import DjangoDbBlocker

from tests.support.databases import Databases

if TYPE_CHECKING:
    from trading.models import Listing


@pytest.fixture(scope="module")
def loaded(
    databases: Databases, session_valkey: object, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The demo market, loaded once for the tests of a module."""
    from trading import matching
    from trading.demo import load

    with django_db_blocker.unblock(), databases.clone(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(load, "OPENING_ROUNDS", 4)
        _wait_for_trading_hours()
        matching.forget()
        load.load()
        yield


def _wait_for_trading_hours() -> None:
    """Some listings of the demo have hours: whenever the tests run, it is noon of a trading day."""
    from portal import clock
    from trading.timetable import is_exchange_holiday

    clock.forget()  # that of another database
    now = clock.now().astimezone(ZoneInfo("America/New_York"))
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
    while noon <= now or is_exchange_holiday(noon.date()):
        noon += timedelta(days=1)
    clock.advance(by=noon - now)


@pytest.fixture
def demo_market(loaded: None) -> Iterator["dict[str, Listing]"]:
    """Its listings; whatever a test does to it is undone."""
    from django.db import transaction

    from trading.demo.market import BY_SYMBOL
    from trading.models import Listing

    with transaction.atomic():
        yield {row.symbol: row for row in Listing.objects.filter(symbol__in=BY_SYMBOL)}
        transaction.set_rollback(True)


@pytest.fixture
def live(demo_market: "dict[str, Listing]") -> Callable[..., None]:
    """Let the market live for some turns of these listings, all by default."""
    from trading.demo import load
    from trading.demo.maker import Maker

    maker = Maker(seed=5)

    def turns(count: int, *symbols: str) -> None:
        for _ in range(count):
            maker.turn(symbols or tuple(demo_market))
            load.carry_out([demo_market[symbol].pk for symbol in symbols or demo_market])

    return turns
