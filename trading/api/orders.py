"""Order entry: parse, call the one way in, format."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from trading import wire
from trading.api import inputs
from trading.api.accounts import ACCOUNT, CURSOR, SYMBOL, WORKING, OrderListMixin, own_account, own_order
from trading.api.errors import ApiError, invalid, refused
from trading.api.inputs import CancelInput, OrderInput, ReplaceInput
from trading.api.markets import known_symbol
from trading.api.outputs import ChangeShape, OrdersShape, PlacedOrderShape, PreviewShape, errors
from trading.engine import Side
from trading.models import CASH, Balance, Listing, Order
from trading.services import entry
from trading.services.requests import (
    Accepted,
    CancelRequest,
    Conflict,
    NewOrderRequest,
    NotFound,
    Outcome,
    Refused,
    ReplaceRequest,
)

PREVIEW_ERRORS = errors(400, 401, 403, 404, 413, 415)
ENTRY_ERRORS = PREVIEW_ERRORS | errors(409, 422)


class OrdersView(OrderListMixin, APIView):
    @extend_schema(
        operation_id="orders_list",
        responses={200: OrdersShape, **errors(400, 401, 404)},
        parameters=[ACCOUNT, WORKING, SYMBOL, CURSOR],
        tags=["orders"],
    )
    def get(self, request: Request) -> Response:
        """Orders, newest first."""
        return self.list_orders(request)

    @extend_schema(request=OrderInput, responses={202: PlacedOrderShape, **ENTRY_ERRORS}, tags=["orders"])
    def post(self, request: Request) -> Response:
        """Enter an order. 202: it is in the journal, and the engine will answer on the account's socket."""
        new, listing = _parse(request)
        placed = _taken(entry.submit_orders([new], actor=request.user)[0])  # type: ignore[arg-type]
        order = Order.objects.get(pk=placed.order_id)
        return Response({**wire.order(order, listing), "seq": placed.seq}, status=status.HTTP_202_ACCEPTED)


class PreviewView(APIView):
    @extend_schema(request=OrderInput, responses={200: PreviewShape, **PREVIEW_ERRORS}, tags=["orders"])
    def post(self, request: Request) -> Response:
        """What entering this order would come to; nothing is written."""
        new, listing = _parse(request)
        terms, verdict, balances = entry.preview(new)
        return Response(
            {
                "allowed": verdict.allowed,
                "reasons": [
                    {k: r.as_json()[k] for k in ("code", "message", "citation", "next_step", "until")}
                    for r in verdict.reasons
                ],
                "estimate": _estimate(terms, listing, balances),
                "summary": _summary(terms, listing),
            }
        )


class CancelView(APIView):
    @extend_schema(request=CancelInput, responses={202: ChangeShape, **ENTRY_ERRORS}, tags=["orders"])
    def post(self, request: Request, order_id: int) -> Response:
        """Ask to cancel what is left of an order."""
        order = own_order(request, order_id)
        data = _valid(CancelInput, request)
        cancel = CancelRequest(order.account_id, data["cl_ord_id"], order_id=order.pk)
        return _change(request, cancel, order, "PENDING_CANCEL")


class ReplaceView(APIView):
    @extend_schema(request=ReplaceInput, responses={202: ChangeShape, **ENTRY_ERRORS}, tags=["orders"])
    def post(self, request: Request, order_id: int) -> Response:
        """Ask to change quantity or price. Less quantity keeps the order's place; all else loses it."""
        order = own_order(request, order_id)
        data = _valid(ReplaceInput, request)
        if order.price is None:
            raise invalid("NOT_REPLACEABLE", "A market order cannot be changed.")
        replace = ReplaceRequest(
            order.account_id, data["cl_ord_id"], order_qty=inputs.lots(data["order_qty"], order.listing),
            price=inputs.ticks(data["price"], order.listing), order_id=order.pk,
        )  # fmt: skip
        return _change(request, replace, order, "PENDING_REPLACE")


def _change(request: Request, change: CancelRequest | ReplaceRequest, order: Order, pending: str) -> Response:
    placed = _taken(entry.submit_orders([change], actor=request.user)[0])  # type: ignore[arg-type]
    body = {
        "cl_ord_id": change.cl_ord_id,
        "pending": pending,
        "seq": placed.seq,
        "order": wire.order(order, order.listing),
    }
    return Response(body, status=status.HTTP_202_ACCEPTED)


def _valid(serializer: type, request: Request) -> dict[str, Any]:
    checked = serializer(data=request.data)
    checked.is_valid(raise_exception=True)
    return checked.validated_data


def _parse(request: Request) -> tuple[NewOrderRequest, Listing]:
    data = _valid(OrderInput, request)
    own_account(request, str(data["account"]))
    listing = known_symbol(data["symbol"])
    return inputs.new_order(data, listing), listing


def _taken(outcome: Outcome) -> Accepted:
    match outcome:
        case Accepted():
            return outcome
        case Refused(reasons=reasons):
            raise refused(reasons)
        case Conflict():
            raise ApiError(status.HTTP_409_CONFLICT, outcome.code, outcome.message, field="cl_ord_id")
        case NotFound():
            raise ApiError(status.HTTP_404_NOT_FOUND, outcome.code, outcome.message)


def _summary(terms: entry.Terms, listing: Listing) -> str:
    price = "at the market" if terms.price is None else f"at {wire.price(listing, terms.price)}"
    return (
        f"{wire.side_word(terms.side)} {wire.quantity(listing, terms.order_qty)} {listing.symbol} {price}, "
        f"{terms.ord_type.lower()}, {terms.time_in_force.lower()}"
    )


def _estimate(terms: entry.Terms, listing: Listing, balances: dict[str, Balance]) -> dict[str, Any]:
    """Cash and holding before and after, as if it filled whole at its worst price."""
    cash, token = balances[CASH], balances[listing.asset_id]
    worst = terms.worst_price
    notional = None if worst is None else listing.cents(worst * terms.order_qty)
    sign = 1 if terms.side == Side.BUY else -1
    hold = None if worst is None else terms.hold
    return {
        "price_used": wire.price(listing, worst),
        "protection_px": wire.price(listing, terms.protection_px),
        "notional": None if notional is None else wire.cash(notional),
        "fees": wire.cash(0),
        "cash_before": wire.cash(cash.available),
        "cash_after": None if notional is None else wire.cash(cash.available - sign * notional),
        "holding_before": wire.quantity(listing, token.available),
        "holding_after": wire.quantity(listing, token.available + sign * terms.order_qty),
        "hold_asset": terms.hold_asset,
        "hold_amount": None
        if hold is None
        else wire.cash(hold)
        if terms.hold_asset == CASH
        else wire.quantity(listing, hold),
        "expire_at": wire.time(terms.expire_at),
    }
