"""Instructions as proposals speak of them, and the lock under which they stay as two people saw them."""

from typing import Any

from portal.proposals import ProposalRefused
from trading.models import Cursor, Execution, Instruction, Listing, TradeBreak
from trading.selectors import SETTLEMENT_CURSOR


def subject_of(row: Instruction) -> str:
    """``ACME 12``, or of the way back ``ACME 12 REVERSAL``."""
    trade = f"{row.listing.symbol} {row.trade_seq}"
    return trade if row.kind == Instruction.Kind.TRADE else f"{trade} {row.kind}"


def named(subject: str, *, lock: bool = False) -> Instruction:
    """Locked, settlement of its listing waits until this transaction has ended."""
    symbol, _, rest = subject.partition(" ")
    seq, _, kind = rest.partition(" ")
    listing = Listing.objects.filter(symbol=symbol).first()
    if lock and listing is not None:
        Cursor.objects.select_for_update(no_key=True).get(name=SETTLEMENT_CURSOR, listing=listing)
    rows = Instruction.objects.select_related(
        "listing__market", "listing__calendar", "buyer", "seller", "reverses"
    )
    kind = kind or Instruction.Kind.TRADE
    row = rows.filter(listing=listing, trade_seq=seq, kind=kind).first() if seq.isdecimal() else None
    if row is None:
        raise ProposalRefused("NO_SUCH_INSTRUCTION", f"Nothing is instructed to settle trade {subject}.")
    return row


def standing(row: Instruction) -> dict[str, Any]:
    """What a decision rests on."""
    return {
        "state": row.state, "since": row.state_at.isoformat(), "reason": row.reason,
        "due_at": row.due_at.isoformat(), "waived": row.waived,
        "buyer": row.buyer.number, "seller": row.seller.number, "qty": row.qty, "amount": row.amount,
    }  # fmt: skip


def refuse_broken(row: Instruction) -> None:
    """Where its trade was taken back or corrected, and settlement has not come to it: what is pending is
    the matching worker's to move, not ours (BUST-008)."""
    if row.kind != Instruction.Kind.TRADE:
        return
    broken = TradeBreak.objects.filter(listing=row.listing, trade_seq=row.trade_seq).first()
    if broken is None:
        return
    if broken.seq <= row.listing.market.applied_seq:
        buyer = Execution.objects.get(listing=row.listing, trade_seq=row.trade_seq, side="BUY")
        if buyer.status != Execution.Status.BUSTED and (buyer.last_qty, buyer.amount) == (
            row.qty,
            row.amount,
        ):
            return
    raise ProposalRefused(
        "BREAK_ON_ITS_WAY",
        f"Trade {row.trade_seq} of {row.listing.symbol} was taken back or corrected, and settlement has yet "
        "to heed it. Try again in a moment.",
    )
