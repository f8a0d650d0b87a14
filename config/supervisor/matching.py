"""The health of matching, asked of the database and not of the workers."""

from datetime import timedelta

import django
from django.apps import apps
from django.db import Error, connections

TOO_LATE_S = 10.0


def late_queues() -> set[str]:
    """Queues of listings whose oldest unapplied command waits too long; faulted ones wait for people."""
    if not apps.ready:
        django.setup()
    from portal import clock
    from trading import doorbell, journal

    try:
        behind = set(journal.listings_behind())
        limit = clock.now() - timedelta(seconds=TOO_LATE_S)
        late = {listing for listing, received_at in journal.oldest_unapplied() if received_at < limit}
        return {doorbell.queue_of(listing) for listing in late & behind}
    except Error:
        return set()  # no database, no health to tell; the servers are watched apart
    finally:
        connections.close_all()
