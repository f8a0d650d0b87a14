"""Reading a bank statement, whichever format it comes in. Pure: nothing is asked of the books."""

import hashlib
from collections.abc import Callable

from django.conf import settings

from trading.cash import camt, csv_statement
from trading.cash.refusals import CashRefused
from trading.cash.statements import Head, Line, Statement, refuse_long
from trading.models import BankStatement

MOST_BYTES = 16 * 1024 * 1024
MOST_LINES = 10_000


def read_statement(content: bytes, file_name: str) -> Statement:
    """Read a statement in any format that is taken, or raise CashRefused."""
    if len(content) > MOST_BYTES:
        raise CashRefused(
            "FILE_TOO_LARGE", "A statement’s file is larger than 16 MB. Ask the bank for parts."
        )
    text = _text(content)
    kind, read = _reader(text)
    head, lines = read(text)
    refuse_long("The statement", "statement_id", head.statement_id)
    if head.account and head.account != settings.BANK_ACCOUNT_NUMBER:
        raise CashRefused(
            "ANOTHER_ACCOUNT",
            f"It is the statement of account {head.account[:40]}, not of {settings.BANK_ACCOUNT_NUMBER}, "
            "where customers’ cash is kept.",
            "account",
        )
    if len(lines) > MOST_LINES:
        raise CashRefused("FILE_TOO_LARGE", f"A statement holds {MOST_LINES:,} entries at most.")
    return Statement(
        head.statement_id, kind, head.booked_on, head.opening_cents, head.closing_cents, tuple(lines),
        hashlib.sha256(content).hexdigest(), file_name[-200:],
    )  # fmt: skip


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unknown_format() from None
    if "\0" in text:  # PostgreSQL cannot keep it
        raise _unknown_format()
    return text


def _reader(text: str) -> tuple[str, Callable[[str], tuple[Head, list[Line]]]]:
    if text.lstrip().startswith("<"):
        return BankStatement.Format.CAMT_053, camt.read
    if text.lstrip().startswith(csv_statement.HEAD[0]):
        return BankStatement.Format.CSV, csv_statement.read
    raise _unknown_format()


def _unknown_format() -> CashRefused:
    return CashRefused(
        "FORMAT_UNKNOWN",
        "This is no statement that can be read: give CSV as docs/bank.md has it, or ISO 20022 camt.053, "
        "in UTF-8.",
    )
