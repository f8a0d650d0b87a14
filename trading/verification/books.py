"""The ledger: balances recomputed from transfers, trades on their way to settlement, and working orders."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import F, Sum

from portal.models import Account
from trading import journal
from trading.engine import OrdType, Side, required_hold
from trading.models import CASH, WORKING, Balance, Listing, Order, Transfer
from trading.selectors import SETTLEMENT_CURSOR
from trading.services.ledger import FEES
from trading.verification.findings import Comparison, Findings, Row

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
    _verify_settlement(findings)
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
    """Trades that settlement has not seen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.account_id, e.side, l.asset_id, "
            "sum(CASE e.side WHEN 'BUY' THEN e.amount + e.fee ELSE e.amount - e.fee END)::bigint, "
            "sum(e.last_qty)::bigint "
            "FROM trading_execution e JOIN trading_listing l ON l.id = e.listing_id "
            "JOIN trading_cursor c ON c.listing_id = l.id AND c.name = %s "
            "WHERE e.trade_seq > c.last_event_seq AND e.status <> 'BUSTED' GROUP BY 1, 2, 3",
            [SETTLEMENT_CURSOR],
        )
        rows = cursor.fetchall()
    for account, side, token, amount, qty in rows:
        bought = side == Side.BUY
        yield (account, CASH), "pending_out" if bought else "pending_in", amount
        yield (account, token), "pending_in" if bought else "pending_out", qty


def _held() -> Iterator[tuple[Place, str, int]]:
    """``held = Σ required_hold(working) + Σ holds of undrained commands``. (A new order on its way is
    working already, as PENDING_NEW; what is left are replaces and corrections.)"""
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


def _verify_settlement(findings: Findings) -> None:
    """Every trade that settlement has seen and that stands is booked once, all legs, and nothing else is."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSETTLED, {"cursor": SETTLEMENT_CURSOR, "cash": CASH, "fees": FEES})
        for reference, what in cursor.fetchall():
            findings.add("trading_transfer", reference, what)


_UNSETTLED = """
    WITH trade AS (
        SELECT b.listing_id || ':' || b.trade_seq AS name, l.asset_id AS token, b.amount, b.last_qty,
               b.account_id AS buyer, b.fee AS buyer_fee, s.account_id AS seller, s.fee AS seller_fee
        FROM trading_execution b
        JOIN trading_execution s USING (listing_id, trade_seq)
        JOIN trading_listing l ON l.id = b.listing_id
        JOIN trading_cursor c ON c.listing_id = b.listing_id AND c.name = %(cursor)s
        WHERE b.side = 'BUY' AND s.side = 'SELL' AND b.trade_seq <= c.last_event_seq
              AND b.status <> 'BUSTED'
    ), venue AS (
        SELECT (SELECT id FROM portal_account WHERE number = %(fees)s) AS account
    ), leg AS (
        SELECT 'TRADE_CASH:' || name AS reference, buyer AS debit_account_id, seller AS credit_account_id,
               %(cash)s AS asset_id, amount FROM trade
        UNION ALL
        SELECT 'TRADE_TOKEN:' || name, seller, buyer, token, last_qty FROM trade
        UNION ALL
        SELECT 'TRADE_FEE:' || name || ':BUY', buyer, venue.account, %(cash)s, buyer_fee
        FROM trade, venue WHERE buyer_fee > 0
        UNION ALL
        SELECT 'TRADE_FEE:' || name || ':SELL', seller, venue.account, %(cash)s, seller_fee
        FROM trade, venue WHERE seller_fee > 0
    )
    SELECT reference, CASE WHEN t.id IS NULL THEN 'is missing: the trade is past settlement'
                           WHEN leg.amount IS NULL THEN 'settles no trade'
                           ELSE 'is not what the trade came to' END
    FROM leg FULL JOIN (SELECT * FROM trading_transfer
                        WHERE kind IN ('TRADE_CASH', 'TRADE_TOKEN', 'TRADE_FEE')) t USING (reference)
    WHERE (leg.debit_account_id, leg.credit_account_id, leg.asset_id, leg.amount)
          IS DISTINCT FROM (t.debit_account_id, t.credit_account_id, t.asset_id, t.amount)
    ORDER BY reference
"""
