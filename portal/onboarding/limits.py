"""How much somebody may invest who is not accredited: Regulation A Tier 2, Regulation Crowdfunding."""

from typing import NamedTuple


class Figures(NamedTuple):
    """Of a natural person: annual income and net worth; of an entity: revenue and net assets. In cents."""

    income: int
    net_worth: int

    @property
    def greater(self) -> int:
        return max(self.income, self.net_worth)


class LimitNumbers(NamedTuple):
    """The rules' numbers on a day: amounts in cents."""

    reg_a_percent: int  # 17 CFR 230.251(d)(2)(i)(C)
    cf_threshold: int  # 17 CFR 227.100(a)(2)
    cf_least: int
    cf_lower_percent: int
    cf_upper_percent: int
    cf_most: int


class Limit(NamedTuple):
    cents: int
    citation: str
    why: str


def reg_a_tier_2(figures: Figures, numbers: LimitNumbers, *, accredited: bool, listed: bool) -> Limit | None:
    """In one offering; None: no limit (of accredited investors, and of issues listed on an exchange)."""
    if accredited or listed:
        return None
    return Limit(
        figures.greater * numbers.reg_a_percent // 100,
        "17 CFR 230.251(d)(2)(i)(C)",
        f"{numbers.reg_a_percent} percent of the greater of income and net worth.",
    )


def crowdfunding(
    figures: Figures, numbers: LimitNumbers, *, accredited: bool, bought: int = 0
) -> Limit | None:
    """What is left in all offerings under the regulation within 12 months; None: no limit.

    The branch of those under the threshold has no cap in the rule: the house caps it as the other one.
    """
    if accredited:
        return None
    if min(figures) < numbers.cf_threshold:
        cents = max(numbers.cf_least, figures.greater * numbers.cf_lower_percent // 100)
        why = (
            f"{numbers.cf_lower_percent} percent of the greater of income and net worth, or the least amount."
        )
    else:
        cents = figures.greater * numbers.cf_upper_percent // 100
        why = f"{numbers.cf_upper_percent} percent of the greater of income and net worth."
    if cents > numbers.cf_most:
        cents, why = numbers.cf_most, "The most anybody who is not accredited may buy within 12 months."
    return Limit(max(cents - bought, 0), "17 CFR 227.100(a)(2)", why)
