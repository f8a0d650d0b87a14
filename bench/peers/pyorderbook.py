"""pyorderbook: its order objects in, a blotter of trades for each."""

import logging
from collections.abc import Sequence
from uuid import UUID

from pyorderbook import Book, Order, Side
from pyorderbook.trade_blotter import TradeBlotter

from bench.reference import Fill
from bench.workloads import Operation


class Peer:
    def __init__(self) -> None:
        logging.disable()  # it formats a message for every step, to no one
        self._book = Book()
        self._orders: dict[int, Order] = {}
        self._ours: dict[UUID, int] = {}
        self._blotters: list[TradeBlotter] = []

    def run(self, operations: Sequence[Operation]) -> None:
        match, cancel, keep = self._book.match, self._book.cancel, self._blotters.append
        buy, sell, orders, ours = Side.BID, Side.ASK, self._orders, self._ours
        for order_id, is_sell, price, qty in operations:
            if qty:
                orders[order_id] = order = Order(sell if is_sell else buy, "X", price, qty)
                ours[order.id] = order_id
                keep(match(order))
            else:
                cancel(orders[order_id])

    def fills(self) -> list[Fill]:
        ours = self._ours
        fills = [
            Fill(
                ours[trade.standing_order_id],
                ours[trade.incoming_order_id],
                int(trade.fill_price),
                trade.fill_quantity,
            )
            for blotter in self._blotters
            for trade in blotter.trades
        ]
        self._blotters.clear()
        return fills
