"""obook: plain calls, events asked for after each, as its users must."""

from collections.abc import Sequence

from obook import BUY, SELL, Book, Event, EventKind

from bench.reference import Fill
from bench.workloads import Operation


class Peer:
    def __init__(self) -> None:
        self._book = Book(max_orders=1_000_000)
        self._events: list[list[Event]] = []
        # It numbers orders itself, from 1; so do the workloads.

    def run(self, operations: Sequence[Operation]) -> None:
        keep = self._events.append
        submit, cancel, events = self._book.submit, self._book.cancel, self._book.events
        for order_id, is_sell, price, qty in operations:
            account = 2 * (order_id % 100) + is_sell + 1
            if qty:
                submit(account, SELL if is_sell else BUY, price, qty)
            else:
                cancel(order_id, account)
            keep(events())

    def fills(self) -> list[Fill]:
        fills = [
            Fill(event.maker_id, event.taker_id, event.price, event.qty)
            for events in self._events
            for event in events
            if event.kind is EventKind.TRADE
        ]
        self._events.clear()
        return fills
