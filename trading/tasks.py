"""What Celery runs: doorbells and the schedule. No task carries data; no rule depends on one running."""

import time

from celery import shared_task
from django.db import transaction

from portal import proposals, seals
from trading import doorbell, journal, matching
from trading.reconciliation import comparing
from trading.services import disconnects, operations, schedules
from trading.settlement import consumer

# A busy listing goes on this long before the other listings of its worker get their turn.
TURN_SECONDS = 0.1


@shared_task(name="trading.tasks.drain")
def drain(listing_id: int) -> None:
    """Somebody rang: apply what is in the journal."""
    doorbell.answered(listing_id)
    over = time.monotonic() + TURN_SECONDS
    if not matching.drain(listing_id):
        return
    while time.monotonic() < over:
        if not matching.drain(listing_id):
            break
    else:
        doorbell.ring(listing_id)  # at the end of the queue
    settle.delay(listing_id)


@shared_task(name="trading.tasks.settle")
def settle(listing_id: int) -> None:
    while consumer.settle(listing_id):
        pass


@shared_task(name="trading.tasks.sweep")
def sweep() -> None:
    """Ring for every listing whose journal is ahead of its engine, settle what settlement has not seen."""
    for listing_id in journal.listings_behind():
        doorbell.ring(listing_id)
    for listing_id in consumer.listings_behind():
        settle.delay(listing_id)


@shared_task(name="trading.tasks.end_silent_sessions")
def end_silent_sessions() -> None:
    """Cancel the orders of guarded sessions whose process is gone."""
    disconnects.end_silent()


@shared_task(name="trading.tasks.apply_proposals")
def apply_proposals() -> None:
    """Put approved proposals into effect whose time has come."""
    proposals.apply_due()


@shared_task(name="trading.tasks.tick")
def tick() -> None:
    """Let time pass in markets where something may be due."""
    operations.append_ticks()


@shared_task(name="trading.tasks.extend_schedules")
def extend_schedules() -> None:
    """Reckon schedules further ahead before they run out."""
    schedules.extend_schedules()


@shared_task(name="trading.tasks.seal_records")
def seal_records() -> None:
    with transaction.atomic():
        seals.seal_records()


@shared_task(name="trading.tasks.reconcile")
def reconcile() -> None:
    """Once a day of the venue's, which people may have moved on."""
    if not comparing.reconciled_today():
        comparing.reconcile_all()
