"""The edge for people at the desk: integers of ticks, lots and cents with their units."""

from decimal import Decimal

from trading.models import CASH, Asset, Listing
from trading.models.listings import plain

NOTHING = "–"

# Halt codes, after the manner of FIX SecurityTradingStatus and the markets' published halt codes.
HALT_CODES = {
    "REGULATORY": "Regulatory concern",
    "NEWS_PENDING": "News pending",
    "OPERATIONAL": "Operational",
    "VOLATILITY": "Extraordinary volatility",
}
CLASSES = {
    "RETAIL": "retail investors",
    "ACCREDITED": "accredited investors",
    "QIB": "qualified institutional buyers",
    "NON_US": "non-U.S. persons",
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
