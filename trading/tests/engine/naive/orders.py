"""An order, and what may be asked of one."""

from dataclasses import dataclass

from trading.engine import (
    Conditions,
    NewOrder,
    OrdType,
    Phase,
    PostOnly,
    SelfTrade,
    Side,
    TimeInForce,
)

STOPS = (OrdType.STOP, OrdType.STOP_LIMIT, OrdType.TRAILING_STOP)
WAITING = (TimeInForce.DAY, TimeInForce.GTC, TimeInForce.GTD)
AUCTION_OF = {
    TimeInForce.AT_OPEN: (Phase.OPENING_CALL, Phase.INITIAL_CALL),
    TimeInForce.AT_CLOSE: (Phase.CLOSING_CALL,),
}
PLAIN = Conditions()


@dataclass
class NaiveOrder:
    order_id: int
    account_id: int
    owner_id: int
    side: Side
    ord_type: OrdType
    time_in_force: TimeInForce
    order_qty: int
    price: int | None
    protection_px: int | None
    expire_at: int | None
    self_trade: SelfTrade
    stop_px: int | None
    trail: int | None
    display_qty: int | None
    min_qty: int | None
    post_only: PostOnly | None
    linked_order_id: int | None  # the other leg, known to both
    arrival: int
    queued: int = 0  # grows with every loss of place
    cum_qty: int = 0
    prevented_qty: int = 0  # taken off by self-trade prevention
    displayed: int = 0
    met: bool = False  # a stop order some trade has met
    working: bool = True

    @property
    def done_qty(self) -> int:
        return self.cum_qty + self.prevented_qty

    @property
    def leaves_qty(self) -> int:
        return self.order_qty - self.done_qty

    @property
    def limit(self) -> int:
        """What it may go to at most."""
        limit = self.protection_px if self.price is None else self.price
        assert limit is not None
        return limit

    @property
    def is_stop(self) -> bool:
        return self.stop_px is not None

    @property
    def is_for_auction(self) -> bool:
        return self.time_in_force in AUCTION_OF

    @property
    def in_book(self) -> bool:
        return not self.is_stop and not self.is_for_auction

    @property
    def can_rest(self) -> bool:
        return self.price is not None and self.time_in_force in WAITING

    def rank(self) -> tuple[int, bool, int]:
        """MATC-001, AUCT-007: the better price first, then who has no limit, then who queued first."""
        return (-self.limit if self.side is Side.BUY else self.limit), self.price is not None, self.queued

    def takes_part_in(self, call: Phase) -> bool:
        return self.in_book or call in AUCTION_OF.get(self.time_in_force, ())

    def goes_to(self, price: int) -> bool:
        return price <= self.limit if self.side is Side.BUY else price >= self.limit

    def show(self) -> None:
        self.displayed = min(self.display_qty or self.leaves_qty, self.leaves_qty)

    def is_met_by(self, last_px: int) -> bool:
        assert self.stop_px is not None
        return last_px >= self.stop_px if self.side is Side.BUY else last_px <= self.stop_px

    def follow(self, last_px: int) -> bool:
        """ORDT-026; whether it moved."""
        if self.trail is None or self.stop_px is None:
            return False
        before = self.stop_px
        if self.side is Side.BUY:
            self.stop_px = min(before, last_px + self.trail)
        else:
            self.stop_px = max(before, last_px - self.trail)
        return self.stop_px != before


def order_of(c: NewOrder) -> NaiveOrder:
    conditions = c.conditions or PLAIN
    return NaiveOrder(
        order_id=c.order_id,
        account_id=c.account_id,
        owner_id=c.owner_id,
        side=c.side,
        ord_type=c.ord_type,
        time_in_force=c.time_in_force,
        order_qty=c.order_qty,
        price=c.price,
        protection_px=c.protection_px,
        expire_at=c.expire_at,
        self_trade=c.self_trade,
        stop_px=conditions.stop_px,
        trail=conditions.trail,
        display_qty=conditions.display_qty,
        min_qty=conditions.min_qty,
        post_only=conditions.post_only,
        linked_order_id=conditions.linked_order_id,
        arrival=c.seq,
    )
