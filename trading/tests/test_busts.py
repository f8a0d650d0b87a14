"""Busts and corrections: docs/rules/busts.md."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from portal import clock, proposals
from portal.models import Account, AuditEntry, Proposal
from portal.proposals import ProposalRefused
from portal.tests.factories import an_operator
from trading.engine import OrdType
from trading.models import (
    CASH,
    AccountStream,
    Balance,
    Candle,
    Execution,
    Listing,
    MarketState,
    Order,
    TradeBreak,
    Transfer,
)
from trading.services import entry
from trading.services.requests import Refused
from trading.settlement import consumer
from trading.tests.factories import (
    a_listing,
    approved,
    as_recomputed,
    buy,
    drained,
    entered,
    funded,
    replace,
    sell,
    settled,
    worked,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing() -> Listing:
    return a_listing(protection_bps=10_000)


@pytest.fixture
def seller(listing: Listing) -> Account:
    return funded(lots=100, listing=listing)


@pytest.fixture
def buyer() -> Account:
    return funded(cents=100_000)


def trades(listing: Listing) -> list[int]:
    """Their numbers, in order."""
    rows = Execution.objects.filter(listing=listing, side="BUY").order_by("trade_seq")
    return list(rows.values_list("trade_seq", flat=True))


def traded(listing: Listing, seller: Account, buyer: Account, qty: int = 10, price: int = 500) -> int:
    """One more trade, not yet settled; return its number."""
    entered(sell(seller, listing, qty, price), buy(buyer, listing, qty, price))
    drained(listing)
    return trades(listing)[-1]


def bust(trade: int, *, symbol: str = "ACME") -> Proposal:
    return approved("BUST_TRADE", f"{symbol} {trade}", {"reason_code": "CLEARLY_ERRONEOUS"})


def correct(trade: int, *, qty: int, price: int) -> Proposal:
    new = {"reason_code": "CLEARLY_ERRONEOUS", "qty": qty, "price": price}
    return approved("CORRECT_TRADE", f"ACME {trade}", new)


def refusal_of(act: Any) -> str:
    with pytest.raises(ProposalRefused) as refused:
        act()
    return refused.value.code


def balance(account: Account, asset: str = CASH) -> dict[str, int]:
    """What is not zero of it."""
    row = Balance.objects.filter(account=account, asset=asset).first()
    parts = ("settled", "held", "pending_in", "pending_out")
    return {part: getattr(row, part) for part in parts if row and getattr(row, part)}


def test_a_bust_takes_two_people(listing: Listing, seller: Account, buyer: Account) -> None:
    """BUST-001"""
    trade, one = traded(listing, seller, buyer), an_operator()
    new = {"reason_code": "AGREED"}
    proposal = proposals.propose(kind="BUST_TRADE", subject=f"ACME {trade}", new=new, reason="x", by=one)
    drained(listing)
    assert Execution.objects.filter(status="TRADED").count() == 2
    assert refusal_of(lambda: proposals.approve(proposal=proposal, by=one)) == "FOUR_EYES"
    assert not TradeBreak.objects.exists()
    proposals.approve(proposal=proposal, by=an_operator())
    drained(listing)
    assert Execution.objects.filter(status="BUSTED").count() == 2
    assert AuditEntry.objects.get(action="TRADE_BROKEN").subject == f"ACME {trade}"


def test_a_settled_trade_is_neither_busted_nor_corrected(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    """BUST-002"""
    trade = traded(listing, seller, buyer)
    one = an_operator()
    new = {"reason_code": "AGREED"}
    in_time = proposals.propose(kind="BUST_TRADE", subject=f"ACME {trade}", new=new, reason="x", by=one)
    settled(listing)
    assert refusal_of(lambda: bust(trade)) == "SETTLED"
    assert refusal_of(lambda: correct(trade, qty=5, price=500)) == "SETTLED"
    assert refusal_of(lambda: proposals.approve(proposal=in_time, by=an_operator())) == "SETTLED"
    as_recomputed(listing)


def test_a_bust_takes_back_both_sides(listing: Listing, seller: Account, buyer: Account) -> None:
    """BUST-003"""
    before = balance(seller, "ACME"), balance(seller), balance(buyer, "ACME"), balance(buyer)
    trade = traded(listing, seller, buyer)
    assert balance(buyer) == {"settled": 100_000, "pending_out": 5_000}
    bust(trade)
    drained(listing)
    assert (balance(seller, "ACME"), balance(seller), balance(buyer, "ACME"), balance(buyer)) == before
    for order in Order.objects.all():
        assert (order.cum_qty, order.leaves_qty, order.traded_value, order.fee) == (0, 0, 0, 0)
    as_recomputed(listing)


def test_what_is_taken_back_of_a_filled_order_is_not_put_back_to_work(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    """BUST-003: an order that lacks a fill and works no more is canceled, not filled."""
    first, second = traded(listing, seller, buyer, 4), traded(listing, seller, buyer, 6)
    bust(first)
    drained(listing)
    told = Order.objects.order_by("pk").values_list("ord_status", "cum_qty", "leaves_qty", "text")
    assert list(told) == [("CANCELED", 0, 0, "TRADE_BROKEN")] * 2 + [("FILLED", 6, 0, "")] * 2
    [asking] = worked(listing, buy(buyer, listing, 1, 500))
    assert asking.cum_qty == 0
    settled(listing)
    assert list(Transfer.objects.filter(kind="TRADE_TOKEN").values_list("amount", flat=True)) == [6]
    assert trades(listing) == [first, second]
    as_recomputed(listing)


def test_an_order_at_work_keeps_what_it_still_wants(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    """BUST-003"""
    [asked] = entered(sell(seller, listing, 30, 500))
    entered(buy(buyer, listing, 10, 500))
    drained(listing)
    bust(trades(listing)[0])
    drained(listing)
    asked.refresh_from_db()
    assert (asked.ord_status, asked.order_qty, asked.cum_qty, asked.leaves_qty) == ("NEW", 30, 0, 20)
    assert balance(seller, "ACME") == {"settled": 100, "held": 20}
    worked(listing, replace(asked, 25, 500))
    [asked, bought] = worked(listing, replace(asked, 26, 500), buy(buyer, listing, 20, 500))
    # Of 26 in all, 10 were traded and taken back.
    assert (asked.ord_status, asked.cum_qty, asked.leaves_qty) == ("CANCELED", 16, 0)
    assert (bought.cum_qty, bought.leaves_qty) == (16, 4)
    as_recomputed(listing)


def test_a_correction_changes_the_price(listing: Listing, seller: Account, buyer: Account) -> None:
    """BUST-004"""
    trade = traded(listing, seller, buyer)
    correct(trade, qty=10, price=501)
    drained(listing)
    assert balance(buyer) == {"settled": 100_000, "pending_out": 5_010}
    assert balance(seller) == {"pending_in": 5_010}
    sides = Execution.objects.values_list("status", "last_px", "last_qty", "amount")
    assert set(sides) == {("CORRECTED", 501, 10, 5_010)}
    assert set(Order.objects.values_list("ord_status", "cum_qty", "traded_value")) == {("FILLED", 10, 5_010)}
    as_recomputed(listing)


def test_a_correction_lowers_the_quantity_and_does_not_raise_it(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    """BUST-004"""
    trade = traded(listing, seller, buyer)
    assert refusal_of(lambda: correct(trade, qty=11, price=500)) == "QTY_NOT_LOWER"
    assert refusal_of(lambda: correct(trade, qty=0, price=500)) == "QTY_NOT_LOWER"
    assert refusal_of(lambda: correct(trade, qty=10, price=500)) == "NOTHING_CHANGED"
    assert refusal_of(lambda: correct(trade, qty=10, price=0)) == "PRICE_OUT_OF_RANGE"
    correct(trade, qty=7, price=500)
    drained(listing)
    assert balance(buyer, "ACME") == {"pending_in": 7}
    assert balance(seller, "ACME") == {"settled": 100, "pending_out": 7}
    assert set(Order.objects.values_list("ord_status", "cum_qty")) == {("CANCELED", 7)}
    as_recomputed(listing)


def test_a_correction_the_buyer_cannot_pay_is_refused(listing: Listing, seller: Account) -> None:
    """BUST-004"""
    buyer = funded(cents=5_009)
    trade = traded(listing, seller, buyer)
    assert refusal_of(lambda: correct(trade, qty=10, price=501)) == "BUYER_CANNOT_PAY"
    correct(trade, qty=9, price=501)  # less in all
    drained(listing)
    assert balance(buyer) == {"settled": 5_009, "pending_out": 4_509}
    as_recomputed(listing)


def test_what_a_correction_needs_is_kept_from_its_approval_on(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    """BUST-004"""
    trade = traded(listing, seller, buyer)
    correct(trade, qty=10, price=600)
    assert balance(buyer) == {"settled": 100_000, "held": 1_000, "pending_out": 5_000}
    as_recomputed(listing)
    [spent] = entry.submit_orders([buy(buyer, listing, 94_001, 1)])
    assert isinstance(spent, Refused)
    drained(listing)
    assert balance(buyer) == {"settled": 100_000, "pending_out": 6_000}
    as_recomputed(listing)


def test_statistics_candles_and_the_last_price_follow(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    """BUST-005"""
    first, high, low = (traded(listing, seller, buyer, 1, price) for price in (500, 900, 400))
    bust(high)
    correct(low, qty=1, price=450)
    drained(listing)
    market = MarketState.objects.get(pk=listing.pk)
    assert (market.last_px, market.last_qty) == (450, 1)
    day = Candle.objects.get(listing=listing, interval="1d")
    assert (day.open, day.high, day.low, day.close, day.volume, day.value) == (500, 500, 450, 450, 2, 950)
    as_recomputed(listing)
    bust(first)
    drained(listing)
    day.refresh_from_db()
    assert (day.open, day.high, day.volume) == (450, 450, 1)
    # What was traded and what became of it can both be read.
    told = list(Execution.objects.filter(side="BUY").order_by("pk").values_list("status", "last_px"))
    assert told == [("BUSTED", 500), ("BUSTED", 900), ("CORRECTED", 450)]
    as_recomputed(listing)


def test_of_a_market_whose_only_trade_is_busted_no_price_is_left(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    """BUST-005"""
    bust(traded(listing, seller, buyer))
    drained(listing)
    market = MarketState.objects.get(pk=listing.pk)
    assert (market.last_px, market.last_qty, market.last_at) == (None, None, None)
    assert not Candle.objects.exists()
    as_recomputed(listing)


def test_both_sides_are_told(listing: Listing, seller: Account, buyer: Account) -> None:
    """BUST-005: a bust is an event of both accounts' streams."""
    bust(traded(listing, seller, buyer))
    drained(listing)
    last = MarketState.objects.get(pk=listing.pk).event_seq
    streams = AccountStream.objects.filter(account__in=(seller, buyer))
    assert set(streams.values_list("last_seq", flat=True)) == {last}


def test_stops_the_trade_triggered_stand(listing: Listing, seller: Account, buyer: Account) -> None:
    """BUST-006"""
    worked(listing, sell(seller, listing, 1, 400), buy(buyer, listing, 1, 400))
    [stop] = entered(
        dataclasses.replace(buy(buyer, listing, 5, 600), ord_type=OrdType.STOP_LIMIT, stop_px=500)
    )
    trade = traded(listing, seller, buyer, 1, 550)
    bust(trade)
    drained(listing)
    stop.refresh_from_db()
    assert (stop.ord_status, stop.leaves_qty) == ("NEW", 5)
    assert stop.triggered_at is not None
    as_recomputed(listing)


def test_a_trade_is_broken_once(listing: Listing, seller: Account, buyer: Account) -> None:
    """BUST-007"""
    first, second = traded(listing, seller, buyer, 2), traded(listing, seller, buyer, 2)
    one = an_operator()
    new = {"reason_code": "AGREED"}
    other = proposals.propose(kind="BUST_TRADE", subject=f"ACME {first}", new=new, reason="x", by=one)
    bust(first)
    assert refusal_of(lambda: bust(first)) == "BROKEN_ALREADY"
    assert refusal_of(lambda: proposals.approve(proposal=other, by=an_operator())) == "BROKEN_ALREADY"
    drained(listing)
    assert refusal_of(lambda: correct(first, qty=1, price=500)) == "BROKEN_ALREADY"
    correct(second, qty=1, price=500)
    drained(listing)
    assert refusal_of(lambda: bust(second)) == "BROKEN_ALREADY"
    as_recomputed(listing)


@pytest.mark.parametrize("subject", ["ACME 1", "ACME 999", "ACME x", "NONE 5", "ACME", ""])
def test_what_is_no_trade_cannot_be_busted(listing: Listing, subject: str) -> None:
    new = {"reason_code": "AGREED"}
    assert refusal_of(lambda: approved("BUST_TRADE", subject, new)) == "NO_SUCH_TRADE"


def test_a_bust_has_a_reason_of_the_list(listing: Listing, seller: Account, buyer: Account) -> None:
    trade = traded(listing, seller, buyer)
    assert refusal_of(lambda: approved("BUST_TRADE", f"ACME {trade}", {})) == "UNKNOWN_REASON"


def test_settlement_skips_a_busted_trade_and_settles_a_corrected_one_as_corrected(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    """BUST-008"""
    first, second, third = (traded(listing, seller, buyer, qty) for qty in (1, 2, 3))
    bust(first)
    correct(second, qty=1, price=510)
    drained(listing)
    settled(listing)
    booked = Transfer.objects.filter(kind__startswith="TRADE").values_list("reference", "amount")
    assert dict(booked) == {
        f"TRADE_CASH:{listing.pk}:{second}": 510, f"TRADE_TOKEN:{listing.pk}:{second}": 1,
        f"TRADE_CASH:{listing.pk}:{third}": 1500, f"TRADE_TOKEN:{listing.pk}:{third}": 3,
    }  # fmt: skip
    assert balance(buyer) == {"settled": 100_000 - 2010}
    as_recomputed(listing)


def test_settlement_waits_for_the_worker_to_have_heard_of_a_bust(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    """BUST-008"""
    first, second = traded(listing, seller, buyer, 1), traded(listing, seller, buyer, 2)
    bust(second)
    settled(listing)
    assert not consumer.settle(listing.pk)
    assert list(Transfer.objects.filter(kind="TRADE_TOKEN").values_list("reference", flat=True)) == [
        f"TRADE_TOKEN:{listing.pk}:{first}"
    ]
    as_recomputed(listing)
    drained(listing)
    settled(listing)
    assert Transfer.objects.filter(kind="TRADE_TOKEN").count() == 1
    assert not consumer.listings_behind()
    as_recomputed(listing)


@pytest.mark.parametrize("what", ["bust", "correction"])
def test_a_bust_that_was_put_aside_leaves_the_trade_as_it_was(
    listing: Listing, seller: Account, buyer: Account, what: str
) -> None:
    """MATC-015: the worker never hears of it, so settlement does not either."""
    trade = traded(listing, seller, buyer)
    if what == "bust":
        bust(trade)
    else:
        correct(trade, qty=10, price=600)
    seq = TradeBreak.objects.get().seq
    MarketState.objects.update(fault_seq=seq, fault_text="x")
    approved("QUARANTINE", "ACME", {"seq": seq})
    drained(listing)
    settled(listing)
    assert balance(buyer) == {"settled": 95_000}
    assert set(Execution.objects.values_list("status", "amount")) == {("TRADED", 5_000)}
    as_recomputed(listing)


def test_trades_of_other_days_have_their_candles_too(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    """BUST-005"""
    first = traded(listing, seller, buyer, 1, 500)
    clock.advance(by=timedelta(days=2))
    traded(listing, seller, buyer, 2, 600)
    bust(first)
    drained(listing)
    assert list(Candle.objects.filter(interval="1d").values_list("open", "volume")) == [(600, 2)]
    assert MarketState.objects.get(pk=listing.pk).last_px == 600
    as_recomputed(listing)
