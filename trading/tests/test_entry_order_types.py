"""Entry of everything that is more than a plain limit or market order: docs/rules/order-types.md."""

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal import clock
from portal.models import Account
from trading import journal, matching
from trading.engine import Conditions, NewOrder, OrdType, PostOnly, SelfTrade, Side, TimeInForce
from trading.models import CASH, Balance, Listing, MarketState, Order, OrdStatus
from trading.services import entry
from trading.services.requests import (
    Accepted,
    Conflict,
    MassAccepted,
    MassCancelRequest,
    NewOrderRequest,
    Refused,
)
from trading.tests.factories import (
    a_cl_ord_id,
    a_listing,
    a_pair,
    as_recomputed,
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

STOP, STOP_LIMIT, TRAILING = OrdType.STOP, OrdType.STOP_LIMIT, OrdType.TRAILING_STOP


@pytest.fixture
def listing() -> Listing:
    """Last traded at 500; 480 is bid, 520 asked."""
    listing = a_listing()
    maker = funded(cents=10**8, lots=10**5, listing=listing)
    taker = funded(cents=10**8)
    worked(listing, sell(maker, listing, 1, 500), buy(taker, listing, 1, 500))
    worked(listing, buy(maker, listing, 100, 480), sell(maker, listing, 100, 520))
    return listing


@pytest.fixture
def account(listing: Listing) -> Account:
    return funded(cents=100_000, lots=100, listing=listing)


def held(account: Account, asset: str = CASH) -> int:
    return Balance.objects.get(account=account, asset=asset).held


def codes(outcome: object) -> list[str]:
    assert isinstance(outcome, Refused), outcome
    return [reason["code"] for reason in outcome.reasons]


def refusal(request: Any) -> list[str]:
    [outcome] = entry.submit_orders([request])
    return codes(outcome)


def command_of(order: Order) -> NewOrder:
    rows = [r for r in journal.recorded_commands(listing_id=order.listing_id) if r.order_id == order.pk]
    command = rows[0].command()
    assert isinstance(command, NewOrder)
    return command


# --- What is frozen at entry --------------------------------------------------------------------------


def test_a_stop_is_protected_from_its_stop_price_outwards(listing: Listing, account: Account) -> None:
    """ORDT-010, ORDT-023: no worse than 5 % beyond where it is triggered."""
    [order] = worked(
        listing, buy(account, listing, 10, None, ord_type=STOP, time_in_force=TimeInForce.GTC, stop_px=540)
    )
    assert (order.ord_status, order.stop_px, order.protection_px) == ("NEW", 540, 567)
    assert order.hold == held(account) == 5_670
    [order] = worked(
        listing, sell(account, listing, 10, None, ord_type=STOP, time_in_force=TimeInForce.GTC, stop_px=460)
    )
    assert (order.protection_px, order.hold) == (437, 10)
    as_recomputed(listing)


def test_a_stop_limit_holds_its_limit(listing: Listing, account: Account) -> None:
    [order] = worked(listing, buy(account, listing, 10, 545, ord_type=STOP_LIMIT, stop_px=540))
    assert (order.price, order.protection_px, order.hold) == (545, None, 5_450)
    as_recomputed(listing)


def test_a_trailing_stop_begins_at_its_distance_from_the_last_trade(
    listing: Listing, account: Account
) -> None:
    """ORDT-026"""
    [order] = entered(
        buy(account, listing, 10, None, ord_type=TRAILING, time_in_force=TimeInForce.GTC, trail=30)
    )
    assert (order.stop_px, order.trail, order.protection_px) == (530, 30, 556)
    [order] = entered(
        sell(account, listing, 10, None, ord_type=TRAILING, time_in_force=TimeInForce.GTC, trail=30)
    )
    assert (order.stop_px, order.protection_px) == (470, 447)
    assert command_of(order).conditions == Conditions(stop_px=470, trail=30)
    drained(listing)
    as_recomputed(listing)


def test_where_nothing_has_traded_there_is_nothing_to_trail(account: Account) -> None:
    fresh = a_listing("NEW")
    order = buy(account, fresh, 1, None, ord_type=TRAILING, time_in_force=TimeInForce.GTC, trail=5)
    assert refusal(order) == ["MKT-NO-PRICE"]


def test_a_trail_longer_than_the_price_leaves_none(listing: Listing, account: Account) -> None:
    order = sell(account, listing, 1, None, ord_type=TRAILING, time_in_force=TimeInForce.GTC, trail=500)
    assert refusal(order) == ["RISK-PRICE"]


def test_a_stop_price_is_bounded_as_prices_are(listing: Listing, account: Account) -> None:
    """HALT-020"""
    order = sell(account, listing, 1, None, ord_type=STOP, time_in_force=TimeInForce.GTC, stop_px=10**6 + 1)
    assert refusal(order) == ["RISK-PRICE"]


def test_a_stop_limit_is_judged_by_its_own_stop_price_and_not_by_todays_market(
    listing: Listing, account: Account
) -> None:
    """HALT-020: 5 % through 600 is 630."""
    entered(buy(account, listing, 1, 630, ord_type=STOP_LIMIT, stop_px=600))
    assert refusal(buy(account, listing, 1, 631, ord_type=STOP_LIMIT, stop_px=600)) == ["RISK-PRICE"]


def test_conditions_are_in_the_command_and_on_the_order(listing: Listing, account: Account) -> None:
    """ORDT-030, ORDT-040, ORDT-050"""
    asked = {"display_qty": 5, "post_only": PostOnly.SLIDE}
    [order] = worked(listing, buy(account, listing, 20, 500, **asked))
    assert {name: getattr(order, name) for name in asked} == asked
    assert command_of(order).conditions == Conditions(display_qty=5, post_only=PostOnly.SLIDE)
    [order] = entered(buy(account, listing, 20, 520, min_qty=7))
    assert command_of(order).conditions == Conditions(min_qty=7)
    [plain] = entered(buy(account, listing, 1, 500))
    assert command_of(plain).conditions is None
    drained(listing)
    as_recomputed(listing)


def test_who_does_not_choose_gets_self_trade_prevention_of_the_newest(
    listing: Listing, account: Account
) -> None:
    """STPR-001, STPR-010: accounts of one beneficial owner are one owner."""
    other = funded(cents=100_000)
    other.same_owner_as = account
    other.save()
    [order] = entered(buy(other, listing, 1, 500))
    assert (command_of(order).owner_id, command_of(order).self_trade) == (account.pk, "CANCEL_NEWEST")
    [order] = entered(buy(account, listing, 1, 500, self_trade=SelfTrade.DECREMENT))
    assert (command_of(order).owner_id, command_of(order).self_trade) == (account.pk, "DECREMENT")
    assert order.self_trade == "DECREMENT"


# --- Until when ------------------------------------------------------------------------------------------


def test_a_gtd_order_ends_when_the_venue_closes_on_the_date_named(listing: Listing, account: Account) -> None:
    """ORDT-003, PHAS-006"""
    day = (clock.now() + timedelta(days=30)).date()
    [order] = entered(
        buy(account, listing, 1, 500, time_in_force=TimeInForce.GTD, expire_date=day.isoformat())
    )
    assert order.expire_at is not None
    assert order.expire_at.astimezone(UTC).date() == day
    assert command_of(order).expire_at == clock.micros(order.expire_at)
    as_recomputed(listing)


def test_an_order_for_a_day_that_is_over_is_refused(listing: Listing, account: Account) -> None:
    """ORDT-005"""
    day = (clock.now() - timedelta(days=2)).date().isoformat()
    assert refusal(buy(account, listing, 1, 500, time_in_force=TimeInForce.GTD, expire_date=day)) == [
        "MKT-EXPIRED"
    ]


def test_without_a_schedule_there_is_no_auction_to_take_part_in(listing: Listing, account: Account) -> None:
    """ORDT-008"""
    assert refusal(buy(account, listing, 1, 500, time_in_force=TimeInForce.AT_CLOSE)) == ["MKT-NO-AUCTION"]


# --- Limits of an account ---------------------------------------------------------------------------------


def test_an_account_may_have_so_many_orders_open_and_a_batch_counts_its_own(
    listing: Listing, account: Account
) -> None:
    """HALT-021"""
    Account.objects.filter(pk=account.pk).update(max_open_orders=3)
    [first] = worked(listing, buy(account, listing, 1, 400))
    outcomes = entry.submit_orders([buy(account, listing, 1, 400) for _ in range(3)])
    assert [type(outcome) for outcome in outcomes] == [Accepted, Accepted, Refused]
    assert codes(outcomes[2]) == ["RISK-ORDERS"]
    assert refusal(buy(account, listing, 1, 400)) == ["RISK-ORDERS"]
    at_once = {"time_in_force": TimeInForce.IOC}  # it will not stay open, however many there are
    entered(buy(account, listing, 1, 400, **at_once))
    entered(buy(account, listing, 1, 400, **at_once))
    drained(listing)
    worked(listing, cancel(first))
    entered(buy(account, listing, 1, 400))


def test_a_refused_order_does_not_count_as_open(listing: Listing, account: Account) -> None:
    """HALT-021"""
    Account.objects.filter(pk=account.pk).update(max_open_orders=1)
    too_dear, good = entry.submit_orders([buy(account, listing, 10_000, 400), buy(account, listing, 1, 400)])
    assert codes(too_dear) == ["RISK-CASH"]
    assert isinstance(good, Accepted)


def test_an_account_may_have_a_limit_of_its_own_on_the_value_of_one_order(
    listing: Listing, account: Account
) -> None:
    """HALT-021"""
    Account.objects.filter(pk=account.pk).update(max_order_cents=4_000)
    entered(buy(account, listing, 10, 400))
    assert refusal(buy(account, listing, 11, 400)) == ["RISK-VALUE"]


# --- Replacing a stop -------------------------------------------------------------------------------------


def a_stop(account: Account, listing: Listing, **terms: Any) -> Order:
    [order] = worked(
        listing, buy(account, listing, 10, None, ord_type=STOP, time_in_force=TimeInForce.GTC, stop_px=540)
    )
    return order


def test_a_waiting_stop_takes_a_new_stop_price_and_its_worst_price_with_it(
    listing: Listing, account: Account
) -> None:
    """RPLC-007, RPLC-012"""
    order = a_stop(account, listing)
    entered(replace(order, 12, None, stop_px=560))
    assert held(account) == 5_670 + (12 * 588 - 5_670)
    drained(listing)
    order.refresh_from_db()
    assert (order.order_qty, order.stop_px, order.protection_px, order.hold) == (12, 560, 588, 12 * 588)
    as_recomputed(listing)


def test_a_stop_replaced_in_quantity_alone_keeps_its_prices(listing: Listing, account: Account) -> None:
    """RPLC-007"""
    order = a_stop(account, listing)
    worked(listing, replace(order, 4, None))
    order.refresh_from_db()
    assert (order.order_qty, order.stop_px, order.protection_px, order.hold) == (4, 540, 567, 4 * 567)
    as_recomputed(listing)


def test_of_a_trailing_stop_the_quantity_only_may_be_replaced(listing: Listing, account: Account) -> None:
    """RPLC-007"""
    request = sell(account, listing, 10, None, ord_type=TRAILING, time_in_force=TimeInForce.GTC, trail=30)
    [order] = worked(listing, request)
    assert refusal(replace(order, 10, None, stop_px=450)) == ["UNSUPPORTED_ORDER"]
    worked(listing, replace(order, 5, None))
    order.refresh_from_db()
    assert (order.order_qty, order.stop_px) == (5, 470)


def test_an_order_without_a_limit_is_given_none_and_one_with_a_limit_keeps_one(
    listing: Listing, account: Account
) -> None:
    """RPLC-011"""
    assert refusal(replace(a_stop(account, listing), 10, 550)) == ["UNSUPPORTED_ORDER"]
    [plain] = worked(listing, buy(account, listing, 10, 400))
    assert refusal(replace(plain, 5, None)) == ["UNSUPPORTED_ORDER"]
    assert refusal(replace(plain, 5, 400, stop_px=420)) == ["UNSUPPORTED_ORDER"]


def test_wanting_less_of_a_waiting_stop_is_taken_in_a_halt(listing: Listing, account: Account) -> None:
    """RPLC-005"""
    order = a_stop(account, listing)
    MarketState.objects.filter(pk=listing.pk).update(state="HALTED", halt_code="REGULATORY")
    assert refusal(replace(order, 5, None, stop_px=541)) == ["MKT-HALT"]
    entered(replace(order, 5, None))


# --- One cancels the other ------------------------------------------------------------------------------


def exit_pair(account: Account, listing: Listing, **stop: Any) -> tuple[NewOrderRequest, NewOrderRequest]:
    """Sells at 600, or at the market once it falls to 450."""
    terms = {"ord_type": STOP, "time_in_force": TimeInForce.GTC, "stop_px": 450} | stop
    return a_pair(sell(account, listing, 10, 600), sell(account, listing, 10, None, **terms))


def test_a_pair_is_two_orders_that_name_each_other_and_hold_what_one_needs(
    listing: Listing, account: Account
) -> None:
    """ORDT-060, ORDT-061"""
    stop, limit = worked(listing, *exit_pair(account, listing))
    assert (stop.linked_order_id, limit.linked_order_id) == (limit.pk, stop.pk)
    assert command_of(stop).conditions == Conditions(stop_px=450)
    assert command_of(limit).conditions == Conditions(linked_order_id=stop.pk)
    assert (stop.ord_status, limit.ord_status) == ("NEW", "NEW")
    assert (stop.hold, limit.hold, held(account, "ACME")) == (10, 0, 10)
    as_recomputed(listing)


def test_a_pair_of_buys_holds_the_dearer_leg(listing: Listing, account: Account) -> None:
    """ORDT-061: the stop leg at worst 588, the limit leg 450."""
    stop_leg = buy(account, listing, 10, None, ord_type=STOP, time_in_force=TimeInForce.GTC, stop_px=560)
    stop, limit = worked(listing, *a_pair(buy(account, listing, 10, 450), stop_leg))
    assert (stop.hold, limit.hold, held(account)) == (5_880, 0, 5_880)
    as_recomputed(listing)


def test_of_a_pair_both_are_accepted_or_both_refused(listing: Listing, account: Account) -> None:
    poor = funded(cents=5_000)
    stop_leg = buy(poor, listing, 10, None, ord_type=STOP, time_in_force=TimeInForce.GTC, stop_px=560)
    outcomes = entry.submit_orders(a_pair(buy(poor, listing, 10, 450), stop_leg))
    assert [codes(outcome) for outcome in outcomes] == [["RISK-CASH"], ["RISK-CASH"]]
    too_far = exit_pair(account, listing, stop_px=10**7)
    outcomes = entry.submit_orders(too_far)
    assert [codes(outcome) for outcome in outcomes] == [["RISK-PRICE"], ["RISK-PRICE"]]
    assert not Order.objects.filter(account__in=(poor, account)).exists()
    as_recomputed(listing)


def test_a_pair_needs_room_for_both_of_its_legs(listing: Listing, account: Account) -> None:
    """HALT-021"""
    Account.objects.filter(pk=account.pk).update(max_open_orders=1)
    outcomes = entry.submit_orders(exit_pair(account, listing))
    assert [codes(outcome) for outcome in outcomes] == [["RISK-ORDERS"], ["RISK-ORDERS"]]


def test_the_same_pair_again_is_the_same_pair(listing: Listing, account: Account) -> None:
    """ORDT-071"""
    pair = exit_pair(account, listing)
    entered(*pair)
    before = Order.objects.filter(account=account).count()
    assert [order.cl_ord_id for order in entered(*pair)] == [leg.cl_ord_id for leg in pair]
    assert Order.objects.filter(account=account).count() == before == 2


def test_a_pair_of_which_one_name_is_taken_is_a_conflict_and_enters_neither(
    listing: Listing, account: Account
) -> None:
    """ORDT-071"""
    stop, limit = exit_pair(account, listing)
    entered(dataclasses.replace(limit, linked_cl_ord_id=None))  # the same order, alone
    assert entry.submit_orders([stop, limit]) == [Conflict(), Conflict()]
    assert Order.objects.filter(account=account).count() == 1


def test_legs_that_do_not_stand_side_by_side_are_a_mistake_of_the_program(
    listing: Listing, account: Account
) -> None:
    stop, limit = exit_pair(account, listing)
    for batch in ([limit, stop][:1], [stop, buy(account, listing, 1, 400), limit]):
        with pytest.raises(ValueError, match="side by side"):
            entry.submit_orders(batch)


def test_a_pair_whose_stop_is_met_already_is_refused_whole(listing: Listing, account: Account) -> None:
    """ORDT-065: its two prices may be swapped."""
    outcomes = entry.submit_orders(exit_pair(account, listing, stop_px=505))
    assert [codes(outcome) for outcome in outcomes] == [["PAIR-TRIGGERED"]] * 2
    assert not Order.objects.filter(account=account).exists()


def test_the_legs_of_a_pair_cannot_be_replaced(listing: Listing, account: Account) -> None:
    """RPLC-010"""
    stop, limit = worked(listing, *exit_pair(account, listing))
    assert refusal(replace(limit, 5, 600)) == ["LINKED_ORDER"]
    assert refusal(replace(stop, 5, None)) == ["LINKED_ORDER"]


def test_what_holds_for_a_pair_follows_its_fills_and_its_end(listing: Listing, account: Account) -> None:
    """ORDT-062, ORDT-064"""
    buyer = funded(cents=100_000)
    stop, limit = worked(listing, *exit_pair(account, listing, stop_px=450))
    worked(listing, cancel(limit))
    for order in (stop, limit):
        order.refresh_from_db()
        assert (order.ord_status, order.hold) == ("CANCELED", 0)
    assert held(account, "ACME") == 0
    sold = a_pair(
        sell(account, listing, 10, 515),
        sell(account, listing, 10, None, ord_type=STOP, time_in_force=TimeInForce.GTC, stop_px=450),
    )
    stop, limit = worked(listing, *sold)
    worked(listing, buy(buyer, listing, 4, 515))
    stop.refresh_from_db()
    assert (stop.order_qty, stop.leaves_qty, stop.hold, held(account, "ACME")) == (6, 6, 6, 6)
    as_recomputed(listing)


# --- All at once -----------------------------------------------------------------------------------------


def test_orders_on_their_way_that_cannot_rest_take_no_room(listing: Listing, account: Account) -> None:
    """HALT-021"""
    Account.objects.filter(pk=account.pk).update(max_open_orders=1)
    entered(buy(account, listing, 1, 400, time_in_force=TimeInForce.IOC))
    entered(buy(account, listing, 1, 400))
    assert refusal(buy(account, listing, 1, 400)) == ["RISK-ORDERS"]


def test_a_mass_cancel_is_one_command_a_listing(listing: Listing, account: Account) -> None:
    """MATC-011"""
    other = a_listing("GRIT")
    worked(listing, buy(account, listing, 1, 400), sell(account, listing, 1, 600))
    worked(other, buy(account, other, 1, 400))
    [outcome] = entry.submit_orders([MassCancelRequest(account.pk, a_cl_ord_id())])
    assert isinstance(outcome, MassAccepted)
    assert [listing_id for listing_id, _ in outcome.commands] == [listing.pk, other.pk]
    drained(listing)
    drained(other)
    assert set(Order.objects.filter(account=account).values_list("ord_status", flat=True)) == {"CANCELED"}
    assert held(account) == held(account, "ACME") == 0
    as_recomputed(listing)


def test_a_mass_cancel_of_one_listing_and_one_side_leaves_the_others(
    listing: Listing, account: Account
) -> None:
    """MATC-011"""
    bid, ask = worked(listing, buy(account, listing, 1, 400), sell(account, listing, 1, 600))
    request = MassCancelRequest(account.pk, a_cl_ord_id(), listing_id=listing.pk, side=Side.BUY)
    entry.submit_orders([request])
    drained(listing)
    bid.refresh_from_db()
    ask.refresh_from_db()
    assert (bid.ord_status, ask.ord_status) == (OrdStatus.CANCELED, OrdStatus.NEW)


def test_a_mass_cancel_sent_again_does_not_cancel_what_was_entered_since(
    listing: Listing, account: Account
) -> None:
    """ORDT-071: also where there was nothing to cancel the first time."""
    request = MassCancelRequest(account.pk, a_cl_ord_id())
    [first] = entry.submit_orders([request])
    assert isinstance(first, MassAccepted)
    assert len(first.commands) == 1
    [order] = worked(listing, buy(account, listing, 1, 400))
    [again] = entry.submit_orders([request])
    assert again == dataclasses.replace(first, repeated=True)
    drained(listing)
    order.refresh_from_db()
    assert order.ord_status == OrdStatus.NEW
    other = MassCancelRequest(account.pk, request.cl_ord_id, listing_id=listing.pk)
    assert entry.submit_orders([other]) == [Conflict()]
    as_recomputed(listing)


def test_a_mass_cancel_takes_what_its_own_batch_entered_before_it(listing: Listing, account: Account) -> None:
    entry.submit_orders([buy(account, listing, 1, 400), MassCancelRequest(account.pk, a_cl_ord_id())])
    drained(listing)
    assert Order.objects.get(account=account).ord_status == OrdStatus.CANCELED


def test_a_mass_cancel_is_taken_in_a_halt(listing: Listing, account: Account) -> None:
    """HALT-001"""
    worked(listing, buy(account, listing, 1, 400))
    MarketState.objects.filter(pk=listing.pk).update(state="HALTED", halt_code="REGULATORY")
    [outcome] = entry.submit_orders([MassCancelRequest(account.pk, a_cl_ord_id())])
    assert isinstance(outcome, MassAccepted)


# --- Phases as entry sees them ---------------------------------------------------------------------------


def phase(listing: Listing, state: str, *, until: datetime | None = None) -> None:
    MarketState.objects.filter(pk=listing.pk).update(state=state, phase_until=until)


@pytest.mark.parametrize(
    ("state", "plain", "at_once"),
    [
        ("CONTINUOUS", None, None),
        ("CLOSED", "MKT-CLOSED", "MKT-CLOSED"),
        ("HALTED", "MKT-HALT", "MKT-HALT"),
        ("PRE_OPEN", None, "MKT-PHASE"),
        ("OPENING_CALL", None, "MKT-PHASE"),
        ("VOLATILITY_CALL", None, "MKT-PHASE"),
    ],
)
def test_a_phase_takes_what_the_table_says(
    listing: Listing, account: Account, state: str, plain: str | None, at_once: str | None
) -> None:
    """PHAS-001"""
    phase(listing, state)
    cases: list[tuple[dict[str, Any], str | None]] = [
        ({}, plain),
        ({"display_qty": 1}, plain),
        ({"ord_type": STOP_LIMIT, "stop_px": 500}, plain),
        ({"time_in_force": TimeInForce.IOC}, at_once),
        ({"time_in_force": TimeInForce.FOK}, at_once),
        ({"post_only": PostOnly.REJECT}, at_once),
        ({"min_qty": 1}, at_once),
    ]
    for terms, code in cases:
        [outcome] = entry.submit_orders([buy(account, listing, 1, 500, **terms)])
        assert [outcome.__class__.__name__, *(codes(outcome) if code else [])] == (
            ["Refused", code] if code else ["Accepted"]
        )


def test_a_phase_that_is_over_refuses_nothing_though_no_tick_has_told_so(
    listing: Listing, account: Account
) -> None:
    """PHAS-003: the engine will know, and has the last word."""
    phase(listing, "CLOSED", until=clock.now() - timedelta(seconds=1))
    entered(buy(account, listing, 1, 400))
    phase(listing, "CLOSED", until=clock.now() + timedelta(hours=1))
    assert refusal(buy(account, listing, 1, 400)) == ["MKT-CLOSED"]


def test_in_a_call_prices_are_judged_by_what_an_uncrossing_would_give(
    listing: Listing, account: Account
) -> None:
    """HALT-020: whoever asks 100 there does not make 500 a price through the market."""
    phase(listing, "OPENING_CALL")
    MarketState.objects.filter(pk=listing.pk).update(indicative_px=505, reference_px=500)
    entered(buy(account, listing, 1, 530))
    assert refusal(buy(account, listing, 1, 531)) == ["RISK-PRICE"]


# --- Self-trade prevention behind a replace's back ---------------------------------------------------------


def test_a_replace_is_covered_when_prevention_took_from_its_order_first(
    listing: Listing, account: Account
) -> None:
    """RPLC-012, STPR-006: what DECREMENT set free may be spent by then."""
    [order] = worked(listing, buy(account, listing, 10, 500))
    entered(sell(account, listing, 4, 500, self_trade=SelfTrade.DECREMENT), replace(order, 12, 500))
    free = Balance.objects.get(account=account, asset=CASH).available
    entered(buy(account, listing, free // 100, 100))
    drained(listing)
    order.refresh_from_db()
    assert (order.order_qty, order.cum_qty, order.leaves_qty, order.hold) == (12, 0, 8, 4_000)
    assert refusal(buy(account, listing, 21, 100)) == ["RISK-CASH"]
    entered(buy(account, listing, 20, 100))  # what the decrement set free
    worked(listing, replace(order, 10, 500))
    order.refresh_from_db()
    assert (order.order_qty, order.leaves_qty) == (10, 6)
    as_recomputed(listing)


def test_a_replace_is_covered_when_its_order_slid_first(listing: Listing, account: Account) -> None:
    """RPLC-012, ORDT-041: what sliding set free may be spent by then."""
    [ask] = worked(listing, sell(funded(cents=0, lots=5, listing=listing), listing, 5, 490))
    [order] = entered(buy(account, listing, 10, 510, post_only=PostOnly.SLIDE))
    entered(cancel(ask), replace(order, 12, 510))
    free = Balance.objects.get(account=account, asset=CASH).available
    entered(buy(account, listing, free // 100, 100))
    matching.drain(listing.pk, limit=1)
    order.refresh_from_db()
    assert (order.price, order.hold) == (489, 4_890)
    entered(buy(account, listing, 2, 100))  # what sliding set free
    drained(listing)
    order.refresh_from_db()
    assert (order.price, order.order_qty, order.hold) == (510, 12, 6_120)
    as_recomputed(listing)
