"""Our engine as the venue runs it: journal commands in, events out."""

from collections.abc import Sequence

from bench.reference import Fill
from bench.workloads import Operation
from trading.engine import (
    CancelOrder,
    CancelReason,
    Command,
    ConfigureListing,
    Event,
    Market,
    NewOrder,
    OrdType,
    SelfTrade,
    Side,
    TimeInForce,
    Traded,
)

# Bound once: a look-up on an enum class costs as much as a command.
BUY, SELL, LIMIT, GTC = Side.BUY, Side.SELL, OrdType.LIMIT, TimeInForce.GTC
NEWEST, REQUESTED = SelfTrade.CANCEL_NEWEST, CancelReason.REQUESTED

ACCOUNTS = 100


class Peer:
    def __init__(self) -> None:
        self._market = Market(listing_id=1)
        self._market.apply(ConfigureListing(1, 0, 1, 1, 10**9, 10**9))
        self._events: list[list[Event]] = []

    def run(self, operations: Sequence[Operation]) -> None:
        apply, keep = self._market.apply, self._events.append
        seq = self._market.last_seq
        for order_id, is_sell, price, qty in operations:
            seq += 1
            # Buyers and sellers are different people: no workload has self-trades, but they are looked for.
            account = 2 * (order_id % ACCOUNTS) + is_sell
            if qty:
                side = SELL if is_sell else BUY
                # As the journal makes them (codec): the plain constructor is slower.
                command: Command = NewOrder._make(
                    (
                        seq, seq, order_id, account, side, LIMIT, GTC, qty, price, None, None, account,
                        NEWEST, None, None,
                    )
                )  # fmt: skip
            else:
                command = CancelOrder(seq, seq, order_id, account, REQUESTED)
            keep(apply(command))

    def fills(self) -> list[Fill]:
        fills = [
            Fill(event.maker_order_id, event.taker_order_id, event.price, event.qty)
            for events in self._events
            for event in events
            if type(event) is Traded
        ]
        self._events.clear()
        return fills
