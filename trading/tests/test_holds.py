"""What is held is never short of what working orders need, whatever order and drain come in between."""

from collections.abc import Iterable
from functools import partial

import pytest
from django.db.models import F
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from portal.models import Account
from trading import matching
from trading.models import CASH, Balance, Listing, MarketState, Order
from trading.services import entry
from trading.services.requests import Refused
from trading.settlement import consumer
from trading.tests.factories import (
    a_cl_ord_id,
    a_listing,
    buy,
    drained,
    entered,
    funded,
    replace,
    sell,
    worked,
)
from trading.tests.flow import Flow
from trading.verification import verify_ledger

pytestmark = pytest.mark.django_db

EXAMPLES = settings().max_examples // 10  # each is a whole market


def spend_the_rest(listing: Listing, accounts: Iterable[Account]) -> None:
    """Orders far from the market for all that is left: whatever is short now, falls short."""
    rest = Balance.objects.filter(account__in=accounts, settled__gt=F("held") + F("pending_out"))
    orders = [
        buy(b.account, listing, min(b.available, 10_000), 1)
        if b.asset_id == CASH
        else sell(b.account, listing, b.available, 10_000)
        for b in rest.select_related("account")
    ]
    if orders:
        entry.submit_orders(orders)


def scarce(listing: Listing) -> Account:
    """With what three or four orders need."""
    return funded(cents=60_000, lots=60, listing=listing)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("enter"), st.integers(1, 6)),
        st.tuples(st.just("drain"), st.integers(1, 8)),
        st.just(("settle", 0)),
    ),
    min_size=5,
    max_size=25,
)


@settings(max_examples=EXAMPLES, phases=set(Phase) - {Phase.shrink})
@given(seed=st.integers(0, 2**32), steps=steps)
def any_market(seed: int, steps: list[tuple[str, int]]) -> None:
    listing = a_listing(a_cl_ord_id().upper())
    flow = Flow(seed, listing, [scarce(listing) for _ in range(3)], memory=5)

    def enter(n: int) -> None:
        entry.submit_orders(flow.batch(n))
        spend_the_rest(listing, flow.accounts)

    do = {
        "enter": enter,
        "drain": lambda n: matching.drain(listing.pk, limit=n),
        "settle": lambda _: consumer.settle(listing.pk),
    }
    for step, n in steps:
        do[step](n)
        assert verify_ledger().findings.lines() == []
    drained(listing)
    assert verify_ledger().findings.lines() == []
    assert MarketState.objects.get(pk=listing.pk).fault_seq is None


def test_held_is_what_working_orders_and_replaces_on_their_way_require(db: None) -> None:
    """``held = Σ required_hold(working) + Σ holds of undrained commands``; were it short, the balance's
    constraint would fault the listing."""
    any_market()


@pytest.fixture
def listing() -> Listing:
    return a_listing()


@pytest.mark.parametrize("traded", [0, 3, 7, 10])
def test_a_replace_is_covered_wherever_its_order_has_traded_to_by_then(listing: Listing, traded: int) -> None:
    buyer, seller = funded(cents=7_200), funded(lots=100, listing=listing)
    [order] = worked(listing, buy(buyer, listing, 10, 500))
    if traded:
        entered(sell(seller, listing, traded, 500))
    entered(replace(order, 12, 600))
    [refused] = entry.submit_orders([buy(buyer, listing, 1, 1)])
    assert isinstance(refused, Refused)
    drained(listing)
    order = Order.objects.get(pk=order.pk)
    assert order.cum_qty == traded
    assert order.hold == (0 if traded == 10 else 600 * (12 - traded))
    assert verify_ledger().findings.lines() == []


def test_a_replace_is_covered_when_another_on_its_way_shrinks_the_order_first(listing: Listing) -> None:
    buyer = funded(cents=10_000)
    [order] = worked(listing, buy(buyer, listing, 10, 500))
    entered(replace(order, 2, 500))
    entered(replace(order, 12, 500))
    matching.drain(listing.pk, limit=1)
    # The first one set 4,000 free, and not a cent of what the second one needs.
    [refused] = entry.submit_orders([buy(buyer, listing, 4_001, 1)])
    assert isinstance(refused, Refused)
    entered(buy(buyer, listing, 4_000, 1))
    drained(listing)
    order.refresh_from_db()
    assert (order.order_qty, order.hold) == (12, 6_000)
    assert verify_ledger().findings.lines() == []


def test_several_replaces_on_their_way_are_covered_in_any_batches(listing: Listing) -> None:
    buyer, seller = funded(cents=50_000), funded(lots=100, listing=listing)
    [order] = worked(listing, buy(buyer, listing, 10, 500))
    change = partial(replace, order)
    entered(change(20, 510), sell(seller, listing, 5, 500), change(8, 700), change(30, 490))
    while matching.drain(listing.pk, limit=1):
        assert verify_ledger().findings.lines() == []
    order.refresh_from_db()
    assert (order.ord_status, order.order_qty, order.price) == ("PARTIALLY_FILLED", 30, 490)
    assert (order.cum_qty, order.hold) == (5, 25 * 490)
