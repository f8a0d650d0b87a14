"""Reading: what entry, matching, settlement, the feed and the screens ask."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet

from portal import clock
from trading import engine
from trading.engine import codec
from trading.models import journal as tables

KeyPair = tuple[int, str]  # (account, ClOrdID)


@dataclass(frozen=True, slots=True)
class Journaled:
    """A command in its place, with what entry reserved for it."""

    command: engine.Command
    kind: str
    order_id: int | None
    hold: int


@dataclass(frozen=True, slots=True)
class Key:
    """What a spent ClOrdID led to."""

    body_hash: bytes
    listing_id: int
    seq: int | None
    order_id: int | None
    refusal_id: int | None


def find_keys(pairs: Iterable[KeyPair]) -> dict[KeyPair, Key]:
    wanted = list(pairs)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, cl_ord_id, body_hash, listing_id, seq, order_id, refusal_id "
            "FROM trading_clientorderkey "
            "JOIN unnest(%s::bigint[], %s::text[]) AS asked(account_id, cl_ord_id) "
            "USING (account_id, cl_ord_id)",
            [[account for account, _ in wanted], [cl_ord_id for _, cl_ord_id in wanted]],
        )
        return {(row[0], row[1]): Key(bytes(row[2]), *row[3:]) for row in cursor.fetchall()}


def last_seq(*, listing_id: int) -> int:
    return tables.Sequence.objects.values_list("last_seq", flat=True).get(listing_id=listing_id)


def refusal_decision(*, refusal_id: int) -> dict[str, Any]:
    return tables.Refusal.objects.values_list("decision", flat=True).get(pk=refusal_id)


def refusals_of(*, account_id: int) -> QuerySet[tables.Refusal]:
    """Newest first."""
    return tables.Refusal.objects.filter(account_id=account_id).select_related("listing").order_by("-id")


def commands_of_mass_cancel(*, listing_id: int, seq: int) -> list[tuple[int, int]]:
    """(listing, number) of the commands entered with this one: those of its account and moment."""
    one = tables.Command.objects.values_list("account_id", "received_at").get(listing_id=listing_id, seq=seq)
    rows = tables.Command.objects.filter(kind="MassCancel", account_id=one[0], received_at=one[1])
    return list(rows.order_by("listing_id").values_list("listing_id", "seq"))


def commands_after(*, listing_id: int, seq: int, limit: int) -> list[Journaled]:
    """The next commands in order, quarantined ones already in their place-holder's shape."""
    rows = list(
        tables.Command.objects.filter(listing_id=listing_id, seq__gt=seq)
        .order_by("seq")
        .values_list("seq", "at", "kind", "account_id", "order_id", "payload", "hold")[:limit]
    )
    put_aside = dict(
        tables.Quarantine.objects.filter(listing_id=listing_id, seq__gt=seq).values_list("seq", "reason")
    )
    return [journaled(*row, reason=put_aside.get(row[0])) for row in rows]


def journaled(
    seq: int, at: datetime, kind: str, account_id: int | None, order_id: int | None, payload: dict[str, Any],
    hold: int, reason: str | None,
) -> Journaled:  # fmt: skip
    micros = clock.micros(at)
    command: engine.Command
    if reason is None:
        command = codec.decode_command({"kind": kind, "seq": seq, "at": micros, **payload})
    else:
        command = engine.Quarantined(seq, micros, kind, order_id, account_id, reason)
    return Journaled(command, kind, order_id, hold)


def undrained_replaces(order_ids: Iterable[int]) -> dict[int, list[engine.ReplaceOrder]]:
    """Replaces of these orders that the engine has not yet seen."""
    rows = (
        tables.Command.objects.filter(
            order_id__in=list(order_ids), kind="ReplaceOrder", seq__gt=F("listing__market__applied_seq")
        )
        .order_by("seq")
        .values_list("seq", "payload")
    )
    found: dict[int, list[engine.ReplaceOrder]] = {}
    for seq, payload in rows:
        command = codec.decode_command({"kind": "ReplaceOrder", "seq": seq, "at": 0, **payload})
        assert isinstance(command, engine.ReplaceOrder)
        found.setdefault(command.order_id, []).append(command)
    return found


def events_after(*, listing_id: int, seq: int, limit: int) -> list[engine.Event]:
    rows = (
        tables.Event.objects.filter(listing_id=listing_id, seq__gt=seq)
        .order_by("seq")
        .values_list("seq", "command_seq", "at", "kind", "payload")[:limit]
    )
    return [_event(*row) for row in rows]


def trade(*, listing_id: int, seq: int) -> engine.Traded | None:
    """A trade as it was made."""
    row = (
        tables.Event.objects.filter(listing_id=listing_id, seq=seq)
        .values_list("seq", "command_seq", "at", "kind", "payload")
        .first()
    )
    event = _event(*row) if row else None
    return event if isinstance(event, engine.Traded) else None


def trades_as_made(places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], engine.Traded]:
    """Trades as they were made, by (listing, number)."""
    by_listing: dict[int, list[int]] = {}
    for listing_id, seq in places:
        by_listing.setdefault(listing_id, []).append(seq)
    found: dict[tuple[int, int], engine.Traded] = {}
    for listing_id, seqs in by_listing.items():
        rows = tables.Event.objects.filter(listing_id=listing_id, seq__in=seqs)
        for row in rows.values_list("seq", "command_seq", "at", "kind", "payload"):
            event = _event(*row)
            if isinstance(event, engine.Traded):
                found[listing_id, event.seq] = event
    return found


def _event(seq: int, command_seq: int, at: datetime, kind: str, payload: dict[str, Any]) -> engine.Event:
    return codec.decode_event(
        {"kind": kind, "seq": seq, "command_seq": command_seq, "at": clock.micros(at), **payload}
    )


def newest_snapshot(*, listing_id: int, up_to: int) -> tuple[int, dict[str, Any], str] | None:
    return (
        tables.Snapshot.objects.filter(listing_id=listing_id, seq__lte=up_to)
        .order_by("-seq")
        .values_list("seq", "state", "hash")
        .first()
    )


def listings_behind() -> list[int]:
    """Listings whose journal is ahead of their engine, faulted ones left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.listing_id FROM trading_sequence s JOIN trading_marketstate m USING (listing_id) "
            "WHERE s.last_seq > m.applied_seq AND m.fault_seq IS NULL ORDER BY s.listing_id"
        )
        return [row[0] for row in cursor.fetchall()]


def is_underway(*, listing_id: int, kind: str) -> bool:
    """Whether a command of that kind is in the journal and not yet applied."""
    rows = tables.Command.objects.filter(listing_id=listing_id, kind=kind)
    return rows.filter(seq__gt=F("listing__market__applied_seq")).exists()


def standing_halts(*, listing_ids: Iterable[int]) -> dict[int, str]:
    """The reason each listing will be halted for once all in its journal is applied, or "".

    Their counters stay locked until commit: whoever decides by it, nothing comes between.
    """
    ids = sorted(listing_ids)
    list(tables.Sequence.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT m.listing_id, coalesce(last.code, m.halt_code)
            FROM trading_marketstate m LEFT JOIN LATERAL (
                SELECT CASE kind WHEN 'HaltTrading' THEN payload->>'reason_code' ELSE '' END AS code
                FROM trading_command c
                WHERE c.listing_id = m.listing_id AND c.seq > m.applied_seq
                  AND kind IN ('HaltTrading', 'ResumeTrading')
                ORDER BY seq DESC LIMIT 1) last ON true
            WHERE m.listing_id = ANY(%s)
            """,
            [ids],
        )
        return dict(cursor.fetchall())


def oldest_unapplied() -> list[tuple[int, datetime]]:
    """(listing, when its oldest unapplied command was received): the health of matching."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.listing_id, c.received_at FROM trading_marketstate m "
            "JOIN trading_command c ON c.listing_id = m.listing_id AND c.seq = m.applied_seq + 1"
        )
        return cursor.fetchall()
