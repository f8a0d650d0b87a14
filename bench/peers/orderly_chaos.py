"""orderly-chaos: plain calls, trades through a callback."""

from collections.abc import Sequence

from orderly_chaos import LimitOrderBook, Side, Trade

from bench.reference import Fill
from bench.workloads import Operation


class Peer:
    def __init__(self) -> None:
        self._trades: list[Trade] = []
        self._book = LimitOrderBook(on_trade=self._trades.append)

    def run(self, operations: Sequence[Operation]) -> None:
        limit, cancel, buy, sell = self._book.limit, self._book.cancel, Side.BUY, Side.SELL
        for order_id, is_sell, price, qty in operations:
            if qty:
                limit(sell if is_sell else buy, order_id, qty, price)
            else:
                cancel(order_id)

    def fills(self) -> list[Fill]:
        fills = [Fill(trade.maker_id, trade.taker_id, trade.price, trade.quantity) for trade in self._trades]
        self._trades.clear()
        return fills
