"""The market makers and the crowd, turn by turn."""

from collections.abc import Callable

import pytest
from django.db.models import Count, F

from portal.models import Account, User
from trading import journal, selectors
from trading.demo import load
from trading.demo.maker import MOST_RESTING, MOST_SKEW_TICKS, STYLES, Maker
from trading.demo.people import CROWD, MARKET_MAKERS
from trading.engine import OrdType, Side, TimeInForce
from trading.models import WORKING, Balance, Execution, Listing, Order, OrdStatus
from trading.services import operations
from trading.services.entry import cancel_all_of, submit_orders
from trading.services.requests import Accepted, NewOrderRequest

Live = Callable[..., None]
Market = dict[str, Listing]

FULL_LADDERS = 2 * sum(style.levels for style in STYLES.values())


def quotes(listing: Listing) -> list[Order]:
    numbers = [holder.number for holder in MARKET_MAKERS]
    return list(Order.objects.filter(listing=listing, account__number__in=numbers, ord_status__in=WORKING))


def best_ask(listing: Listing) -> int:
    return min(order.price or 0 for order in quotes(listing) if order.side == Side.SELL)


def visit(listing: Listing, side: Side, *, better: int = 0, qty: int = 20) -> Order:
    """Avery joins the best price, or betters it by some ticks."""
    account = Account.objects.get(members__email="avery@demo.example")
    touch = selectors.touches([listing.pk])[listing.pk]
    assert touch.bid_px is not None
    assert touch.ask_px is not None
    price = touch.bid_px + better if side == Side.BUY else touch.ask_px - better
    [outcome] = submit_orders(
        [NewOrderRequest(account.pk, "visit", listing.pk, side, OrdType.LIMIT, TimeInForce.GTC, qty, price)]
    )
    assert isinstance(outcome, Accepted)
    load.carry_out([listing.pk])
    return Order.objects.get(pk=outcome.order_id)


def test_makers_meet_neither_themselves_nor_each_other(demo_market: Market, live: Live) -> None:
    live(6)

    numbers = [holder.number for holder in MARKET_MAKERS]
    theirs = Execution.objects.filter(account__number__in=numbers)
    trades = theirs.values("listing", "trade_seq").annotate(parties=Count("id"))
    assert trades
    assert not trades.filter(parties__gt=1)
    for listing in demo_market.values():
        bids = [order.price for order in quotes(listing) if order.side == Side.BUY and order.price]
        asks = [order.price for order in quotes(listing) if order.side == Side.SELL and order.price]
        assert max(bids) < min(asks)


def test_open_orders_stay_bounded(demo_market: Market, live: Live) -> None:
    live(6)

    numbers = [holder.number for holder in CROWD]
    for listing in demo_market.values():
        assert len(quotes(listing)) <= FULL_LADDERS
        resting = Order.objects.filter(listing=listing, account__number__in=numbers, ord_status__in=WORKING)
        assert resting.count() <= MOST_RESTING + 1
    assert not Order.objects.filter(ord_status=OrdStatus.REJECTED)


def test_a_new_process_goes_on_with_the_quotes_it_finds(demo_market: Market) -> None:
    listing = demo_market["VELA"]
    before = {order.pk for order in quotes(listing)}

    Maker(seed=11).turn(["VELA"])
    load.carry_out([listing.pk])

    after = {order.pk for order in quotes(listing)}
    assert len(after) <= FULL_LADDERS
    assert len(before & after) >= len(before) - 4


def test_quotes_that_were_canceled_come_back(demo_market: Market, live: Live) -> None:
    for number in STYLES:
        cancel_all_of(account=Account.objects.get(number=number), actor=None)
    load.carry_out([row.pk for row in demo_market.values()])
    assert not quotes(demo_market["SOLM"])

    live(2, "SOLM")

    assert len(quotes(demo_market["SOLM"])) >= FULL_LADDERS - 2


def test_a_halted_listing_gets_nothing_until_it_resumes(demo_market: Market, live: Live) -> None:
    listing, operator = demo_market["OLIV"], User.objects.get(email="morgan@demo.example")
    operations.halt(listings=[listing], reason_code="NEWS_PENDING", note="", actor=operator)
    load.carry_out([listing.pk])
    entered = Order.objects.filter(listing=listing).count()

    live(5)

    assert Order.objects.filter(listing=listing).count() == entered
    operations.resume(listings=[listing], reason_code="NEWS_RELEASED", note="", actor=operator)
    load.carry_out([listing.pk])
    live(8, "OLIV")
    assert Order.objects.filter(listing=listing).count() > entered


def test_suspended_accounts_enter_nothing(demo_market: Market, live: Live) -> None:
    suspended = [MARKET_MAKERS[0].number, CROWD[0].number]
    Account.objects.filter(number__in=suspended).update(status=Account.Status.SUSPENDED)
    theirs = Order.objects.filter(account__number__in=suspended)
    before = theirs.count()

    live(3)

    assert theirs.count() == before
    for account in Account.objects.filter(number__in=suspended):
        assert not journal.refusals_of(account_id=account.pk).exists()


def test_nothing_is_added_while_matching_stands_still(demo_market: Market) -> None:
    maker = Maker(seed=2)
    while not maker.turn(["PIXL"]):
        pass

    assert [maker.turn(["PIXL"]) for _ in range(5)] == [[]] * 5


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("better", [0, 1])
def test_a_visitor_at_the_touch_or_better_is_filled_soon(
    demo_market: Market, live: Live, side: Side, better: int
) -> None:
    order = visit(demo_market["SOLM"], side, better=better)

    live(25, "SOLM")

    order.refresh_from_db()
    assert (order.ord_status, order.cum_qty) == (OrdStatus.FILLED, 20)


def test_listings_where_visitors_wait_get_more_turns(demo_market: Market) -> None:
    maker = Maker(seed=4)
    rarely = sum("ATLR" in maker.choose() for _ in range(100))
    visit(demo_market["ATLR"], Side.BUY, better=-3)

    often = sum("ATLR" in maker.choose() for _ in range(100))

    assert rarely < 20 < 40 < often


def test_makers_running_short_ask_for_more(demo_market: Market, live: Live) -> None:
    before = best_ask(demo_market["VELA"])
    holdings = Balance.objects.filter(asset="VELA", account__number__in=STYLES)
    holdings.update(settled=F("settled") / 2)

    live(3, "VELA")

    assert best_ask(demo_market["VELA"]) >= before + MOST_SKEW_TICKS // 2


def test_makers_do_not_offer_what_they_do_not_have(demo_market: Market, live: Live) -> None:
    for number in STYLES:
        cancel_all_of(account=Account.objects.get(number=number), actor=None)
    load.carry_out([row.pk for row in demo_market.values()])
    Balance.objects.filter(asset="VELA", account__number__in=STYLES).update(settled=0)

    live(1, "VELA")

    assert {order.side for order in quotes(demo_market["VELA"])} == {Side.BUY}
    for account in Account.objects.filter(number__in=STYLES):
        assert not journal.refusals_of(account_id=account.pk).exists()
