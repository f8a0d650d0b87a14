"""Rows as they stand, for verification: somebody may have got at them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F

from portal import clock, seals
from portal.models import Proposal
from trading import engine
from trading.engine import codec
from trading.journal import sealing
from trading.journal.reading import journaled
from trading.models import journal as tables

_RECORDED = (
    "seq", "at", "received_at", "kind", "account_id", "order_id", "payload", "hold", "decision__asked",
)  # fmt: skip


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
        return journaled(
            self.seq, self.at, self.kind, self.account_id, self.order_id, self.payload, self.hold,
            self.put_aside,
        ).command  # fmt: skip


@dataclass(frozen=True, slots=True)
class SpentKey:
    """A ClOrdID's row, for verification."""

    body_hash: bytes
    account_id: int
    cl_ord_id: str
    listing_id: int
    order_id: int | None


def recorded_command(*, listing_id: int, seq: int) -> Recorded:
    put_aside = tables.Quarantine.objects.filter(listing_id=listing_id, seq=seq)
    row = tables.Command.objects.values_list(*_RECORDED).get(listing_id=listing_id, seq=seq)
    return Recorded(*(*row, put_aside.values_list("reason", flat=True).first()))


def recorded_commands(*, listing_id: int) -> Iterator[Recorded]:
    put_aside = dict(tables.Quarantine.objects.filter(listing_id=listing_id).values_list("seq", "reason"))
    rows = tables.Command.objects.filter(listing_id=listing_id).order_by("seq")
    for row in rows.values_list(*_RECORDED).iterator(chunk_size=2000):
        yield Recorded(*(*row, put_aside.get(row[0])))


def trade_breaks(*, listing_id: int) -> list[Recorded]:
    """The commands that take back or correct trades, as they stand."""
    put_aside = dict(tables.Quarantine.objects.filter(listing_id=listing_id).values_list("seq", "reason"))
    rows = tables.Command.objects.filter(listing_id=listing_id, kind__in=("BustTrade", "CorrectTrade"))
    return [Recorded(*(*row, put_aside.get(row[0]))) for row in rows.order_by("seq").values_list(*_RECORDED)]


def event_row(event: engine.Event) -> dict[str, Any]:
    """An event as its row holds it, but for its sequence number."""
    return {
        "command_seq": event.command_seq,
        "at": clock.moment(event.at),
        "kind": codec.kind_of(event),
        "payload": codec.fields_of(event, skip=3),
    }


def event_rows(*, listing_id: int) -> Iterator[tuple[int, dict[str, Any]]]:
    for seq, row in sealing.event_rows(listing_id, 1, None):
        yield seq, dict(zip(sealing.EVENT_FIELDS, row[1:], strict=True))


def snapshots(*, listing_id: int) -> dict[int, dict[str, Any]]:
    rows = tables.Snapshot.objects.filter(listing_id=listing_id).order_by("seq")
    return {row["seq"]: dict(row) for row in rows.values("seq", "state", "hash")}


def counter(*, listing_id: int) -> tuple[int, datetime | None]:
    """(number, ``at``) of the last command."""
    return tables.Sequence.objects.values_list("last_seq", "last_at").get(listing_id=listing_id)


def undrained_holds() -> list[tuple[int, int, str, int]]:
    """(account, listing, side, hold) of every change to an order that the engine has not yet seen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.account_id, c.listing_id, o.side, c.hold FROM trading_command c "
            "JOIN trading_marketstate m USING (listing_id) JOIN trading_order o ON o.id = c.order_id "
            "WHERE c.seq > m.applied_seq AND c.kind IN ('ReplaceOrder', 'CorrectTrade') AND c.hold > 0"
        )
        return cursor.fetchall()


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
        seals.last_sealed(stream=sealing.commands_stream(listing_id), table=sealing.COMMANDS),
        seals.last_sealed(stream=sealing.events_stream(listing_id), table=sealing.EVENTS),
    )


def verify_seals(*, listing_id: int) -> Iterator[seals.Break]:
    commands, events = sealing.command_rows(listing_id, 1, None), sealing.event_rows(listing_id, 1, None)
    yield from seals.verify(stream=sealing.commands_stream(listing_id), rows={sealing.COMMANDS: commands})
    yield from seals.verify(stream=sealing.events_stream(listing_id), rows={sealing.EVENTS: events})
