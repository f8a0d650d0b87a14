"""An account's own orders, executions, balances and refusals."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal import clock
from portal.api.access import own_account, own_accounts, own_rows, require
from portal.api.authentication import READ
from portal.api.errors import invalid
from portal.api.inputs import ID
from portal.api.outputs import errors
from portal.api.queries import QueryView
from portal.members import Role
from portal.models import Account
from trading import account_books, journal, selectors, wire
from trading.api.markets import known_symbol
from trading.api.outputs import BalancesShape, ExecutionsShape, FeeListShape, OrderShape, RefusalsShape
from trading.models import CASH, Balance, Listing, Order
from trading.services import fees

PAGE = 100
ACCOUNT = OpenApiParameter("account", int, description="May be left out if the caller has but one.")
CURSOR = OpenApiParameter("cursor", str, description="`next` of the page before.")
SYMBOL = OpenApiParameter("symbol", str, description="Of this listing only.")
WORKING = OpenApiParameter("working", bool, description="Open orders only, or finished ones only.")
LIST_ERRORS = errors(400, 401, 404)


def asked_account(request: Request) -> Account:
    if "account" in request.query_params:
        return own_account(request, request.query_params["account"])
    accounts = list(own_accounts(request)[:2])
    if len(accounts) != 1:
        raise invalid("ACCOUNT_REQUIRED", "Say which account.", field="account")
    return accounts[0]


def own_order(request: Request, order_id: int, *, least: Role = Role.VIEWER) -> Order:
    mine = own_rows(request, Order.objects.select_related("listing"))
    order: Order | None = mine.filter(pk=order_id).first()
    if order is None:
        raise Http404("You have no such order.")
    require(order, least)
    return order


def asked_symbol(request: Request) -> str | None:
    symbol = request.query_params.get("symbol")
    return None if symbol is None else known_symbol(symbol).symbol


def true_or_false(request: Request, name: str) -> bool | None:
    asked = request.query_params.get(name)
    if asked not in (None, "true", "false"):
        raise invalid("INVALID_CHOICE", f"{name} is true or false.", field=name)
    return None if asked is None else asked == "true"


def _older(pk: int) -> Q:
    return Q(pk__lt=pk)


def page(
    request: Request, rows: QuerySet[Any], *, beyond: Callable[[int], Q | None] = _older
) -> tuple[list[Any], str | None]:
    """A page of rows, and the cursor of the next one: the last row's number, beyond which (newest first,
    unless told otherwise) it goes on."""
    cursor = request.query_params.get("cursor")
    if cursor is not None:
        further = beyond(int(cursor)) if ID.fullmatch(cursor) else None
        if further is None:
            raise invalid("BAD_CURSOR", "Take the cursor from the page before.", field="cursor")
        rows = rows.filter(further)
    found = list(rows[: PAGE + 1])
    return found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else None


class OrderListMixin:
    def list_orders(self, request: Request) -> Response:
        working = true_or_false(request, "working")
        rows, following = page(
            request,
            selectors.orders_of(asked_account(request), working=working, symbol=asked_symbol(request)),
        )
        return Response({"results": [wire.order(o, o.listing) for o in rows], "next": following})


class OrderView(QueryView):
    for_keys = READ

    @extend_schema(responses={200: OrderShape, **errors(400, 401, 404)}, tags=["orders"])
    def get(self, request: Request, order_id: int) -> Response:
        """One order."""
        order = own_order(request, order_id)
        return Response(wire.order(order, order.listing))


class ExecutionsView(QueryView):
    for_keys = READ
    asked = [ACCOUNT, SYMBOL, CURSOR]

    @extend_schema(
        responses={200: ExecutionsShape, **LIST_ERRORS},
        parameters=asked,
        tags=["account"],
    )
    def get(self, request: Request) -> Response:
        """Executions, newest first."""
        rows, following = page(
            request,
            selectors.executions_of(asked_account(request), symbol=asked_symbol(request)),
        )
        settlements = account_books.settlements_of_executions(rows)
        made = selectors.corrected_from(rows)
        results = [
            wire.execution(
                e, e.listing, cl_ord_id=e.order.cl_ord_id,
                settlement=settlements.get((e.listing_id, e.trade_seq)),
                made=made.get((e.listing_id, e.trade_seq)),
            )
            for e in rows
        ]  # fmt: skip
        return Response({"results": results, "next": following})


class BalancesView(QueryView):
    for_keys = READ
    asked = [ACCOUNT]

    @extend_schema(responses={200: BalancesShape, **LIST_ERRORS}, parameters=asked, tags=["account"])
    def get(self, request: Request) -> Response:
        """Cash and holdings. Settled, held for open orders, traded and not yet settled, available."""
        account = asked_account(request)
        rows, costs = selectors.balances_of(account), account_books.costs_of(account)
        cash = next((row for row in rows if row.asset_id == CASH), Balance(account=account, asset_id=CASH))
        return Response(
            {
                "cash": wire.cash_balance(cash),
                "holdings": [
                    wire.holding(row, row.asset.listing, cost=costs.get(row.asset_id))
                    for row in rows
                    if row.asset_id != CASH
                ],
            }
        )


class FeesView(QueryView):
    for_keys = READ
    asked = [ACCOUNT]

    @extend_schema(responses={200: FeeListShape, **LIST_ERRORS}, parameters=asked, tags=["account"])
    def get(self, request: Request) -> Response:
        """What the account's orders entered now pay by. Listings that cost nothing are left out."""
        account, listings = asked_account(request), list(selectors.listings())
        schedules = fees.in_force(listings, at=clock.now())
        return Response(
            {
                "results": [
                    {"symbol": row.symbol, **wire.fees(schedule), "effective_date": schedule.effective_date}
                    for row in listings
                    if (schedule := schedules.of(account, row.pk)) is not None
                ]
            }
        )


class RefusalsView(QueryView):
    for_keys = READ
    asked = [ACCOUNT, CURSOR]

    @extend_schema(responses={200: RefusalsShape, **LIST_ERRORS}, parameters=asked, tags=["account"])
    def get(self, request: Request) -> Response:
        """Orders, cancels and replaces that were not taken, and why. Newest first."""
        rows, following = page(request, journal.refusals_of(account_id=asked_account(request).pk))
        return Response({"results": [_refusal(row) for row in rows], "next": following})


def _refusal(row: Any) -> dict[str, Any]:
    listing: Listing = row.listing
    return {
        "cl_ord_id": row.cl_ord_id,
        "symbol": listing.symbol,
        "side": row.body.get("side"),
        "order_qty": wire.quantity(listing, row.body.get("order_qty")),
        "price": wire.price(listing, row.body.get("price")),
        "received_at": wire.time(row.received_at),
        "reasons": [
            {k: r.get(k) for k in ("code", "message", "citation", "next_step", "until")}
            for r in row.decision["reasons"]
        ],
    }
