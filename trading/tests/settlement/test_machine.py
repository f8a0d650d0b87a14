"""The books, against the real database, under whatever Hypothesis can think of.

Every step commits. After each the ledger is recomputed, and nothing has been made or lost.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import permutations, product
from typing import Any, ClassVar, TypeVar
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import F, Model, QuerySet, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from pytest_django import DjangoDbBlocker

from compliance.services import SupervisionRefused, reinstate_account, suspend_account
from portal import clock, proposals
from portal.models import Account, User
from portal.tests.factories import an_operator
from tests.support.databases import Databases
from trading import cash, matching
from trading.cash import CashRefused
from trading.engine import TimeInForce
from trading.models import (
    CASH,
    PENDING,
    WORKING,
    Balance,
    Execution,
    Instruction,
    Listing,
    Lot,
    Order,
    SettlementState,
    Withdrawal,
)
from trading.reconciliation.comparing import reconcile_all
from trading.services import busts, entry, ledger
from trading.services.lot_choices import ChoiceRefused, choose_lots
from trading.settlement import booking
from trading.settlement.subjects import subject_of
from trading.tests.cash import bank
from trading.tests.factories import (
    a_fee_schedule,
    a_listing,
    buy,
    cancel,
    drained,
    funded,
    replace,
    sell,
    settled,
)
from trading.verification import verify_ledger, verify_listing

ACCOUNTS, CENTS, LOTS = 3, 3_000, 20
MONDAY = datetime(2031, 3, 3, 12, tzinfo=ZoneInfo("America/New_York"))
REASON = {"reason_code": "AGREED"}

picks, places = st.integers(0, 2), st.integers(0, 1)
pairs = st.sampled_from(list(permutations(range(3), 2)))  # seller, buyer
sides = st.sampled_from([buy, sell])
qtys, prices = st.integers(1, 6), st.integers(98, 102)
tifs = st.sampled_from([TimeInForce.GTC, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.DAY])
trades = st.none() | st.tuples(places, pairs, qtys, prices)  # as ``trade`` takes them

Trade = tuple[int, tuple[int, int], int, int]
Row = TypeVar("Row", bound=Model)


class Books(RuleBasedStateMachine):
    databases: ClassVar[Databases]
    opened: ClassVar[str]  # the database every example begins with

    def __init__(self) -> None:
        super().__init__()
        self.database = self.databases.clone(self.opened)
        self.database.__enter__()
        clock.forget()
        matching.forget()
        self.operators = tuple(User.objects.order_by("id")[:2])
        self.listings = list(Listing.objects.order_by("symbol"))
        self.accounts = list(Account.objects.filter(kind=Account.Kind.INVESTOR).order_by("number"))
        self.at_bank = ACCOUNTS * CENTS

    def teardown(self) -> None:
        """In the end everything settles, or has been called off; journal and rows agree too."""
        try:
            clock.advance(by=timedelta(days=7))
            for listing in self.listings:
                drained(listing)
                settled(listing)
            left = Instruction.objects.filter(state__in=PENDING).values_list("state", flat=True)
            assert set(left) <= {SettlementState.FAILED}
            self.the_ledger_is_what_is_recomputed()
            assert all(row.agrees for row in reconcile_all())
            for listing in self.listings:
                assert verify_listing(listing_id=listing.pk).findings.lines() == []
        finally:
            self.database.__exit__(None, None, None)

    def picked(self, rows: QuerySet[Row], pick: int) -> Row | None:
        """The newest, or one shortly before it."""
        return rows.order_by("-pk")[pick : pick + 1].first() or rows.order_by("-pk").first()

    def decide(self, kind: str, subject: str, new: dict[str, Any]) -> None:
        """What two people wish for is done or refused, never half done."""
        proposer, approver = self.operators
        try:
            made = proposals.propose(kind=kind, subject=subject, new=new, reason="test", by=proposer)
            proposals.approve(proposal=made, by=approver)
        except proposals.ProposalRefused:
            pass

    # Orders

    @rule(
        orders=st.lists(st.tuples(picks, places, sides, qtys, prices, tifs), min_size=1, max_size=4),
        drains=st.booleans(),
    )
    def orders(
        self, orders: list[tuple[int, int, Callable[..., Any], int, int, TimeInForce]], drains: bool
    ) -> None:
        entry.submit_orders([
            side(self.accounts[who], self.listings[where], qty, price, time_in_force=tif)
            for who, where, side, qty, price, tif in orders
        ])  # fmt: skip
        if drains:
            self.drain()

    @rule(where=places, parties=pairs, qty=qtys, price=prices, settles=st.booleans())
    def trade(self, where: int, parties: tuple[int, int], qty: int, price: int, settles: bool) -> None:
        """Of two that may."""
        listing, (seller, buyer) = self.listings[where], [self.accounts[who] for who in parties]
        for account in (seller, buyer):
            self.be(account, Account.Status.ACTIVE)
        entry.submit_orders([sell(seller, listing, qty, price), buy(buyer, listing, qty, price)])
        drained(listing)
        if settles:
            settled(listing)

    @rule(pick=picks, qty=qtys, price=prices, cancels=st.booleans())
    def cancel_or_replace(self, pick: int, qty: int, price: int, cancels: bool) -> None:
        if order := self.picked(Order.objects.filter(ord_status__in=WORKING), pick):
            entry.submit_orders([cancel(order) if cancels else replace(order, qty, price)])

    @rule()
    def drain(self) -> None:
        for listing in self.listings:
            drained(listing)

    # Trades that people take back, or put right

    @rule(pick=picks, new=trades, hears=st.booleans())
    def bust(self, pick: int, new: Trade | None, hears: bool) -> None:
        if made := self.traded(pick, new):
            self.decide("BUST_TRADE", busts.subject_of(made), REASON)
            if hears:
                drained(made.listing)

    @rule(pick=picks, new=trades, less=st.integers(0, 2), price=prices, hears=st.booleans())
    def correct(self, pick: int, new: Trade | None, less: int, price: int, hears: bool) -> None:
        if made := self.traded(pick, new):
            terms = {**REASON, "price": price, "qty": max(1, made.last_qty - less)}
            self.decide("CORRECT_TRADE", busts.subject_of(made), terms)
            if hears:
                drained(made.listing)

    def traded(self, pick: int, new: Trade | None) -> Execution | None:
        """A trade made just now, or one that was there."""
        if new is not None:
            self.trade(*new, settles=False)
        return self.picked(Execution.objects.select_related("listing"), pick)

    # Settlement

    @rule()
    def settle(self) -> None:
        for listing in self.listings:
            settled(listing)

    @rule(hours=st.sampled_from([1, 12, 24, 72]), settles=st.booleans())
    def time_passes(self, hours: int, settles: bool) -> None:
        clock.advance(by=timedelta(hours=hours))
        if settles:
            self.settle()

    @rule(who=picks, status=st.sampled_from([Account.Status.ACTIVE, Account.Status.SUSPENDED]))
    def suspend_or_reinstate(self, who: int, status: Account.Status) -> None:
        self.be(self.accounts[who], status)

    def be(self, account: Account, status: Account.Status) -> None:
        act = reinstate_account if status == Account.Status.ACTIVE else suspend_account
        with suppress(SupervisionRefused):  # it is already
            act(account=account, reason="test", actor=None)

    @rule(parties=pairs, qty=qtys, back=st.booleans())
    def fail(self, parties: tuple[int, int], qty: int, back: bool) -> None:
        """A trade whose buyer is suspended before it settles."""
        buyer = self.accounts[parties[1]]
        self.trade(0, parties, qty, 100, settles=False)
        self.be(buyer, Account.Status.SUSPENDED)
        settled(self.listings[0])
        if back:
            self.be(buyer, Account.Status.ACTIVE)

    @rule(
        pick=picks,
        new=st.sampled_from([
            {"act": "RETRY"}, {"act": "MEND", "waive": ["ACC-SUSPENDED"]},
            {"act": "MEND", "due_on": "2031-03-10"}, {"act": "CANCEL"},
            {"act": "CANCEL", "compensation": {"side": "BUY", "cents": 2}},
        ]),
    )  # fmt: skip
    def resolve(self, pick: int, new: dict[str, Any]) -> None:
        failed = Instruction.objects.filter(state=SettlementState.FAILED).select_related("listing")
        if row := self.picked(failed, pick):
            self.decide("RESOLVE_SETTLEMENT", subject_of(row), new)

    @rule(pick=picks, fees_back=st.booleans(), settles=st.booleans())
    def reverse(self, pick: int, fees_back: bool, settles: bool) -> None:
        done = Instruction.objects.filter(state=SettlementState.SETTLED, kind=Instruction.Kind.TRADE)
        if row := self.picked(done.select_related("listing"), pick):
            self.decide("REVERSE_SETTLEMENT", subject_of(row), {"fees_back": fees_back})
            if settles:
                self.settle()

    @rule(pick=picks, new=trades, qtys=st.lists(qtys, min_size=1, max_size=3))
    def choose_lots(self, pick: int, new: Trade | None, qtys: list[int]) -> None:
        """As many as there are of the last lots the seller got."""
        if new is not None:
            self.trade(*new, settles=False)
            settled(self.listings[new[0]])
        pending = Instruction.objects.filter(state__in=PENDING, kind=Instruction.Kind.TRADE)
        row = self.picked(pending.select_related("listing", "seller"), pick)
        if row is None:
            return
        lots = Lot.objects.filter(account=row.seller_id, asset=row.listing.asset_id, qty__gt=0).order_by(
            "-id"
        )
        choices = {lot.pk: qty for lot, qty in zip(lots, qtys, strict=False)}
        with suppress(ChoiceRefused):
            choose_lots(account=row.seller, instruction_id=row.pk, choices=choices, by=self.operators[0])

    # Cash

    @rule(who=picks, cents=st.integers(1, 500), named=st.sampled_from([True, True, False]))
    def deposit(self, who: int, cents: int, named: bool) -> None:
        account = self.accounts[who]
        amount = dollars(cents)
        self.bank_says(bank.deposit_of(account, amount) if named else bank.credit(amount, "no name"), cents)

    @rule(who=picks, cents=st.integers(1, CENTS), goes_on=st.booleans())
    def withdraw(self, who: int, cents: int, goes_on: bool) -> None:
        account, by = self.accounts[who], self.operators[0]
        to, request_id = account.bank_accounts.get().pk, str(Withdrawal.objects.count())
        with suppress(CashRefused):
            cash.request_withdrawal(
                account=account, bank_account_id=to, cents=cents, request_id=request_id, by=by
            )
        if goes_on:
            self.carry_withdrawal_on(0, "RELEASE_WITHDRAWAL")

    @rule(
        pick=picks,
        how=st.sampled_from(["CANCEL", "REFUSE_WITHDRAWAL", "RELEASE_WITHDRAWAL", "PAY", "RETURN"]),
    )
    def carry_withdrawal_on(self, pick: int, how: str) -> None:
        """Whether it makes sense or not: the bank may pay what nobody ordered."""
        row = self.picked(Withdrawal.objects.select_related("account"), pick)
        if row is None:
            return
        if how == "CANCEL":
            with suppress(CashRefused):
                cash.cancel_withdrawal(account=row.account, withdrawal_id=row.pk, by=self.operators[0])
        elif how == "PAY":
            self.bank_says(bank.debit(dollars(row.cents), row.reference), -row.cents)
        elif how == "RETURN":
            self.bank_says(bank.credit(dollars(row.cents), row.reference), row.cents)
        else:
            self.decide(how, row.reference, {})

    def bank_says(self, entry: dict[str, str], cents: int) -> None:
        """A statement of one line."""
        bank.imported(entry, booked_on=booking.local_date(self.listings[0], clock.now()).isoformat())
        self.at_bank += cents

    # What always holds

    @invariant()
    def the_ledger_is_what_is_recomputed(self) -> None:
        """Holds are what working orders and withdrawals need, lots what balances are, and all the rest."""
        assert verify_ledger().findings.lines() == []

    @invariant()
    def nothing_is_made_or_lost_and_nobody_owes(self) -> None:
        world = Account.objects.filter(number__in=["C-BANK", "C-ACME", "C-BETA"])
        held = Balance.objects.exclude(account__in=world)
        totals = dict(held.order_by().values_list("asset").annotate(Sum("settled")))
        assert totals == {CASH: self.at_bank, "ACME": ACCOUNTS * LOTS, "BETA": ACCOUNTS * LOTS}
        promised = F("held") + F("pending_out")
        assert not held.exclude(account__kind=Account.Kind.CONTRA).filter(settled__lt=promised).exists()


def dollars(cents: int) -> str:
    return f"{cents / 100:.2f}"


def open_the_venue() -> None:
    """A listing that settles at once, one that settles the next day, and accounts with some of everything."""
    clock.advance(by=MONDAY - clock.now())
    an_operator(), an_operator()
    a_fee_schedule(maker_rate=1_000, taker_rate=3_000, minimum_cents=1)
    listings = [a_listing("ACME"), a_listing("BETA", rail=Listing.Rail.BOOK_ENTRY_T1)]
    for _ in range(ACCOUNTS):
        account = funded(cents=CENTS)
        bank.a_bank_account(account)
        for listing, price in product(listings, (90, 110)):
            reference = f"{listing.symbol} at {price} for {account.number}"
            ledger.issue(account=account, listing=listing, lots=LOTS // 2, price=price, reference=reference)


def test_no_interleaving_breaks_the_books(
    databases: Databases, valkey: object, django_db_blocker: DjangoDbBlocker, long_run: bool
) -> None:
    many = settings(
        max_examples=400 if long_run else 10, stateful_step_count=60 if long_run else 40,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    with django_db_blocker.unblock(), databases.clone() as opened:
        open_the_venue()
        connection.close()  # else it cannot be cloned
        Books.databases, Books.opened = databases, opened
        run_state_machine_as_test(Books, settings=many)
