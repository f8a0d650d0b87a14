"""Every kind of order, through every phase, with fees, halts, busts and settlement: whatever chance does,
the rows are what the journal comes to, and balances are what orders, trades and transfers come to."""

from collections.abc import Iterator
from dataclasses import replace as changed
from datetime import timedelta
from random import Random

import pytest

from portal import clock
from portal.models import Account
from portal.proposals import ProposalRefused
from trading import engine, journal
from trading.engine import OrdType, Phase, PostOnly, SelfTrade, Side, TimeInForce
from trading.models import WORKING, Auction, Execution, Listing, MarketState, Order, OrdStatus
from trading.services import entry, operations
from trading.services.requests import (
    CancelRequest,
    MassCancelRequest,
    NewOrderRequest,
    ReplaceRequest,
    Request,
)
from trading.settlement import consumer
from trading.tests.factories import (
    a_cl_ord_id,
    a_fee_schedule,
    a_listing,
    a_pair,
    approved,
    as_recomputed,
    buy,
    drained,
    funded,
    sell,
)
from trading.timetable import is_exchange_holiday

pytestmark = pytest.mark.django_db

MIDDLE, ROUNDS = 1_000, 48
MODES = [mode for mode in SelfTrade if mode is not SelfTrade.ALLOW]
MINUTE = 60_000_000  # as the engine counts
OPEN = Phase.CONTINUOUS
CALLS = [Phase.OPENING_CALL, Phase.CLOSING_CALL, Phase.PERIODIC_CALL]


class Chance:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.listing = a_listing(
            rail=Listing.Rail.BOOK_ENTRY_T1, protection_bps=2_000, dynamic_band_bps=150,
            static_band_bps=1_500, reference_px=MIDDLE,
        )  # fmt: skip
        crowd = [funded(cents=10**6, lots=2_000, listing=self.listing) for _ in range(3)]
        poor = funded(cents=30_000, lots=40, listing=self.listing)
        same = funded(cents=10**6, lots=2_000, listing=self.listing)
        same.same_owner_as = crowd[0]
        same.save()
        self.accounts: list[Account] = [*crowd, poor, same]

    # What people ask for

    def batch(self) -> list[Request]:
        return [request for _ in range(self.random.randint(1, 8)) for request in self.requests()]

    def requests(self) -> Iterator[Request]:
        kind = self.random.random()
        working = list(Order.objects.filter(ord_status__in=WORKING).order_by("pk"))
        if kind < 0.7 or not working:
            yield from self.orders()
            return
        order = self.random.choice(working)
        if kind < 0.8:
            yield CancelRequest(order.account_id, a_cl_ord_id(), order_id=order.pk)
        elif kind < 0.98:
            price = None if order.price is None else self.price()
            stop_px = self.price() if order.stop_px and not order.trail and not order.triggered_at else None
            yield ReplaceRequest(
                order.account_id, a_cl_ord_id(), self.random.randint(1, 60), price, order_id=order.pk,
                stop_px=stop_px,
            )  # fmt: skip
        else:
            yield MassCancelRequest(order.account_id, a_cl_ord_id(), self.listing.pk)

    def orders(self) -> Iterator[NewOrderRequest]:
        side, qty = self.random.choice([buy, sell]), self.random.randint(1, 60)
        account, mode = self.random.choice(self.accounts), self.random.choice(MODES)
        plain = changed(side(account, self.listing, qty, self.price()), self_trade=mode)
        match self.random.randrange(13):
            case 0 | 1 | 2 | 3:
                yield plain
            case 4:
                yield changed(plain, time_in_force=self.random.choice([TimeInForce.IOC, TimeInForce.FOK]))
            case 5:
                yield changed(plain, ord_type=OrdType.MARKET, price=None, time_in_force=TimeInForce.IOC)
            case 6:
                yield changed(plain, time_in_force=TimeInForce.DAY, display_qty=max(1, qty // 4))
            case 7:
                yield changed(plain, post_only=self.random.choice(list(PostOnly)))
            case 8:
                yield changed(plain, min_qty=max(1, qty // 2))
            case 9:
                at = self.random.choice([TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE])
                yield changed(plain, time_in_force=at)
            case 10:
                yield changed(
                    plain, ord_type=OrdType.TRAILING_STOP, price=None, trail=self.random.randint(1, 9)
                )
            case 11:
                yield self.stop(plain)
            case 12:
                stop = self.stop(plain)
                limit = changed(plain, cl_ord_id=a_cl_ord_id(), price=self.away(plain.side, -12))
                yield from a_pair(limit, stop)

    def stop(self, plain: NewOrderRequest) -> NewOrderRequest:
        stop_px = self.away(plain.side, 8)
        if self.random.random() < 0.5:
            return changed(plain, ord_type=OrdType.STOP, price=None, stop_px=stop_px)
        limit = stop_px + (3 if plain.side == Side.BUY else -3)
        return changed(plain, ord_type=OrdType.STOP_LIMIT, price=limit, stop_px=stop_px)

    def price(self) -> int:
        return MIDDLE + self.random.randint(-12, 12)

    def away(self, side: Side, by: int) -> int:
        return MIDDLE + self.random.randint(0, abs(by)) * (1 if (side == Side.BUY) == (by > 0) else -1)

    # What else happens

    def act(self) -> None:
        match self.random.randrange(8):
            case 0:
                self.break_a_trade()
            case 1:
                clock.advance(by=timedelta(hours=20))
                operations.append_ticks()
            case 2:
                self.schedule_a_call()
            case 3 if self.random.random() < 0.3:
                self.halt()
            case 4 | 5:
                consumer.settle(self.listing.pk)

    def break_a_trade(self) -> None:
        trades = Execution.objects.filter(side=Side.BUY).order_by("-trade_seq")[:20]
        if not trades:
            return
        trade = self.random.choice(list(trades))
        reason = {"reason_code": "SYSTEM_FAULT"}
        terms = {
            "price": trade.last_px + self.random.randint(-5, 9),
            "qty": self.random.randint(1, trade.last_qty),
        }
        try:
            if self.random.random() < 0.5:
                approved("BUST_TRADE", f"ACME {trade.trade_seq}", reason)
            else:
                approved("CORRECT_TRADE", f"ACME {trade.trade_seq}", reason | terms)
        except ProposalRefused as refused:
            if refused.code not in ("SETTLED", "BROKEN_ALREADY", "NOTHING_CHANGED", "BUYER_CANNOT_PAY"):
                raise

    def schedule_a_call(self) -> None:
        now = clock.micros(clock.now())
        call, later = self.random.choice(CALLS), now + 10 * MINUTE
        phases = (now, call), (now + MINUTE, OPEN), (later, Phase.CLOSING_CALL), (later + MINUTE, OPEN)
        entries = tuple(engine.ScheduledPhase(at, phase, at) for at, phase in phases)
        self.append(engine.SetSchedule(0, 0, entries))

    def halt(self) -> None:
        self.append(engine.HaltTrading(0, 0, "OPERATIONAL", "chance"))
        self.append(engine.ResumeTrading(0, 0, "RESOLVED", "chance", self.random.choice([0, MINUTE])))

    def append(self, command: engine.Command) -> None:
        journal.append(drafts={self.listing.pk: [journal.Draft(command)]}, received_at=clock.now())


def at_noon_of_a_tuesday() -> None:
    """What is settled by when goes by the hour and the day, so that chance is the same whenever it runs."""
    now = clock.now().astimezone(clock.VENUE_TIME_ZONE)
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
    while noon <= now or noon.weekday() != 1 or is_exchange_holiday(noon.date()):
        noon += timedelta(days=1)
    clock.advance(by=noon - now)


@pytest.mark.parametrize("seed", [1, 7])
def test_whatever_chance_does_can_be_recomputed(seed: int) -> None:
    """FEES-006, ORDT-061, BUST-003, BUST-004: nobody promises more than there is, and nothing is lost."""
    at_noon_of_a_tuesday()
    chance = Chance(seed)
    listing = chance.listing
    rates = {"maker_rate": 1_500, "taker_rate": 3_000, "auction_rate": 2_000}
    a_fee_schedule(days_ago=2, flat_cents=7, minimum_cents=25, **rates)
    for n in range(ROUNDS):
        if n == ROUNDS // 2:
            a_fee_schedule(minimum_cents=40, maker_rate=500, taker_rate=700, listing=listing)
        entry.submit_orders(chance.batch())
        chance.act()
        clock.advance(by=timedelta(seconds=40))
        if chance.random.random() < 0.7:
            drained(listing)
        assert MarketState.objects.get(pk=listing.pk).fault_text == ""
        if n % 4 == 3:
            as_recomputed(listing)
    drained(listing)
    as_recomputed(listing)
    # And it was no quiet market.
    assert Order.objects.filter(ord_status=OrdStatus.FILLED).count() > 20
    assert Order.objects.exclude(triggered_at=None).exists()
    assert set(Execution.objects.values_list("status", flat=True)) == set(Execution.Status.values)
    assert set(Execution.objects.values_list("liquidity", flat=True)) == set(Execution.Liquidity.values)
    assert Auction.objects.exclude(price=None).exists()
