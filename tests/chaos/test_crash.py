"""Workers killed at any moment, under load: nothing is lost, nothing is doubled."""

import os
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from django.conf import settings
from django.db import connection

from tests.support.programs import Program, Programs, wait_until
from tests.support.verify import assert_identical, assert_pure_fold
from trading import doorbell, journal, matching, tasks
from trading.models import Execution, Instruction, Listing, Transfer
from trading.services import entry
from trading.settlement import consumer
from trading.tests.factories import a_listing, drained, settled
from trading.tests.flow import Flow, a_crowd

pytestmark = pytest.mark.chaos

KILLS = int(os.environ.get("CRASH_KILLS", "20"))
SETTLEMENT_KILLS = int(os.environ.get("SETTLEMENT_KILLS", "4"))


@contextmanager
def load(listings: list[Listing], *, drains: bool = False) -> Iterator[None]:
    """Orders, cancels and replaces without a pause, drained or not, and the sweep that the schedule runs."""
    flows = [Flow(number, listing, a_crowd(listing)) for number, listing in enumerate(listings)]
    over = threading.Event()
    failed: list[BaseException] = []

    def trade() -> None:
        try:
            while not over.wait(0.005):
                for flow in flows:
                    entry.submit_orders(flow.batch(10))
                    if drains:
                        drained(flow.listing)
                tasks.sweep()
        except BaseException as error:
            failed.append(error)
            raise
        finally:
            connection.close()

    thread = threading.Thread(target=trade)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    assert not failed


def drains(name: str) -> bool:
    """Does the program of this name hold a listing's lock right now?"""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_locks JOIN pg_stat_activity a USING (pid) WHERE locktype = 'advisory' "
            "AND classid = %s AND granted AND a.datname = current_database() AND application_name = %s",
            [matching.MATCHING_LOCK, name],
        )
        return cursor.fetchone() is not None


def settles(name: str) -> bool:
    """Has the program of this name written something in a transaction that is still open?"""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s "
            "AND backend_xid IS NOT NULL",
            [name],
        )
        return cursor.fetchone() is not None


def kill_again_and_again(
    programs: Programs,
    queues: Iterable[str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    when: Callable[[str], bool],
    kills: int,
) -> None:
    """Of two workers the older one, in the middle of what it does; another takes its place."""
    chance = random.Random(1)

    def start(number: int) -> tuple[str, Program]:
        name = f"worker {number}"
        monkeypatch.setenv("PGAPPNAME", name)
        return name, programs.celery_worker(*queues)

    workers = [start(1), start(2)]
    for number in range(3, kills + 3):
        name, worker = workers.pop(0)
        wait_until(partial(when, name), f"{name} is in the middle of it")
        time.sleep(chance.uniform(0, 0.01))
        worker.kill()
        workers.append(start(number))


def test_workers_killed_in_the_middle_of_drains_leave_the_events_a_pure_fold_gives(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers compete for one queue of two listings."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "tests.support.crash_settings")
    listings = [a_listing("ACME"), a_listing("BETA")]
    queues = {doorbell.queue_of(listing.pk) for listing in listings}
    with load(listings):
        kill_again_and_again(programs, queues, monkeypatch, when=drains, kills=KILLS)

    def caught_up() -> bool:
        tasks.sweep()
        return not journal.listings_behind()

    wait_until(caught_up, "all commands applied")
    for listing in listings:
        settled(listing)
        assert_pure_fold(listing)
        assert len(journal.snapshots(listing_id=listing.pk)) == 2
    assert_identical()


def test_workers_killed_in_the_middle_of_settlements_settle_every_trade_once(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    listings = [a_listing("ACME"), a_listing("BETA")]
    with load(listings, drains=True):
        kill_again_and_again(
            programs, [settings.CELERY_TASK_DEFAULT_QUEUE], monkeypatch, when=settles, kills=SETTLEMENT_KILLS
        )
    for listing in listings:
        drained(listing)

    def caught_up() -> bool:
        tasks.sweep()
        return not consumer.listings_behind()

    wait_until(caught_up, "all trades settled")
    for listing in listings:
        trades = Execution.objects.filter(listing=listing, side="BUY").count()
        instructed = Instruction.objects.filter(listing=listing)
        assert trades == instructed.count() == instructed.filter(state="SETTLED").count() > 0
    for kind in (Transfer.Kind.TRADE_CASH, Transfer.Kind.TRADE_TOKEN):
        assert Transfer.objects.filter(kind=kind).count() == Instruction.objects.count()
    assert_identical()
