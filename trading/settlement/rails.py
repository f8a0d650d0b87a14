"""Rails: when the trades of a listing settle, who has to affirm them, and what executing them means."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from trading import sessions
from trading.models import Instruction, Listing, SettlementState
from trading.settlement import booking


class Rail(Protocol):
    def due_at(self, *, listing: Listing, traded_at: datetime) -> datetime:
        """Not to be settled before."""

    def affirmed(self, instruction: Instruction) -> bool:
        """Do both sides stand by it, as far as anybody has to say so?"""

    def execute(self, *, listing: Listing, due: Sequence[Instruction], at: datetime) -> SettlementState:
        """Deliver against payment, all of them, in the running transaction: SETTLED. Or have it done by
        somebody who will tell: EXECUTING."""


@dataclass(frozen=True, slots=True)
class BookEntry:
    """On the venue's own books: at once, or as the next business day begins (17 CFR 240.15c6-1). Both
    sides stood by it with their orders, whose cash and securities are kept since."""

    next_day: bool

    def due_at(self, *, listing: Listing, traded_at: datetime) -> datetime:
        return sessions.settlement_due(listing, traded_at) if self.next_day else traded_at

    def affirmed(self, instruction: Instruction) -> bool:
        return True

    def execute(self, *, listing: Listing, due: Sequence[Instruction], at: datetime) -> SettlementState:
        booking.book(listing, due, at=at)
        return SettlementState.SETTLED


@dataclass(frozen=True, slots=True)
class ByCustodian:
    """The three-step model (SEC staff letter of 25 September 2020): subscribers tell their custodian to
    settle at the venue's word, the venue matches, the custodian settles. The books follow its report."""

    cycle: Rail

    def due_at(self, *, listing: Listing, traded_at: datetime) -> datetime:
        return self.cycle.due_at(listing=listing, traded_at=traded_at)

    def affirmed(self, instruction: Instruction) -> bool:
        return instruction.buyer_affirmed_at is not None and instruction.seller_affirmed_at is not None

    def execute(self, *, listing: Listing, due: Sequence[Instruction], at: datetime) -> SettlementState:
        return SettlementState.EXECUTING


_CYCLES = {
    Listing.Rail.BOOK_ENTRY_T0: BookEntry(next_day=False),
    Listing.Rail.BOOK_ENTRY_T1: BookEntry(next_day=True),
}


def rail_of(listing: Listing, custodian_id: str | None) -> Rail:
    """Of what this custodian settles, or nobody but the venue: a trade keeps the one it was instructed to,
    whatever the listing is given since."""
    cycle = _CYCLES[Listing.Rail(listing.rail)]
    return cycle if custodian_id is None else ByCustodian(cycle)
