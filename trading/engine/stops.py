"""Stop orders: waiting outside the book until a trade meets them (docs/rules/order-types.md)."""

from collections.abc import Iterable
from heapq import heapify, heappop, heappush

from .book import Special, WorkingOrder, by_arrival
from .types import Side

MOST_STALE = 1000  # entries of a heap that no longer count, beyond as many as wait


class Stops:
    """Waiting stops of both sides. One that a trade has met stays met, and is due in order of arrival.

    Heaps hold (key, arrival, order id) and are checked when read: an entry counts only if its order still
    waits, unmet, at that stop price.
    """

    def __init__(self) -> None:
        self.waiting: dict[int, WorkingOrder] = {}  # a plain value, because every order asks for it
        self._unmet: dict[Side, list[tuple[int, int, int]]] = {Side.BUY: [], Side.SELL: []}
        self._trailing: dict[int, WorkingOrder] = {}  # unmet ones
        self._met: list[tuple[int, int]] = []
        self._met_ids: set[int] = set()

    def by_arrival(self) -> list[WorkingOrder]:
        return sorted(self.waiting.values(), key=by_arrival)

    def is_met(self, order: WorkingOrder) -> bool:
        return order.order_id in self._met_ids

    def add(self, order: WorkingOrder, last_px: int | None, *, met: bool = False) -> None:
        """Let the order wait; one that the last trade meets is met."""
        self.waiting[order.order_id] = order
        if met or (last_px is not None and _meets(order, last_px)):
            self._mark_met(order)
            return
        self._push(order)
        if _special(order).trail is not None:
            self._trailing[order.order_id] = order

    def discard(self, order: WorkingOrder) -> None:
        del self.waiting[order.order_id]
        self._trailing.pop(order.order_id, None)
        self._met_ids.discard(order.order_id)

    def traded(self, prices: Iterable[int]) -> list[WorkingOrder]:
        """Look at trades in order; return the trailing stops that moved and are not met, by arrival."""
        moved: dict[int, WorkingOrder] = {}
        for price in prices:
            self._meet(price)
            for order in self._trailing.values():
                if trail(order, price):
                    self._push(order)
                    moved[order.order_id] = order
        return sorted((o for o in moved.values() if o.order_id not in self._met_ids), key=by_arrival)

    def next_due(self) -> WorkingOrder | None:
        """Of the stops that are met the one that arrived first."""
        while self._met:
            arrival, order_id = self._met[0]
            order = self.waiting.get(order_id)
            if order is not None and order.arrival == arrival and order_id in self._met_ids:
                return order
            heappop(self._met)
        return None

    def _meet(self, price: int) -> None:
        for side, sign in ((Side.BUY, 1), (Side.SELL, -1)):
            heap = self._unmet[side]
            while heap and heap[0][0] <= price * sign:
                key, arrival, order_id = heappop(heap)
                order = self.waiting.get(order_id)
                if (
                    order is not None
                    and order_id not in self._met_ids
                    and order.arrival == arrival
                    and _special(order).stop_px == key * sign
                ):
                    self._trailing.pop(order_id, None)
                    self._mark_met(order)

    def _mark_met(self, order: WorkingOrder) -> None:
        self._met_ids.add(order.order_id)
        heappush(self._met, (order.arrival, order.order_id))

    def _push(self, order: WorkingOrder) -> None:
        heap = self._unmet[order.side]
        heappush(heap, _entry(order))
        if len(heap) > 2 * len(self.waiting) + MOST_STALE:
            # Far from the market they would never surface, and stay for good.
            unmet = (o for o in self.waiting.values() if o.order_id not in self._met_ids)
            heap[:] = [_entry(o) for o in unmet if o.side is order.side]
            heapify(heap)


def _entry(order: WorkingOrder) -> tuple[int, int, int]:
    stop_px = _special(order).stop_px
    assert stop_px is not None
    return stop_px if order.side is Side.BUY else -stop_px, order.arrival, order.order_id


def trail(order: WorkingOrder, last_px: int) -> bool:
    """Let a trailing stop follow the last trade; tell whether it moved (ORDT-026)."""
    special = _special(order)
    assert special.trail is not None and special.stop_px is not None
    if order.side is Side.BUY:
        stop_px = min(special.stop_px, last_px + special.trail)
    else:
        stop_px = max(special.stop_px, last_px - special.trail)
    moved = stop_px != special.stop_px
    special.stop_px = stop_px
    return moved


def _meets(order: WorkingOrder, last_px: int) -> bool:
    stop_px = _special(order).stop_px
    assert stop_px is not None
    return last_px >= stop_px if order.side is Side.BUY else last_px <= stop_px


def _special(order: WorkingOrder) -> Special:
    assert order.special is not None  # a stop order has more than a plain one
    return order.special
