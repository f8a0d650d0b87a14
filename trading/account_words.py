"""The books in sentences for an account's holders: what happened, what is next, and why. Whoever stood on
the other side is not named, nor is what keeps them from settling."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from portal.models import Account
from trading import words
from trading.account_books import TRADE, Trade, settlements_of_trades
from trading.engine import Side
from trading.models import Instruction, SettlementState, SettlementStep, Transfer

Kind = Transfer.Kind
State = SettlementState


# --- Movements of cash ------------------------------------------------------------------------------------

# What came in, and what went out, where that reads differently.
MOVEMENTS: dict[Kind, tuple[str, str]] = {
    Kind.DEPOSIT: ("Deposit from your bank", "Deposit from your bank"),
    Kind.PAYMENT: ("Payment by the bank", "Taken by the bank: a deposit returned unpaid, or a charge"),
    Kind.WITHDRAWAL: ("Withdrawal taken back", "Withdrawal released to your bank"),
    Kind.RETURN: ("Withdrawal returned by your bank", "Withdrawal returned by your bank"),
    Kind.FUNDING: ("Distribution funding", "Funding of a distribution"),
    Kind.DIVIDEND: ("Dividend", "Dividend taken back"),
    Kind.WITHHOLDING: ("Withheld tax given back", "Tax withheld"),
    Kind.FEE_REFUND: ("Fee refunded", "Fee refund taken back"),
    Kind.COMPENSATION: ("Compensation from the venue", "Compensation paid"),
    Kind.CORRECTION: ("Correction by the venue", "Correction by the venue"),
}
# Of trades: what the other account's side of it is, is not said.
TRADE_MOVEMENTS: dict[Kind, tuple[str, str]] = {
    Kind.TRADE_CASH: ("Sold {what}", "Bought {what}"),
    Kind.TRADE_FEE: ("Fee of trading {what}", "Fee of trading {what}"),
    Kind.REVERSAL_CASH: ("Purchase of {what} reversed", "Sale of {what} reversed"),
    Kind.REVERSAL_FEE: ("Fee of trading {what} given back", "Fee of trading {what} given back"),
}


def movements(account: Account, rows: Iterable[Transfer]) -> list[tuple[str, Instruction | None]]:
    """A sentence for each, and the settlement it belongs to. One query for the trades among them."""
    shown = list(rows)
    trades = {row.pk: trade for row in shown if (trade := trade_of(row)) is not None}
    known = settlements_of_trades(trades.values())
    found = [known.get(trades.get(row.pk, (0, 0))) for row in shown]
    return [(movement(account, row, trade), trade) for row, trade in zip(shown, found, strict=True)]


def trade_of(row: Transfer) -> Trade | None:
    """The trade that a transfer books a leg of."""
    if row.kind not in TRADE_MOVEMENTS:
        return None
    _, listing_id, trade_seq, *_ = row.reference.split(":")
    return int(listing_id), int(trade_seq)


def movement(account: Account, row: Transfer, trade: Instruction | None) -> str:
    came_in = row.credit_account_id == account.pk
    if trade is None:
        pair = MOVEMENTS.get(Kind(row.kind), (Kind(row.kind).label, Kind(row.kind).label))
        return pair[0] if came_in else pair[1]
    listing = trade.listing
    what = f"{words.quantity(listing, trade.qty)} at {words.price(listing, price_of(trade))}"
    return TRADE_MOVEMENTS[Kind(row.kind)][0 if came_in else 1].format(what=what)


# --- Settlement -------------------------------------------------------------------------------------------


class Said(NamedTuple):
    """Why, or what is next: in a sentence, with the state it leads to and its moment, where known."""

    code: str
    message: str
    state: State | None = None
    at: datetime | None = None


OTHER_SIDE = Said("OTHER_SIDE", "The other side of the trade could not settle.")
REASONS = {
    "CALLED_OFF": "The venue called the settlement off: nothing changes hands.",
    "CUSTODIAN_REFUSED": "The custodian refused to settle it.",
    "CUSTODIAN_FAILED": "The custodian could not settle it.",
    "TRADE_BUSTED": "The venue broke the trade: nothing changes hands.",
    "TRADE_CORRECTED": "The venue corrected the trade: it settles under its new terms.",
}
# Where a reason is not of a kind that is told.
UNTOLD = {
    State.FAILED: "It could not be settled.",
    State.CANCELED: "The venue canceled the settlement: nothing changes hands.",
}


def side_of(row: Instruction, account: Account) -> Side:
    return Side.BUY if row.buyer_id == account.pk else Side.SELL


def price_of(row: Instruction) -> int:
    """In ticks."""
    return row.amount // (row.qty * row.listing.tick_lot_cents)


def reason_of(row: Instruction, step: SettlementStep, account: Account) -> Said | None:
    """Why a step was taken: what the gates found against the account's own side, or what is known of both."""
    if not step.reason:
        return None
    if step.reason in REASONS:
        return Said(step.reason, REASONS[step.reason])
    if step.decision is not None:
        own = _found(step.decision, side_of(row, account))
        return Said(own["code"], own["message"]) if own else OTHER_SIDE
    state = State(step.passed[-1])
    return Said(state, UNTOLD[state]) if state in UNTOLD else None


def _found(decision: Mapping[str, Any], side: Side) -> dict[str, Any] | None:
    """What the gates hold against a side."""
    reasons: list[dict[str, Any]] = decision.get(side.value, {}).get("reasons", [])
    return reasons[0] if reasons else None


def next_of(row: Instruction, account: Account, *, at: datetime, stopped: bool) -> Said | None:
    """What is expected next, and when. ``stopped``: nothing settles in this security for now."""
    symbol, custodian = row.listing.symbol, row.custodian
    if row.state in (State.SETTLED, State.CANCELED):
        return None
    if row.state == State.FAILED:
        return Said(
            "DECISION", "The venue decides whether to try again, to mend it or to cancel it. "
            "You need not do anything unless it asks you to.",
        )  # fmt: skip
    if row.state == State.EXECUTING:
        who = custodian.name if custodian else "The venue"
        return Said("DELIVERY", f"{who} delivers against payment and reports back.", State.SETTLED)
    if row.state != State.AFFIRMED:
        return Said("AFFIRMATION", _affirmation(row, account), State.AFFIRMED)
    if stopped:
        return Said(
            "RECONCILIATION", f"Settlement in {symbol} waits until the venue has reconciled its records.",
            State.SETTLED,
        )  # fmt: skip
    if row.due_at > at:
        return Said("DUE", f"It settles {_on_time(row)}.", State.SETTLED, row.due_at)
    return Said("NOW", "It is due, and settles within moments.", State.SETTLED, row.due_at)


def _on_time(row: Instruction) -> str:
    if row.kind == TRADE and row.due_at > row.traded_at:
        return "as the next business day begins (T+1)"
    return "when it is due"


def _affirmation(row: Instruction, account: Account) -> str:
    if row.custodian is None:
        return "Both sides are being instructed."
    own, other = (row.buyer_affirmed_at, row.seller_affirmed_at)
    if side_of(row, account) == Side.SELL:
        own, other = other, own
    what = "the other side" if own else "your side" if other else "both sides"
    return f"{row.custodian.name}, the custodian, has to affirm {what} first."
