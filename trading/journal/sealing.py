"""How the journal's rows look to a seal."""

from collections.abc import Iterator
from typing import Any

from portal import clock, seals
from trading import engine
from trading.engine import codec
from trading.models import journal as tables

COMMANDS, EVENTS = tables.Command._meta.db_table, tables.Event._meta.db_table
EVENT_FIELDS = ("command_seq", "at", "kind", "payload")


def commands_stream(listing_id: int) -> str:
    return f"commands:{listing_id}"


def events_stream(listing_id: int) -> str:
    return f"events:{listing_id}"


def command_rows(listing_id: int, first: int, last: int | None) -> Iterator[seals.Row]:
    yield from _sealed_rows(
        tables.Command, listing_id, first, last,
        ("at", "received_at", "kind", "account_id", "order_id", "payload", "hold", "actor_id", "decision"),
    )  # fmt: skip


def event_rows(listing_id: int, first: int, last: int | None) -> Iterator[seals.Row]:
    yield from _sealed_rows(tables.Event, listing_id, first, last, EVENT_FIELDS)


def event_as_read(event: engine.Event) -> tuple[Any, ...]:
    """What ``event_rows`` will find of it: a drain need not read back what it has just written."""
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
