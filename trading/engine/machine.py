"""The market of one listing: a state and `apply(command) -> events`, nothing else.

The answer depends on the commands alone, so any process that folds the same journal stands at the
same state. A bad order is a reject event. An EngineError is a bug, and the market that raised it is
to be thrown away.
"""

from collections.abc import Callable
from typing import Any

from . import orders, phases
from .commands import (
    BustTrade,
    CancelOrder,
    Command,
    ConfigureListing,
    CorrectTrade,
    HaltTrading,
    MassCancel,
    NewOrder,
    Quarantined,
    ReplaceOrder,
    ResumeTrading,
    SetSchedule,
    Tick,
)
from .events import Event, ListingConfigured, TradeBusted, TradeCorrected
from .floor import Floor, ListingParams


class EngineError(Exception):
    """The caller broke the contract: a gap in the journal, time running backwards, no configuration."""


class Market(Floor):
    def apply(self, command: Command) -> list[Event]:
        seq, at = command[0], command[1]
        if seq != self.last_seq + 1:
            raise EngineError(f"listing {self.listing_id}: command {seq} after {self.last_seq}")
        if at < self.last_at:
            raise EngineError(f"listing {self.listing_id}: command {seq} is earlier than the one before")
        if self.params is None and type(command) is not ConfigureListing:
            raise EngineError(f"listing {self.listing_id}: the first command must configure it")
        events = self.events = []
        self.command_seq = seq
        if self.phase_due <= at or self.expiries.next_at <= at:
            phases.run_due(self, at)
        self.now = at
        _HANDLERS[type(command)](self, command)
        self.last_seq = seq
        self.last_at = at
        return events


def _configure(market: Market, command: ConfigureListing) -> None:
    market.params = ListingParams(
        command.rules_version, command.tick_lot_cents, command.max_order_qty, command.max_price,
        command.static_band_bps, command.dynamic_band_bps, command.volatility_call_us,
    )  # fmt: skip
    if command.reference_px is not None:
        market.reference_px = command.reference_px
    market.say(ListingConfigured, *command[2:])


def _tick(market: Market, command: Tick) -> None:
    """Nothing of its own: whatever is due has happened before any command."""


def _bust(market: Market, command: BustTrade) -> None:
    """The engine keeps no trades: stops that this one triggered stand (BUST-006)."""
    market.say(TradeBusted, *command[2:])


def _correct(market: Market, command: CorrectTrade) -> None:
    market.say(TradeCorrected, *command[2:])


_HANDLERS: dict[type[Command], Callable[[Any, Any], None]] = {
    ConfigureListing: _configure,
    SetSchedule: phases.set_schedule,
    NewOrder: orders.new_order,
    CancelOrder: orders.cancel,
    MassCancel: orders.mass_cancel,
    ReplaceOrder: orders.replace,
    HaltTrading: phases.halt,
    ResumeTrading: phases.resume,
    BustTrade: _bust,
    CorrectTrade: _correct,
    Tick: _tick,
    Quarantined: orders.quarantined,
}
