"""Price-time priority, the four times in force, the market order's collar."""

import pytest

from trading.engine import MatchType, OrdType, Side, TimeInForce, Traded

from .desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_orders_that_do_not_cross_rest(desk):
    assert desk.buy(1, 5, 100) == ["accepted 1"]
    assert desk.sell(2, 5, 101) == ["accepted 2"]
    assert (desk.market.best(Side.BUY), desk.market.best(Side.SELL)) == (100, 101)


def test_the_best_price_trades_first_whichever_side_takes(desk):
    """MATC-001"""
    desk.sell(1, 5, 102)
    desk.sell(2, 5, 101)
    desk.buy(3, 5, 98)
    desk.buy(4, 5, 99)
    assert desk.buy(5, 6, 102) == ["accepted 5", "5 takes 5@101 from 2", "5 takes 1@102 from 1"]
    assert desk.sell(6, 6, 98) == ["accepted 6", "6 takes 5@99 from 4", "6 takes 1@98 from 3"]


def test_at_one_price_the_earliest_trades_first(desk):
    """MATC-001"""
    for order_id in (1, 2, 3):
        desk.sell(order_id, 5, 101)
    assert desk.buy(4, 12, 101) == [
        "accepted 4",
        "4 takes 5@101 from 1",
        "4 takes 5@101 from 2",
        "4 takes 2@101 from 3",
    ]
    assert desk.queue(Side.SELL) == [(3, 3, 101)]


def test_a_partly_filled_maker_keeps_its_place(desk):
    """MATC-001"""
    desk.sell(1, 5, 101)
    desk.sell(2, 5, 101)
    desk.buy(3, 2, 101)
    assert desk.buy(4, 4, 101) == ["accepted 4", "4 takes 3@101 from 1", "4 takes 1@101 from 2"]


def test_trades_are_at_the_makers_price(desk):
    """MATC-002"""
    desk.sell(1, 5, 90)
    assert desk.buy(2, 5, 100) == ["accepted 2", "2 takes 5@90 from 1"]


def test_the_rest_of_a_marketable_order_rests_at_its_own_limit(desk):
    """MATC-004"""
    desk.sell(1, 5, 100)
    desk.buy(2, 8, 101)
    assert desk.queue(Side.BUY) == [(2, 3, 101)]
    assert desk.market.best(Side.SELL) is None


def test_a_limit_is_never_exceeded(desk):
    """MATC-003"""
    desk.sell(1, 5, 100)
    desk.sell(2, 5, 102)
    assert desk.buy(3, 10, 101) == ["accepted 3", "3 takes 5@100 from 1"]
    assert desk.queue(Side.SELL) == [(2, 5, 102)]


def test_a_level_that_emptied_and_refilled_is_found_again(desk):
    desk.sell(1, 5, 101)
    desk.sell(2, 5, 103)
    desk.cancel(1)
    assert desk.market.best(Side.SELL) == 103
    desk.sell(3, 5, 101)
    assert desk.market.best(Side.SELL) == 101
    assert desk.buy(4, 6, 103) == ["accepted 4", "4 takes 5@101 from 3", "4 takes 1@103 from 2"]


def test_a_trade_names_both_sides_and_what_each_has_left(desk):
    desk.sell(1, 5, 100, account_id=11)
    desk.buy(2, 8, 100, account_id=12)
    assert desk.events[-1] == Traded(
        seq=4,
        command_seq=3,
        at=3,
        price=100,
        qty=5,
        taker_side=Side.BUY,
        maker_order_id=1,
        maker_account_id=11,
        taker_order_id=2,
        taker_account_id=12,
        maker_leaves_qty=0,
        taker_leaves_qty=3,
        match_type=MatchType.CONTINUOUS,
    )


def test_immediate_or_cancel_never_rests(desk):
    """ORDT-001"""
    desk.sell(1, 5, 100)
    assert desk.buy(2, 8, 100, TimeInForce.IOC) == [
        "accepted 2",
        "2 takes 5@100 from 1",
        "canceled 3 of 2: IOC_REMAINDER",
    ]
    assert desk.buy(3, 8, 100, TimeInForce.IOC) == ["accepted 3", "canceled 8 of 3: IOC_REMAINDER"]
    assert desk.queue(Side.BUY) == []


def test_fill_or_kill_fills_whole_across_levels(desk):
    """ORDT-002"""
    desk.sell(1, 5, 100)
    desk.sell(2, 5, 101)
    desk.sell(3, 5, 102)
    assert desk.buy(4, 10, 101, TimeInForce.FOK) == [
        "accepted 4",
        "4 takes 5@100 from 1",
        "4 takes 5@101 from 2",
    ]


def test_fill_or_kill_that_cannot_fill_whole_within_its_limit_trades_nothing(desk):
    """ORDT-002"""
    desk.sell(1, 5, 100)
    desk.sell(2, 5, 101)
    desk.sell(3, 5, 102)
    assert desk.buy(4, 11, 101, TimeInForce.FOK) == ["accepted 4", "canceled 11 of 4: FOK_UNFILLED"]
    assert desk.queue(Side.SELL) == [(1, 5, 100), (2, 5, 101), (3, 5, 102)]


def test_fill_or_kill_counts_every_level_within_its_limit(desk):
    """ORDT-002"""
    for order_id, price in enumerate([104, 107, 101, 106, 102, 105, 103], start=1):
        desk.sell(order_id, 1, price)
    assert desk.buy(8, 7, 106, TimeInForce.FOK) == ["accepted 8", "canceled 7 of 8: FOK_UNFILLED"]
    assert len(desk.buy(9, 7, 107, TimeInForce.FOK)) == 1 + 7


def test_fill_or_kill_does_not_count_what_was_canceled(desk):
    """ORDT-002"""
    desk.sell(1, 5, 100)
    desk.sell(2, 5, 101)
    desk.cancel(1)
    assert desk.buy(3, 6, 101, TimeInForce.FOK) == ["accepted 3", "canceled 6 of 3: FOK_UNFILLED"]
    assert desk.buy(4, 5, 101, TimeInForce.FOK) == ["accepted 4", "4 takes 5@101 from 2"]


def test_a_market_order_trades_up_to_its_protection_price(desk):
    """MATC-003, ORDT-010"""
    desk.sell(1, 5, 100)
    desk.sell(2, 5, 110)
    assert desk.market_order(Side.BUY, 3, 8, 105) == [
        "accepted 3",
        "3 takes 5@100 from 1",
        "canceled 3 of 3: PROTECTION_REACHED",
    ]


def test_a_market_order_sells_down_to_its_protection_price(desk):
    """MATC-003, ORDT-010"""
    desk.buy(1, 5, 100)
    desk.buy(2, 5, 95)
    desk.buy(3, 5, 94)
    assert desk.market_order(Side.SELL, 4, 12, 95) == [
        "accepted 4",
        "4 takes 5@100 from 1",
        "4 takes 5@95 from 2",
        "canceled 2 of 4: PROTECTION_REACHED",
    ]


def test_a_market_order_meeting_an_empty_book_is_canceled_whole(desk):
    """ORDT-010"""
    assert desk.market_order(Side.BUY, 1, 8, 105) == ["accepted 1", "canceled 8 of 1: PROTECTION_REACHED"]


def test_a_market_fill_or_kill_counts_only_what_its_protection_allows(desk):
    """ORDT-002, ORDT-010"""
    desk.sell(1, 5, 100)
    desk.sell(2, 5, 110)
    assert desk.market_order(Side.BUY, 3, 6, 109, TimeInForce.FOK) == [
        "accepted 3",
        "canceled 6 of 3: FOK_UNFILLED",
    ]
    assert desk.market_order(Side.BUY, 4, 6, 110, TimeInForce.FOK) == [
        "accepted 4",
        "4 takes 5@100 from 1",
        "4 takes 1@110 from 2",
    ]


def test_a_market_order_without_protection_is_refused(desk):
    """ORDT-010"""
    assert desk.market_order(Side.BUY, 1, 5, None) == ["OrderRejected 1 NO_PROTECTION_PX"]
    assert desk.market_order(Side.SELL, 2, 5, 0) == ["OrderRejected 2 NO_PROTECTION_PX"]


@pytest.mark.parametrize("time_in_force", [TimeInForce.DAY, TimeInForce.GTC])
def test_a_market_order_may_not_rest(desk, time_in_force):
    """MATC-009, ORDT-010"""
    expire_at = 10**6 if time_in_force is TimeInForce.DAY else None
    assert desk.market_order(Side.BUY, 1, 5, 100, time_in_force, expire_at) == [
        "OrderRejected 1 UNSUPPORTED_ORDER"
    ]


def test_a_limit_order_has_a_price_and_only_a_day_order_an_end(desk):
    """MATC-009, ORDT-005"""
    assert desk.buy(1, 5, None) == ["OrderRejected 1 UNSUPPORTED_ORDER"]
    assert desk.buy(2, 5, 100, TimeInForce.DAY) == ["OrderRejected 2 UNSUPPORTED_ORDER"]
    assert desk.buy(3, 5, 100, TimeInForce.GTC, expire_at=10**6) == ["OrderRejected 3 UNSUPPORTED_ORDER"]


def test_size_and_price_stay_within_the_listings_limits(desk):
    """MATC-008"""
    assert desk.buy(1, 0, 100) == ["OrderRejected 1 QTY_NOT_POSITIVE"]
    assert desk.buy(2, 1_001, 100) == ["OrderRejected 2 QTY_ABOVE_MAX"]
    assert desk.buy(3, 1_000, 0) == ["OrderRejected 3 PRICE_OUT_OF_RANGE"]
    assert desk.buy(4, 1_000, 10_001) == ["OrderRejected 4 PRICE_OUT_OF_RANGE"]
    assert desk.buy(5, 1_000, 10_000) == ["accepted 5"]


def test_a_new_limit_binds_new_orders_and_leaves_resting_ones_alone(desk):
    """MATC-008"""
    desk.buy(1, 500, 100)
    assert desk.configure(max_order_qty=100) == ["ListingConfigured"]
    assert desk.buy(2, 101, 100) == ["OrderRejected 2 QTY_ABOVE_MAX"]
    assert desk.sell(3, 100, 100) == ["accepted 3", "3 takes 100@100 from 1"]


def test_an_order_id_at_work_cannot_be_used_again(desk):
    """MATC-007"""
    desk.buy(1, 5, 100)
    assert desk.buy(1, 5, 100) == ["OrderRejected 1 DUPLICATE_ORDER"]
    assert desk.queue(Side.BUY) == [(1, 5, 100)]


def test_acceptance_repeats_what_was_ordered(desk):
    desk.buy(1, 5, 100, account_id=9)
    accepted = desk.events[-1]
    assert accepted == (2, 2, 2, 1, 9, Side.BUY, OrdType.LIMIT, TimeInForce.GTC, 100, 5, None, None)
