"""Messages survive the journal; the fold of events is the book a reader sees."""

import json
from typing import get_args

import pytest

from trading.engine import (
    BookFold,
    CancelOrder,
    CancelReason,
    Command,
    Event,
    Side,
    TimeInForce,
    decode_command,
    encode,
    kind_of,
)

from .desk import Desk


def folded(desk: Desk) -> BookFold:
    fold = BookFold()
    for event in desk.events:
        fold.apply(event)
    return fold


def test_a_command_is_written_by_kind_and_field():
    command = CancelOrder(4, 5, 6, 7, CancelReason.OPERATOR)
    written = {"kind": "CancelOrder", "seq": 4, "at": 5, "order_id": 6, "account_id": 7, "reason": "OPERATOR"}
    assert encode(command) == written
    assert json.loads(json.dumps(encode(command))) == written


def test_words_come_back_as_the_enums_the_engine_compares_by_identity():
    written = json.loads(json.dumps(encode(CancelOrder(4, 5, 6, 7, CancelReason.OPERATOR))))
    restored = decode_command(written)
    assert isinstance(restored, CancelOrder)
    assert kind_of(restored) == "CancelOrder"
    assert restored.reason is CancelReason.OPERATOR


@pytest.mark.parametrize("kind", [*get_args(Command), *get_args(Event)])
def test_no_field_shadows_the_kind(kind):
    assert "kind" not in kind._fields


def test_an_unknown_kind_or_a_missing_field_is_a_bug():
    with pytest.raises(KeyError, match="Nonsense"):
        decode_command({"kind": "Nonsense", "seq": 1, "at": 1})
    with pytest.raises(KeyError, match="at"):
        decode_command({"kind": "Tick", "seq": 1})
    whim = {"kind": "CancelOrder", "seq": 1, "at": 1, "order_id": 1, "account_id": 1, "reason": "WHIM"}
    with pytest.raises(KeyError, match="WHIM"):
        decode_command(whim)


def test_levels_are_listed_best_first_and_only_so_many():
    desk = Desk()
    for order_id, price in enumerate((100, 98, 99, 100), start=1):
        desk.buy(order_id, 5, price)
        desk.sell(order_id + 10, 5, price + 10)
    fold = folded(desk)
    assert fold.levels(Side.BUY, 2) == [(100, 10), (99, 5)]
    assert fold.levels(Side.SELL, 2) == [(108, 5), (109, 5)]
    assert fold.levels(Side.BUY, 0) == []
    assert fold.levels(Side.BUY, 10) == [(100, 10), (99, 5), (98, 5)]


def test_changed_tells_each_touched_level_once_until_cleared():
    desk = Desk()
    desk.sell(1, 5, 100)
    desk.sell(2, 5, 101)
    fold = folded(desk)
    assert fold.changed == {Side.BUY: {}, Side.SELL: {100: 5, 101: 5}}
    fold.clear_changed()
    told = len(desk.events)
    desk.buy(3, 7, 102, TimeInForce.IOC)
    for event in desk.events[told:]:
        fold.apply(event)
    assert fold.changed == {Side.BUY: {}, Side.SELL: {100: 0, 101: 3}}


def test_orders_that_cannot_rest_never_show_in_the_book():
    desk = Desk()
    desk.buy(1, 5, 100, TimeInForce.IOC)
    desk.buy(2, 5, 100, TimeInForce.FOK)
    desk.market_order(Side.BUY, 3, 5, 100)
    assert folded(desk).changed[Side.BUY] == {}


def test_a_fold_may_start_from_the_orders_at_work():
    desk = Desk()
    desk.buy(1, 5, 100)
    desk.buy(2, 5, 99)
    fold = BookFold(desk.market.in_priority(Side.BUY))
    assert fold.changed[Side.BUY] == {}
    told = len(desk.events)
    desk.sell(3, 7, 99)
    for event in desk.events[told:]:
        fold.apply(event)
    assert fold.levels(Side.BUY, 5) == [(99, 3)]
