"""AUCT by brute force: try every candidate price, keep the best by the rules' own words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from trading.engine import Side

from .orders import NaiveOrder

Pair = tuple[NaiveOrder, NaiveOrder, int]  # buy, sell, quantity


@dataclass
class Outcome:
    price: int | None
    volume: int
    surplus: int  # of buyers; below zero: of sellers
    pairs: list[Pair]

    @property
    def told(self) -> tuple[int | None, int, Side | None, int]:
        side = Side.BUY if self.surplus > 0 else Side.SELL if self.surplus < 0 else None
        return self.price, self.volume, side, abs(self.surplus)


def uncross(orders: Sequence[NaiveOrder], reference: int | None) -> Outcome:
    def wanted(side: Side, price: int) -> int:
        return sum(o.leaves_qty for o in orders if o.side is side and o.goes_to(price))

    def volume(price: int) -> int:
        return min(wanted(Side.BUY, price), wanted(Side.SELL, price))

    def surplus(price: int) -> int:
        return wanted(Side.BUY, price) - wanted(Side.SELL, price)

    prices = candidates(orders, reference)
    if not prices or max(map(volume, prices)) == 0:
        return Outcome(None, 0, 0, [])
    prices = lowest(prices, lambda price: -volume(price))  # AUCT-001
    prices = lowest(prices, lambda price: abs(surplus(price)))  # AUCT-002
    if all(surplus(price) > 0 for price in prices):  # AUCT-003
        prices = [max(prices)]
    elif all(surplus(price) < 0 for price in prices):
        prices = [min(prices)]
    near = (min(prices) + max(prices)) // 2 if reference is None else reference  # AUCT-004
    price = max(lowest(prices, lambda price: abs(price - near)))
    return Outcome(price, volume(price), surplus(price), pairs(orders, price))


def candidates(orders: Sequence[NaiveOrder], reference: int | None) -> list[int]:
    """AUCT-005"""
    limits = {order.limit for order in orders}
    if limits and reference is not None and min(limits) <= reference <= max(limits):
        limits.add(reference)
    return sorted(limits)


def lowest(prices: list[int], measure: Callable[[int], int]) -> list[int]:
    least = min(map(measure, prices))
    return [price for price in prices if measure(price) == least]


def pairs(orders: Sequence[NaiveOrder], price: int) -> list[Pair]:
    """AUCT-007: lot by lot, the first in rank on either side."""
    lots = {
        side: [
            order
            for order in sorted(orders, key=NaiveOrder.rank)
            if order.side is side and order.goes_to(price)
            for _ in range(order.leaves_qty)
        ]
        for side in Side
    }
    paired: list[Pair] = []
    for buy, sell in zip(lots[Side.BUY], lots[Side.SELL], strict=False):
        if paired and paired[-1][0] is buy and paired[-1][1] is sell:
            paired[-1] = (buy, sell, paired[-1][2] + 1)
        else:
            paired.append((buy, sell, 1))
    return paired
