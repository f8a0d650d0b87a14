"""lightmatchingengine: calls in, for each the trade of the taker followed by those of its makers."""

from collections.abc import Sequence

from lightmatchingengine.lightmatchingengine import LightMatchingEngine, Order, Side, Trade

from bench.reference import Fill
from bench.workloads import Operation


class Peer:
    def __init__(self) -> None:
        self._engine = LightMatchingEngine()
        self._answers: list[tuple[Order, list[Trade]]] = []

    def run(self, operations: Sequence[Operation]) -> None:
        add, cancel, keep = self._engine.add_order, self._engine.cancel_order, self._answers.append
        buy, sell = Side.BUY, Side.SELL
        for order_id, is_sell, price, qty in operations:  # it numbers orders from 1; so do the workloads
            if qty:
                keep(add("X", price, qty, sell if is_sell else buy))
            else:
                cancel(order_id, "X")

    def fills(self) -> list[Fill]:
        fills = [
            Fill(trade.order_id, order.order_id, trade.trade_price, trade.trade_qty)
            for order, trades in self._answers
            for trade in trades
            if trade.order_id != order.order_id
        ]
        self._answers.clear()
        return fills
