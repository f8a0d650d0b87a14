"""Reversals: a settled trade is taken back by an instruction of its own, with the parties exchanged.

What was settled stays on the books; what comes back is another delivery versus payment.
"""

from typing import Any

from django.db import transaction

from portal import clock
from portal.models import Proposal
from portal.proposals import ProposalRefused, Wording
from trading import feed, words
from trading.models import CASH, Balance, Instruction, SettlementState
from trading.services import ledger
from trading.settlement import booking
from trading.settlement.progress import Progress
from trading.settlement.rails import rail_of
from trading.settlement.subjects import named, standing


class ReverseSettlement:
    """Kind of proposal: take a settled trade back.

    Subject: the trade, as ``subjects.subject_of`` says it. New: ``fees_back``, whether the venue gives its
    fees back too.
    """

    def current(self, *, subject: str, lock: bool = False) -> dict[str, Any]:
        row = named(subject, lock=lock)
        return standing(row) | {"buyer_fee": row.buyer_fee, "seller_fee": row.seller_fee}

    def check(self, *, subject: str, new: dict[str, Any]) -> None:
        row = named(subject)
        if row.kind != Instruction.Kind.TRADE:
            raise ProposalRefused("NO_TRADE", "A reversal is not reversed. Make an offsetting trade.")
        if row.state != SettlementState.SETTLED:
            raise ProposalRefused(
                "NOT_SETTLED",
                f"The settlement is {row.get_state_display().lower()}: until it is done a trade is taken "
                "back or called off, not reversed.",
            )
        if is_reversed(row):
            raise ProposalRefused(
                "REVERSED_ALREADY", "A reversal of this trade was instructed already. Look at that one."
            )
        if not isinstance(new.get("fees_back"), bool):
            raise ProposalRefused("FEES_UNSAID", "Say whether the venue gives its fees back.")
        back = reversal_of(row, **new)
        _, pending_out = booking.pending(row.listing, [back])
        found = Balance.objects.filter(account__in=[back.buyer_id, back.seller_id])
        available = {(b.account_id, b.asset_id): b.available for b in found}
        _refuse_lacking(back, {p: available.get(p, 0) - amount for p, amount in pending_out.items()})
        _refuse_unpayable_fees(back)

    def apply(self, *, subject: str, new: dict[str, Any], proposal: Proposal) -> None:
        row, progress = named(subject), Progress(clock.now())
        back = reversal_of(row, **new)
        _refuse_lacking(back, booking.reserve(row.listing, back))
        progress.add([back], note=proposal.reason, proposal=proposal)
        if rail_of(row.listing, back.custodian_id).affirmed(back):
            progress.move(back, SettlementState.AFFIRMED)
        progress.write()
        transaction.on_commit(lambda: feed.publish_balances({back.buyer_id, back.seller_id}), robust=True)

    def wording(self, *, subject: str, old: dict[str, Any], new: dict[str, Any]) -> Wording:
        listing = named(subject).listing
        what = f"{words.quantity(listing, old['qty'])} against {words.cash(old['amount'])}"
        fees = old["buyer_fee"] + old["seller_fee"]
        given = f"the venue gives {words.cash(fees)} of fees back" if new["fees_back"] else "fees stay"
        return [
            (
                f"Settled trade {subject}",
                f"{what}, from {old['seller']} to {old['buyer']}",
                f"the same back from {old['buyer']} to {old['seller']}; {given}",
            )
        ]


def is_reversed(row: Instruction) -> bool:
    """Or on its way back: what was called off may be proposed anew."""
    return row.reversals.exclude(state=SettlementState.CANCELED).exists()


def reversal_of(row: Instruction, *, fees_back: bool) -> Instruction:
    """Due at once: it was agreed on, not traded."""
    now = clock.now()
    return Instruction(
        listing=row.listing, trade_seq=row.trade_seq, kind=Instruction.Kind.REVERSAL, reverses=row,
        buyer=row.seller, seller=row.buyer, qty=row.qty, amount=row.amount,
        buyer_fee=row.seller_fee if fees_back else 0, seller_fee=row.buyer_fee if fees_back else 0,
        traded_at=now, due_at=now, custodian_id=row.custodian_id,
    )  # fmt: skip


def _refuse_lacking(back: Instruction, left: dict[tuple[int, str], int]) -> None:
    """``left``: what each side would still have available, where it has to give."""
    otherwise = "Only an offsetting trade both sides agree to undoes it."
    missing = -left[back.buyer_id, CASH]
    if missing > 0:
        raise ProposalRefused(
            "CASH_LACKING",
            f"{back.buyer.number} lacks {words.cash(missing)} of the {words.cash(back.amount)} to give back. "
            f"{otherwise}",
        )
    lots = -left[back.seller_id, back.listing.asset_id]
    if lots > 0:
        raise ProposalRefused(
            "SECURITIES_LACKING",
            f"{back.seller.number} lacks {words.quantity(back.listing, lots)} of the "
            f"{words.quantity(back.listing, back.qty)} to give back. {otherwise}",
        )


def _refuse_unpayable_fees(back: Instruction) -> None:
    """Customers' cash never pays for the venue (17 CFR 240.15c3-3)."""
    fees = back.buyer_fee + back.seller_fee
    if not fees:
        return
    own = Balance.objects.filter(account=ledger.fee_account(), asset=CASH).first()
    if own is None or own.available < fees:
        raise ProposalRefused(
            "VENUE_LACKS_CASH",
            f"The venue does not have {words.cash(fees)} of its own to give back. Bring in what is missing, "
            "or leave the fees as they are.",
        )
