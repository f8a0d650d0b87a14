"""The journal: the only module that touches the tables of commands, events, keys and refusals.

A command gets its listing's next number from a one-row counter that is locked last and held for two
statements only. (An auto-increment id would not do: ids are handed out before commit, and a reader that
remembers the highest one can skip a row for good.)
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet

from portal import clock, seals
from portal.models import Proposal
from trading import bulk, engine
from trading.engine import codec
from trading.models import journal as tables

KeyPair = tuple[int, str]  # (account, ClOrdID)


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
class Journaled:
    """A command in its place, with what entry reserved for it."""

    command: engine.Command
    kind: str
    order_id: int | None
    hold: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """A command's row as it stands, for verification."""

    seq: int
    at: datetime
    received_at: datetime
    kind: str
    account_id: int | None
    order_id: int | None
    payload: dict[str, Any]
    hold: int
    asked: dict[str, Any] | None  # what was asked for beyond the command's own fields
    put_aside: str | None  # why, where it is quarantined

    def command(self) -> engine.Command:
        """What the fold reads. A row that was tampered with may raise anything."""
        return _journaled(
            self.seq, self.at, self.kind, self.account_id, self.order_id, self.payload, self.hold,
            self.put_aside,
        ).command  # fmt: skip


@dataclass(frozen=True, slots=True)
class Key:
    """What a spent ClOrdID led to."""

    body_hash: bytes
    listing_id: int
    seq: int | None
    order_id: int | None
    refusal_id: int | None


@dataclass(frozen=True, slots=True)
class SpentKey:
    """A ClOrdID's row, for verification."""

    body_hash: bytes
    account_id: int
    cl_ord_id: str
    listing_id: int
    order_id: int | None


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


# --- Writing ------------------------------------------------------------------------------------------


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
    digests = [seals.digest(values) for _, values in _command_rows(listing_id, first, last)]
    seals.append(stream=_commands_stream(listing_id), table=COMMANDS, first=first, last=last, digests=digests)
    if events:
        first, last = events[0].seq, events[-1].seq
        digests = [seals.digest(_event_as_read(event)) for event in events]
        seals.append(stream=_events_stream(listing_id), table=EVENTS, first=first, last=last, digests=digests)


def save_snapshot(*, listing_id: int, seq: int, state: dict[str, Any], state_hash: str) -> None:
    """Keep the newest snapshot and the one before it."""
    tables.Snapshot.objects.create(listing_id=listing_id, seq=seq, state=state, hash=state_hash)
    mine = tables.Snapshot.objects.filter(listing_id=listing_id)
    kept = list(mine.order_by("-seq").values_list("pk", flat=True)[:2])
    mine.exclude(pk__in=kept).delete()


def quarantine(*, listing_id: int, seq: int, reason: str, proposal: Proposal) -> None:
    tables.Quarantine.objects.create(listing_id=listing_id, seq=seq, reason=reason, proposal=proposal)


# --- Reading ------------------------------------------------------------------------------------------

_RECORDED = (
    "seq", "at", "received_at", "kind", "account_id", "order_id", "payload", "hold", "decision__asked",
)  # fmt: skip


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
    return [_journaled(*row, reason=put_aside.get(row[0])) for row in rows]


def _journaled(
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


def undrained_holds() -> list[tuple[int, int, str, int]]:
    """(account, listing, side, hold) of every change to an order that the engine has not yet seen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.account_id, c.listing_id, o.side, c.hold FROM trading_command c "
            "JOIN trading_marketstate m USING (listing_id) JOIN trading_order o ON o.id = c.order_id "
            "WHERE c.seq > m.applied_seq AND c.kind IN ('ReplaceOrder', 'CorrectTrade') AND c.hold > 0"
        )
        return cursor.fetchall()


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


def recorded_command(*, listing_id: int, seq: int) -> Recorded:
    put_aside = tables.Quarantine.objects.filter(listing_id=listing_id, seq=seq)
    row = tables.Command.objects.values_list(*_RECORDED).get(listing_id=listing_id, seq=seq)
    return Recorded(*(*row, put_aside.values_list("reason", flat=True).first()))


def recorded_commands(*, listing_id: int) -> Iterator[Recorded]:
    put_aside = dict(tables.Quarantine.objects.filter(listing_id=listing_id).values_list("seq", "reason"))
    rows = tables.Command.objects.filter(listing_id=listing_id).order_by("seq")
    for row in rows.values_list(*_RECORDED).iterator(chunk_size=2000):
        yield Recorded(*(*row, put_aside.get(row[0])))


def event_row(event: engine.Event) -> dict[str, Any]:
    """An event as its row holds it, but for its sequence number."""
    return {
        "command_seq": event.command_seq,
        "at": clock.moment(event.at),
        "kind": codec.kind_of(event),
        "payload": codec.fields_of(event, skip=3),
    }


def event_rows(*, listing_id: int) -> Iterator[tuple[int, dict[str, Any]]]:
    for seq, row in _event_rows(listing_id, 1, None):
        yield seq, dict(zip(_EVENT_FIELDS, row[1:], strict=True))


def _event(seq: int, command_seq: int, at: datetime, kind: str, payload: dict[str, Any]) -> engine.Event:
    return codec.decode_event(
        {"kind": kind, "seq": seq, "command_seq": command_seq, "at": clock.micros(at), **payload}
    )


def trade_breaks(*, listing_id: int) -> list[Recorded]:
    """The commands that take back or correct trades, as they stand."""
    put_aside = dict(tables.Quarantine.objects.filter(listing_id=listing_id).values_list("seq", "reason"))
    rows = tables.Command.objects.filter(listing_id=listing_id, kind__in=("BustTrade", "CorrectTrade"))
    return [Recorded(*(*row, put_aside.get(row[0]))) for row in rows.order_by("seq").values_list(*_RECORDED)]


def newest_snapshot(*, listing_id: int, up_to: int) -> tuple[int, dict[str, Any], str] | None:
    return (
        tables.Snapshot.objects.filter(listing_id=listing_id, seq__lte=up_to)
        .order_by("-seq")
        .values_list("seq", "state", "hash")
        .first()
    )


def snapshots(*, listing_id: int) -> dict[int, dict[str, Any]]:
    rows = tables.Snapshot.objects.filter(listing_id=listing_id).order_by("seq")
    return {row["seq"]: dict(row) for row in rows.values("seq", "state", "hash")}


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


def counter(*, listing_id: int) -> tuple[int, datetime | None]:
    """(number, ``at``) of the last command."""
    return tables.Sequence.objects.values_list("last_seq", "last_at").get(listing_id=listing_id)


def canceled_behind(*, listing_id: int) -> set[int]:
    """Orders whose cancel is in the journal and not yet applied."""
    rows = tables.Command.objects.filter(
        listing_id=listing_id, kind="CancelOrder", seq__gt=F("listing__market__applied_seq")
    )
    return {order_id for order_id in rows.values_list("order_id", flat=True) if order_id is not None}


def keys_of_commands(*, listing_id: int) -> Iterator[tuple[int, SpentKey]]:
    """(command, key), in the order of commands."""
    yield from _spent_keys("seq", listing_id=listing_id, seq__isnull=False)


def keys_of_refusals() -> Iterator[tuple[int, SpentKey]]:
    """(refusal, key), in the order of refusals."""
    yield from _spent_keys("refusal_id", refusal__isnull=False)


def _spent_keys(led_to: str, **those: Any) -> Iterator[tuple[int, SpentKey]]:
    rows = tables.ClientOrderKey.objects.filter(**those).order_by(led_to, "id")
    fields = (led_to, "body_hash", "account_id", "cl_ord_id", "listing_id", "order_id")
    for position, body_hash, *where in rows.values_list(*fields).iterator(chunk_size=2000):
        yield position, SpentKey(bytes(body_hash), *where)


def refusals() -> Iterator[tables.Refusal]:
    yield from tables.Refusal.objects.order_by("id").iterator(chunk_size=2000)


def quarantines(*, listing_id: int) -> list[tuple[int, str, Proposal]]:
    """(command, why, by which proposal)."""
    rows = tables.Quarantine.objects.filter(listing_id=listing_id).select_related("proposal")
    return [(row.seq, row.reason, row.proposal) for row in rows.order_by("seq")]


def decisions_without_facts() -> list[tuple[str, str]]:
    """(table, row) of every decision whose fact sheet is not there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t, row FROM (SELECT 'trading_command' AS t, symbol || ' seq ' || seq AS row, decision "
            "FROM trading_command JOIN trading_listing l ON l.id = listing_id WHERE decision IS NOT NULL "
            "UNION ALL SELECT 'trading_refusal', 'id ' || id, decision FROM trading_refusal) decided "
            "WHERE NOT EXISTS (SELECT FROM trading_factsheet WHERE digest = decision->>'facts')"
        )
        return cursor.fetchall()


def fact_sheets() -> Iterator[tuple[str, dict[str, Any]]]:
    yield from tables.FactSheet.objects.values_list("digest", "facts").iterator(chunk_size=2000)


def sealed_up_to(*, listing_id: int) -> tuple[int, int]:
    """The last command and the last event under a seal."""
    return (
        seals.last_sealed(stream=_commands_stream(listing_id), table=COMMANDS),
        seals.last_sealed(stream=_events_stream(listing_id), table=EVENTS),
    )


def verify_seals(*, listing_id: int) -> Iterator[seals.Break]:
    commands, events = _command_rows(listing_id, 1, None), _event_rows(listing_id, 1, None)
    yield from seals.verify(stream=_commands_stream(listing_id), rows={COMMANDS: commands})
    yield from seals.verify(stream=_events_stream(listing_id), rows={EVENTS: events})


# --- How rows look to a seal -----------------------------------------------------------------------------


COMMANDS, EVENTS = tables.Command._meta.db_table, tables.Event._meta.db_table
_EVENT_FIELDS = ("command_seq", "at", "kind", "payload")


def _commands_stream(listing_id: int) -> str:
    return f"commands:{listing_id}"


def _events_stream(listing_id: int) -> str:
    return f"events:{listing_id}"


def _command_rows(listing_id: int, first: int, last: int | None) -> Iterator[seals.Row]:
    yield from _sealed_rows(
        tables.Command, listing_id, first, last,
        ("at", "received_at", "kind", "account_id", "order_id", "payload", "hold", "actor_id", "decision"),
    )  # fmt: skip


def _event_rows(listing_id: int, first: int, last: int | None) -> Iterator[seals.Row]:
    yield from _sealed_rows(tables.Event, listing_id, first, last, _EVENT_FIELDS)


def _event_as_read(event: engine.Event) -> tuple[Any, ...]:
    """What ``_event_rows`` will find of it: a drain need not read back what it has just written."""
    return (
        event.seq, event.command_seq, clock.moment(event.at), codec.kind_of(event),
        codec.fields_of(event, skip=3),
    )  # fmt: skip


def _sealed_rows(
    model: type[tables.Command] | type[tables.Event], listing_id: int, first: int, last: int | None,
    fields: tuple[str, ...],
) -> Iterator[seals.Row]:  # fmt: skip
    rows = model._default_manager.filter(listing_id=listing_id, seq__gte=first).order_by("seq")
    if last is not None:
        rows = rows.filter(seq__lte=last)
    for row in rows.values_list("seq", *fields).iterator(chunk_size=2000):
        yield row[0], row


def _body(message: engine.Command | engine.Event, *, skip: int) -> str:
    return json.dumps(codec.fields_of(message, skip=skip), separators=(",", ":"))


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value, separators=(",", ":"))
