"""Reading the market: listings, books, trades, candles, orders, balances."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, F, Q, QuerySet

from portal.models import Account, AccountMember, User
from trading.engine import Side
from trading.models import (
    CASH,
    WORKING,
    AccountStream,
    Balance,
    Candle,
    Cursor,
    Execution,
    Listing,
    MarketState,
    Order,
)

SETTLEMENT_CURSOR = "settlement"


# --- Listings and their markets -----------------------------------------------------------------------


def listings() -> QuerySet[Listing]:
    return Listing.objects.select_related("issuer", "market").order_by("symbol")


def first_listing() -> list[int]:
    """The oldest listing's id, where there is one."""
    return list(Listing.objects.order_by("pk").values_list("pk", flat=True)[:1])


def listing_named(symbol: str) -> Listing | None:
    """PostgreSQL cannot even be asked about a text with a NUL in it."""
    return None if "\0" in symbol else listings().filter(symbol=symbol).first()


@dataclass(frozen=True, slots=True)
class Touch:
    """The best bid and ask of a listing, in ticks and lots."""

    bid_px: int | None = None
    bid_qty: int | None = None
    ask_px: int | None = None
    ask_qty: int | None = None


def touches(listing_ids: Iterable[int]) -> dict[int, Touch]:
    """Best bid and ask of several listings, from orders the engine has accepted."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT l.id, b.price, b.qty, a.price, a.qty
            FROM unnest(%s::bigint[]) AS l(id)
            LEFT JOIN LATERAL (
                SELECT price, sum(leaves_qty)::bigint AS qty FROM trading_order o
                WHERE o.listing_id = l.id AND o.side = 'BUY' AND o.ord_status IN ('NEW', 'PARTIALLY_FILLED')
                GROUP BY price ORDER BY price DESC LIMIT 1) b ON true
            LEFT JOIN LATERAL (
                SELECT price, sum(leaves_qty)::bigint AS qty FROM trading_order o
                WHERE o.listing_id = l.id AND o.side = 'SELL' AND o.ord_status IN ('NEW', 'PARTIALLY_FILLED')
                GROUP BY price ORDER BY price LIMIT 1) a ON true
            """,
            [list(listing_ids)],
        )
        return {row[0]: Touch(*row[1:]) for row in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class DayStats:
    """A listing's running day, and the close before it; in ticks and lots."""

    open_px: int | None = None
    high_px: int | None = None
    low_px: int | None = None
    volume: int = 0
    prev_close_px: int | None = None


def day_stats(rows: Iterable[Listing], *, at: datetime) -> dict[int, DayStats]:
    """Today's statistics by listing; one query however many listings."""
    by_id = {listing.pk: listing for listing in rows}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT l.id, c.starts_at, c.open, c.high, c.low, c.close, c.volume
            FROM unnest(%s::bigint[]) AS l(id) CROSS JOIN LATERAL (
                SELECT * FROM trading_candle c WHERE c.listing_id = l.id AND c.interval = '1d'
                ORDER BY c.starts_at DESC LIMIT 2) c
            ORDER BY l.id, c.starts_at DESC
            """,
            [list(by_id)],
        )
        found: dict[int, list[tuple[Any, ...]]] = {}
        for row in cursor.fetchall():
            found.setdefault(row[0], []).append(row[1:])
    stats = {}
    for pk, listing in by_id.items():
        candles = found.get(pk, [])
        today = candles[0] if candles and candles[0][0] == day_start(listing.time_zone, at) else None
        earlier = candles[1:] if today else candles
        stats[pk] = DayStats(
            open_px=today[1] if today else None,
            high_px=today[2] if today else None,
            low_px=today[3] if today else None,
            volume=today[5] if today else 0,
            prev_close_px=earlier[0][4] if earlier else None,
        )
    return stats


def day_start(time_zone: str, at: datetime) -> datetime:
    """Midnight of the exchange date, in the listing's time zone."""
    zone = ZoneInfo(time_zone)
    return datetime.combine(at.astimezone(zone).date(), time(0), tzinfo=zone)


def next_close(listing: Listing, at: datetime) -> datetime:
    """When a DAY order entered now expires."""
    zone = ZoneInfo(listing.time_zone)
    local = at.astimezone(zone)
    close = datetime.combine(local.date(), listing.closes_at, tzinfo=zone)
    if close <= at:
        close = datetime.combine(local.date() + timedelta(days=1), listing.closes_at, tzinfo=zone)
    return close


@dataclass(frozen=True, slots=True)
class BookSnapshot:
    """Levels as (price, qty, orders), best first, as of event ``seq``."""

    seq: int
    state: MarketState
    bids: list[tuple[int, int, int]]
    asks: list[tuple[int, int, int]]


def book(listing: Listing, *, depth: int) -> BookSnapshot:
    """The book and the event sequence it stands at, read in one statement so that they agree."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT m.event_seq, l.side, l.price, l.qty, l.n
            FROM trading_marketstate m LEFT JOIN LATERAL (
                (SELECT side, price, sum(leaves_qty)::bigint AS qty, count(*) AS n FROM trading_order
                 WHERE listing_id = m.listing_id AND side = 'BUY'
                   AND ord_status IN ('NEW', 'PARTIALLY_FILLED')
                 GROUP BY side, price ORDER BY price DESC LIMIT %s)
                UNION ALL
                (SELECT side, price, sum(leaves_qty)::bigint, count(*) FROM trading_order
                 WHERE listing_id = m.listing_id AND side = 'SELL'
                   AND ord_status IN ('NEW', 'PARTIALLY_FILLED')
                 GROUP BY side, price ORDER BY price LIMIT %s)) l ON true
            WHERE m.listing_id = %s
            """,
            [depth, depth, listing.pk],
        )
        rows = cursor.fetchall()
    return BookSnapshot(
        seq=rows[0][0],
        state=MarketState.objects.get(pk=listing.pk),
        bids=[row[2:] for row in rows if row[1] == Side.BUY],
        asks=[row[2:] for row in rows if row[1] == Side.SELL],
    )


def trades(listing: Listing, *, limit: int, before: int | None = None) -> list[Execution]:
    """Newest first; a trade is told by its taker's execution."""
    rows = Execution.objects.filter(listing=listing, liquidity=Execution.Liquidity.TAKER)
    if before is not None:
        rows = rows.filter(trade_seq__lt=before)
    return list(rows.order_by("-trade_seq")[:limit])


INTERVAL_SECONDS = {"1m": 60, "5m": 300, "15m": 900, "1h": 3600}


def candles(listing: Listing, *, interval: str, limit: int) -> list[tuple[datetime, int, int, int, int, int]]:
    """(start, open, high, low, close, volume), oldest first."""
    if interval == Candle.Interval.DAY:
        rows = Candle.objects.filter(listing=listing, interval=Candle.Interval.DAY).order_by("-starts_at")
        newest = rows.values_list("starts_at", "open", "high", "low", "close", "volume")[:limit]
        return list(reversed(newest))
    seconds = INTERVAL_SECONDS[interval]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT * FROM (
                SELECT date_bin(%s * interval '1 second', starts_at, 'epoch') AS start,
                       (array_agg(open ORDER BY starts_at))[1], max(high), min(low),
                       (array_agg(close ORDER BY starts_at DESC))[1], sum(volume)::bigint
                FROM (
                    -- As many minutes as fill that many candles, and not the whole history.
                    SELECT * FROM trading_candle WHERE listing_id = %s AND interval = '1m'
                    ORDER BY starts_at DESC LIMIT %s) minutes
                GROUP BY start ORDER BY start DESC LIMIT %s) newest
            ORDER BY start
            """,
            [seconds, listing.pk, limit * seconds // 60, limit],
        )
        return cursor.fetchall()


def markets() -> QuerySet[MarketState]:
    """Where every market stands: what heartbeats say."""
    return MarketState.objects.select_related("listing").defer("fault_text", "listing__description")


# --- An account's own -----------------------------------------------------------------------------------


def accounts_of(user: User) -> QuerySet[Account]:
    """The accounts a person may see and trade."""
    return Account.objects.filter(memberships__user=user).order_by("number")


def orders_of(account: Account, *, working: bool | None = None, symbol: str | None = None) -> QuerySet[Order]:
    """Newest first."""
    rows = Order.objects.filter(account=account).select_related("listing").order_by("-id")
    if working is not None:
        rows = rows.filter(ord_status__in=WORKING) if working else rows.exclude(ord_status__in=WORKING)
    return rows.filter(listing__symbol=symbol) if symbol else rows


def open_orders(account_ids: Iterable[int]) -> dict[int, dict[int, int]]:
    """How many orders of each account are open, by listing."""
    rows = Order.objects.filter(account__in=list(account_ids), ord_status__in=WORKING)
    found: dict[int, dict[int, int]] = {}
    for account_id, listing_id, count in rows.values_list("account_id", "listing_id").annotate(Count("pk")):
        found.setdefault(account_id, {})[listing_id] = count
    return found


def executions_of(account: Account, *, symbol: str | None = None) -> QuerySet[Execution]:
    """Newest first."""
    rows = Execution.objects.filter(account=account).select_related("listing", "order").order_by("-id")
    return rows.filter(listing__symbol=symbol) if symbol else rows


def settled_up_to(listing_ids: Iterable[int]) -> dict[int, int]:
    """The last event the settlement of each listing has seen."""
    rows = Cursor.objects.filter(name=SETTLEMENT_CURSOR, listing__in=list(listing_ids))
    return dict(rows.values_list("listing_id", "last_event_seq"))


def balances_of(account: Account) -> list[Balance]:
    """Cash first, then holdings by symbol; empty holdings left out."""
    rows = Balance.objects.filter(account=account).filter(
        Q(asset=CASH) | ~Q(settled=0) | Q(held__gt=0) | Q(pending_in__gt=0) | Q(pending_out__gt=0)
    )
    rows = rows.select_related("asset__listing__market")
    return sorted(rows, key=lambda balance: (balance.asset_id != CASH, balance.asset_id))


def streams_of(account_ids: Iterable[int]) -> list[tuple[int, str, int, int]]:
    """(account, symbol, epoch, last event that concerned it)."""
    rows = AccountStream.objects.filter(account__in=list(account_ids))
    return list(rows.values_list("account_id", "listing__symbol", "listing__epoch", "last_seq"))


def listings_due(*, at: datetime) -> list[int]:
    """Listings where something is due, as far as their engine has told, and no command since that could have
    brought it about."""
    rows = MarketState.objects.filter(
        next_due_at__lte=at, next_due_at__gt=F("listing__sequence__last_at"), fault_seq=None
    )
    return sorted(rows.values_list("pk", flat=True))


def members_of(account_ids: Iterable[int]) -> dict[int, dict[int, str]]:
    """Active people by account, each with the hash of their password: when it changes, old sign-ins end."""
    rows = AccountMember.objects.filter(account__in=list(account_ids), user__is_active=True)
    members: dict[int, dict[int, str]] = {}
    for account_id, user_id, password in rows.values_list("account_id", "user_id", "user__password"):
        members.setdefault(account_id, {})[user_id] = password
    return members
