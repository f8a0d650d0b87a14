"""A month's statements of many accounts: figures folded from the ledger, pages set, CSV beside them.

`python -m bench.statements`, in a process of its own, because the settings are read once. The accounts are
made by bulk inserts, a deposit and some settled trades each. Seconds are those of the wall.
"""

from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO
from time import perf_counter
from typing import TypeVar

from bench import scratch  # first: it says where the database is

# isort: split
from django.db import connection
from pypdf import PdfReader

from portal.models import Account, Issuer
from trading.documents import periods
from trading.documents.csv_file import to_csv
from trading.documents.figures.statements import statements
from trading.documents.pdf import to_pdf
from trading.documents.sheets.statements import sheet_of
from trading.services import ledger, listings

ACCOUNTS = 10_000
TRADES = 8  # a month, each
MONTH = periods.month(2026, 1)
SHOWN_EVERY_S = 2.0

T = TypeVar("T")

# Account n buys ten lots at ten dollars from one market maker, day after day; each settles the next.
_MADE = """
INSERT INTO portal_account (number, name, kind, status, investor_class, max_open_orders, opened_at)
SELECT 'B-' || n, 'Customer ' || n, 'INVESTOR', 'ACTIVE', 'ACCREDITED', 500, %(since)s
FROM generate_series(1, %(accounts)s) n;

CREATE TEMP TABLE bought AS
SELECT row_number() OVER (ORDER BY t, account.id) AS seq, account.id AS account,
       %(since)s::timestamptz + t * interval '2 days' + interval '15 hours' AS at
FROM portal_account account, generate_series(1, %(trades)s) t WHERE account.number LIKE 'B-%%';

INSERT INTO trading_transfer (at, kind, debit_account_id, credit_account_id, asset_id, amount, reference)
SELECT %(since)s::timestamptz + interval '1 hour', 'DEPOSIT', %(bank)s, id, 'USD', 10000000, 'bench:' || id
FROM portal_account WHERE number LIKE 'B-%%';

INSERT INTO trading_order (account_id, listing_id, cl_ord_id, side, ord_type, time_in_force, order_qty,
    post_only, self_trade, ord_status, cum_qty, leaves_qty, displayed_qty, traded_value, hold, maker_value,
    taker_value, auction_value, fee, text, created_at, updated_at)
SELECT id, %(listing)s, 'bench', 'BUY', 'LIMIT', 'GTC', 10 * %(trades)s, '', 'CANCEL_NEWEST', 'FILLED',
    10 * %(trades)s, 0, 0, 0, 0, 0, 0, 0, 0, '', %(since)s, %(since)s
FROM portal_account WHERE number LIKE 'B-%%';

INSERT INTO trading_execution
    (listing_id, trade_seq, side, order_id, account_id, last_px, last_qty, amount, fee, liquidity, status, at)
SELECT %(listing)s, seq, 'BUY', o.id, account, 1000, 10, 10000, 20, 'TAKER', 'TRADED', at
FROM bought JOIN trading_order o ON o.account_id = account;

INSERT INTO trading_instruction (listing_id, trade_seq, kind, buyer_id, seller_id, qty, amount, buyer_fee,
    seller_fee, traded_at, due_at, state, state_at, reason, waived)
SELECT %(listing)s, seq, 'TRADE', account, %(maker)s, 10, 10000, 20, 0, at, at + interval '1 day', 'SETTLED',
    at + interval '1 day', '', '{}'
FROM bought;

INSERT INTO trading_transfer (at, kind, debit_account_id, credit_account_id, asset_id, amount, reference)
SELECT at + interval '1 day', leg.kind, leg.debit, leg.credit, leg.asset, leg.amount,
    leg.kind || ':' || %(listing)s || ':' || seq
FROM bought, LATERAL (VALUES
    ('TRADE_CASH', account, %(maker)s, 'USD', 10000),
    ('TRADE_TOKEN', %(maker)s, account, 'BENCH', 10),
    ('TRADE_FEE', account, %(fees)s, 'USD', 20)) AS leg(kind, debit, credit, asset, amount);

INSERT INTO trading_lot (account_id, asset_id, acquired_on, paid_on, source, price, qty, cost)
SELECT account, 'BENCH', at::date, at::date + 1, 'TRADE', 1000, 10, 10020 FROM bought;

INSERT INTO trading_lotentry (lot_id, reference, at, qty, cost)
SELECT lot.id, 'TRADE_TOKEN:' || %(listing)s || ':' || seq, bought.at + interval '1 day', 10, 10020
FROM bought JOIN trading_lot lot ON lot.account_id = account AND lot.acquired_on = bought.at::date;

INSERT INTO trading_candle (listing_id, interval, starts_at, open, high, low, close, volume, value)
VALUES (%(listing)s, '1d', %(since)s, 1000, 1000, 1000, 1000, 10, 10000);
ANALYZE;
"""


def make_accounts() -> list[Account]:
    ledger.open_cash()
    listing = listings.create_listing(
        symbol="BENCH", name="Bench common", issuer=Issuer.objects.create(name="Bench, Inc."), kind="EQUITY",
        exemption="REG_D_506C", open_to=["ACCREDITED"], access_note="Nobody.", tick_size=Decimal("0.01"),
        lot_size=Decimal(1), max_order_qty=10_000, max_order_cents=10**9, max_price=10**6,
    )  # fmt: skip
    maker = Account.objects.create(
        number="MAKER", name="Maker", kind=Account.Kind.MARKET_MAKER, opened_at=MONTH.starts_at
    )
    with connection.cursor() as cursor:
        for statement in filter(str.strip, _MADE.split(";")):
            cursor.execute(
                statement,
                {
                    "accounts": ACCOUNTS, "trades": TRADES, "since": MONTH.starts_at, "listing": listing.pk,
                    "maker": maker.pk, "bank": ledger.contra_account(ledger.BANK).pk,
                    "fees": ledger.fee_account().pk,
                },
            )  # fmt: skip
    return list(Account.objects.filter(number__startswith="B-").order_by("pk"))


def measure() -> None:
    accounts = make_accounts()
    folded = timed("figures folded", statements(accounts, MONTH), ACCOUNTS)
    wrong = [row.account for row in folded if row.closing_cash != 10_000_000 - TRADES * 10_020]
    if wrong:
        raise RuntimeError(f"{len(wrong)} statements differ from the ledger, first {wrong[0]}")
    sheets = timed("laid out", map(sheet_of, folded), ACCOUNTS)
    timed("CSV written", map(to_csv, sheets), ACCOUNTS)
    sizes = timed("PDF set", map(len, map(to_pdf, sheets)), ACCOUNTS)
    pages = len(PdfReader(BytesIO(to_pdf(sheets[0]))).pages)
    print(f"  {pages} pages and {sum(sizes) / ACCOUNTS / 1024:.0f} kB each", flush=True)


def timed(what: str, made: Iterator[T], total: int) -> list[T]:
    """All of it, told now and then how far it is, and how fast it was in the end."""
    kept: list[T] = []
    began = shown = perf_counter()
    for done, one in enumerate(made, start=1):
        kept.append(one)
        if perf_counter() - shown > SHOWN_EVERY_S:
            shown = perf_counter()
            print(f"\r  {what:<36} {done:>8,} of {total:,}", end="", flush=True)
    rate = len(kept) / (perf_counter() - began)
    print(f"\r  {what:<36} {len(kept):>10,} {rate:>12,.0f}".ljust(72), flush=True)
    return kept


def main() -> None:
    with scratch.database():
        print(
            f"\nStatements of a month, {TRADES} trades each\n  {'':<36} {'statements':>10} {'a second':>12}"
        )
        measure()


if __name__ == "__main__":
    main()
