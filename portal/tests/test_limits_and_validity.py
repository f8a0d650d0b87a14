"""How much may be invested without accreditation, and how long what was verified is good."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from portal import clock, proposals, standing
from portal.onboarding import validity
from portal.onboarding.limits import Figures, LimitNumbers, crowdfunding, reg_a_tier_2
from portal.onboarding.validity import good_for_days, reminder_due, years_after
from portal.tests.factories import an_operator

NUMBERS = LimitNumbers(
    reg_a_percent=10, cf_threshold=124_000_00, cf_least=2_500_00, cf_lower_percent=5, cf_upper_percent=10,
    cf_most=124_000_00,
)  # fmt: skip
DAY = date(2026, 11, 24)


def figures(income: str, net_worth: str) -> Figures:
    return Figures(int(Decimal(income) * 100), int(Decimal(net_worth) * 100))


@pytest.mark.parametrize(
    ("income", "net_worth", "limit"),
    [
        ("85000", "40000", 8_500_00),
        ("40000", "85000", 8_500_00),
        ("0", "0", 0),
        ("0.19", "0", 1),  # never a cent over it
    ],
)
def test_a_tenth_of_the_greater_17_cfr_230_251_d_2_i_c(income: str, net_worth: str, limit: int) -> None:
    found = reg_a_tier_2(figures(income, net_worth), NUMBERS, accredited=False, listed=False)
    assert found is not None and found.cents == limit


def test_no_limit_of_the_accredited_nor_of_listed_issues_17_cfr_230_251_d_2_i_c() -> None:
    poor = figures("1", "1")
    assert reg_a_tier_2(poor, NUMBERS, accredited=True, listed=False) is None
    assert reg_a_tier_2(poor, NUMBERS, accredited=False, listed=True) is None


@pytest.mark.parametrize(
    ("income", "net_worth", "limit"),
    [
        ("0", "0", 2_500_00),
        ("50000", "0", 2_500_00),  # five percent of it is just the least
        ("50000.20", "0", 2_500_01),
        ("123999.99", "124000", 6_200_00),  # either is under: five percent of the greater
        ("124000", "124000", 12_400_00),  # both reach it: ten percent
        ("1240000", "124000", 124_000_00),
        ("1240000.10", "124000", 124_000_00),  # at most
        ("10000000", "0", 124_000_00),  # house rule: the first branch is capped too
    ],
)
def test_crowdfunding_by_income_and_net_worth_17_cfr_227_100_a_2(
    income: str, net_worth: str, limit: int
) -> None:
    found = crowdfunding(figures(income, net_worth), NUMBERS, accredited=False)
    assert found is not None and found.cents == limit


def test_what_was_bought_within_12_months_is_taken_off_17_cfr_227_100_a_2() -> None:
    left = [
        crowdfunding(figures("0", "0"), NUMBERS, accredited=False, bought=b) for b in (1, 250_000, 250_001)
    ]
    assert [limit and limit.cents for limit in left] == [2_499_99, 0, 0]


def test_no_crowdfunding_limit_of_the_accredited_17_cfr_227_100_a_2() -> None:
    assert crowdfunding(figures("0", "0"), NUMBERS, accredited=True) is None


@pytest.mark.parametrize(
    ("day", "years", "last"),
    [
        (date(2024, 2, 29), 1, date(2025, 3, 1)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2025, 2, 28), 3, date(2028, 2, 28)),
        (date(2025, 12, 31), 1, date(2026, 12, 31)),
    ],
)
def test_a_year_from_29_february_ends_on_1_march(day: date, years: int, last: date) -> None:
    """STND-011"""
    assert years_after(day, years) == last


def test_days_are_counted_without_the_first() -> None:
    assert good_for_days(date(2028, 2, 28), 2) == date(2028, 3, 1)


@pytest.mark.parametrize(
    ("left", "due"), [(31, None), (30, 30), (29, 30), (8, 30), (7, 7), (1, 7), (0, 0), (-5, 0)]
)
def test_the_reminder_due_is_the_last_whose_time_has_come(left: int, due: int | None) -> None:
    assert reminder_due(DAY + timedelta(days=left), today=DAY, days=[30, 7, 0]) == due


# --- The rule table -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_numbers_come_from_the_rule_table() -> None:
    numbers = standing.thresholds(on=DAY)
    assert (numbers.net_worth, numbers.income, numbers.joint_income) == (10**8, 2 * 10**7, 3 * 10**7)
    assert (numbers.home_debt_days, numbers.evidence_months, numbers.good_days, numbers.again_years) == (
        60,
        3,
        90,
        5,
    )
    assert (numbers.minimum_person, numbers.minimum_entity, numbers.few_owners) == (2 * 10**7, 10**8, 5)
    assert standing.limit_numbers(on=DAY) == NUMBERS


@pytest.mark.django_db
def test_a_number_two_people_change_counts_from_its_day() -> None:
    ahead = clock.today() + timedelta(days=10)
    terms = {
        "value": "2500000", "effective_from": ahead.isoformat(), "citation": "91 FR 1", "sourced": "PRIMARY",
    }  # fmt: skip
    made = proposals.propose(
        kind="RULE_VALUE", subject="ACCREDITED-NET-WORTH", new=terms, reason="A new rule.", by=an_operator()
    )
    proposals.approve(proposal=made, by=an_operator())
    day_before = ahead - timedelta(days=1)
    worths = [standing.thresholds(on=day).net_worth for day in (day_before, ahead)]
    assert worths == [10**8, 250_000_000]


@pytest.mark.django_db
@pytest.mark.parametrize(("risk", "last"), [("LOW", 2031), ("MEDIUM", 2030), ("HIGH", 2029)])
def test_who_somebody_is_is_verified_anew_by_risk_house_rule(risk: str, last: int) -> None:
    assert standing.identity_until(date(2028, 2, 29), risk=risk) == date(last, 3, 1)
    years = {"LOW": 3, "MEDIUM": 2, "HIGH": 1}
    assert validity.identity_until(DAY, risk=risk, years=years) == date(last - 2, 11, 24)
