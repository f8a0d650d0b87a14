"""A working order is always covered, whatever happens to it on its way through the journal."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from trading.engine import (
    NOTHING_PAID,
    FeeTerms,
    Paid,
    Side,
    fee_of_execution,
    replace_reserve,
    required_hold,
)

TICK_LOT_CENTS = 25
sides = st.sampled_from(Side)
qtys = st.integers(1, 30)
prices = st.integers(1, 30)
terms = st.tuples(prices, qtys)
fees = st.none() | st.builds(
    FeeTerms, st.integers(0, 100_000), st.integers(0, 100_000), st.integers(0, 100_000),
    st.integers(0, 500), st.integers(0, 1000),
)  # fmt: skip


def test_a_buyer_holds_cents_for_what_is_left_at_the_limit():
    assert required_hold(Side.BUY, price=10, leaves_qty=3, tick_lot_cents=25) == 750


def test_a_seller_holds_the_lots_that_are_left():
    assert required_hold(Side.SELL, price=10, leaves_qty=3, tick_lot_cents=25) == 3


def test_an_order_that_wants_nothing_holds_nothing():
    assert required_hold(Side.BUY, 10, 0, 25) == required_hold(Side.SELL, 10, 0, 25) == 0


def test_a_buyer_holds_the_most_it_may_have_to_pay_in_fees_too():
    """FEES-006"""
    terms = FeeTerms(maker_rate=1000, taker_rate=2000, auction_rate=0, flat_cents=10, minimum_cents=0)
    assert required_hold(Side.BUY, 10, 100, 25, terms) == 25_000 + 10 + 50
    # Half of it has traded as a maker: the flat amount is paid, the rest is reckoned at the highest rate.
    assert required_hold(Side.BUY, 10, 50, 25, terms, Paid(maker=12_500, fee=23)) == 12_500 + 25
    assert required_hold(Side.SELL, 10, 100, 25, terms) == 100


def test_a_pair_holds_the_larger_of_what_its_legs_need_and_the_fees_of_both():
    """ORDT-061"""
    assert required_hold(Side.BUY, 10, 4, 25, stop_leg_price=12) == 0
    assert required_hold(Side.BUY, 15, 4, 25, stop_leg_price=12) == 3 * 4 * 25
    assert required_hold(Side.SELL, 10, 4, 25, stop_leg_price=8) == 0
    flat = FeeTerms(0, 0, 0, flat_cents=30, minimum_cents=0)
    assert required_hold(Side.BUY, 10, 4, 25, flat, stop_leg_price=12) == 30


@given(prices, prices, qtys, fees, st.data())
def test_a_pair_is_covered_however_its_limit_leg_fills_before_the_stop_leg_takes_over(
    limit, stop, qty, fees, data
):
    """ORDT-061, FEES-006"""

    def needed(paid: Paid) -> int:
        return required_hold(Side.BUY, limit, qty, TICK_LOT_CENTS, fees, paid, stop) + required_hold(
            Side.BUY, stop, qty, TICK_LOT_CENTS, fees
        )

    paid = NOTHING_PAID
    held = needed(paid)
    while qty:
        part = data.draw(st.integers(1, qty))
        cents = data.draw(st.integers(1, limit)) * part * TICK_LOT_CENTS
        paid = paid._replace(taker=paid.taker + cents)
        fee = fee_of_execution(Side.BUY, fees, paid, cents)
        paid = paid._replace(fee=paid.fee + fee)
        qty -= part
        held -= cents + fee
        assert held >= needed(paid)


def test_a_side_read_from_a_column_is_a_side():
    column: Any = "BUY"
    assert required_hold(column, 10, 3, 25) == 750


def test_a_dearer_replace_reserves_the_difference_on_what_is_left():
    assert replace_reserve(Side.BUY, [(10, 5)], 2, 12, 5, 25) == (12 - 10) * 3 * 25


def test_a_larger_replace_reserves_what_is_added_to_the_total():
    assert replace_reserve(Side.BUY, [(10, 5)], 2, 10, 8, 25) == 10 * 3 * 25
    assert replace_reserve(Side.SELL, [(10, 5)], 2, 9, 8, 25) == 3


def test_a_cheaper_or_smaller_replace_reserves_nothing():
    assert replace_reserve(Side.BUY, [(10, 5)], 0, 9, 5, 25) == 0
    assert replace_reserve(Side.BUY, [(10, 5)], 0, 10, 4, 25) == 0
    assert replace_reserve(Side.SELL, [(10, 5)], 0, 20, 5, 25) == 0


def test_a_larger_but_cheaper_replace_is_dearest_once_the_old_quantity_has_traded():
    # At the start 100 x 5 covers 60 x 8; after five lots the base holds nothing and three more are wanted.
    assert replace_reserve(Side.BUY, [(100, 5)], 0, 60, 8, 1) == 180


def test_a_replace_behind_another_is_covered_whichever_of_them_stands():
    assert replace_reserve(Side.BUY, [(10, 5), (4, 5)], 0, 12, 5, 1) == (12 - 4) * 5


def test_a_base_traded_out_already_needs_no_reserve():
    assert replace_reserve(Side.BUY, [(10, 5)], 5, 99, 5, 1) == 0


@given(sides, st.lists(terms, min_size=1, max_size=4), st.integers(0, 30), terms)
def test_the_reserve_is_enough_at_every_base_and_every_fill_and_not_a_cent_more(side, bases, cum_qty, new):
    reserve = replace_reserve(side, bases, cum_qty, new[0], new[1], TICK_LOT_CENTS)
    shortfalls = [
        required_hold(side, new[0], new[1] - cum, TICK_LOT_CENTS)
        - required_hold(side, price, order_qty - cum, TICK_LOT_CENTS)
        for price, order_qty in bases
        for cum in range(cum_qty, min(order_qty, new[1]) + 1)
    ]
    assert reserve == max([0, *shortfalls])


@given(st.lists(terms, min_size=1, max_size=4), st.integers(0, 30), terms, fees, st.data())
def test_the_reserve_covers_what_fees_may_grow_by_whatever_was_paid_before(bases, cum_qty, new, fees, data):
    """RPLC-012, FEES-006"""
    reserve = replace_reserve(Side.BUY, bases, cum_qty, new[0], new[1], TICK_LOT_CENTS, fees)
    for price, order_qty in bases:
        for cum in range(cum_qty, min(order_qty, new[1]) + 1):
            paid = Paid(maker=cum * TICK_LOT_CENTS, fee=data.draw(st.integers(0, 2000)))
            held = required_hold(Side.BUY, price, order_qty - cum, TICK_LOT_CENTS, fees, paid)
            wanted = required_hold(Side.BUY, new[0], new[1] - cum, TICK_LOT_CENTS, fees, paid)
            if cum < order_qty:  # a filled order is gone, and the replace refused
                assert held + reserve >= wanted


@given(
    sides,
    terms,
    st.lists(
        st.one_of(
            st.tuples(st.just("enter"), terms),
            st.tuples(st.just("fill"), qtys),
            st.tuples(st.just("drain"), st.none()),
        ),
        max_size=20,
    ),
)
def test_no_run_of_replaces_and_fills_ever_leaves_an_order_uncovered(side, first, steps):
    """Entry reserves against what it sees; the drain then applies replaces in order, fills in between."""
    standing, cum = first, 0
    undrained: list[tuple[tuple[int, int], int]] = []

    def hold(order_terms: tuple[int, int]) -> int:
        return required_hold(side, order_terms[0], order_terms[1] - cum, TICK_LOT_CENTS)

    for step, value in steps:
        if step == "enter":
            bases = [standing, *(replace for replace, _ in undrained)]
            reserve = replace_reserve(side, bases, cum, value[0], value[1], TICK_LOT_CENTS)
            undrained.append((value, reserve))
        elif step == "fill":
            cum = min(standing[1], cum + value)
        elif undrained and cum < standing[1]:
            replace, reserve = undrained.pop(0)
            if replace[1] > cum:
                assert hold(standing) + reserve >= hold(replace)
                standing = replace
