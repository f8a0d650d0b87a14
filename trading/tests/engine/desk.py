"""A desk that writes a listing's journal and reads the engine's answers aloud, for short tests."""

from typing import Any

from trading.engine import (
    CancelOrder,
    CancelReason,
    Command,
    ConfigureListing,
    Event,
    HaltTrading,
    Market,
    NewOrder,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderReplaced,
    OrdType,
    Quarantined,
    ReplaceOrder,
    ResumeTrading,
    SelfTrade,
    Side,
    Tick,
    TimeInForce,
    Traded,
)

MAX_QTY = 1_000
MAX_PRICE = 10_000


class Desk:
    """Every act is one command, one microsecond after the last unless told `at`."""

    def __init__(self) -> None:
        self.market = Market(listing_id=7)
        self.commands: list[Command] = []
        self.events: list[Event] = []
        self.configure()

    def send(self, kind: type[Any], *fields: Any, at: int | None = None) -> list[str]:
        at = self.market.last_at + 1 if at is None else at
        command = kind(self.market.last_seq + 1, at, *fields)
        events = self.market.apply(command)
        self.commands.append(command)
        self.events += events
        return [spoken(event) for event in events]

    def configure(self, max_order_qty: int = MAX_QTY, max_price: int = MAX_PRICE) -> list[str]:
        return self.send(ConfigureListing, 1, 100, max_order_qty, max_price)

    def order(
        self,
        side: Side,
        order_id: int,
        qty: int,
        price: int,
        time_in_force: TimeInForce = TimeInForce.GTC,
        *,
        account_id: int = 1,
        expire_at: int | None = None,
        at: int | None = None,
    ) -> list[str]:
        return self.send(
            NewOrder,
            order_id,
            account_id,
            side,
            OrdType.LIMIT,
            time_in_force,
            qty,
            price,
            None,
            expire_at,
            account_id,
            SelfTrade.ALLOW,
            at=at,
        )

    def buy(self, order_id: int, qty: int, price: int, *args: Any, **kwargs: Any) -> list[str]:
        return self.order(Side.BUY, order_id, qty, price, *args, **kwargs)

    def sell(self, order_id: int, qty: int, price: int, *args: Any, **kwargs: Any) -> list[str]:
        return self.order(Side.SELL, order_id, qty, price, *args, **kwargs)

    def market_order(
        self,
        side: Side,
        order_id: int,
        qty: int,
        protection_px: int | None,
        time_in_force: TimeInForce = TimeInForce.IOC,
        expire_at: int | None = None,
    ) -> list[str]:
        return self.send(
            NewOrder,
            order_id,
            1,
            side,
            OrdType.MARKET,
            time_in_force,
            qty,
            None,
            protection_px,
            expire_at,
            1,
            SelfTrade.ALLOW,
        )

    def cancel(
        self, order_id: int, account_id: int = 1, reason: CancelReason = CancelReason.REQUESTED
    ) -> list[str]:
        return self.send(CancelOrder, order_id, account_id, reason)

    def replace(self, order_id: int, qty: int, price: int, account_id: int = 1) -> list[str]:
        return self.send(ReplaceOrder, order_id, account_id, qty, price)

    def halt(self, reason_code: str = "NEWS", note: str = "") -> list[str]:
        return self.send(HaltTrading, reason_code, note)

    def resume(self) -> list[str]:
        return self.send(ResumeTrading, "OPEN", "")

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
        case Traded():
            return f"{event.taker_order_id} takes {event.qty}@{event.price} from {event.maker_order_id}"
        case OrderCanceled():
            return f"canceled {event.canceled_qty} of {event.order_id}: {event.reason}"
        case OrderExpired():
            return f"expired {event.expired_qty} of {event.order_id}"
        case OrderReplaced():
            place = "in place" if event.kept_priority else "at the back"
            return f"replaced {event.order_id}: {event.leaves_qty}@{event.price} {place}"
    name = type(event).__name__
    order_id, reason = getattr(event, "order_id", None), getattr(event, "reason", None)
    return " ".join(str(word) for word in (name, order_id, reason) if word is not None)
