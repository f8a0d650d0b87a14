"""Market data, open to everybody."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal import clock
from trading import selectors, wire
from trading.api.errors import invalid
from trading.api.outputs import BookShape, CandlesShape, ListingShape, ListingsShape, TradesShape, errors
from trading.models import Candle, Listing

INTERVALS = [*selectors.INTERVAL_SECONDS, Candle.Interval.DAY.value]
MAX_DEPTH, MAX_ROWS = 200, 1000
INTERVAL = OpenApiParameter("interval", str, enum=INTERVALS, description="How long a candle lasts.")
LIMIT = OpenApiParameter("limit", int, description="Rows, at most 1000.")


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
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= most and len(text) < 10):
        raise invalid("OUT_OF_RANGE", f"{name} is a whole number from 1 to {most}.", field=name)
    return int(text)


def _with_stats(listings: list[Listing]) -> list[dict[str, Any]]:
    ids = [listing.pk for listing in listings]
    touches = selectors.touches(ids)
    days = selectors.day_stats(listings, at=clock.now())
    return [wire.listing(listing, days[listing.pk], touches[listing.pk]) for listing in listings]


class ListingsView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(operation_id="listings_list", responses=ListingsShape, tags=["market"])
    def get(self, request: Request) -> Response:
        """All listings with their state and statistics."""
        return Response({"results": _with_stats(list(selectors.listings()))})


class ListingView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(responses={200: ListingShape, **errors(404)}, tags=["market"])
    def get(self, request: Request, symbol: str) -> Response:
        """One listing with its state and statistics."""
        return Response(_with_stats([find_listing(symbol)])[0])


class BookView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        responses={200: BookShape, **errors(400, 404)},
        parameters=[OpenApiParameter("depth", int, description="Levels a side, at most 200.")],
        tags=["market"],
    )
    def get(self, request: Request, symbol: str) -> Response:
        """The order book. As of event `seq`: start here, then apply the socket's messages."""
        listing = find_listing(symbol)
        depth = whole_number(request, "depth", default=50, most=MAX_DEPTH)
        return Response(wire.book(listing, selectors.book(listing, depth=depth)))


class TradesView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        responses={200: TradesShape, **errors(400, 404)},
        parameters=[
            LIMIT,
            OpenApiParameter("before", int, description="A trade id: only trades before it, to page on."),
        ],
        tags=["market"],
    )
    def get(self, request: Request, symbol: str) -> Response:
        """Trades, newest first."""
        listing = find_listing(symbol)
        limit = whole_number(request, "limit", default=100, most=MAX_ROWS)
        before = None
        if "before" in request.query_params:
            before = whole_number(request, "before", default=1, most=999_999_999)
        rows = selectors.trades(listing, limit=limit, before=before)
        return Response(
            {
                "epoch": listing.epoch,
                "seq": listing.market.event_seq,
                "results": [
                    wire.trade(listing, e.trade_seq, e.last_px, e.last_qty, e.at, e.side) for e in rows
                ],
            }
        )


class CandlesView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        responses={200: CandlesShape, **errors(400, 404)},
        parameters=[
            OpenApiParameter("interval", str, enum=INTERVALS, description="How long a candle lasts."),
            LIMIT,
        ],
        tags=["market"],
    )
    def get(self, request: Request, symbol: str) -> Response:
        """Candles, oldest first."""
        listing = find_listing(symbol)
        interval = request.query_params.get("interval", "1m")
        if interval not in INTERVALS:
            raise invalid("UNKNOWN_INTERVAL", f"One of {', '.join(INTERVALS)}.", field="interval")
        limit = whole_number(request, "limit", default=500, most=MAX_ROWS)
        return Response(
            {
                "results": [
                    {
                        "time": int(start.timestamp()),
                        "open": wire.price(listing, open_),
                        "high": wire.price(listing, high),
                        "low": wire.price(listing, low),
                        "close": wire.price(listing, close),
                        "volume": wire.quantity(listing, volume),
                    }
                    for start, open_, high, low, close, volume in selectors.candles(
                        listing, interval=interval, limit=limit
                    )
                ]
            }
        )
