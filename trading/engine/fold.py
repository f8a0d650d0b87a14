"""The level book as the events tell it: for the feed, the replay check and the tests.

Right at the end of every command. In the middle of one a marketable order may stand across the
spread until its trades have been folded.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable

from .book import WorkingOrder
from .events import Event, OrderAccepted, OrderCanceled, OrderExpired, OrderReplaced, Traded
from .types import Side, TimeInForce

_RESTING = (TimeInForce.DAY, TimeInForce.GTC)


class _Order:
    __slots__ = ("leaves_qty", "levels", "price")

    def __init__(self, levels: "_Levels", price: int, leaves_qty: int) -> None:
        self.levels = levels
        self.price = price
        self.leaves_qty = leaves_qty


class _Levels:
    __slots__ = ("changed", "keys", "qty", "sign")

    def __init__(self, side: Side) -> None:
        self.sign = 1 if side is Side.BUY else -1
        self.qty: dict[int, int] = {}
        # price * sign, the best last: that end moves most, and moving it is cheapest there.
        self.keys: list[int] = []
        self.changed: dict[int, int] = {}

    def add(self, price: int, qty: int) -> None:
        before = self.qty.get(price, 0)
        after = before + qty
        self.changed[price] = after
        if after:
            self.qty[price] = after
            if not before:
                insort(self.keys, price * self.sign)
        else:
            del self.qty[price]
            del self.keys[bisect_left(self.keys, price * self.sign)]


class BookFold:
    """`changed[side]` maps each price whose quantity changed to what is there now (0: gone), since the
    reader last cleared it."""

    def __init__(self, orders: Iterable[WorkingOrder] = ()) -> None:
        """An empty book, or that of the orders at work when the fold starts."""
        self._levels = {side: _Levels(side) for side in Side}
        self._orders: dict[int, _Order] = {}
        self.changed = {side: levels.changed for side, levels in self._levels.items()}
        for order in orders:
            self._rest(order.order_id, self._levels[order.side], order.price, order.leaves_qty)
        self.clear_changed()

    def clear_changed(self) -> None:
        for changed in self.changed.values():
            changed.clear()

    def levels(self, side: Side, n: int) -> list[tuple[int, int]]:
        """The best `n` levels as (price, qty), best first."""
        levels = self._levels[side]
        prices = [key * levels.sign for key in levels.keys[: -n - 1 : -1]]
        return [(price, levels.qty[price]) for price in prices]

    def level_qty(self, side: Side, price: int) -> int:
        return self._levels[side].qty.get(price, 0)

    def apply(self, event: Event) -> None:
        match event:
            case Traded():
                self._reduce(event.maker_order_id, event.qty)
                self._reduce(event.taker_order_id, event.qty)
            case OrderAccepted():
                # What cannot rest never touches the book, except through its trades' makers.
                if event.time_in_force in _RESTING and event.price is not None:
                    self._rest(event.order_id, self._levels[event.side], event.price, event.order_qty)
            case OrderCanceled() | OrderExpired():
                self._remove(event.order_id)
            case OrderReplaced(price=price) if price is not None:
                levels = self._orders[event.order_id].levels
                self._remove(event.order_id)
                self._rest(event.order_id, levels, price, event.leaves_qty)

    def _rest(self, order_id: int, levels: _Levels, price: int, qty: int) -> None:
        self._orders[order_id] = _Order(levels, price, qty)
        levels.add(price, qty)

    def _remove(self, order_id: int) -> None:
        order = self._orders.pop(order_id, None)
        if order is not None:
            order.levels.add(order.price, -order.leaves_qty)

    def _reduce(self, order_id: int, qty: int) -> None:
        order = self._orders.get(order_id)
        if order is None:
            return
        order.leaves_qty -= qty
        order.levels.add(order.price, -qty)
        if not order.leaves_qty:
            del self._orders[order_id]
