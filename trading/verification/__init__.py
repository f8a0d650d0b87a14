"""Verification: recompute everything from the records, and compare.

``verify_listing`` folds a listing's journal in a fresh engine, from its first command and from no snapshot,
and holds what comes of it against every row the matching worker wrote. ``verify_records`` asks the seals.
``verify_ledger`` recomputes balances, holds and lots. Nothing here uses the code that wrote what it checks,
but for the engine itself. (17 CFR 242.302; the audit trail of 17 CFR 240.17a-4(f)(2)(i)(A).)
"""

from trading.verification.books import verify_ledger
from trading.verification.findings import Findings, of_one_moment
from trading.verification.journaled import verify_listing, verify_records

__all__ = ["Findings", "of_one_moment", "verify_ledger", "verify_listing", "verify_records"]
