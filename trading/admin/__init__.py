"""The operators' desk, as far as markets go."""

from trading.admin import (
    bank,
    calendars,
    capital,
    dividends,
    fees,
    journal,
    ledger,
    listings,
    markets,
    orders,
    reconciliation,
    settlement,
    withdrawals,
)

__all__ = [
    "bank",
    "calendars",
    "capital",
    "dividends",
    "fees",
    "journal",
    "ledger",
    "listings",
    "markets",
    "orders",
    "reconciliation",
    "settlement",
    "withdrawals",
]
