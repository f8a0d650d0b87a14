"""A small exchange that writes its day as LOBSTER would, to any depth: whatever it does must replay."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from trading.engine import (
    CancelOrder,
    CancelReason,
    ConfigureListing,
    Market,
    NewOrder,
    OrdType,
    ReplaceOrder,
    SelfTrade,
    Side,
    TimeInForce,
    Traded,
)
from trading.tests.replay.paper import book

START = 34_200_000


@dataclass
class Exchange:
    """Orders of every depth; the files show what changes the best ``depth`` levels."""

    depth: int
    messages: list[str] = field(default_factory=list)
    books: list[str] = field(default_factory=list)
    market: Market = field(default_factory=lambda: Market(1))
    levels: dict[Side, dict[int, int]] = field(default_factory=lambda: {side: {} for side in Side})
    open: bool = False
    _moment: int = START

    def __post_init__(self) -> None:
        self.market.apply(ConfigureListing(1, 0, 1, 1, 10**9, 10**9))

    @property
    def working(self) -> Sequence[int]:
        return sorted(order.order_id for side in Side for order in self.market.in_priority(side))

    def start(self) -> None:
        """From here on it is seen."""
        self.open = True
        self.hidden_execution(100, Side.BUY)

    def submit(self, side: Side, price: int, qty: int) -> None:
        self._moment += 1
        order_id = self.market.last_seq + 1
        events = self.market.apply(
            NewOrder(
                order_id,
                0,
                order_id,
                1,
                side,
                OrdType.LIMIT,
                TimeInForce.GTC,
                qty,
                price,
                None,
                None,
                1,
                SelfTrade.ALLOW,
            )
        )
        maker_side = Side.SELL if side is Side.BUY else Side.BUY
        for event in events:
            if isinstance(event, Traded):
                self._change(4, event.maker_order_id, event.qty, event.price, maker_side, -event.qty)
        rest = self.market.working(order_id)
        if rest is not None:
            self._change(1, order_id, rest.leaves_qty, price, side, rest.leaves_qty)

    def cancel(self, order_id: int, *, keep: int = 0) -> None:
        """Take the order off, or all of it but so much."""
        self._moment += 1
        order = self.market.working(order_id)
        assert order is not None
        taken, seq = order.leaves_qty - keep, self.market.last_seq + 1
        if taken <= 0:
            return
        if keep:
            self.market.apply(ReplaceOrder(seq, 0, order_id, 1, order.order_qty - taken, order.price))
        else:
            self.market.apply(CancelOrder(seq, 0, order_id, 1, CancelReason.REQUESTED))
        self._change(2 if keep else 3, order_id, taken, order.price, order.side, -taken)

    def hidden_execution(self, price: int, side: Side) -> None:
        self._write(5, 0, 1, price, side)

    def halt(self) -> None:
        self._moment += 1
        self._write(7, 0, 0, -1, Side.SELL)

    def resume(self) -> None:
        self._moment += 1
        self._write(7, 0, 0, 1, Side.SELL)

    def _change(self, kind: int, order_id: int, qty: int, price: int, side: Side, by: int) -> None:
        before = self._shown()
        levels = self.levels[side]
        levels[price] = levels.get(price, 0) + by
        if not levels[price]:
            del levels[price]
        if self._shown() != before:
            self._write(kind, order_id, qty, price, side)

    def _write(self, kind: int, order_id: int, qty: int, price: int, side: Side) -> None:
        if self.open:
            seconds, thousandths = divmod(self._moment, 1000)
            direction = 1 if side is Side.BUY else -1
            self.messages.append(f"{seconds}.{thousandths:03d},{kind},{order_id},{qty},{price},{direction}")
            self.books.append(self._shown())

    def _shown(self) -> str:
        bids, asks = self.levels[Side.BUY], self.levels[Side.SELL]
        best = zip(sorted(asks), sorted(bids, reverse=True), strict=False)
        rows = [((ask, asks[ask]), (bid, bids[bid])) for ask, bid in best][: self.depth]
        shown: list[tuple[int, int] | None] = [level for row in rows for level in row]
        # One side may be deeper than the other.
        for ask in sorted(asks)[len(rows) : self.depth]:
            shown += [(ask, asks[ask]), None]
        for bid in sorted(bids, reverse=True)[len(rows) : self.depth]:
            shown += [None, (bid, bids[bid])]
        return book(*shown, depth=self.depth)
