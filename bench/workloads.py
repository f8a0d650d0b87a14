"""Seeded streams of orders and cancels, and the fills they must come to.

One instrument in ticks and lots. An operation is a tuple (order_id, is_sell, price, qty): a limit order,
or the cancel of that order where `qty` is 0. Every order that takes is filled at once and completely, so
that engines without immediate orders run the same stream.
"""

import marshal
import random
from pathlib import Path
from typing import NamedTuple

from bench.reference import Fill, ReferenceBook

SEED = 20
MID = 1_000_000
LARGEST = 400  # of takers that go as far as they must; others want 1 to 100

Operation = tuple[int, bool, int, int]


class Shape(NamedTuple):
    what: str
    operations: int
    levels: int  # a side, before the clock starts
    orders_per_level: int
    cancels: float
    takers: float  # the rest are orders that wait
    near: int  # how far from the mid they wait, at most
    sweep: int  # how many ticks a taker goes at most
    sweeps_all: bool = False  # instead, it goes through that many levels, every time


SHAPES = {
    "mixed": Shape("60 % wait near the touch, 30 % cancel, 10 % take", 500_000, 500, 2, 0.30, 0.10, 20, 5),
    "deep": Shape("the same over 10,000 levels a side", 500_000, 10_000, 1, 0.30, 0.10, 10_000, 5),
    "cancels": Shape("90 % cancel", 200_000, 500, 200, 0.90, 0.05, 500, 5),
    "sweeps": Shape("5 % take, each through 10 levels", 200_000, 500, 4, 0.05, 0.05, 100, 10, True),
}


class Workload(NamedTuple):
    prefill: list[Operation]
    operations: list[Operation]
    fills: list[Fill]


def generate(shape: Shape) -> Workload:
    rng = random.Random(SEED)
    book = ReferenceBook()
    waiting: list[int] = []  # the filled among them are found out when drawn
    prefill: list[Operation] = []
    operations: list[Operation] = []
    fills: list[Fill] = []
    last_id = 0

    def place(into: list[Operation], is_sell: bool, price: int, qty: int) -> None:
        nonlocal last_id
        last_id += 1
        into.append((last_id, is_sell, price, qty))
        traded = book.new(last_id, is_sell, price, qty)
        fills.extend(traded)
        if not traded:
            waiting.append(last_id)

    def cancel() -> None:
        while True:
            i = rng.randrange(len(waiting))
            order_id, waiting[i] = waiting[i], waiting[-1]
            waiting.pop()
            if resting := book.cancel(order_id):
                operations.append((order_id, resting.is_sell, resting.price, 0))
                return

    for distance in range(1, shape.levels + 1):
        for _ in range(shape.orders_per_level):
            place(prefill, False, MID - distance, rng.randint(1, 100))
            place(prefill, True, MID + distance, rng.randint(1, 100))
    for _ in range(shape.operations):
        kind, is_sell = rng.random(), rng.random() < 0.5
        if kind < shape.cancels:
            cancel()
        elif kind < shape.cancels + shape.takers:
            levels = book.levels(not is_sell, shape.sweep)
            if not shape.sweeps_all:
                levels = [level for level in levels if abs(level[0] - levels[0][0]) < shape.sweep]
            price, available = levels[-1][0], sum(qty for _, qty in levels)
            if shape.sweeps_all:
                qty = rng.randint(available - levels[-1][1] + 1, available)
            else:
                qty = rng.randint(1, min(available, LARGEST))
            place(operations, is_sell, price, qty)
        else:
            distance = rng.randint(1, shape.near)
            place(operations, is_sell, MID + (distance if is_sell else -distance), rng.randint(1, 100))
    return Workload(prefill, operations, fills)


def write(workload: Workload, path: Path) -> None:
    plain = (workload.prefill, workload.operations, [tuple(fill) for fill in workload.fills])
    path.write_bytes(marshal.dumps(plain))


def read(path: Path) -> Workload:
    prefill, operations, fills = marshal.loads(path.read_bytes())
    return Workload(prefill, operations, [Fill(*fill) for fill in fills])
