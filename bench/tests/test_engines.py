"""What engines are judged by: the obvious book, the workloads it makes, and the verdict on our own."""

import pytest

from bench import workloads
from bench.one import Verdict, measure
from bench.peers import ours
from bench.reference import Fill, ReferenceBook, Resting
from bench.workloads import SHAPES

BUY, SELL = False, True


def test_better_prices_trade_first_and_then_earlier_orders() -> None:
    book = ReferenceBook()
    book.new(1, SELL, 11, 5)
    book.new(2, SELL, 10, 5)
    book.new(3, SELL, 10, 5)
    assert book.new(4, BUY, 11, 12) == [Fill(2, 4, 10, 5), Fill(3, 4, 10, 5), Fill(1, 4, 11, 2)]
    assert book.levels(SELL, 2) == [(11, 3)]


def test_what_is_left_waits_unless_it_is_immediate() -> None:
    book = ReferenceBook()
    book.new(1, BUY, 10, 5)
    assert book.new(2, SELL, 10, 8, immediate=True) == [Fill(1, 2, 10, 5)]
    assert book.best(SELL) is None
    book.new(3, SELL, 12, 8)
    assert book.best(SELL) == 12


def test_a_canceled_order_trades_no_more() -> None:
    book = ReferenceBook()
    book.new(1, BUY, 10, 5)
    assert book.cancel(1) == Resting(BUY, 10, 5)
    assert book.cancel(1) is None
    assert book.new(2, SELL, 10, 5) == []


@pytest.mark.parametrize("name", SHAPES)
def test_our_engine_fills_a_workload_as_the_obvious_book(name: str) -> None:
    shape = SHAPES[name]
    small = shape._replace(
        operations=2_000, levels=min(shape.levels, 200), orders_per_level=min(shape.orders_per_level, 12)
    )
    workload = workloads.generate(small)
    found = measure(ours.Peer(), workload, seconds=60)
    assert (found["operations"], found["verdict"]) == (2_000, "exact")
    assert len(workload.fills) > 100


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        ([Fill(1, 3, 10, 5), Fill(2, 4, 10, 5)], "exact"),
        ([Fill(2, 3, 10, 5), Fill(1, 4, 10, 5)], "totals"),
        ([Fill(1, 3, 10, 5), Fill(2, 4, 10, 4)], "diverges"),
        ([Fill(1, 3, 10, 5)], "diverges"),
    ],
)
def test_an_engine_is_judged_by_the_fills_of_the_orders_it_was_given(told: list[Fill], verdict: str) -> None:
    judge = Verdict([Fill(1, 3, 10, 5), Fill(2, 4, 10, 5), Fill(5, 6, 10, 5)])
    for fill in told:
        judge.hear([fill])
    assert judge.until(4) == verdict
