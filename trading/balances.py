"""Balances: locked in one order, moved by one statement.

Entry holds, the drain turns what was held into what is pending, settlement moves what is settled. All of
them lock the rows here, sorted, before they move them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from trading.models import Balance

Place = tuple[int, str]  # (account, asset)


def lock(places: Iterable[Place]) -> dict[Place, int]:
    """Lock balances, creating empty ones that are missing; return what is available in each.

    Missing ones are created before any is locked: an insert waits for whoever else inserts the same.
    """
    accounts, assets = _columns(sorted(places))
    with connection.cursor() as cursor:
        rows = _locked(cursor, accounts, assets)
        if len(rows) < len(accounts):
            cursor.execute(
                "INSERT INTO trading_balance "
                "(account_id, asset_id, settled, held, pending_in, pending_out, is_contra) "
                "SELECT a, b, 0, 0, 0, 0, account.kind = 'CONTRA' "
                "FROM unnest(%s::bigint[], %s::text[]) AS wanted(a, b) "
                "JOIN portal_account account ON account.id = a ORDER BY a, b ON CONFLICT DO NOTHING",
                [accounts, assets],
            )
            rows = _locked(cursor, accounts, assets)
    return {(account, asset): available for account, asset, available in rows}


def move(
    *,
    settled: Mapping[Place, int] | None = None,
    held: Mapping[Place, int] | None = None,
    pending_in: Mapping[Place, int] | None = None,
    pending_out: Mapping[Place, int] | None = None,
) -> None:
    """Add amounts to balances the caller has locked, in one statement."""
    parts = [part or {} for part in (settled, held, pending_in, pending_out)]
    places = sorted({place for part in parts for place, amount in part.items() if amount})
    if not places:
        return
    accounts, assets = _columns(places)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE trading_balance b SET settled = b.settled + d.settled, held = b.held + d.held, "
            "pending_in = b.pending_in + d.pending_in, pending_out = b.pending_out + d.pending_out "
            "FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) "
            "AS d(account_id, asset_id, settled, held, pending_in, pending_out) "
            "WHERE b.account_id = d.account_id AND b.asset_id = d.asset_id",
            [accounts, assets, *([part.get(place, 0) for place in places] for part in parts)],
        )
        if cursor.rowcount != len(places):
            raise Balance.DoesNotExist(f"not all of {places} exist")


def _locked(cursor: Any, accounts: list[int], assets: list[str]) -> list[tuple[int, str, int]]:
    """All of them, locked; or none where some are missing."""
    cursor.execute(
        "WITH wanted AS MATERIALIZED ("
        "SELECT * FROM unnest(%s::bigint[], %s::text[]) AS wanted(account_id, asset_id)) "
        "SELECT b.account_id, b.asset_id, b.settled - b.held - b.pending_out FROM trading_balance b "
        "JOIN wanted USING (account_id, asset_id) "
        "WHERE NOT EXISTS (SELECT FROM wanted LEFT JOIN trading_balance there USING (account_id, asset_id) "
        "WHERE there.id IS NULL) ORDER BY b.account_id, b.asset_id FOR NO KEY UPDATE OF b",
        [accounts, assets],
    )
    return cursor.fetchall()


def _columns(places: list[Place]) -> tuple[list[int], list[str]]:
    return [account for account, _ in places], [asset for _, asset in places]
