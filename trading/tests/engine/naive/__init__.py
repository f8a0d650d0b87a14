"""The rules of docs/rules once more, written to be read: one list of orders, searched anew for everything.

Shares nothing with the engine but its words. Slow, and obviously right.
"""

from .market import NaiveMarket

__all__ = ["NaiveMarket"]
