"""The invented securities. No issuer, person or offering here exists."""

from dataclasses import dataclass
from decimal import Decimal

from portal.onboarding.classes import InvestorClass
from trading.demo.hours import CALL_AUCTIONS, NEW_YORK, ROUND_THE_CLOCK, Hours
from trading.models import Listing

RETAIL, ACCREDITED, QIB, NON_US = (
    InvestorClass.RETAIL, InvestorClass.ACCREDITED, InvestorClass.QIB, InvestorClass.NON_US,
)  # fmt: skip
EVERYBODY = (RETAIL, ACCREDITED, QIB, NON_US)

MAX_ORDER_USD = 250_000
# A price this many times the opening price is an error and not a market.
MAX_PRICE_TIMES = 20


@dataclass(frozen=True, slots=True)
class Security:
    """A listing of the demo market, in dollars and tokens."""

    symbol: str
    name: str
    issuer: str
    kind: Listing.Kind
    exemption: Listing.Exemption
    open_to: tuple[InvestorClass, ...]
    access_note: str
    tick: str
    lot: str
    price: str  # where it opens, and what its fair value is drawn back to
    activity: int  # how often it moves, compared with the others
    description: str
    hours: Hours = ROUND_THE_CLOCK
    rail: Listing.Rail = Listing.Rail.BOOK_ENTRY_T0
    static_band_bps: int = 0
    dynamic_band_bps: int = 0

    @property
    def open_px(self) -> int:
        """In ticks."""
        return int(Decimal(self.price) / Decimal(self.tick))

    @property
    def tick_lot_cents(self) -> int:
        return int(Decimal(self.tick) * Decimal(self.lot) * 100)

    @property
    def max_price(self) -> int:
        return self.open_px * MAX_PRICE_TIMES

    @property
    def max_order_qty(self) -> int:
        """A round number of lots, with one leading digit."""
        lots = self.lots_worth(MAX_ORDER_USD)
        digit = 10 ** (len(str(lots)) - 1)
        return lots // digit * digit

    def lots_worth(self, usd: int) -> int:
        """How many lots that much money is at the opening price."""
        return usd * 100 // (self.open_px * self.tick_lot_cents)


@dataclass(frozen=True, slots=True)
class Company:
    name: str
    description: str


ISSUERS = (
    Company("Velanor Robotics, Inc.", "Builds warehouse robots that share one map of the floor."),
    Company("Thornwick Biologics, Inc.", "Develops enzymes that keep vaccines stable without refrigeration."),
    Company("Mossgate Housing Partners, L.P.", "Buys and renovates rental homes in mid-sized cities."),
    Company("Greenlode Infrastructure, LLC", "Finances heat networks and battery sites for towns."),
    Company("Atelierrow Collections, LLC", "Holds works of art for many owners and lends them to museums."),
    Company("Olivandra Foods, Inc.", "Presses and bottles olive oil from growers it pays by the season."),
    Company("Solmerrow Community Solar, LLC", "Runs solar fields whose power is sold to households nearby."),
    Company("Ferrolume Storage, Inc.", "Makes iron-based batteries that hold a night's worth of power."),
    Company("Brindlecask Distillery, PBC", "Distils grain spirits and ages them in its own cooperage."),
    Company("Pixelarium Games, Inc.", "Makes co-operative puzzle games for phones and tables."),
    Company("Nordvanne Offshore AS", "Operates floating wind turbines off a northern coast."),
    Company("Kasbarrah Trade Finance SPC", "Buys short invoices of exporters, insured and diversified."),
)

SECURITIES = (
    Security(
        "VELA", "Velanor Robotics Class B Common", "Velanor Robotics, Inc.",
        Listing.Kind.EQUITY, Listing.Exemption.REG_D_506C, (ACCREDITED, QIB),
        "Verified accredited investors and qualified institutional buyers only.",
        tick="0.01", lot="1", price="24.60", activity=4,
        description=(
            "Non-voting common shares of a maker of warehouse robots. The company sells robots by the "
            "month and reports growing, not yet profitable, business. Holders share in dividends if any are "
            "declared and in the proceeds of a sale. Sold under Rule 506(c) to verified accredited investors."
        ),
        static_band_bps=2_000, dynamic_band_bps=500,
    ),
    Security(
        "THRN", "Thornwick Biologics Series B Preferred", "Thornwick Biologics, Inc.",
        Listing.Kind.EQUITY, Listing.Exemption.REG_D_506B, (ACCREDITED, QIB),
        "Accredited investors and qualified institutional buyers only.",
        tick="0.05", lot="1", price="112.50", activity=2,
        description=(
            "Preferred shares of a company in clinical trials. They rank before common shares and carry a "
            "6 % dividend that accrues until paid. The outcome of two trials decides most of their value."
        ),
        rail=Listing.Rail.BOOK_ENTRY_T1,
    ),
    Security(
        "MOSS", "Mossgate Housing Fund II", "Mossgate Housing Partners, L.P.",
        Listing.Kind.FUND, Listing.Exemption.REG_D_506C, (ACCREDITED, QIB, NON_US),
        "Accredited investors, qualified institutional buyers and, by Regulation S, non-U.S. persons.",
        tick="1.00", lot="0.01", price="1050", activity=2,
        description=(
            "Interests in a fund of about 1,900 rental homes. Rents less costs are paid out each quarter; "
            "the homes are valued twice a year. Interests can be traded in hundredths. The fund ends in 2034."
        ),
    ),
    Security(
        "GRNL", "Greenlode 7.25 % Senior Notes 2031", "Greenlode Infrastructure, LLC",
        Listing.Kind.DEBT, Listing.Exemption.REG_D_506C, (ACCREDITED, QIB),
        "Verified accredited investors and qualified institutional buyers only.",
        tick="0.02", lot="1", price="98.40", activity=2,
        description=(
            "Senior notes secured on heat networks in eleven towns. Each token is 100 dollars of principal "
            "and pays 7.25 % a year, half-yearly, until 15 June 2031. The issuer may repay early at 102."
        ),
        rail=Listing.Rail.BOOK_ENTRY_T1,
    ),
    Security(
        "ATLR", "Atelierrow Collection No. 3", "Atelierrow Collections, LLC",
        Listing.Kind.FUND, Listing.Exemption.REG_D_506B, (ACCREDITED, QIB),
        "Accredited investors and qualified institutional buyers only.",
        tick="0.20", lot="0.05", price="420", activity=1,
        description=(
            "A share in eleven paintings and four sculptures held in a bonded store. There is no income: "
            "value comes from the sale of works, which holders vote on. Traded in twentieths of a share."
        ),
        hours=NEW_YORK, rail=Listing.Rail.BOOK_ENTRY_T1,
    ),
    Security(
        "OLIV", "Olivandra Foods Common", "Olivandra Foods, Inc.",
        Listing.Kind.EQUITY, Listing.Exemption.REG_A_T2, EVERYBODY,
        "Open to everybody with an approved account.",
        tick="0.01", lot="1", price="8.20", activity=4,
        description=(
            "Common shares of an olive oil maker with its own brand in some 3,000 shops. Offered under "
            "Regulation A, Tier 2, with audited accounts once a year and a report at half-year. The harvest "
            "decides the year."
        ),
        static_band_bps=2_000, dynamic_band_bps=500,
    ),
    Security(
        "SOLM", "Solmerrow Community Solar Revenue Units", "Solmerrow Community Solar, LLC",
        Listing.Kind.REVENUE_SHARE, Listing.Exemption.REG_A_T2, EVERYBODY,
        "Open to everybody with an approved account.",
        tick="0.01", lot="1", price="15.30", activity=3,
        description=(
            "Each unit receives a fixed share of the power sales of 23 solar fields, paid monthly until "
            "2041. Units carry no vote. Sunny summers and prices for power decide what is paid."
        ),
    ),
    Security(
        "FERR", "Ferrolume Storage 6 % Convertible Notes 2029", "Ferrolume Storage, Inc.",
        Listing.Kind.DEBT, Listing.Exemption.REG_A_T2, EVERYBODY,
        "Open to everybody with an approved account.",
        tick="0.05", lot="0.2", price="101.25", activity=2,
        description=(
            "Notes of a battery maker that pay 6 % a year and may be turned into shares at 14 dollars a "
            "share. Each token is 100 dollars of principal and can be traded in fifths. Unsecured, due "
            "1 March 2029."
        ),
        hours=CALL_AUCTIONS,
    ),
    Security(
        "BRIN", "Brindlecask Revenue Share 2030", "Brindlecask Distillery, PBC",
        Listing.Kind.REVENUE_SHARE, Listing.Exemption.REG_CF, (RETAIL, ACCREDITED, QIB),
        "Investors in the United States: the one-year holding period of Regulation Crowdfunding is over.",
        tick="0.001", lot="10", price="0.85", activity=2,
        description=(
            "Holders share 5 % of the distillery's sales until they have received 1.60 dollars a token, at "
            "the latest in 2030. Payments come each quarter and grow as barrels are sold. Traded in tens."
        ),
    ),
    Security(
        "PIXL", "Pixelarium Games Crowd SPV", "Pixelarium Games, Inc.",
        Listing.Kind.EQUITY, Listing.Exemption.REG_CF, (RETAIL, ACCREDITED, QIB),
        "Investors in the United States: the one-year holding period of Regulation Crowdfunding is over.",
        tick="0.002", lot="5", price="2.40", activity=3,
        description=(
            "One token is one share of a young game studio, held through a crowdfunding vehicle that votes "
            "for all holders. The studio has two games out and a third due next year. Most such firms fail."
        ),
    ),
    Security(
        "NORD", "Nordvanne Offshore Shares", "Nordvanne Offshore AS",
        Listing.Kind.EQUITY, Listing.Exemption.REG_S, (NON_US,),
        "Non-U.S. persons only: sold offshore under Regulation S, within its distribution compliance period.",
        tick="0.02", lot="1", price="61.00", activity=2,
        description=(
            "Shares of an operator of 40 floating wind turbines. Power is sold under contracts that run to "
            "2038. Offered outside the United States under Regulation S, and not to be resold into it yet."
        ),
    ),
    Security(
        "KASB", "Kasbarrah Trade Finance Fund", "Kasbarrah Trade Finance SPC",
        Listing.Kind.FUND, Listing.Exemption.REG_S, (NON_US, QIB),
        "Non-U.S. persons under Regulation S, and qualified institutional buyers under Rule 144A.",
        tick="0.10", lot="0.1", price="250", activity=1,
        description=(
            "A fund that buys insured export invoices of 60 to 120 days. It aims to pay 8 % a year in "
            "monthly parts and reinvests what is repaid. Traded in tenths of a unit."
        ),
    ),
)  # fmt: skip

BY_SYMBOL = {security.symbol: security for security in SECURITIES}
