"""Workers killed at any moment, under load: nothing is lost, nothing is doubled."""

import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from django.db import connection

from tests.support.programs import Program, Programs, wait_until
from tests.support.verify import assert_identical, assert_pure_fold
from trading import doorbell, journal, matching, tasks
from trading.models import Listing
from trading.services import entry
from trading.tests.factories import a_listing, settled
from trading.tests.flow import Flow, a_crowd

pytestmark = pytest.mark.chaos

KILLS = int(os.environ.get("CRASH_KILLS", "20"))


@contextmanager
def load(listings: list[Listing]) -> Iterator[None]:
    """Orders, cancels and replaces without a pause, and the sweep that the schedule runs."""
    flows = [Flow(number, listing, a_crowd(listing)) for number, listing in enumerate(listings)]
    over = threading.Event()
    failed: list[BaseException] = []

    def trade() -> None:
        try:
            while not over.wait(0.005):
                for flow in flows:
                    entry.submit_orders(flow.batch(10))
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


def test_workers_killed_in_the_middle_of_drains_leave_the_events_a_pure_fold_gives(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers compete for one queue of two listings; the older one is killed, again and again."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "tests.support.crash_settings")
    listings = [a_listing("ACME"), a_listing("BETA")]
    queues = {doorbell.queue_of(listing.pk) for listing in listings}
    chance = random.Random(1)

    def start(number: int) -> tuple[str, Program]:
        name = f"worker {number}"
        monkeypatch.setenv("PGAPPNAME", name)
        return name, programs.celery_worker(*queues)

    with load(listings):
        workers = [start(1), start(2)]
        for number in range(3, KILLS + 3):
            name, worker = workers.pop(0)
            wait_until(partial(drains, name), f"{name} drains")
            time.sleep(chance.uniform(0, 0.01))
            worker.kill()
            workers.append(start(number))

    def caught_up() -> bool:
        tasks.sweep()
        return not journal.listings_behind()

    wait_until(caught_up, "all commands applied")
    for listing in listings:
        settled(listing)
        assert_pure_fold(listing)
        assert len(journal.snapshots(listing_id=listing.pk)) == 2
    assert_identical()
