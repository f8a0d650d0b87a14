"""Taking a bank statement in: as a whole, once, or not at all.

Lock order (ARCHITECTURE): the row of C-BANK, under which statements are taken in one after the other; the
open cases of cash nobody is named for, as whoever assigns it locks its case; then all balances at once.
Withdrawals that were released are moved by nothing else.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from portal import audit, clock
from portal.models import Account, User
from trading import words
from trading.cash import matches
from trading.cash.matches import Kind, Match
from trading.cash.reading import read_statement
from trading.cash.refusals import CashRefused
from trading.cash.statements import CREDIT, Line, Statement, check_statement, difference
from trading.models import (
    CASH,
    Balance,
    BankEntry,
    BankStatement,
    Case,
    Reconciliation,
    Transfer,
    Withdrawal,
)
from trading.reconciliation.comparing import reconcile, venue_day
from trading.services import ledger
from trading.services.ledger import BANK, FEES, SUSPENSE, TRANSIT, CashEntry

Status = Withdrawal.Status


@dataclass(frozen=True, slots=True)
class Preview:
    """A statement, and what taking it in would book."""

    statement: Statement
    matches: list[Match]

    @property
    def cases(self) -> list[Match]:
        return [found for found in self.matches if found.why]


def preview_statement(*, content: bytes, file_name: str) -> Preview:
    """What taking it in would book; refused as taking it in would be, and nothing is booked."""
    statement = read_statement(content, file_name)
    _open_books()
    _refuse(statement, at_bank())
    return Preview(statement, matches.match(statement.lines))


def import_statement(*, content: bytes, file_name: str, by: User | None) -> BankStatement:
    """Take a statement in, book each of its lines, and compare what the books then have at the bank."""
    statement = read_statement(content, file_name)
    _open_books()
    with transaction.atomic():
        bank = Account.objects.select_for_update(no_key=True).get(number=BANK)
        _refuse(statement, at_bank())
        row = BankStatement.objects.create(
            statement_id=statement.statement_id, format=statement.format, file_name=statement.file_name,
            sha256=statement.sha256, booked_on=statement.booked_on, opening_cents=statement.opening_cents,
            closing_cents=statement.closing_cents, imported_at=clock.now(), imported_by=by,
        )  # fmt: skip
        found = matches.match(statement.lines, lock=True)
        _book(row, bank, found)
        _write_down(row, found, by)
        reconcile(asset=CASH, kind=Reconciliation.Kind.BANK)
    return row


def at_bank() -> int:
    """Customers' cash at the bank by our books, in cents."""
    row = Balance.objects.filter(account__number=BANK, asset=CASH).first()
    return -row.settled if row else 0


def _open_books() -> None:
    """Whatever a line may move has to be there, on the venue's first day too."""
    ledger.open_cash()
    for number in (BANK, SUSPENSE, TRANSIT, FEES):
        ledger.contra_account(number)


# --- What it has to fit -----------------------------------------------------------------------------------


def _refuse(statement: Statement, ours: int) -> None:
    """In this order, so that a file that was altered is told from one that is wrong by itself."""
    _refuse_seen(statement)
    check_statement(statement)
    _refuse_future(statement)
    last = BankStatement.objects.order_by("-pk").first()
    expected = last.closing_cents if last else ours
    if statement.opening_cents != expected:
        follows = f"the statement {last} closed with" if last else "the books have at the bank"
        raise CashRefused(
            "OPENING_NOT_LAST_CLOSING",
            f"It opens with {words.cash(statement.opening_cents)}, but {follows} {words.cash(expected)}. "
            "Import the statements in between first.",
            "opening_balance",
        )
    if last and statement.booked_on < last.booked_on:
        raise CashRefused(
            "OLDER_THAN_LAST",
            f"It is of {statement.booked_on}; the last one imported is of {last.booked_on}.",
            "booked_on",
        )
    if last is None:
        _refuse_before_the_books(statement)
    _refuse_booked(statement)


def _refuse_seen(statement: Statement) -> None:
    same_bytes = BankStatement.objects.filter(sha256=statement.sha256).first()
    if same_bytes:
        raise _already(same_bytes)
    same_name = BankStatement.objects.filter(statement_id=statement.statement_id).first()
    if same_name is None:
        return
    altered = _altered(same_name, statement)
    if not altered:
        raise _already(same_name)
    raise CashRefused(
        "STATEMENT_ALTERED",
        f"The statement {same_name} was imported on {same_name.imported_at:%Y-%m-%d}, and this file says "
        f"something else: {altered}. Nothing was changed; ask the bank.",
    )


def _already(row: BankStatement) -> CashRefused:
    return CashRefused(
        "ALREADY_IMPORTED",
        f"The statement {row} was imported on {row.imported_at:%Y-%m-%d at %H:%M} UTC: nothing to do.",
    )


def _altered(row: BankStatement, statement: Statement) -> str:
    """Where a statement first differs from what was taken in under its name."""
    names = {f.name for f in Line.__dataclass_fields__.values()}
    stored = [Line(**values) for values in row.entries.order_by("pk").values(*sorted(names))]
    for number, (old, new) in enumerate(zip(stored, statement.lines, strict=False), start=1):
        if differs := difference(old, new):
            return f"of entry {number}, {old.bank_reference}, {differs}"
    if len(stored) != len(statement.lines):
        return f"it has {len(statement.lines)} entries, taken in were {len(stored)}"
    for name in ("booked_on", "opening_cents", "closing_cents"):
        if getattr(row, name) != getattr(statement, name):
            return f"its {name.removesuffix('_cents').replace('_', ' ')} differs"
    return ""


def _refuse_future(statement: Statement) -> None:
    """It would be the last one for days, and none of them could be taken in."""
    latest = max([statement.booked_on, *(line.booked_on for line in statement.lines)])
    today = venue_day(clock.now())
    if latest > today:
        raise CashRefused(
            "IN_THE_FUTURE",
            f"It says it was booked on {latest}; where the bank is it is {today}. Ask the bank.",
            "booked_on",
        )


def _refuse_before_the_books(statement: Statement) -> None:
    """What the first statement opens with is all the books have at the bank, so it cannot be older."""
    moved = Transfer.objects.filter(
        Q(debit_account__number=BANK) | Q(credit_account__number=BANK), asset=CASH
    )
    last = moved.order_by("-at").first()
    if last and statement.booked_on < venue_day(last.at):
        raise CashRefused(
            "BEFORE_THE_BOOKS",
            f"It is of {statement.booked_on}; what the books have at the bank is of {venue_day(last.at)}. "
            "Begin with a statement of that day or a later one.",
            "booked_on",
        )


def _refuse_booked(statement: Statement) -> None:
    references = [line.bank_reference for line in statement.lines]
    booked = BankEntry.objects.filter(bank_reference__in=references).select_related("statement").first()
    if booked:
        raise CashRefused(
            "ENTRY_BOOKED_BEFORE",
            f"The entry {booked} was booked with the statement {booked.statement} already.", "bank_reference",
        )  # fmt: skip


# --- What it books ----------------------------------------------------------------------------------------


def _book(row: BankStatement, bank: Account, found: list[Match]) -> None:
    suspense, transit = ledger.contra_account(SUSPENSE), ledger.contra_account(TRANSIT)
    entries = [
        CashEntry(
            Kind(one.kind), *_sides(one, bank, suspense, transit), one.line.cents,
            f"BANK:{one.line.bank_reference}",
        )
        for one in found
    ]  # fmt: skip
    booked = ledger.cash_batch(entries)
    BankEntry.objects.bulk_create(
        BankEntry(
            statement=row, transfer=transfer, bank_reference=line.bank_reference, direction=line.direction,
            cents=line.cents, booked_on=line.booked_on, counterparty=line.counterparty,
            counterparty_account=line.counterparty_account, remittance=line.remittance,
        )
        for line, transfer in zip((one.line for one in found), booked, strict=True)
    )  # fmt: skip
    for one in found:
        _follow(one)


def _sides(one: Match, bank: Account, suspense: Account, transit: Account) -> tuple[Account, Account]:
    """(debit, credit)"""
    if one.kind == Kind.PAYMENT:
        return transit, bank
    if one.kind == Kind.UNMATCHED:
        return (bank, suspense) if one.line.direction == CREDIT else (suspense, bank)
    assert one.account is not None
    return bank, one.account


def _follow(one: Match) -> None:
    """What a booked line means for the withdrawal it ends, or for people."""
    now, line = clock.now(), one.line
    if one.withdrawal:
        paid = one.kind == Kind.PAYMENT
        moved = Withdrawal.objects.filter(
            pk=one.withdrawal.pk, status=Status.RELEASED if paid else Status.PAID
        ).update(
            status=Status.PAID if paid else Status.RETURNED, ended_at=now,
            reason="" if paid else (one.said or "Returned by the bank.")[:400],
        )  # fmt: skip
        assert moved == 1, one.withdrawal
    if one.sent_back:
        closed = Case.objects.filter(pk=one.sent_back.pk, closed_at=None).update(
            closed_at=now, resolution=f"Sent back to the payer: the bank’s {line.bank_reference}."
        )
        assert closed == 1, one.sent_back
    if one.why:
        Case.objects.create(
            kind=Case.Kind.UNMATCHED, asset_id=CASH, subject=line.bank_reference, opened_at=now,
            facts={
                "why": one.why, "direction": line.direction, "cents": line.cents,
                "booked_on": str(line.booked_on), "counterparty": line.counterparty,
                "counterparty_account": line.counterparty_account, "remittance": line.remittance,
                "account": one.account.number if one.account else "",
            },
        )  # fmt: skip


def _write_down(row: BankStatement, found: list[Match], by: User | None) -> None:
    kinds = [one.kind for one in found]
    facts = {
        "sha256": row.sha256, "entries": len(found), "closing": row.closing_cents,
        "cases": sum(bool(one.why) for one in found),
        "booked": {kind: kinds.count(kind) for kind in sorted(set(kinds))},
    }  # fmt: skip
    audit.record(action="STATEMENT_IMPORTED", subject=f"statement {row}"[:100], actor=by, facts=facts)
    for one in found:
        if one.withdrawal:
            action = "WITHDRAWAL_PAID" if one.kind == Kind.PAYMENT else "WITHDRAWAL_RETURNED"
            audit.record(
                action=action,
                subject=one.withdrawal.reference,
                facts={"bank_reference": one.line.bank_reference},
            )
