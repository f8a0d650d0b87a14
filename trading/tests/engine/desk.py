"""A desk that writes a listing's journal and reads the engine's answers aloud, for short tests."""

from typing import Any

from trading.engine import (
    AuctionUncrossed,
    BustTrade,
    CancelOrder,
    CancelReason,
    Command,
    Conditions,
    ConfigureListing,
    CorrectTrade,
    Event,
    HaltTrading,
    Market,
    MassCancel,
    MassCanceled,
    MatchType,
    NewOrder,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderReplaced,
    OrderRestated,
    OrderTriggered,
    OrdType,
    Phase,
    PhaseChanged,
    Quarantined,
    ReplaceOrder,
    ResumeTrading,
    ScheduledPhase,
    SelfTrade,
    SetSchedule,
    Side,
    Tick,
    TimeInForce,
    Traded,
    TradingResumed,
)

MAX_QTY = 1_000
MAX_PRICE = 10_000


class Desk:
    """Every act is one command, one microsecond after the last unless told `at`."""

    def __init__(self, **listing: Any) -> None:
        self.market = Market(listing_id=7)
        self.commands: list[Command] = []
        self.events: list[Event] = []
        self.configure(**listing)

    def send(self, kind: type[Any], *fields: Any, at: int | None = None) -> list[str]:
        at = self.market.last_at + 1 if at is None else at
        command = kind(self.market.last_seq + 1, at, *fields)
        events = self.market.apply(command)
        self.commands.append(command)
        self.events += events
        return [spoken(event) for event in events]

    def configure(
        self,
        max_order_qty: int = MAX_QTY,
        max_price: int = MAX_PRICE,
        reference_px: int | None = None,
        static_band_bps: int = 0,
        dynamic_band_bps: int = 0,
        volatility_call_us: int = 1_000,
    ) -> list[str]:
        bands = (static_band_bps, dynamic_band_bps, volatility_call_us)
        return self.send(ConfigureListing, 1, 100, max_order_qty, max_price, reference_px, *bands)

    def schedule(self, *entries: tuple[int, Phase], at: int | None = None) -> list[str]:
        """Phases by the moments they begin, announced for those very moments."""
        return self.announced(*((begins_at, phase, begins_at) for begins_at, phase in entries), at=at)

    def announced(self, *entries: tuple[int, Phase, int], at: int | None = None) -> list[str]:
        return self.send(SetSchedule, tuple(ScheduledPhase(*entry) for entry in entries), at=at)

    def enter(self, phase: Phase) -> list[str]:
        """The phase begins now, and nothing after it is planned."""
        return self.schedule((self.market.last_at + 1, phase))

    # Orders

    def order(
        self,
        side: Side,
        order_id: int,
        qty: int,
        price: int | None = None,
        time_in_force: TimeInForce = TimeInForce.GTC,
        *,
        ord_type: OrdType = OrdType.LIMIT,
        account_id: int = 1,
        owner_id: int | None = None,
        self_trade: SelfTrade = SelfTrade.ALLOW,
        protection_px: int | None = None,
        expire_at: int | None = None,
        at: int | None = None,
        **conditions: Any,
    ) -> list[str]:
        return self.send(
            NewOrder,
            order_id,
            account_id,
            side,
            ord_type,
            time_in_force,
            qty,
            price,
            protection_px,
            expire_at,
            account_id if owner_id is None else owner_id,
            self_trade,
            Conditions(**conditions) if conditions else None,
            at=at,
        )

    def buy(self, order_id: int, qty: int, *args: Any, **kwargs: Any) -> list[str]:
        return self.order(Side.BUY, order_id, qty, *args, **kwargs)

    def sell(self, order_id: int, qty: int, *args: Any, **kwargs: Any) -> list[str]:
        return self.order(Side.SELL, order_id, qty, *args, **kwargs)

    def market_order(
        self,
        side: Side,
        order_id: int,
        qty: int,
        protection_px: int | None,
        time_in_force: TimeInForce = TimeInForce.IOC,
        expire_at: int | None = None,
        **others: Any,
    ) -> list[str]:
        others |= {"ord_type": OrdType.MARKET, "protection_px": protection_px, "expire_at": expire_at}
        return self.order(side, order_id, qty, None, time_in_force, **others)

    def stop_order(
        self,
        side: Side,
        order_id: int,
        qty: int,
        stop_px: int | None,
        price: int | None = None,
        **others: Any,
    ) -> list[str]:
        """A stop-limit order if it has a price, else a stop order, trailing if it has a `trail`."""
        kind = OrdType.TRAILING_STOP if "trail" in others else OrdType.STOP
        others = {
            "ord_type": kind if price is None else OrdType.STOP_LIMIT,
            "protection_px": None if price else MAX_PRICE if side is Side.BUY else 1,
        } | others
        return self.order(side, order_id, qty, price, stop_px=stop_px, **others)

    def last_trade(self, price: int) -> None:
        """Let two passers-by trade one lot at this price."""
        self.sell(9_001, 1, price, account_id=91)
        assert self.buy(9_002, 1, price, TimeInForce.IOC, account_id=92)[1:2] == [
            f"9002 takes 1@{price} from 9001"
        ]

    def cancel(
        self, order_id: int, account_id: int = 1, reason: CancelReason = CancelReason.REQUESTED
    ) -> list[str]:
        return self.send(CancelOrder, order_id, account_id, reason)

    def cancel_all(self, account_id: int | None = None, side: Side | None = None) -> list[str]:
        return self.send(MassCancel, account_id, side, CancelReason.REQUESTED)

    def replace(
        self,
        order_id: int,
        qty: int,
        price: int | None = None,
        account_id: int = 1,
        stop_px: int | None = None,
        protection_px: int | None = None,
    ) -> list[str]:
        return self.send(ReplaceOrder, order_id, account_id, qty, price, stop_px, protection_px)

    # Operators and time

    def halt(
        self, reason_code: str = "NEWS", note: str = "", resume_at: int | None = None, call_us: int = 0
    ) -> list[str]:
        return self.send(HaltTrading, reason_code, note, resume_at, call_us)

    def resume(self, call_us: int = 0) -> list[str]:
        return self.send(ResumeTrading, "OPEN", "", call_us)

    def bust(self, trade_seq: int) -> list[str]:
        return self.send(BustTrade, trade_seq, "ERROR", "both sides agree")

    def correct(self, trade_seq: int, price: int, qty: int) -> list[str]:
        return self.send(CorrectTrade, trade_seq, price, qty, "ERROR", "both sides agree")

    def tick(self, at: int) -> list[str]:
        return self.send(Tick, at=at)

    def quarantine(self, kind: str, order_id: int | None = None, account_id: int | None = None) -> list[str]:
        return self.send(Quarantined, kind, order_id, account_id, "poison")

    def queue(self, side: Side) -> list[tuple[int, int, int]]:
        """The side as (order_id, leaves_qty, price), first to trade first."""
        return [(order.order_id, order.leaves_qty, order.price) for order in self.market.in_priority(side)]


def spoken(event: Event) -> str:
    match event:
        case OrderAccepted():
            return f"accepted {event.order_id}"
        case Traded(match_type=MatchType.AUCTION):
            return f"{event.maker_order_id} and {event.taker_order_id} trade {event.qty}@{event.price}"
        case Traded():
            return f"{event.taker_order_id} takes {event.qty}@{event.price} from {event.maker_order_id}"
        case OrderCanceled():
            return f"canceled {event.canceled_qty} of {event.order_id}: {event.reason}"
        case OrderExpired():
            return f"expired {event.expired_qty} of {event.order_id}"
        case OrderReplaced():
            place = "in place" if event.kept_priority else "at the back"
            return f"replaced {event.order_id}: {event.leaves_qty}@{event.price} {place}"
        case OrderTriggered():
            return f"triggered {event.order_id}"
        case OrderRestated(stop_px=None):
            return f"restated {event.order_id}: {event.leaves_qty} left: {event.reason}"
        case OrderRestated():
            return f"restated {event.order_id}: {event.leaves_qty} left, stop {event.stop_px}: {event.reason}"
        case AuctionUncrossed(price=None):
            return f"{event.call} uncrossed: nothing"
        case AuctionUncrossed(surplus_side=None):
            return f"{event.call} uncrossed: {event.volume}@{event.price}"
        case AuctionUncrossed():
            left = f"{event.surplus_side} {event.surplus_qty} left"
            return f"{event.call} uncrossed: {event.volume}@{event.price}, {left}"
        case PhaseChanged():
            return f"phase {event.phase}"
        case TradingResumed():
            return f"resumed in {event.phase}"
        case MassCanceled():
            return f"canceled all {event.canceled}"
    name = type(event).__name__
    order_id, reason = getattr(event, "order_id", None), getattr(event, "reason", None)
    return " ".join(str(word) for word in (name, order_id, reason) if word is not None)
