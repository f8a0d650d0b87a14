"""Cash: bank statements taken in, bank accounts, withdrawals, and whose the cash at the bank is.

Nothing here reaches a bank. Files do (docs/bank.md): statements in, payments out.
"""

from trading.cash.bank_accounts import (
    add_bank_account,
    remove_bank_account,
    usable_from,
    verify_bank_account,
)
from trading.cash.imports import import_statement, preview_statement
from trading.cash.instructions import deposit_instructions
from trading.cash.reading import read_statement
from trading.cash.refusals import CashRefused
from trading.cash.withdrawals import cancel_withdrawal, is_stopped, request_withdrawal

__all__ = [
    "CashRefused",
    "add_bank_account",
    "cancel_withdrawal",
    "deposit_instructions",
    "import_statement",
    "is_stopped",
    "preview_statement",
    "read_statement",
    "remove_bank_account",
    "request_withdrawal",
    "usable_from",
    "verify_bank_account",
]
