"""Listings: admitted with a first command, changed by approved proposals only."""

import re
from collections.abc import Callable, Iterable
from datetime import time
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F

from portal import audit, clock
from portal.models import Issuer, Proposal, User
from portal.proposals import ProposalRefused, Wording
from trading import doorbell, engine, journal, words
from trading.models import Asset, Calendar, Cursor, Listing, MarketState
from trading.models.listings import SYMBOL, SYMBOL_RULE
from trading.selectors import SETTLEMENT_CURSOR
from trading.services import ledger, schedules

RULES_VERSION = 1


def create_listing(
    *,
    symbol: str,
    name: str,
    issuer: Issuer,
    kind: str,
    exemption: str,
    open_to: Iterable[str],
    access_note: str,
    tick_size: Decimal,
    lot_size: Decimal,
    max_order_qty: int,
    max_order_cents: int,
    max_price: int,
    description: str = "",
    protection_bps: int = 500,
    static_band_bps: int = 0,
    dynamic_band_bps: int = 0,
    reference_px: int | None = None,
    rail: str = Listing.Rail.BOOK_ENTRY_T0,
    calendar: Calendar | None = None,
    closes_at: time = time(16, 0),
    time_zone: str = "America/New_York",
    actor: User | None = None,
) -> Listing:
    """Admit a security. Limits and the reference price count in lots, cents and ticks.

    Raises ValueError where a lot at one tick does not cost a whole number of cents, or the calendar is of
    another time zone.
    """
    if calendar is not None and calendar.time_zone != time_zone:
        raise ValueError("A listing and its calendar are of one time zone.")
    tick_lot_cents = tick_size * lot_size * 100
    if tick_lot_cents != tick_lot_cents.to_integral_value() or tick_lot_cents <= 0:
        raise ValueError("Tick size times lot size must be a whole number of cents.")
    if not re.fullmatch(SYMBOL, symbol):
        raise ValueError(f"{symbol!r} is no symbol: {SYMBOL_RULE}")
    if f"C-{symbol}" in ledger.CONTRA:
        raise ValueError(f"{symbol} would be taken for an account of the venue’s own.")
    with transaction.atomic():
        asset = Asset.objects.create(code=symbol, kind=Asset.Kind.TOKEN, unit=lot_size)
        listing = Listing.objects.create(
            symbol=symbol, name=name, issuer=issuer, asset=asset, description=description, kind=kind,
            exemption=exemption, open_to=list(open_to), access_note=access_note, tick_size=tick_size,
            lot_size=lot_size, tick_lot_cents=int(tick_lot_cents), max_order_qty=max_order_qty,
            max_order_cents=max_order_cents, max_price=max_price, protection_bps=protection_bps,
            static_band_bps=static_band_bps, dynamic_band_bps=dynamic_band_bps, rail=rail,
            calendar=calendar, time_zone=time_zone, closes_at=closes_at, listed_at=clock.now(),
        )  # fmt: skip
        MarketState.objects.create(listing=listing)
        Cursor.objects.create(name=SETTLEMENT_CURSOR, listing=listing)
        journal.open_listing(listing_id=listing.pk)
        _configure(listing, actor, reference_px=reference_px)
        if calendar is not None:
            schedules.append_schedule(listing=listing, actor=actor)
        audit.record(action="LISTED", subject=symbol, actor=actor, facts=listing.terms())
    return listing


def raise_epoch() -> int:
    """Start every listing's feed afresh; return how many there are.

    A restored journal goes back to numbers that readers have seen under other events.
    """
    with transaction.atomic():
        raised = Listing.objects.update(epoch=F("epoch") + 1)
        audit.record(action="EPOCH_RAISED", subject="listings", facts={"listings": raised})
    return raised


def _configure(listing: Listing, actor: User | None, *, reference_px: int | None = None) -> None:
    """Whatever the engine's answers depend on is in the journal."""
    command = engine.ConfigureListing(
        0,
        0,
        RULES_VERSION,
        listing.tick_lot_cents,
        listing.max_order_qty,
        listing.max_price,
        reference_px,
        listing.static_band_bps,
        listing.dynamic_band_bps,
        listing.volatility_call_seconds * 1_000_000,
    )
    draft = journal.Draft(command=command, actor_id=actor.pk if actor else None)
    journal.append(drafts={listing.pk: [draft]}, received_at=clock.now())
    doorbell.ring_on_commit(listing.pk)


class ListingParameters:
    """Kind of proposal: change a listing's limits and bands. Subject: the symbol; new: some of ``FIELDS``."""

    FIELDS = {
        "max_order_qty": "Largest order",
        "max_order_cents": "Largest value of one order",
        "max_price": "Highest price",
        "protection_bps": "Furthest from the market",
        "static_band_bps": "Static price band",
        "dynamic_band_bps": "Dynamic price band",
        "volatility_call_seconds": "Length of a volatility call",
        "reopening_call_seconds": "Length of a reopening call",
        "reference_px": "Reference price",
    }
    # Where nothing, and how much at most, makes sense.
    NOUGHT_ALLOWED = {"static_band_bps", "dynamic_band_bps", "reopening_call_seconds"}
    MOST = {
        "protection_bps": (10_000, "100 %"),
        "static_band_bps": (10_000, "100 %"),
        "dynamic_band_bps": (10_000, "100 %"),
        "volatility_call_seconds": (3_600, "an hour"),
        "reopening_call_seconds": (86_400, "a day"),
    }

    def current(self, *, subject: str, lock: bool = False) -> dict[str, Any]:
        """All but the reference price, which moves with every trade: what replaces it rests on none."""
        listing = named_listing(subject, lock=lock)
        return {name: getattr(listing, name) for name in self.FIELDS if name != "reference_px"}

    def check(self, *, subject: str, new: dict[str, Any]) -> None:
        listing = named_listing(subject)
        if not new:
            raise ProposalRefused("NOTHING_CHANGED", "Nothing is to be changed.")
        for name, value in new.items():
            if name not in self.FIELDS:
                raise ProposalRefused("UNKNOWN_PARAMETER", f"A listing has no “{name}”.")
            least = 0 if name in self.NOUGHT_ALLOWED else 1
            if type(value) is not int or not least <= value < 2**53:
                what = "must not be below zero" if least == 0 else "must be above zero"
                raise ProposalRefused("NOT_POSITIVE", f"“{self.FIELDS[name]}” {what}.")
            most, said = self.MOST.get(name, (value, ""))
            if value > most:
                raise ProposalRefused("TOO_WIDE", f"“{self.FIELDS[name]}” is {said} at most.")
        if new.get("reference_px", 1) > new.get("max_price", listing.max_price):
            raise ProposalRefused("TOO_HIGH", "The reference price is above the highest price.")

    def apply(self, *, subject: str, new: dict[str, Any], proposal: Proposal) -> None:
        listing = named_listing(subject)
        columns = [name for name in new if name != "reference_px"]
        for name in columns:
            setattr(listing, name, new[name])
        listing.save(update_fields=columns)
        _configure(listing, proposal.decided_by, reference_px=new.get("reference_px"))

    def wording(self, *, subject: str, old: dict[str, Any], new: dict[str, Any]) -> Wording:
        listing = named_listing(subject)
        said: dict[str, Callable[[int], str]] = {
            "max_order_qty": lambda lots: words.quantity(listing, lots),
            "max_order_cents": words.cash,
            "max_price": lambda ticks: words.price(listing, ticks),
            "protection_bps": words.collar,
            "static_band_bps": words.band,
            "dynamic_band_bps": words.band,
            "volatility_call_seconds": words.duration,
            "reopening_call_seconds": words.duration,
            "reference_px": lambda ticks: words.price(listing, ticks),
        }
        return [
            (self.FIELDS[name], say(old[name]) if name in old else words.NOTHING, say(new[name]))
            for name, say in said.items()
            if name in new
        ]


def named_listing(symbol: str, *, lock: bool = False) -> Listing:
    """What a proposal is about."""
    rows = Listing.objects.select_for_update(no_key=True) if lock else Listing.objects.all()
    listing = rows.filter(symbol=symbol).first()
    if listing is None:
        raise ProposalRefused("UNKNOWN_SYMBOL", f"There is no listing {symbol}.")
    return listing
