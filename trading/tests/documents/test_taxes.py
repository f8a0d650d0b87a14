"""The data of tax forms: lots sold, and dividends, as the ledger has them."""

from datetime import date
from decimal import Decimal

import pytest

from portal.models import Account
from trading.documents import Format, periods, render
from trading.documents.figures import taxes
from trading.documents.sheets import taxes as sheets
from trading.models import DividendPayment, Instruction, Transfer
from trading.services import ledger
from trading.settlement.subjects import subject_of
from trading.tests.documents.story import Story, a_tax_form, go_to, traded
from trading.tests.factories import a_fee_schedule, a_listing, approved, funded, settled

pytestmark = pytest.mark.django_db
Y2027, Y2028, Y2029, Y2030 = (periods.year(number) for number in range(2027, 2031))


def test_sales_of_a_year_and_what_they_cost(story: Story) -> None:
    found = taxes.sales(story.investor, Y2027)
    rows = [(row.qty, row.proceeds, row.cost, row.gain, row.is_long) for row in found.rows]
    assert rows[0] == (80, 119_880, 80_160, 39_720, False)
    sold, undone = found.rows[1:]
    assert (sold.qty, sold.proceeds, sold.cost) == (10, 14_985, 10_020)
    assert (undone.qty, undone.proceeds, undone.cost) == (-10, -14_985, -10_020)
    assert (sold.reversed_on, undone.reversed_on) == (None, date(2027, 2, 9))
    assert sum(row.gain or 0 for row in found.rows) == 39_720


def test_lots_are_sold_first_in_first_out_some_of_them_held_for_more_than_a_year(story: Story) -> None:
    found = taxes.sales(story.investor, Y2028)
    assert [(row.acquired_on, row.qty, row.cost) for row in found.of_term(is_long=True)] == [
        (date(2027, 1, 5), 20, 20_040), (date(2027, 1, 29), 50, 60_120),
    ]  # fmt: skip
    assert [(row.acquired_on, row.qty, row.cost) for row in found.of_term(is_long=False)] == [
        (date(2027, 2, 5), 15, 19_539)
    ]
    assert sum(row.proceeds for row in found.rows) == 170_000 - 170


def test_a_sale_counts_in_the_year_it_was_traded_in() -> None:
    go_to(2029, 12, 31, 15)
    listing = a_listing("BETA", rail="BOOK_ENTRY_T1")
    seller, buyer = funded(lots=10, listing=listing), funded(cents=100_000)
    traded(listing, seller, buyer, 10, 500)
    assert taxes.sales(seller, Y2029).rows == []  # it may yet be taken back
    go_to(2030, 1, 2, 9)
    settled(listing)
    [row] = taxes.sales(seller, Y2029).rows
    assert (row.sold_on, row.cost, row.gain) == (date(2029, 12, 31), None, None)
    assert taxes.sales(seller, Y2030).rows == []
    assert taxes.years_of_sales(seller) == [Y2029]
    sheet = sheets.sales_sheet(taxes.sales(seller, Y2029))
    assert "not known" in sheet.tables[0].rows[0]


def test_sums_say_what_they_leave_out_where_the_cost_is_not_known() -> None:
    go_to(2029, 3, 1, 12)
    a_fee_schedule(taker_rate=0, maker_rate=0)
    listing = a_listing("BETA")
    seller, buyer = funded(lots=10, listing=listing), funded(cents=100_000)
    traded(listing, seller, buyer, 4, 500)
    sheet = sheets.sales_sheet(taxes.sales(seller, Y2029))
    assert sheet.highlights == [
        ("Proceeds, USD", 2_000), ("Short-term gain, USD", "not known"), ("Long-term gain, USD", 0),
        ("Cost not known, no gain reckoned", "1 sale"),
    ]  # fmt: skip
    assert sheet.tables[0].total == ["Total", None, None, None, 2_000, "not known", "not known"]
    made = {format: render(account=seller, kind="TAX_1099B", id="2029", format=format) for format in Format}
    assert b'"Short-term gain, USD",not known' in made[Format.CSV].content
    assert made[Format.PDF].content.startswith(b"%PDF-")

    ledger.issue(account=seller, listing=listing, lots=3, price=400, reference="at a price")
    traded(listing, seller, buyer, 9, 500)
    sheet = sheets.sales_sheet(taxes.sales(seller, Y2029))
    assert dict(sheet.highlights)["Short-term gain, USD"] == 300
    assert dict(sheet.highlights)["Cost not known, no gain reckoned"] == "2 sales"
    assert sheet.tables[0].total == ["Total", None, None, None, 6_500, 1_200, 300]
    assert sheet.tables[0].note == "Not in the totals of cost and gain: 2 sales at a cost not known."


def test_a_year_with_nothing_but_a_reversal_has_its_form() -> None:
    go_to(2029, 12, 27, 12)
    a_fee_schedule(taker_rate=0, maker_rate=0)
    listing = a_listing("BETA")
    seller, buyer = funded(lots=10, listing=listing), funded(cents=100_000)
    sold = traded(listing, seller, buyer, 4, 500)
    go_to(2030, 1, 2, 12)
    taken_back = Instruction.objects.get(listing=listing, trade_seq=sold)
    approved("REVERSE_SETTLEMENT", subject_of(taken_back), {"fees_back": True})
    settled(listing)
    assert taxes.years_of_sales(seller) == [Y2030, Y2029]
    [row] = taxes.sales(seller, Y2030).rows
    assert (row.qty, row.proceeds, row.reversed_on) == (-4, -2_000, date(2030, 1, 2))
    assert taxes.years_of_sales(buyer) == []


@pytest.mark.parametrize(
    ("acquired", "first_long"),
    [
        (date(2027, 1, 5), date(2028, 1, 6)),
        (date(2027, 4, 30), date(2028, 5, 1)),
        (date(2027, 2, 28), date(2028, 3, 1)),  # not the 29th: Rev. Rul. 66-7
        (date(2028, 2, 28), date(2029, 3, 1)),
        (date(2028, 2, 29), date(2029, 3, 1)),
        (date(2027, 12, 31), date(2029, 1, 1)),
    ],
)
def test_held_for_more_than_a_year(acquired: date, first_long: date) -> None:
    assert taxes.long_from(acquired) == first_long


@pytest.mark.parametrize(("who", "foreign"), [("investor", False), ("other", True)])
def test_dividends_equal_the_ledger(story: Story, who: str, foreign: bool) -> None:
    account: Account = getattr(story, who)
    found = taxes.dividends(account, Y2027, foreign=foreign)
    moved = Transfer.objects.filter(at__gte=Y2027.starts_at, at__lt=Y2027.ends_at)
    gross = moved.filter(kind="DIVIDEND", credit_account=account).values_list("amount", flat=True)
    withheld = moved.filter(kind="WITHHOLDING", debit_account=account).values_list("amount", flat=True)
    assert (found.gross, found.withheld) == (sum(gross), sum(withheld))
    assert len(found.rows) == DividendPayment.objects.filter(account=account).count() == 2
    assert taxes.dividends(account, Y2027, foreign=not foreign).rows == []


def test_u_s_persons_and_foreign_ones_get_different_forms(story: Story) -> None:
    investor, other = story.investor, story.other
    assert taxes.years_of_sales(investor) == [Y2028, Y2027]
    assert taxes.years_of_sales(other) == []
    assert taxes.years_of_dividends(investor, foreign=False) == [Y2027]
    assert taxes.years_of_dividends(investor, foreign=True) == []
    assert taxes.years_of_dividends(other, foreign=True) == [Y2027]
    found = taxes.dividends(other, Y2027, foreign=True)
    assert [row.rate for row in found.rows] == [Decimal(15)] * 2
    assert found.recipient.form is not None and found.recipient.form.country == "FR"


def test_the_last_form_signed_counts_while_it_is_valid() -> None:
    account = funded()
    a_tax_form(account, "W8BEN", country="FR", signed_on=date(2024, 5, 1))
    forms = list(account.tax_forms.all())
    assert taxes.is_foreign(taxes.in_force(forms, date(2027, 12, 31)))
    assert taxes.in_force(forms, date(2028, 1, 1)) is None
    assert taxes.in_force(forms, date(2024, 4, 30)) is None


def test_the_recipients_copy_masks_the_taxpayer_number(story: Story) -> None:
    sheet = sheets.sales_sheet(taxes.sales(story.investor, Y2028))
    assert dict(sheet.facts)["Taxpayer number"] == "•••6789"
    assert "123456789" not in str(sheet)
    assert sheet.mark == "Recipient’s copy of the data. This is not the official form."
