"""The book: price levels, each a queue in time order, and the schedule of expiries.

Best prices and due moments come from heaps with lazy deletion: a key is in the heap exactly while it
is in the dict beside it, and an emptied one stays in both until it surfaces. So a level that comes
and goes costs no heap work, and no key is ever in a heap twice.
"""

from collections import OrderedDict
from collections.abc import Iterator
from heapq import heappop, heappush

from .types import Side

NEVER = 2**63 - 1


class WorkingOrder:
    __slots__ = ("account_id", "arrival", "expire_at", "leaves_qty", "order_id", "order_qty", "price", "side")

    def __init__(
        self,
        order_id: int,
        account_id: int,
        side: Side,
        price: int,
        order_qty: int,
        leaves_qty: int,
        expire_at: int | None,
        arrival: int,
    ) -> None:
        self.order_id = order_id
        self.account_id = account_id
        self.side = side
        self.price = price
        self.order_qty = order_qty
        self.leaves_qty = leaves_qty
        self.expire_at = expire_at
        self.arrival = arrival  # seq of the order's NewOrder; a replace does not change it

    @property
    def cum_qty(self) -> int:
        return self.order_qty - self.leaves_qty


Fill = tuple[WorkingOrder, int]


class Level:
    __slots__ = ("orders", "qty")

    def __init__(self) -> None:
        self.qty = 0
        # Not a plain dict: finding the first entry of one walks over all that were removed before it.
        self.orders: OrderedDict[int, WorkingOrder] = OrderedDict()


class BookSide:
    """One side. Levels are keyed by price times `sign`, so that the best key is the smallest."""

    __slots__ = ("_heap", "_levels", "_sign")

    def __init__(self, side: Side) -> None:
        self._sign = -1 if side is Side.BUY else 1
        self._levels: dict[int, Level] = {}
        self._heap: list[int] = []

    def rest(self, order: WorkingOrder) -> None:
        """Queue the order behind all others of its price."""
        key = order.price * self._sign
        level = self._levels.get(key)
        if level is None:
            level = self._levels[key] = Level()
            heappush(self._heap, key)
        level.orders[order.order_id] = order
        level.qty += order.leaves_qty

    def remove(self, order: WorkingOrder) -> None:
        level = self._levels[order.price * self._sign]
        del level.orders[order.order_id]
        level.qty -= order.leaves_qty

    def reduce(self, order: WorkingOrder, qty: int) -> None:
        """Take `qty` off the order where it stands."""
        order.leaves_qty -= qty
        self._levels[order.price * self._sign].qty -= qty

    def take(self, limit: int, qty: int) -> list[Fill]:
        """Fill up to `qty` from the best prices no worse than `limit`, in price-time priority."""
        fills: list[Fill] = []
        heap = self._heap
        levels = self._levels
        worst = limit * self._sign
        while qty and heap and heap[0] <= worst:
            level = levels[heap[0]]
            orders = level.orders
            while qty and orders:
                maker = next(iter(orders.values()))
                traded = maker.leaves_qty
                if traded > qty:
                    traded = qty
                else:
                    del orders[maker.order_id]
                maker.leaves_qty -= traded
                level.qty -= traded
                qty -= traded
                fills.append((maker, traded))
            if not orders:
                del levels[heappop(heap)]
        return fills

    def covers(self, limit: int, qty: int) -> bool:
        """Whether `qty` rests at prices no worse than `limit`."""
        worst = limit * self._sign
        heap = self._heap
        nodes = [0]
        while nodes and qty > 0:
            node = nodes.pop()
            # Nothing below a heap node is better than it, so a node beyond the limit ends its branch.
            if node < len(heap) and heap[node] <= worst:
                qty -= self._levels[heap[node]].qty
                nodes += (2 * node + 1, 2 * node + 2)
        return qty <= 0

    def best(self) -> int | None:
        heap = self._heap
        while heap and not self._levels[heap[0]].orders:
            del self._levels[heappop(heap)]
        return heap[0] * self._sign if heap else None

    def level_qty(self, price: int) -> int:
        level = self._levels.get(price * self._sign)
        return level.qty if level else 0

    def level_orders(self, price: int) -> int:
        level = self._levels.get(price * self._sign)
        return len(level.orders) if level else 0

    def in_priority(self) -> Iterator[WorkingOrder]:
        for key in sorted(self._levels):
            yield from self._levels[key].orders.values()


class Expiries:
    """Orders by the moment they expire; within one moment in order of arrival."""

    __slots__ = ("_heap", "_orders", "next_at")

    def __init__(self) -> None:
        self._orders: dict[int, dict[int, WorkingOrder]] = {}
        self._heap: list[int] = []
        self.next_at = NEVER  # a plain value, because every command looks at it

    def add(self, expire_at: int, order: WorkingOrder) -> None:
        orders = self._orders.get(expire_at)
        if orders is None:
            orders = self._orders[expire_at] = {}
            heappush(self._heap, expire_at)
            self.next_at = self._heap[0]
        orders[order.order_id] = order

    def discard(self, expire_at: int, order: WorkingOrder) -> None:
        del self._orders[expire_at][order.order_id]

    def pop(self) -> list[WorkingOrder]:
        """The orders of the next moment."""
        orders = self._orders.pop(heappop(self._heap))
        self.next_at = self._heap[0] if self._heap else NEVER
        return list(orders.values())
