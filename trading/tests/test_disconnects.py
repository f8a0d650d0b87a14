"""Cancel-on-disconnect: when a session ends, however it ends, the account's open orders end (ORDT-070)."""

import json
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from channels.db import database_sync_to_async
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.support.programs import Programs
from tests.support.sockets import Socket
from trading import consumers, tasks
from trading.engine import CancelReason
from trading.models import DisconnectGuard, Order, OrdStatus
from trading.models.journal import Command
from trading.services import disconnects
from trading.tests.api.venue import Venue, a_venue
from trading.tests.factories import as_recomputed, drained

act = database_sync_to_async


@pytest.fixture
def venue(committed_db: str) -> Venue:
    return a_venue()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "HEARTBEAT_SECONDS", 0.1)
    monkeypatch.setattr(consumers, "FLUSH_SECONDS", 0.02)


def status(order: Order) -> tuple[str, str]:
    order.refresh_from_db()
    return order.ord_status, order.text


def fall_silent(seconds: int) -> None:
    """As if the process of all guarded sessions had been killed so long ago."""
    DisconnectGuard.objects.update(seen_at=Now() - timedelta(seconds=seconds))


def address(venue: Venue) -> str:
    return f"/ws/account/{venue.account.pk}/"


async def asked(socket: Socket, *, on: bool) -> None:
    await socket.say(json.dumps({"type": "cancel_on_disconnect", "on": on}))
    await socket.hear("cancel_on_disconnect", on=on)


# --- A session that ends ------------------------------------------------------------------------------


async def test_when_a_session_that_asked_for_it_ends_the_open_orders_are_canceled(venue: Venue) -> None:
    """ORDT-070"""
    async with Socket.opened(address(venue), user=venue.owner) as socket:
        await asked(socket, on=True)
        assert await act(DisconnectGuard.objects.count)() == 1
    await act(drained)(venue.listing)
    assert await act(status)(venue.bid) == (OrdStatus.CANCELED, CancelReason.DISCONNECTED)
    assert await act(status)(venue.ask) == (OrdStatus.PARTIALLY_FILLED, "")  # somebody else's
    assert await act(DisconnectGuard.objects.count)() == 0
    await act(as_recomputed)(venue.listing)


async def test_a_session_that_did_not_ask_leaves_its_orders(venue: Venue) -> None:
    async with Socket.opened(address(venue), user=venue.owner):
        pass
    async with Socket.opened(address(venue), user=venue.owner) as socket:
        await asked(socket, on=True)
        await asked(socket, on=False)
    await act(drained)(venue.listing)
    assert await act(status)(venue.bid) == (OrdStatus.NEW, "")


async def test_a_session_that_is_signed_out_ends_like_any_other(venue: Venue, quick: None) -> None:
    """ORDT-070"""
    async with Socket.opened(address(venue), user=venue.owner) as socket:
        await asked(socket, on=True)
        await act(socket.client.logout)()
        assert await socket.closed() == consumers.NOT_YOURS
    await act(drained)(venue.listing)
    assert await act(status)(venue.bid) == (OrdStatus.CANCELED, CancelReason.DISCONNECTED)


async def test_a_stranger_cannot_guard_an_account(venue: Venue) -> None:
    async with Socket.opened(address(venue), user=venue.stranger) as socket:
        await socket.say('{"type": "cancel_on_disconnect", "on": true}')
        assert await socket.closed() == consumers.NOT_YOURS
    assert await act(DisconnectGuard.objects.count)() == 0
    await act(drained)(venue.listing)
    assert await act(status)(venue.bid) == (OrdStatus.NEW, "")


# --- A process that is gone -----------------------------------------------------------------------------


@pytest.fixture
def guarded(venue: Venue) -> Venue:
    disconnects.guard(channel="a", account_id=venue.account.pk, user_id=venue.owner.pk)
    return venue


def test_the_sweep_ends_the_sessions_of_a_process_that_is_silent(guarded: Venue) -> None:
    """ORDT-070"""
    fall_silent(9)
    tasks.end_silent_sessions()
    drained(guarded.listing)
    assert status(guarded.bid)[0] == OrdStatus.NEW
    fall_silent(11)
    tasks.end_silent_sessions()
    drained(guarded.listing)
    assert status(guarded.bid) == (OrdStatus.CANCELED, CancelReason.DISCONNECTED)
    assert not DisconnectGuard.objects.exists()


def test_the_moved_clock_of_the_venue_makes_nobody_silent(guarded: Venue) -> None:
    from portal import clock

    clock.advance(by=timedelta(days=3))
    assert disconnects.end_silent() == 0


def test_a_session_is_ended_once(guarded: Venue) -> None:
    assert disconnects.end(channel="a") == 1
    assert disconnects.end(channel="a") == disconnects.end_silent() == 0
    assert Command.objects.filter(kind="MassCancel").count() == 1


def test_a_beat_keeps_all_sessions_of_a_process_in_one_query(guarded: Venue) -> None:
    disconnects.guard(channel="b", account_id=guarded.strangers.pk, user_id=guarded.stranger.pk)
    fall_silent(11)
    with CaptureQueriesContext(connection) as captured:
        assert disconnects.keep({"a", "b", "gone"}) == {"a", "b"}
    assert len(captured) == 1
    assert disconnects.end_silent() == 0


async def test_a_session_taken_for_dead_is_told_that_it_is_guarded_no_more(venue: Venue, quick: None) -> None:
    async with Socket.opened(address(venue), user=venue.owner) as socket:
        await asked(socket, on=True)
        await act(DisconnectGuard.objects.all().delete)()
        await socket.hear("cancel_on_disconnect", on=False)


def test_a_killed_server_takes_its_sessions_with_it(venue: Venue, programs: Programs) -> None:
    """ORDT-070: nothing was said at the end, and the row is left behind."""
    web = programs.web_server()
    client = Client()
    client.force_login(venue.owner)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    url = f"ws://{urlsplit(web).netloc}{address(venue)}"
    with connect(url, origin=Origin(web), additional_headers={"Cookie": cookie}) as socket:
        socket.send('{"type": "cancel_on_disconnect", "on": true}')
        while json.loads(socket.recv(timeout=20))["type"] != "cancel_on_disconnect":
            pass
        first = DisconnectGuard.objects.get().seen_at
        while json.loads(socket.recv(timeout=20))["type"] != "heartbeat":
            pass
        assert DisconnectGuard.objects.get().seen_at > first
        programs.started[-1].kill()
    tasks.end_silent_sessions()
    assert DisconnectGuard.objects.exists()  # it may only be slow
    fall_silent(11)
    tasks.end_silent_sessions()
    drained(venue.listing)
    assert status(venue.bid) == (OrdStatus.CANCELED, CancelReason.DISCONNECTED)
