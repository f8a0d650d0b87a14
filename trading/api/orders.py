"""Order entry: parse, call the one way in, format."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal import clock, second_factor
from portal.api import permissions
from portal.api.access import own_account
from portal.api.authentication import READ, TRADE
from portal.api.errors import ApiError, invalid
from portal.api.inputs import valid
from portal.api.outputs import errors
from portal.api.permissions import SecondFactor
from portal.api.queries import QueryView
from portal.members import Role
from trading import wire
from trading.api import inputs
from trading.api.accounts import ACCOUNT, CURSOR, SYMBOL, WORKING, OrderListMixin, own_order
from trading.api.inputs import CancelAllInput, CancelInput, OrderInput, PairInput, ReplaceInput
from trading.api.markets import known_symbol
from trading.api.outputs import (
    CancelAllShape,
    ChangeShape,
    OrdersShape,
    PlacedOrderShape,
    PlacedPairShape,
    PreviewShape,
)
from trading.api.refusals import refused
from trading.engine import Side, TimeInForce
from trading.models import CASH, Listing, Order
from trading.services import entry
from trading.services.requests import (
    Accepted,
    CancelRequest,
    Conflict,
    MassAccepted,
    MassCancelRequest,
    NewOrderRequest,
    NotFound,
    Outcome,
    Refused,
    ReplaceRequest,
)

PREVIEW_ERRORS = errors(400, 401, 403, 404, 413, 415)
ENTRY_ERRORS = PREVIEW_ERRORS | errors(409, 422)


class OrdersView(OrderListMixin, QueryView):
    for_keys = READ | TRADE
    permission_classes = [IsAuthenticated, SecondFactor]
    asked = [ACCOUNT, WORKING, SYMBOL, CURSOR]

    @extend_schema(
        operation_id="orders_list",
        responses={200: OrdersShape, **errors(400, 401, 404)},
        parameters=asked,
        tags=["orders"],
    )
    def get(self, request: Request) -> Response:
        """Orders, newest first."""
        return self.list_orders(request)

    @extend_schema(request=OrderInput, responses={202: PlacedOrderShape, **ENTRY_ERRORS}, tags=["orders"])
    def post(self, request: Request) -> Response:
        """Enter an order. 202: it is in the journal, and the engine will answer on the account's socket."""
        new, listing = _parse(request)
        [placed] = _entered(request, [new])
        return Response(_acknowledged(placed, listing), status=status.HTTP_202_ACCEPTED)


class PreviewView(APIView):
    for_keys = TRADE

    @extend_schema(request=OrderInput, responses={200: PreviewShape, **PREVIEW_ERRORS}, tags=["orders"])
    def post(self, request: Request) -> Response:
        """What entering this order would come to; nothing is written."""
        new, listing = _parse(request)
        return Response(_previewed(request, entry.preview(new), listing))


class PairView(APIView):
    for_keys = TRADE
    permission_classes = [IsAuthenticated, SecondFactor]

    @extend_schema(request=PairInput, responses={202: PlacedPairShape, **ENTRY_ERRORS}, tags=["orders"])
    def post(self, request: Request) -> Response:
        """Enter two orders of which one cancels the other: both, or neither."""
        legs, listing = _parse_pair(request)
        stop, limit = (_acknowledged(placed, listing) for placed in _entered(request, legs))
        return Response({"limit": limit, "stop": stop}, status=status.HTTP_202_ACCEPTED)


class PairPreviewView(APIView):
    for_keys = TRADE

    @extend_schema(request=PairInput, responses={200: PreviewShape, **PREVIEW_ERRORS}, tags=["orders"])
    def post(self, request: Request) -> Response:
        """What entering these two orders would come to; nothing is written."""
        legs, listing = _parse_pair(request)
        return Response(_previewed(request, entry.preview(*legs), listing))


class CancelView(APIView):
    for_keys = TRADE

    @extend_schema(request=CancelInput, responses={202: ChangeShape, **ENTRY_ERRORS}, tags=["orders"])
    def post(self, request: Request, order_id: int) -> Response:
        """Ask to cancel what is left of an order."""
        order = own_order(request, order_id, least=Role.TRADER)
        data = valid(CancelInput, request.data)
        cancel = CancelRequest(order.account_id, data["cl_ord_id"], order_id=order.pk)
        return _change(request, cancel, order, "PENDING_CANCEL")


class CancelAllView(APIView):
    for_keys = TRADE

    @extend_schema(
        request=CancelAllInput,
        responses={202: CancelAllShape, **PREVIEW_ERRORS, **errors(409)},
        tags=["orders"],
    )
    def post(self, request: Request) -> Response:
        """Ask to cancel all open orders of an account.

        Of one listing or of all, of one side or of both; the answer names the listings concerned.
        """
        data = valid(CancelAllInput, request.data)
        account = own_account(request, str(data["account"]), least=Role.TRADER)
        symbol, side = data.get("symbol"), data.get("side")
        cancel = MassCancelRequest(
            account.pk, data["cl_ord_id"], listing_id=known_symbol(symbol).pk if symbol else None,
            side=Side(side) if side else None,
        )  # fmt: skip
        [outcome] = entry.submit_orders([cancel], actor=request.user)  # type: ignore[arg-type]
        taken = _taken(outcome)
        assert isinstance(taken, MassAccepted)
        symbols = dict(Listing.objects.values_list("pk", "symbol"))
        rows = [{"symbol": symbols[listing_id], "seq": seq} for listing_id, seq in taken.commands]
        return Response({"listings": rows}, status=status.HTTP_202_ACCEPTED)


class ReplaceView(APIView):
    for_keys = TRADE
    permission_classes = [IsAuthenticated, SecondFactor]

    @extend_schema(request=ReplaceInput, responses={202: ChangeShape, **ENTRY_ERRORS}, tags=["orders"])
    def post(self, request: Request, order_id: int) -> Response:
        """Ask to change quantity, limit or stop price. Less at the same prices keeps the order's place; all
        else loses it."""
        order = own_order(request, order_id, least=Role.TRADER)
        data, listing = valid(ReplaceInput, request.data), order.listing
        if order.time_in_force in (TimeInForce.IOC, TimeInForce.FOK):
            raise invalid("NOT_REPLACEABLE", "An order for now or never cannot be changed.")
        price = inputs.optional(inputs.ticks, data, "price", listing)
        if price is None and order.price is not None:
            raise invalid("PRICE_REQUIRED", "This order has a limit: say which.", field="price")
        replace = ReplaceRequest(
            order.account_id, data["cl_ord_id"], order_qty=inputs.lots(data["order_qty"], listing),
            price=price, order_id=order.pk, stop_px=inputs.optional(inputs.ticks, data, "stop_px", listing),
        )  # fmt: skip
        return _change(request, replace, order, "PENDING_REPLACE")


def _change(request: Request, change: CancelRequest | ReplaceRequest, order: Order, pending: str) -> Response:
    [outcome] = entry.submit_orders([change], actor=request.user)  # type: ignore[arg-type]
    placed = _taken(outcome)
    assert isinstance(placed, Accepted)
    body = {
        "cl_ord_id": change.cl_ord_id,
        "pending": pending,
        "seq": placed.seq,
        "order": wire.order(order, order.listing),
    }
    return Response(body, status=status.HTTP_202_ACCEPTED)


def _parse(request: Request) -> tuple[NewOrderRequest, Listing]:
    data = valid(OrderInput, request.data)
    own_account(request, str(data["account"]), least=Role.TRADER)
    listing = known_symbol(data["symbol"])
    return inputs.new_order(data, listing, at=clock.now()), listing


def _parse_pair(request: Request) -> tuple[list[NewOrderRequest], Listing]:
    data = valid(PairInput, request.data)
    own_account(request, str(data["account"]), least=Role.TRADER)
    listing = known_symbol(data["symbol"])
    return list(inputs.pair(data, listing, at=clock.now())), listing


def _entered(request: Request, orders: list[NewOrderRequest]) -> list[Accepted]:
    placed = []
    for outcome in entry.submit_orders(orders, actor=request.user):  # type: ignore[arg-type]
        taken = _taken(outcome)
        assert isinstance(taken, Accepted)
        placed.append(taken)
    return placed


def _acknowledged(placed: Accepted, listing: Listing) -> dict[str, Any]:
    order = Order.objects.get(pk=placed.order_id)
    return {**wire.order(order, listing), "seq": placed.seq}


def _taken(outcome: Outcome) -> Accepted | MassAccepted:
    match outcome:
        case Accepted() | MassAccepted():
            return outcome
        case Refused(reasons=reasons):
            raise refused(reasons)
        case Conflict():
            raise ApiError(status.HTTP_409_CONFLICT, outcome.code, outcome.message, field="cl_ord_id")
        case NotFound():
            raise ApiError(status.HTTP_404_NOT_FOUND, outcome.code, outcome.message)


# --- Previews -------------------------------------------------------------------------------------------


def _previewed(request: Request, preview: entry.Preview, listing: Listing) -> dict[str, Any]:
    verdict, first = preview.verdict, preview.legs[0]
    schedule = first.fee_schedule
    reasons = [
        {k: r.as_json()[k] for k in ("code", "message", "citation", "next_step", "until")}
        for r in verdict.reasons
    ]
    may_enter = second_factor.has(request.user)
    return {
        "allowed": verdict.allowed and may_enter,
        "reasons": reasons if may_enter else [permissions.REASON, *reasons],
        "estimate": _estimate(preview, listing),
        # Of a pair as people say it: what they want, or else what shall stop a loss.
        "summary": "; or: ".join(_summary(leg, listing) for leg in reversed(preview.legs)),
        "fee": wire.cash(preview.most_fee),
        "fees": wire.fees(schedule) if schedule is not None else None,
        "expires_at": wire.time(first.expire_at),
        "explanation": preview.explanation,
    }


# What is not the words of its name.
IN_WORDS = {
    TimeInForce.GTC: "until canceled",
    TimeInForce.GTD: "good till date",
    TimeInForce.IOC: "immediate or cancel",
    TimeInForce.FOK: "fill or kill",
    TimeInForce.AT_OPEN: "at the opening",
    TimeInForce.AT_CLOSE: "at the close",
}


def _summary(terms: entry.Terms, listing: Listing) -> str:
    price = "at the market" if terms.price is None else f"at {wire.price(listing, terms.price)}"
    stop_px = terms.conditions.stop_px
    # So far from the market that no price is left: refused, and not said.
    trigger = "" if stop_px is None or stop_px < 1 else f" once it trades at {wire.price(listing, stop_px)}"
    ord_type = terms.ord_type.lower().replace("_", " ")
    until = IN_WORDS.get(terms.time_in_force, terms.time_in_force.lower())
    side, quantity = wire.side_word(terms.side), wire.quantity(listing, terms.order_qty)
    return f"{side} {quantity} {listing.symbol} {price}{trigger}, {ord_type}, {until}"


def _estimate(preview: entry.Preview, listing: Listing) -> dict[str, Any]:
    """Cash and holding before and after, as if it filled whole at its worst price."""
    cash, token = preview.balances[CASH], preview.balances[listing.asset_id]
    terms = preview.dearest
    sign = 1 if terms.side == Side.BUY else -1
    known = terms.worst_price is not None
    hold = preview.hold if known else 0
    return {
        "price_used": wire.price(listing, terms.worst_price),
        "protection_px": wire.price(listing, terms.protection_px),
        "notional": wire.cash(terms.worst_value) if known else None,
        "fees": wire.cash(preview.most_fee),
        "cash_before": wire.cash(cash.available),
        "cash_after": wire.cash(cash.available - sign * terms.worst_value - preview.most_fee)
        if known
        else None,
        "holding_before": wire.quantity(listing, token.available),
        "holding_after": wire.quantity(listing, token.available + sign * terms.order_qty),
        "hold_asset": terms.hold_asset,
        "hold_amount": None
        if not known
        else wire.cash(hold)
        if terms.hold_asset == CASH
        else wire.quantity(listing, hold),
        "expire_at": wire.time(terms.expire_at),
    }
