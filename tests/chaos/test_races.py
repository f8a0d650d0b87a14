"""What the locks are for. Each race is also run with its lock off, to show that it does happen."""

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from random import Random
from typing import Any

import pytest
from django.db import OperationalError, transaction

from compliance.services import reinstate_account, suspend_account
from portal import proposals
from portal.models import Account, Proposal
from portal.proposals import ProposalRefused
from portal.tests.factories import an_operator
from tests.support.threads import Racer, race
from tests.support.verify import assert_identical, assert_pure_fold
from trading import balances, gates, journal, matching
from trading.models import CASH, Balance, Execution, Listing, MarketState, Order, OrdStatus
from trading.services import busts, entry, listings
from trading.services.listings import ListingParameters
from trading.services.requests import Accepted, Conflict, Refused
from trading.settlement import booking, consumer
from trading.tests.factories import a_listing, buy, drained, entered, funded, sell, settled
from trading.tests.flow import Flow, a_crowd
from trading.verification import of_one_moment, verify_ledger, verify_listing

pytestmark = pytest.mark.chaos


# --- Two workers on one listing -----------------------------------------------------------------------


def two_drains(listing: Listing, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Whoever is about to write events waits for the other one to come to that point too."""
    together = threading.Barrier(2)
    append_events = journal.append_events

    def append(**arguments: Any) -> None:
        with suppress(threading.BrokenBarrierError):
            together.wait(timeout=1)
        append_events(**arguments)

    monkeypatch.setattr(journal, "append_events", append)
    drain = partial(matching.drain, listing.pk)
    return race(drain, drain)


@pytest.fixture
def ten_orders(committed_db: str) -> Listing:
    listing = a_listing()
    seller = funded(lots=100, listing=listing)
    entered(*(sell(seller, listing, 1, 500 + n) for n in range(10)))
    return listing


def test_of_two_drains_of_one_listing_one_works_and_one_leaves(
    ten_orders: Listing, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sorted(two_drains(ten_orders, monkeypatch)) == [0, 10]
    assert "a batch failed" not in caplog.text
    assert_pure_fold(ten_orders)


def test_without_the_advisory_lock_two_drains_do_the_same_work(
    ten_orders: Listing, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control. The events' unique key is the second line: the doubled batch is undone."""
    monkeypatch.setattr(matching, "_locked", lambda listing_id, *, wait=False: True)
    two_drains(ten_orders, monkeypatch)
    assert caplog.text.count("a batch failed") == 1
    assert "event_sequence" in caplog.text
    assert_pure_fold(ten_orders)


# --- Entry against a suspension -------------------------------------------------------------------------


@pytest.fixture
def suspended_meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Account], Racer]:
    """Once entry has its gates' answer, the account is suspended: at once, or when entry lets go of it."""

    def arrange(account: Account) -> Racer:
        racer: list[Racer] = []
        ask = gates.ask

        def ask_then_suspend(requests: Any) -> list[gates.Verdict]:
            verdicts = ask(requests)
            racer.append(Racer(partial(suspend_account, account=account, reason="test", actor=None)))
            racer[0].join(timeout=1)
            return verdicts

        monkeypatch.setattr(gates, "ask", ask_then_suspend)
        entered(buy(account, Listing.objects.get(), 1, 500))
        return racer[0]

    return arrange


def test_an_order_that_passed_the_gates_before_a_suspension_has_its_cancel_behind_it(
    committed_db: str, suspended_meanwhile: Callable[[Account], Racer]
) -> None:
    listing = a_listing()
    racer = suspended_meanwhile(funded(cents=100_000))
    assert racer.outcome() == 1
    assert_identical()
    drained(listing)
    assert Order.objects.get().ord_status == OrdStatus.CANCELED
    assert_identical()


def test_without_the_account_lock_an_ineligible_order_stays_and_verify_journal_finds_it(
    committed_db: str, suspended_meanwhile: Callable[[Account], Racer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    listing = a_listing()
    monkeypatch.setattr(entry, "lock_accounts", lambda ids: Account.objects.in_bulk(list(ids)))
    racer = suspended_meanwhile(funded(cents=100_000))
    assert racer.outcome() == 0
    drained(listing)
    with of_one_moment():
        found = verify_listing(listing_id=listing.pk).findings.lines()
    order = Order.objects.get()
    assert found == [
        f"trading_order ACME id {order.pk}: is working, its account is SUSPENDED, and no cancel is behind it"
    ]


# --- Approvals ----------------------------------------------------------------------------------------------


def propose_largest_order(qty: int) -> Proposal:
    return proposals.propose(
        kind="LISTING_PARAMETERS", subject="ACME", new={"max_order_qty": qty}, reason="test", by=an_operator()
    )


def an_approval_meets_entry() -> None:
    """Entry has its number, which the approval waits for; then it commits, and looks whether its listing
    is there, which the approval has locked."""
    listing, buyer, other = a_listing(), funded(cents=100_000), an_operator()
    proposal = propose_largest_order(5000)
    with transaction.atomic():
        entered(buy(buyer, listing, 1, 500))
        approval = Racer(partial(proposals.approve, proposal=proposal, by=other))
        approval.join(timeout=1)
    assert approval.outcome().status == "APPLIED"


def test_an_approval_and_entry_wait_for_each_other_in_one_order_only(committed_db: str) -> None:
    an_approval_meets_entry()
    assert_identical()


def test_a_listing_locked_for_update_deadlocks_with_entry(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: why it is FOR NO KEY UPDATE everywhere."""

    def named(symbol: str, *, lock: bool = False) -> Listing:
        return (Listing.objects.select_for_update() if lock else Listing.objects).get(symbol=symbol)

    monkeypatch.setattr(listings, "named_listing", named)
    with pytest.raises(OperationalError, match="deadlock detected"):
        an_approval_meets_entry()


def two_approvals(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whoever is about to change the listing waits for the other one to come to that point too."""
    a_listing()
    together = threading.Barrier(2)
    apply = ListingParameters.apply

    def apply_together(kind: ListingParameters, **arguments: Any) -> None:
        with suppress(threading.BrokenBarrierError):
            together.wait(timeout=1)
        apply(kind, **arguments)

    monkeypatch.setattr(ListingParameters, "apply", apply_together)
    made, other = [propose_largest_order(qty) for qty in (400, 500)], an_operator()

    def approve(proposal: Proposal) -> str:
        try:
            return proposals.approve(proposal=proposal, by=other).status
        except ProposalRefused as refused:
            return refused.code

    return sorted(race(*(partial(approve, proposal) for proposal in made)))


def test_of_two_proposals_of_one_subject_approved_at_once_one_is_stale(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert two_approvals(monkeypatch) == ["APPLIED", "STALE"]


def test_without_the_lock_on_the_subject_one_undoes_the_other(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    named = listings.named_listing
    monkeypatch.setattr(listings, "named_listing", lambda symbol, *, lock=False: named(symbol))
    assert two_approvals(monkeypatch) == ["APPLIED", "APPLIED"]


# --- A bust against settlement --------------------------------------------------------------------------


def a_bust_meets_settlement(monkeypatch: pytest.MonkeyPatch) -> tuple[Listing, Racer]:
    """Settlement has read what to settle; then a second person approves that the trade be taken back."""
    listing = a_listing()
    entered(
        sell(funded(lots=10, listing=listing), listing, 10, 500), buy(funded(cents=5_000), listing, 10, 500)
    )
    drained(listing)
    trade, other = Execution.objects.get(side="BUY").trade_seq, an_operator()
    proposal = proposals.propose(
        kind="BUST_TRADE",
        subject=f"ACME {trade}",
        new={"reason_code": "AGREED"},
        reason="x",
        by=an_operator(),
    )
    racers: list[Racer] = []
    book = booking.book

    def book_later(*arguments: Any, **named: Any) -> None:
        racers.append(Racer(partial(proposals.approve, proposal=proposal, by=other)))
        racers[0].join(timeout=1)
        book(*arguments, **named)

    monkeypatch.setattr(booking, "book", book_later)
    settled(listing)
    return listing, racers[0]


def test_of_a_bust_and_a_settlement_the_one_that_has_begun_is_the_one_that_happens(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """BUST-002, BUST-008"""
    listing, approval = a_bust_meets_settlement(monkeypatch)
    with pytest.raises(ProposalRefused) as refused:
        approval.outcome()
    assert refused.value.code == "SETTLED"
    drained(listing)
    assert_identical()


def test_without_the_cursors_lock_a_settled_trade_is_taken_back_and_the_listing_faults(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control. That nothing pending is below zero is the second line."""
    monkeypatch.setattr(busts._Made, "lock", lambda made: None)
    listing, approval = a_bust_meets_settlement(monkeypatch)
    assert approval.outcome().status == "APPLIED"
    drained(listing)
    assert "balance_covers_what_is_promised" in MarketState.objects.get(pk=listing.pk).fault_text


# --- One ClOrdID, one balance, many doors ------------------------------------------------------------------

DOORS = 6


def test_one_order_sent_through_many_doors_at_once_is_one_order_with_one_answer(committed_db: str) -> None:
    request = buy(funded(cents=100_000), a_listing(), 10, 500)
    outcomes = race(*[partial(entry.submit_orders, [request])] * DOORS)
    assert {outcome.seq for [outcome] in outcomes} == {2}
    assert sorted(outcome.repeated for [outcome] in outcomes) == [False] + [True] * (DOORS - 1)
    assert Order.objects.count() == 1
    assert_identical()


def test_of_different_orders_under_one_cl_ord_id_one_is_taken_and_the_rest_conflict(
    committed_db: str,
) -> None:
    listing, account = a_listing(), funded(cents=100_000)
    orders = [buy(account, listing, qty, 500, cl_ord_id="mine") for qty in range(1, DOORS + 1)]
    outcomes = race(*(partial(entry.submit_orders, [order]) for order in orders))
    kinds = [type(outcome) for [outcome] in outcomes]
    assert (kinds.count(Accepted), kinds.count(Conflict)) == (1, DOORS - 1)
    assert Order.objects.count() == 1


def test_a_balance_that_covers_one_order_is_spent_once_through_many_doors(committed_db: str) -> None:
    listing, account = a_listing(), funded(cents=6_000)
    orders = [buy(account, listing, 10, 600) for _ in range(DOORS)]
    outcomes = race(*(partial(entry.submit_orders, [order]) for order in orders))
    kinds = [type(outcome) for [outcome] in outcomes]
    assert (kinds.count(Accepted), kinds.count(Refused)) == (1, DOORS - 1)
    assert Balance.objects.get(account=account, asset=CASH).held == 6_000
    assert_identical()


# --- A balance's first use ----------------------------------------------------------------------------------


def two_lock_balances_one_of_them_creates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither balance is there when the first looks; the second finds one of them there, made meanwhile."""
    listing, account = a_listing(), funded()
    cash, token = places = [(account.pk, CASH), (account.pk, listing.asset_id)]
    locked, looks, second = balances._locked, [], []
    first = threading.current_thread()

    def lock(*wanted: balances.Place) -> None:
        with transaction.atomic():
            balances.lock(wanted)

    def look(*arguments: Any) -> Any:
        if threading.current_thread() is first:
            looks.append(1)
            if len(looks) == 2:
                second.append(Racer(partial(lock, *places)))
                second[0].join(timeout=1)
        rows = locked(*arguments)
        if threading.current_thread() is first and len(looks) == 1:
            Racer(partial(lock, token)).outcome()
        return rows

    monkeypatch.setattr(balances, "_locked", look)
    lock(cash, token)
    second[0].outcome()


def test_balances_are_created_before_any_is_locked(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_lock_balances_one_of_them_creates(monkeypatch)


def test_balances_locked_before_others_are_created_deadlock(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""

    def lock_what_is_there(cursor: Any, accounts: list[int], assets: list[str]) -> list[Any]:
        rows = Balance.objects.filter(account__in=accounts, asset__in=assets).select_for_update(no_key=True)
        return [(b.account_id, b.asset_id, b.available) for b in rows.order_by("account", "asset")]

    monkeypatch.setattr(balances, "_locked", lock_what_is_there)
    with pytest.raises(OperationalError, match="deadlock detected"):
        two_lock_balances_one_of_them_creates(monkeypatch)


# --- Everything at once -----------------------------------------------------------------------------------

ROUNDS = 12


def everything_at_once(listings: list[Listing], crowd: list[Account]) -> None:
    """Two doors, two workers and a supervisor. PostgreSQL ends a deadlock with an error in one of them."""
    over = threading.Event()

    def trade(seed: int) -> None:
        flows = [Flow(seed, listing, crowd) for listing in listings]
        for _ in range(ROUNDS):
            # Both listings and all accounts in one batch, in whatever order chance has it.
            batch = [request for flow in flows for request in flow.batch(6)]
            flows[0].chance.shuffle(batch)
            entry.submit_orders(batch)

    def work() -> None:
        while not over.is_set():
            for listing in listings:
                matching.drain(listing.pk, limit=20)
                consumer.settle(listing.pk)

    def supervise() -> None:
        for _ in range(ROUNDS):
            for account in crowd[:2]:
                suspend_account(account=account, reason="test", actor=None)
            for listing in listings:
                with of_one_moment():
                    assert verify_listing(listing_id=listing.pk).findings.lines() == []
            with of_one_moment():
                assert verify_ledger().findings.lines() == []
            for account in crowd[:2]:
                reinstate_account(account=account, reason="test", actor=None)
        suspend_account(account=crowd[0], reason="test", actor=None)

    workers = [Racer(work), Racer(work)]
    try:
        race(partial(trade, 1), partial(trade, 2), supervise)
    finally:
        over.set()
        for worker in workers:
            worker.join(60)
    for worker in workers:
        worker.outcome()


@pytest.fixture
def two_listings(committed_db: str) -> list[Listing]:
    return [a_listing("ACME"), a_listing("BETA")]


@pytest.fixture
def crowd(two_listings: list[Listing]) -> list[Account]:
    """Accounts that hold both listings."""
    first, second = two_listings
    return [funded(lots=10**6, listing=second, account=account) for account in a_crowd(first)]


def test_entry_drain_settlement_and_suspensions_never_deadlock_and_leave_no_ineligible_order(
    two_listings: list[Listing], crowd: list[Account]
) -> None:
    everything_at_once(two_listings, crowd)
    for listing in two_listings:
        drained(listing)
        settled(listing)
        assert_pure_fold(listing)
    working = Order.objects.filter(ord_status__in=("NEW", "PARTIALLY_FILLED"))
    assert not working.filter(account=crowd[0]).exists()
    assert Order.objects.filter(ord_status=OrdStatus.FILLED).count() > ROUNDS
    assert_identical()


def test_balances_locked_in_any_other_order_deadlock(
    two_listings: list[Listing], crowd: list[Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the lock order."""
    lock, chance = balances.lock, Random(1)

    def lock_one_by_one(places: Iterable[balances.Place]) -> dict[balances.Place, int]:
        shuffled = chance.sample(sorted(places), k=len(set(places)))
        return {place: available for one in shuffled for place, available in lock([one]).items()}

    monkeypatch.setattr(balances, "lock", lock_one_by_one)
    with pytest.raises(OperationalError, match="deadlock detected"):
        everything_at_once(two_listings, crowd)
