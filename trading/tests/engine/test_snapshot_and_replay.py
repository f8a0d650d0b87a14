"""Snapshots are caches, and the same journal gives the same state anywhere."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

import pytest

from trading.engine import (
    CancelReason,
    Command,
    EngineError,
    Event,
    Market,
    MatchType,
    OrdType,
    Phase,
    RejectReason,
    RestateReason,
    Side,
    TimeInForce,
    decode_command,
    dump,
    encode,
    kind_of,
    load,
    state_hash,
)

from .desk import Desk
from .golden import GOLDEN, replayed
from .golden_script import Script
from .naive import NaiveMarket

# Changes only with a new rules_version: these hashes are what the venue's past looked like.
GOLDEN_STATE = "27c03f7689c98a07f266592dbdfad9ea0449bc10861a8e8535e607843a8d5938"
GOLDEN_EVENTS = "ab8a37d59daedeba477ad6cc50355abb7856869e385b0e627ece25727def3cd8"


def round_trip(market: Market) -> Market:
    return load(json.loads(json.dumps(dump(market))))


def test_a_restored_market_answers_as_the_one_it_came_from():
    """MATC-013"""
    desk = Desk()
    desk.sell(1, 5, 101, TimeInForce.DAY, expire_at=1_000)
    desk.sell(2, 5, 101, account_id=2)
    desk.replace(1, 6, 101)
    desk.buy(3, 4, 101, TimeInForce.DAY, expire_at=1_000)
    desk.market = round_trip(desk.market)
    assert desk.queue(Side.SELL) == [(2, 1, 101), (1, 6, 101)]
    assert desk.buy(4, 2, 101) == ["accepted 4", "4 takes 1@101 from 2", "4 takes 1@101 from 1"]
    assert desk.tick(1_000) == ["expired 5 of 1"]
    assert [event.seq for event in desk.events] == list(range(1, len(desk.events) + 1))


def test_a_restored_market_is_still_halted_and_knows_why():
    desk = Desk()
    desk.halt("NEWS", "pending")
    desk.market = round_trip(desk.market)
    assert desk.market.halt == ("NEWS", "pending", None, 0)
    assert desk.buy(1, 5, 100) == ["OrderRejected 1 HALTED"]


def test_an_empty_market_can_be_snapshot():
    assert state_hash(round_trip(Market(7))) == state_hash(Market(7))


def test_expiries_keep_arrival_order_through_a_snapshot():
    desk = Desk()
    desk.buy(5, 1, 90, TimeInForce.DAY, expire_at=1_000)
    desk.sell(4, 1, 101, TimeInForce.DAY, expire_at=1_000)
    desk.buy(3, 1, 99, TimeInForce.DAY, expire_at=1_000)
    desk.market = round_trip(desk.market)
    assert desk.tick(1_000) == ["expired 1 of 5", "expired 1 of 4", "expired 1 of 3"]


def test_what_is_due_next_is_the_same_in_a_restored_market():
    """MATC-013: it is published, and an order that is gone leaves nothing of it behind."""
    desk = Desk()
    for order_id, expire_at in ((5, 1_000), (4, 2_000), (3, 3_000)):
        desk.buy(order_id, 1, 90, TimeInForce.DAY, expire_at=expire_at)
    for order_id, due_at in ((4, 1_000), (5, 3_000), (3, None)):
        desk.cancel(order_id)
        assert desk.market.next_due() == round_trip(desk.market).next_due() == due_at


def test_the_hash_tells_queues_apart_that_have_the_same_levels():
    one, other = Desk(), Desk()
    one.buy(1, 5, 100), one.buy(2, 5, 100)
    other.buy(2, 5, 100), other.buy(1, 5, 100)
    assert one.market.level_qty(Side.BUY, 100) == other.market.level_qty(Side.BUY, 100)
    assert state_hash(one.market) != state_hash(other.market)


def test_a_snapshot_of_another_version_is_not_guessed_at():
    snapshot = dump(Desk().market) | {"version": 0}
    with pytest.raises(EngineError, match="version 0"):
        load(snapshot)


def answer_alike(commands: Iterable[Command]) -> bool:
    market, naive = Market(1), NaiveMarket()
    return all(
        [encode(event) for event in market.apply(command)]
        == [encode(event) for event in naive.apply(command)]
        for command in commands
    )


def test_the_naive_book_answers_the_golden_journal_alike():
    assert answer_alike(decode_command(json.loads(line)) for line in GOLDEN.read_text().splitlines())


@pytest.mark.parametrize("seed", range(200 if "HYPOTHESIS_PROFILE" in os.environ else 2))
def test_the_naive_book_answers_other_journals_alike(seed):
    assert answer_alike(Script(seed).written())


def test_the_golden_journal_meets_every_event_reason_and_phase():
    market, met = Market(1), set[str]()
    for line in GOLDEN.read_text().splitlines():
        for event in market.apply(decode_command(json.loads(line))):
            met |= {kind_of(event), *map(str, event)}
    words = (*CancelReason, *RejectReason, *RestateReason, *MatchType, *OrdType, *TimeInForce)
    phases = set(Phase) - {Phase.INITIAL_CALL, Phase.HALTED}
    assert {event.__name__ for event in get_args(Event)} | {*words} | phases <= met


def test_the_golden_journal_still_gives_the_golden_state():
    """MATC-013"""
    assert replayed(GOLDEN.read_text()) == (GOLDEN_STATE, GOLDEN_EVENTS)


@pytest.mark.parametrize("hash_seed", ["0", "1", "random"])
def test_another_process_with_another_hash_seed_stands_at_the_same_state(hash_seed):
    """MATC-013"""
    answer = subprocess.run(
        [sys.executable, "-m", "trading.tests.engine.golden"],
        cwd=Path(__file__).parents[3],
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert answer.stdout.split() == [GOLDEN_STATE, GOLDEN_EVENTS]


def test_the_golden_journal_restored_after_every_command_ends_the_same():
    """MATC-013"""
    assert replayed(GOLDEN.read_text(), restore=True) == (GOLDEN_STATE, GOLDEN_EVENTS)
