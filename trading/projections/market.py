"""The market of a listing: its phase, halt, last trade, and what an uncrossing would give."""

from collections.abc import Sequence
from datetime import datetime

from portal import clock
from trading.engine import (
    AuctionUncrossed,
    Event,
    ListingConfigured,
    Market,
    Phase,
    PhaseChanged,
    ScheduleSet,
    Side,
    TradingHalted,
    TradingResumed,
)
from trading.models import Auction, Execution, Listing, MarketState


def fold(event: Event, at: datetime, state: MarketState) -> None:
    match event:
        case ListingConfigured():
            state.phase_since = state.phase_since or at
        case PhaseChanged():
            _enter(state, event.phase, at, event.until)
        case TradingHalted():
            _enter(state, Phase.HALTED, at, event.resume_at)
            state.halt_code, state.halt_note, state.halted_at = event.reason_code, event.note, at
            state.resume_at = _moment(event.resume_at)
        case TradingResumed():
            _enter(state, event.phase, at, event.until)
            state.halt_code, state.halt_note, state.halted_at, state.resume_at = "", "", None, None
        case ScheduleSet():
            state.schedule_until = _moment(event.last_at)


def _enter(state: MarketState, phase: Phase, at: datetime, until: int | None) -> None:
    if state.state != phase:  # a new schedule may only say another end
        state.state, state.phase_since = phase.value, at
    state.phase_until = _moment(until)


def _moment(at: int | None) -> datetime | None:
    return None if at is None else clock.moment(at)


def read_last_trade(state: MarketState) -> None:
    """Where a trade was broken, the last one that stands is the last price (BUST-005)."""
    last = (
        Execution.objects.filter(listing_id=state.listing_id, side=Side.BUY)
        .exclude(status=Execution.Status.BUSTED)
        .order_by("-trade_seq")
        .first()
    )
    state.last_px, state.last_qty, state.last_at = (
        (last.last_px, last.last_qty, last.at) if last else (None, None, None)
    )


def add_auctions(listing: Listing, auctions: Sequence[AuctionUncrossed]) -> None:
    Auction.objects.bulk_create(
        Auction(
            listing=listing, event_seq=event.seq, call=event.call, at=clock.moment(event.at),
            price=event.price, volume=event.volume, surplus_side=event.surplus_side or "",
            surplus_qty=event.surplus_qty,
        )
        for event in auctions
    )  # fmt: skip


def save(state: MarketState, market: Market) -> None:
    state.applied_seq, state.event_seq = market.last_seq, market.event_seq
    state.applied_at, state.next_due_at = clock.moment(market.last_at), _moment(market.next_due())
    state.reference_px, state.band_px = market.reference_px, market.last_px
    now = market.indicative()
    state.indicative_px, state.indicative_qty = (now.price, now.volume) if now else (None, None)
    state.surplus_side, state.surplus_qty = (now.surplus_side or "", now.surplus_qty) if now else ("", None)
    state.save(
        update_fields=[
            "applied_seq", "event_seq", "applied_at", "state", "phase_since", "phase_until", "schedule_until",
            "halt_code", "halt_note", "halted_at", "resume_at", "next_due_at", "last_px", "last_qty",
            "last_at", "reference_px", "band_px", "indicative_px", "indicative_qty", "surplus_side",
            "surplus_qty",
        ]
    )  # fmt: skip
