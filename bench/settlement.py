"""Settlements a second, on a PostgreSQL that syncs: instructions, gates, transfers, balances and lots.

`python -m bench.settlement`, in a process of its own, because the settings are read once. Trades of many
accounts, entered and matched as everybody's, settle in this process, as in a worker. Seconds are those of the
wall.
"""

import sys
from datetime import date
from decimal import Decimal
from random import Random
from time import perf_counter

from bench import scratch  # first: it says where the database is

# isort: split
from portal import clock
from portal.models import Account, Issuer
from trading import matching
from trading.engine import OrdType, Side, TimeInForce
from trading.models import Instruction, Listing
from trading.services import ledger, listings
from trading.services.entry import submit_orders
from trading.services.requests import NewOrderRequest
from trading.settlement import consumer

ACCOUNTS, TRADES, BATCH = 200, 10_000, 200
PRICES = range(990, 1_010)  # in cents: as many lots a holder may have of a day


def a_market() -> tuple[Listing, list[Account]]:
    ledger.open_cash()
    listing = listings.create_listing(
        symbol="BENCH", name="Bench common", issuer=Issuer.objects.create(name="Bench, Inc."), kind="EQUITY",
        exemption="REG_D_506C", open_to=["ACCREDITED"], access_note="Nobody.", tick_size=Decimal("0.01"),
        lot_size=Decimal(1), max_order_qty=10_000, max_order_cents=10**9, max_price=10**6,
    )  # fmt: skip
    accounts = [
        Account.objects.create(
            number=f"B-{n:06}",
            name=f"Holder {n}",
            investor_class="ACCREDITED",
            opened_at=clock.now(),
            identity_until=date.max,
            accredited_until=date.max,
            tax_until=date.max,
        )
        for n in range(ACCOUNTS)
    ]
    for account in accounts:
        ledger.deposit(account=account, cents=10**9, reference=f"deposit {account.pk}")
        ledger.issue(account=account, listing=listing, lots=10**6, reference=f"issue {account.pk}")
    return listing, accounts


def trade(listing: Listing, accounts: list[Account]) -> None:
    """Pairs of orders that meet each other, drained."""
    chance = Random(1)
    for start in range(0, TRADES, BATCH):
        orders = []
        for n in range(start, start + BATCH):
            qty, price = chance.randint(1, 100), chance.choice(PRICES)
            for account, side in zip(chance.sample(accounts, 2), (Side.SELL, Side.BUY), strict=True):
                terms = (OrdType.LIMIT, TimeInForce.GTC, qty, price)
                orders.append(NewOrderRequest(account.pk, f"{side}-{n}", listing.pk, side, *terms))
        submit_orders(orders)
        while matching.drain(listing.pk):
            pass
        show(f"traded {start + BATCH:,} of {TRADES:,}")


def measure() -> None:
    listing, accounts = a_market()
    trade(listing, accounts)
    began = perf_counter()
    while consumer.settle(listing.pk):
        done = Instruction.objects.filter(state="SETTLED").count()
        show(f"settled {done:,}")
    seconds = perf_counter() - began
    done = Instruction.objects.filter(state="SETTLED").count()
    if done < TRADES or Instruction.objects.exclude(state="SETTLED").exists():
        raise RuntimeError(f"only {done} trades settled")
    show("")
    print(f"  {'settlement, publication included':<36} {done:>8,} {done / seconds:>12,.0f}", flush=True)


def show(progress: str) -> None:
    if sys.stdout.isatty():
        print(f"\r\033[K  {progress}", end="" if progress else "\r", flush=True)


def main() -> None:
    with scratch.database():
        print(f"\nSettlement of trades, {ACCOUNTS} accounts\n  {'':<36} {'trades':>8} {'a second':>12}")
        measure()


if __name__ == "__main__":
    main()
