"""Settlement and lots: every trade instructed once and as it was made, every instruction booked as it
stands, every transfer of securities in lots, every lot what its entries come to, and as it was bought."""

from django.db import connection

from trading.models import CASH
from trading.selectors import SETTLEMENT_CURSOR
from trading.services.ledger import FEES
from trading.verification.findings import Findings


def verify_settlement(findings: Findings) -> None:
    facts = {"cursor": SETTLEMENT_CURSOR, "cash": CASH, "fees": FEES}
    for table, query in _QUERIES:
        with connection.cursor() as cursor:
            cursor.execute(query, facts)
            for row, what in cursor.fetchall():
                findings.add(table, row, what)


# A trade that was broken since is instructed anew, or canceled, as soon as settlement comes to it: until
# then its instruction may say what it was.
_INSTRUCTIONS = """
    WITH trade AS (
        SELECT b.listing_id, b.trade_seq, b.account_id AS buyer_id, s.account_id AS seller_id,
               b.last_qty AS qty, b.amount, b.fee AS buyer_fee, s.fee AS seller_fee, b.at, b.status
        FROM trading_execution b JOIN trading_execution s USING (listing_id, trade_seq)
        WHERE b.side = 'BUY' AND s.side = 'SELL'
    )
    SELECT l.symbol || ' trade ' || coalesce(t.trade_seq, i.trade_seq),
           CASE WHEN t.trade_seq IS NULL THEN 'settles no trade'
                WHEN i.id IS NULL THEN 'is missing: settlement has seen the trade'
                WHEN i.state = 'SETTLED' AND t.status = 'BUSTED' THEN 'settles a trade that was taken back'
                ELSE 'is not what the trade came to' END
    FROM trade t FULL JOIN (SELECT * FROM trading_instruction WHERE kind = 'TRADE') i
         USING (listing_id, trade_seq)
    JOIN trading_listing l ON l.id = listing_id
    JOIN trading_cursor c ON c.listing_id = l.id AND c.name = %(cursor)s
    WHERE t.trade_seq IS NULL
       OR i.id IS NULL AND t.status <> 'BUSTED' AND t.trade_seq <= c.last_event_seq
       OR i.state = 'SETTLED' AND t.status = 'BUSTED'
       OR (i.state = 'SETTLED' OR t.status = 'TRADED')
          AND (i.buyer_id, i.seller_id, i.qty, i.amount, i.buyer_fee, i.seller_fee, i.traded_at)
              <> (t.buyer_id, t.seller_id, t.qty, t.amount, t.buyer_fee, t.seller_fee, t.at)
    ORDER BY 1
"""

# Back again: the parties exchanged, the amounts the same, once what it takes back was settled.
_REVERSALS = """
    SELECT l.symbol || ' trade ' || r.trade_seq, 'does not take back what was settled'
    FROM trading_instruction r JOIN trading_instruction t ON t.id = r.reverses_id
    JOIN trading_listing l ON l.id = r.listing_id
    WHERE t.state <> 'SETTLED' OR t.kind <> 'TRADE'
       OR (r.listing_id, r.trade_seq, r.buyer_id, r.seller_id, r.qty, r.amount)
          <> (t.listing_id, t.trade_seq, t.seller_id, t.buyer_id, t.qty, t.amount)
       OR r.buyer_fee NOT IN (0, t.seller_fee) OR r.seller_fee NOT IN (0, t.buyer_fee)
    ORDER BY 1
"""

_STEPS = """
    SELECT i.id, coalesce('is ' || i.state || ', its last step says ' || s.passed[cardinality(s.passed)],
                          'has no steps')
    FROM trading_instruction i
    LEFT JOIN LATERAL (SELECT passed, at FROM trading_settlementstep WHERE instruction_id = i.id
                       ORDER BY id DESC LIMIT 1) s ON true
    WHERE s.passed IS NULL OR s.passed[cardinality(s.passed)] <> i.state OR s.at <> i.state_at
    ORDER BY 1
"""

_LEGS = """
    WITH settled AS (
        SELECT i.kind = 'TRADE' AS trade, i.kind, i.listing_id || ':' || i.trade_seq AS name,
               l.asset_id AS token, i.amount, i.qty, i.buyer_id AS buyer,
               i.seller_id AS seller, i.buyer_fee, i.seller_fee
        FROM trading_instruction i JOIN trading_listing l ON l.id = i.listing_id WHERE i.state = 'SETTLED'
    ), venue AS (
        SELECT (SELECT id FROM portal_account WHERE number = %(fees)s) AS account
    ), leg AS (
        SELECT kind || '_CASH:' || name AS reference, buyer AS debit_account_id, seller AS credit_account_id,
               %(cash)s AS asset_id, amount FROM settled
        UNION ALL
        SELECT kind || '_TOKEN:' || name, seller, buyer, token, qty FROM settled
        UNION ALL
        SELECT kind || '_FEE:' || name || ':BUY', CASE WHEN trade THEN buyer ELSE account END,
               CASE WHEN trade THEN account ELSE buyer END, %(cash)s, buyer_fee
        FROM settled, venue WHERE buyer_fee > 0
        UNION ALL
        SELECT kind || '_FEE:' || name || ':SELL', CASE WHEN trade THEN seller ELSE account END,
               CASE WHEN trade THEN account ELSE seller END, %(cash)s, seller_fee
        FROM settled, venue WHERE seller_fee > 0
    )
    SELECT reference, CASE WHEN t.id IS NULL THEN 'is missing: its instruction is settled'
                           WHEN leg.amount IS NULL THEN 'settles no instruction'
                           ELSE 'is not what was instructed' END
    FROM leg FULL JOIN (SELECT * FROM trading_transfer
                        WHERE kind LIKE 'TRADE\\_%%' OR kind LIKE 'REVERSAL\\_%%') t
         USING (reference)
    WHERE (leg.debit_account_id, leg.credit_account_id, leg.asset_id, leg.amount)
          IS DISTINCT FROM (t.debit_account_id, t.credit_account_id, t.asset_id, t.amount)
    ORDER BY reference
"""

_LOTS = """
    SELECT l.id, 'holds ' || l.qty || ' at ' || l.cost || ', its entries come to '
                 || coalesce(sum(e.qty), 0) || ' at ' || coalesce(sum(e.cost), 0)
    FROM trading_lot l LEFT JOIN trading_lotentry e ON e.lot_id = l.id
    GROUP BY l.id HAVING (l.qty, l.cost) <> (coalesce(sum(e.qty), 0), coalesce(sum(e.cost), 0))
    ORDER BY 1
"""

# When, from whom and at what price: as the trades say that were put into it.
_BOUGHT = """
    SELECT DISTINCT l.id, 'is of ' || concat_ws(', ', l.acquired_on, l.paid_on, l.source, l.price) || ', '
           || e.reference || ' of ' || concat_ws(', ', b.acquired_on, b.paid_on, b.source, b.price)
    FROM trading_lotentry e JOIN trading_lot l ON l.id = e.lot_id
    JOIN trading_instruction i ON e.reference = 'TRADE_TOKEN:' || i.listing_id || ':' || i.trade_seq
    JOIN trading_listing s ON s.id = i.listing_id
    CROSS JOIN LATERAL (
        SELECT (i.traded_at AT TIME ZONE s.time_zone)::date AS acquired_on,
               (e.at AT TIME ZONE s.time_zone)::date AS paid_on, 'TRADE' AS source,
               i.amount / (i.qty * s.tick_lot_cents) AS price
    ) b
    WHERE e.qty > 0 AND i.kind = 'TRADE'
      AND (l.acquired_on, l.paid_on, l.source, l.price)
          IS DISTINCT FROM (b.acquired_on, b.paid_on, b.source, b.price)
    ORDER BY 1
"""

# By transfer and account: lots move exactly as the securities do. Contra accounts keep none.
_ENTRIES = """
    WITH leg AS (
        SELECT reference, account_id, asset_id, sum(amount) AS qty FROM (
            SELECT reference, debit_account_id AS account_id, asset_id, -amount AS amount
            FROM trading_transfer
            UNION ALL
            SELECT reference, credit_account_id, asset_id, amount FROM trading_transfer
        ) both_sides
        JOIN portal_account a ON a.id = account_id AND a.kind <> 'CONTRA'
        WHERE asset_id <> %(cash)s GROUP BY 1, 2, 3 HAVING sum(amount) <> 0
    ), entry AS (
        SELECT e.reference, l.account_id, l.asset_id, sum(e.qty) AS qty
        FROM trading_lotentry e JOIN trading_lot l ON l.id = e.lot_id
        GROUP BY 1, 2, 3 HAVING sum(e.qty) <> 0
    )
    SELECT reference || ' account ' || account_id,
           'lots moved by ' || coalesce(entry.qty, 0) || ', the transfer is of ' || coalesce(leg.qty, 0)
    FROM leg FULL JOIN entry USING (reference, account_id, asset_id)
    WHERE leg.qty IS DISTINCT FROM entry.qty
    ORDER BY 1
"""

_HOLDINGS = """
    SELECT 'account ' || account_id || ' ' || asset_id,
           'lots come to ' || coalesce(lots.qty, 0) || ', the balance is ' || coalesce(b.settled, 0)
    FROM (SELECT account_id, asset_id, sum(qty) AS qty FROM trading_lot GROUP BY 1, 2) lots
    FULL JOIN (SELECT b.* FROM trading_balance b JOIN portal_account a ON a.id = b.account_id
               WHERE a.kind <> 'CONTRA' AND asset_id <> %(cash)s) b USING (account_id, asset_id)
    WHERE coalesce(lots.qty, 0) <> coalesce(b.settled, 0)
    ORDER BY 1
"""

_QUERIES = (
    ("trading_instruction", _INSTRUCTIONS),
    ("trading_instruction", _REVERSALS),
    ("trading_instruction", _STEPS),
    ("trading_transfer", _LEGS),
    ("trading_lot", _LOTS),
    ("trading_lot", _BOUGHT),
    ("trading_lotentry", _ENTRIES),
    ("trading_lot", _HOLDINGS),
)
