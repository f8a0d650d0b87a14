"""Reading an account's books: its settlements, its lots, and the movements of its cash."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from portal.models import Account
from trading.models import (
    CASH,
    PENDING,
    BankAccount,
    Execution,
    Instruction,
    Lot,
    LotEntry,
    Transfer,
    Withdrawal,
)

TRADE = Instruction.Kind.TRADE
Trade = tuple[int, int]  # (listing, trade_seq)


# --- Settlements ------------------------------------------------------------------------------------------


def settlements_of(
    account: Account, *, pending: bool | None = None, symbol: str | None = None
) -> QuerySet[Instruction]:
    """Newest first; of trades, and of reversals."""
    rows = Instruction.objects.filter(Q(buyer=account) | Q(seller=account)).order_by("-id")
    rows = rows.select_related("listing", "custodian")
    if pending is not None:
        rows = rows.filter(state__in=PENDING) if pending else rows.exclude(state__in=PENDING)
    return rows.filter(listing__symbol=symbol) if symbol else rows


def settlements_of_trades(trades: Iterable[Trade]) -> dict[Trade, Instruction]:
    """What has been instructed of these trades."""
    by_listing: dict[int, list[int]] = {}
    for listing_id, trade_seq in trades:
        by_listing.setdefault(listing_id, []).append(trade_seq)
    if not by_listing:
        return {}
    wanted = Q(pk__in=[])
    for listing_id, seqs in by_listing.items():
        wanted |= Q(listing=listing_id, trade_seq__in=seqs)
    rows = Instruction.objects.filter(wanted, kind=TRADE).select_related("listing")
    return {(row.listing_id, row.trade_seq): row for row in rows}


def settlements_of_executions(rows: Iterable[Execution]) -> dict[Trade, Instruction]:
    return settlements_of_trades({(row.listing_id, row.trade_seq) for row in rows})


def unsettled_cash(account: Account) -> list[dict[str, Any]]:
    """What is to come in and to go out, in cents, by the moment it is due."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT due_at, sum(coming)::bigint, sum(going)::bigint FROM (
                SELECT due_at, CASE WHEN kind = 'TRADE' THEN 0 ELSE buyer_fee END AS coming,
                       CASE WHEN kind = 'TRADE' THEN amount + buyer_fee ELSE amount END AS going
                FROM trading_instruction WHERE buyer_id = %(account)s AND state = ANY(%(pending)s)
                UNION ALL
                SELECT due_at, CASE WHEN kind = 'TRADE' THEN amount - seller_fee ELSE amount + seller_fee END,
                       0
                FROM trading_instruction WHERE seller_id = %(account)s AND state = ANY(%(pending)s)
            ) AS mine GROUP BY due_at ORDER BY due_at LIMIT 20
            """,
            {"account": account.pk, "pending": list(PENDING)},
        )
        return [
            {"due_at": due_at, "pending_in": coming, "pending_out": going}
            for due_at, coming, going in cursor.fetchall()
        ]


# --- Lots -------------------------------------------------------------------------------------------------


def lots_of(account: Account, *, symbol: str | None = None) -> QuerySet[Lot]:
    """What is left of each, by security, first in first."""
    rows = Lot.objects.filter(account=account, qty__gt=0).select_related("asset__listing__market")
    rows = rows.order_by("asset", "acquired_on", "id")
    return rows.filter(asset__listing__symbol=symbol) if symbol else rows


def lots_after(account: Account, pk: int) -> Q | None:
    """What comes after a lot of the account's, in the order they are told in."""
    last = Lot.objects.filter(account=account, pk=pk).first()
    if last is None:
        return None
    same = Q(asset=last.asset_id)
    return (
        Q(asset__gt=last.asset_id)
        | same & Q(acquired_on__gt=last.acquired_on)
        | same & Q(acquired_on=last.acquired_on, pk__gt=last.pk)
    )


def costs_of(account: Account) -> dict[str, int]:
    """Cost basis of what is settled, in cents, by asset; none where that of a part of it is not known."""
    rows = Lot.objects.filter(account=account, qty__gt=0).order_by()
    sums = rows.values("asset").annotate(total=Sum("cost"), unknown=Count("pk", filter=Q(price=None)))
    return {row["asset"]: row["total"] for row in sums if not row["unknown"]}


def lot_entries(account: Account, *, reference: str) -> QuerySet[LotEntry]:
    """What a transfer put into the account's lots, or took out of them."""
    rows = LotEntry.objects.filter(transfer__reference=reference, lot__account=account)
    return rows.select_related("lot").order_by("id")


# --- Cash -------------------------------------------------------------------------------------------------


def cash_movements_of(account: Account) -> QuerySet[Transfer]:
    """Newest first."""
    mine = Q(debit_account=account) | Q(credit_account=account)
    return Transfer.objects.filter(mine, asset=CASH).order_by("-id")


def cash_after(account: Account, transfer: Transfer) -> int:
    """Settled cash right after a movement: what there is now, less what has come since; in one statement,
    so that both are of the same moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT b.settled - coalesce((
                SELECT sum(CASE WHEN t.credit_account_id = b.account_id THEN t.amount ELSE -t.amount END)
                FROM trading_transfer t
                WHERE t.id > %s AND t.asset_id = b.asset_id
                  AND (t.debit_account_id = b.account_id OR t.credit_account_id = b.account_id)), 0)::bigint
            FROM trading_balance b WHERE b.account_id = %s AND b.asset_id = %s
            """,
            [transfer.pk, account.pk, CASH],
        )
        [settled] = cursor.fetchone()
        return int(settled)


def bank_accounts_of(account: Account) -> QuerySet[BankAccount]:
    """Newest first, without those removed."""
    return BankAccount.objects.filter(account=account).exclude(status=BankAccount.Status.REMOVED)


def withdrawals_of(account: Account) -> QuerySet[Withdrawal]:
    """Newest first."""
    return Withdrawal.objects.filter(account=account).select_related("bank_account").order_by("-id")


def held_for_withdrawals(account: Account) -> int:
    """In cents. Once released they are held no longer: the cash is on its way."""
    rows = Withdrawal.objects.filter(account=account, status=Withdrawal.Status.REQUESTED)
    return rows.aggregate(total=Sum("cents", default=0))["total"]
