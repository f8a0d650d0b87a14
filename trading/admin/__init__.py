"""The operators' desk, as far as markets go."""

from trading.admin import (
    calendars,
    dividends,
    fees,
    journal,
    ledger,
    listings,
    markets,
    orders,
    reconciliation,
    settlement,
)

__all__ = [
    "calendars",
    "dividends",
    "fees",
    "journal",
    "ledger",
    "listings",
    "markets",
    "orders",
    "reconciliation",
    "settlement",
]
