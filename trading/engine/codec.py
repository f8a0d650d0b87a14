"""Commands and events as JSON-able dicts, by kind, for the journal and the event table."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, get_args

from .commands import Command
from .events import Event
from .types import CancelReason, OrdType, RejectReason, Side, TimeInForce

Payload = dict[str, int | str | None]

# Built once: constructing an enum from its value costs more than the rest of a decode.
_WORDS: dict[type[StrEnum], Mapping[str, StrEnum]] = {
    enum: {str(word): word for word in enum}
    for enum in (CancelReason, OrdType, RejectReason, Side, TimeInForce)
}


def _decoder(cls: type[Any]) -> Callable[[Mapping[str, Any]], Any]:
    fields: tuple[str, ...] = cls._fields
    words = [(i, _WORDS[t]) for i, t in enumerate(cls.__annotations__.values()) if t in _WORDS]

    def decode(payload: Mapping[str, Any]) -> Any:
        values = [payload[field] for field in fields]
        for i, by_value in words:
            values[i] = by_value[values[i]]
        return cls._make(values)

    return decode


_COMMANDS = {cls.__name__: _decoder(cls) for cls in get_args(Command)}
_EVENTS = {cls.__name__: _decoder(cls) for cls in get_args(Event)}


def kind_of(message: Command | Event) -> str:
    return type(message).__name__


def encode(message: Command | Event) -> Payload:
    """All fields of the message, and its kind under `kind`."""
    return {"kind": kind_of(message), **message._asdict()}


def decode_command(payload: Mapping[str, Any]) -> Command:
    command: Command = _COMMANDS[payload["kind"]](payload)
    return command


def decode_event(payload: Mapping[str, Any]) -> Event:
    event: Event = _EVENTS[payload["kind"]](payload)
    return event
