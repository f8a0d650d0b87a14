"""Immediate settlement on the books: both legs of each trade in one transaction.

A cursor consumer of a listing's events, at least once and idempotent: the cursor moves in the transaction
of the transfers, and a transfer's reference is unique.
"""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F

from portal import clock
from trading import balances, bulk, feed, journal
from trading.engine import Side, Traded
from trading.models import CASH, Cursor, Listing, Transfer
from trading.selectors import SETTLEMENT_CURSOR

BATCH = 2000


def settle(listing_id: int) -> int:
    """Settle the next trades of a listing; return how many events were read (0: none are left)."""
    with transaction.atomic():
        cursor = (
            Cursor.objects.select_for_update(skip_locked=True)
            .filter(name=SETTLEMENT_CURSOR, listing_id=listing_id)
            .first()
        )
        if cursor is None:
            return 0
        events = journal.events_after(listing_id=listing_id, seq=cursor.last_event_seq, limit=BATCH)
        if not events:
            return 0
        listing = Listing.objects.get(pk=listing_id)
        accounts = _book(listing, [event for event in events if isinstance(event, Traded)])
        cursor.last_event_seq = events[-1].seq
        cursor.save(update_fields=["last_event_seq"])
    feed.publish_balances(accounts)
    return len(events)


def listings_behind() -> list[int]:
    """Listings with events that settlement has not seen."""
    rows = Cursor.objects.filter(name=SETTLEMENT_CURSOR, listing__market__event_seq__gt=F("last_event_seq"))
    return list(rows.values_list("listing_id", flat=True))


def _book(listing: Listing, trades: Sequence[Traded]) -> set[int]:
    """Write both legs of each trade and move the balances; return the accounts concerned."""
    token = listing.asset_id
    now = clock.now()
    settled: dict[balances.Place, int] = {}
    pending_in: dict[balances.Place, int] = {}
    pending_out: dict[balances.Place, int] = {}
    rows = []
    for trade in trades:
        buyer, seller = _parties(trade)
        amount = listing.cents(trade.price * trade.qty)
        for kind, debit, credit, asset, much in (
            (Transfer.Kind.TRADE_CASH, buyer, seller, CASH, amount),
            (Transfer.Kind.TRADE_TOKEN, seller, buyer, token, trade.qty),
        ):
            rows.append((now, kind, debit, credit, asset, much, f"{kind}:{listing.pk}:{trade.seq}"))
            for sums, place, by in (
                (settled, (debit, asset), -much),
                (pending_out, (debit, asset), -much),
                (settled, (credit, asset), much),
                (pending_in, (credit, asset), -much),
            ):
                sums[place] = sums.get(place, 0) + by
    if rows:
        columns = ("at", "kind", "debit_account_id", "credit_account_id", "asset_id", "amount", "reference")
        bulk.copy(Transfer, columns, rows)
        balances.lock(settled)
        balances.move(settled=settled, pending_in=pending_in, pending_out=pending_out)
    return {account for account, _ in settled}


def _parties(trade: Traded) -> tuple[int, int]:
    """(buyer, seller)"""
    if trade.taker_side == Side.BUY:
        return trade.taker_account_id, trade.maker_account_id
    return trade.maker_account_id, trade.taker_account_id
