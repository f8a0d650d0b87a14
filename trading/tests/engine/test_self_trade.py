"""Self-trade prevention: accounts 1 and 2 are one owner's, account 3 is another's."""

from time import process_time
from typing import Any

import pytest

from trading.engine import OrderRestated, Phase, RestateReason, SelfTrade, Side, TimeInForce

from .desk import Desk

MODES = [mode for mode in SelfTrade if mode is not SelfTrade.ALLOW]
MINE: dict[str, Any] = {"account_id": 2, "owner_id": 1}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def traded(said: list[str]) -> list[str]:
    return [words for words in said if " takes " in words or " trade " in words]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("account_id", [1, 2])
def test_orders_of_one_owner_never_trade_with_each_other(desk, mode, account_id):
    """STPR-001, STPR-007"""
    desk.sell(1, 5, 100, account_id=1, owner_id=1)
    said = desk.buy(2, 5, 100, account_id=account_id, owner_id=1, self_trade=mode)
    assert traded(said) == []
    assert said[1].endswith("SELF_TRADE")


def test_owners_alone_count_not_the_order_of_their_accounts(desk):
    """STPR-001"""
    desk.sell(1, 5, 100, account_id=1, owner_id=1)
    assert len(desk.buy(2, 5, 100, account_id=3, owner_id=3, self_trade=SelfTrade.CANCEL_BOTH)) == 2


def test_the_arriving_orders_mode_decides(desk):
    """STPR-002"""
    desk.sell(1, 5, 100, self_trade=SelfTrade.CANCEL_OLDEST)
    assert desk.buy(2, 5, 100, **MINE, self_trade=SelfTrade.CANCEL_NEWEST) == [
        "accepted 2",
        "canceled 5 of 2: SELF_TRADE",
    ]
    assert desk.queue(Side.SELL) == [(1, 5, 100)]


def test_cancel_newest_takes_what_is_left_of_the_arriving_order(desk):
    """STPR-003"""
    desk.sell(1, 3, 99, account_id=3)
    desk.sell(2, 5, 100)
    assert desk.buy(3, 10, 101, self_trade=SelfTrade.CANCEL_NEWEST) == [
        "accepted 3",
        "3 takes 3@99 from 1",
        "canceled 7 of 3: SELF_TRADE",
    ]


def test_cancel_oldest_takes_the_resting_order_and_goes_on(desk):
    """STPR-004"""
    desk.sell(1, 5, 100)
    desk.sell(2, 3, 100, account_id=3)
    assert desk.buy(3, 10, 101, self_trade=SelfTrade.CANCEL_OLDEST) == [
        "accepted 3",
        "canceled 5 of 1: SELF_TRADE",
        "3 takes 3@100 from 2",
    ]
    assert desk.queue(Side.BUY) == [(3, 7, 101)]


def test_cancel_both_takes_both_the_resting_one_first(desk):
    """STPR-005"""
    desk.sell(1, 5, 100)
    assert desk.buy(2, 10, 101, self_trade=SelfTrade.CANCEL_BOTH) == [
        "accepted 2",
        "canceled 5 of 1: SELF_TRADE",
        "canceled 10 of 2: SELF_TRADE",
    ]


def test_decrement_takes_the_smaller_quantity_off_both(desk):
    """STPR-006"""
    desk.sell(1, 5, 100)
    desk.sell(2, 9, 101)
    assert desk.buy(3, 8, 101, self_trade=SelfTrade.DECREMENT) == [
        "accepted 3",
        "canceled 5 of 1: SELF_TRADE",
        "restated 3: 3 left: SELF_TRADE",
        "restated 2: 6 left: SELF_TRADE",
        "canceled 3 of 3: SELF_TRADE",
    ]
    assert desk.queue(Side.SELL) == [(2, 6, 101)]
    restated = desk.events[-2]
    assert isinstance(restated, OrderRestated)
    assert restated[3:] == (2, 1, 9, 6, None, RestateReason.SELF_TRADE)


def test_decrement_of_equals_ends_both(desk):
    """STPR-006"""
    desk.sell(1, 5, 100)
    assert desk.buy(2, 5, 100, self_trade=SelfTrade.DECREMENT) == [
        "accepted 2",
        "canceled 5 of 1: SELF_TRADE",
        "canceled 5 of 2: SELF_TRADE",
    ]


def test_decrement_comes_off_what_is_hidden_first_and_keeps_the_place(desk):
    """STPR-006, RPLC-008"""
    desk.sell(1, 20, 100, display_qty=5)
    desk.sell(2, 1, 100)
    desk.buy(3, 17, 100, self_trade=SelfTrade.DECREMENT)
    assert desk.queue(Side.SELL) == [(1, 3, 100), (2, 1, 100)]
    assert desk.market.level_qty(Side.SELL, 100) == 3 + 1


def test_a_replaced_or_triggered_order_is_kept_from_its_owners_too(desk):
    """STPR-001, STPR-002"""
    desk.sell(1, 5, 100)
    desk.buy(2, 5, 90, **MINE, self_trade=SelfTrade.CANCEL_NEWEST)
    assert desk.replace(2, 5, 100, account_id=2)[-1] == "canceled 5 of 2: SELF_TRADE"
    desk.stop_order(Side.BUY, 3, 5, 95, **MINE, self_trade=SelfTrade.CANCEL_OLDEST)
    desk.sell(4, 1, 96, account_id=3)
    assert desk.buy(5, 1, 96, account_id=4)[2:] == [
        "triggered 3",
        "canceled 5 of 1: SELF_TRADE",
        "canceled 5 of 3: PROTECTION_REACHED",
    ]


@pytest.mark.parametrize("condition", [{"time_in_force": TimeInForce.FOK}, {"min_qty": 6}])
@pytest.mark.parametrize("mode", MODES)
def test_own_orders_do_not_help_to_fill(desk, mode, condition):
    """STPR-008"""
    desk.sell(1, 5, 100, account_id=3)
    desk.sell(2, 5, 100)
    said = desk.buy(3, 6, 100, **condition, self_trade=mode)
    assert said[1:] in (["canceled 6 of 3: FOK_UNFILLED"], ["canceled 6 of 3: MIN_QTY_UNMET"])
    assert desk.queue(Side.SELL) == [(1, 5, 100), (2, 5, 100)]


def test_only_cancel_oldest_reaches_behind_the_first_own_order(desk):
    """STPR-008"""
    desk.sell(1, 5, 100)
    desk.sell(2, 5, 100, account_id=3)
    for order_id, mode in enumerate((SelfTrade.CANCEL_NEWEST, SelfTrade.CANCEL_BOTH, SelfTrade.DECREMENT), 3):
        said = desk.buy(order_id, 5, 100, TimeInForce.FOK, self_trade=mode)
        assert said[-1] == f"canceled 5 of {order_id}: FOK_UNFILLED"
    assert desk.buy(9, 5, 100, TimeInForce.FOK, self_trade=SelfTrade.CANCEL_OLDEST) == [
        "accepted 9",
        "canceled 5 of 1: SELF_TRADE",
        "9 takes 5@100 from 2",
    ]


def test_what_is_hidden_comes_behind_an_own_order_at_its_price(desk):
    """STPR-008, ORDT-033"""
    desk.sell(1, 20, 100, account_id=3, display_qty=5)
    desk.sell(2, 5, 100)
    fok = {"time_in_force": TimeInForce.FOK, "self_trade": SelfTrade.CANCEL_NEWEST}
    assert desk.buy(3, 6, 100, **fok)[-1] == "canceled 6 of 3: FOK_UNFILLED"
    assert traded(desk.buy(4, 5, 100, **fok)) == ["4 takes 5@100 from 1"]


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (SelfTrade.CANCEL_NEWEST, ["canceled 5 of 2: SELF_TRADE"]),
        (SelfTrade.CANCEL_OLDEST, ["canceled 4 of 1: SELF_TRADE"]),
        (SelfTrade.CANCEL_BOTH, ["canceled 4 of 1: SELF_TRADE", "canceled 5 of 2: SELF_TRADE"]),
        (SelfTrade.DECREMENT, ["canceled 4 of 1: SELF_TRADE", "restated 2: 1 left: SELF_TRADE"]),
    ],
)
def test_in_an_uncrossing_the_later_orders_mode_decides(desk, mode, said):
    """STPR-009"""
    desk.enter(Phase.PERIODIC_CALL)
    desk.sell(1, 4, 100)
    desk.buy(2, 5, 100, self_trade=mode)
    assert desk.enter(Phase.CONTINUOUS)[1:] == [*said, "PERIODIC_CALL uncrossed: nothing", "phase CONTINUOUS"]


def test_an_uncrossing_is_reckoned_anew_without_what_prevention_took_out(desk):
    """STPR-009"""
    desk.enter(Phase.PERIODIC_CALL)
    desk.sell(1, 9, 100)
    desk.sell(2, 3, 101, account_id=3)
    desk.buy(3, 9, 102, self_trade=SelfTrade.CANCEL_OLDEST)
    assert desk.enter(Phase.CONTINUOUS)[1:] == [
        "canceled 9 of 1: SELF_TRADE",
        "PERIODIC_CALL uncrossed: 3@102, BUY 6 left",
        "2 and 3 trade 3@102",
        "phase CONTINUOUS",
    ]


def test_what_an_order_was_paired_for_before_it_met_its_owners_is_reckoned_anew(desk):
    """STPR-009"""
    desk.enter(Phase.PERIODIC_CALL)
    desk.sell(1, 4, 99, account_id=3)
    desk.sell(2, 2, 100)
    desk.buy(3, 9, 101, self_trade=SelfTrade.CANCEL_NEWEST)
    desk.buy(4, 3, 100, account_id=3, owner_id=4)
    assert desk.enter(Phase.CONTINUOUS)[1:] == [
        "canceled 9 of 3: SELF_TRADE",
        "PERIODIC_CALL uncrossed: 3@99, SELL 1 left",
        "1 and 4 trade 3@99",
        "phase CONTINUOUS",
    ]


def test_an_order_that_lost_a_part_trades_what_it_has_left(desk):
    """STPR-009, STPR-006"""
    desk.enter(Phase.PERIODIC_CALL)
    desk.sell(1, 4, 99, account_id=3)
    desk.sell(2, 6, 100)
    desk.buy(3, 9, 101, self_trade=SelfTrade.DECREMENT)
    assert desk.enter(Phase.CONTINUOUS)[1:] == [
        "canceled 6 of 2: SELF_TRADE",
        "restated 3: 3 left: SELF_TRADE",
        "PERIODIC_CALL uncrossed: 3@99, SELL 1 left",
        "1 and 3 trade 3@99",
        "phase CONTINUOUS",
    ]


def test_many_pairs_of_one_owner_cost_the_indicative_state_little(desk):
    """STPR-009, AUCT-010. Starting over at each of them takes minutes."""
    desk.enter(Phase.PERIODIC_CALL)
    pairs = 5_000
    for n in range(1, pairs + 1):
        desk.sell(n, 1, 100)
        desk.buy(pairs + n, 1, 100, self_trade=SelfTrade.CANCEL_BOTH)
    desk.buy(2 * pairs + 1, 3, 100, account_id=3)
    desk.sell(2 * pairs + 2, 2, 100, account_id=4)
    started = process_time()
    assert desk.market.indicative() == (100, 2, Side.BUY, 1)
    assert process_time() - started < 1


def test_what_a_decremented_order_keeps_of_its_pairings_is_not_reckoned_anew(desk):
    """STPR-009, AUCT-010. Pairing all of it again at each of its owner's orders takes long."""
    desk.enter(Phase.PERIODIC_CALL)
    many = 450
    for n in range(1, many + 1):
        desk.sell(n, 1, 100, account_id=3)
        desk.sell(many + n, 1, 101)
    desk.buy(2 * many + 1, 2 * many + 10, 101, self_trade=SelfTrade.DECREMENT)
    started = process_time()
    assert desk.market.indicative() == (101, many, Side.BUY, 10)
    assert process_time() - started < 0.1


def test_at_auction_orders_are_kept_from_their_owners_too(desk):
    """STPR-009, STPR-001"""
    desk.enter(Phase.OPENING_CALL)
    desk.sell(1, 9, 100, TimeInForce.AT_OPEN)
    desk.buy(2, 4, 100, TimeInForce.AT_OPEN, self_trade=SelfTrade.DECREMENT)
    assert desk.enter(Phase.CONTINUOUS)[1:] == [
        "restated 1: 5 left: SELF_TRADE",
        "canceled 4 of 2: SELF_TRADE",
        "OPENING_CALL uncrossed: nothing",
        "canceled 5 of 1: AUCTION_REMAINDER",
        "phase CONTINUOUS",
    ]


def test_replays_of_other_markets_may_allow_it(desk):
    """STPR-010"""
    desk.sell(1, 5, 100)
    assert traded(desk.buy(2, 5, 100, self_trade=SelfTrade.ALLOW)) == ["2 takes 5@100 from 1"]


def test_what_prevention_took_off_counts_as_gone_when_the_order_is_replaced(desk):
    """RPLC-001, STPR-006, MATC-006"""
    desk.sell(1, 9, 100)
    desk.buy(2, 4, 100, self_trade=SelfTrade.DECREMENT)
    assert desk.replace(1, 4, 100) == ["ReplaceRejected 1 QTY_NOT_ABOVE_CUM"]
    assert desk.replace(1, 6, 100) == ["replaced 1: 2@100 in place"]
