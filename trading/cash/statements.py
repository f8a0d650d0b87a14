"""Bank statements as they are read: plain data, whichever format the bank keeps them in.

Nothing here knows the books; what a statement has to fit there is asked when it is taken in.
"""

from collections import Counter
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from trading import words
from trading.cash.refusals import CashRefused
from trading.models import CASH, BankEntry

CREDIT, DEBIT = BankEntry.Direction.CREDIT, BankEntry.Direction.DEBIT

MOST_CENTS = 10**15
# As long as the columns they go to; a transfer is named by its reference, and by what it is besides.
LONGEST = {"statement_id": 80, "bank_reference": 70}
# Of what others wrote the beginning is kept: however long it is, the cash is there.
KEPT = {"counterparty": 140, "counterparty_account": 40, "remittance": 500}


@dataclass(frozen=True, slots=True)
class Line:
    """One movement on the bank's books, seen from ours: a credit is cash that came in."""

    bank_reference: str
    direction: str
    cents: int
    booked_on: date
    counterparty: str = ""
    counterparty_account: str = ""
    remittance: str = ""

    @property
    def signed(self) -> int:
        return self.cents if self.direction == CREDIT else -self.cents


@dataclass(frozen=True, slots=True)
class Statement:
    statement_id: str
    format: str
    booked_on: date
    opening_cents: int
    closing_cents: int
    lines: tuple[Line, ...]
    sha256: str
    file_name: str


@dataclass(frozen=True, slots=True)
class Head:
    """What a reader finds beside the lines."""

    statement_id: str
    booked_on: date
    opening_cents: int
    closing_cents: int
    account: str = ""  # whose number it is of, where the format says


def check_statement(statement: Statement) -> None:
    """Does it add up by itself?"""
    seen = Counter(line.bank_reference for line in statement.lines)
    twice = [reference for reference, count in seen.items() if count > 1]
    if twice:
        raise CashRefused(
            "REFERENCE_TWICE", f"The entry {twice[0]} is on this statement twice.", "bank_reference"
        )
    comes_to = statement.opening_cents + sum(line.signed for line in statement.lines)
    if comes_to != statement.closing_cents:
        raise CashRefused(
            "BALANCES_DO_NOT_ADD_UP",
            f"The opening balance and the entries come to {words.cash(comes_to)}, the closing balance is "
            f"{words.cash(statement.closing_cents)}. Ask the bank for the whole statement.",
            "closing_balance",
        )


def difference(old: Line, new: Line) -> str:
    """In which value two readings of one line differ first, for people; nothing where they do not."""
    for field in fields(Line):
        was, now = getattr(old, field.name), getattr(new, field.name)
        if was != now:
            said = words.cash if field.name == "cents" else str
            called = "amount" if field.name == "cents" else field.name.replace("_", " ")
            return f"its {called} is {said(now) or 'empty'}, taken in was {said(was) or 'empty'}"
    return ""


# --- What every reader asks of its values ---------------------------------------------------------------


def line_of(where: str, *, amount: str | Decimal, currency: str = CASH, **values: object) -> Line:
    """A line from values as they were read. ``where`` tells people which."""
    refuse_currency(where, currency)
    cents = cents_of(where, amount)
    if cents <= 0:
        raise CashRefused(
            "AMOUNT_NOT_POSITIVE",
            f"{where}: the amount is {words.cash(cents)}. It has to be more than nothing; whether it came in "
            "or went out is told by the direction.",
            "amount",
        )
    kept = {name: str(values[name])[:most] for name, most in KEPT.items() if name in values}
    line = Line(cents=cents, **values | kept)  # type: ignore[arg-type]
    if not line.bank_reference:
        raise CashRefused("LINE_INVALID", f"{where}: the bank’s reference is missing.", "bank_reference")
    refuse_long(where, "bank_reference", line.bank_reference)
    return line


def cents_of(where: str, amount: str | Decimal) -> int:
    try:
        cents = Decimal(amount) * 100
    except ArithmeticError:  # no number, or one beyond all bounds
        raise CashRefused("LINE_INVALID", f"{where}: {amount!r} is no amount.", "amount") from None
    if not cents.is_finite() or abs(cents) > MOST_CENTS or cents != cents.to_integral_value():
        raise CashRefused("LINE_INVALID", f"{where}: {amount} is not in dollars and cents.", "amount")
    return int(cents)


def refuse_currency(where: str, currency: str) -> None:
    if currency != CASH:
        raise CashRefused(
            "CURRENCY_NOT_USD", f"{where}: the currency is {currency}; only {CASH} is kept here.", "currency"
        )


def refuse_long(where: str, name: str, value: str) -> None:
    if len(value) > LONGEST[name]:
        called = name.replace("_", " ")
        raise CashRefused(
            "LINE_INVALID", f"{where}: the {called} is longer than {LONGEST[name]} letters.", name
        )
