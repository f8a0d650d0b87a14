"""An account's cash: what there is, how it comes in, and how it goes out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api.access import own_account, own_rows, require
from portal.api.authentication import READ
from portal.api.errors import not_taken
from portal.api.inputs import valid
from portal.api.outputs import errors
from portal.api.permissions import SecondFactor
from portal.members import Role
from portal.models import Account
from trading import account_books, account_words, cash, selectors, wire
from trading.api.accounts import ACCOUNT, CURSOR, LIST_ERRORS, asked_account, page
from trading.api.book_outputs import (
    REFUSED,
    BankAccountShape,
    BankAccountsShape,
    CashAccountShape,
    MovementsShape,
    WithdrawalShape,
    WithdrawalsShape,
)
from trading.api.inputs import BankAccountInput, WithdrawalInput, cents
from trading.models import BankAccount, Withdrawal

POST_ERRORS = {**errors(400, 401, 403, 404, 413, 415), **REFUSED}


@contextmanager
def told() -> Iterator[None]:
    """Say why cash does not come or go."""
    try:
        yield
    except cash.CashRefused as refusal:
        raise not_taken(refusal.code, str(refusal), field=refusal.field) from refusal


class CashView(APIView):
    for_keys = READ

    @extend_schema(responses={200: CashAccountShape, **LIST_ERRORS}, parameters=[ACCOUNT], tags=["cash"])
    def get(self, request: Request) -> Response:
        """Cash: what is settled, held and pending, and how to pay in."""
        account = asked_account(request)
        balance = selectors.cash_of(account)
        withdrawing = account_books.held_for_withdrawals(account)
        return Response(
            {
                "asset": balance.asset_id,
                "settled": wire.cash(balance.settled),
                "held_for_orders": wire.cash(balance.held - withdrawing),
                "held_for_withdrawals": wire.cash(withdrawing),
                "pending_in": wire.cash(balance.pending_in),
                "pending_out": wire.cash(balance.pending_out),
                "available": wire.cash(balance.available),
                "unsettled": [
                    {
                        "due_at": wire.time(row["due_at"]),
                        "pending_in": wire.cash(row["pending_in"]),
                        "pending_out": wire.cash(row["pending_out"]),
                    }
                    for row in account_books.unsettled_cash(account)
                ],
                "withdrawals_stopped": cash.is_stopped(),
                "deposit": cash.deposit_instructions(account),
            }
        )


class MovementsView(APIView):
    for_keys = READ

    @extend_schema(
        responses={200: MovementsShape, **LIST_ERRORS}, parameters=[ACCOUNT, CURSOR], tags=["cash"]
    )
    def get(self, request: Request) -> Response:
        """Movements of cash, newest first. Only what has settled moves it."""
        account = asked_account(request)
        rows, following = page(request, account_books.cash_movements_of(account))
        balance = account_books.cash_after(account, rows[0]) if rows else 0
        results = []
        for row, (text, settlement) in zip(rows, account_words.movements(account, rows), strict=True):
            moved = row.amount if row.credit_account_id == account.pk else -row.amount
            results.append(
                {
                    "id": str(row.pk),
                    "at": wire.time(row.at),
                    "kind": row.kind,
                    "text": text,
                    "amount": wire.cash(moved),
                    "balance": wire.cash(balance),
                    "settlement": None if settlement is None else str(settlement.pk),
                }
            )
            balance -= moved
        return Response({"results": results, "next": following})


class BankAccountsView(APIView):
    permission_classes = [IsAuthenticated, SecondFactor]

    @extend_schema(
        operation_id="bank_accounts_list",
        responses={200: BankAccountsShape, **LIST_ERRORS},
        parameters=[ACCOUNT],
        tags=["cash"],
    )
    def get(self, request: Request) -> Response:
        """Bank accounts, newest first. Withdrawals may go there, once verified and some days old."""
        rows = account_books.bank_accounts_of(asked_account(request))
        return Response({"results": [_bank_account(row) for row in rows]})

    @extend_schema(request=BankAccountInput, responses={201: BankAccountShape, **POST_ERRORS}, tags=["cash"])
    def post(self, request: Request) -> Response:
        """Add a bank account of the holder's own. The venue verifies it before cash may go there."""
        data = valid(BankAccountInput, request.data)
        account = own_account(request, str(data.pop("account")), least=Role.SIGNER)
        with told():
            added = cash.add_bank_account(account=account, by=request.user, **data)  # type: ignore[arg-type]
        return Response(_bank_account(added), status=status.HTTP_201_CREATED)


class BankAccountView(APIView):
    permission_classes = [IsAuthenticated, SecondFactor]

    @extend_schema(responses={204: None, **errors(401, 403, 404), **REFUSED}, tags=["cash"])
    def delete(self, request: Request, bank_account_id: int) -> Response:
        """Remove a bank account: no withdrawal goes there again."""
        account = _account_of(request, BankAccount, bank_account_id, "bank account")
        with told():
            cash.remove_bank_account(account=account, bank_account_id=bank_account_id, by=request.user)  # type: ignore[arg-type]
        return Response(status=status.HTTP_204_NO_CONTENT)


class WithdrawalsView(APIView):
    permission_classes = [IsAuthenticated, SecondFactor]

    @extend_schema(
        operation_id="withdrawals_list",
        responses={200: WithdrawalsShape, **LIST_ERRORS},
        parameters=[ACCOUNT, CURSOR],
        tags=["cash"],
    )
    def get(self, request: Request) -> Response:
        """Withdrawals, newest first."""
        rows, following = page(request, account_books.withdrawals_of(asked_account(request)))
        return Response({"results": [_withdrawal(row) for row in rows], "next": following})

    @extend_schema(request=WithdrawalInput, responses={201: WithdrawalShape, **POST_ERRORS}, tags=["cash"])
    def post(self, request: Request) -> Response:
        """Ask for a withdrawal. It is held at once, and goes out when two people at the venue release it."""
        data = valid(WithdrawalInput, request.data)
        account = own_account(request, str(data["account"]), least=Role.SIGNER)
        with told():
            made = cash.request_withdrawal(
                account=account, bank_account_id=data["bank_account_id"], request_id=data["request_id"],
                cents=cents(data["amount"], "amount"), by=request.user,  # type: ignore[arg-type]
            )  # fmt: skip
        return Response(_withdrawal(made), status=status.HTTP_201_CREATED)


class CancelWithdrawalView(APIView):
    @extend_schema(request=None, responses={200: WithdrawalShape, **POST_ERRORS}, tags=["cash"])
    def post(self, request: Request, withdrawal_id: int) -> Response:
        """Cancel a withdrawal that has not been released."""
        account = _account_of(request, Withdrawal, withdrawal_id, "withdrawal")
        with told():
            row = cash.cancel_withdrawal(account=account, withdrawal_id=withdrawal_id, by=request.user)  # type: ignore[arg-type]
        return Response(_withdrawal(row))


def _account_of(
    request: Request, kind: type[BankAccount] | type[Withdrawal], row_id: int, called: str
) -> Account:
    """The account a row belongs to, which is the caller's to sign for; whatever is somebody else's does not
    exist."""
    mine = own_rows(request, kind.objects.select_related("account"))
    row: BankAccount | Withdrawal | None = mine.filter(pk=row_id).first()
    if row is None or row.status == BankAccount.Status.REMOVED:
        raise Http404(f"You have no such {called}.")
    require(row, Role.SIGNER)
    return row.account


def _bank_account(row: BankAccount) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "holder": row.holder,
        "bank_name": row.bank_name,
        "routing_number": row.routing_number,
        "account_number": row.masked,
        "status": row.status,
        "added_at": wire.time(row.added_at),
        "verified_at": wire.time(row.verified_at),
        "usable_at": wire.time(cash.usable_from(row)),
    }


def _withdrawal(row: Withdrawal) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "reference": row.reference,
        "bank_account": str(row.bank_account_id),
        "bank_name": row.bank_account.bank_name,
        "account_number": row.bank_account.masked,
        "amount": wire.cash(row.cents),
        "status": row.status,
        "reason": row.reason,
        "requested_at": wire.time(row.requested_at),
        "released_at": wire.time(row.released_at),
        "ended_at": wire.time(row.ended_at),
    }
