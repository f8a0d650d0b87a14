"""Statements equal the ledger to the cent."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.models import Account
from portal.tests.factories import an_account
from trading.documents import periods
from trading.documents.figures import statements as figures
from trading.documents.figures.statements import Statement, statements
from trading.models import CASH, Balance, Listing, Lot, Transfer
from trading.services import ledger
from trading.tests.cash.bank import a_bank_account, requested
from trading.tests.documents.story import Story, go_to, traded
from trading.tests.factories import a_listing, funded, settled

pytestmark = pytest.mark.django_db


def statement(account: Account, year: int, month: int) -> Statement:
    [found] = statements([account], periods.month(year, month))
    return found


def all_months(account: Account) -> list[Statement]:
    """The first first; the last one is of the month that is not over."""
    months = [periods.month(2027, n) for n in range(1, 13)]
    months += [periods.month(2028, n) for n in (1, 2)]
    return [found for month in months for found in statements([account], month)]


def booked(account: Account, asset: str, until: datetime) -> int:
    rows = Transfer.objects.filter(asset=asset, at__lt=until)
    into = sum(rows.filter(credit_account=account).values_list("amount", flat=True))
    return into - sum(rows.filter(debit_account=account).values_list("amount", flat=True))


def units(found: Statement) -> Decimal:
    return sum((row.closing for row in found.holdings), Decimal(0))


@pytest.mark.parametrize("who", ["investor", "other"])
def test_every_month_goes_on_where_the_last_one_ended_and_equals_the_ledger(story: Story, who: str) -> None:
    account: Account = getattr(story, who)
    cash, held = 0, Decimal(0)
    for found in all_months(account):
        assert found.opening_cash == cash
        assert sum((row.opening for row in found.holdings), Decimal(0)) == held
        assert found.opening_cash + sum(row.amount for row in found.movements) == found.closing_cash
        assert found.opening_cash + sum(found.sums().values()) == found.closing_cash
        assert found.closing_cash == booked(account, CASH, found.until)
        assert units(found) == booked(account, story.listing.asset_id, found.until)
        assert held + sum((row.qty for row in found.units), Decimal(0)) == units(found)
        assert sum((lot.qty for lot in found.lots), Decimal(0)) == units(found)
        cash, held = found.closing_cash, units(found)
    assert cash == Balance.objects.get(account=account, asset=CASH).settled
    assert held == Balance.objects.get(account=account, asset=story.listing.asset_id).settled


def test_the_last_statement_lists_the_lots_as_they_are(story: Story) -> None:
    found = statement(story.investor, 2028, 2)
    lots = Lot.objects.filter(account=story.investor, qty__gt=0)
    assert [(lot.acquired_on, lot.qty, lot.cost) for lot in found.lots] == list(
        lots.values_list("acquired_on", "qty", "cost")
    )


def test_what_trades_over_the_end_of_a_month_is_pending(story: Story) -> None:
    january, february = statement(story.investor, 2027, 1), statement(story.investor, 2027, 2)
    assert january.closing_cash == 1_000_000 - 100_000 - 200
    assert [(row.what, row.qty, row.cash, row.due_on) for row in january.open] == [
        (f"Trade {story.over_the_end}", Decimal(50), -60_120, date(2027, 2, 1))
    ]
    assert [(row.trade_seq, row.settlement) for row in january.trades] == [
        (story.bought, "Settled 01/06"), (story.over_the_end, "Pending"),
    ]  # fmt: skip
    assert february.open == []
    [sold] = statement(story.other, 2027, 1).open
    assert (sold.qty, sold.cash) == (Decimal(-50), 60_000 - 60)


def test_holdings_are_valued_at_the_last_price_of_the_month(story: Story) -> None:
    [january] = statement(story.investor, 2027, 1).holdings
    assert (january.closing, january.price, january.value) == (100, Decimal("12.00"), 120_000)
    [february] = statement(story.investor, 2027, 2).holdings
    assert (february.closing, february.price, february.value) == (90, Decimal("15.00"), 135_000)


def test_what_was_taken_back_or_corrected_is_marked_and_counts_as_the_ledger_has_it(story: Story) -> None:
    february = statement(story.investor, 2027, 2)
    said = {row.trade_seq: (row.amount, row.fee, row.settlement) for row in february.trades}
    assert said[story.busted][2] == "Taken back"
    assert said[story.corrected] == (26_000, 52, "Corrected, settled 02/08")
    assert february.sums()["Securities bought and sold"] == -60_000 + 120_000 - 26_000
    assert february.sums()["Fees"] == -120 - 120 - 52


def test_a_reversal_gives_back_cash_units_fee_and_gain(story: Story) -> None:
    february = statement(story.investor, 2027, 2)
    assert [row.amount for row in february.movements[-4:]] == [15_000, -15, -15_000, 15]
    assert [row.qty for row in february.units[-2:]] == [-10, 10]
    assert february.realised == 120_000 - 120 - 80_160  # the other sale's alone


def test_dividends_and_what_was_withheld_of_them(story: Story) -> None:
    march, june = statement(story.investor, 2027, 3), statement(story.investor, 2027, 6)
    [before], [after] = march.dividends, june.dividends
    assert (before.units, before.gross, before.rate, before.withheld) == (90, 4_500, Decimal(24), 1_080)
    assert (march.sums()["Dividends"], march.sums()["Taxes withheld"]) == (4_500, -1_080)
    assert (after.gross, after.withheld) == (4_500, 0)  # a form W-9 was signed meanwhile


def test_months_pass_in_new_york() -> None:
    account = an_account()
    ledger.open_cash()
    go_to(2029, 1, 31, 23, 59)  # February in UTC
    ledger.deposit(account=account, cents=100, reference="late")
    go_to(2029, 2, 1, 0, 1)
    ledger.deposit(account=account, cents=10, reference="early")
    assert statement(account, 2029, 1).closing_cash == 100
    assert statement(account, 2029, 2).opening_cash == 100
    assert periods.month_of(datetime(2029, 2, 1, 4, 59, tzinfo=UTC)).id == "2029-01"


def test_a_month_that_is_not_over_is_not_final(story: Story) -> None:
    assert statement(story.investor, 2028, 1).is_final
    assert not statement(story.investor, 2028, 2).is_final


def test_a_withdrawal_asked_for_is_pending_until_it_is_released() -> None:
    account = funded(cents=10_000)
    row = requested(account, 2_500, a_bank_account(account))
    found = statement(account, row.requested_at.year, row.requested_at.month)
    assert [(reference, cents) for _, reference, cents in found.withdrawals] == [(row.reference, 2_500)]
    assert found.closing_cash == 10_000


def test_hundreds_of_accounts_take_as_many_queries_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    go_to(2029, 3, 1, 12)
    listing = a_listing("BETA", rail=Listing.Rail.BOOK_ENTRY_T1)
    seller = funded(lots=100, listing=listing)
    buyers = [funded(cents=100_000) for _ in range(5)]
    for buyer in buyers:
        traded(listing, seller, buyer, 2, 500)
    go_to(2029, 3, 2, 12)
    settled(listing)
    traded(listing, seller, buyers[0], 1, 500)
    march = periods.month(2029, 3)

    def queries(accounts: list[Account]) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(list(statements(accounts, march))) == len(accounts)
        return len(captured)

    assert queries([seller]) == queries([seller, *buyers]) == 11
    monkeypatch.setattr(figures, "ACCOUNTS_AT_ONCE", 2)
    assert queries(buyers) == 2 + 3 * 9
    assert [found.account for found in statements(buyers, march)] == buyers
