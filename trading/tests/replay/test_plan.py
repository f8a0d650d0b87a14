"""Each treatment of a limited-depth file, on sessions of a few rows. Prices are the file's."""

from trading.engine import Side
from trading.tests.replay.paper import Replayed, book, replay

# What most sessions begin with: a hidden execution, and a book of one order a side.
OPENING = "34200.0,5,0,1,10000,1"
ASK, BID = (10100, 100), (9900, 100)


def clean(replayed: Replayed) -> bool:
    return not (replayed.check.mismatches or replayed.check.odd or replayed.rejected)


def test_the_opening_book_is_adopted():
    replayed = replay([OPENING], [book(ASK, BID)])
    assert sorted(replayed.requests(1)) == ["buy 100 @ 9900", "sell 100 @ 10100"]
    assert (replayed.counts.adopted, replayed.counts.anonymous) == (2, 2)
    assert replayed.check.compared == 1
    assert clean(replayed)


def test_the_order_of_the_first_message_is_part_of_the_opening_book():
    replayed = replay(
        ["34200.0,1,5,100,9900,1", "34201.0,3,5,100,9900,1"], [book(ASK, BID), book(ASK)]
    )  # fmt: skip
    assert "cancel 1.1" in replayed.requests(2)
    assert clean(replayed)


def test_a_submission_becomes_a_limit_order():
    replayed = replay([OPENING, "34201.0,1,5,30,9950,1"], [book(ASK, BID), book(ASK, (9950, 30), None, BID)])
    assert replayed.requests(2) == ["buy 30 @ 9950"]
    assert clean(replayed)


def test_a_partial_cancel_becomes_a_replace_and_keeps_the_place_in_the_queue():
    replayed = replay(
        [
            "34200.0,5,0,1,10000,1",
            "34201.0,1,5,100,9950,1",
            "34201.1,1,6,100,9950,1",
            "34202.0,2,5,40,9950,1",
            "34203.0,4,5,60,9950,1",
        ],
        [
            book(ASK, BID),
            book(ASK, (9950, 100), None, BID),
            book(ASK, (9950, 200), None, BID),
            book(ASK, (9950, 160), None, BID),
            book(ASK, (9950, 100), None, BID),
        ],
    )
    assert replayed.requests(4) == ["replace 2.1 to 60"]
    assert clean(replayed)


def test_what_a_partly_traded_order_is_replaced_to_counts_what_has_traded():
    replayed = replay(
        [OPENING, "34201.0,1,5,100,9950,1", "34202.0,4,5,30,9950,1", "34203.0,2,5,20,9950,1"],
        [
            book(ASK, BID),
            book(ASK, (9950, 100), None, BID),
            book(ASK, (9950, 70), None, BID),
            book(ASK, (9950, 50), None, BID),
        ],
    )
    assert replayed.requests(4) == ["replace 2.1 to 80"]
    assert clean(replayed)


def test_a_deletion_becomes_a_cancel():
    replayed = replay(
        [OPENING, "34201.0,1,5,30,9950,1", "34202.0,3,5,30,9950,1"],
        [book(ASK, BID), book(ASK, (9950, 30), None, BID), book(ASK, BID)],
    )
    assert replayed.requests(3) == ["cancel 2.1"]
    assert clean(replayed)


def test_executions_of_one_time_and_side_are_one_incoming_order():
    replayed = replay(
        [
            OPENING,
            "34201.0,1,5,30,9950,1",
            "34202.0,4,5,30,9950,1",
            "34202.0,4,3,60,9900,1",
            "34202.5,4,3,40,9900,1",
        ],
        [book(ASK, BID), book(ASK, (9950, 30), None, BID), book(ASK, BID), book(ASK, (9900, 40)), book(ASK)],
    )
    assert replayed.requests(3) == ["sell 90 @ 9900 now"]
    assert replayed.requests(5) == ["sell 40 @ 9900 now"]
    assert replayed.counts.aggressors == 2
    assert replayed.check.compared == 4  # a group counts once
    assert clean(replayed)


def test_executions_of_both_sides_at_one_time_are_two_incoming_orders():
    replayed = replay(
        [OPENING, "34202.0,4,3,60,9900,1", "34202.0,4,4,60,10100,-1"],
        [book(ASK, BID), book(ASK, (9900, 40)), book((10100, 40), (9900, 40))],
    )
    assert replayed.requests(2) == ["sell 60 @ 9900 now"]
    assert replayed.requests(3) == ["buy 60 @ 10100 now"]
    assert clean(replayed)


def test_a_hidden_execution_is_skipped_and_does_not_part_a_group():
    replayed = replay(
        [OPENING, "34202.0,4,3,60,9900,1", "34202.0,5,0,10,9900,1", "34202.0,4,3,40,9900,1"],
        [book(ASK, BID), book(ASK, (9900, 40)), book(ASK, (9900, 40)), book(ASK)],
    )
    # (That one incoming order meets one resting order twice is odd, of course: here it is one fill.)
    assert replayed.requests(2) == ["sell 100 @ 9900 now"]
    assert replayed.counts.hidden == 2
    assert not replayed.check.mismatches


def test_a_hidden_execution_behind_a_group_is_compared_by_itself():
    replayed = replay(
        [OPENING, "34202.0,4,3,60,9900,1", "34202.0,5,0,10,9900,1"],
        [book(ASK, BID), book(ASK, (9900, 40)), book(ASK, (9900, 40))],
    )
    assert replayed.check.compared == 3
    assert clean(replayed)


def test_a_level_that_comes_into_view_is_adopted_with_the_orders_later_rows_name_and_one_for_the_rest():
    replayed = replay(
        [OPENING, "34201.0,3,3,10,9990,1", "34202.0,1,90,1,9990,1", "34203.0,3,90,1,9990,1",
         "34204.0,3,8,10,9800,1", "34205.0,3,7,25,9800,1"],
        [
            book(ASK, (9990, 10), None, (9900, 100)),
            book(ASK, (9900, 100), None, (9800, 50)),
            book(ASK, (9990, 1), None, (9900, 100)),
            book(ASK, (9900, 100), None, (9800, 50)),
            book(ASK, (9900, 100), None, (9800, 40)),
            book(ASK, (9900, 100), None, (9800, 15)),
        ],
    )  # fmt: skip
    # By id, the anonymous one last; then the message itself.
    assert replayed.requests(2) == ["buy 25 @ 9800", "buy 10 @ 9800", "buy 15 @ 9800", "cancel 1.1"]
    assert clean(replayed)


def test_a_stranger_of_a_later_id_than_the_next_submission_was_not_there_yet():
    rows = [OPENING, "34201.0,1,90,1,9990,1", "34202.0,3,90,1,9990,1", "34203.0,3,95,100,9900,1"]
    shown = [book(ASK, BID), book(ASK, (9990, 1), None, BID), book(ASK, BID), book(ASK)]
    replayed = replay(rows, shown)
    assert replayed.counts.anonymous == 2
    # It turned out to be the anonymous one.
    assert replayed.counts.from_anonymous == 1
    assert clean(replayed)


def test_a_level_that_went_while_out_of_view_is_purged_when_its_price_comes_back():
    shown = [
        book(ASK, (9900, 100), depth=1),
        book(ASK, (9950, 10), depth=1),
        book(ASK, (9800, 70), depth=1),
    ]
    replayed = replay([OPENING, "34201.0,1,5,10,9950,1", "34202.0,3,5,10,9950,1"], shown)
    assert replayed.requests(3) == ["cancel 1.1", "buy 70 @ 9800", "cancel 2.1"]
    assert replayed.counts.purged == 1
    assert clean(replayed)


def test_a_level_that_came_back_larger_keeps_the_orders_still_named():
    shown = [
        book(ASK, (9900, 100), depth=1),
        book(ASK, (9950, 10), depth=1),
        book(ASK, (9900, 140), depth=1),
        book(ASK, (9900, 40), depth=1),
    ]
    replayed = replay(
        [OPENING, "34201.0,1,5,10,9950,1", "34202.0,3,5,10,9950,1", "34203.0,3,3,100,9900,1"], shown
    )
    assert replayed.requests(3) == ["buy 40 @ 9900", "cancel 2.1"]
    assert clean(replayed)


def test_what_a_sweep_brings_into_view_is_there_before_the_sweep():
    replayed = replay(
        [OPENING, "34202.0,4,3,100,9900,1", "34202.0,4,2,50,9700,1"],
        [book(ASK, (9900, 100), depth=1), book(ASK, (9700, 50), depth=1), book(ASK, depth=1)],
    )
    assert replayed.requests(2) == ["buy 50 @ 9700", "sell 150 @ 9700 now"]
    assert clean(replayed)


def test_a_price_inside_the_window_is_never_adjusted():
    replayed = replay(
        [OPENING, "34201.0,1,5,30,9950,1", "34202.0,5,0,1,9950,1"],
        [book(ASK, BID), book(ASK, (9950, 31), None, BID), book(ASK, (9950, 31), None, BID)],
    )
    [first, second] = replayed.check.mismatches
    assert (first.line, first.side) == (2, Side.BUY)
    assert first.ours == [(9950, 30), (9900, 100)]
    assert first.theirs == [(9950, 31), (9900, 100)]
    assert second.line == 3


def test_a_side_that_is_not_full_is_all_in_view():
    replayed = replay(
        [OPENING, "34201.0,5,0,1,9950,1"], [book(ASK, BID), book(ASK, BID, None, (9800, 10))]
    )  # fmt: skip
    assert [mismatch.line for mismatch in replayed.check.mismatches] == [2]


def test_an_aggressor_that_jumped_the_queue_is_odd_and_later_rows_about_it_are_consequences():
    replayed = replay(
        [
            OPENING,
            "34201.0,1,5,30,9950,1",
            "34201.5,1,6,30,9950,1",
            "34202.0,4,6,20,9950,1",
            "34203.0,3,5,30,9950,1",
            "34204.0,3,6,10,9950,1",
        ],
        [
            book(ASK, BID),
            book(ASK, (9950, 30), None, BID),
            book(ASK, (9950, 60), None, BID),
            book(ASK, (9950, 40), None, BID),
            book(ASK, (9950, 10), None, BID),
            book(ASK, BID),
        ],
    )
    [odd] = replayed.check.odd
    assert (odd.first_line, odd.follows_from) == (4, None)
    assert odd.ours == [("2.1", 9950, 20)]
    assert odd.theirs == [("3.1", 9950, 20)]
    # The file deletes 30 of order 5; of that we have 10, and 20 of the order it thinks traded.
    assert replayed.requests(5) == ["cancel 2.1", "replace 3.1 to 10"]
    assert replayed.requests(6) == ["cancel 3.1"]
    assert replayed.counts.consequences == 1
    assert not replayed.check.mismatches
    assert not replayed.rejected


def test_an_aggressor_that_meets_the_wake_of_an_odd_one_says_so():
    replayed = replay(
        [
            OPENING,
            "34201.0,1,5,30,9950,1",
            "34201.5,1,6,30,9950,1",
            "34202.0,4,6,30,9950,1",
            "34203.0,4,5,30,9950,1",
        ],
        [
            book(ASK, BID),
            book(ASK, (9950, 30), None, BID),
            book(ASK, (9950, 60), None, BID),
            book(ASK, (9950, 30), None, BID),
            book(ASK, BID),
        ],
    )
    assert [(odd.first_line, odd.follows_from) for odd in replayed.check.odd] == [(4, None), (5, 4)]
    assert not replayed.check.mismatches


def test_a_level_adopted_anew_has_no_differences_left():
    """Order 5 was filled here and not there; when its price is seen again, it stands again."""
    replayed = replay(
        [
            OPENING,
            "34201.0,1,5,30,9950,1",
            "34201.5,1,6,30,9950,1",
            "34202.0,4,6,30,9950,1",
            "34203.0,1,7,10,9980,1",
            "34204.0,3,7,10,9980,1",
            "34205.0,4,5,30,9950,1",
        ],
        [
            book(ASK, BID, depth=1),
            book(ASK, (9950, 30), depth=1),
            book(ASK, (9950, 60), depth=1),
            book(ASK, (9950, 30), depth=1),
            book(ASK, (9980, 10), depth=1),
            book(ASK, (9950, 30), depth=1),
            book(ASK, BID, depth=1),
        ],
    )
    assert [odd.first_line for odd in replayed.check.odd] == [4]
    assert not replayed.check.mismatches


def test_a_halt_is_a_halt_quoting_is_halted_still_and_what_is_entered_meanwhile_follows_at_its_end():
    replayed = replay(
        [
            OPENING,
            "34201.0,7,0,0,-1,-1",
            "34202.0,1,5,30,9950,1",
            "34203.0,7,0,0,0,-1",
            "34204.0,7,0,0,1,-1",
            "34205.0,4,5,30,9950,1",
        ],
        [
            book(ASK, BID),
            book(ASK, BID),
            book(ASK, (9950, 30), None, BID),
            book(ASK, (9950, 30), None, BID),
            book(ASK, (9950, 30), None, BID),
            book(ASK, BID),
        ],
    )
    acts = [(step.line, step.halted) for step in replayed.steps]
    assert acts == [(1, None), (2, True), (5, False), (3, None), (4, None), (5, None), (6, None)]
    assert (replayed.counts.halts, replayed.counts.deferred, replayed.counts.left_in_halt) == (1, 2, 0)
    assert replayed.check.compared == 6
    assert clean(replayed)


def test_what_is_entered_in_a_halt_without_end_is_counted():
    replayed = replay(
        [OPENING, "34201.0,7,0,0,-1,-1", "34202.0,1,5,30,9950,1"],
        [book(ASK, BID), book(ASK, BID), book(ASK, (9950, 30), None, BID)],
    )
    assert replayed.counts.left_in_halt == 1
    assert replayed.requests(3) == []


def test_a_submission_across_the_spread_trades_here_and_is_named():
    replayed = replay(
        [OPENING, "34201.0,1,5,30,10100,1"],
        [book(ASK, BID), book(ASK, (10100, 30), None, BID)],
    )
    assert replayed.counts.crossed == 1
    assert [mismatch.line for mismatch in replayed.check.mismatches] == [2]


def test_prices_below_a_cent_are_ticks_of_their_own():
    replayed = replay(
        [OPENING, "34201.0,1,5,30,9951,1"], [book(ASK, BID), book(ASK, (9951, 30), None, BID)]
    )  # fmt: skip
    assert replayed.tick == 1
    assert clean(replayed)


def test_an_empty_market_can_begin_a_session():
    replayed = replay(
        [OPENING, "34201.0,1,5,30,9950,1", "34202.0,3,5,30,9950,1"],
        [book(), book(None, (9950, 30)), book()],
    )
    assert clean(replayed)


def test_without_an_orderbook_nothing_is_adopted_and_unknown_orders_are_counted():
    replayed = replay(
        [
            "34200.0,1,5,30,9950,1",
            "34201.0,3,77,30,9900,1",
            "34202.0,4,78,30,9960,1",
            "34202.0,4,5,10,9950,1",
        ]
    )
    assert replayed.requests(1) == ["buy 30 @ 9950"]
    assert replayed.requests(2) == []
    assert replayed.requests(3) == ["sell 10 @ 9950 now"]  # as far as we know whom it met
    assert (replayed.counts.unknown, replayed.counts.adopted) == (2, 0)
    assert replayed.check.compared == 0
    assert clean(replayed)
