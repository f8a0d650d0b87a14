"""Net capital by the chosen business model (17 CFR 240.15c3-1), from recorded figures of the venue's own
balance sheet, and when to warn (240.17a-11)."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction

from portal import audit, clock, rule_table
from portal.models import User
from trading import words
from trading.cash.refusals import CashRefused
from trading.models import CapitalFigures
from trading.reconciliation.comparing import venue_day

FIGURES = {
    "own_cash": "Own cash at banks",
    "other_assets": "Other assets",
    "non_allowable_assets": "Of these not allowable",
    "haircuts": "Haircuts on positions",
    "liabilities": "Liabilities",
    "subordinated_loans": "Of these subordinated loans",
}
SUFFICIENT, WARNING, DEFICIENT = "Sufficient", "Early warning", "Deficient"


@dataclass(frozen=True, slots=True)
class NetCapital:
    """In cents."""

    figures: CapitalFigures
    business_model: str
    least_dollars: int  # by the business model
    most_times: int  # aggregate indebtedness may be so many times net capital
    warning_percent: int
    warning_times: int

    @property
    def net_capital(self) -> int:
        own = self.figures
        worth = own.own_cash + own.other_assets - own.liabilities
        return worth + own.subordinated_loans - own.non_allowable_assets - own.haircuts

    @property
    def indebtedness(self) -> int:
        """Aggregate, (c)(1). Customers' cash is in an account for their exclusive benefit, not in here."""
        return self.figures.liabilities - self.figures.subordinated_loans

    @property
    def minimum(self) -> int:
        """6⅔ % of the indebtedness, which is 15 to 1, or the dollars of the business model."""
        return max(self.least_dollars, -(-self.indebtedness // self.most_times))

    @property
    def excess(self) -> int:
        """Below zero: the deficiency."""
        return self.net_capital - self.minimum

    @property
    def warnings(self) -> list[str]:
        said = []
        if self.net_capital * 100 < self.minimum * self.warning_percent:
            said.append(f"Net capital is below {self.warning_percent} % of the minimum.")
        if self.indebtedness > self.net_capital * self.warning_times:
            said.append(f"Indebtedness is more than {self.warning_times} times net capital.")
        return said

    @property
    def verdict(self) -> str:
        if self.excess < 0:
            return DEFICIENT
        return WARNING if self.warnings else SUFFICIENT

    def lines(self) -> list[tuple[str, int]]:
        return [
            *((called, getattr(self.figures, name)) for name, called in FIGURES.items()),
            ("Net capital", self.net_capital),
            ("Aggregate indebtedness", self.indebtedness),
            ("Minimum by the business model", self.least_dollars),
            ("Minimum", self.minimum),
            ("Excess" if self.excess >= 0 else "Deficiency", abs(self.excess)),
        ]


def net_capital() -> NetCapital | None:
    """Of the figures recorded last; none are recorded: none."""
    figures = CapitalFigures.objects.order_by("-as_of", "-pk").first()
    if figures is None:
        return None

    def value(rule_id: str) -> int:
        return int(rule_table.value(rule_id, on=figures.as_of))

    return NetCapital(
        figures=figures,
        business_model=settings.BUSINESS_MODEL,
        least_dollars=value(settings.BUSINESS_MODEL) * 100,
        most_times=value("NET-CAPITAL-INDEBTEDNESS-MOST"),
        warning_percent=value("NET-CAPITAL-WARNING"),
        warning_times=value("NET-CAPITAL-INDEBTEDNESS-WARNING"),
    )


def record_figures(*, as_of: date, by: User, **cents: int) -> CapitalFigures:
    """Put down the venue's balance sheet of a day; ``cents`` by the names of FIGURES."""
    if as_of > venue_day(clock.now()):
        raise CashRefused("DAY_AHEAD", "That day is still to come.", "as_of")
    for name, called in FIGURES.items():
        if cents[name] < 0:
            raise CashRefused("BELOW_ZERO", f"{called}: say it without a sign.", name)
    for part, whole in (("non_allowable_assets", "other_assets"), ("subordinated_loans", "liabilities")):
        if cents[part] > cents[whole]:
            raise CashRefused(
                "PART_EXCEEDS_WHOLE",
                f"{FIGURES[part]}: more than there are, {words.cash(cents[whole])}.", part,
            )  # fmt: skip
    with transaction.atomic():
        row = CapitalFigures.objects.create(as_of=as_of, recorded_at=clock.now(), recorded_by=by, **cents)
        audit.record(action="CAPITAL_RECORDED", subject=f"net capital {as_of}", actor=by, facts=cents)
    return row
