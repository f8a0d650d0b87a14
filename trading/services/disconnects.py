"""Cancel-on-disconnect: a session's open orders end with it, however it ends (ORDT-070).

Times are the database's own: a guard must not go stale because somebody moved the venue's clock.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from trading.models import DisconnectGuard
from trading.services import entry

# A process that has said nothing of its sessions for so long is gone, and they with it.
SILENCE = timedelta(seconds=10)


def guard(*, channel: str, account_id: int, user_id: int) -> None:
    DisconnectGuard.objects.update_or_create(
        channel=channel, account_id=account_id, defaults={"user_id": user_id, "seen_at": Now()}
    )


def lift(*, channel: str) -> None:
    DisconnectGuard.objects.filter(channel=channel).delete()


def keep(channels: Iterable[str]) -> set[str]:
    """Say that these sessions live; return those whose guard is still there. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE trading_disconnectguard SET seen_at = statement_timestamp() "
            "WHERE channel = ANY(%s) RETURNING channel",
            [sorted(channels)],
        )
        return {row[0] for row in cursor.fetchall()}


def end(*, channel: str) -> int:
    """The session is over: cancel what it was guarded for."""
    return _cancel(DisconnectGuard.objects.filter(channel=channel))


def end_silent() -> int:
    """End the sessions of processes that were killed; return how many."""
    return _cancel(DisconnectGuard.objects.filter(seen_at__lt=Now() - SILENCE))


def _cancel(guards: QuerySet[DisconnectGuard]) -> int:
    ended = 0
    for row in guards.order_by("pk"):
        with transaction.atomic():
            entry.lock_accounts([row.account_id])
            # Whoever deletes the row cancels; a session that has spoken meanwhile lives.
            if guards.filter(pk=row.pk).delete()[0]:
                entry.cancel_disconnected(account_id=row.account_id, actor_id=row.user_id)
                ended += 1
    return ended
