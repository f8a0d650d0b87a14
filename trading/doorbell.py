"""The doorbell: tells the worker of a listing that there is something in its journal.

It carries no data and may be lost, doubled or late: the sweep rings again for every listing whose
journal is ahead of its engine.
"""

from functools import cache

import redis
from celery import current_app
from django.conf import settings
from django.db import transaction

# A ring that was lost (worker killed, Valkey flushed) silences later ones no longer than this. Shorter than
# a busy worker takes to come round, and its queue would fill with rings for the same listings.
SILENCE_MS = 3000


def ring_on_commit(listing_id: int) -> None:
    # Robust: the order is committed whatever becomes of the ring, and nobody shall see an error for it.
    transaction.on_commit(lambda: ring(listing_id), robust=True)


def ring(listing_id: int) -> None:
    """Rings of a listing already rung for are coalesced."""
    if _valkey().set(_key(listing_id), 1, nx=True, px=SILENCE_MS):
        current_app.send_task(
            "trading.tasks.drain", args=[listing_id], queue=queue_of(listing_id), retry=False
        )


def answered(listing_id: int) -> None:
    """From here on a new ring is heard: called before the worker looks into the journal."""
    _valkey().delete(_key(listing_id))


def queue_of(listing_id: int) -> str:
    return f"matching.{listing_id % settings.MATCHING_QUEUES}"


def _key(listing_id: int) -> str:
    return f"doorbell:{listing_id}"


@cache
def _valkey() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
