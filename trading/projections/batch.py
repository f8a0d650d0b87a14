"""What the folds of one batch share: its rows in memory, and the sums of what moves on balances."""

from dataclasses import dataclass, field

from trading import balances
from trading.engine import AuctionUncrossed, Event, FeeTerms, Side, TradeBusted, TradeCorrected, Traded
from trading.models import CASH, Execution, Listing, Order


@dataclass(slots=True)
class Effects:
    """What a batch changed, for the feed."""

    orders: dict[int, Order]
    executions: list[Execution] = field(default_factory=list)  # made, and taken back or corrected
    trades: list[Traded] = field(default_factory=list)
    breaks: list[TradeBusted | TradeCorrected] = field(default_factory=list)
    auctions: list[AuctionUncrossed] = field(default_factory=list)
    # The events that concerned each account, and the last event before them that did.
    concerned: dict[int, list[Event]] = field(default_factory=dict)
    previous: dict[int, int] = field(default_factory=dict)

    def concern(self, account_id: int, event: Event) -> None:
        events = self.concerned.setdefault(account_id, [])
        if not events or events[-1] is not event:
            events.append(event)


@dataclass(slots=True)
class Moves:
    """Sums of what moves on each balance."""

    listing: Listing
    held: dict[balances.Place, int] = field(default_factory=dict)
    pending_in: dict[balances.Place, int] = field(default_factory=dict)
    pending_out: dict[balances.Place, int] = field(default_factory=dict)

    def release(self, order: Order, amount: int) -> None:
        asset = CASH if order.side == Side.BUY else self.listing.asset_id
        place = (order.account_id, asset)
        self.held[place] = self.held.get(place, 0) - amount

    def pend(self, execution: Execution, sign: int = 1) -> None:
        """One side of a trade is to be settled; with -1, no more."""
        cash, token = (execution.account_id, CASH), (execution.account_id, self.listing.asset_id)
        out, into = self.pending_out, self.pending_in
        if execution.side == Side.BUY:
            moves = (out, cash, execution.amount + execution.fee), (into, token, execution.last_qty)
        else:
            moves = (into, cash, execution.amount - execution.fee), (out, token, execution.last_qty)
        for sums, place, by in moves:
            sums[place] = sums.get(place, 0) + sign * by

    def write(self) -> None:
        places = {
            p for sums in (self.held, self.pending_in, self.pending_out) for p, by in sums.items() if by
        }
        if places:
            balances.lock(places)
            balances.move(held=self.held, pending_in=self.pending_in, pending_out=self.pending_out)


@dataclass(slots=True)
class Batch:
    listing: Listing
    orders: dict[int, Order]
    fees: dict[int | None, FeeTerms]  # by the schedule orders name
    broken: dict[int, list[Execution]]  # both sides of each trade that is taken back or corrected
    effects: Effects
    moves: Moves
