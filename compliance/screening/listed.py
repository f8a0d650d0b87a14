"""What a sanctions list says of somebody. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ListKind(StrEnum):
    SDN = "SDN"  # Specially Designated Nationals and Blocked Persons
    CONSOLIDATED = "CONSOLIDATED"  # the lists of others: restricted, not all of them blocked


class EntryKind(StrEnum):
    INDIVIDUAL = "INDIVIDUAL"
    ENTITY = "ENTITY"
    VESSEL = "VESSEL"
    AIRCRAFT = "AIRCRAFT"


class NameKind(StrEnum):
    PRIMARY = "PRIMARY"
    AKA = "AKA"  # also known as
    FKA = "FKA"  # formerly known as
    NKA = "NKA"  # now known as
    WEAK = "WEAK"  # a broad nickname, which OFAC itself calls a weak alias


@dataclass(frozen=True, slots=True)
class ListedName:
    text: str
    kind: NameKind


@dataclass(frozen=True, slots=True)
class Birth:
    """A day, or a span of which nobody knows more."""

    text: str
    first: date
    last: date
    is_circa: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """Of a document or a register: a passport, a tax number, a vessel's."""

    kind: str
    value: str
    country: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    line: str
    city: str
    country: str


@dataclass(frozen=True, slots=True)
class Entry:
    list_kind: ListKind
    uid: int
    kind: EntryKind
    names: tuple[ListedName, ...]
    programs: tuple[str, ...] = ()
    title: str = ""
    remarks: str = ""
    births: tuple[Birth, ...] = ()
    numbers: tuple[Number, ...] = ()
    addresses: tuple[Address, ...] = ()
    countries: tuple[str, ...] = ()  # ISO 3166: of citizenship, birth, addresses, a vessel's flag

    @property
    def name(self) -> str:
        return self.names[0].text
