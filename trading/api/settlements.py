"""What became of an account's trades, and the lots its holdings are made of."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal import clock
from portal.api.access import own_accounts, require
from portal.api.authentication import READ
from portal.api.errors import not_taken
from portal.api.inputs import valid
from portal.api.outputs import errors
from portal.api.queries import QueryView
from portal.members import Role, suffices
from portal.models import Account, ApiKey
from trading import account_books, account_words, wire
from trading.account_words import Said, price_of, side_of
from trading.api import inputs
from trading.api.accounts import (
    ACCOUNT,
    CURSOR,
    LIST_ERRORS,
    SYMBOL,
    asked_account,
    asked_symbol,
    page,
    true_or_false,
)
from trading.api.book_outputs import REFUSED, LotsShape, SettlementDetailShape, SettlementsShape
from trading.api.inputs import LotChoicesInput
from trading.engine import Side
from trading.models import (
    BREAKABLE,
    CASH,
    Instruction,
    Listing,
    Lot,
    LotEntry,
    SettlementState,
    SettlementStep,
    Transfer,
)
from trading.services.lot_choices import ChoiceRefused, choose_lots
from trading.settlement import booking, consumer

PENDING = OpenApiParameter("pending", bool, description="Those yet to settle only, or those that ended.")
TRADE = Instruction.Kind.TRADE
# The legs of a trade, and of its reversal: cash, securities, fee.
LEGS = {
    Instruction.Kind.TRADE: (Transfer.Kind.TRADE_CASH, Transfer.Kind.TRADE_TOKEN, Transfer.Kind.TRADE_FEE),
    Instruction.Kind.REVERSAL: (
        Transfer.Kind.REVERSAL_CASH, Transfer.Kind.REVERSAL_TOKEN, Transfer.Kind.REVERSAL_FEE,
    ),
}  # fmt: skip


class SettlementsView(QueryView):
    for_keys = READ
    asked = [ACCOUNT, SYMBOL, PENDING, CURSOR]

    @extend_schema(
        operation_id="settlements_list",
        responses={200: SettlementsShape, **LIST_ERRORS},
        parameters=asked,
        tags=["account"],
    )
    def get(self, request: Request) -> Response:
        """Settlements, newest first. One for each trade, and one for each that was taken back."""
        account, pending = asked_account(request), true_or_false(request, "pending")
        rows, following = page(
            request, account_books.settlements_of(account, pending=pending, symbol=asked_symbol(request))
        )
        at, stopped = clock.now(), set(consumer.stopped_assets())
        return Response(
            {
                "results": [_settlement(row, account, at=at, stopped=stopped) for row in rows],
                "next": following,
            }
        )


class SettlementView(QueryView):
    for_keys = READ
    asked = [ACCOUNT]

    @extend_schema(
        responses={200: SettlementDetailShape, **errors(400, 401, 404)}, parameters=asked, tags=["account"]
    )
    def get(self, request: Request, settlement_id: int) -> Response:
        """One settlement. Each state it passed, what is next, what it booked, and the lots it moved."""
        return Response(detail(*own_settlement(request, settlement_id)))


class LotChoicesView(APIView):
    for_keys = {"PUT": ApiKey.Scope.TRADE}

    @extend_schema(
        request=LotChoicesInput,
        parameters=[ACCOUNT],
        responses={200: SettlementDetailShape, **errors(400, 401, 403, 404, 413, 415), **REFUSED},
        tags=["account"],
    )
    def put(self, request: Request, settlement_id: int) -> Response:
        """Choose the lots a sale shall take. Until it settles; an empty choice means first in, first out."""
        row, account = own_settlement(request, settlement_id)
        require(account, Role.TRADER)
        choices = inputs.lot_choices(valid(LotChoicesInput, request.data), row.listing)
        try:
            choose_lots(account=account, instruction_id=row.pk, choices=choices, by=request.user)  # type: ignore[arg-type]
        except ChoiceRefused as refusal:
            raise not_taken(refusal.code, str(refusal), field="lots") from refusal
        return Response(detail(*own_settlement(request, settlement_id)))


class LotsView(QueryView):
    for_keys = READ
    asked = [ACCOUNT, SYMBOL, CURSOR]

    @extend_schema(responses={200: LotsShape, **LIST_ERRORS}, parameters=asked, tags=["account"])
    def get(self, request: Request) -> Response:
        """Lots: what is left of what was acquired. By security, first in first."""
        account = asked_account(request)
        rows, following = page(
            request,
            account_books.lots_of(account, symbol=asked_symbol(request)),
            beyond=lambda pk: account_books.lots_after(account, pk),
        )
        return Response({"results": [_lot(row, row.asset.listing) for row in rows], "next": following})


def own_settlement(request: Request, settlement_id: int) -> tuple[Instruction, Account]:
    """A settlement of the caller's, and the account it is of: where both sides are theirs, the one asked
    for."""
    asked = [asked_account(request)] if "account" in request.query_params else own_accounts(request)
    accounts = {account.pk: account for account in asked}
    mine = Instruction.objects.filter(Q(buyer__in=accounts) | Q(seller__in=accounts))
    row = mine.select_related("listing", "custodian").filter(pk=settlement_id).first()
    if row is None:
        raise Http404("You have no such settlement.")
    return row, accounts.get(row.buyer_id) or accounts[row.seller_id]


def detail(row: Instruction, account: Account) -> dict[str, Any]:
    listing, side = row.listing, side_of(row, account)
    cash, token, fee = (booking.reference(kind, row) for kind in LEGS[Instruction.Kind(row.kind)])
    # Of a reversal called off, the next one's transfers are named alike.
    booked = [cash, token, f"{fee}:{side.value}"] if row.state == SettlementState.SETTLED else []
    legs = Transfer.objects.filter(reference__in=booked).order_by("id")
    moved = account_books.lot_entries(account, reference=token) if booked else []
    return {
        **_settlement(row, account, at=clock.now(), stopped=set(consumer.stopped_assets())),
        "steps": _timeline(row, account),
        "transfers": [_booked(leg, listing, account) for leg in legs],
        "lots": [_lot_moved(entry, listing) for entry in moved],
        "may_choose_lots": row.kind == TRADE
        and side == Side.SELL
        and row.state in BREAKABLE
        and suffices(account.role, least=Role.TRADER),  # type: ignore[attr-defined]
        "chosen_lots": [
            {"lot": str(choice.lot_id), "qty": wire.quantity(listing, choice.qty)}
            for choice in row.lot_choices.filter(lot__account=account).order_by("lot")
        ],
        "reversal": _id_or_none(
            Instruction.objects.filter(reverses=row).order_by("-id").values_list("pk", flat=True).first()
        ),
        "reverses": _id_or_none(row.reverses_id),
    }


def _settlement(row: Instruction, account: Account, *, at: datetime, stopped: set[str]) -> dict[str, Any]:
    listing, side = row.listing, side_of(row, account)
    buys, is_trade = side == Side.BUY, row.kind == TRADE
    fee = row.buyer_fee if buys else row.seller_fee
    net = (-row.amount if buys else row.amount) + (-fee if is_trade else fee)
    if row.state == SettlementState.CANCELED:
        net = 0
    following = account_words.next_of(row, account, at=at, stopped=listing.asset_id in stopped)
    return {
        **wire.settlement_of_trade(row),
        "trade_id": str(row.trade_seq),
        "kind": row.kind,
        "symbol": listing.symbol,
        "name": listing.name,
        "side": side,
        "qty": wire.quantity(listing, row.qty),
        "px": wire.price(listing, price_of(row)),
        "amount": wire.cash(row.amount),
        "fee": wire.cash(fee),
        "net": wire.cash(net),
        "traded_at": wire.time(row.traded_at),
        "state_at": wire.time(row.state_at),
        "next": following and {**_said(following), "state": following.state, "at": wire.time(following.at)},  # type: ignore[dict-item]
    }


def _timeline(row: Instruction, account: Account) -> list[dict[str, Any]]:
    """What happened, in order; where it only went on standing where it stood, nothing did."""
    told: list[dict[str, Any]] = []
    for step in row.steps.order_by("id"):
        for passed in _steps(row, step, account):
            if not told or passed["reason"] or passed["state"] != told[-1]["state"]:
                told.append(passed)
    return told


def _steps(row: Instruction, step: SettlementStep, account: Account) -> list[dict[str, Any]]:
    """The states passed at a moment; why concerns the last of them."""
    told: list[dict[str, Any]] = [
        {"state": state, "at": wire.time(step.at), "reason": None} for state in step.passed
    ]
    told[-1]["reason"] = _said(account_words.reason_of(row, step, account))
    return told


def _said(said: Said | None) -> dict[str, str] | None:
    return said and {"code": said.code, "message": said.message}


def _booked(leg: Transfer, listing: Listing, account: Account) -> dict[str, Any]:
    sign = 1 if leg.credit_account_id == account.pk else -1
    units = sign * leg.amount
    return {
        "kind": leg.kind,
        "asset": leg.asset_id,
        "amount": wire.cash(units) if leg.asset_id == CASH else wire.quantity(listing, units),
        "at": wire.time(leg.at),
        "reference": leg.reference,
    }


def _lot_moved(entry: LotEntry, listing: Listing) -> dict[str, Any]:
    lot, known = entry.lot, entry.lot.price is not None
    gain = None if entry.proceeds is None or not known else entry.proceeds + entry.cost
    return {
        "lot": str(lot.pk),
        "acquired_on": lot.acquired_on,
        "source": lot.source,
        "px": wire.price(listing, lot.price),
        "qty": wire.quantity(listing, entry.qty),
        "cost": wire.cash(abs(entry.cost)) if known else None,
        "proceeds": None if entry.proceeds is None else wire.cash(entry.proceeds),
        "gain": None if gain is None else wire.cash(gain),
    }


def _lot(row: Lot, listing: Listing) -> dict[str, Any]:
    last, known = listing.market.last_px, row.price is not None
    value = None if last is None else listing.cents(last * row.qty)
    return {
        "id": str(row.pk),
        "symbol": listing.symbol,
        "acquired_on": row.acquired_on,
        "paid_on": row.paid_on,
        "source": row.source,
        "px": wire.price(listing, row.price),
        "qty": wire.quantity(listing, row.qty),
        "cost": wire.cash(row.cost) if known else None,
        "market_value": None if value is None else wire.cash(value),
        "unrealized": None if value is None or not known else wire.cash(value - row.cost),
    }


def _id_or_none(pk: int | None) -> str | None:
    return None if pk is None else str(pk)
