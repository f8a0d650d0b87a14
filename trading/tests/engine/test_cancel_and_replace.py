"""Cancel, replace and the end of the day."""

import pytest

from trading.engine import CancelReason, OrderExpired, Side, TimeInForce

from .desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_cancel_takes_what_is_left_out_of_the_book(desk):
    desk.buy(1, 5, 100)
    desk.sell(2, 2, 100)
    assert desk.cancel(1) == ["canceled 3 of 1: REQUESTED"]
    assert desk.market.best(Side.BUY) is None
    assert desk.market.level_qty(Side.BUY, 100) == 0
    assert desk.market.working(1) is None


def test_a_cancel_carries_the_senders_reason(desk):
    desk.buy(1, 5, 100)
    assert desk.cancel(1, reason=CancelReason.ACCOUNT_RESTRICTED) == ["canceled 5 of 1: ACCOUNT_RESTRICTED"]


def test_a_cancel_comes_too_late_for_an_order_that_has_finished(desk):
    """MATC-010, RPLC-006"""
    desk.buy(1, 5, 100)
    desk.sell(2, 5, 100)
    assert desk.cancel(1) == ["CancelRejected 1 TOO_LATE"]
    assert desk.replace(1, 6, 100) == ["ReplaceRejected 1 TOO_LATE"]


def test_nobody_learns_of_anothers_order(desk):
    """MATC-010, RPLC-006"""
    desk.buy(1, 5, 100, account_id=1)
    assert desk.cancel(1, account_id=2) == ["CancelRejected 1 UNKNOWN_ORDER"]
    assert desk.replace(1, 4, 100, account_id=2) == ["ReplaceRejected 1 UNKNOWN_ORDER"]
    assert desk.queue(Side.BUY) == [(1, 5, 100)]


def test_quantity_down_keeps_priority(desk):
    """RPLC-002"""
    desk.buy(1, 5, 100)
    desk.buy(2, 5, 100)
    assert desk.replace(1, 3, 100) == ["replaced 1: 3@100 in place"]
    assert desk.queue(Side.BUY) == [(1, 3, 100), (2, 5, 100)]
    assert desk.market.level_qty(Side.BUY, 100) == 8


def test_quantity_up_loses_priority(desk):
    """RPLC-003"""
    desk.buy(1, 5, 100)
    desk.buy(2, 5, 100)
    assert desk.replace(1, 6, 100) == ["replaced 1: 6@100 at the back"]
    assert desk.queue(Side.BUY) == [(2, 5, 100), (1, 6, 100)]


def test_a_new_price_loses_priority_even_with_less_quantity(desk):
    """RPLC-003"""
    desk.buy(1, 5, 100)
    desk.buy(2, 5, 99)
    assert desk.replace(1, 3, 99) == ["replaced 1: 3@99 at the back"]
    assert desk.queue(Side.BUY) == [(2, 5, 99), (1, 3, 99)]


def test_a_replace_names_the_total_so_what_traded_counts(desk):
    """MATC-006, RPLC-001"""
    desk.buy(1, 10, 100)
    desk.sell(2, 4, 100)
    assert desk.replace(1, 7, 100) == ["replaced 1: 3@100 in place"]
    order = desk.market.working(1)
    assert (order.order_qty, order.done_qty, order.leaves_qty) == (7, 4, 3)


@pytest.mark.parametrize("order_qty", [4, 3, 0, -1])
def test_a_replace_to_no_more_than_has_traded_is_refused(desk, order_qty):
    """RPLC-001"""
    desk.buy(1, 10, 100)
    desk.sell(2, 4, 100)
    assert desk.replace(1, order_qty, 100) == ["ReplaceRejected 1 QTY_NOT_ABOVE_CUM"]
    assert desk.queue(Side.BUY) == [(1, 6, 100)]


def test_a_marketable_replace_trades_like_a_new_arrival(desk):
    """RPLC-003"""
    desk.buy(1, 5, 99)
    desk.sell(2, 2, 100)
    desk.sell(3, 2, 101)
    assert desk.replace(1, 5, 100) == ["replaced 1: 5@100 at the back", "1 takes 2@100 from 2"]
    assert desk.queue(Side.BUY) == [(1, 3, 100)]
    assert desk.replace(1, 4, 101) == ["replaced 1: 2@101 at the back", "1 takes 2@101 from 3"]
    assert desk.market.working(1) is None
    assert desk.queue(Side.SELL) == []


def test_a_replace_that_changes_nothing_is_refused_and_keeps_its_place(desk):
    """RPLC-004"""
    desk.buy(1, 5, 100)
    desk.buy(2, 5, 100)
    assert desk.replace(1, 5, 100) == ["ReplaceRejected 1 NOTHING_CHANGED"]
    assert desk.queue(Side.BUY) == [(1, 5, 100), (2, 5, 100)]


def test_a_replace_stays_within_the_listings_limits(desk):
    """MATC-008"""
    desk.buy(1, 5, 100)
    assert desk.replace(1, 1_001, 100) == ["ReplaceRejected 1 QTY_ABOVE_MAX"]
    assert desk.replace(1, 5, 0) == ["ReplaceRejected 1 PRICE_OUT_OF_RANGE"]
    assert desk.replace(1, 5, 10_001) == ["ReplaceRejected 1 PRICE_OUT_OF_RANGE"]


def test_wanting_less_is_allowed_above_a_limit_lowered_since(desk):
    """RPLC-005"""
    desk.buy(1, 500, 100)
    desk.configure(max_order_qty=100, max_price=50)
    assert desk.replace(1, 400, 100) == ["replaced 1: 400@100 in place"]


def test_a_day_order_expires_before_the_command_that_finds_it_due(desk):
    """ORDT-003, MATC-012"""
    desk.sell(1, 5, 100, TimeInForce.DAY, expire_at=1_000)
    assert desk.buy(2, 5, 100, at=1_000) == ["expired 5 of 1", "accepted 2"]


def test_a_day_order_lives_to_the_last_microsecond(desk):
    """ORDT-003"""
    desk.sell(1, 5, 100, TimeInForce.DAY, expire_at=1_000)
    assert desk.tick(999) == []
    assert desk.buy(2, 2, 100, at=999) == ["accepted 2", "2 takes 2@100 from 1"]
    assert desk.tick(1_000) == ["expired 3 of 1"]


def test_an_expiry_is_dated_when_it_was_due_however_late_the_tick(desk):
    """MATC-012"""
    desk.buy(1, 5, 100, TimeInForce.DAY, account_id=9, expire_at=1_000)
    desk.tick(5_000)
    assert desk.events[-1] == OrderExpired(3, 3, 1_000, 1, 9, 5)


def test_expiries_come_by_due_moment_then_arrival(desk):
    """MATC-012"""
    desk.buy(1, 1, 100, TimeInForce.DAY, expire_at=2_000)
    desk.buy(2, 1, 100, TimeInForce.DAY, expire_at=1_000)
    desk.sell(3, 1, 101, TimeInForce.DAY, expire_at=2_000)
    desk.buy(4, 1, 99, TimeInForce.DAY, expire_at=1_000)
    desk.replace(2, 1, 98)
    assert desk.tick(3_000) == ["expired 1 of 2", "expired 1 of 4", "expired 1 of 1", "expired 1 of 3"]


def test_an_order_already_past_its_end_is_refused(desk):
    """ORDT-005"""
    assert desk.buy(1, 5, 100, TimeInForce.DAY, expire_at=1_000, at=1_000) == [
        "OrderRejected 1 ALREADY_EXPIRED"
    ]
    assert desk.buy(2, 5, 100, TimeInForce.DAY, expire_at=1_001) == ["OrderRejected 2 ALREADY_EXPIRED"]


def test_a_replaced_day_order_still_expires_and_a_finished_one_does_not(desk):
    desk.buy(1, 5, 100, TimeInForce.DAY, expire_at=1_000)
    desk.buy(2, 5, 100, TimeInForce.DAY, expire_at=1_000)
    desk.buy(3, 5, 100, TimeInForce.DAY, expire_at=1_000)
    desk.replace(1, 6, 99)
    desk.cancel(2)
    desk.sell(4, 5, 100)
    assert desk.tick(1_000) == ["expired 6 of 1"]


def test_a_good_till_cancel_order_does_not_expire(desk):
    """ORDT-004"""
    desk.buy(1, 5, 100)
    assert desk.tick(10**15) == []
    assert desk.queue(Side.BUY) == [(1, 5, 100)]


def test_a_mass_cancel_takes_all_orders_of_the_account_in_order_of_arrival(desk):
    """MATC-011"""
    desk.buy(1, 5, 99)
    desk.sell(2, 5, 105)
    desk.buy(3, 5, 100, account_id=2)
    desk.stop_order(Side.BUY, 4, 5, 110)
    assert desk.cancel_all(1) == [
        "canceled 5 of 1: REQUESTED",
        "canceled 5 of 2: REQUESTED",
        "canceled 5 of 4: REQUESTED",
        "canceled all 3",
    ]
    assert desk.queue(Side.BUY) == [(3, 5, 100)]


def test_a_mass_cancel_may_mean_one_side_or_the_whole_listing(desk):
    """MATC-011"""
    desk.buy(1, 5, 99)
    desk.sell(2, 5, 105)
    desk.buy(3, 5, 100, account_id=2)
    assert desk.cancel_all(1, Side.SELL) == ["canceled 5 of 2: REQUESTED", "canceled all 1"]
    assert desk.cancel_all(None, Side.SELL) == ["canceled all 0"]
    assert desk.cancel_all() == ["canceled 5 of 1: REQUESTED", "canceled 5 of 3: REQUESTED", "canceled all 2"]


def test_a_mass_cancel_of_nothing_is_answered(desk):
    """MATC-011"""
    assert desk.cancel_all(1) == ["canceled all 0"]
    assert desk.events[-1][3:] == (1, None, 0)
