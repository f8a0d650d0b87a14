"""The engine and the naive book, side by side, under whatever Hypothesis can think of."""

import json
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from trading.engine import (
    BookFold,
    CancelOrder,
    CancelReason,
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
    decode_command,
    decode_event,
    dump,
    encode,
    load,
    state_hash,
)

from .naive import NaiveMarket

# Few values, so that orders meet; now and then one beyond the limits, so that refusals happen too.
MAX_QTY, MAX_PRICE = 12, 9


def mostly(usual: st.SearchStrategy[Any], *seldom: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(*[usual] * 7, *seldom)


qtys = mostly(st.integers(1, MAX_QTY), st.sampled_from([0, MAX_QTY + 1]))
prices = mostly(st.integers(3, 6), st.integers(1, MAX_PRICE), st.sampled_from([0, MAX_PRICE + 1]))
accounts = st.integers(1, 3)
pauses = st.sampled_from([0, 0, 1, 5])
sides = st.sampled_from(Side)
times_in_force = st.sampled_from(TimeInForce)
picks = st.integers(0, 20)
strangers = mostly(st.none(), accounts)


class EngineAgainstNaiveBook(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.market = Market(1)
        self.naive = NaiveMarket()
        self.fold = BookFold()
        self.published: dict[Side, dict[int, int]] = {side: {} for side in Side}
        self.order_ids = 0
        self.totals: dict[int, dict[str, int]] = {}

    def send(self, kind: type[Any], *fields: Any, pause: int = 0) -> None:
        if kind is NewOrder:
            fields += (fields[1], SelfTrade.ALLOW)
        command = kind(self.market.last_seq + 1, self.market.last_at + pause, *fields)
        assert decode_command(json.loads(json.dumps(encode(command)))) == command
        events = self.market.apply(command)
        expected = self.naive.apply(command)
        assert [encode(event) for event in events] == [encode(event) for event in expected]
        for event in events:
            assert decode_event(json.loads(json.dumps(encode(event)))) == event
            self.fold.apply(event)
            self.count(event)

    def count(self, event: Event) -> None:
        match event:
            case OrderAccepted():
                self.totals[event.order_id] = {"ordered": event.order_qty, "traded": 0, "ended": 0}
            case OrderReplaced():
                self.totals[event.order_id]["ordered"] = event.order_qty
            case OrderCanceled():
                self.totals[event.order_id]["ended"] = event.canceled_qty
            case OrderExpired():
                self.totals[event.order_id]["ended"] = event.expired_qty
            case Traded():
                self.totals[event.maker_order_id]["traded"] += event.qty
                self.totals[event.taker_order_id]["traded"] += event.qty

    def known_order(self, pick: int, stranger: int | None) -> tuple[int, int]:
        """Some order and who asks for it: mostly one at work, mostly its own account."""
        working = [order for side in Side for order in self.market.in_priority(side)]
        if working and pick < 18:
            order = working[pick % len(working)]
            return order.order_id, stranger or order.account_id
        return max(1, self.order_ids - pick), stranger or 1

    @initialize(
        orders=st.lists(
            st.tuples(sides, st.integers(1, 4), st.integers(1, 4), accounts, st.none() | st.integers(20, 22)),
            min_size=12,
            max_size=40,
        )
    )
    def open_on_a_standing_book(self, orders: list[tuple[Side, int, int, int, int | None]]) -> None:
        self.send(ConfigureListing, 1, 100, MAX_QTY, MAX_PRICE)
        for side, qty, distance, account_id, expire_at in orders:
            price = 5 - distance if side is Side.BUY else 5 + distance
            tif = TimeInForce.GTC if expire_at is None else TimeInForce.DAY
            self.limit_order(side, tif, qty, price, account_id, expire_at or 0, 0)

    @rule(
        side=sides, tif=times_in_force, qty=qtys, price=prices, account_id=accounts, life=st.integers(0, 8),
        pause=pauses,
    )  # fmt: skip
    def limit_order(
        self, side: Side, tif: TimeInForce, qty: int, price: int, account_id: int, life: int, pause: int
    ) -> None:
        self.order_ids += 1
        expire_at = self.market.last_at + life if tif is TimeInForce.DAY else None
        self.send(
            NewOrder, self.order_ids, account_id, side, OrdType.LIMIT, tif, qty, price, None, expire_at,
            pause=pause,
        )  # fmt: skip

    @rule(
        orders=st.lists(st.tuples(sides, st.integers(1, MAX_QTY), prices, accounts), min_size=2, max_size=8)
    )
    def several_resting_orders(self, orders: list[tuple[Side, int, int, int]]) -> None:
        for side, qty, price, account_id in orders:
            self.limit_order(side, TimeInForce.GTC, qty, price, account_id, 0, 0)

    @rule(
        side=sides,
        tif=mostly(st.sampled_from([TimeInForce.IOC, TimeInForce.FOK]), times_in_force),
        qty=qtys,
        protection_px=mostly(prices, st.none()),
    )
    def market_order(self, side: Side, tif: TimeInForce, qty: int, protection_px: int | None) -> None:
        self.order_ids += 1
        self.send(NewOrder, self.order_ids, 1, side, OrdType.MARKET, tif, qty, None, protection_px, None)

    @rule(
        side=sides,
        pick=picks,
        ord_type=st.sampled_from(OrdType),
        tif=times_in_force,
        price=st.none() | prices,
        expire_at=st.none() | st.integers(0, 50),
    )
    def any_order_at_all(
        self, side: Side, pick: int, ord_type: OrdType, tif: TimeInForce, price: int | None,
        expire_at: int | None,
    ) -> None:  # fmt: skip
        order_id, account_id = self.known_order(pick, None)
        if self.market.working(order_id) is None:
            self.order_ids += 1
            order_id = self.order_ids
        self.send(NewOrder, order_id, account_id, side, ord_type, tif, 5, price, 5, expire_at)

    @rule(pick=picks, stranger=strangers, reason=st.sampled_from(CancelReason))
    def cancel(self, pick: int, stranger: int | None, reason: CancelReason) -> None:
        self.send(CancelOrder, *self.known_order(pick, stranger), reason)

    @rule(pick=picks, stranger=strangers, qty=qtys, price=prices)
    def replace(self, pick: int, stranger: int | None, qty: int, price: int) -> None:
        self.send(ReplaceOrder, *self.known_order(pick, stranger), qty, price)

    @rule(pick=picks, change=st.integers(-4, 2))
    def resize(self, pick: int, change: int) -> None:
        order_id, account_id = self.known_order(pick, None)
        order = self.market.working(order_id)
        if order is not None:
            self.send(ReplaceOrder, order_id, account_id, order.order_qty + change, order.price)

    @rule(
        note=st.sampled_from(["first", "second"]),
        meanwhile=st.lists(st.tuples(picks, st.integers(-4, 2)), max_size=3),
        resumes=mostly(st.just(True), st.just(False)),
    )
    def halt(self, note: str, meanwhile: list[tuple[int, int]], resumes: bool) -> None:
        self.send(HaltTrading, "NEWS", note)
        for pick, change in meanwhile:
            self.resize(pick, change)
            self.limit_order(Side.BUY, TimeInForce.GTC, 5, 5, 1, 0, 1)
        if resumes:
            self.resume()

    @rule()
    def resume(self) -> None:
        self.send(ResumeTrading, "OPEN", "")

    @rule(max_qty=st.integers(6, MAX_QTY), max_price=st.integers(5, MAX_PRICE))
    def configure(self, max_qty: int, max_price: int) -> None:
        self.send(ConfigureListing, 1, 100, max_qty, max_price)

    @rule(pause=pauses)
    def tick(self, pause: int) -> None:
        self.send(Tick, pause=pause)

    @rule(kind=st.sampled_from(["NewOrder", "CancelOrder", "ReplaceOrder", "HaltTrading"]), pick=picks)
    def quarantined(self, kind: str, pick: int) -> None:
        if kind == "HaltTrading":
            self.send(Quarantined, kind, None, None, "poison")
        elif kind == "NewOrder":
            self.order_ids += 1
            self.send(Quarantined, kind, self.order_ids, 1, "poison")
        else:
            self.send(Quarantined, kind, *self.known_order(pick, None), "poison")

    @rule()
    def restore_from_snapshot(self) -> None:
        before = state_hash(self.market)
        self.market = load(json.loads(json.dumps(dump(self.market))))
        assert state_hash(self.market) == before
        self.fold = BookFold(order for side in Side for order in self.market.in_priority(side))

    @invariant()
    def queues_are_equal_first_in_first_out_at_each_price(self) -> None:
        for side in Side:
            ours = [
                (o.order_id, o.account_id, o.price, o.order_qty, o.cum_qty, o.leaves_qty, o.expire_at)
                for o in self.market.in_priority(side)
            ]
            assert ours == [
                (o.order_id, o.account_id, o.limit, o.order_qty, o.cum_qty, o.leaves_qty, o.expire_at)
                for o in self.naive.queue(side)
            ]

    @invariant()
    def the_book_is_never_crossed(self) -> None:
        bid, ask = self.market.best(Side.BUY), self.market.best(Side.SELL)
        assert bid is None or ask is None or bid < ask

    @invariant()
    def every_lot_ordered_is_traded_working_or_ended(self) -> None:
        for order_id, total in self.totals.items():
            order = self.market.working(order_id)
            leaves_qty = order.leaves_qty if order else 0
            assert order is None or leaves_qty > 0
            assert total["ordered"] == total["traded"] + leaves_qty + total["ended"]

    @invariant()
    def the_fold_of_the_events_is_the_book(self) -> None:
        for side in Side:
            levels: dict[int, int] = {}
            counts: dict[int, int] = {}
            for order in self.market.in_priority(side):
                levels[order.price] = levels.get(order.price, 0) + order.leaves_qty
                counts[order.price] = counts.get(order.price, 0) + 1
            assert self.fold.levels(side, len(levels) + 1) == list(levels.items())
            assert self.fold.levels(side, 2) == list(levels.items())[:2]
            assert self.market.best(side) == next(iter(levels), None)
            for price in range(MAX_PRICE + 1):
                assert self.market.level_qty(side, price) == levels.get(price, 0)
                assert self.market.level_orders(side, price) == counts.get(price, 0)
                assert self.fold.level_qty(side, price) == levels.get(price, 0)

    @invariant()
    def the_changes_are_all_a_reader_needs(self) -> None:
        for side in Side:
            for price, qty in self.fold.changed[side].items():
                self.published[side][price] = qty
                if not qty:
                    del self.published[side][price]
            assert self.published[side] == dict(self.fold.levels(side, 100))
        self.fold.clear_changed()


TestEngineAgainstNaiveBook = EngineAgainstNaiveBook.TestCase
