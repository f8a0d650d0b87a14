"""The level book as the events tell it: for the feed, the replay check and the tests.

Right at the end of every command. In the middle of one a marketable order may stand across the
spread until its trades have been folded.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable

from .book import WorkingOrder
from .events import (
    Event,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderReplaced,
    OrderRestated,
    OrderTriggered,
    Traded,
)
from .types import RESTING, MatchType, OrdType, Side


class _Order:
    __slots__ = ("display_qty", "leaves_qty", "levels", "price", "shown_qty")

    def __init__(
        self, levels: "_Levels", price: int, leaves_qty: int, display_qty: int | None, shown_qty: int
    ) -> None:
        self.levels = levels
        self.price = price
        self.leaves_qty = leaves_qty
        self.display_qty = display_qty  # None: all of it
        self.shown_qty = shown_qty

    def most_shown(self) -> int:
        return self.leaves_qty if self.display_qty is None else min(self.display_qty, self.leaves_qty)


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
            self._adopt(order)
        self.clear_changed()

    def _adopt(self, order: WorkingOrder) -> None:
        display_qty = order.special.display_qty if order.special is not None else None
        levels = self._levels[order.side]
        self._orders[order.order_id] = known = _Order(levels, order.price, order.leaves_qty, display_qty, 0)
        self._show(known, order.displayed_qty)

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
                auction = event.match_type is MatchType.AUCTION
                self._trade(event.maker_order_id, event.qty, anew=auction)
                self._trade(event.taker_order_id, event.qty, anew=True)
            case OrderAccepted():
                # What cannot rest never touches the book, except through its trades' makers.
                if (
                    event.time_in_force in RESTING
                    and event.ord_type is OrdType.LIMIT
                    and event.price is not None
                ):
                    levels = self._levels[event.side]
                    self._rest(event.order_id, levels, event.price, event.order_qty, event.display_qty)
            case OrderTriggered(price=price) if price is not None:
                self._rest(event.order_id, self._levels[event.side], price, event.leaves_qty, None)
            case OrderCanceled() | OrderExpired():
                self._remove(event.order_id)
            case OrderReplaced():
                self._replace(event)
            case OrderRestated():
                self._reduce(event.order_id, event.leaves_qty)

    def _rest(
        self, order_id: int, levels: _Levels, price: int, leaves_qty: int, display_qty: int | None
    ) -> None:
        order = _Order(levels, price, leaves_qty, display_qty, 0)
        self._orders[order_id] = order
        self._show(order, order.most_shown())

    def _show(self, order: _Order, shown_qty: int) -> None:
        if shown_qty != order.shown_qty:
            order.levels.add(order.price, shown_qty - order.shown_qty)
            order.shown_qty = shown_qty

    def _remove(self, order_id: int) -> None:
        order = self._orders.pop(order_id, None)
        if order is not None:
            self._show(order, 0)

    def _reduce(self, order_id: int, leaves_qty: int) -> None:
        """Less, what is hidden first."""
        order = self._orders.get(order_id)
        if order is not None:
            order.leaves_qty = leaves_qty
            self._show(order, min(order.shown_qty, leaves_qty))

    def _replace(self, event: OrderReplaced) -> None:
        order = self._orders.get(event.order_id)
        if order is None:  # a waiting stop, or an order for an auction
            return
        if event.kept_priority:
            self._reduce(event.order_id, event.leaves_qty)
        elif event.price is not None:
            self._remove(event.order_id)
            self._rest(event.order_id, order.levels, event.price, event.leaves_qty, order.display_qty)

    def _trade(self, order_id: int, qty: int, *, anew: bool) -> None:
        """`anew`: what is left is displayed anew; of a maker in continuous trading, when all was taken."""
        order = self._orders.get(order_id)
        if order is None:
            return
        order.leaves_qty -= qty
        shown_qty = order.shown_qty - qty
        self._show(order, order.most_shown() if anew or not shown_qty else shown_qty)
        if not order.leaves_qty:
            del self._orders[order_id]
