"""Order entry: a batch decided in arrival order, keys spent once, the worst case held."""

import dataclasses

import pytest

from portal.models import Account
from trading.models import CASH, Balance, Listing, Order, OrdStatus
from trading.services import entry
from trading.services.requests import Accepted, CancelRequest, Conflict, NotFound, Refused, ReplaceRequest
from trading.tests.factories import (
    a_cl_ord_id,
    a_listing,
    buy,
    cancel,
    drained,
    entered,
    funded,
    replace,
    sell,
    worked,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing() -> Listing:
    return a_listing()


def held(account: Account, asset: str = CASH) -> int:
    return Balance.objects.get(account=account, asset=asset).held


def codes(outcome: object) -> list[str]:
    assert isinstance(outcome, Refused)
    return [reason["code"] for reason in outcome.reasons]


# --- One batch sees itself ------------------------------------------------------------------------------


def test_of_two_orders_of_one_account_in_one_batch_the_balance_covers_the_first(listing: Listing) -> None:
    account = funded(cents=10_000)
    first, second = entry.submit_orders([buy(account, listing, 10, 600), buy(account, listing, 10, 600)])
    assert isinstance(first, Accepted)
    assert codes(second) == ["RISK-CASH"]
    assert held(account) == 6_000


def test_a_smaller_order_behind_one_that_does_not_fit_is_taken(listing: Listing) -> None:
    account = funded(cents=10_000)
    outcomes = entry.submit_orders([buy(account, listing, qty, 600) for qty in (20, 10, 7, 6)])
    assert [type(outcome) for outcome in outcomes] == [Refused, Accepted, Refused, Accepted]
    assert held(account) == 9_600


def test_two_sales_in_one_batch_cannot_sell_the_same_lots(listing: Listing) -> None:
    account = funded(lots=10, listing=listing)
    first, second = entry.submit_orders([sell(account, listing, 6, 500), sell(account, listing, 6, 500)])
    assert isinstance(first, Accepted)
    assert codes(second) == ["RISK-POSITION"]
    assert held(account, "ACME") == 6


def test_orders_of_two_accounts_in_one_batch_do_not_share_a_balance(listing: Listing) -> None:
    one, other = funded(cents=6_000), funded(cents=6_000)
    outcomes = entry.submit_orders([buy(one, listing, 10, 600), buy(other, listing, 10, 600)])
    assert [type(outcome) for outcome in outcomes] == [Accepted, Accepted]


def test_a_bad_order_fails_alone(listing: Listing) -> None:
    account = funded(cents=100_000)
    good, too_large, also_good = entry.submit_orders(
        [buy(account, listing, 1, 600), buy(account, listing, 10_001, 1), buy(account, listing, 2, 600)]
    )
    assert (type(good), type(also_good)) == (Accepted, Accepted)
    assert codes(too_large) == ["RISK-SIZE"]
    assert [order.order_qty for order in Order.objects.order_by("pk")] == [1, 2]


def test_a_batch_may_enter_an_order_change_it_and_cancel_it(listing: Listing) -> None:
    account = funded(cents=100_000)
    order = buy(account, listing, 10, 500, cl_ord_id="mine")
    outcomes = entry.submit_orders(
        [
            order,
            ReplaceRequest(account.pk, a_cl_ord_id(), order_qty=12, price=510, orig_cl_ord_id="mine"),
            CancelRequest(account.pk, a_cl_ord_id(), orig_cl_ord_id="mine"),
        ]
    )
    assert [type(outcome) for outcome in outcomes] == [Accepted, Accepted, Accepted]
    assert held(account) == 6_120
    drained(listing)
    canceled = Order.objects.get()
    assert (canceled.ord_status, canceled.order_qty, canceled.price) == (OrdStatus.CANCELED, 12, 510)
    assert held(account) == 0


# --- A ClOrdID is spent once --------------------------------------------------------------------------


def test_the_same_body_again_gets_the_same_answer_and_enters_nothing(listing: Listing) -> None:
    account = funded(cents=100_000)
    request = buy(account, listing, 10, 500)
    [first] = entry.submit_orders([request])
    [again] = entry.submit_orders([request])
    assert isinstance(first, Accepted)
    assert again == Accepted(first.order_id, first.listing_id, first.seq, repeated=True)
    assert Order.objects.count() == 1
    assert held(account) == 5_000


def test_the_same_body_again_gets_the_same_answer_after_the_order_is_done(listing: Listing) -> None:
    account = funded(cents=100_000)
    request = buy(account, listing, 10, 500)
    [order] = worked(listing, request)
    worked(listing, cancel(order))
    [again] = entry.submit_orders([request])
    assert isinstance(again, Accepted)
    assert (again.order_id, again.repeated) == (order.pk, True)


def test_another_body_under_the_same_cl_ord_id_is_a_conflict_and_changes_nothing(listing: Listing) -> None:
    account = funded(cents=100_000)
    entry.submit_orders([buy(account, listing, 10, 500, cl_ord_id="mine")])
    assert entry.submit_orders([buy(account, listing, 11, 500, cl_ord_id="mine")]) == [Conflict()]
    assert held(account) == 5_000


def test_a_cl_ord_id_is_spent_by_a_cancel_too(listing: Listing) -> None:
    account = funded(cents=100_000)
    [order] = entered(buy(account, listing, 10, 500, cl_ord_id="mine"))
    [outcome] = entry.submit_orders([CancelRequest(account.pk, "mine", order_id=order.pk)])
    assert outcome == Conflict()


def test_doubles_within_one_batch_are_one_order(listing: Listing) -> None:
    account = funded(cents=100_000)
    request = buy(account, listing, 10, 500, cl_ord_id="mine")
    other = buy(account, listing, 11, 500, cl_ord_id="mine")
    first, again, conflict = entry.submit_orders([request, request, other])
    assert isinstance(first, Accepted)
    assert again == first
    assert conflict == Conflict()
    assert Order.objects.count() == 1


def test_a_refusal_spends_its_cl_ord_id_and_is_repeated_even_when_it_would_now_pass(listing: Listing) -> None:
    account = funded(cents=100)
    request = buy(account, listing, 10, 500)
    [refused] = entry.submit_orders([request])
    funded(cents=100_000, account=account)
    [again] = entry.submit_orders([request])
    assert isinstance(refused, Refused)
    assert codes(refused) == ["RISK-CASH"]
    assert isinstance(again, Refused)
    assert (again.reasons, again.repeated) == (refused.reasons, True)
    assert Order.objects.count() == 0


def test_two_accounts_may_use_the_same_cl_ord_id(listing: Listing) -> None:
    outcomes = entry.submit_orders(
        [buy(funded(cents=10_000), listing, 1, 500, cl_ord_id="mine") for _ in range(2)]
    )
    assert [type(outcome) for outcome in outcomes] == [Accepted, Accepted]


# --- Somebody else's order ----------------------------------------------------------------------------


def test_an_order_of_another_account_does_not_exist(listing: Listing) -> None:
    owner, stranger = funded(cents=10_000), funded(cents=10_000)
    [order] = worked(listing, buy(owner, listing, 1, 500))
    for change in (cancel(order), replace(order, 2, 500)):
        assert entry.submit_orders([dataclasses.replace(change, account_id=stranger.pk)]) == [NotFound()]
    drained(listing)
    order.refresh_from_db()
    assert (order.ord_status, order.order_qty) == (OrdStatus.NEW, 1)


# --- Holds ----------------------------------------------------------------------------------------------


def test_a_buy_holds_its_worst_case_and_gives_back_what_it_did_not_need(listing: Listing) -> None:
    buyer, seller = funded(cents=100_000), funded(lots=100, listing=listing)
    worked(listing, sell(seller, listing, 10, 480))
    [order] = entered(buy(buyer, listing, 10, 500))
    assert held(buyer) == 5_000
    drained(listing)
    balance = Balance.objects.get(account=buyer, asset=CASH)
    assert (balance.settled, balance.held, balance.pending_out, balance.available) == (
        100_000,
        0,
        4_800,
        95_200,
    )
    order.refresh_from_db()
    assert (order.ord_status, order.hold, order.traded_value) == (OrdStatus.FILLED, 0, 4_800)


def test_a_market_order_holds_its_protection_price(listing: Listing) -> None:
    buyer, seller = funded(cents=100_000), funded(lots=100, listing=listing)
    worked(listing, sell(seller, listing, 10, 500))
    [order] = entered(buy(buyer, listing, 10, None))
    assert (order.protection_px, order.hold, held(buyer)) == (525, 5_250, 5_250)
    drained(listing)
    assert held(buyer) == 0


def test_unsettled_purchases_cannot_be_sold(listing: Listing) -> None:
    buyer, seller = funded(cents=100_000), funded(lots=100, listing=listing)
    entered(sell(seller, listing, 10, 500), buy(buyer, listing, 10, 500))
    drained(listing)
    [outcome] = entry.submit_orders([sell(buyer, listing, 10, 500)])
    assert codes(outcome) == ["RISK-POSITION"]


def test_unsettled_proceeds_cannot_be_spent(listing: Listing) -> None:
    buyer, seller = funded(cents=100_000), funded(lots=100, listing=listing)
    entered(sell(seller, listing, 10, 500), buy(buyer, listing, 10, 500))
    drained(listing)
    [outcome] = entry.submit_orders([buy(seller, listing, 1, 500)])
    assert codes(outcome) == ["RISK-CASH"]


def test_a_replace_reserves_only_what_it_may_need_beyond_the_order(listing: Listing) -> None:
    account = funded(cents=100_000)
    [order] = worked(listing, buy(account, listing, 10, 500))
    entered(replace(order, 12, 510))
    assert held(account) == 5_000 + 1_120
    drained(listing)
    assert held(account) == 6_120
    order.refresh_from_db()
    assert (order.order_qty, order.price, order.hold) == (12, 510, 6_120)


def test_a_replace_that_frees_cash_frees_it_when_it_is_applied(listing: Listing) -> None:
    account = funded(cents=100_000)
    [order] = worked(listing, buy(account, listing, 10, 500))
    entered(replace(order, 5, 500))
    assert held(account) == 5_000
    drained(listing)
    assert held(account) == 2_500


def test_a_replace_beyond_the_balance_is_refused_and_the_order_stands(listing: Listing) -> None:
    account = funded(cents=5_500)
    [order] = worked(listing, buy(account, listing, 10, 500))
    [outcome] = entry.submit_orders([replace(order, 12, 500)])
    assert codes(outcome) == ["RISK-CASH"]
    assert held(account) == 5_000


def test_replaces_on_their_way_are_reserved_for_whichever_comes_to_be_applied(listing: Listing) -> None:
    """A rejected first replace must leave the second one covered."""
    account, seller = funded(cents=100_000), funded(lots=100, listing=listing)
    [order] = worked(listing, buy(account, listing, 10, 500))
    entered(replace(order, 2, 500), sell(seller, listing, 4, 500), replace(order, 20, 500))
    assert held(account) == 5_000 + 5_000 + 4_000
    drained(listing)
    order.refresh_from_db()
    # The first took it down to 2, of which all traded: there was nothing left for the second to change.
    assert (order.ord_status, order.cum_qty, held(account)) == (OrdStatus.FILLED, 2, 0)
