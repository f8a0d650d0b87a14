"""Cash nobody was named for: two people say whose it is, and its case is closed."""

from typing import Any

from portal import audit, clock
from portal.models import Account, Proposal
from portal.proposals import ProposalRefused, Wording
from trading import balances, words
from trading.cash.statements import CREDIT
from trading.models import CASH, BankEntry, Case, Transfer
from trading.services import ledger
from trading.services.ledger import FEES, SUSPENSE

Kind = Transfer.Kind


class AssignCash:
    """Kind of proposal: a line of a bank statement concerns this account.

    Subject: the bank's reference; new: ``account``, a number. What came in is credited to it; what went out
    and nobody ordered (a deposit the bank took back, a charge) is taken from it.
    """

    def current(self, *, subject: str, lock: bool = False) -> dict[str, Any]:
        cases = Case.objects.filter(kind=Case.Kind.UNMATCHED, subject=subject)
        if lock:
            cases = cases.select_for_update(no_key=True)
        case = cases.order_by("-pk").first()
        if case is None:
            raise ProposalRefused("NO_SUCH_CASE", f"No case is about the bank’s {subject}.")
        return {"case": case.pk, "open": case.closed_at is None, **_facts(case)}

    def check(self, *, subject: str, new: dict[str, Any]) -> None:
        entry = _entry(subject)
        account = _account(new)
        if entry.direction != CREDIT:
            place = account.pk, CASH
            with_cash = account.balances.filter(asset=CASH).first()
            _refuse_short(account, entry, {place: with_cash.available if with_cash else 0})

    def apply(self, *, subject: str, new: dict[str, Any], proposal: Proposal) -> None:
        # The case is locked: ``current`` did, before it was asked whether it is open still.
        entry, now = _entry(subject), clock.now()
        account = Account.objects.select_for_update(no_key=True).get(pk=_account(new).pk)
        suspense = ledger.contra_account(SUSPENSE)
        available = balances.lock([(account.pk, CASH), (suspense.pk, CASH)])
        if entry.direction == CREDIT:
            kind = Kind.FUNDING if account.kind == Account.Kind.CONTRA else Kind.DEPOSIT
            sides = {"debit": suspense, "credit": account}
        else:
            _refuse_short(account, entry, available)
            kind, sides = Kind.PAYMENT, {"debit": account, "credit": suspense}
        ledger.cash(kind, cents=entry.cents, reference=f"ASSIGN:{subject}", **sides)
        case = Case.objects.get(kind=Case.Kind.UNMATCHED, subject=subject, closed_at=None)
        case.closed_at, case.closed_by = now, proposal.decided_by
        case.resolution = f"{_moved(entry.direction)} {account.number}: {proposal.reason}"
        case.save(update_fields=["closed_at", "closed_by", "resolution"])
        facts = {"case": case.pk, "account": account.number, "cents": entry.cents, "proposal": proposal.pk}
        audit.record(action="CASH_ASSIGNED", subject=subject, actor=proposal.decided_by, facts=facts)

    def wording(self, *, subject: str, old: dict[str, Any], new: dict[str, Any]) -> Wording:
        who = old["counterparty"] or "somebody the bank does not name"
        came = f"from {who}" if old["direction"] == CREDIT else f"to {who}"
        number = str(new.get("account", ""))
        account = Account.objects.filter(number=number).first()
        return [
            (
                f"{words.cash(old['cents'])} {came}",
                "nobody’s yet",
                f"{_moved(old['direction'])} {account or number}",
            )
        ]


def _moved(direction: str) -> str:
    return "Credited to" if direction == CREDIT else "Taken from"


def _facts(case: Case) -> dict[str, Any]:
    return {name: case.facts.get(name, "") for name in ("direction", "cents", "counterparty", "remittance")}


def _entry(subject: str) -> BankEntry:
    is_open = Case.objects.filter(kind=Case.Kind.UNMATCHED, subject=subject, closed_at=None).exists()
    entry = BankEntry.objects.filter(bank_reference=subject).first()
    if entry is None or not is_open:
        raise ProposalRefused("NO_OPEN_CASE", f"No open case is about the bank’s {subject}.")
    return entry


def _account(new: dict[str, Any]) -> Account:
    number = str(new.get("account", "")).strip().upper()
    people = Account.objects.exclude(kind=Account.Kind.CONTRA)
    account = people.filter(number=number).first() or ledger.own_account(number)
    if account is None:
        raise ProposalRefused(
            "UNKNOWN_ACCOUNT",
            f"Cash cannot be assigned to {number or 'nobody'}: name an account, an issuer’s (C- and the "
            f"symbol) or the venue’s own, {FEES}.",
        )  # fmt: skip
    if account.status == Account.Status.CLOSED:
        raise ProposalRefused("ACCOUNT_CLOSED", f"{number} is closed. Have the bank send the cash back.")
    return account


def _refuse_short(account: Account, entry: BankEntry, available: dict[tuple[int, str], int]) -> None:
    there = max(0, available[account.pk, CASH])
    if account.kind != Account.Kind.CONTRA and entry.cents > there:
        raise ProposalRefused(
            "CASH_SHORT",
            f"{account.number} has {words.cash(there)} available, less than {words.cash(entry.cents)}. "
            f"Take it from {FEES}, and claim it from whoever owes it.",
        )
