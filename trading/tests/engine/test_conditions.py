"""Reserve, post-only and minimum quantity."""

import re
from pathlib import Path
from typing import Any

import pytest

from trading.engine import (
    STOPS,
    TIMES_IN_FORCE,
    OrderAccepted,
    OrdType,
    Phase,
    PostOnly,
    Side,
    TimeInForce,
)

from .desk import Desk

RULES = Path(__file__).parents[3] / "docs" / "rules" / "order-types.md"


@pytest.fixture
def desk() -> Desk:
    return Desk()


# Types and times in force


def test_each_type_takes_the_times_the_rules_name():
    """MATC-009: the table of the rules is the one everything asks."""
    rows = re.findall(r"^\| (`.+) \| ([A-Z_, ]+) \|$", RULES.read_text(), re.MULTILINE)
    written = {
        OrdType(ord_type): tuple(map(TimeInForce, times.split(", ")))
        for types, times in rows
        for ord_type in re.findall(r"`(\w+)`", types)
    }
    assert written == TIMES_IN_FORCE


@pytest.mark.parametrize("ord_type", OrdType)
@pytest.mark.parametrize("time_in_force", TimeInForce)
def test_a_type_with_a_time_the_rules_do_not_name_is_rejected(desk, ord_type, time_in_force):
    """MATC-009"""
    desk.schedule((1, Phase.CONTINUOUS), (500, Phase.OPENING_CALL), (600, Phase.CLOSING_CALL))
    price = 100 if ord_type in (OrdType.LIMIT, OrdType.STOP_LIMIT) else None
    conditions = {"stop_px": 110} if ord_type in STOPS else {}
    if ord_type is OrdType.TRAILING_STOP:
        conditions["trail"] = 5
    ends = time_in_force in (TimeInForce.DAY, TimeInForce.GTD)
    said = desk.order(
        Side.BUY, 1, 5, price, time_in_force, ord_type=ord_type, protection_px=None if price else 120,
        expire_at=700 if ends else None, **conditions,
    )  # fmt: skip
    taken = time_in_force in TIMES_IN_FORCE[ord_type]
    assert (said[0] == "accepted 1") is taken
    assert taken or said == ["OrderRejected 1 UNSUPPORTED_ORDER"]


# Reserve


def test_only_the_display_quantity_is_displayed(desk):
    """ORDT-030, MKTD-002"""
    desk.sell(1, 20, 100, display_qty=5)
    assert desk.market.level_qty(Side.SELL, 100) == 5
    assert desk.market.displayed_qty(1) == 5
    assert desk.queue(Side.SELL) == [(1, 20, 100)]
    accepted = desk.events[-1]
    assert isinstance(accepted, OrderAccepted)
    assert accepted.display_qty == 5


def test_all_of_a_reserve_order_trades_part_by_part(desk):
    """ORDT-031"""
    desk.sell(1, 12, 100, display_qty=5)
    assert desk.buy(2, 20, 100) == [
        "accepted 2",
        "2 takes 5@100 from 1",
        "2 takes 5@100 from 1",
        "2 takes 2@100 from 1",
    ]


def test_the_next_part_is_displayed_behind_all_others_at_its_price(desk):
    """ORDT-031, MATC-005"""
    desk.sell(1, 12, 100, display_qty=5)
    desk.sell(2, 3, 100)
    assert desk.buy(3, 6, 100) == ["accepted 3", "3 takes 5@100 from 1", "3 takes 1@100 from 2"]
    assert desk.queue(Side.SELL) == [(2, 2, 100), (1, 7, 100)]
    assert desk.market.level_qty(Side.SELL, 100) == 7


def test_a_part_taken_in_part_keeps_its_place(desk):
    """ORDT-031"""
    desk.sell(1, 12, 100, display_qty=5)
    desk.sell(2, 3, 100)
    desk.buy(3, 4, 100)
    assert desk.queue(Side.SELL) == [(1, 8, 100), (2, 3, 100)]
    assert desk.market.displayed_qty(1) == 1


def test_an_arriving_reserve_order_trades_with_all_it_has_and_displays_of_the_rest(desk):
    """ORDT-031"""
    desk.sell(1, 8, 100)
    desk.buy(2, 20, 100, display_qty=5)
    assert desk.queue(Side.BUY) == [(2, 12, 100)]
    assert desk.market.level_qty(Side.BUY, 100) == 5


@pytest.mark.parametrize(
    ("qty", "terms"),
    [
        (10, {"display_qty": 0}),
        (10, {"display_qty": 11}),
        (202, {"display_qty": 2}),
        (10, {"display_qty": 5, "time_in_force": TimeInForce.IOC}),
        (10, {"display_qty": 5, "time_in_force": TimeInForce.FOK}),
        (10, {"display_qty": 5, "time_in_force": TimeInForce.AT_CLOSE}),
        (10, {"display_qty": 5, "ord_type": OrdType.MARKET, "price": None, "time_in_force": TimeInForce.IOC}),
    ],
)
def test_reserve_is_for_limit_orders_that_rest_within_a_hundred_displays(desk, qty, terms):
    """ORDT-032"""
    terms = {"price": 100} | terms
    assert desk.sell(1, qty, **terms) == ["OrderRejected 1 UNSUPPORTED_ORDER"]


@pytest.mark.parametrize(("qty", "display_qty"), [(200, 2), (2, 2), (2, 1)])
def test_the_limits_of_reserve_are_allowed_themselves(desk, qty, display_qty):
    """ORDT-032"""
    assert desk.sell(1, qty, 100, display_qty=display_qty) == ["accepted 1"]


def test_fill_or_kill_and_minimum_quantity_count_what_is_hidden(desk):
    """ORDT-033"""
    desk.sell(1, 12, 100, display_qty=5)
    assert desk.buy(2, 13, 100, TimeInForce.FOK) == ["accepted 2", "canceled 13 of 2: FOK_UNFILLED"]
    assert desk.buy(3, 13, 100, min_qty=13) == ["accepted 3", "canceled 13 of 3: MIN_QTY_UNMET"]
    assert len(desk.buy(4, 6, 100, TimeInForce.FOK)) == 3
    assert len(desk.buy(5, 7, 100, min_qty=6)) == 3


def test_wanting_less_comes_off_what_is_hidden_first(desk):
    """RPLC-008"""
    desk.sell(1, 12, 100, display_qty=5)
    desk.sell(2, 1, 100)
    assert desk.replace(1, 7, 100) == ["replaced 1: 7@100 in place"]
    assert desk.market.level_qty(Side.SELL, 100) == 5 + 1
    desk.replace(1, 3, 100)
    assert desk.market.level_qty(Side.SELL, 100) == 3 + 1
    assert desk.queue(Side.SELL) == [(1, 3, 100), (2, 1, 100)]


def test_a_reserve_order_replaced_otherwise_displays_anew(desk):
    """RPLC-008"""
    desk.sell(1, 12, 100, display_qty=5)
    desk.buy(2, 4, 100)
    assert desk.market.displayed_qty(1) == 1
    desk.replace(1, 13, 100)
    assert desk.market.displayed_qty(1) == 5
    assert desk.replace(1, 501, 100) == ["ReplaceRejected 1 UNSUPPORTED_ORDER"]


# Post-only


@pytest.mark.parametrize("price", [100, 101])
def test_a_post_only_order_that_would_trade_is_rejected(desk, price):
    """ORDT-040"""
    desk.sell(1, 5, 100)
    assert desk.buy(2, 5, price, post_only=PostOnly.REJECT) == ["OrderRejected 2 POST_ONLY_WOULD_TRADE"]
    assert desk.buy(3, 5, 99, post_only=PostOnly.REJECT) == ["accepted 3"]


@pytest.mark.parametrize(
    ("side", "best", "asked", "came_to"),
    [(Side.BUY, 100, 105, 99), (Side.BUY, 100, 100, 99), (Side.BUY, 100, 99, 99), (Side.SELL, 100, 95, 101)],
)
def test_a_sliding_order_comes_to_one_tick_short_of_the_best(desk, side, best, asked, came_to):
    """ORDT-041"""
    desk.order(Side.SELL if side is Side.BUY else Side.BUY, 1, 5, best)
    assert desk.order(side, 2, 5, asked, post_only=PostOnly.SLIDE) == ["accepted 2"]
    assert desk.queue(side) == [(2, 5, came_to)]
    accepted = desk.events[-1]
    assert isinstance(accepted, OrderAccepted)
    assert accepted.price == came_to


def test_a_sliding_order_with_no_price_left_is_rejected(desk):
    """ORDT-041"""
    desk.sell(1, 5, 1)
    assert desk.buy(2, 5, 1, post_only=PostOnly.SLIDE) == ["OrderRejected 2 POST_ONLY_WOULD_TRADE"]
    desk.cancel(1)
    desk.buy(3, 5, 10_000)
    assert desk.sell(4, 5, 10_000, post_only=PostOnly.SLIDE) == ["OrderRejected 4 POST_ONLY_WOULD_TRADE"]


@pytest.mark.parametrize(
    "terms",
    [
        {"time_in_force": TimeInForce.IOC},
        {"time_in_force": TimeInForce.FOK},
        {"time_in_force": TimeInForce.AT_OPEN},
        {"ord_type": OrdType.MARKET, "price": None, "time_in_force": TimeInForce.IOC},
        {"min_qty": 1},
    ],
)
def test_post_only_is_for_limit_orders_that_rest_without_a_minimum(desk, terms):
    """ORDT-042"""
    terms = {"price": 100, "post_only": PostOnly.REJECT} | terms
    assert desk.buy(1, 5, **terms) == ["OrderRejected 1 UNSUPPORTED_ORDER"]


@pytest.mark.parametrize("phase", [Phase.PRE_OPEN, Phase.OPENING_CALL, Phase.VOLATILITY_CALL])
@pytest.mark.parametrize(
    "conditions",
    [{"post_only": PostOnly.SLIDE}, {"post_only": PostOnly.REJECT}, {"min_qty": 1}],
)
def test_post_only_and_minimum_quantity_are_for_continuous_trading(desk, phase, conditions):
    """ORDT-042, ORDT-051, PHAS-001"""
    desk.enter(phase)
    assert desk.buy(1, 5, 100, **conditions) == ["OrderRejected 1 NOT_IN_THIS_PHASE"]


def test_a_post_only_order_replaced_to_trade_is_rejected_or_slides(desk):
    """RPLC-009"""
    desk.sell(1, 5, 100)
    desk.buy(2, 5, 90, post_only=PostOnly.REJECT)
    desk.buy(3, 5, 90, post_only=PostOnly.SLIDE)
    assert desk.replace(2, 5, 100) == ["ReplaceRejected 2 POST_ONLY_WOULD_TRADE"]
    assert desk.queue(Side.BUY) == [(2, 5, 90), (3, 5, 90)]
    assert desk.replace(3, 5, 100) == ["replaced 3: 5@99 at the back"]
    assert desk.queue(Side.BUY) == [(3, 5, 99), (2, 5, 90)]


def test_in_a_call_a_post_only_order_takes_its_new_price_as_it_is(desk):
    """RPLC-009"""
    desk.sell(1, 5, 100)
    desk.buy(2, 5, 90, post_only=PostOnly.REJECT)
    desk.enter(Phase.PERIODIC_CALL)
    assert desk.replace(2, 5, 101) == ["replaced 2: 5@101 at the back"]


# Minimum quantity


def test_a_minimum_quantity_is_met_on_arrival_or_the_order_is_canceled_whole(desk):
    """ORDT-050"""
    desk.sell(1, 5, 100)
    desk.sell(2, 5, 101)
    assert desk.buy(3, 20, 100, min_qty=6) == ["accepted 3", "canceled 20 of 3: MIN_QTY_UNMET"]
    assert desk.buy(4, 20, 101, min_qty=6) == ["accepted 4", "4 takes 5@100 from 1", "4 takes 5@101 from 2"]


def test_what_is_left_above_the_minimum_is_an_ordinary_order(desk):
    """ORDT-050"""
    desk.sell(1, 5, 100)
    desk.buy(2, 20, 100, min_qty=5)
    assert desk.sell(3, 1, 100) == ["accepted 3", "3 takes 1@100 from 2"]
    assert desk.replace(2, 7, 99) == ["replaced 2: 1@99 at the back"]


def test_an_immediate_order_may_ask_for_a_minimum(desk):
    """ORDT-050, ORDT-051"""
    desk.sell(1, 5, 100)
    assert desk.market_order(Side.BUY, 2, 8, 100, min_qty=5) == [
        "accepted 2",
        "2 takes 5@100 from 1",
        "canceled 3 of 2: PROTECTION_REACHED",
    ]
    assert desk.buy(3, 8, 100, TimeInForce.IOC, min_qty=1)[-1] == "canceled 8 of 3: MIN_QTY_UNMET"


@pytest.mark.parametrize(
    "terms",
    [
        {"min_qty": 0},
        {"min_qty": 6},
        {"min_qty": 5, "time_in_force": TimeInForce.FOK},
        {"min_qty": 5, "time_in_force": TimeInForce.AT_CLOSE},
        {"min_qty": 5, "ord_type": OrdType.MARKET, "price": None, "time_in_force": TimeInForce.FOK},
    ],
)
def test_a_minimum_lies_between_one_and_all_and_is_not_for_every_order(desk, terms: dict[str, Any]):
    """ORDT-051"""
    terms = {"price": 100, "protection_px": 100} | terms
    assert desk.buy(1, 5, **terms) == ["OrderRejected 1 UNSUPPORTED_ORDER"]
