"""Projections: what a batch of events makes of orders, executions, balances, candles and the market.

The only package that changes orders after entry. Everything is written by sets, in the transaction of the
events, and balances come last (ARCHITECTURE: lock order): a market maker's balance rows held through a
whole drain would stop order entry for that long.
"""

from collections.abc import Sequence

from django.db import connection

from portal import clock
from trading.engine import AuctionUncrossed, Event, Market, MassCanceled, TradeBusted, TradeCorrected, Traded
from trading.journal import Journaled
from trading.models import AccountStream, Listing
from trading.projections import candles, orders, trades
from trading.projections import market as markets
from trading.projections.batch import Batch, Effects, Moves

__all__ = ["Effects", "project"]


def project(
    *, listing: Listing, market: Market, commands: Sequence[Journaled], events: Sequence[Event]
) -> Effects:
    """Write what the events of these commands come to; ``market`` stands behind the last of them."""
    broken = trades.broken(listing, events)
    touched = orders.touched(commands, events, [side for sides in broken.values() for side in sides])
    effects = Effects(touched)
    batch = Batch(listing, touched, trades.fee_terms(touched.values()), broken, effects, Moves(listing))
    for journaled in commands:
        if journaled.kind != "NewOrder" and journaled.hold:
            # What entry reserved for a change is let go; the order's own hold says what is needed now.
            batch.moves.release(touched[journaled.order_id or 0], journaled.hold)
    for event in events:
        _fold(event, batch)
    orders.hold(batch)
    orders.show(batch, market)
    orders.write(touched.values())
    trades.write(effects.executions, broken.values())
    candles.add(listing, effects.trades)
    if broken:
        candles.count_anew(listing, [buyer.at for buyer, _ in broken.values()])
        markets.read_last_trade(listing.market)
    markets.add_auctions(listing, effects.auctions)
    _advance_streams(listing, effects)
    markets.save(listing.market, market)
    batch.moves.write()
    return effects


def _fold(event: Event, batch: Batch) -> None:
    at = clock.moment(event.at)
    match event:
        case Traded():
            trades.fold_trade(event, at, batch)
        case TradeBusted() | TradeCorrected():
            trades.fold_break(event, at, batch)
        case AuctionUncrossed():
            batch.effects.auctions.append(event)
        case _ if (order_id := getattr(event, "order_id", None)) is not None:
            orders.fold(order_id, event, at, batch)
        case MassCanceled(account_id=account_id) if account_id is not None:
            batch.effects.concern(account_id, event)
        case _:
            markets.fold(event, at, batch.listing.market)


def _advance_streams(listing: Listing, effects: Effects) -> None:
    if not effects.concerned:
        return
    accounts = sorted(effects.concerned)
    rows = AccountStream.objects.filter(listing=listing, account__in=accounts)
    effects.previous = dict(rows.values_list("account_id", "last_seq"))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO trading_accountstream (account_id, listing_id, last_seq) "
            "SELECT a, %s, s FROM unnest(%s::bigint[], %s::bigint[]) AS d(a, s) "
            "ON CONFLICT (account_id, listing_id) DO UPDATE SET last_seq = excluded.last_seq",
            [listing.pk, accounts, [effects.concerned[account][-1].seq for account in accounts]],
        )
