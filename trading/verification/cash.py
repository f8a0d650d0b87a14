"""Cash against what the bank said: every line booked once and as it was read, every withdrawal where its
transfers say it is, what waits for people exactly what cases are open for."""

from django.db import connection

from trading.models import CASH
from trading.services.ledger import BANK, SUSPENSE, TRANSIT
from trading.verification.findings import Findings


def verify_cash(findings: Findings) -> None:
    facts = {"bank": BANK, "suspense": SUSPENSE, "transit": TRANSIT, "cash": CASH}
    for table, query in _QUERIES:
        with connection.cursor() as cursor:
            cursor.execute(query, facts)
            for row, what in cursor.fetchall():
                findings.add(table, row, what)


_STATEMENTS = """
    SELECT statement_id,
           CASE WHEN opening_cents + moved <> closing_cents THEN 'does not add up to its closing balance'
                ELSE 'does not open with what the one before closed with' END
    FROM (
        SELECT s.id, s.statement_id, s.opening_cents, s.closing_cents, coalesce(e.moved, 0) AS moved,
               lag(s.closing_cents) OVER (ORDER BY s.id) AS before
        FROM trading_bankstatement s LEFT JOIN (
            SELECT statement_id, sum(CASE direction WHEN 'CREDIT' THEN cents ELSE -cents END) AS moved
            FROM trading_bankentry GROUP BY 1
        ) e ON e.statement_id = s.id
    ) statement
    WHERE opening_cents + moved <> closing_cents OR opening_cents <> before
    ORDER BY id
"""

_ENTRIES = """
    SELECT e.bank_reference, 'is not what its transfer booked'
    FROM trading_bankentry e
    JOIN trading_transfer t ON t.id = e.transfer_id
    JOIN portal_account d ON d.id = t.debit_account_id
    JOIN portal_account c ON c.id = t.credit_account_id
    WHERE t.asset_id <> %(cash)s OR t.amount <> e.cents OR t.reference <> 'BANK:' || e.bank_reference
       OR CASE e.direction
          WHEN 'CREDIT' THEN d.number <> %(bank)s
               OR t.kind NOT IN ('DEPOSIT', 'FUNDING', 'RETURN', 'UNMATCHED')
               OR (t.kind = 'UNMATCHED') <> (c.number = %(suspense)s)
          ELSE c.number <> %(bank)s
               OR (t.kind, d.number) NOT IN (('PAYMENT', %(transit)s), ('UNMATCHED', %(suspense)s)) END
    ORDER BY e.id
"""

# Once the bank has sent a statement, nothing moves there but by one.
_AT_BANK = """
    SELECT 'account ' || b.account_id || ' ' || %(cash)s,
           'is ' || -b.settled || ' at the bank, its last statement closed with ' || s.closing_cents
    FROM (SELECT closing_cents FROM trading_bankstatement ORDER BY id DESC LIMIT 1) s,
         trading_balance b JOIN portal_account a ON a.id = b.account_id
    WHERE a.number = %(bank)s AND b.asset_id = %(cash)s AND -b.settled <> s.closing_cents
"""

_WITHDRAWALS = """
    WITH told AS (
        SELECT id, status, account_id, cents,
               'W-' || lpad(id::text, greatest(8, length(id::text)), '0') AS reference
        FROM trading_withdrawal
    ), booked AS (
        SELECT told.*, out.id AS out_id,
               out.debit_account_id = account_id AND out.amount = cents AND c.number = %(transit)s AS out_fits
        FROM told
        LEFT JOIN trading_transfer out ON out.reference = 'WITHDRAWAL:' || told.reference
        LEFT JOIN portal_account c ON c.id = out.credit_account_id
    )
    SELECT reference, CASE WHEN out_id IS NULL THEN 'is ' || status || ', and was never booked'
                           WHEN out_fits THEN 'is ' || status || ', and was booked'
                           ELSE 'is not what its transfer booked' END
    FROM booked
    WHERE (out_id IS NOT NULL) <> (status IN ('RELEASED', 'PAID', 'RETURNED')) OR NOT out_fits
    ORDER BY id
"""

# Released and not paid is what is on its way; paid and returned is told by the bank's lines.
_PAID = """
    SELECT %(transit)s, 'holds ' || b.settled || ', released and not paid are ' || w.cents
    FROM (SELECT coalesce(sum(cents), 0) AS cents FROM trading_withdrawal WHERE status = 'RELEASED') w,
         trading_balance b JOIN portal_account a ON a.id = b.account_id
    WHERE a.number = %(transit)s AND b.asset_id = %(cash)s AND b.settled <> w.cents
    UNION ALL
    SELECT 'RETURN', 'come to ' || t.cents || ', withdrawals returned to ' || w.cents
    FROM (SELECT coalesce(sum(cents), 0) AS cents FROM trading_withdrawal WHERE status = 'RETURNED') w,
         (SELECT coalesce(sum(amount), 0) AS cents FROM trading_transfer WHERE kind = 'RETURN') t
    WHERE w.cents <> t.cents
"""

_SUSPENSE = """
    SELECT %(suspense)s, 'holds ' || b.settled || ', open cases are of ' || c.cents
    FROM (
        SELECT coalesce(sum(CASE e.direction WHEN 'CREDIT' THEN e.cents ELSE -e.cents END), 0) AS cents
        FROM trading_case o JOIN trading_bankentry e ON e.bank_reference = o.subject
        WHERE o.kind = 'UNMATCHED' AND o.closed_at IS NULL
    ) c, trading_balance b JOIN portal_account a ON a.id = b.account_id
    WHERE a.number = %(suspense)s AND b.asset_id = %(cash)s AND b.settled <> c.cents
"""

_QUERIES = (
    ("trading_bankstatement", _STATEMENTS),
    ("trading_bankentry", _ENTRIES),
    ("trading_balance", _AT_BANK),
    ("trading_withdrawal", _WITHDRAWALS),
    ("trading_balance", _PAID),
    ("trading_balance", _SUSPENSE),
)
