"""Writing: commands, events, refusals, ClOrdIDs, facts, snapshots and what is put aside."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from portal import clock, seals
from portal.models import Proposal
from trading import bulk, engine
from trading.engine import codec
from trading.journal import sealing
from trading.models import journal as tables


@dataclass(frozen=True, slots=True)
class Draft:
    """A command before it has its place: ``command`` carries seq 0 and at 0."""

    command: engine.Command
    account_id: int | None = None
    order_id: int | None = None
    hold: int = 0
    actor_id: int | None = None
    decision: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class RefusalDraft:
    account_id: int
    listing_id: int
    cl_ord_id: str
    body: dict[str, Any]
    decision: dict[str, Any]
    actor_id: int | None = None


@dataclass(slots=True)
class KeyDraft:
    account_id: int
    cl_ord_id: str
    body_hash: bytes
    listing_id: int
    seq: int | None = None
    order_id: int | None = None
    refusal_id: int | None = field(default=None)


def open_listing(*, listing_id: int) -> None:
    """Give a new listing its counter."""
    tables.Sequence.objects.create(listing_id=listing_id)


def append(*, drafts: Mapping[int, Sequence[Draft]], received_at: datetime) -> dict[int, list[int]]:
    """Append commands, a run for each listing; return their numbers. Counters stay locked until commit."""
    numbers: dict[int, list[int]] = {}
    rows = []
    for listing_id in sorted(drafts):
        run = drafts[listing_id]
        last, at = _advance_counter(listing_id, len(run), received_at)
        numbers[listing_id] = list(range(last - len(run) + 1, last + 1))
        rows += [
            (listing_id, seq, at, received_at, codec.kind_of(d.command), d.account_id, d.order_id,
             _body(d.command, skip=2), d.hold, d.actor_id, _json(d.decision))
            for seq, d in zip(numbers[listing_id], run, strict=True)
        ]  # fmt: skip
    columns = ("listing_id", "seq", "at", "received_at", "kind", "account_id", "order_id", "payload", "hold",
               "actor_id", "decision")  # fmt: skip
    bulk.copy(tables.Command, columns, rows)
    return numbers


def _advance_counter(listing_id: int, by: int, received_at: datetime) -> tuple[int, datetime]:
    """The engine's time never runs backwards: ``at`` is the later of receipt and the previous ``at``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE trading_sequence SET last_seq = last_seq + %s, last_at = greatest(last_at, %s) "
            "WHERE listing_id = %s RETURNING last_seq, last_at",
            [by, received_at, listing_id],
        )
        last, at = cursor.fetchone()
    return last, at


def record_refusals(*, drafts: Sequence[RefusalDraft], received_at: datetime) -> list[int]:
    rows = tables.Refusal.objects.bulk_create(
        tables.Refusal(
            account_id=d.account_id, listing_id=d.listing_id, cl_ord_id=d.cl_ord_id, received_at=received_at,
            actor_id=d.actor_id, body=d.body, decision=d.decision,
        )
        for d in drafts
    )  # fmt: skip
    return [row.pk for row in rows]


def spend_keys(*, keys: Iterable[KeyDraft]) -> None:
    columns = ("account_id", "cl_ord_id", "body_hash", "listing_id", "seq", "order_id", "refusal_id")
    bulk.copy(
        tables.ClientOrderKey,
        columns,
        [
            (k.account_id, k.cl_ord_id, k.body_hash, k.listing_id, k.seq, k.order_id, k.refusal_id)
            for k in keys
        ],
    )


def record_facts(*, sheets: Mapping[str, dict[str, Any]]) -> None:
    """Store fact sheets by digest; known ones are left alone."""
    tables.FactSheet.objects.bulk_create(
        [tables.FactSheet(digest=d, facts=sheets[d]) for d in sorted(sheets)], ignore_conflicts=True
    )


def append_events(*, listing_id: int, events: Sequence[engine.Event]) -> None:
    columns = ("listing_id", "seq", "command_seq", "at", "kind", "payload")
    bulk.copy(
        tables.Event,
        columns,
        [
            (listing_id, e.seq, e.command_seq, clock.moment(e.at), codec.kind_of(e), _body(e, skip=3))
            for e in events
        ],
    )


def seal(*, listing_id: int, commands: tuple[int, int], events: Sequence[engine.Event]) -> None:
    """Seal a batch: the commands from first to last, both included, and the events just appended."""
    first, last = commands
    digests = [seals.digest(values) for _, values in sealing.command_rows(listing_id, first, last)]
    seals.append(
        stream=sealing.commands_stream(listing_id),
        table=sealing.COMMANDS,
        first=first,
        last=last,
        digests=digests,
    )
    if events:
        first, last = events[0].seq, events[-1].seq
        digests = [seals.digest(sealing.event_as_read(event)) for event in events]
        seals.append(
            stream=sealing.events_stream(listing_id),
            table=sealing.EVENTS,
            first=first,
            last=last,
            digests=digests,
        )


def save_snapshot(*, listing_id: int, seq: int, state: dict[str, Any], state_hash: str) -> None:
    """Keep the newest snapshot and the one before it."""
    tables.Snapshot.objects.create(listing_id=listing_id, seq=seq, state=state, hash=state_hash)
    mine = tables.Snapshot.objects.filter(listing_id=listing_id)
    kept = list(mine.order_by("-seq").values_list("pk", flat=True)[:2])
    mine.exclude(pk__in=kept).delete()


def quarantine(*, listing_id: int, seq: int, reason: str, proposal: Proposal) -> None:
    tables.Quarantine.objects.create(listing_id=listing_id, seq=seq, reason=reason, proposal=proposal)


def _body(message: engine.Command | engine.Event, *, skip: int) -> str:
    return json.dumps(codec.fields_of(message, skip=skip), separators=(",", ":"))


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value, separators=(",", ":"))
