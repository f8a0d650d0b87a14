"""Busts and corrections: two people take a trade back, or put it right, before it is settled (BUST-001).

The row that says so and the command that carries it into the book are written under the lock of the
settlement's cursor: from then on settlement waits for the worker to have heard of it (BUST-008).
"""

from dataclasses import dataclass
from typing import Any

from portal import audit, clock
from portal.models import Account, Proposal
from portal.proposals import ProposalRefused, Wording
from trading import balances, doorbell, engine, journal, words
from trading.engine import Side
from trading.models import BREAKABLE, CASH, Balance, Cursor, Execution, Instruction, Listing, TradeBreak
from trading.selectors import SETTLEMENT_CURSOR


def subject_of(execution: Execution) -> str:
    """How proposals name a trade."""
    return f"{execution.listing.symbol} {execution.trade_seq}"


@dataclass(frozen=True, slots=True)
class _Made:
    """A trade as it was made."""

    listing: Listing
    trade: engine.Traded

    @property
    def parties(self) -> tuple[int, int]:
        """(buyer, seller)"""
        made = self.trade
        if made.taker_side == Side.BUY:
            return made.taker_account_id, made.maker_account_id
        return made.maker_account_id, made.taker_account_id

    def refuse_closed(self) -> None:
        listing, seq = self.listing, self.trade.seq
        trade = Instruction.objects.filter(listing=listing, trade_seq=seq, kind=Instruction.Kind.TRADE)
        if trade.exclude(state__in=BREAKABLE).exists():
            raise ProposalRefused(
                "SETTLED",
                f"The settlement of trade {seq} of {listing.symbol} is under way or done. Only an offsetting "
                "trade both sides agree to undoes it.",
            )
        if TradeBreak.objects.filter(listing=listing, trade_seq=seq).exists():
            raise ProposalRefused(
                "BROKEN_ALREADY", f"Trade {seq} of {listing.symbol} is taken back or corrected already."
            )

    def lock(self) -> None:
        """Settlement of the listing waits until this transaction has ended."""
        rows = Cursor.objects.select_for_update(no_key=True)
        rows.get(name=SETTLEMENT_CURSOR, listing=self.listing)

    def said(self, price: int, qty: int) -> str:
        return f"{words.quantity(self.listing, qty)} at {words.price(self.listing, price)}"


class BustTrade:
    """Kind of proposal: take a trade back.

    Subject: symbol and trade, as ``subject_of`` says them; new: ``reason_code``.
    """

    def current(self, *, subject: str, lock: bool = False) -> dict[str, Any]:
        made = _made(subject)
        if lock:
            made.lock()
        buyer, seller = made.parties
        numbers = dict(Account.objects.filter(pk__in=made.parties).values_list("pk", "number"))
        return {
            "price": made.trade.price, "qty": made.trade.qty,
            "buyer": numbers[buyer], "seller": numbers[seller],
        }  # fmt: skip

    def check(self, *, subject: str, new: dict[str, Any]) -> None:
        _made(subject).refuse_closed()
        _refuse_unknown_reason(new)

    def apply(self, *, subject: str, new: dict[str, Any], proposal: Proposal) -> None:
        made = _made(subject)
        command = engine.BustTrade(0, 0, made.trade.seq, new["reason_code"], proposal.reason)
        _break(made, journal.Draft(command, actor_id=proposal.decided_by_id), proposal)

    def wording(self, *, subject: str, old: dict[str, Any], new: dict[str, Any]) -> Wording:
        return [_wording(subject, old, f"taken back: {words.BUST_CODES[new['reason_code']].lower()}")]


class CorrectTrade(BustTrade):
    """Kind of proposal: change a trade's price, or lower its quantity.

    New: ``price`` in ticks, ``qty`` in lots, ``reason_code``.
    """

    def check(self, *, subject: str, new: dict[str, Any]) -> None:
        super().check(subject=subject, new=new)
        made = _made(subject)
        price, qty = new.get("price"), new.get("qty")
        if not isinstance(price, int) or not 1 <= price <= made.listing.max_price:
            raise ProposalRefused("PRICE_OUT_OF_RANGE", "Say a price the listing can trade at.")
        if not isinstance(qty, int) or not 1 <= qty <= made.trade.qty:
            raise ProposalRefused(
                "QTY_NOT_LOWER", "A correction may lower the quantity, not raise it. To undo it all, bust it."
            )
        if (price, qty) == (made.trade.price, made.trade.qty):
            raise ProposalRefused("NOTHING_CHANGED", "This is what was traded.")
        buyer, _ = made.parties
        cash = Balance.objects.filter(account=buyer, asset=CASH).first()
        _refuse_unpayable(_reserve(made, _buy(made), new), cash.available if cash else 0)

    def apply(self, *, subject: str, new: dict[str, Any], proposal: Proposal) -> None:
        made = _made(subject)
        price, qty = new["price"], new["qty"]
        buy = _buy(made)
        place = buy.account_id, CASH
        reserve = _reserve(made, buy, new)
        available = balances.lock([place])
        _refuse_unpayable(reserve, available[place])
        balances.move(held={place: reserve})
        command = engine.CorrectTrade(
            0, 0, made.trade.seq, price, qty, new["reason_code"], proposal.reason
        )  # fmt: skip
        # Named by the buyer's order, whose hold it is until the worker has heard of it.
        draft = journal.Draft(command, buy.account_id, buy.order_id, reserve, proposal.decided_by_id)
        _break(made, draft, proposal, price=price, qty=qty)

    def wording(self, *, subject: str, old: dict[str, Any], new: dict[str, Any]) -> Wording:
        corrected = _made(subject).said(new["price"], new["qty"])
        return [_wording(subject, old, f"{corrected}: {words.BUST_CODES[new['reason_code']].lower()}")]


def _made(subject: str) -> _Made:
    symbol, _, seq = subject.rpartition(" ")
    listing = Listing.objects.filter(symbol=symbol).first()
    made = journal.trade(listing_id=listing.pk, seq=int(seq)) if listing and seq.isdecimal() else None
    if listing is None or made is None:
        raise ProposalRefused("NO_SUCH_TRADE", f"There is no trade {subject}.")
    return _Made(listing, made)


def _buy(made: _Made) -> Execution:
    rows = Execution.objects.select_related("order__fee_schedule")
    return rows.get(listing=made.listing, trade_seq=made.trade.seq, side=Side.BUY)


def _reserve(made: _Made, buy: Execution, new: dict[str, Any]) -> int:
    corrected = made.listing.cents(new["price"] * new["qty"])
    return engine.correction_reserve(Side.BUY, buy.amount, corrected, buy.order.fee_terms)


def _refuse_unpayable(reserve: int, available: int) -> None:
    if reserve > max(0, available):
        raise ProposalRefused(
            "BUYER_CANNOT_PAY",
            f"The buyer would have to pay {words.cash(reserve)} more, fees included; "
            f"{words.cash(max(0, available))} is available.",
        )


def _refuse_unknown_reason(new: dict[str, Any]) -> None:
    if new.get("reason_code") not in words.BUST_CODES:
        raise ProposalRefused("UNKNOWN_REASON", "Say for which reason: one of the list.")


def _break(
    made: _Made, draft: journal.Draft, proposal: Proposal, *, price: int | None = None, qty: int | None = None
) -> None:
    listing, now = made.listing, clock.now()
    kind = TradeBreak.Kind.BUST if price is None else TradeBreak.Kind.CORRECT
    facts = {"kind": kind, "price": price, "qty": qty, "proposal": proposal.pk}
    subject = f"{listing.symbol} {made.trade.seq}"
    audit.record(action="TRADE_BROKEN", subject=subject, actor=proposal.decided_by, facts=facts)
    [seq] = journal.append(drafts={listing.pk: [draft]}, received_at=now)[listing.pk]
    TradeBreak.objects.create(
        listing=listing, trade_seq=made.trade.seq, seq=seq, kind=kind, price=price, qty=qty,
        proposal=proposal, at=now,
    )  # fmt: skip
    doorbell.ring_on_commit(listing.pk)


def _wording(subject: str, old: dict[str, Any], becomes: str) -> tuple[str, str, str]:
    symbol, _, seq = subject.rpartition(" ")
    was = _made(subject).said(old["price"], old["qty"])
    return f"Trade {seq} of {symbol}", f"{was}, sold by {old['seller']} to {old['buyer']}", becomes
