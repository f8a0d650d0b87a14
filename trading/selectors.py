"""Reading the market: listings, books, trades, candles, orders, balances."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import BigIntegerField, Case, Count, F, Q, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber

from portal.models import Account, AccountMember
from trading import journal
from trading.engine import Side, TimeInForce, Traded
from trading.models import (
    CASH,
    WORKING,
    AccountStream,
    Auction,
    Balance,
    Candle,
    Execution,
    Listing,
    MarketState,
    Order,
    OrdStatus,
)

SETTLEMENT_CURSOR = "settlement"

T = TypeVar("T", "Touch", "DayStats")


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


@dataclass(frozen=True, slots=True)
class DayStats:
    """A listing's running day, and the close before it, in ticks and lots; ``value``: Σ price × quantity."""

    open_px: int | None = None
    high_px: int | None = None
    low_px: int | None = None
    volume: int = 0
    value: Decimal = Decimal(0)  # outgrows what an integer column holds
    prev_close_px: int | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """Where a market stands, its best prices and its day."""

    state: MarketState
    touch: Touch
    day: DayStats


# What a level shows is what its orders display (MKTD-002). The states are named for the index's sake.
_LEVELS = """
    SELECT price, sum(displayed_qty)::bigint AS qty, count(*) AS orders FROM trading_order
    WHERE listing_id = m.listing_id AND side = '{side}' AND ord_status IN ('NEW', 'PARTIALLY_FILLED')
      AND displayed_qty > 0
    GROUP BY price ORDER BY price {best_first}"""
_BIDS = _LEVELS.format(side=Side.BUY, best_first="DESC")
_ASKS = _LEVELS.format(side=Side.SELL, best_first="ASC")

_TOUCH = f"""
    LEFT JOIN LATERAL ({_BIDS} LIMIT 1) bid ON true
    LEFT JOIN LATERAL ({_ASKS} LIMIT 1) ask ON true"""
_TOUCH_COLUMNS = "bid.price AS bid_px, bid.qty AS bid_qty, ask.price AS ask_px, ask.qty AS ask_qty"

_DAY = """
    JOIN trading_listing li ON li.id = m.listing_id
    LEFT JOIN trading_candle today ON today.listing_id = m.listing_id AND today.interval = '1d'
         AND today.starts_at = date_trunc('day', %s::timestamptz, li.time_zone)
    LEFT JOIN LATERAL (
        SELECT close FROM trading_candle WHERE listing_id = m.listing_id AND interval = '1d'
          AND starts_at < date_trunc('day', %s::timestamptz, li.time_zone)
        ORDER BY starts_at DESC LIMIT 1) earlier ON true"""
_DAY_COLUMNS = (
    "today.open AS open_px, today.high AS high_px, today.low AS low_px, coalesce(today.volume, 0) AS volume, "
    "coalesce(today.value, 0) AS value, earlier.close AS prev_close_px"
)


def touches(listing_ids: Iterable[int]) -> dict[int, Touch]:
    """Best bid and ask of several listings, from what is displayed."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT m.listing_id, {_TOUCH_COLUMNS} FROM unnest(%s::bigint[]) AS m(listing_id) {_TOUCH}",
            [list(listing_ids)],
        )
        return {row[0]: Touch(*row[1:]) for row in cursor.fetchall()}


def day_stats(listing: Listing, *, at: datetime) -> DayStats:
    """The statistics of the exchange date of ``at``: those of its unbusted trades (MKTD-006)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_DAY_COLUMNS} FROM (VALUES (%s::bigint)) AS m(listing_id) {_DAY}", [listing.pk, at, at]
        )
        return DayStats(*cursor.fetchone())


def quotes(rows: Iterable[Listing], *, at: datetime) -> dict[int, Quote]:
    """Phase, sequence and statistics of markets, read in one statement so that they agree (MKTD-001)."""
    states = MarketState.objects.raw(
        f"SELECT m.*, {_TOUCH_COLUMNS}, {_DAY_COLUMNS} FROM trading_marketstate m {_TOUCH} {_DAY} "
        "WHERE m.listing_id = ANY(%s)",
        [at, at, [listing.pk for listing in rows]],
    )
    return {state.pk: Quote(state, _annotated(state, Touch), _annotated(state, DayStats)) for state in states}


def _annotated(state: MarketState, kind: type[T]) -> T:
    return kind(**{name: getattr(state, name) for name in kind.__dataclass_fields__})


def day_start(time_zone: str, at: datetime) -> datetime:
    """Midnight of the exchange date, in the listing's time zone."""
    zone = ZoneInfo(time_zone)
    return datetime.combine(at.astimezone(zone).date(), time(0), tzinfo=zone)


@dataclass(frozen=True, slots=True)
class BookSnapshot:
    """Levels as (price, qty, orders), best first, and the market whose ``event_seq`` they are as of."""

    state: MarketState
    bids: list[list[int]]
    asks: list[list[int]]


def book(listing: Listing, *, depth: int) -> BookSnapshot:
    """The book and the market it belongs to, read in one statement so that they agree (MKTD-001)."""
    state: Any
    [state] = MarketState.objects.raw(
        f"""
        SELECT m.*,
            (SELECT array_agg(ARRAY[price, qty, orders] ORDER BY price DESC)
             FROM ({_BIDS} LIMIT %s) bids) AS bids,
            (SELECT array_agg(ARRAY[price, qty, orders] ORDER BY price)
             FROM ({_ASKS} LIMIT %s) asks) AS asks
        FROM trading_marketstate m WHERE m.listing_id = %s
        """,
        [depth, depth, listing.pk],
    )
    return BookSnapshot(state, state.bids or [], state.asks or [])


@dataclass(frozen=True, slots=True)
class OrdersInBook:
    """Single orders as of event ``seq``: each side best first, and what waits outside the book."""

    seq: int
    bids: list[Order]
    asks: list[Order]
    waiting: list[Order]


def orders_in_book(listing: Listing, *, limit: int) -> OrdersInBook:
    """For operators only (MKTD-003): at most ``limit`` orders of each kind, read in one statement."""
    side_of_book = Case(When(displayed_qty__gt=0, then=F("side")), default=Value(""))
    best_first = Case(
        When(side=Side.BUY, then=-F("price")), default=F("price"), output_field=BigIntegerField()
    )
    rows = Order.objects.filter(listing=listing, ord_status__in=(OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED))
    rows = rows.annotate(
        side_of_book=side_of_book,
        place=Window(RowNumber(), partition_by=side_of_book, order_by=[best_first, F("queued_seq"), F("pk")]),
    )
    found: dict[str, list[Order]] = {Side.BUY: [], Side.SELL: [], "": []}
    seq = listing.market.event_seq
    for order in rows.filter(place__lte=limit).select_related("account", "listing__market").order_by("place"):
        found[order.side_of_book].append(order)
        seq = order.listing.market.event_seq
    return OrdersInBook(seq, bids=found[Side.BUY], asks=found[Side.SELL], waiting=found[""])


def trades(listing: Listing, *, limit: int, before: int | None = None) -> list[Execution]:
    """Newest first, without those taken back. A trade is told by one of its executions: the taker's, or
    where nobody took (in an auction) the buyer's."""
    tells = Q(liquidity=Execution.Liquidity.TAKER) | Q(liquidity=Execution.Liquidity.AUCTION, side=Side.BUY)
    rows = Execution.objects.filter(tells, listing=listing, trade_seq__lte=listing.market.event_seq)
    rows = rows.exclude(status=Execution.Status.BUSTED)
    if before is not None:
        rows = rows.filter(trade_seq__lt=before)
    return list(rows.order_by("-trade_seq")[:limit])


def auctions(listing: Listing, *, limit: int, before: int | None = None) -> list[Auction]:
    """Newest first."""
    rows = Auction.objects.filter(listing=listing)
    if before is not None:
        rows = rows.filter(event_seq__lt=before)
    return list(rows.order_by("-event_seq")[:limit])


class Bar(NamedTuple):
    """A candle. Prices in ticks, volume in lots."""

    starts_at: datetime
    open: int
    high: int
    low: int
    close: int
    volume: int


INTERVALS = {
    "1m": timedelta(minutes=1),
    "5m": timedelta(minutes=5),
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "1d": timedelta(days=1),
    "1w": timedelta(weeks=1),
}
A_MONDAY = datetime(1970, 1, 5)  # noqa: DTZ001 (of the wall clock, wherever it hangs)


def candles(
    listing: Listing, *, interval: str, limit: int, at: datetime, before: datetime | None = None
) -> list[Bar]:
    """The newest that start before ``before``, oldest first and without gaps up to ``at`` (MKTD-005).

    Days are exchange dates and weeks begin on Monday, by the listing's wall clock; shorter ones by UTC's.
    """
    span = INTERVALS[interval]
    in_days = span >= timedelta(days=1)
    zone = ZoneInfo(listing.time_zone if in_days else "UTC")
    kept = Candle.Interval.DAY if in_days else Candle.Interval.MINUTE
    rows = Candle.objects.filter(listing=listing, interval=kept)
    first_at = rows.order_by("starts_at").values_list("starts_at", flat=True).first()
    if first_at is None:
        return []
    first, last = (_bin(moment.astimezone(zone), span) for moment in (first_at, at))
    if before is not None:
        last = min(last, _bin(before.astimezone(zone) - timedelta(microseconds=1), span))
    count = min(limit, (last - first) // span + 1)
    starts = [last - n * span for n in reversed(range(count))]
    if not starts:
        return []
    begin = starts[0].replace(tzinfo=zone)
    earlier = rows.filter(starts_at__lt=begin).order_by("-starts_at").values_list("close", flat=True).first()
    traded = _traded_bars(listing, kept, zone, span, begin, (last + span).replace(tzinfo=zone))
    close = earlier or 0  # none before the first bar of all, in which something traded
    bars = []
    for start in starts:
        values = traded.get(start, (close, close, close, close, 0))
        bars.append(Bar(start.replace(tzinfo=zone), *values))
        close = bars[-1].close
    return bars


def _bin(moment: datetime, span: timedelta) -> datetime:
    """The beginning of the span this moment lies in, as the wall clock shows it."""
    shown = moment.replace(tzinfo=None)
    return shown - (shown - A_MONDAY) % span


def _traded_bars(
    listing: Listing, kept: Candle.Interval, zone: ZoneInfo, span: timedelta, begin: datetime, end: datetime
) -> dict[datetime, tuple[int, int, int, int, int]]:
    """(open, high, low, close, volume) of the spans in which something traded, by their begin."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT date_bin(%s * interval '1 second', starts_at AT TIME ZONE %s, %s) AS start,
                   (array_agg(open ORDER BY starts_at))[1], max(high), min(low),
                   (array_agg(close ORDER BY starts_at DESC))[1], sum(volume)::bigint
            FROM trading_candle
            WHERE listing_id = %s AND interval = %s AND starts_at >= %s AND starts_at < %s
            GROUP BY start
            """,
            [span.total_seconds(), zone.key, A_MONDAY, listing.pk, kept, begin, end],
        )
        return {start: tuple(values) for start, *values in cursor.fetchall()}


def markets() -> QuerySet[MarketState]:
    """Where every market stands: what heartbeats say."""
    return MarketState.objects.select_related("listing").defer("fault_text", "listing__description")


# --- An account's own -----------------------------------------------------------------------------------


def orders_of(account: Account, *, working: bool | None = None, symbol: str | None = None) -> QuerySet[Order]:
    """Newest first."""
    rows = Order.objects.filter(account=account).select_related("listing").order_by("-id")
    if working is not None:
        rows = rows.filter(ord_status__in=WORKING) if working else rows.exclude(ord_status__in=WORKING)
    return rows.filter(listing__symbol=symbol) if symbol else rows


def open_orders(account_ids: Iterable[int]) -> dict[int, dict[int, int]]:
    """How many orders of each account are open, by listing; without those on their way that cannot rest."""
    rows = Order.objects.filter(account__in=list(account_ids), ord_status__in=WORKING)
    rows = rows.exclude(time_in_force__in=[TimeInForce.IOC, TimeInForce.FOK])
    found: dict[int, dict[int, int]] = {}
    for account_id, listing_id, count in rows.values_list("account_id", "listing_id").annotate(Count("pk")):
        found.setdefault(account_id, {})[listing_id] = count
    return found


def executions_of(account: Account, *, symbol: str | None = None) -> QuerySet[Execution]:
    """Newest first."""
    rows = Execution.objects.filter(account=account).select_related("listing", "order").order_by("-id")
    return rows.filter(listing__symbol=symbol) if symbol else rows


def corrected_from(executions: Iterable[Execution]) -> dict[tuple[int, int], Traded]:
    """How those of them that were corrected had been traded, by (listing, trade)."""
    corrected = {(e.listing_id, e.trade_seq) for e in executions if e.status == Execution.Status.CORRECTED}
    return journal.trades_as_made(sorted(corrected))


def balances_of(account: Account) -> list[Balance]:
    """Cash first, then holdings by symbol; empty holdings left out."""
    rows = Balance.objects.filter(account=account).filter(
        Q(asset=CASH) | ~Q(settled=0) | Q(held__gt=0) | Q(pending_in__gt=0) | Q(pending_out__gt=0)
    )
    rows = rows.select_related("asset__listing__market")
    return sorted(rows, key=lambda balance: (balance.asset_id != CASH, balance.asset_id))


def cash_of(account: Account) -> Balance:
    """Its cash; nothing, where none ever came."""
    found = Balance.objects.filter(account=account, asset=CASH).first()
    return found or Balance(account=account, asset_id=CASH)


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


class Listener(NamedTuple):
    """A member of an account, as its sockets know them."""

    password: str  # its hash: when it changes, old sign-ins end
    role: str


def members_of(account_ids: Iterable[int]) -> dict[int, dict[int, Listener]]:
    """Active people by account."""
    rows = AccountMember.objects.filter(account__in=list(account_ids), user__is_active=True)
    members: dict[int, dict[int, Listener]] = {}
    for account_id, user_id, *listener in rows.values_list("account_id", "user_id", "user__password", "role"):
        members.setdefault(account_id, {})[user_id] = Listener(*listener)
    return members
