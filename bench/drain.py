"""The whole way of a command, on a PostgreSQL that syncs: entry, drain, and a book rebuilt from its journal.

`python -m bench.drain`, in a process of its own, because the settings are read once. The flow is the mixed
workload's, entered through the same door as everybody's orders; matching runs in this process, as in a
worker: journal → engine → events → projections → commit → publication. Seconds are those of the wall.
"""

from collections.abc import Iterator
from time import perf_counter

from bench import scratch  # first: it says where the database is

# isort: split
from bench.workloads import MID, SHAPES, generate
from trading import matching
from trading.engine import OrdType, Side, TimeInForce
from trading.models import MarketState
from trading.replay.lobster import Survey
from trading.replay.venue import FILE_UNITS_A_CENT, Venue, open_venue
from trading.services.entry import submit_orders
from trading.services.requests import Accepted, CancelRequest, NewOrderRequest, Request

OPERATIONS = 20_000
BATCH = 100


def requests(venue: Venue) -> Iterator[Request]:
    """The mixed workload in the words of order entry; one account buys, the other sells."""
    buyer, seller = venue.passive.pk, venue.aggressive.pk
    workload = generate(SHAPES["mixed"]._replace(operations=OPERATIONS))
    for order_id, is_sell, price, qty in (*workload.prefill, *workload.operations):
        account, side = (seller, Side.SELL) if is_sell else (buyer, Side.BUY)
        if qty:
            yield NewOrderRequest(
                account, str(order_id), venue.listing.pk, side, OrdType.LIMIT, TimeInForce.GTC, qty, price
            )
        else:
            yield CancelRequest(account, f"cancel-{order_id}", orig_cl_ord_id=str(order_id))


def measure() -> None:
    survey = Survey([])
    survey.tick, survey.max_price = FILE_UNITS_A_CENT, 2 * MID * FILE_UNITS_A_CENT
    venue = open_venue(symbol="BENCH", survey=survey)
    listing_id = venue.listing.pk
    while matching.drain(listing_id):
        pass
    commands = list(requests(venue))

    began = perf_counter()
    for start in range(0, len(commands), BATCH):
        outcomes = submit_orders(commands[start : start + BATCH])
        refused = [outcome for outcome in outcomes if not isinstance(outcome, Accepted)]
        if refused:
            raise RuntimeError(f"entry refused what it should take: {refused[0]}")
    show(f"entry, in batches of {BATCH}", len(commands), began)

    began, done = perf_counter(), 0
    while batch := matching.drain(listing_id):
        done += batch
    show("drain, publication included", done, began)
    if done != len(commands):
        raise RuntimeError(f"{done} of {len(commands)} commands were drained")

    up_to = MarketState.objects.get(pk=listing_id).applied_seq
    began = perf_counter()
    matching.rebuild(listing_id, up_to, use_snapshot=False)
    show("replay of the journal, no snapshot", up_to, began)


def show(what: str, commands: int, began: float) -> None:
    print(f"  {what:<36} {commands:>8,} {commands / (perf_counter() - began):>12,.0f}", flush=True)


def main() -> None:
    with scratch.database():
        print(f"\nThe way of a command, PostgreSQL syncing\n  {'':<36} {'commands':>8} {'a second':>12}")
        measure()


if __name__ == "__main__":
    main()
