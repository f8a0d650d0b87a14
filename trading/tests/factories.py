"""A market for tests, made by the services that make one for people."""

import dataclasses
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from portal import clock, proposals
from portal.models import Account, Proposal
from portal.tests.factories import an_account, an_issuer, an_operator
from trading import engine, journal, matching
from trading.engine import OrdType, Side, TimeInForce
from trading.models import FeeSchedule, Listing, MarketState, Order
from trading.services import entry, ledger, listings
from trading.services.requests import Accepted, CancelRequest, NewOrderRequest, ReplaceRequest, Request
from trading.settlement import consumer
from trading.verification import verify_ledger, verify_listing

_numbers = count(1)


def a_listing(symbol: str = "ACME", **fields: Any) -> Listing:
    """A token that trades in cents and whole tokens: one lot at one tick costs one cent."""
    ledger.open_cash()
    defaults: dict[str, Any] = {
        "name": f"{symbol} common",
        "issuer": an_issuer(),
        "kind": "EQUITY",
        "exemption": "REG_D_506C",
        "open_to": ["ACCREDITED"],
        "access_note": "Accredited investors only.",
        "tick_size": Decimal("0.01"),
        "lot_size": Decimal(1),
        "max_order_qty": 10_000,
        "max_order_cents": 10**9,
        "max_price": 10**6,
    }
    listing = listings.create_listing(symbol=symbol, **defaults | fields)
    drained(listing)
    return listing


def funded(
    *, cents: int = 0, lots: int = 0, listing: Listing | None = None, account: Account | None = None
) -> Account:
    """An account with this much cash, and this much of the listing."""
    account = account or an_account()
    if cents:
        ledger.open_cash()
        ledger.deposit(account=account, cents=cents, reference=f"deposit {next(_numbers)}")
    if lots:
        assert listing is not None
        ledger.issue(account=account, listing=listing, lots=lots, reference=f"issue {next(_numbers)}")
    return account


def buy(account: Account, listing: Listing, qty: int, price: int | None, **terms: Any) -> NewOrderRequest:
    return _order(account, listing, Side.BUY, qty, price, **terms)


def sell(account: Account, listing: Listing, qty: int, price: int | None, **terms: Any) -> NewOrderRequest:
    return _order(account, listing, Side.SELL, qty, price, **terms)


def _order(
    account: Account,
    listing: Listing,
    side: Side,
    qty: int,
    price: int | None,
    *,
    cl_ord_id: str | None = None,
    ord_type: OrdType | None = None,
    time_in_force: TimeInForce = TimeInForce.GTC,
    **terms: Any,
) -> NewOrderRequest:
    """A limit order, or without a price a market order (which is for now or never)."""
    if ord_type is None:
        ord_type = OrdType.MARKET if price is None else OrdType.LIMIT
    if ord_type == OrdType.MARKET and time_in_force == TimeInForce.GTC:
        time_in_force = TimeInForce.IOC
    return NewOrderRequest(
        account.pk, cl_ord_id or a_cl_ord_id(), listing.pk, side, ord_type, time_in_force, qty, price, **terms
    )


def a_pair(limit: NewOrderRequest, stop: NewOrderRequest) -> tuple[NewOrderRequest, NewOrderRequest]:
    """One cancels the other: the stop leg, and right behind it the limit leg."""
    return (
        dataclasses.replace(stop, linked_cl_ord_id=limit.cl_ord_id),
        dataclasses.replace(limit, linked_cl_ord_id=stop.cl_ord_id),
    )


def cancel(order: Order) -> CancelRequest:
    return CancelRequest(order.account_id, a_cl_ord_id(), order_id=order.pk)


def replace(order: Order, qty: int, price: int | None, *, stop_px: int | None = None) -> ReplaceRequest:
    return ReplaceRequest(
        order.account_id, a_cl_ord_id(), order_qty=qty, price=price, order_id=order.pk, stop_px=stop_px
    )


def a_cl_ord_id() -> str:
    return f"c{next(_numbers)}"


def entered(*requests: Request) -> list[Order]:
    """Enter requests that must be accepted; return the orders they are about."""
    orders = []
    for outcome in entry.submit_orders(requests):
        assert isinstance(outcome, Accepted), outcome
        orders.append(Order.objects.get(pk=outcome.order_id))
    return orders


def drained(listing: Listing) -> int:
    """Apply all that is in the journal; return how many commands."""
    done = 0
    while batch := matching.drain(listing.pk):
        done += batch
    return done


def settled(listing: Listing) -> None:
    while consumer.settle(listing.pk):
        pass


def worked(listing: Listing, *requests: Request) -> list[Order]:
    """Enter, match and settle; return the orders as they stand then."""
    orders = entered(*requests)
    drained(listing)
    settled(listing)
    for order in orders:
        order.refresh_from_db()
    return orders


def a_fee_schedule(*, days_ago: int = 1, **terms: Any) -> FeeSchedule:
    """Of the venue, unless it says of whom; in force for so many days."""
    rates = dict.fromkeys(("maker_rate", "taker_rate", "auction_rate"), 0)
    now = clock.now()
    effective_date = clock.day_of(now - timedelta(days=days_ago))
    return FeeSchedule.objects.create(effective_date=effective_date, created_at=now, **rates | terms)


def approved(kind: str, subject: str, new: dict[str, Any]) -> Proposal:
    """What two people decided."""
    proposal = proposals.propose(kind=kind, subject=subject, new=new, reason="test", by=an_operator())
    return proposals.approve(proposal=proposal, by=an_operator())


def as_recomputed(listing: Listing) -> None:
    """The listing's rows and the ledger are what the journal and the transfers come to."""
    assert verify_listing(listing_id=listing.pk).findings.lines() == []
    assert verify_ledger().findings.lines() == []


def in_phase(
    listing: Listing,
    phase: engine.Phase,
    *later: tuple[datetime, engine.Phase],
    announced: datetime | None = None,
) -> None:
    """Scheduled to be in this phase from now on, and in others later; where the end of this one was drawn,
    people are told the moment ``announced``."""
    now = clock.now()
    moments = [(clock.micros(at), what) for at, what in ((now, phase), *later)]
    entries = [engine.ScheduledPhase(at, what, at) for at, what in moments]
    if announced is not None:
        entries[1] = entries[1]._replace(announced_at=clock.micros(announced))
    schedule = journal.Draft(command=engine.SetSchedule(0, 0, tuple(entries)))
    journal.append(drafts={listing.pk: [schedule]}, received_at=now)
    drained(listing)


def a_snapshot(listing: Listing) -> None:
    """A snapshot of the listing's market as it stands, as the worker takes one now and then."""
    seq = MarketState.objects.get(pk=listing.pk).applied_seq
    market = matching.rebuild(listing.pk, seq).market
    state, state_hash = engine.dump(market), engine.state_hash(market)
    journal.save_snapshot(listing_id=listing.pk, seq=seq, state=state, state_hash=state_hash)
