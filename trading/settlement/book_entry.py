"""Settlement on the books: all legs of each trade in one transaction, as its listing settles.

A cursor consumer of a listing's trades, at least once and idempotent: the cursor moves in the transaction
of the transfers, and a transfer's reference is unique. Trades settle in their order: the first that is not
due yet, or that people broke and the worker has yet to hear of, stops those behind it.
"""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, Q

from portal import clock
from trading import balances, bulk, feed, sessions
from trading.models import CASH, Cursor, Execution, Listing, TradeBreak, Transfer
from trading.selectors import SETTLEMENT_CURSOR
from trading.services.ledger import fee_account

BATCH = 2000  # trades


class Trade(NamedTuple):
    buyer: Execution
    seller: Execution


class Leg(NamedTuple):
    kind: str
    debit: int
    credit: int
    asset: str
    amount: int
    reference: str


def settle(listing_id: int) -> int:
    """Settle the next trades of a listing; return how many events they and the others came to (0: none)."""
    with transaction.atomic():
        cursor = (
            Cursor.objects.select_for_update(skip_locked=True)
            .filter(_may_be_due(), name=SETTLEMENT_CURSOR, listing_id=listing_id)
            .first()
        )
        if cursor is None:
            return 0
        listing = Listing.objects.select_related("market", "calendar").get(pk=listing_id)
        trades, up_to = _next_trades(listing, cursor)
        done = up_to - cursor.last_event_seq
        accounts = _book(listing, trades)
        cursor.last_event_seq = up_to
        cursor.save(update_fields=["last_event_seq", "due_at"])
    feed.publish_balances(accounts)
    return done


def listings_behind() -> list[int]:
    """Listings with events that settlement has not seen, and that may be due."""
    rows = Cursor.objects.filter(
        _may_be_due(), name=SETTLEMENT_CURSOR, listing__market__event_seq__gt=F("last_event_seq")
    )
    return list(rows.values_list("listing_id", flat=True))


def _may_be_due() -> Q:
    return Q(due_at=None) | Q(due_at__lte=clock.now())


def _next_trades(listing: Listing, cursor: Cursor) -> tuple[list[Trade], int]:
    """The next trades to settle, and the event up to which settlement has then come."""
    seen, up_to = cursor.last_event_seq, listing.market.event_seq
    # Nobody breaks a trade while the cursor is locked. Of those broken before, what the worker has applied
    # is in the executions, which are read after ``applied_seq``.
    unheard = TradeBreak.objects.filter(
        listing=listing, trade_seq__gt=seen, seq__gt=listing.market.applied_seq
    ).order_by("trade_seq")
    if (broken := unheard.first()) is not None:
        up_to = broken.trade_seq - 1
    rows = Execution.objects.filter(listing=listing, trade_seq__gt=seen, trade_seq__lte=up_to)
    sides = list(rows.order_by("trade_seq", "side")[: 2 * BATCH])
    trades = [Trade(*pair) for pair in zip(sides[::2], sides[1::2], strict=True)]
    if len(trades) == BATCH:
        up_to = trades[-1].buyer.trade_seq
    cursor.due_at = None
    if listing.settlement == Listing.Settlement.NEXT_DAY:
        now, timetable = clock.now(), sessions.timetable(listing)
        for n, trade in enumerate(trades):
            if (due_at := timetable.next_business_day(trade.buyer.at)) > now:
                cursor.due_at = due_at
                return trades[:n], trade.buyer.trade_seq - 1
    return trades, up_to


def _book(listing: Listing, trades: Sequence[Trade]) -> set[int]:
    """Write the legs of each trade and move the balances; return the accounts concerned."""
    standing = [trade for trade in trades if trade.buyer.status != Execution.Status.BUSTED]
    if not standing:
        return set()
    now, token = clock.now(), listing.asset_id
    venue = fee_account().pk if any(side.fee for trade in standing for side in trade) else None
    legs = [leg for trade in standing for leg in _legs(listing, trade, venue)]
    bulk.copy(
        Transfer,
        ("at", "kind", "debit_account_id", "credit_account_id", "asset_id", "amount", "reference"),
        [(now, *leg) for leg in legs],
    )
    settled: dict[balances.Place, int] = {}
    pending_in: dict[balances.Place, int] = {}
    pending_out: dict[balances.Place, int] = {}
    for leg in legs:
        _add(settled, (leg.debit, leg.asset), -leg.amount)
        _add(settled, (leg.credit, leg.asset), leg.amount)
    for buyer, seller in standing:
        _add(pending_out, (buyer.account_id, CASH), -buyer.amount - buyer.fee)
        _add(pending_in, (buyer.account_id, token), -buyer.last_qty)
        _add(pending_out, (seller.account_id, token), -seller.last_qty)
        _add(pending_in, (seller.account_id, CASH), -seller.amount + seller.fee)
    balances.lock(settled)
    balances.move(settled=settled, pending_in=pending_in, pending_out=pending_out)
    return {account for account, _ in settled}


def _legs(listing: Listing, trade: Trade, venue: int | None) -> list[Leg]:
    buyer, seller = trade
    name = f"{listing.pk}:{buyer.trade_seq}"
    cash, token, fee = Transfer.Kind.TRADE_CASH, Transfer.Kind.TRADE_TOKEN, Transfer.Kind.TRADE_FEE
    legs = [
        Leg(cash, buyer.account_id, seller.account_id, CASH, buyer.amount, f"{cash}:{name}"),
        Leg(token, seller.account_id, buyer.account_id, listing.asset_id, buyer.last_qty, f"{token}:{name}"),
    ]
    for side in trade:
        if side.fee:
            assert venue is not None
            legs.append(Leg(fee, side.account_id, venue, CASH, side.fee, f"{fee}:{name}:{side.side}"))
    return legs


def _add(sums: dict[balances.Place, int], place: balances.Place, amount: int) -> None:
    sums[place] = sums.get(place, 0) + amount
