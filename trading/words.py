"""The edge for people at the desk: integers of ticks, lots and cents with their units."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from trading.engine import Phase, Side
from trading.models import CASH, Asset, Listing, MarketState
from trading.models.listings import plain

NOTHING = "–"

PHASES = {
    Phase.CLOSED: "Closed",
    Phase.PRE_OPEN: "Pre-open",
    Phase.OPENING_CALL: "Opening call",
    Phase.INITIAL_CALL: "Initial call",
    Phase.PERIODIC_CALL: "Periodic call",
    Phase.CLOSING_CALL: "Closing call",
    Phase.REOPENING_CALL: "Reopening call",
    Phase.VOLATILITY_CALL: "Volatility call",
    Phase.CONTINUOUS: "Continuous trading",
    Phase.HALTED: "Halted",
}
# Halt codes, after the manner of FIX SecurityTradingStatus and the markets' published halt codes.
HALT_CODES = {
    "REGULATORY": "Regulatory concern",
    "NEWS_PENDING": "News pending",
    "VOLATILITY": "Extraordinary volatility",
    "OPERATIONAL": "Operational",
    "TECHNICAL_FAULT": "Technical fault",
}
CLASSES = {
    "RETAIL": "retail investors",
    "ACCREDITED": "accredited investors",
    "QIB": "qualified institutional buyers",
    "NON_US": "non-U.S. persons",
}
# Why a trade is taken back or corrected.
BUST_CODES = {
    "CLEARLY_ERRONEOUS": "Clearly erroneous price or quantity",
    "SYSTEM_FAULT": "Fault of a system of the venue",
    "AGREED": "Both sides agree",
    "REGULATORY": "Regulatory concern",
}
RESUME_CODES = {"RESOLVED": "Concern resolved", "NEWS_RELEASED": "News released"}


def cash(cents: int | None) -> str:
    return NOTHING if cents is None else f"{Decimal(cents) / 100:,.2f} {CASH}"


def price(listing: Listing, ticks: int | None) -> str:
    return NOTHING if ticks is None else f"{listing.price(ticks):,f} {CASH}"


def quantity(listing: Listing, lots: int | None) -> str:
    return NOTHING if lots is None else f"{listing.quantity(lots):,f} {listing.symbol}"


def amount(asset: Asset, units: int) -> str:
    if asset.kind == Asset.Kind.CASH:
        return cash(units)
    return f"{plain(units * asset.unit):,f} {asset.code}"


def collar(bps: int) -> str:
    return f"{plain(Decimal(bps) / 100):f} %"


def band(bps: int) -> str:
    return f"± {collar(bps)}" if bps else "none"


def rate(millionths: int) -> str:
    return f"{plain(Decimal(millionths) / 10_000):f} %"


def duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    said = [f"{minutes} min"] if minutes else []
    return " ".join([*said, f"{rest} s"] if rest or not said else said)


def state(market: MarketState) -> str:
    return "Faulted" if market.fault_seq else PHASES[Phase(market.state)]


LOOKS = {Phase.CONTINUOUS: "trading", Phase.HALTED: "halted", Phase.CLOSED: "closed"}


def look(market: MarketState) -> str:
    """How a badge of its state looks."""
    return "faulted" if market.fault_seq else LOOKS.get(Phase(market.state), "waiting")


def halt(market: MarketState) -> str:
    """Why it is halted; nothing where it is not."""
    why = HALT_CODES.get(market.halt_code, market.halt_code)
    return " – ".join(filter(None, [why, market.halt_note]))


def surplus(listing: Listing, side: str, qty: int | None) -> str:
    """What an uncrossing leaves over, and on which side."""
    if not side or not qty:
        return "nothing"
    return f"{quantity(listing, qty)} of {'buyers' if side == Side.BUY else 'sellers'}"


def moment(at: datetime, time_zone: str) -> str:
    """As people at the market's place say it: Tue 24 Nov at 16:05 New York time."""
    local, place = at.astimezone(ZoneInfo(time_zone)), time_zone.rsplit("/")[-1].replace("_", " ")
    return f"{local:%a} {local.day} {local:%b} at {local:%H:%M} {place} time"
