"""Specific identification: the seller chooses which lots a sale takes, until it settles."""

from datetime import date

import pytest

from portal import clock
from portal.models import Account, AuditEntry
from portal.tests.factories import a_user
from trading import sessions
from trading.models import Instruction, Listing, Lot, LotChoice, LotEntry
from trading.services import ledger
from trading.services.lot_choices import ChoiceRefused, choose_lots
from trading.settlement import booking, consumer
from trading.tests.factories import a_listing, approved, as_recomputed, funded, settled
from trading.tests.settlement.cases import failed, traded

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing() -> Listing:
    return a_listing()


@pytest.fixture
def seller(listing: Listing) -> Account:
    account = funded()
    for n, price in enumerate((300, 400, 500), start=1):
        ledger.issue(
            account=account, listing=listing, lots=10, price=price, acquired_on=date(2026, n, 1),
            reference=f"lot {n}",
        )  # fmt: skip
    return account


@pytest.fixture
def sale(listing: Listing, seller: Account) -> Instruction:
    return failed(listing, seller, funded(cents=1_000_000), qty=12)


def lots_of(account: Account) -> list[Lot]:
    return list(Lot.objects.filter(account=account).order_by("acquired_on"))


def choose(sale: Instruction, choices: dict[int, int]) -> None:
    choose_lots(account=sale.seller, instruction_id=sale.pk, choices=choices, by=a_user())


def refused(sale: Instruction, choices: dict[int, int]) -> str:
    with pytest.raises(ChoiceRefused) as refusal:
        choose(sale, choices)
    return refusal.value.code


def settle(sale: Instruction) -> None:
    approved("RESOLVE_SETTLEMENT", f"ACME {sale.trade_seq}", {"act": "RETRY"})
    settled(sale.listing)


def test_chosen_lots_go_and_the_rest_first_in_first_out(
    listing: Listing, seller: Account, sale: Instruction
) -> None:
    first, second, third = lots_of(seller)
    choose(sale, {second.pk: 1, first.pk: 1})
    choose(sale, {third.pk: 10})  # in its place
    settle(sale)
    assert [lot.qty for lot in lots_of(seller)] == [8, 10, 0]
    assert LotEntry.objects.filter(lot=third, qty=-10).exists()
    assert AuditEntry.objects.filter(action="LOTS_CHOSEN", subject=seller.number).count() == 2
    as_recomputed(listing)


def test_an_empty_choice_takes_it_back(seller: Account, sale: Instruction) -> None:
    choose(sale, {lots_of(seller)[2].pk: 10})
    choose(sale, {})
    assert not LotChoice.objects.exists()


def test_what_cannot_be_chosen_is_refused(listing: Listing, seller: Account, sale: Instruction) -> None:
    first, second, third = lots_of(seller)
    other = funded(lots=5, listing=listing)
    choose(sale, {third.pk: 4})
    assert refused(sale, {third.pk: 0}) == "NOT_POSITIVE"
    assert refused(sale, {first.pk: 10, second.pk: 3}) == "MORE_THAN_SOLD"
    assert refused(sale, {third.pk: 11}) == "LOT_TOO_SMALL"
    assert refused(sale, {lots_of(other)[0].pk: 1}) == "NO_SUCH_LOT"
    assert refused(sale, {10**15: 1}) == "NO_SUCH_LOT"
    assert list(LotChoice.objects.values_list("lot", "qty")) == [(third.pk, 4)]


def test_one_lot_is_not_chosen_twice(listing: Listing, seller: Account, sale: Instruction) -> None:
    third = lots_of(seller)[2]
    choose(sale, {third.pk: 7})
    another = failed(a_later(listing, sale), seller, funded(cents=1_000_000), qty=5)
    assert refused(another, {third.pk: 4}) == "LOT_TOO_SMALL"
    choose(another, {third.pk: 3})


def a_later(listing: Listing, sale: Instruction) -> Listing:
    """As ``failed`` finds the one that fails: the earlier one is tried again and waits."""
    due_on = booking.local_date(listing, sessions.settlement_due(listing, clock.now())).isoformat()
    approved("RESOLVE_SETTLEMENT", f"ACME {sale.trade_seq}", {"act": "MEND", "due_on": due_on})
    return listing


def test_only_the_seller_chooses_and_only_until_it_settles(
    listing: Listing, seller: Account, sale: Instruction
) -> None:
    with pytest.raises(ChoiceRefused) as refusal:
        choose_lots(account=sale.buyer, instruction_id=sale.pk, choices={}, by=a_user())
    assert refusal.value.code == "NO_SUCH_SALE"
    settle(sale)
    assert refused(sale, {lots_of(seller)[0].pk: 1}) == "SETTLED_ALREADY"
    assert consumer.settle(listing.pk) == 0
    assert traded(listing, seller, funded(cents=1_000_000)).state == "SETTLED"
