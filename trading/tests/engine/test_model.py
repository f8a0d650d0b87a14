"""The engine and the naive book, side by side, under whatever Hypothesis can think of."""

import json
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from trading.engine import (
    CALLS,
    AuctionUncrossed,
    BookFold,
    BustTrade,
    CancelOrder,
    CancelReason,
    Conditions,
    ConfigureListing,
    CorrectTrade,
    Event,
    HaltTrading,
    ListingConfigured,
    Market,
    MassCancel,
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
    Quarantined,
    ReplaceOrder,
    RestateReason,
    ResumeTrading,
    ScheduledPhase,
    SelfTrade,
    SetSchedule,
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

from . import strategies as some
from .naive import NaiveMarket
from .naive.book import Band, edges
from .strategies import MAX_PRICE, MAX_QTY, OWNERS, Order


def restored(market: Market) -> Market:
    return load(json.loads(json.dumps(dump(market))))


class EngineAgainstNaiveBook(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.market = Market(1)
        self.naive = NaiveMarket()
        self.fold = BookFold()
        self.published: dict[Side, dict[int, int]] = {side: {} for side in Side}
        self.order_ids = 0
        self.totals: dict[int, dict[str, int]] = {}
        self.sent: dict[int, NewOrder] = {}
        self.limits: dict[int, int] = {}  # by order: what it may go to at most
        self.params: ListingConfigured
        self.reference_px: int | None = None
        self.last_px: int | None = None
        self.bands: list[Band] = []  # of the last arrival

    def send(self, kind: type[Any], *fields: Any, pause: int = 0) -> None:
        command = kind(self.market.last_seq + 1, self.market.last_at + pause, *fields)
        assert decode_command(json.loads(json.dumps(encode(command)))) == command
        if isinstance(command, NewOrder) and self.market.working(command.order_id) is None:
            self.sent[command.order_id] = command
        expected = self.naive.apply(command)
        events = self.market.apply(command)
        assert [encode(event) for event in events] == [encode(event) for event in expected]
        for event in events:
            assert decode_event(json.loads(json.dumps(encode(event)))) == event
            self.fold.apply(event)
            self.count(event)
            self.watch(event)

    def count(self, event: Event) -> None:
        match event:
            case OrderAccepted():
                self.totals[event.order_id] = {
                    "ordered": event.order_qty,
                    "traded": 0,
                    "prevented": 0,
                    "ended": 0,
                }
            case OrderReplaced():
                self.totals[event.order_id]["ordered"] = event.order_qty
            case OrderRestated():
                total = self.totals[event.order_id]
                total["ordered"] = event.order_qty
                if event.reason is RestateReason.SELF_TRADE:
                    total["prevented"] = event.order_qty - total["traded"] - event.leaves_qty
            case OrderCanceled():
                self.totals[event.order_id]["ended"] = event.canceled_qty
            case OrderExpired():
                self.totals[event.order_id]["ended"] = event.expired_qty
            case Traded():
                self.totals[event.maker_order_id]["traded"] += event.qty
                self.totals[event.taker_order_id]["traded"] += event.qty

    def watch(self, event: Event) -> None:
        """MATC-003, HALT-011, STPR-001 on every trade."""
        match event:
            case OrderAccepted() | OrderReplaced():
                order = self.sent[event.order_id]
                protection_px = getattr(event, "protection_px", None) or order.protection_px
                limit = event.price if event.price is not None else protection_px
                assert limit is not None
                self.limits[event.order_id] = limit
                self.see_bands()
            case OrderTriggered():
                self.see_bands()
            case ListingConfigured():
                self.params = event
                self.reference_px = self.reference_px if event.reference_px is None else event.reference_px
            case AuctionUncrossed(price=int()):
                self.reference_px = event.price
            case Traded():
                self.last_px = event.price
                maker, taker = self.sent[event.maker_order_id], self.sent[event.taker_order_id]
                for order in (maker, taker):
                    limit = self.limits[order.order_id]
                    assert event.price <= limit if order.side is Side.BUY else event.price >= limit
                assert maker.owner_id != taker.owner_id or taker.self_trade is SelfTrade.ALLOW
                if event.match_type is MatchType.CONTINUOUS:
                    assert all(low <= event.price <= high for low, high in self.bands)
                    assert event.price == self.limits[maker.order_id]

    def see_bands(self) -> None:
        bps = (self.params.static_band_bps, self.params.dynamic_band_bps)
        around = zip((self.reference_px, self.last_px), bps, strict=True)
        self.bands = [edges(price, width) for price, width in around if price is not None and width]

    # Orders

    def place(self, order: Order, *, pause: int = 0, **conditions: Any) -> None:
        self.order_ids += 1
        made = order.conditions
        if conditions:
            made = (made or Conditions())._replace(**conditions)
        self.send(
            NewOrder,
            self.order_ids,
            order.account_id,
            order.side,
            order.ord_type,
            order.time_in_force,
            order.qty,
            order.price,
            order.protection_px,
            None if order.life is None else self.market.last_at + pause + order.life,
            OWNERS[order.account_id],
            order.self_trade,
            made,
            pause=pause,
        )

    def known_order(self, pick: int, stranger: int | None) -> tuple[int, int]:
        """Some order and who asks for it: mostly one at work, mostly its own account."""
        working = self.naive.by_arrival()
        if working and pick < 18:
            order = working[-1 - pick % len(working)]
            return order.order_id, stranger or order.account_id
        return max(1, self.order_ids - pick), stranger or 1

    @initialize(
        orders=st.lists(
            st.tuples(
                some.sides, st.integers(1, 4), st.integers(1, 4), some.accounts, st.none() | st.just(21)
            ),
            min_size=8,
            max_size=24,
        ),
        reference_px=st.none() | st.integers(4, 6),
    )
    def open_on_a_standing_book(
        self, orders: list[tuple[Side, int, int, int, int | None]], reference_px: int | None
    ) -> None:
        self.send(ConfigureListing, 1, 100, MAX_QTY, MAX_PRICE, reference_px, 0, 0, 0)
        for side, qty, distance, account_id, life in orders:
            price = 5 - distance if side is Side.BUY else 5 + distance
            tif = TimeInForce.GTC if life is None else TimeInForce.DAY
            terms = (OrdType.LIMIT, tif, qty, price, None, life, SelfTrade.ALLOW)
            self.place(Order(account_id, side, *terms))

    @rule(order=some.limit_orders, pause=some.pauses)
    def limit_order(self, order: Order, pause: int) -> None:
        self.place(order, pause=pause)

    @rule(orders=st.lists(some.limit_orders, min_size=2, max_size=6))
    def several_orders(self, orders: list[Order]) -> None:
        for order in orders:
            self.place(order)

    @rule(order=some.market_orders | some.minimum_orders | some.at_auction_orders)
    def order_that_trades_now_or_in_an_auction(self, order: Order) -> None:
        self.place(order)

    @rule(orders=st.lists(some.stop_orders, min_size=1, max_size=3))
    def stop_order(self, orders: list[Order]) -> None:
        for order in orders:
            self.place(order)

    @rule(order=some.reserve_orders, pause=some.pauses)
    def reserve_order(self, order: Order, pause: int) -> None:
        self.place(order, pause=pause)

    @rule(orders=st.lists(some.post_only_orders, min_size=1, max_size=3))
    def post_only_order(self, orders: list[Order]) -> None:
        for order in orders:
            self.place(order)

    @rule(prices=st.lists(st.integers(2, 8), min_size=1, max_size=3))
    def passers_by_trade(self, prices: list[int]) -> None:
        for price in prices:
            for account_id, side in ((3, Side.SELL), (4, Side.BUY)):
                terms = (OrdType.LIMIT, TimeInForce.GTC, 1, price, None, None, SelfTrade.CANCEL_OLDEST)
                self.place(Order(account_id, side, *terms))

    @rule(
        order=some.stop_orders,
        price=some.prices,
        change=some.mostly(st.just({}), st.sampled_from([{"qty": 3}, {"account_id": 2}, {"life": 2}])),
        meanwhile=some.mostly(st.none(), some.limit_orders),
    )
    def pair(self, order: Order, price: int, change: dict[str, Any], meanwhile: Order | None) -> None:
        if self.last_px is not None and order.conditions is not None:
            # Not met on arrival, else there would hardly ever be a pair.
            stop_px = self.last_px + (1 if order.side is Side.BUY else -1)
            order = order._replace(conditions=order.conditions._replace(stop_px=stop_px))
        self.place(order)
        stop_id = self.order_ids
        if meanwhile is not None:
            self.place(meanwhile)
        limit_leg = order._replace(ord_type=OrdType.LIMIT, price=price, protection_px=None, conditions=None)
        self.place(limit_leg._replace(**change), linked_order_id=stop_id)

    @rule(order=some.any_orders)
    def any_order_at_all(self, order: Order) -> None:
        self.place(order)

    @rule(pick=some.picks)
    def the_same_order_again(self, pick: int) -> None:
        order_id, _ = self.known_order(pick, None)
        if order_id in self.sent:
            self.send(NewOrder, *self.sent[order_id][2:])

    @rule(pick=some.picks, stranger=some.strangers, reason=st.sampled_from(CancelReason))
    def cancel(self, pick: int, stranger: int | None, reason: CancelReason) -> None:
        self.send(CancelOrder, *self.known_order(pick, stranger), reason)

    @rule(account_id=some.mostly(some.accounts, st.none()), side=st.none() | some.sides)
    def mass_cancel(self, account_id: int | None, side: Side | None) -> None:
        self.send(MassCancel, account_id, side, CancelReason.REQUESTED)

    @rule(
        pick=some.picks,
        stranger=some.strangers,
        qty=some.qtys,
        price=some.prices,
        fits=some.mostly(st.just(True), st.just(False)),
        protection_px=st.none() | st.integers(1, MAX_PRICE),
    )
    def replace(
        self, pick: int, stranger: int | None, qty: int, price: int, fits: bool, protection_px: int | None
    ) -> None:
        order_id, account_id = self.known_order(pick, stranger)
        order = self.naive.find(order_id)
        if order is None or not fits:
            self.send(ReplaceOrder, order_id, account_id, qty, price, price, None)
            return
        stop_px = price if order.is_stop and order.trail is None else None
        limit = None if order.price is None else order.price if order.is_stop and pick % 2 else price
        self.send(ReplaceOrder, order_id, account_id, qty, limit, stop_px, protection_px)

    @rule(
        pick=some.picks,
        qty=some.qtys,
        price=some.prices,
        kind=st.sampled_from(["is_stop", "post_only", "display_qty"]),
    )
    def replace_a_special_one(self, pick: int, qty: int, price: int, kind: str) -> None:
        special = [order for order in self.naive.by_arrival() if getattr(order, kind)]
        if special:
            order = special[pick % len(special)]
            stop_px = price if order.is_stop and order.trail is None else None
            limit = None if order.price is None else price
            terms = (qty, limit, stop_px, price if limit is None else None)
            self.send(ReplaceOrder, order.order_id, order.account_id, *terms)

    @rule(pick=some.picks, change=st.integers(-4, 2))
    def resize(self, pick: int, change: int) -> None:
        order_id, account_id = self.known_order(pick, None)
        order = self.naive.find(order_id)
        if order is not None:
            stop_px = None if order.trail else order.stop_px
            self.send(
                ReplaceOrder, order_id, account_id, order.order_qty + change, order.price, stop_px, None
            )

    # Operators and time

    @rule(
        note=st.sampled_from(["first", "second"]),
        resume_in=st.none() | st.integers(0, 9),
        call_us=some.calls,
        meanwhile=st.lists(st.tuples(some.picks, st.integers(-4, 2), some.limit_orders), max_size=2),
        resumes=some.mostly(st.just(True), st.just(False)),
    )
    def halt(
        self,
        note: str,
        resume_in: int | None,
        call_us: int,
        meanwhile: list[tuple[int, int, Order]],
        resumes: bool,
    ) -> None:
        resume_at = None if resume_in is None else self.market.last_at + resume_in
        self.send(HaltTrading, "NEWS", note, resume_at, call_us)
        for pick, change, order in meanwhile:
            self.resize(pick, change)
            self.place(order, pause=1)
        if resumes:
            self.resume(call_us)

    @rule(call_us=some.calls)
    def resume(self, call_us: int) -> None:
        self.send(ResumeTrading, "OPEN", "", call_us)

    @rule(
        phases=some.schedules,
        offset=st.sampled_from([-3, 0, 0, 2]),
        trades_on=some.mostly(st.just(True), st.just(False)),
    )
    def schedule(self, phases: list[tuple[Phase, int, int]], offset: int, trades_on: bool) -> None:
        at = self.market.last_at + offset
        entries = []
        for phase, length, earlier in phases:
            entries.append(ScheduledPhase(at, phase, at - earlier))
            at += length
        if trades_on:
            entries.append(ScheduledPhase(at, Phase.CONTINUOUS, at))
        self.send(SetSchedule, tuple(entries))

    @rule(
        phase=some.phases,
        orders=st.lists(some.limit_orders | some.at_auction_orders, max_size=6),
        until_its_end=some.mostly(st.just(True), st.just(False)),
    )
    def spend_time_in(self, phase: Phase, orders: list[Order], until_its_end: bool) -> None:
        at = self.market.last_at
        entries = (ScheduledPhase(at, phase, at), ScheduledPhase(at + 5, Phase.CONTINUOUS, at + 5))
        self.send(SetSchedule, entries)
        for order in orders:
            self.place(order)
        if until_its_end:
            self.send(Tick, pause=5)

    @rule(
        max_qty=st.integers(6, MAX_QTY),
        max_price=st.integers(6, MAX_PRICE),
        reference_px=st.none() | st.integers(3, 6),
        static_band_bps=st.sampled_from([0, 0, 4000, 6000]),
        dynamic_band_bps=st.sampled_from([0, 0, 2500, 4000]),
        volatility_call_us=some.calls,
    )
    def configure(
        self,
        max_qty: int,
        max_price: int,
        reference_px: int | None,
        static_band_bps: int,
        dynamic_band_bps: int,
        volatility_call_us: int,
    ) -> None:
        bands = (static_band_bps, dynamic_band_bps, volatility_call_us)
        self.send(ConfigureListing, 1, 100, max_qty, max_price, reference_px, *bands)

    @rule(pause=st.sampled_from([0, 1, 5, 20]))
    def tick(self, pause: int) -> None:
        self.send(Tick, pause=pause)

    @rule(trade_seq=st.integers(1, 99), corrected=st.booleans())
    def bust(self, trade_seq: int, corrected: bool) -> None:
        if corrected:
            self.send(CorrectTrade, trade_seq, 5, 1, "ERROR", "both agree")
        else:
            self.send(BustTrade, trade_seq, "ERROR", "both agree")

    @rule(kind=st.sampled_from(["NewOrder", "CancelOrder", "ReplaceOrder", "HaltTrading"]), pick=some.picks)
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
        self.market = restored(self.market)
        assert state_hash(self.market) == before
        self.fold = BookFold(order for side in Side for order in self.market.in_priority(side))

    # What always holds

    @invariant()
    def both_stand_at_the_same_state(self) -> None:
        def seen(order: Any, price: int | None) -> tuple[Any, ...]:
            qtys = (order.order_qty, order.done_qty, order.leaves_qty)
            return (order.order_id, order.account_id, price, *qtys, order.expire_at, order.arrival)

        for order in self.naive.orders:
            ours = self.market.working(order.order_id)
            assert ours is not None
            assert seen(ours, ours.price) == seen(order, order.limit)
        for side in Side:
            queue = [(order.order_id, order.displayed_qty) for order in self.market.in_priority(side)]
            assert queue == [(order.order_id, order.displayed) for order in self.naive.queue(side)]
        assert self.market.phase is self.naive.phase
        assert (self.market.last_px, self.market.reference_px) == (
            self.naive.last_px,
            self.naive.reference_px,
        )
        assert self.market.next_due() == self.naive.next_due()

    @invariant()
    def the_book_is_never_crossed(self) -> None:
        bid, ask = self.market.best(Side.BUY), self.market.best(Side.SELL)
        assert self.market.phase is not Phase.CONTINUOUS or bid is None or ask is None or bid < ask

    @invariant()
    def the_indicative_state_is_what_an_uncrossing_gives(self) -> None:
        """AUCT-010"""
        indicative = self.market.indicative()
        assert (indicative is not None) is (self.market.phase in CALLS)
        assert indicative == self.naive.indicative()
        if indicative is None:
            return
        market = restored(self.market)
        at = market.last_at
        closing = SetSchedule(market.last_seq + 1, at, (ScheduledPhase(at, Phase.CLOSED, at),))
        auctions = [event for event in market.apply(closing) if isinstance(event, AuctionUncrossed)]
        assert auctions[0][4:] == indicative

    @invariant()
    def every_lot_ordered_is_traded_working_or_ended(self) -> None:
        """MATC-006"""
        for order_id, total in self.totals.items():
            order = self.market.working(order_id)
            leaves_qty = order.leaves_qty if order else 0
            assert order is None or leaves_qty > 0
            gone = total["traded"] + total["prevented"] + total["ended"]
            assert total["ordered"] == gone + leaves_qty

    @invariant()
    def the_fold_of_the_events_is_the_displayed_book(self) -> None:
        for side in Side:
            levels: dict[int, int] = {}
            counts: dict[int, int] = {}
            for order in self.market.in_priority(side):
                levels[order.price] = levels.get(order.price, 0) + order.displayed_qty
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
