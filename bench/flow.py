"""The order flow of a public yardstick, generated anew from its description.

The protocol (flash1-dev/matching-engine-benchmark, docs/METHODOLOGY.md) fixes every draw to MT19937 and
every distribution to a formula, so that scenario, count and seed name one message stream anywhere.
Python's `random()` is the same generator with the same 53 bits; only the seeding differs.
"""

import math
import random
from bisect import bisect_left
from collections.abc import Callable, Iterator
from enum import IntEnum
from itertools import accumulate
from typing import NamedTuple

SEED = 23
NEW_ORDERS = 1_000_000
SCENARIOS = {  # annualised volatility, swing the path is meant to reach
    "static": (0.0, 0.0),
    "normal": (0.15, 0.02),
    "swing-25": (0.5, 0.25),
    "swing-40": (0.5, 0.40),
    "flash-crash": (0.5, 0.60),
}

_TICK = 0.005
_START = 167.52
_LEVELS = 800
_IMMEDIATE, _MODIFIED, _REPRICED, _CANCELED, _SENT_TWICE = 0.15, 0.20, 0.80, 0.95, 0.02


class Kind(IntEnum):
    NEW = 0
    CANCEL = 1
    MODIFY = 2


class Message(NamedTuple):
    """Its place in the stream is its sequence number."""

    kind: Kind
    order_id: int
    is_sell: bool
    price: int
    qty: int
    immediate: bool = False


class _Placed(NamedTuple):
    is_sell: bool
    price: int
    qty: int


def messages(scenario: str, *, count: int = NEW_ORDERS, seed: int = SEED) -> Iterator[Message]:
    draw = _uniform(seed)
    placed = _placements(draw, *SCENARIOS[scenario], count)
    arrival = list(range(count))
    for i in range(count - 1, 0, -1):
        j = int(draw() * (i + 1))
        arrival[i], arrival[j] = arrival[j], arrival[i]
    # The protocol sorts by time of day; as each life starts where the one before it ended, it is sorted.
    for index in arrival:
        yield from _life(draw, index + 1, placed[index])


def _uniform(seed: int) -> Callable[[], float]:
    """`random()` of an MT19937 seeded by the reference `init_genrand`, as std::mt19937 is."""
    state = [seed]
    for i in range(1, 624):
        state.append((1812433253 * (state[-1] ^ (state[-1] >> 30)) + i) & 0xFFFFFFFF)
    generator = random.Random()
    generator.setstate((3, (*state, 624), None))
    return generator.random


def _placements(draw: Callable[[], float], volatility: float, swing: float, count: int) -> list[_Placed]:
    """Orders about a geometric Brownian mid-price; bids along its first half, offers along its second."""
    step = volatility * math.sqrt((swing / volatility) ** 2.0 / count) if volatility else 0.0
    depth = list(accumulate(map(_weight, range(_LEVELS))))
    placed = []
    mid = _START
    for i in range(count):
        # Box-Muller; its draws come first, in this order.
        radius = math.sqrt(-2.0 * math.log(max(draw(), 1e-300)))
        normal = radius * math.cos(2.0 * math.pi * draw())
        mid *= math.exp(-0.5 * step * step + step * normal)
        on_grid = _round(_round(mid / _TICK) * _TICK / _TICK)
        level = min(bisect_left(depth, draw() * depth[-1]), _LEVELS - 1)
        is_sell = i >= count // 2
        price = max(on_grid + level + 1 if is_sell else on_grid - level - 1, 1)
        placed.append(_Placed(is_sell, price, 1 + int(draw() * 100)))
    return placed


def _weight(level: int) -> float:
    """How likely this many ticks from the touch: a power law with a hump eight ticks out."""
    return 1.0 / (level + 1.0) ** 2.23 + 5.0 * math.exp(-0.5 * (level - 8.0) ** 2)


def _round(value: float) -> int:
    """Half away from zero, as C rounds; Python's own rounds half to even."""
    return math.floor(value + 0.5)


def _life(draw: Callable[[], float], order_id: int, order: _Placed) -> Iterator[Message]:
    is_sell, price, qty = order
    immediate = draw() < _IMMEDIATE
    yield Message(Kind.NEW, order_id, is_sell, price, qty, immediate)
    if immediate:
        return
    modified = draw() < _MODIFIED
    new_price = price
    if modified:
        draw()  # when
        if draw() < _REPRICED:
            new_price += -1 if is_sell else 1
        yield Message(Kind.MODIFY, order_id, is_sell, new_price, qty + 1)
    if draw() >= _CANCELED:
        return
    draw()  # how long it lived
    yield Message(Kind.CANCEL, order_id, is_sell, price, qty)
    if draw() < _SENT_TWICE:
        draw()
        yield Message(Kind.CANCEL, order_id, is_sell, price, qty)
    if modified and draw() < _SENT_TWICE:
        draw()
        yield Message(Kind.MODIFY, order_id, is_sell, new_price, qty + 1)
