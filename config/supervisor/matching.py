"""The health of matching, asked of the database and not of the workers.

A worker may be up and consume nothing. It may also be busy with one listing while others wait their turn:
what tells the two apart is whether anything moves.
"""

import time
from collections.abc import Callable

import django
from django.apps import apps
from django.db import Error, connections

STILL_FOR_S = 10.0

Standing = frozenset[tuple[int, int]]  # (listing, last command applied) of every listing behind


class Watch:
    def __init__(
        self,
        standings: Callable[[], dict[str, Standing]] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._standings = standings or _standings
        self._now = now
        self._since: dict[str, tuple[Standing, float]] = {}

    def stuck(self) -> set[str]:
        """Queues with work to do where nothing has been done for ``STILL_FOR_S``."""
        now, standings = self._now(), self._standings()
        self._since = {
            queue: (standing, self._since[queue][1])
            if queue in self._since and self._since[queue][0] == standing
            else (standing, now)
            for queue, standing in standings.items()
        }
        return {queue for queue, (_, since) in self._since.items() if now - since > STILL_FOR_S}


def _standings() -> dict[str, Standing]:
    """By queue; faulted listings wait for people and are left out."""
    if not apps.ready:
        django.setup()
    from trading import doorbell, journal
    from trading.models import MarketState

    try:
        behind = MarketState.objects.filter(pk__in=journal.listings_behind())
        found: dict[str, set[tuple[int, int]]] = {}
        for listing_id, applied_seq in behind.values_list("pk", "applied_seq"):
            found.setdefault(doorbell.queue_of(listing_id), set()).add((listing_id, applied_seq))
        return {queue: frozenset(standing) for queue, standing in found.items()}
    except Error:
        return {}  # no database, no health to tell; the servers are watched apart
    finally:
        connections.close_all()
