"""Settlement carries each trade on as an instruction, and asks the gates again before it delivers."""

from datetime import date

import pytest

from compliance.services import reinstate_account, suspend_account
from portal import clock
from portal.models import Account
from trading.models import (
    CASH,
    Balance,
    Case,
    Custodian,
    Execution,
    Instruction,
    Listing,
    Lot,
    LotChoice,
    LotEntry,
    SettlementState,
    SettlementStep,
    Transfer,
)
from trading.services import ledger
from trading.settlement import consumer
from trading.tests.factories import (
    a_fee_schedule,
    a_listing,
    approved,
    as_recomputed,
    buy,
    drained,
    entered,
    funded,
    sell,
    settled,
)

pytestmark = pytest.mark.django_db

State = SettlementState


@pytest.fixture
def listing() -> Listing:
    return a_listing()


@pytest.fixture
def seller(listing: Listing) -> Account:
    return funded(lots=100, listing=listing)


@pytest.fixture
def buyer() -> Account:
    return funded(cents=1_000_000)


def traded(listing: Listing, seller: Account, buyer: Account, qty: int = 10, price: int = 500) -> int:
    entered(sell(seller, listing, qty, price), buy(buyer, listing, qty, price))
    drained(listing)
    return Execution.objects.filter(listing=listing).latest("trade_seq").trade_seq


def the_instruction() -> Instruction:
    return Instruction.objects.get()


def steps() -> list[tuple[list[str], str]]:
    return list(SettlementStep.objects.order_by("id").values_list("passed", "reason"))


def test_a_trade_that_settles_at_once_passes_every_state_in_one_step(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    traded(listing, seller, buyer)
    settled(listing)
    assert the_instruction().state == State.SETTLED
    assert steps() == [
        (["MATCHED", "INSTRUCTED", "AFFIRMED", "EXECUTING", "SETTLED"], ""),
    ]
    as_recomputed(listing)


def test_the_decision_of_the_gates_is_kept_with_the_step(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    traded(listing, seller, buyer)
    settled(listing)
    decision = SettlementStep.objects.get().decision
    assert decision is not None
    assert decision["BUY"]["allowed"] and decision["SELL"]["allowed"]
    assert decision["BUY"]["rules"].keys() == {"AccessGate"}


def test_a_party_that_may_no_longer_trade_fails_the_settlement_and_nothing_moves(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    traded(listing, seller, buyer)
    suspend_account(account=seller, reason="sanctions", actor=None)
    settled(listing)
    row = the_instruction()
    assert (row.state, row.reason) == (State.FAILED, "ACC-SUSPENDED")
    assert not Transfer.objects.filter(kind=Transfer.Kind.TRADE_CASH).exists()
    cash = Balance.objects.get(account=buyer, asset=CASH)
    assert (cash.settled, cash.pending_out) == (1_000_000, 5_000)
    # It waits for people, whatever becomes of the account.
    reinstate_account(account=seller, reason="mistaken", actor=None)
    settled(listing)
    assert the_instruction().state == State.FAILED
    as_recomputed(listing)


def test_one_that_fails_holds_up_no_other(listing: Listing, seller: Account, buyer: Account) -> None:
    other = funded(lots=10, listing=listing)
    traded(listing, seller, buyer)
    traded(listing, other, buyer)
    suspend_account(account=seller, reason="sanctions", actor=None)
    settled(listing)
    assert list(Instruction.objects.order_by("id").values_list("state", flat=True)) == ["FAILED", "SETTLED"]
    as_recomputed(listing)


def test_a_break_stops_settlement_in_its_security_and_in_no_other(buyer: Account) -> None:
    stopped, other = a_listing("STOP"), a_listing("OTHR")
    case = Case.objects.create(
        kind=Case.Kind.REGISTER, asset=stopped.asset, subject="x", opened_at=clock.now()
    )
    for listing in (stopped, other):
        traded(listing, funded(lots=10, listing=listing), buyer)
        settled(listing)
    assert list(Instruction.objects.order_by("id").values_list("state", flat=True)) == ["AFFIRMED", "SETTLED"]
    assert consumer.listings_behind() == []
    Case.objects.filter(pk=case.pk).update(closed_at=clock.now(), resolution="found")
    assert consumer.listings_behind() == [stopped.pk]
    settled(stopped)
    assert Instruction.objects.filter(state=State.SETTLED).count() == 2
    as_recomputed(stopped)


def test_a_listing_with_a_custodian_waits_for_its_word(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    custodian = Custodian.objects.create(code="CUST", name="Custodian")
    Listing.objects.filter(pk=listing.pk).update(custodian=custodian)
    traded(listing, seller, buyer)
    settled(listing)
    assert the_instruction().state == State.INSTRUCTED


# --- Lots ---------------------------------------------------------------------------------------------


def lots_of(account: Account) -> list[tuple[int, int, int | None]]:
    rows = Lot.objects.filter(account=account, qty__gt=0).order_by("acquired_on", "id")
    return list(rows.values_list("qty", "cost", "price"))


def test_what_is_bought_becomes_a_lot_at_its_price_and_with_its_fee(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    a_fee_schedule(taker_rate=10_000)
    traded(listing, seller, buyer)
    settled(listing)
    execution = Execution.objects.get(side="BUY")
    assert lots_of(buyer) == [(10, 5_000 + execution.fee, 500)]
    lot = Lot.objects.get(account=buyer)
    assert lot.source == Lot.Source.TRADE
    as_recomputed(listing)


def test_lots_alike_in_every_fact_are_one(listing: Listing, seller: Account, buyer: Account) -> None:
    traded(listing, seller, buyer, 10)
    traded(listing, seller, buyer, 5)
    traded(listing, seller, buyer, 5, price=501)
    settled(listing)
    assert lots_of(buyer) == [(15, 7_500, 500), (5, 2_505, 501)]
    as_recomputed(listing)


def test_sales_take_first_in_first_out_and_tell_the_gain(listing: Listing, buyer: Account) -> None:
    seller = funded()
    for day, price in ((date(2025, 1, 2), 300), (date(2025, 3, 4), 400)):
        ledger.issue(
            account=seller, listing=listing, lots=10, price=price, acquired_on=day, reference=f"buy {day}"
        )
    traded(listing, seller, buyer, 15)
    settled(listing)
    assert lots_of(seller) == [(5, 2_000, 400)]
    sold = LotEntry.objects.filter(lot__account=seller, qty__lt=0).order_by("id")
    assert list(sold.values_list("qty", "cost", "proceeds")) == [(-10, -3_000, 5_000), (-5, -2_000, 2_500)]
    as_recomputed(listing)


def test_a_sale_takes_the_lots_its_owner_chose_before_it_settled(buyer: Account) -> None:
    listing = a_listing("LATR", rail=Listing.Rail.BOOK_ENTRY_T1)
    seller = funded()
    for day, price in ((date(2025, 1, 2), 300), (date(2025, 3, 4), 400)):
        ledger.issue(
            account=seller, listing=listing, lots=10, price=price, acquired_on=day, reference=f"buy {day}"
        )
    chosen_for = traded(listing, seller, buyer, 4)
    traded(listing, seller, buyer, 12)
    settled(listing)
    newer = Lot.objects.get(account=seller, price=400)
    LotChoice.objects.create(instruction=Instruction.objects.get(trade_seq=chosen_for), lot=newer, qty=4)
    Instruction.objects.update(due_at=clock.now())
    settled(listing)
    # The other sale goes first in, first out, and leaves alone what was chosen.
    assert lots_of(seller) == [(4, 1_600, 400)]
    as_recomputed(listing)


def test_lots_chosen_for_a_sale_that_was_lowered_since_keep_no_other_from_settling(buyer: Account) -> None:
    listing = a_listing("LATR", rail=Listing.Rail.BOOK_ENTRY_T1)
    seller = funded(lots=10, listing=listing)
    lowered = traded(listing, seller, buyer, 6)
    settled(listing)
    lot = Lot.objects.get(account=seller)
    LotChoice.objects.create(instruction=Instruction.objects.get(), lot=lot, qty=6)
    approved("CORRECT_TRADE", f"LATR {lowered}", {"reason_code": "AGREED", "price": 500, "qty": 1})
    drained(listing)
    # Nine are free again, though six are still chosen: settlement has not come to the correction.
    entry = {"entry": "CORRECTION", "debit": seller.number, "credit": funded().number, "asset": "LATR",
             "amount": 9, "text": "Was the other's."}  # fmt: skip
    approved("LEDGER_ENTRY", "ledger", entry)
    Instruction.objects.update(due_at=clock.now())
    settled(listing)
    assert Lot.objects.filter(account=seller, qty__gt=0).count() == 0
    as_recomputed(listing)


def test_a_lot_that_was_sold_out_is_filled_again_by_what_is_alike(listing: Listing, buyer: Account) -> None:
    seller = funded(lots=10, listing=listing)
    traded(listing, seller, buyer)
    settled(listing)
    bought = Lot.objects.get(account=buyer)
    traded(listing, buyer, seller)
    settled(listing)
    traded(listing, seller, buyer)
    settled(listing)
    assert [(lot.pk, lot.qty, lot.cost) for lot in Lot.objects.filter(account=buyer)] == [
        (bought.pk, 10, 5_000)
    ]
    as_recomputed(listing)


def test_a_cost_that_does_not_divide_is_lost_to_no_cent(listing: Listing, buyer: Account) -> None:
    seller = funded(lots=3, listing=listing)
    Lot.objects.filter(account=seller).update(cost=100)
    for _ in range(3):
        traded(listing, seller, buyer, 1)
    settled(listing)
    costs = LotEntry.objects.filter(lot__account=seller, qty__lt=0).order_by("id")
    assert list(costs.values_list("cost", flat=True)) == [-33, -33, -34]
