"""All people held against the lists again: daily, and against what is new in a list when it changes.

A run goes on in small steps, each a transaction of its own, and remembers how far it has come: one that was
killed is carried on.
"""

from collections.abc import Collection

from django.db import connection, transaction
from django.db.models import QuerySet

from compliance.models import ListedEntry, ScreeningList, ScreeningRun
from compliance.screening import hits, lists
from compliance.screening.people import everybody
from portal import audit, clock

STEP = 50  # people: well under a second, so that nothing in the same queue waits long
LOCK = 4, 2  # who starts runs
Cause = ScreeningRun.Cause


def start_due() -> list[ScreeningRun]:
    """Start what is due: a run for each load of a list that had none, and the day's."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", LOCK)
        in_force = lists.in_force()
        started = [
            start(Cause.LIST, [row]) for row in in_force if not row.runs.filter(cause=Cause.LIST).exists()
        ]
        last = ScreeningRun.objects.filter(cause=Cause.DAILY).first()
        if in_force and (last is None or clock.day_of(last.started_at) < clock.today()):
            started.append(start(Cause.DAILY, in_force))
    return started


def start(cause: ScreeningRun.Cause, of: list[ScreeningList]) -> ScreeningRun:
    """All people, with all that is in force; of a list that changed, with what is new in it."""
    run = ScreeningRun.objects.create(
        cause=cause, people=everybody().count(), entries=_entries(cause, of).count(), started_at=clock.now()
    )
    run.lists.set(of)
    return run


def unfinished() -> list[ScreeningRun]:
    return list(ScreeningRun.objects.filter(finished_at=None).order_by("pk"))


def carry_on(run: ScreeningRun) -> bool:
    """Go on by a step; is there more to do? Where another process is at it, there is not."""
    with transaction.atomic():
        row = ScreeningRun.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=run.pk).first()
        index = lists.index()
        if row is None or row.finished_at is not None or index is None:
            return False
        people = list(everybody().filter(pk__gt=row.reached).select_related("application")[:STEP])
        found = hits.find(people, index=index, among=_among(row), run=row)
        for application in {hit.application for hit in found}:
            hits.tell(application)
        row.done += len(people)
        row.hits += len(found)
        row.reached = people[-1].pk if people else row.reached
        if len(people) < STEP:
            row.finished_at = clock.now()
            facts = {"cause": row.cause, "people": row.done, "entries": row.entries, "hits": row.hits}
            audit.record(action="PEOPLE_SCREENED", subject=str(row), facts=facts)
        row.save(update_fields=["done", "hits", "reached", "finished_at"])
    return row.finished_at is None


def _among(run: ScreeningRun) -> Collection[int] | None:
    if run.cause != Cause.LIST:
        return None
    return set(_entries(Cause(run.cause), list(run.lists.all())).values_list("uid", flat=True))


def _entries(cause: ScreeningRun.Cause, of: list[ScreeningList]) -> QuerySet[ListedEntry]:
    in_force = ListedEntry.objects.filter(until=None)
    return in_force.filter(since__in=of) if cause == Cause.LIST else in_force
