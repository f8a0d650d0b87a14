"""Customers' money and the venue's own: what is owed, what the bank holds, and net capital."""

from datetime import date, timedelta
from typing import Any

import pytest

from portal.models import AuditEntry
from portal.tests.factories import an_account, an_operator
from trading.cash import CashRefused
from trading.cash.net_capital import net_capital, record_figures
from trading.cash.safeguarding import safeguarding
from trading.models import CapitalFigures, Transfer
from trading.services import ledger
from trading.tests.cash.bank import credit, debit, deposit_of, imported, released, today
from trading.tests.factories import a_listing, approved, funded

pytestmark = pytest.mark.django_db

DOLLARS = 100


def test_every_cent_at_the_bank_is_somebodys() -> None:
    """CASH-020"""
    listing, customer = a_listing(), an_account()
    imported(
        deposit_of(customer, "1000.00"),
        credit("200.00", f"C-{listing.symbol}"),
        credit("30.00", "hello"),
    )
    ledger.cash(
        Transfer.Kind.TRADE_FEE, debit=customer, credit=ledger.fee_account(), cents=700, reference="fee"
    )
    tax = ledger.contra_account(ledger.TAX)
    ledger.cash(Transfer.Kind.WITHHOLDING, debit=customer, credit=tax, cents=300, reference="tax")
    released(customer, 10_000)
    found = safeguarding()
    assert (found.free_credit, found.unmatched, found.in_transit, found.tax, found.issuers) == (
        89_000, 3_000, 10_000, 300, 20_000,
    )  # fmt: skip
    assert (found.bank, found.requirement, found.fees) == (123_000, 122_300, 700)
    assert found.excess == found.fees
    assert ("Excess", 700) in found.lines()


def test_a_charge_nobody_bears_yet_is_a_deficiency_until_the_venue_pays_it_in() -> None:
    """CASH-020"""
    imported(deposit_of(an_account(), "100.00"))
    row = imported(debit("12.00", "CHARGE"))
    assert (safeguarding().excess, safeguarding().requirement) == (-1_200, 10_000)
    assert ("Deficiency", 1_200) in safeguarding().lines()
    assert ("Paid out, and nobody bears it yet", 1_200) in safeguarding().lines()
    approved("ASSIGN_CASH", row.entries.get().bank_reference, {"account": ledger.FEES})
    assert safeguarding().excess == -1_200
    imported(credit("12.00", ledger.FEES, "Meridian ATS"))
    assert safeguarding().excess == 0


def test_what_the_bank_says_counts_not_what_the_books_say() -> None:
    imported(deposit_of(an_account(), "100.00"))
    funded(cents=500)  # booked, and on no statement
    found = safeguarding()
    assert (found.bank, found.free_credit, found.excess) == (10_000, 10_500, -500)
    assert found.as_of == date(2026, 11, 23)


def test_before_the_first_statement_the_books_stand_in() -> None:
    funded(cents=500)
    found = safeguarding()
    assert (found.bank, found.excess, found.as_of) == (500, 0, None)


# --- Net capital ------------------------------------------------------------------------------------------


def recorded(**dollars: int) -> CapitalFigures:
    said = {
        "own_cash": 600_000, "other_assets": 200_000, "non_allowable_assets": 150_000, "haircuts": 10_000,
        "liabilities": 300_000, "subordinated_loans": 100_000,
    } | dollars  # fmt: skip
    cents = {name: amount * DOLLARS for name, amount in said.items()}
    return record_figures(as_of=today(), by=an_operator(), **cents)


def test_net_capital_is_worth_and_subordinated_loans_less_what_is_not_liquid() -> None:
    assert net_capital() is None
    recorded()
    found = net_capital()
    assert found is not None
    # 600 + 200 − 300 + 100 − 150 − 10
    assert (found.net_capital, found.indebtedness) == (440_000 * DOLLARS, 200_000 * DOLLARS)
    assert (found.minimum, found.excess, found.verdict) == (
        250_000 * DOLLARS, 190_000 * DOLLARS, "Sufficient",
    )  # fmt: skip
    assert found.warnings == []


def test_one_fifteenth_of_a_large_indebtedness_is_the_minimum_and_never_a_cent_less() -> None:
    recorded(liabilities=6_100_000, own_cash=6_500_000)
    found = net_capital()
    assert found is not None
    assert found.indebtedness == 6_000_000 * DOLLARS
    assert found.minimum == 400_000 * DOLLARS
    recorded(liabilities=6_100_001, own_cash=6_500_000)
    found = net_capital()
    assert found is not None and found.minimum == 400_000 * DOLLARS + 7


@pytest.mark.parametrize(
    ("own_cash", "verdict", "warnings"),
    [
        (460_000, "Sufficient", []),  # net capital 300,000: 120 % exactly
        (459_999, "Early warning", ["Net capital is below 120 % of the minimum."]),
        (409_999, "Deficient", ["Net capital is below 120 % of the minimum."]),
    ],
)
def test_the_warning_comes_before_the_deficiency(own_cash: int, verdict: str, warnings: list[str]) -> None:
    """CASH-021"""
    recorded(own_cash=own_cash)
    found = net_capital()
    assert found is not None and (found.verdict, found.warnings) == (verdict, warnings)


def test_more_than_twelve_times_net_capital_in_debts_is_a_warning_too() -> None:
    recorded(own_cash=4_500_000, liabilities=4_050_000, other_assets=0, non_allowable_assets=0, haircuts=0,
             subordinated_loans=0)  # fmt: skip
    found = net_capital()
    assert found is not None
    assert (found.net_capital, found.verdict) == (450_000 * DOLLARS, "Sufficient")
    recorded(own_cash=6_000_000, liabilities=5_550_000, other_assets=0, non_allowable_assets=0, haircuts=0,
             subordinated_loans=0)  # fmt: skip
    found = net_capital()
    assert found is not None
    assert found.warnings[-1] == "Indebtedness is more than 12 times net capital."


def test_another_business_model_has_another_minimum(settings: Any) -> None:
    """CASH-021"""
    recorded()
    settings.BUSINESS_MODEL = "NET-CAPITAL-NO-CUSTOMER-FUNDS"
    found = net_capital()
    assert found is not None and found.least_dollars == 5_000 * DOLLARS


@pytest.mark.parametrize(
    ("dollars", "code"),
    [
        ({"haircuts": -1}, "BELOW_ZERO"),
        ({"non_allowable_assets": 200_001}, "PART_EXCEEDS_WHOLE"),
        ({"subordinated_loans": 300_001}, "PART_EXCEEDS_WHOLE"),
    ],
)
def test_figures_that_cannot_be_are_refused(dollars: dict[str, int], code: str) -> None:
    with pytest.raises(CashRefused) as refused:
        recorded(**dollars)
    assert refused.value.code == code
    assert not CapitalFigures.objects.exists()


def test_figures_of_a_day_to_come_are_refused_and_a_correction_is_a_new_record() -> None:
    zero = dict.fromkeys(
        ("own_cash", "other_assets", "non_allowable_assets", "haircuts", "liabilities", "subordinated_loans"),
        0,
    )
    with pytest.raises(CashRefused) as refused:
        record_figures(as_of=today() + timedelta(days=1), by=an_operator(), **zero)
    assert refused.value.code == "DAY_AHEAD"
    recorded(own_cash=1)
    recorded(own_cash=600_000)
    found = net_capital()
    assert found is not None and found.figures.own_cash == 600_000 * DOLLARS
    assert AuditEntry.objects.filter(action="CAPITAL_RECORDED").count() == 2
