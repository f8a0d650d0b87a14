"""order-matching: orders placed and matched one by one, as their order of arrival matters."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from loguru import logger
from order_matching.enums import Side
from order_matching.matching_engine import MatchingEngine
from order_matching.order import LimitOrder
from order_matching.orders import Orders
from order_matching.trade import Trade

from bench.reference import Fill
from bench.workloads import Operation

START = datetime(2030, 1, 1, tzinfo=UTC).replace(tzinfo=None)


class Peer:
    def __init__(self) -> None:
        logger.disable("order_matching")
        self._engine = MatchingEngine(seed=1)
        self._trades: list[Trade] = []

    def run(self, operations: Sequence[Operation]) -> None:
        engine = self._engine
        for order_id, is_sell, price, qty in operations:
            if not qty:
                engine.cancel_order(str(order_id))
                continue
            order = LimitOrder(
                side=Side.SELL if is_sell else Side.BUY,
                price=price,
                size=qty,
                timestamp=START + timedelta(microseconds=order_id),
                order_id=str(order_id),
                trader_id="X",
            )
            engine.place(Orders([order]))
            self._trades += engine.match(START).trades

    def fills(self) -> list[Fill]:
        fills = [
            Fill(int(trade.book_order_id), int(trade.incoming_order_id), int(trade.price), int(trade.size))
            for trade in self._trades
        ]
        self._trades.clear()
        return fills
