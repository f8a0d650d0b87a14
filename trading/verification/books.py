"""The ledger: balances recomputed from transfers, trades on their way to settlement, working orders and
withdrawals."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import F, Sum

from portal.models import Account
from trading import journal
from trading.engine import OrdType, Side, required_hold
from trading.models import CASH, PENDING, WORKING, Balance, Listing, Order, Transfer, Withdrawal
from trading.verification.agreed import verify_agreed
from trading.verification.cash import verify_cash
from trading.verification.findings import Comparison, Findings, Row
from trading.verification.settled import verify_settlement

Place = tuple[int, str]
PARTS = ("settled", "held", "pending_in", "pending_out")


@dataclass(slots=True)
class VerifiedLedger:
    accounts: int
    balances: int
    transfers: int
    findings: Findings = field(default_factory=Findings)


def verify_ledger() -> VerifiedLedger:
    """Recompute every balance and compare; to be read ``of_one_moment``."""
    verified = VerifiedLedger(
        accounts=Account.objects.count(),
        balances=Balance.objects.count(),
        transfers=Transfer.objects.count(),
    )
    findings = verified.findings
    expected: dict[Place, Row] = {}
    for place, part, amount in _parts():
        row = expected.setdefault(place, dict.fromkeys(PARTS, 0))
        row[part] += amount
    _compare_balances(expected, findings)
    _verify_sums(findings)
    verify_settlement(findings)
    verify_cash(findings)
    verify_agreed(findings)
    return verified


def _parts() -> Iterator[tuple[Place, str, int]]:
    yield from _settled()
    yield from _pending()
    yield from _held()


def _settled() -> Iterator[tuple[Place, str, int]]:
    for side, sign in (("credit_account", 1), ("debit_account", -1)):
        sums = Transfer.objects.order_by().values_list(side, "asset").annotate(Sum("amount"))
        for account, asset, amount in sums:
            yield (account, asset), "settled", sign * int(amount)


def _pending() -> Iterator[tuple[Place, str, int]]:
    """Trades that stand and are not settled, or given up; reversals on their way."""
    with connection.cursor() as cursor:
        cursor.execute(_PENDING, {"open": list(PENDING), "cash": CASH})
        rows = cursor.fetchall()
    for account, asset, part, amount in rows:
        yield (account, asset), part, amount


def _held() -> Iterator[tuple[Place, str, int]]:
    """``held = Σ required_hold(working) + Σ holds of undrained commands``. (A new order on its way is
    working already, as PENDING_NEW; what is left are replaces and corrections.) And withdrawals asked for."""
    tokens = dict(Listing.objects.values_list("pk", "asset_id"))
    working = Order.objects.filter(ord_status__in=WORKING).select_related("listing", "fee_schedule")
    limit_legs = working.filter(ord_type=OrdType.LIMIT).exclude(linked_order_id=None)
    stop_legs = Order.objects.filter(pk__in=limit_legs.values("linked_order_id")).in_bulk()
    for order in working.order_by().iterator(chunk_size=2000):
        leg = stop_legs.get(order.linked_order_id or 0) if order.ord_type == OrdType.LIMIT else None
        hold = required_hold(
            Side(order.side), order.worst_price, order.leaves_qty, order.listing.tick_lot_cents,
            order.fee_terms, order.paid(order.listing), leg.worst_price if leg else None,
        )  # fmt: skip
        yield (order.account_id, _held_asset(order.side, order.listing.asset_id)), "held", hold
    for account, listing, side, hold in journal.undrained_holds():
        yield (account, _held_asset(side, tokens[listing])), "held", hold
    asked = Withdrawal.objects.filter(status=Withdrawal.Status.REQUESTED).order_by().values_list("account")
    for account, cents in asked.annotate(Sum("cents")):
        yield (account, CASH), "held", cents


def _held_asset(side: str, token: str) -> str:
    return CASH if side == Side.BUY else token


def _compare_balances(expected: dict[Place, Row], findings: Findings) -> None:
    numbers = dict(Account.objects.values_list("pk", "number"))

    def name(place: Place) -> str:
        return f"account {place[0]} ({numbers[place[0]]}) {place[1]}"

    # Balances may be opened empty, before anything is in them.
    opened = {
        (b["account_id"], b["asset_id"]): b for b in Balance.objects.values("account_id", "asset_id", *PARTS)
    }
    stored = {place: {part: row[part] for part in PARTS} for place, row in opened.items()}
    comparison = Comparison(findings, "trading_balance", iter(sorted(stored.items())), name=name)
    for place in sorted(expected.keys() | stored.keys()):
        comparison.expect(place, expected.get(place, dict.fromkeys(PARTS, 0)))


def _verify_sums(findings: Findings) -> None:
    """Zero-sum by asset, and never negative: what constraints promise too, asked of the rows."""
    for asset, total in Balance.objects.order_by("asset").values_list("asset").annotate(Sum("settled")):
        if total:
            findings.add("trading_balance", asset, f"settled sums to {total} over all accounts, not to 0")
    short = Balance.objects.exclude(
        held__gte=0, pending_in__gte=0, pending_out__gte=0, settled__gte=F("held") + F("pending_out")
    )
    for account, asset in short.exclude(account__kind=Account.Kind.CONTRA).values_list("account", "asset"):
        findings.add("trading_balance", f"account {account} {asset}", "promises more than there is")


_PENDING = """
    WITH trade AS (
        SELECT b.listing_id, 'TRADE' AS kind, b.account_id AS buyer, s.account_id AS seller,
               b.last_qty AS qty, b.amount, b.fee AS buyer_fee, s.fee AS seller_fee
        FROM trading_execution b
        JOIN trading_execution s USING (listing_id, trade_seq)
        LEFT JOIN trading_instruction i
             ON i.listing_id = b.listing_id AND i.trade_seq = b.trade_seq AND i.kind = 'TRADE'
        WHERE b.side = 'BUY' AND s.side = 'SELL' AND b.status <> 'BUSTED'
              AND (i.id IS NULL OR i.state = ANY(%(open)s))
        UNION ALL
        SELECT listing_id, kind, buyer_id, seller_id, qty, amount, buyer_fee, seller_fee
        FROM trading_instruction WHERE kind = 'REVERSAL' AND state = ANY(%(open)s)
    ), part AS (
        SELECT buyer AS account, %(cash)s AS asset, 'pending_out' AS part,
               CASE kind WHEN 'TRADE' THEN amount + buyer_fee ELSE amount END AS amount FROM trade
        UNION ALL
        SELECT buyer, %(cash)s, 'pending_in', buyer_fee FROM trade WHERE kind = 'REVERSAL'
        UNION ALL
        SELECT seller, %(cash)s, 'pending_in',
               CASE kind WHEN 'TRADE' THEN amount - seller_fee ELSE amount + seller_fee END FROM trade
        UNION ALL
        SELECT buyer, l.asset_id, 'pending_in', qty FROM trade JOIN trading_listing l ON l.id = listing_id
        UNION ALL
        SELECT seller, l.asset_id, 'pending_out', qty FROM trade JOIN trading_listing l ON l.id = listing_id
    )
    SELECT account, asset, part, sum(amount)::bigint FROM part GROUP BY 1, 2, 3
"""
