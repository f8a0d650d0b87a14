"""Market data, open to everybody but for depth by order."""

import contextlib
import re
from datetime import datetime
from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal import clock, second_factor
from portal.api.authentication import READ
from portal.api.errors import invalid
from portal.api.outputs import errors
from portal.api.queries import QueryView
from trading import selectors, sessions, wire
from trading.api.outputs import (
    AuctionsShape,
    BookShape,
    CandlesShape,
    ListingShape,
    ListingsShape,
    OrdersInBookShape,
    ScheduleShape,
    TradesShape,
)
from trading.models import Listing

MAX_DEPTH, MAX_ROWS = 200, 1000
MOST_EVENTS = 2**63 - 1  # what the sequence of a listing counts up to
WHOLE = re.compile(r"[0-9]{1,19}")
INTERVAL = OpenApiParameter(
    "interval", str, enum=list(selectors.INTERVALS), description="How long a candle lasts."
)
LIMIT = OpenApiParameter("limit", int, description="Rows, at most 1000.")
BEFORE = OpenApiParameter("before", int, description="`next` of the page before.")


class MaySeeOrders(IsAuthenticated):
    """Operators whose role shows them orders (MKTD-003)."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        signed_in = super().has_permission(request, view)
        may_enter = signed_in and request.user.is_staff and second_factor.has(request.user)
        return may_enter and request.user.has_perm("trading.view_order")


def find_listing(symbol: str) -> Listing:
    listing = selectors.listing_named(symbol)
    if listing is None:
        raise Http404(f"There is no listing {symbol[:12]}.")
    return listing


def known_symbol(symbol: str) -> Listing:
    """As ``find_listing``, where the symbol is part of what is asked and not the address."""
    try:
        return find_listing(symbol)
    except Http404 as error:
        raise invalid("UNKNOWN_SYMBOL", str(error), field="symbol") from error


def whole_number(request: Request, name: str, *, default: int, most: int) -> int:
    text = request.query_params.get(name, str(default))
    if not WHOLE.fullmatch(text) or not 0 < int(text) <= most:
        raise invalid("OUT_OF_RANGE", f"{name} is a whole number from 1 to {most}.", field=name)
    return int(text)


def moment(request: Request, name: str) -> datetime | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    with contextlib.suppress(ValueError):
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None and 1970 <= found.year < 9999:
            return found
    raise invalid("INVALID_TIME", f"{name} is a time as in 2026-11-24T14:30:00Z.", field=name)


def _asked_before(request: Request) -> int | None:
    asked = "before" in request.query_params
    return whole_number(request, "before", default=1, most=MOST_EVENTS) if asked else None


def _with_stats(listings: list[Listing]) -> list[dict[str, Any]]:
    quotes = selectors.quotes(listings, at=clock.now())
    return [wire.listing(listing, quotes[listing.pk]) for listing in listings]


class ListingsView(QueryView):
    for_keys = READ
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="listings_list", responses={200: ListingsShape, **errors(400)}, tags=["market"]
    )
    def get(self, request: Request) -> Response:
        """All listings with their state and statistics."""
        return Response({"results": _with_stats(list(selectors.listings()))})


class ListingView(QueryView):
    for_keys = READ
    permission_classes = [AllowAny]

    @extend_schema(responses={200: ListingShape, **errors(400, 404)}, tags=["market"])
    def get(self, request: Request, symbol: str) -> Response:
        """One listing with its state and statistics."""
        return Response(_with_stats([find_listing(symbol)])[0])


class BookView(QueryView):
    for_keys = READ
    permission_classes = [AllowAny]
    asked = [OpenApiParameter("depth", int, description="Levels a side, at most 200.")]

    @extend_schema(
        responses={200: BookShape, **errors(400, 404)},
        parameters=asked,
        tags=["market"],
    )
    def get(self, request: Request, symbol: str) -> Response:
        """The order book. As of event `seq`: start here, then apply the socket's messages."""
        listing = find_listing(symbol)
        depth = whole_number(request, "depth", default=50, most=MAX_DEPTH)
        return Response(wire.book(listing, selectors.book(listing, depth=depth)))


class OrdersInBookView(QueryView):
    permission_classes = [MaySeeOrders]
    asked = [LIMIT]

    @extend_schema(
        responses={200: OrdersInBookShape, **errors(400, 401, 403, 404)}, parameters=asked, tags=["desk"]
    )
    def get(self, request: Request, symbol: str) -> Response:
        """Depth by order, for operators. What is displayed, and what waits outside the book."""
        listing = find_listing(symbol)
        limit = whole_number(request, "limit", default=100, most=MAX_ROWS)
        return Response(wire.orders_in_book(listing, selectors.orders_in_book(listing, limit=limit)))


class TradesView(QueryView):
    for_keys = READ
    permission_classes = [AllowAny]
    asked = [LIMIT, BEFORE]

    @extend_schema(responses={200: TradesShape, **errors(400, 404)}, parameters=asked, tags=["market"])
    def get(self, request: Request, symbol: str) -> Response:
        """Trades, newest first. Those taken back are left out."""
        listing = find_listing(symbol)
        limit = whole_number(request, "limit", default=100, most=MAX_ROWS)
        rows = selectors.trades(listing, limit=limit + 1, before=_asked_before(request))
        return Response(
            {
                "epoch": listing.epoch,
                "seq": listing.market.event_seq,
                "results": [wire.trade_told_by(row, listing) for row in rows[:limit]],
                "next": str(rows[limit - 1].trade_seq) if len(rows) > limit else None,
            }
        )


class AuctionsView(QueryView):
    for_keys = READ
    permission_classes = [AllowAny]
    asked = [LIMIT, BEFORE]

    @extend_schema(responses={200: AuctionsShape, **errors(400, 404)}, parameters=asked, tags=["market"])
    def get(self, request: Request, symbol: str) -> Response:
        """Auctions, newest first. Those in which nothing could be executed have no price."""
        listing = find_listing(symbol)
        limit = whole_number(request, "limit", default=100, most=MAX_ROWS)
        rows = selectors.auctions(listing, limit=limit + 1, before=_asked_before(request))
        return Response(
            {
                "results": [wire.auction(row, listing) for row in rows[:limit]],
                "next": str(rows[limit - 1].event_seq) if len(rows) > limit else None,
            }
        )


class ScheduleView(QueryView):
    for_keys = READ
    permission_classes = [AllowAny]

    @extend_schema(responses={200: ScheduleShape, **errors(400, 404)}, tags=["market"])
    def get(self, request: Request, symbol: str) -> Response:
        """The phases of today's rest and of the next trading day. Of a random end the earliest is told."""
        listing = find_listing(symbol)
        changes = sessions.upcoming(listing, clock.now())
        return Response(
            {
                "time_zone": sessions.timetable(listing).time_zone,
                "phases": [{"phase": change.phase, "at": wire.time(change.at)} for change in changes],
            }
        )


class CandlesView(QueryView):
    for_keys = READ
    permission_classes = [AllowAny]
    asked = [
        INTERVAL,
        LIMIT,
        OpenApiParameter("before", datetime, description="Only candles that start before, to page on."),
    ]

    @extend_schema(
        responses={200: CandlesShape, **errors(400, 404)},
        parameters=asked,
        tags=["market"],
    )
    def get(self, request: Request, symbol: str) -> Response:
        """Candles, oldest first. They have no gaps: where nothing traded the last close goes on."""
        listing = find_listing(symbol)
        interval = request.query_params.get("interval", "1m")
        if interval not in selectors.INTERVALS:
            raise invalid("UNKNOWN_INTERVAL", f"One of {', '.join(selectors.INTERVALS)}.", field="interval")
        limit = whole_number(request, "limit", default=500, most=MAX_ROWS)
        bars = selectors.candles(
            listing, interval=interval, limit=limit + 1, at=clock.now(), before=moment(request, "before")
        )
        shown = bars[-limit:]
        return Response(
            {
                "results": [wire.candle(bar, listing) for bar in shown],
                "next": wire.time(shown[0].starts_at) if len(bars) > limit else None,
            }
        )
