"""Call auctions: their price, who takes part, and in which order."""

import pytest

from trading.engine import AuctionUncrossed, MatchType, Phase, Side, TimeInForce, Traded
from trading.engine.auction import Indicative

from .desk import Desk

BUY, SELL = Side.BUY, Side.SELL
AT_OPEN, AT_CLOSE = TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE
Orders = list[tuple[Side, int, int]]


def called(orders: Orders, reference_px: int | None = None, call: Phase = Phase.PERIODIC_CALL) -> Desk:
    """A desk in a call with these orders (side, qty, price), numbered from 1."""
    desk = Desk(reference_px=reference_px)
    desk.enter(call)
    for order_id, (side, qty, price) in enumerate(orders, 1):
        desk.order(side, order_id, qty, price)
    return desk


def uncrossed(orders: Orders, reference_px: int | None = None) -> str:
    return called(orders, reference_px).enter(Phase.CONTINUOUS)[1].removeprefix("PERIODIC_CALL uncrossed: ")


def test_the_price_is_where_most_is_executed():
    """AUCT-001"""
    orders = [(BUY, 5, 102), (BUY, 5, 101), (BUY, 5, 100), (SELL, 5, 99), (SELL, 6, 101), (SELL, 5, 103)]
    assert uncrossed(orders) == "10@101, SELL 1 left"


def test_of_several_prices_the_one_with_the_smaller_surplus():
    """AUCT-002"""
    assert uncrossed([(BUY, 5, 102), (BUY, 2, 100), (SELL, 5, 100)]) == "5@102"
    assert uncrossed([(BUY, 5, 102), (SELL, 5, 100), (SELL, 2, 102)]) == "5@100"


def test_if_all_leave_buyers_the_highest():
    """AUCT-003"""
    orders = [(BUY, 6, 102), (SELL, 5, 100)]
    assert uncrossed(orders, reference_px=100) == "5@102, BUY 1 left"


def test_if_all_leave_sellers_the_lowest():
    """AUCT-003"""
    orders = [(BUY, 5, 102), (SELL, 6, 100)]
    assert uncrossed(orders, reference_px=102) == "5@100, SELL 1 left"


@pytest.mark.parametrize(
    ("reference_px", "price"), [(98, 100), (100, 100), (103, 103), (104, 104), (106, 106), (110, 106)]
)
def test_else_the_one_nearest_to_the_reference_price(reference_px, price):
    """AUCT-004, AUCT-005"""
    orders = [(BUY, 5, 106), (SELL, 5, 100), (BUY, 1, 99)]
    assert uncrossed(orders, reference_px) == f"5@{price}"


def test_of_two_equally_near_the_higher():
    """AUCT-004: buyers' surplus at 101, sellers' at 103, none between that is a candidate."""
    orders = [(BUY, 5, 103), (BUY, 2, 101), (SELL, 5, 101), (SELL, 2, 103)]
    assert uncrossed(orders, reference_px=None) == "5@103, SELL 2 left"


@pytest.mark.parametrize(
    ("reference_px", "said"),
    [(102, "5@102"), (101, "5@101, BUY 2 left"), (100, "5@101, BUY 2 left"), (105, "5@103, SELL 2 left")],
)
def test_the_reference_price_is_a_candidate_between_the_limits_only(reference_px, said):
    """AUCT-005"""
    orders = [(BUY, 5, 103), (BUY, 2, 101), (SELL, 5, 101), (SELL, 2, 103)]
    assert uncrossed(orders, reference_px) == said


def test_without_a_reference_price_the_middle_rounded_down_decides():
    """AUCT-004: between 100 and 105 that is 102, nearer to 100."""
    assert uncrossed([(BUY, 5, 105), (SELL, 5, 100), (BUY, 1, 97), (SELL, 1, 108)]) == "5@100"
    assert uncrossed([(BUY, 5, 104), (SELL, 5, 100)]) == "5@104"


def test_all_trades_are_at_the_one_price():
    """AUCT-006"""
    desk = called([(BUY, 5, 105), (BUY, 5, 103), (SELL, 4, 98), (SELL, 6, 103)])
    desk.enter(Phase.CONTINUOUS)
    trades = [event for event in desk.events if isinstance(event, Traded)]
    assert {trade.price for trade in trades} == {103}
    assert {trade.match_type for trade in trades} == {MatchType.AUCTION}


def test_better_limits_trade_first_then_who_queued_first():
    """AUCT-007"""
    desk = called([(BUY, 5, 100), (BUY, 5, 101), (BUY, 5, 100), (SELL, 12, 100)])
    assert desk.enter(Phase.CONTINUOUS)[1:] == [
        "PERIODIC_CALL uncrossed: 12@100, BUY 3 left",
        "2 and 4 trade 5@100",
        "1 and 4 trade 5@100",
        "3 and 4 trade 2@100",
        "phase CONTINUOUS",
    ]
    assert desk.queue(BUY) == [(3, 3, 100)]


def test_front_is_paired_with_front_until_the_volume_is_done():
    """AUCT-007"""
    desk = called([(BUY, 3, 100), (BUY, 7, 100), (SELL, 5, 100), (SELL, 5, 100)])
    assert desk.enter(Phase.CONTINUOUS)[2:5] == [
        "1 and 3 trade 3@100",
        "2 and 3 trade 2@100",
        "2 and 4 trade 5@100",
    ]


def test_orders_whose_limits_do_not_meet_are_not_paired():
    """AUCT-006, AUCT-007"""
    desk = called([(BUY, 5, 101), (SELL, 5, 100), (BUY, 3, 99), (SELL, 3, 102)])
    assert desk.enter(Phase.CONTINUOUS)[1:] == [
        "PERIODIC_CALL uncrossed: 5@100",
        "1 and 2 trade 5@100",
        "phase CONTINUOUS",
    ]
    assert (desk.queue(BUY), desk.queue(SELL)) == ([(3, 3, 99)], [(4, 3, 102)])


def test_an_order_without_a_limit_goes_before_the_limits_of_its_protection():
    """AUCT-007"""
    desk = called([(BUY, 5, 100), (BUY, 5, 101), (SELL, 7, 100)], call=Phase.OPENING_CALL)
    desk.market_order(BUY, 4, 5, 100, AT_OPEN)
    assert desk.enter(Phase.CONTINUOUS)[1:] == [
        "OPENING_CALL uncrossed: 7@100, BUY 8 left",
        "2 and 3 trade 5@100",
        "3 and 4 trade 2@100",
        "canceled 3 of 4: AUCTION_REMAINDER",
        "phase CONTINUOUS",
    ]


def test_at_auction_orders_queue_with_the_others_by_time():
    """AUCT-007"""
    desk = called([(BUY, 5, 100)], call=Phase.OPENING_CALL)
    desk.buy(2, 5, 100, AT_OPEN)
    desk.buy(3, 5, 100)
    desk.sell(4, 12, 100)
    assert desk.enter(Phase.CONTINUOUS)[2:5] == [
        "1 and 4 trade 5@100",
        "2 and 4 trade 5@100",
        "3 and 4 trade 2@100",
    ]


def test_a_reserve_order_takes_part_with_all_of_it_in_its_place():
    """AUCT-007"""
    desk = called([])
    desk.buy(1, 12, 100, display_qty=2)
    desk.buy(2, 5, 100)
    desk.sell(3, 11, 100)
    assert desk.enter(Phase.CONTINUOUS)[1:3] == [
        "PERIODIC_CALL uncrossed: 11@100, BUY 6 left",
        "1 and 3 trade 11@100",
    ]
    assert desk.queue(BUY) == [(1, 1, 100), (2, 5, 100)]
    assert desk.market.level_qty(BUY, 100) == 1 + 5


def test_a_reserve_order_filled_in_part_displays_anew_and_keeps_its_place():
    """AUCT-007, ORDT-030"""
    desk = Desk()
    desk.buy(1, 12, 100, display_qty=4)
    desk.buy(2, 5, 100)
    desk.sell(3, 3, 100)
    desk.enter(Phase.PERIODIC_CALL)
    desk.sell(4, 3, 100)
    desk.enter(Phase.CONTINUOUS)
    assert desk.queue(BUY) == [(1, 6, 100), (2, 5, 100)]
    assert desk.market.displayed_qty(1) == 4


def test_an_order_without_a_limit_takes_part_within_its_protection_only():
    """AUCT-008"""
    desk = called([(SELL, 5, 101)], call=Phase.OPENING_CALL)
    desk.market_order(BUY, 2, 5, 100, AT_OPEN)
    assert desk.enter(Phase.CONTINUOUS)[1:] == [
        "OPENING_CALL uncrossed: nothing",
        "canceled 5 of 2: AUCTION_REMAINDER",
        "phase CONTINUOUS",
    ]


def test_an_uncrossing_is_told_with_kind_price_volume_and_surplus():
    """AUCT-009"""
    desk = called([(BUY, 9, 100), (SELL, 5, 100)], call=Phase.CLOSING_CALL)
    desk.enter(Phase.CLOSED)
    told = next(event for event in desk.events if isinstance(event, AuctionUncrossed))
    assert told[3:] == (Phase.CLOSING_CALL, 100, 5, BUY, 4)


@pytest.mark.parametrize("orders", [[], [(BUY, 5, 100)], [(BUY, 5, 100), (SELL, 5, 101)]])
def test_an_uncrossing_that_executes_nothing_has_no_price(orders):
    """AUCT-009"""
    desk = called(orders)
    desk.enter(Phase.CONTINUOUS)
    told = next(event for event in desk.events if isinstance(event, AuctionUncrossed))
    assert told[3:] == (Phase.PERIODIC_CALL, None, 0, None, 0)


def test_the_indicative_state_is_known_in_calls_only():
    """AUCT-010"""
    desk = called([(BUY, 9, 100), (SELL, 5, 99)])
    assert desk.market.indicative() == Indicative(100, 5, BUY, 4)
    desk.cancel(2)
    assert desk.market.indicative() == Indicative(None, 0, None, 0)
    desk.enter(Phase.CONTINUOUS)
    assert desk.market.indicative() is None


def test_the_price_is_the_last_trade_and_the_next_reference():
    """AUCT-011"""
    desk = called([(BUY, 5, 105), (SELL, 5, 100)], reference_px=103)
    desk.enter(Phase.CONTINUOUS)
    assert (desk.market.last_px, desk.market.reference_px) == (103, 103)
    desk.last_trade(110)
    assert (desk.market.last_px, desk.market.reference_px) == (110, 103)
    desk.enter(Phase.PERIODIC_CALL)
    desk.enter(Phase.CONTINUOUS)
    assert (desk.market.last_px, desk.market.reference_px) == (110, 103)


def test_the_public_is_told_the_announced_end_not_the_drawn_one():
    """AUCT-012"""
    desk = Desk()
    drawn = [(100, Phase.PERIODIC_CALL, 100), (237, Phase.CONTINUOUS, 200)]
    desk.announced(*drawn)
    desk.buy(1, 5, 100, at=100)
    assert desk.events[-2][3:] == (Phase.PERIODIC_CALL, 200)
    assert desk.tick(236) == []
    assert desk.tick(237) == ["PERIODIC_CALL uncrossed: nothing", "phase CONTINUOUS"]
    assert desk.events[-1].at == 237


def test_in_a_call_nothing_is_matched_and_the_book_may_stand_crossed():
    """AUCT-013"""
    desk = called([(BUY, 5, 101), (SELL, 5, 99)])
    assert (desk.market.best(BUY), desk.market.best(SELL)) == (101, 99)
    assert desk.replace(1, 6, 102) == ["replaced 1: 6@102 at the back"]


# Orders for an auction


@pytest.mark.parametrize(
    ("call", "time_in_force"),
    [(Phase.OPENING_CALL, AT_OPEN), (Phase.INITIAL_CALL, AT_OPEN), (Phase.CLOSING_CALL, AT_CLOSE)],
)
def test_an_at_auction_order_takes_part_in_its_auction_and_goes(call, time_in_force):
    """ORDT-006, ORDT-008"""
    desk = called([(SELL, 3, 100)], call=call)
    desk.buy(2, 5, 100, time_in_force)
    assert desk.enter(Phase.CONTINUOUS)[1:] == [
        f"{call} uncrossed: 3@100, BUY 2 left",
        "1 and 2 trade 3@100",
        "canceled 2 of 2: AUCTION_REMAINDER",
        "phase CONTINUOUS",
    ]


def test_an_at_auction_order_waits_outside_the_book():
    """ORDT-007, MKTD-002"""
    desk = Desk()
    desk.schedule((1, Phase.CONTINUOUS), (100, Phase.CLOSING_CALL), (200, Phase.CLOSED))
    assert desk.buy(1, 5, 100, AT_CLOSE) == ["accepted 1"]
    assert desk.queue(BUY) == []
    assert desk.market.displayed_qty(1) == 0
    assert desk.sell(2, 5, 100) == ["accepted 2"]


@pytest.mark.parametrize("call", [Phase.PERIODIC_CALL, Phase.CLOSING_CALL, Phase.REOPENING_CALL])
def test_an_at_auction_order_takes_part_in_no_other_auction(call):
    """ORDT-007"""
    desk = Desk()
    at = desk.market.last_at + 1
    desk.schedule((at, call), (at + 10, Phase.CONTINUOUS), (at + 20, Phase.OPENING_CALL))
    desk.buy(1, 5, 100, AT_OPEN)
    desk.sell(2, 5, 100)
    assert desk.market.indicative() == Indicative(None, 0, None, 0)
    assert desk.tick(at + 10) == [f"{call} uncrossed: nothing", "phase CONTINUOUS"]
    assert desk.market.working(1) is not None


@pytest.mark.parametrize("time_in_force", [AT_OPEN, AT_CLOSE])
def test_without_its_auction_ahead_an_order_is_rejected(time_in_force):
    """ORDT-008"""
    desk = Desk()
    assert desk.buy(1, 5, 100, time_in_force) == ["OrderRejected 1 NO_AUCTION_AHEAD"]
    desk.schedule((1, Phase.OPENING_CALL), (2, Phase.CLOSING_CALL), (3, Phase.PERIODIC_CALL))
    assert desk.buy(2, 5, 100, time_in_force) == ["OrderRejected 2 NO_AUCTION_AHEAD"]


def test_a_new_schedule_without_their_auction_cancels_those_that_wait():
    """ORDT-008"""
    desk = Desk()
    desk.schedule((100, Phase.OPENING_CALL), (200, Phase.CLOSING_CALL), (300, Phase.CLOSED))
    desk.buy(1, 5, 100, AT_CLOSE)
    desk.buy(2, 5, 100, AT_OPEN)
    assert desk.schedule((100, Phase.CLOSING_CALL), (200, Phase.CLOSED)) == [
        "ScheduleSet",
        "canceled 5 of 2: NO_AUCTION_AHEAD",
    ]
    assert desk.market.working(1) is not None


def test_an_at_auction_order_may_be_replaced_and_canceled_as_it_waits():
    """ORDT-007, RPLC-003"""
    desk = called([], call=Phase.OPENING_CALL)
    desk.buy(1, 5, 100, AT_OPEN)
    desk.buy(2, 5, 100, AT_OPEN)
    assert desk.replace(2, 4, 100) == ["replaced 2: 4@100 in place"]
    assert desk.replace(1, 6, 100) == ["replaced 1: 6@100 at the back"]
    desk.sell(3, 5, 100)
    assert desk.cancel(9) == ["CancelRejected 9 TOO_LATE"]
    assert desk.enter(Phase.CONTINUOUS)[2:4] == ["2 and 3 trade 4@100", "1 and 3 trade 1@100"]


def test_an_order_without_a_limit_keeps_none_and_one_with_a_limit_keeps_one():
    """RPLC-011"""
    desk = called([(BUY, 5, 100)], call=Phase.OPENING_CALL)
    desk.market_order(BUY, 2, 5, 105, AT_OPEN)
    assert desk.replace(1, 4, None) == ["ReplaceRejected 1 UNSUPPORTED_ORDER"]
    assert desk.replace(2, 4, 100) == ["ReplaceRejected 2 UNSUPPORTED_ORDER"]
    assert desk.replace(2, 6, None) == ["replaced 2: 6@None at the back"]
