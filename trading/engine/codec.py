"""Commands and events as JSON-able dicts, by kind, for the journal and the event table."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import NoneType
from typing import Any, get_args

from .commands import Command, Conditions, ScheduledPhase
from .events import Event
from .types import Phase

Payload = dict[str, Any]


def kind_of(message: Command | Event) -> str:
    return type(message).__name__


def encode(message: Command | Event) -> Payload:
    """All fields of the message, and its kind under `kind`."""
    return {"kind": kind_of(message), **fields_of(message)}


def fields_of(message: Command | Event, *, skip: int = 0) -> Payload:
    """The message's fields, without the first `skip`; its conditions as a dict of those that are made."""
    fields: Payload = dict(zip(message._fields[skip:], message[skip:], strict=True))
    conditions = fields.get("conditions")
    if conditions is not None:
        fields["conditions"] = {k: v for k, v in conditions._asdict().items() if v is not None}
    return fields


def decode_command(payload: Mapping[str, Any]) -> Command:
    command: Command = _COMMANDS[payload["kind"]](payload)
    return command


def decode_event(payload: Mapping[str, Any]) -> Event:
    event: Event = _EVENTS[payload["kind"]](payload)
    return event


Reader = Callable[[Any], Any]


def _reader(annotation: Any) -> Reader | None:
    """What makes a field of JSON's value; None where they are the same."""
    choices = get_args(annotation) or (annotation,)
    kind = choices[0]
    if kind is Conditions:
        return lambda value: None if value is None else _conditions(value)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        # Built once: constructing an enum from its value costs more than the rest of a decode.
        words: dict[str | None, StrEnum | None] = {str(word): word for word in kind}
        if NoneType in choices:
            words[None] = None
        return words.__getitem__
    if kind is ScheduledPhase:
        return lambda entries: tuple(ScheduledPhase(at, Phase(phase), told) for at, phase, told in entries)
    return None


def _decoder(cls: type[Any]) -> Callable[[Mapping[str, Any]], Any]:
    fields: tuple[str, ...] = cls._fields
    annotations = cls.__annotations__.values()
    readers = [(i, reader) for i, a in enumerate(annotations) if (reader := _reader(a))]

    def decode(payload: Mapping[str, Any]) -> Any:
        values = [payload[field] for field in fields]
        for i, read in readers:
            values[i] = read(values[i])
        return cls._make(values)

    return decode


def _conditions(payload: Mapping[str, Any]) -> Conditions:
    return Conditions(**{name: _CONDITION_READERS[name](value) for name, value in payload.items()})


_CONDITION_READERS: dict[str, Reader] = {
    name: _reader(annotation) or (lambda value: value)
    for name, annotation in Conditions.__annotations__.items()
}
_COMMANDS = {cls.__name__: _decoder(cls) for cls in get_args(Command)}
_EVENTS = {cls.__name__: _decoder(cls) for cls in get_args(Event)}
