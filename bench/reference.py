"""An independent order book: the obvious one, against which every engine's fills are judged.

Price, then time: levels in a sorted list, orders of a level in the order they came. It shares no line
and no idea with `trading.engine`.
"""

from bisect import bisect_left, insort
from typing import NamedTuple


class Fill(NamedTuple):
    maker_id: int
    taker_id: int
    price: int
    qty: int


class Resting(NamedTuple):
    is_sell: bool
    price: int
    qty: int


class ReferenceBook:
    def __init__(self) -> None:
        # Per side, buyers first: the prices in ascending order, and what waits at each.
        self._prices: tuple[list[int], list[int]] = ([], [])
        self._queues: tuple[dict[int, dict[int, int]], dict[int, dict[int, int]]] = ({}, {})
        self._where: dict[int, tuple[bool, int]] = {}

    def new(
        self, order_id: int, is_sell: bool, price: int, qty: int, *, immediate: bool = False
    ) -> list[Fill]:
        """Trade what can be traded; the rest waits, unless it is to be immediate."""
        fills: list[Fill] = []
        while qty and (best := self.best(not is_sell)) is not None:
            if best < price if is_sell else best > price:
                break
            queue = self._queues[not is_sell][best]
            maker_id, waiting = next(iter(queue.items()))
            traded = min(qty, waiting)
            fills.append(Fill(maker_id, order_id, best, traded))
            qty -= traded
            queue[maker_id] -= traded
            if not queue[maker_id]:
                self.cancel(maker_id)
        if qty and not immediate:
            if price not in self._queues[is_sell]:
                self._queues[is_sell][price] = {}
                insort(self._prices[is_sell], price)
            self._queues[is_sell][price][order_id] = qty
            self._where[order_id] = (is_sell, price)
        return fills

    def cancel(self, order_id: int) -> Resting | None:
        """Take the order out and tell what it was; None if it does not wait here."""
        if order_id not in self._where:
            return None
        is_sell, price = self._where.pop(order_id)
        queue = self._queues[is_sell][price]
        qty = queue.pop(order_id)
        if not queue:
            del self._queues[is_sell][price]
            prices = self._prices[is_sell]
            del prices[bisect_left(prices, price)]
        return Resting(is_sell, price, qty)

    def best(self, is_sell: bool) -> int | None:
        prices = self._prices[is_sell]
        if not prices:
            return None
        return prices[0] if is_sell else prices[-1]

    def levels(self, is_sell: bool, n: int) -> list[tuple[int, int]]:
        """The best `n` prices with what waits there, best first."""
        prices = self._prices[is_sell]
        best = prices[:n] if is_sell else prices[: -n - 1 : -1]
        return [(price, sum(self._queues[is_sell][price].values())) for price in best]
