"""The invented people and accounts. Password and second factor are no secret: they open a market where
nothing is real."""

import random
from dataclasses import dataclass

from portal.models import Account
from portal.onboarding.classes import InvestorClass
from portal.roles import EXAMINER, MARKET_SUPERVISOR
from trading.demo.market import ACCREDITED, NON_US, QIB, RETAIL, SECURITIES, Security

PASSWORD = "open-outcry-1792"
TOTP_SECRET = "MVXGIZLSMF2GS5DJNZTSAY3PMRSXGIDP"


@dataclass(frozen=True, slots=True)
class Holder:
    """An account, with its cash and about what it holds of each security it may trade, in dollars."""

    number: str
    name: str
    investor_class: InvestorClass
    cash: int
    stake: int
    kind: Account.Kind = Account.Kind.INVESTOR
    residence: str = "US"  # for taxes

    def may_hold(self, security: Security) -> bool:
        return self.kind == Account.Kind.MARKET_MAKER or self.investor_class in security.open_to

    def lots(self, security: Security) -> int:
        """What it was issued at the start: a round number, and always the same one."""
        if not self.may_hold(security):
            return 0
        if self.kind == Account.Kind.MARKET_MAKER:
            return security.lots_worth(self.stake)
        share = random.Random(f"{self.number} {security.symbol}").randint(4, 16)
        return security.lots_worth(self.stake * share // 10) // 10 * 10


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody a visitor may sign in as."""

    email: str
    first_name: str
    last_name: str
    shown_as: str
    account: Holder | None = None
    role: str = ""  # of an operator


MARKET_MAKERS = (
    Holder("M-900001", "Tidewright Liquidity", QIB, 20_000_000, 3_000_000, Account.Kind.MARKET_MAKER),
    Holder("M-900002", "Quoinstone Markets", QIB, 20_000_000, 3_000_000, Account.Kind.MARKET_MAKER),
)

# They trade among themselves and with visitors, as the market maker process has them do.
CROWD = (
    Holder("A-900201", "Ilva Marchetwood", ACCREDITED, 400_000, 60_000),
    Holder("A-900202", "Osker Thranebell", ACCREDITED, 650_000, 80_000),
    Holder("A-900203", "Perrin Halvoake", ACCREDITED, 300_000, 50_000),
    Holder("A-900204", "Sunniva Draywell", RETAIL, 60_000, 15_000),
    Holder("A-900205", "Tobin Ashgravel", RETAIL, 45_000, 12_000),
    Holder("A-900206", "Marlo Finnecourt", RETAIL, 80_000, 18_000),
    Holder("A-900207", "Copperwren Endowment", QIB, 4_000_000, 400_000),
    Holder("A-900208", "Larkspanne Pension Trust", QIB, 6_000_000, 500_000),
    Holder("A-900209", "Yuna Takemorra", NON_US, 500_000, 70_000, residence="JP"),
    Holder("A-900210", "Ravel Istrandir", NON_US, 350_000, 60_000, residence="BR"),
    Holder("A-900211", "Oresundal Family Office", NON_US, 2_000_000, 250_000, residence="DK"),
)

SIGN_INS = (
    Person(
        "avery@demo.example", "Avery", "Wrenfold", "Accredited investor",
        Holder("A-900101", "Avery Wrenfold", ACCREDITED, 250_000, 25_000),
    ),
    Person(
        "blake@demo.example", "Blake", "Tarnmoor", "Accredited investor",
        Holder("A-900102", "Blake Tarnmoor", ACCREDITED, 400_000, 40_000),
    ),
    Person(
        "casey@demo.example", "Casey", "Linderhaugh", "Retail investor",
        Holder("A-900103", "Casey Linderhaugh", RETAIL, 15_000, 3_000),
    ),
    Person(
        "dana@demo.example", "Dana", "Okonvist", "Investor outside the United States",
        Holder("A-900104", "Dana Okonvist", NON_US, 150_000, 20_000, residence="NO"),
    ),
    Person("morgan@demo.example", "Morgan", "Saltmarsh", "Operator: halts, proposes", role=MARKET_SUPERVISOR),
    Person("robin@demo.example", "Robin", "Eavesly", "Second operator: approves", role=MARKET_SUPERVISOR),
    Person("ellis@demo.example", "Ellis", "Quarrender", "Examiner: reads everything", role=EXAMINER),
)  # fmt: skip

HOLDERS = (*MARKET_MAKERS, *CROWD, *(person.account for person in SIGN_INS if person.account))

# What they claim on dividends, in percent, where a treaty lowers it.
TREATY_RATES = {"JP": 10, "DK": 15, "NO": 15}

TARGET_LOTS = {(holder.number, s.symbol): holder.lots(s) for holder in HOLDERS for s in SECURITIES}
