"""The operators' desk, as far as markets go."""

from trading.admin import calendars, fees, journal, ledger, listings, markets, orders

__all__ = ["calendars", "fees", "journal", "ledger", "listings", "markets", "orders"]
