"""The book: price levels, each a queue in time order, and the schedule of expiries.

Best prices and due moments come from heaps with lazy deletion: a key is in the heap exactly while it
is in the dict beside it, and an emptied one stays in both until it surfaces. So a level that comes
and goes costs no heap work, and no key is ever in a heap twice.
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from operator import attrgetter

from .types import OrdType, PostOnly, SelfTrade, Side, TimeInForce

NEVER = 2**63 - 1
NOBODY = 0  # an owner no order has

by_arrival = attrgetter("arrival")


class Special:
    """What a plain limit order has not."""

    __slots__ = ("display_qty", "linked", "ord_type", "post_only", "stop_px", "time_in_force", "trail")

    def __init__(
        self,
        ord_type: OrdType,
        time_in_force: TimeInForce,
        stop_px: int | None = None,
        trail: int | None = None,
        display_qty: int | None = None,
        post_only: PostOnly | None = None,
    ) -> None:
        self.ord_type = ord_type
        self.time_in_force = time_in_force
        self.stop_px = stop_px
        self.trail = trail
        self.display_qty = display_qty
        self.post_only = post_only
        self.linked: WorkingOrder | None = None  # the other leg of its pair


class WorkingOrder:
    """An order at work: in the book, waiting for its trigger, or for its auction.

    `price` is its limit, or the worst price of an order without one.
    """

    __slots__ = (
        "account_id",
        "ahead",
        "arrival",
        "behind",
        "expire_at",
        "hidden_qty",
        "leaves_qty",
        "order_id",
        "order_qty",
        "owner_id",
        "price",
        "queued",
        "self_trade",
        "side",
        "special",
    )

    def __init__(
        self,
        order_id: int,
        account_id: int,
        owner_id: int,
        side: Side,
        price: int,
        order_qty: int,
        expire_at: int | None,
        arrival: int,
        self_trade: SelfTrade,
        special: Special | None = None,
    ) -> None:
        self.order_id = order_id
        self.account_id = account_id
        self.owner_id = owner_id
        self.side = side
        self.price = price
        self.order_qty = order_qty
        self.leaves_qty = order_qty
        self.hidden_qty = 0
        self.expire_at = expire_at
        self.arrival = arrival  # seq of its NewOrder, or of a stop's last replace
        self.queued = arrival  # seq of the command by which it last queued at its price
        self.self_trade = self_trade
        self.special = special
        # Its neighbours in the queue at its price.
        self.ahead: WorkingOrder | None = None
        self.behind: WorkingOrder | None = None

    @property
    def done_qty(self) -> int:
        """What has traded, or was taken off by self-trade prevention: none of it comes back by a replace."""
        return self.order_qty - self.leaves_qty

    @property
    def displayed_qty(self) -> int:
        """What the book shows of it, if it is in the book."""
        return self.leaves_qty - self.hidden_qty

    @property
    def has_limit(self) -> bool:
        return self.special is None or self.special.ord_type in (OrdType.LIMIT, OrdType.STOP_LIMIT)

    @property
    def linked(self) -> "WorkingOrder | None":
        return self.special.linked if self.special is not None else None

    def display(self) -> None:
        """Show as much of what is left as it wants shown."""
        if self.special is not None and self.special.display_qty is not None:
            self.hidden_qty = max(0, self.leaves_qty - self.special.display_qty)

    def lose(self, qty: int) -> None:
        """Want less: what is hidden goes first."""
        self.leaves_qty -= qty
        self.hidden_qty = max(0, self.hidden_qty - qty)


Fill = tuple[WorkingOrder, int, int]  # maker, quantity, what the maker has left


class Level:
    """The queue of one price. Its orders know their neighbours, so that any of them leaves at once."""

    __slots__ = ("first", "hidden_qty", "last", "qty")

    def __init__(self) -> None:
        self.qty = 0  # displayed
        self.hidden_qty = 0
        self.first: WorkingOrder | None = None
        self.last: WorkingOrder | None = None

    def __iter__(self) -> Iterator[WorkingOrder]:
        order = self.first
        while order is not None:
            yield order
            order = order.behind

    def append(self, order: WorkingOrder) -> None:
        last = self.last
        if last is None:
            self.first = order
        else:
            last.behind = order
            order.ahead = last
        self.last = order

    def remove(self, order: WorkingOrder) -> None:
        ahead, behind = order.ahead, order.behind
        if ahead is None:
            self.first = behind
        else:
            ahead.behind = behind
            order.ahead = None
        if behind is None:
            self.last = ahead
        else:
            behind.ahead = ahead
            order.behind = None


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
        level.append(order)
        hidden = order.hidden_qty
        level.qty += order.leaves_qty - hidden
        level.hidden_qty += hidden

    def remove(self, order: WorkingOrder) -> None:
        level = self._levels[order.price * self._sign]
        level.remove(order)
        hidden = order.hidden_qty
        level.qty -= order.leaves_qty - hidden
        level.hidden_qty -= hidden

    def reduce(self, order: WorkingOrder, qty: int) -> None:
        """Take `qty` off the order where it stands."""
        level = self._levels[order.price * self._sign]
        shown, hidden = order.displayed_qty, order.hidden_qty
        order.lose(qty)
        level.qty += order.displayed_qty - shown
        level.hidden_qty += order.hidden_qty - hidden

    def fill_in_auction(self, order: WorkingOrder, qty: int) -> None:
        """Fill the order where it stands; what is left is displayed anew (AUCT-007)."""
        level = self._levels[order.price * self._sign]
        shown, hidden = order.displayed_qty, order.hidden_qty
        order.leaves_qty -= qty
        order.display()
        level.qty += order.displayed_qty - shown
        level.hidden_qty += order.hidden_qty - hidden
        if not order.leaves_qty:
            level.remove(order)

    def meets(self, limit: int) -> bool:
        """Whether anything may rest at prices no worse than `limit`. (An emptied level may say so, too.)"""
        heap = self._heap
        return bool(heap) and heap[0] <= limit * self._sign

    def front(self, limit: int) -> WorkingOrder | None:
        """The first order to trade at prices no worse than `limit`."""
        best = self.best()
        if best is None or best * self._sign > limit * self._sign:
            return None
        return self._levels[best * self._sign].first

    def take(self, limit: int, qty: int, owner_id: int, now_seq: int) -> list[Fill]:
        """Fill up to `qty` from the best prices no worse than `limit`, in price-time priority.

        Ends before an order of `owner_id`. A reserve order whose displayed part is used up shows its
        next behind the others of its price, as of command `now_seq` (ORDT-031).
        """
        fills: list[Fill] = []
        heap = self._heap
        levels = self._levels
        worst = limit * self._sign
        while qty and heap and heap[0] <= worst:
            level = levels[heap[0]]
            while qty and (maker := level.first) is not None:
                if maker.owner_id == owner_id:
                    return fills
                traded = maker.leaves_qty - maker.hidden_qty
                if traded > qty:
                    traded = qty
                    maker.leaves_qty -= traded
                    level.qty -= traded
                elif maker.hidden_qty:
                    self._refresh(level, maker, now_seq)
                else:
                    level.remove(maker)
                    maker.leaves_qty = 0
                    level.qty -= traded
                qty -= traded
                fills.append((maker, traded, maker.leaves_qty))
            if level.first is None:
                del levels[heappop(heap)]
        return fills

    def _refresh(self, level: Level, maker: WorkingOrder, now_seq: int) -> None:
        """The displayed part was traded: show the next, last in the queue."""
        shown, hidden = maker.displayed_qty, maker.hidden_qty
        maker.leaves_qty -= shown
        maker.display()
        maker.queued = now_seq
        level.remove(maker)
        level.append(maker)
        level.qty += maker.displayed_qty - shown
        level.hidden_qty += maker.hidden_qty - hidden

    def offers(self, limit: int, qty: int, owner_id: int, *, behind_own: bool) -> bool:
        """Whether `qty` would trade at prices no worse than `limit`, hidden parts included (ORDT-033).

        Orders of `owner_id` do not count; what comes behind the first of them only if `behind_own`
        (STPR-008).
        """
        for level in self._best_first(limit * self._sign):
            if owner_id == NOBODY:
                qty -= level.qty + level.hidden_qty
            else:
                own = shown_before = 0
                for order in level:
                    if order.owner_id == owner_id:
                        own += order.leaves_qty
                        if not behind_own:
                            return qty <= shown_before
                    else:
                        shown_before += order.displayed_qty
                qty -= level.qty + level.hidden_qty - own
            if qty <= 0:
                return True
        return False

    def _best_first(self, worst: int) -> Iterator[Level]:
        """Levels from the best to key `worst`. Walks the heap without taking it apart: the next best of it
        is among the children of those seen."""
        heap = self._heap
        frontier = [(heap[0], 0)] if heap else []
        while frontier:
            key, node = heappop(frontier)
            if key > worst:
                return
            yield self._levels[key]
            for child in (2 * node + 1, 2 * node + 2):
                if child < len(heap):
                    heappush(frontier, (heap[child], child))

    def best(self) -> int | None:
        heap = self._heap
        while heap and self._levels[heap[0]].first is None:
            del self._levels[heappop(heap)]
        return heap[0] * self._sign if heap else None

    def level_qty(self, price: int) -> int:
        level = self._levels.get(price * self._sign)
        return level.qty if level else 0

    def level_orders(self, price: int) -> int:
        level = self._levels.get(price * self._sign)
        return sum(1 for _ in level) if level else 0

    def in_priority(self) -> Iterator[WorkingOrder]:
        for key in sorted(self._levels):
            yield from self._levels[key]


class Expiries:
    """Orders by the moment they expire."""

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
        orders = self._orders.get(expire_at)
        if orders is not None:  # else its moment is just being dealt with
            del orders[order.order_id]
            if not orders:
                self._look_ahead()

    def pop(self) -> list[WorkingOrder]:
        """The orders of the next moment, in order of arrival."""
        orders = self._orders.pop(heappop(self._heap))
        self._look_ahead()
        return sorted(orders.values(), key=by_arrival)

    def _look_ahead(self) -> None:
        """What is due next is told: it must not depend on orders that are gone."""
        heap = self._heap
        while heap and not self._orders[heap[0]]:
            del self._orders[heappop(heap)]
        self.next_at = heap[0] if heap else NEVER
