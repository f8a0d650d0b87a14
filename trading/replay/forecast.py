"""What our book will hold: a price-time book of the plainest kind, one for each side.

The plan needs it to know what to adopt and purge, and which order a message still finds. The check does
not look at it.
"""

from bisect import bisect_right, insort
from dataclasses import dataclass
from typing import NamedTuple

from trading.engine import Side


@dataclass(slots=True)
class Held:
    """An order of ours: under which ClOrdID it was entered, for how much in all, what is left of it."""

    name: str
    order_qty: int
    leaves_qty: int


class Fill(NamedTuple):
    order_id: int
    price: int
    qty: int


class Forecast:
    """Orders by price and file id; within a price in the order in which they came.

    Prices count away from the touch as keys: the better the price, the smaller its key.
    """

    def __init__(self, side: Side) -> None:
        self.side = side
        self._sign = -1 if side is Side.BUY else 1
        self._levels: dict[int, dict[int, Held]] = {}
        self._keys: list[int] = []  # best first

    def key(self, price: int) -> int:
        return price * self._sign

    def at(self, price: int) -> dict[int, Held]:
        """The orders at a price, first to trade first. Not to be changed."""
        return self._levels.get(price, {})

    def prices_between(self, after: int, up_to: int) -> list[int]:
        """Prices with a key above ``after`` and not above ``up_to``, best first."""
        keys = self._keys[bisect_right(self._keys, after) : bisect_right(self._keys, up_to)]
        return [key * self._sign for key in keys]

    def rest(self, order_id: int, price: int, held: Held) -> None:
        if price not in self._levels:
            self._levels[price] = {}
            insort(self._keys, self.key(price))
        self._levels[price][order_id] = held

    def reduce(self, order_id: int, price: int, qty: int) -> None:
        orders = self._levels[price]
        held = orders[order_id]
        held.leaves_qty -= qty
        if held.leaves_qty:
            return
        del orders[order_id]
        if not orders:
            del self._levels[price]
            self._keys.remove(self.key(price))

    def take(self, limit: int, qty: int) -> list[Fill]:
        """Trade up to ``qty`` at prices no worse than ``limit``, in price-time priority."""
        fills: list[Fill] = []
        while qty and self._keys and self._keys[0] <= self.key(limit):
            price = self._keys[0] * self._sign
            order_id, held = next(iter(self._levels[price].items()))
            fills.append(Fill(order_id, price, min(qty, held.leaves_qty)))
            self.reduce(order_id, price, fills[-1].qty)
            qty -= fills[-1].qty
        return fills
