"""akhil4n-orderbook: its order objects in, a log of trades out."""

from collections.abc import Sequence
from types import ModuleType

import orderbook

from bench.reference import Fill
from bench.workloads import Operation


class Peer:
    def __init__(self, package: ModuleType = orderbook) -> None:
        self._book = package.OrderBook()
        self._order, self._side = package.Order, package.OrderSide
        self._theirs: dict[int, str] = {}
        self._ours: dict[str, int] = {}

    def run(self, operations: Sequence[Operation]) -> None:
        add, cancel, make = self._book.add_limit_order, self._book.cancel_order, self._order
        buy, sell, ours, theirs = self._side.BID, self._side.ASK, self._ours, self._theirs
        for order_id, is_sell, price, qty in operations:
            if qty:
                order = make(side=sell if is_sell else buy, price=price, original_quantity=qty)
                theirs[order_id] = order.order_id
                ours[order.order_id] = order_id
                add(order)
            else:
                cancel(theirs[order_id])

    def fills(self) -> list[Fill]:
        ours = self._ours
        fills = [
            Fill(ours[trade.filler_id], ours[trade.aggressor_id], trade.price, trade.quantity_filled)
            for trade in self._book.trade_log
        ]
        self._book.trade_log.clear()
        return fills
