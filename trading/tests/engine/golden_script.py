"""Writes a golden journal: a few short days of a busy market that meets every rule, from a seed.

`python -m trading.tests.engine.golden_script > trading/tests/engine/golden_v1.jsonl`, once per rules
version: a journal that has been released is never written anew.
"""

import json
import sys
from random import Random
from typing import Any

from trading.engine import (
    BustTrade,
    CancelOrder,
    CancelReason,
    Command,
    Conditions,
    ConfigureListing,
    CorrectTrade,
    HaltTrading,
    Market,
    MassCancel,
    NewOrder,
    OrdType,
    Phase,
    PostOnly,
    Quarantined,
    ReplaceOrder,
    ResumeTrading,
    ScheduledPhase,
    SelfTrade,
    SetSchedule,
    Side,
    Tick,
    TimeInForce,
    WorkingOrder,
    encode,
)

SEED = 4  # the first that meets every reason there is
COMMANDS = 900
OPENED_AT = 1_716_903_000_000_000
DAY = 40_000  # microseconds, the night included
TIMETABLE = [
    (0, Phase.PRE_OPEN),
    (1_000, Phase.OPENING_CALL),
    (4_000, Phase.CONTINUOUS),
    (15_000, Phase.PERIODIC_CALL),
    (18_000, Phase.CONTINUOUS),
    (30_000, Phase.CLOSING_CALL),
    (34_000, Phase.CLOSED),
]
STOPS = (OrdType.STOP, OrdType.STOP_LIMIT, OrdType.TRAILING_STOP)


class Script:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.market = Market(1)
        self.commands: list[Command] = []
        self.trades: list[int] = []
        self.at = OPENED_AT
        self.order_ids = 0

    def written(self) -> list[Command]:
        self.send(ConfigureListing, 1, 50, 500, 2_000, 1_000, 1_000, 0, 0)
        for _ in range(120):
            self.some_order()
        self.send(ConfigureListing, 1, 50, 500, 2_000, None, 600, 60, 700)
        self.plan(days=4)
        acts = [
            (self.some_order, 90), (self.pair, 6), (self.cancel, 10), (self.replace, 25), (self.odd_order, 9),
            (self.mass_cancel, 1), (self.halt, 2), (self.resume, 1), (self.tick, 5), (self.quarantine, 1),
            (self.bust, 1),
        ]  # fmt: skip
        kinds, weights = zip(*acts, strict=True)
        while len(self.commands) < COMMANDS:
            self.at += self.random.choice([0, 20, 60, 250])
            self.random.choices(kinds, weights)[0]()
        self.plan(days=0)
        return self.commands

    def send(self, kind: type[Any], *fields: Any) -> None:
        command = kind(self.market.last_seq + 1, self.at, *fields)
        self.trades += [event.seq for event in self.market.apply(command) if type(event).__name__ == "Traded"]
        self.commands.append(command)

    def plan(self, *, days: int) -> None:
        """The timetable of some days, calls ending at random moments that are announced earlier."""
        entries = []
        for day in range(days):
            for offset, phase in TIMETABLE:
                announced_at = self.at + 500 + day * DAY + offset
                drawn = self.random.randrange(300) if phase is Phase.CONTINUOUS else 0
                entries.append(ScheduledPhase(announced_at + drawn, phase, announced_at))
        self.send(SetSchedule, tuple(entries))

    # Orders

    def some_order(self) -> None:
        choice = self.random.choice
        kind = choice([OrdType.LIMIT] * 14 + [OrdType.MARKET] * 2 + [*STOPS])
        time_in_force = choice([TimeInForce.GTC] * 6 + [*TimeInForce])
        if kind in STOPS:
            time_in_force = choice([TimeInForce.GTC, TimeInForce.DAY])
        if kind is OrdType.MARKET:
            time_in_force = choice(
                [TimeInForce.IOC, TimeInForce.FOK, TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE]
            )
        conditions: dict[str, Any] = {}
        qty = self.random.randint(1, 60)
        if kind is OrdType.LIMIT:
            condition = choice(["display_qty", "post_only", "min_qty", *[""] * 8])
            value = choice([*PostOnly]) if condition == "post_only" else self.random.randint(1, qty)
            conditions = {condition: value} if condition else {}
        self.order(choice([*Side]), kind, time_in_force, qty, **conditions)

    def odd_order(self) -> None:
        """One the rules refuse."""
        limit, market, gtc, ioc = OrdType.LIMIT, OrdType.MARKET, TimeInForce.GTC, TimeInForce.IOC
        kind, time_in_force, qty, price, protection_px, expire_at = self.random.choice(
            [
                (limit, gtc, 0, 1_000, None, None),
                (limit, gtc, 501, 1_000, None, None),
                (limit, gtc, 5, 2_001, None, None),
                (limit, gtc, 5, 2_000, None, None),
                (limit, gtc, 5, None, None, None),
                (limit, TimeInForce.GTD, 5, 1_000, None, self.at),
                (market, ioc, 5, None, 0, None),
                (market, gtc, 5, None, 1_000, None),
            ]
        )
        working = self.working()
        order_id = self.random.choice([self.order_ids + 1, working[0].order_id if working else 1])
        self.order_ids += 1
        terms = (Side.BUY, kind, time_in_force, qty, price, protection_px, expire_at, 1, SelfTrade.ALLOW)
        self.send(NewOrder, order_id, 1, *terms)

    def order(
        self, side: Side, kind: OrdType, time_in_force: TimeInForce, qty: int, **conditions: Any
    ) -> None:
        self.order_ids += 1
        account_id = self.random.randint(1, 7)
        middle, up = self.market.last_px or 1_000, 1 if side is Side.BUY else -1
        price = middle - up * self.random.randint(-5, 5)
        limited = kind in (OrdType.LIMIT, OrdType.STOP_LIMIT)
        if kind in STOPS:
            conditions["stop_px"] = middle + up * self.random.randint(-1, 6)
        if kind is OrdType.TRAILING_STOP:
            conditions["trail"] = self.random.randint(2, 8)
        ends = time_in_force in (TimeInForce.DAY, TimeInForce.GTD)
        self.send(
            NewOrder,
            self.order_ids,
            account_id,
            side,
            kind,
            time_in_force,
            qty,
            price if limited else None,
            None if limited else middle + up * self.random.randint(2, 40),
            self.at + self.random.choice([500, 9_000, DAY]) if ends else None,
            1 + account_id % 4,
            self.random.choice([*SelfTrade]),
            Conditions(**conditions) if conditions else None,
            self.random.choice([None, 1, 2]),
        )

    def pair(self) -> None:
        self.order(self.random.choice([*Side]), self.random.choice(STOPS), TimeInForce.GTC, 20)
        stop = self.commands[-1]
        assert isinstance(stop, NewOrder)
        self.order_ids += 1
        price = (self.market.last_px or 1_000) - (4 if stop.side is Side.BUY else -4)
        limit_leg = stop._replace(
            order_id=self.order_ids,
            ord_type=OrdType.LIMIT,
            price=price,
            protection_px=None,
            order_qty=self.random.choice([20, 20, 20, 19]),
            conditions=Conditions(linked_order_id=stop.order_id),
        )
        self.send(NewOrder, *limit_leg[2:])

    # What becomes of them

    def working(self) -> list[WorkingOrder]:
        return list(self.market.orders.values())

    def some_working(self) -> WorkingOrder:
        return self.random.choice(self.working())

    def cancel(self) -> None:
        order_id, account_id = self.random.randint(1, self.order_ids), self.random.randint(1, 6)
        if self.working() and self.random.random() < 0.8:
            order = self.some_working()
            order_id, account_id = order.order_id, order.account_id
        reasons = list(CancelReason)[:4]
        self.send(CancelOrder, order_id, account_id, self.random.choice(reasons))

    def replace(self) -> None:
        if not self.working() or self.random.random() < 0.1:
            self.send(ReplaceOrder, self.random.randint(1, self.order_ids), 1, 5, 1_000)
            return
        order = self.some_working()
        limit = order.price + self.random.choice([0, 0, 1, -1, 3]) if order.has_limit else None
        special = order.special
        stop_px = special.stop_px if special is not None and special.trail is None else None
        if stop_px is not None:
            stop_px += self.random.choice([0, 1])
        account_id = self.random.choice([order.account_id] * 9 + [7])
        done_qty = order.order_qty - order.leaves_qty
        qty = self.random.choice([done_qty, done_qty + 1, order.order_qty, order.order_qty + 4, 501])
        self.send(ReplaceOrder, order.order_id, account_id, qty, limit, stop_px)

    def mass_cancel(self) -> None:
        account_id = self.random.choice([1, 2, 3, None])
        self.send(MassCancel, account_id, self.random.choice([None, *Side]), CancelReason.REQUESTED)

    # Operators and time

    def halt(self) -> None:
        resume_at = self.at + 400
        self.send(HaltTrading, "NEWS_PENDING", "to be published", resume_at, self.random.choice([0, 300]))
        self.some_order()
        if self.random.random() < 0.5:
            self.at += 250
            self.resume()

    def resume(self) -> None:
        self.send(ResumeTrading, "PUBLISHED", "", self.random.choice([0, 300]))

    def tick(self) -> None:
        self.at += self.random.choice([0, 100, 1_500])
        self.send(Tick)

    def bust(self) -> None:
        if self.trades:
            trade_seq = self.random.choice(self.trades)
            self.send(BustTrade, trade_seq, "ERRONEOUS", "both sides agree")
            self.send(CorrectTrade, trade_seq, 1_000, 1, "ERRONEOUS", "both sides agree")

    def quarantine(self) -> None:
        self.order_ids += 1
        self.send(Quarantined, "NewOrder", self.order_ids, 1, "poison")
        self.send(Quarantined, "Tick", None, None, "poison")


if __name__ == "__main__":
    for command in Script(SEED).written():
        sys.stdout.write(json.dumps(encode(command), separators=(",", ":")) + "\n")
