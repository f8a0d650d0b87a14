"""The interface to whoever checks identities, and which one is asked: ``IDENTITY_PROVIDER`` in settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True)
class Question:
    """What a provider is told. Asked again, it has the same ``case``."""

    case: str
    kind: str
    people: list[dict[str, Any]]
    documents: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Reference:
    """The provider took the question, and will send a message."""

    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    outcome: str  # PASSED, REVIEW or FIX
    code: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """What a provider sent by itself."""

    id: str
    case: str
    answer: Answer


class ProviderAway(Exception):
    """It does not answer, or not so that anybody could tell: it is asked again later."""


class NotFromThem(Exception):
    """A message with no signature of the provider's, or not of these minutes."""


class Garbled(Exception):
    """Signed, and no message anybody could read."""


class Provider(Protocol):
    def ask(self, question: Question) -> Reference | Answer:
        """Raises ProviderAway, and nothing else."""

    def open(self, *, headers: Mapping[str, str], body: bytes, at: datetime) -> Message:
        """Raises NotFromThem, Garbled."""


@cache
def _made(path: str, options: tuple[tuple[str, Any], ...]) -> Provider:
    provider: Provider = import_string(path)(**dict(options))
    return provider


def provider(name: str) -> Provider:
    """Raises LookupError."""
    said: dict[str, Any] = settings.IDENTITY_PROVIDERS[name]  # type: ignore[misc,unused-ignore]
    return _made(said["class"], tuple(sorted(said.get("options", {}).items())))
