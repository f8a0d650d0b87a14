import pytest

from trading.engine import Side
from trading.replay import lobster
from trading.replay.lobster import FeedError, Kind, Message, Survey


def messages(*texts: str) -> list[Message]:
    return [message for message, _ in lobster.rows(texts, None)]


def test_a_message_is_read_to_the_nanosecond_without_a_float():
    [message] = messages("34200.01745961,1,11885113,21,2238100,-1")
    assert message == Message(
        line=1, at=34_200_017_459_610, kind=Kind.SUBMISSION, order_id=11885113, size=21, price=2238100,
        side=Side.SELL,
    )  # fmt: skip


def test_empty_levels_are_left_out_and_the_depth_is_that_of_the_columns():
    row = "2239500,100,2231800,50,9999999999,0,-9999999999,0"
    [(_, book)] = lobster.rows(["1,5,0,1,1,1"], [row])
    assert book == lobster.Book(bids=[(2231800, 50)], asks=[(2239500, 100)], depth=2)


@pytest.mark.parametrize(
    "text",
    ["time,type,id", "1.5,1,7,x,100,1", "1.5,1,7,0,100,1", "1.5,4,7,10,-5,1"],
)
def test_a_row_that_is_no_message_is_named(text: str):
    with pytest.raises(FeedError, match="message line 2"):
        messages("1,5,0,1,1,1", text)


@pytest.mark.parametrize("text", ["\n", "1,2,3", "a,b,c,d"])
def test_a_row_that_is_no_book_is_named(text: str):
    with pytest.raises(FeedError, match="orderbook line 1"):
        list(lobster.rows(["1,5,0,1,1,1"] * 2, [text, "1,2,3,4"]))


def test_a_blank_line_is_nothing_at_the_end_and_a_fault_before():
    rows = list(lobster.rows(["1,5,0,1,1,1\n"], ["2,1,1,1\n", "\n", "  \n"]))
    assert len(rows) == 1
    with pytest.raises(FeedError, match="message line 2"):
        messages("1,5,0,1,1,1\n", "\n", "1,5,0,1,1,1\n")


def test_files_of_different_lengths_do_not_belong_together():
    with pytest.raises(FeedError, match="line 2"):
        list(lobster.rows(["1,5,0,1,1,1"] * 2, ["100,1,90,1"]))


def test_the_limit_counts_messages():
    assert len(list(lobster.rows(["1,5,0,1,1,1"] * 9, None, limit=4))) == 4


def test_the_tick_is_the_step_all_visible_prices_are_multiples_of():
    texts = ["1,1,7,10,2238100,1", "1,1,8,10,2239050,1", "1,5,0,10,2238577,1"]
    assert Survey(lobster.rows(texts, None)).tick == 50


def test_the_survey_adds_up_what_later_rows_take_and_who_was_never_submitted():
    texts = ["1,1,7,100,900,1", "1,2,7,30,900,1", "1,4,7,70,900,1", "1,3,5,10,800,-1", "1,3,4,10,800,-1"]
    survey = Survey(lobster.rows(texts, None))
    assert survey.later == {7: 100, 5: 10, 4: 10}
    assert survey.strangers == {(Side.SELL, 800): [4, 5]}
