"""liquibook, the wheel: its order objects in, everything that happens to them through a listener."""

from collections.abc import Sequence

from liquibook import DepthOrderBook, OrderListener, SimpleOrder

from bench.reference import Fill
from bench.workloads import Operation


class Listener(OrderListener):
    """Every method is wanted, or its calls end in an error."""

    def __init__(self) -> None:
        OrderListener.__init__(self)
        self.fills: list[tuple[int, int, int, int]] = []

    def on_accept(self, order: SimpleOrder) -> None:
        pass

    def on_fill(self, taker: SimpleOrder, maker: SimpleOrder, qty: int, price: int) -> None:
        # Orders number themselves from 1; so do the workloads.
        self.fills.append((maker.order_id_, taker.order_id_, price, qty))

    def on_cancel(self, order: SimpleOrder) -> None:
        pass


class SilentPeer:
    """Without a listener: nobody learns what traded."""

    def __init__(self) -> None:
        self._book = DepthOrderBook()
        self._orders: dict[int, SimpleOrder] = {}

    def run(self, operations: Sequence[Operation]) -> None:
        orders, add, cancel = self._orders, self._book.add, self._book.cancel
        for order_id, is_sell, price, qty in operations:
            if qty:
                orders[order_id] = order = SimpleOrder(not is_sell, price, qty)
                add(order)
            else:
                cancel(orders[order_id])


class Peer(SilentPeer):
    def __init__(self) -> None:
        super().__init__()
        self._listener = Listener()
        self._book.set_order_listener(self._listener)

    def fills(self) -> list[Fill]:
        fills = [Fill(*fill) for fill in self._listener.fills]
        self._listener.fills.clear()
        return fills
