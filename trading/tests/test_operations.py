"""The end of the day, and the engine's time. (Halts: test_halts.)"""

from datetime import timedelta

import pytest

from portal import clock
from trading import journal, sessions
from trading.engine import OrderExpired, TimeInForce
from trading.models import CASH, Balance, Listing, Order
from trading.services import entry, operations
from trading.services.requests import Accepted
from trading.tests.factories import a_listing, buy, drained, entered, funded, sell, worked

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing() -> Listing:
    return a_listing()


def status(order: Order) -> tuple[str, str]:
    order.refresh_from_db()
    return order.ord_status, order.text


# --- The end of the day --------------------------------------------------------------------------------


def move_past_the_close(listing: Listing) -> None:
    clock.advance(by=sessions.session_end(listing, clock.now()) - clock.now() + timedelta(minutes=5))


def test_a_day_order_expires_at_the_close_when_the_clock_has_passed_it(listing: Listing) -> None:
    account = funded(cents=10**6)
    [day, standing] = worked(
        listing,
        buy(account, listing, 10, 500, time_in_force=TimeInForce.DAY),
        buy(account, listing, 1, 500, time_in_force=TimeInForce.GTC),
    )
    assert operations.append_ticks() == []
    move_past_the_close(listing)
    assert operations.append_ticks() == [listing.pk]
    assert operations.append_ticks() == []  # one is enough, however long its worker is down
    drained(listing)
    assert (status(day), status(standing)) == (("EXPIRED", ""), ("NEW", ""))
    assert Balance.objects.get(account=account, asset=CASH).held == 500
    events = journal.events_after(listing_id=listing.pk, seq=0, limit=100)
    [expired] = [event for event in events if isinstance(event, OrderExpired)]
    assert expired.at == clock.micros(day.expire_at)  # type: ignore[arg-type]
    assert expired.expired_qty == 10


def test_no_tick_follows_a_command_that_ends_the_day_itself(listing: Listing) -> None:
    account = funded(cents=10**6)
    worked(listing, buy(account, listing, 10, 500, time_in_force=TimeInForce.DAY))
    move_past_the_close(listing)
    entered(buy(account, listing, 1, 500))
    assert operations.append_ticks() == []


def test_a_late_tick_lets_nobody_trade_with_an_expired_order(listing: Listing) -> None:
    """A late tick delays what is published, never the rule."""
    seller, buyer = funded(lots=10, listing=listing), funded(cents=10**6)
    [day] = worked(listing, sell(seller, listing, 10, 500, time_in_force=TimeInForce.DAY))
    move_past_the_close(listing)
    [late] = worked(listing, buy(buyer, listing, 10, 500))
    assert (status(day), status(late)) == (("EXPIRED", ""), ("NEW", ""))


def test_a_day_order_partly_filled_expires_with_what_is_left(listing: Listing) -> None:
    seller, buyer = funded(lots=10, listing=listing), funded(cents=10**6)
    [day] = worked(listing, sell(seller, listing, 10, 500, time_in_force=TimeInForce.DAY))
    worked(listing, buy(buyer, listing, 4, 500))
    move_past_the_close(listing)
    operations.append_ticks()
    drained(listing)
    day.refresh_from_db()
    assert (day.ord_status, day.cum_qty, day.leaves_qty) == ("EXPIRED", 4, 0)
    balance = Balance.objects.get(account=seller, asset="ACME")
    assert (balance.settled, balance.held) == (6, 0)


def test_a_day_order_entered_after_the_close_is_for_the_next_day(listing: Listing) -> None:
    move_past_the_close(listing)
    [order] = entered(buy(funded(cents=10**6), listing, 1, 500, time_in_force=TimeInForce.DAY))
    assert order.expire_at == sessions.session_end(listing, clock.now())
    assert order.expire_at > clock.now() + timedelta(hours=22)


# --- The engine's time ---------------------------------------------------------------------------------


def test_a_command_is_never_before_the_one_before_it(
    listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``at = max(previous at, received_at)``: the clock of the second door runs an hour slow."""
    account = funded(cents=10**6)
    [first] = entry.submit_orders([buy(account, listing, 1, 500)])
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now - timedelta(hours=1))
    [second] = entry.submit_orders([buy(account, listing, 1, 500)])
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    rows = list(journal.recorded_commands(listing_id=listing.pk))[-2:]
    assert rows[1].at == rows[0].at == rows[0].received_at
    assert rows[1].received_at == now - timedelta(hours=1)
    assert drained(listing) == 2
