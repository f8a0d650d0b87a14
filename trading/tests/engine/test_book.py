"""The structures the book is made of, beside plain lists that are sorted anew for every question."""

from random import Random

import pytest

from trading.engine import OrdType, SelfTrade, Side, TimeInForce, WorkingOrder
from trading.engine.book import NEVER, NOBODY, BookSide, Expiries, Special

MINE, THEIRS = 1, 2


def order(
    order_id: int,
    price: int,
    qty: int,
    *,
    side: Side = Side.SELL,
    display_qty: int | None = None,
    owner: int = THEIRS,
) -> WorkingOrder:
    special = Special(OrdType.LIMIT, TimeInForce.GTC, display_qty=display_qty) if display_qty else None
    working = WorkingOrder(order_id, 7, owner, side, price, qty, None, order_id, SelfTrade.ALLOW, special)
    working.display()
    return working


class SortedList:
    """A book side, as one list of orders in the order in which they queued."""

    def __init__(self, side: Side) -> None:
        self.better = -1 if side is Side.BUY else 1
        self.queue: list[WorkingOrder] = []

    def in_priority(self) -> list[WorkingOrder]:
        return sorted(self.queue, key=lambda order: order.price * self.better)

    def within(self, limit: int) -> list[WorkingOrder]:
        return [order for order in self.in_priority() if order.price * self.better <= limit * self.better]


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("seed", range(6))
def test_a_book_side_answers_as_a_sorted_list_does(side, seed):
    """MATC-001, MATC-005, ORDT-031, STPR-008"""
    random = Random(seed)
    book, plain = BookSide(side), SortedList(side)
    for order_id in range(1, 250):
        act, price, qty = random.randrange(10), random.randint(95, 105), random.randint(1, 9)
        if act < 5 or not plain.queue:
            owner, display_qty = random.choice([MINE, THEIRS, THEIRS]), random.choice([None, None, 2])
            new = order(order_id, price, qty, side=side, display_qty=display_qty, owner=owner)
            plain.queue.append(new)
            book.rest(new)
        elif act < 6:
            gone = plain.queue.pop(random.randrange(len(plain.queue)))
            book.remove(gone)
            if random.random() < 0.5:  # replaced
                gone.price = price
                plain.queue.append(gone)
                book.rest(gone)
        elif act < 7:
            less = random.choice(plain.queue)
            if less.leaves_qty > 1:
                displayed = less.displayed_qty
                book.reduce(less, 1)
                assert less.displayed_qty == min(displayed, less.leaves_qty)
        else:
            check_offers(book, plain, price, qty)
            check_take(book, plain, price, qty, random.choice([MINE, NOBODY]), order_id)
        check_questions(book, plain)


def check_questions(book: BookSide, plain: SortedList) -> None:
    ranked = plain.in_priority()
    assert list(book.in_priority()) == ranked
    assert book.best() == (ranked[0].price if ranked else None)
    for price in range(94, 107):
        there = [order for order in ranked if order.price == price]
        assert book.level_qty(price) == sum(order.displayed_qty for order in there)
        assert book.level_orders(price) == len(there)
        within = plain.within(price)
        assert book.front(price) is (within[0] if within else None)
        assert book.meets(price) or not within


def check_offers(book: BookSide, plain: SortedList, limit: int, qty: int) -> None:
    within = plain.within(limit)
    total = sum(order.leaves_qty for order in within)
    theirs = sum(order.leaves_qty for order in within if order.owner_id != MINE)
    first = next((order for order in within if order.owner_id == MINE), None)
    before = theirs
    if first is not None:
        before = sum(
            order.displayed_qty if order.price == first.price else order.leaves_qty
            for order in within[: within.index(first)]
        )
    for wanted in {qty, total, total + 1, theirs, theirs + 1, before, before + 1} - {0}:
        assert book.offers(limit, wanted, NOBODY, behind_own=False) is (wanted <= total)
        assert book.offers(limit, wanted, MINE, behind_own=True) is (wanted <= theirs)
        assert book.offers(limit, wanted, MINE, behind_own=False) is (wanted <= before)


def check_take(book: BookSide, plain: SortedList, limit: int, qty: int, owner_id: int, now_seq: int) -> None:
    expected: list[tuple[int, int, int]] = []
    leaves = {order.order_id: order.leaves_qty for order in plain.queue}
    shown = {order.order_id: order.displayed_qty for order in plain.queue}
    left = qty
    while left and (within := plain.within(limit)) and within[0].owner_id != owner_id:
        maker = within[0]
        traded = min(left, shown[maker.order_id])
        left -= traded
        leaves[maker.order_id] -= traded
        shown[maker.order_id] -= traded
        expected.append((maker.order_id, traded, leaves[maker.order_id]))
        if not shown[maker.order_id]:
            plain.queue.remove(maker)
            if leaves[maker.order_id]:
                shown[maker.order_id] = min(2, leaves[maker.order_id])
                plain.queue.append(maker)
    fills = book.take(limit, qty, owner_id, now_seq)
    assert [(maker.order_id, traded, left) for maker, traded, left in fills] == expected
    for maker, _, _ in fills:
        assert maker.leaves_qty == leaves[maker.order_id]
    for rest in plain.queue:
        assert (rest.leaves_qty, rest.displayed_qty) == (leaves[rest.order_id], shown[rest.order_id])


def test_a_new_part_queues_as_of_the_command_that_took_the_last():
    """ORDT-031, AUCT-007"""
    book, reserve = BookSide(Side.SELL), order(1, 100, 9, display_qty=4)
    book.rest(reserve)
    book.take(100, 3, NOBODY, now_seq=8)
    assert reserve.queued == 1
    book.take(100, 1, NOBODY, now_seq=9)
    assert reserve.queued == 9


def test_a_level_that_empties_and_fills_again_is_listed_once():
    """MATC-001"""
    book = BookSide(Side.BUY)
    for order_id in (1, 2):
        book.rest(order(order_id, 100, 5, side=Side.BUY))
        book.take(100, 5, NOBODY, 9)
        assert book.best() is None
    one = order(3, 100, 5, side=Side.BUY)
    book.rest(one)
    book.remove(one)
    book.rest(order(4, 100, 5, side=Side.BUY))
    assert [working.order_id for working in book.in_priority()] == [4]
    assert book.best() == 100


def test_an_order_filled_in_an_auction_leaves_or_displays_anew():
    """AUCT-007"""
    book, reserve, plain = BookSide(Side.SELL), order(1, 100, 9, display_qty=4), order(2, 100, 5)
    book.rest(reserve)
    book.rest(plain)
    book.fill_in_auction(reserve, 3)
    assert (reserve.leaves_qty, reserve.displayed_qty, book.level_qty(100)) == (6, 4, 9)
    book.fill_in_auction(reserve, 4)
    assert (reserve.leaves_qty, reserve.displayed_qty, book.level_qty(100)) == (2, 2, 7)
    assert book.offers(100, 7, NOBODY, behind_own=False) and not book.offers(100, 8, NOBODY, behind_own=False)
    book.fill_in_auction(plain, 5)
    assert list(book.in_priority()) == [reserve]
    assert book.level_qty(100) == 2


def test_expiries_come_by_moment_and_within_one_by_arrival():
    """MATC-012"""
    expiries = Expiries()
    assert expiries.next_at == NEVER
    for order_id, moment in ((5, 20), (3, 10), (4, 20), (2, 30), (1, 20)):
        expiries.add(moment, order(order_id, 100, 1))
    gone = order(9, 100, 1)
    expiries.add(10, gone)
    expiries.discard(10, gone)
    assert expiries.next_at == 10
    assert [due.order_id for due in expiries.pop()] == [3]
    assert expiries.next_at == 20
    assert [due.order_id for due in expiries.pop()] == [1, 4, 5]
    assert [due.order_id for due in expiries.pop()] == [2]
    assert expiries.next_at == NEVER


def test_a_moment_whose_orders_are_all_gone_is_not_due():
    """MATC-013"""
    expiries = Expiries()
    orders = {moment: order(moment, 100, 1) for moment in (10, 20, 30)}
    for moment, working in orders.items():
        expiries.add(moment, working)
    for moment, due_next in ((20, 10), (10, 30), (30, NEVER)):
        expiries.discard(moment, orders[moment])
        assert expiries.next_at == due_next


def test_an_order_of_the_moment_being_dealt_with_may_still_be_discarded():
    """ORDT-064, MATC-012"""
    expiries, leg = Expiries(), order(1, 100, 1)
    expiries.add(10, leg)
    expiries.pop()
    expiries.discard(10, leg)
    assert expiries.next_at == NEVER
