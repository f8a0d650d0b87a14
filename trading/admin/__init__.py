"""The operators' desk, as far as markets go."""

from trading.admin import journal, ledger, listings, orders

__all__ = ["journal", "ledger", "listings", "orders"]
