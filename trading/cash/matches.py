"""What each line of a statement books: read from what the payer wrote, and from what was ordered.

A deposit is credited to the account its payer names, if the payer is who the account belongs to. Cash of
anybody else (a third party, nobody named, two accounts named) waits with the bank's reference for people
to look at it, as programmes against money laundering ask for (31 CFR 1023.210, FINRA 3310).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from portal.models import Account
from trading import words
from trading.cash.names import resembles
from trading.cash.statements import CREDIT, Line
from trading.models import BankAccount, BankEntry, Case, Transfer, Withdrawal
from trading.services import ledger

Kind = Transfer.Kind
Status = Withdrawal.Status

# What lines are booked as.
KINDS = (Kind.DEPOSIT, Kind.FUNDING, Kind.PAYMENT, Kind.RETURN, Kind.UNMATCHED)

# Tolerant of how people type: a-900 101, W 0000 0012.
_ACCOUNT = re.compile(r"(?<![A-Z0-9])([A-Z])[\s-]*((?:[0-9]\s?){6})(?![0-9])")
_WITHDRAWAL = re.compile(r"(?<![A-Z0-9])W[\s-]*((?:[0-9]\s?){8})(?![0-9])")
SHORTEST_REFERENCE = 3
_OURS = re.compile(r"(?<![A-Z0-9])C\s?-\s?([A-Z][A-Z0-9.]{0,9})(?![A-Z0-9])")

# Why a line is for people to look at.
WHY = {
    "NOBODY_NAMED": "The payer named no account.",
    "UNKNOWN_ACCOUNT": "The account named does not exist.",
    "SEVERAL_ACCOUNTS": "Several accounts are named.",
    "ACCOUNT_CLOSED": "The account named is closed.",
    "PAYER_UNKNOWN": "The bank does not say who paid.",
    "THIRD_PARTY": "The payer is not the account’s holder.",
    "NOT_ORDERED": "Nobody here ordered this payment.",
    "OTHER_AMOUNT": "It is of another amount than the withdrawal it names.",
    "NOT_RELEASED": "The withdrawal it names was not released, or is paid already.",
    "NOT_PAID": "The withdrawal it names was not paid, or is returned already.",
}


@dataclass(slots=True)
class Match:
    """What a line books. ``account`` is whom it concerns, as far as that is known; ``why`` one of WHY, where
    it opens a case; ``sent_back`` the open case of cash that leaves again."""

    line: Line
    kind: str
    account: Account | None = None
    withdrawal: Withdrawal | None = None
    why: str = ""
    sent_back: Case | None = None

    @property
    def said(self) -> str:
        """What was written beside the number of a withdrawal."""
        return re.sub(_WITHDRAWAL.pattern, "", self.line.remittance, flags=re.IGNORECASE).strip(" ,:;-")


@dataclass(slots=True)
class _Known:
    """What the lines name, as it stands; a withdrawal's status moves on line by line."""

    accounts: dict[str, Account]
    bank_accounts: set[tuple[int, str]]
    withdrawals: dict[int, Withdrawal]
    unmatched: dict[str, tuple[Case, int]]
    status: dict[int, str] = field(default_factory=dict)


def match(lines: Sequence[Line], *, lock: bool = False) -> list[Match]:
    """What each line books as things stand; nothing is written. Whoever books it locks the open cases, which
    two people may be about to close."""
    known = _gather(lines, lock=lock)
    return [_credit(line, known) if line.direction == CREDIT else _debit(line, known) for line in lines]


def _credit(line: Line, known: _Known) -> Match:
    named = _withdrawal_ids(line)
    if named:
        return _return(line, known.withdrawals.get(named[0]), known)
    numbers = _account_numbers(line)
    accounts = [known.accounts[number] for number in numbers if number in known.accounts]
    if not accounts:
        return Match(line, Kind.UNMATCHED, why="UNKNOWN_ACCOUNT" if numbers else "NOBODY_NAMED")
    if len(accounts) > 1:
        return Match(line, Kind.UNMATCHED, why="SEVERAL_ACCOUNTS")
    [account] = accounts
    if account.kind == Account.Kind.CONTRA:
        return Match(line, Kind.FUNDING, account)
    if account.status == Account.Status.CLOSED:
        return Match(line, Kind.UNMATCHED, account, why="ACCOUNT_CLOSED")
    if (account.pk, line.counterparty_account) in known.bank_accounts or resembles(
        line.counterparty, account.name
    ):
        return Match(line, Kind.DEPOSIT, account)
    return Match(line, Kind.UNMATCHED, account, why="THIRD_PARTY" if line.counterparty else "PAYER_UNKNOWN")


def _return(line: Line, withdrawal: Withdrawal | None, known: _Known) -> Match:
    """A payment of ours that came back."""
    if withdrawal is None or known.status[withdrawal.pk] != Status.PAID:
        return _unmatched(line, withdrawal, "NOT_PAID")
    if withdrawal.cents != line.cents:
        return _unmatched(line, withdrawal, "OTHER_AMOUNT")
    account, place = withdrawal.account, withdrawal.bank_account
    if account.status == Account.Status.CLOSED:
        return _unmatched(line, withdrawal, "ACCOUNT_CLOSED")
    is_own = line.counterparty_account == place.account_number or resembles(line.counterparty, place.holder)
    if line.counterparty and not is_own:
        return _unmatched(line, withdrawal, "THIRD_PARTY")
    known.status[withdrawal.pk] = Status.RETURNED
    return Match(line, Kind.RETURN, account, withdrawal)


def _debit(line: Line, known: _Known) -> Match:
    named = _withdrawal_ids(line)
    if not named:
        return _sent_back(line, known) or Match(line, Kind.UNMATCHED, why="NOT_ORDERED")
    withdrawal = known.withdrawals.get(named[0])
    if withdrawal is None or known.status[withdrawal.pk] != Status.RELEASED:
        return _unmatched(line, withdrawal, "NOT_RELEASED")
    if withdrawal.cents != line.cents:
        return _unmatched(line, withdrawal, "OTHER_AMOUNT")
    known.status[withdrawal.pk] = Status.PAID
    return Match(line, Kind.PAYMENT, withdrawal.account, withdrawal)


def _sent_back(line: Line, known: _Known) -> Match | None:
    """Cash nobody was named for leaves again, under the bank's reference it came with."""
    for reference, (case, cents) in known.unmatched.items():
        if cents == line.cents and _is_named(reference, line.remittance):
            del known.unmatched[reference]
            return Match(line, Kind.UNMATCHED, sent_back=case)
    return None


def _unmatched(line: Line, withdrawal: Withdrawal | None, code: str) -> Match:
    return Match(line, Kind.UNMATCHED, withdrawal.account if withdrawal else None, why=code)


# --- What is named, and what there is --------------------------------------------------------------------


def _gather(lines: Sequence[Line], *, lock: bool) -> _Known:
    numbers = {number for line in lines if line.direction == CREDIT for number in _account_numbers(line)}
    ids = {pk for line in lines for pk in _withdrawal_ids(line)}
    withdrawals = Withdrawal.objects.select_related("account", "bank_account").in_bulk(ids)
    verified = BankAccount.objects.filter(
        status=BankAccount.Status.VERIFIED, account_number__in={line.counterparty_account for line in lines}
    )
    return _Known(
        accounts=_accounts(numbers),
        bank_accounts=set(verified.values_list("account_id", "account_number")),
        withdrawals=withdrawals,
        unmatched=_open_credits(lock=lock) if any(line.direction != CREDIT for line in lines) else {},
        status={pk: row.status for pk, row in withdrawals.items()},
    )


def _accounts(numbers: set[str]) -> dict[str, Account]:
    """Those cash may be paid in for."""
    people = Account.objects.filter(number__in=numbers).exclude(kind=Account.Kind.CONTRA)
    found = {row.number: row for row in people}
    for number in numbers - found.keys():
        account = ledger.own_account(number)
        if account:
            found[number] = account
    return found


def _open_credits(*, lock: bool) -> dict[str, tuple[Case, int]]:
    open_cases = Case.objects.filter(kind=Case.Kind.UNMATCHED, closed_at=None).order_by("pk")
    if lock:
        open_cases = open_cases.select_for_update(no_key=True)
    cases = {case.subject: case for case in open_cases}
    credits = BankEntry.objects.filter(bank_reference__in=cases, direction=CREDIT)
    return {ref: (cases[ref], cents) for ref, cents in credits.values_list("bank_reference", "cents")}


def _account_numbers(line: Line) -> list[str]:
    text = line.remittance.upper()
    numbers = [f"{letter}-{_digits(rest)}" for letter, rest in _ACCOUNT.findall(text)]
    numbers += [f"C-{name}" for name in _OURS.findall(text)]
    return list(dict.fromkeys(numbers))


def _withdrawal_ids(line: Line) -> list[int]:
    return [int(_digits(found)) for found in _WITHDRAWAL.findall(line.remittance.upper())]


def _is_named(reference: str, text: str) -> bool:
    """As a word of its own, long enough not to be there by chance: X-1 is not named by X-10 or X-1/2."""
    is_there = re.search(rf"(?<![\w/-]){re.escape(reference)}(?![\w/-])", text)
    return len(reference) >= SHORTEST_REFERENCE and is_there is not None


def _digits(text: str) -> str:
    return re.sub(r"\s", "", text)


def in_words(found: Match) -> str:
    """What a line books, for people."""
    account = found.account.number if found.account else ""
    if found.sent_back:
        return f"Cash of case {found.sent_back.pk} sent back"
    if found.why:
        return f"A case: {WHY[found.why]}" + (f" ({account})" if account else "")
    if found.withdrawal:
        what = "paid" if found.kind == Kind.PAYMENT else "returned"
        return f"{found.withdrawal} of {account} is {what}"
    return f"{Kind(found.kind).label} of {words.cash(found.line.cents)} for {account}"
