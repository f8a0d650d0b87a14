"""What is traded: the listing as configured, and its market as the matching worker left it."""

from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from portal.models import Issuer, User
from trading.engine import Phase, Side
from trading.models.calendars import Calendar
from trading.models.ledger import Asset

SYMBOL = r"[A-Z][A-Z0-9.-]{0,11}"
SYMBOL_RULE = "capital letters, digits, points and hyphens, up to 12, a letter first."


class Custodian(models.Model):
    """Who keeps securities and cash for the venue's subscribers, and settles at the venue's word (three-step
    model, SEC staff letter of 25 September 2020)."""

    code = models.CharField(max_length=12, primary_key=True)
    name = models.CharField(max_length=120)
    user = models.OneToOneField(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="custodian",
        help_text="Who speaks for it through the API.",
    )  # fmt: skip

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Listing(models.Model):
    """A security admitted to trading.

    Inside, prices count in ticks and quantities in lots; ``tick_lot_cents`` is what one lot costs per
    tick of price, a whole number of cents, so that every amount is exact.
    """

    class Kind(models.TextChoices):
        EQUITY = "EQUITY", "Equity"
        DEBT = "DEBT", "Debt"
        FUND = "FUND", "Fund interest"
        REVENUE_SHARE = "REVENUE_SHARE", "Revenue share"

    class Exemption(models.TextChoices):
        REG_D_506B = "REG_D_506B", "Reg D 506(b)"
        REG_D_506C = "REG_D_506C", "Reg D 506(c)"
        REG_A_T2 = "REG_A_T2", "Reg A Tier 2"
        REG_CF = "REG_CF", "Reg CF"
        REG_S = "REG_S", "Reg S"

    class Rail(models.TextChoices):
        BOOK_ENTRY_T0 = "BOOK_ENTRY_T0", "Immediately, on the books"
        BOOK_ENTRY_T1 = "BOOK_ENTRY_T1", "On the next business day (T+1), on the books"

    symbol = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=120)
    issuer = models.ForeignKey(Issuer, on_delete=models.PROTECT, related_name="listings")
    asset = models.OneToOneField(Asset, on_delete=models.PROTECT, related_name="listing")
    description = models.TextField(blank=True)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.EQUITY)
    exemption = models.CharField(max_length=16, choices=Exemption)
    open_to = ArrayField(models.CharField(max_length=16), help_text="Investor classes that may trade it.")
    access_note = models.CharField(max_length=200, help_text="Who may trade it, in a sentence.")

    tick_size = models.DecimalField(max_digits=12, decimal_places=6, help_text="USD")
    lot_size = models.DecimalField(max_digits=20, decimal_places=8, help_text="Tokens in one lot.")
    tick_lot_cents = models.PositiveIntegerField(editable=False)
    max_order_qty = models.BigIntegerField(help_text="In lots.")
    max_order_cents = models.BigIntegerField(help_text="Largest value of one order, in cents.")
    max_price = models.BigIntegerField(help_text="In ticks.")
    protection_bps = models.PositiveIntegerField(
        default=500, help_text="How far through the market an order may go, in basis points."
    )
    static_band_bps = models.PositiveIntegerField(
        default=0,
        help_text="How far from the reference price it may trade, in basis points; 0: no band.",
    )
    dynamic_band_bps = models.PositiveIntegerField(
        default=0, help_text="How far from the last trade before a volatility call; 0: no band."
    )
    volatility_call_seconds = models.PositiveIntegerField(default=120)
    reopening_call_seconds = models.PositiveIntegerField(
        default=300, help_text="Length of the call that ends a halt; 0: trading resumes directly."
    )
    calendar = models.ForeignKey(
        Calendar, on_delete=models.PROTECT, null=True, blank=True, related_name="listings",
        help_text="None: continuous trading around the clock.",
    )  # fmt: skip
    rail = models.CharField(
        "settlement", max_length=16, choices=Rail, default=Rail.BOOK_ENTRY_T0, help_text="How trades settle."
    )
    custodian = models.ForeignKey(
        Custodian, on_delete=models.PROTECT, null=True, blank=True, related_name="listings",
        help_text="Has to affirm both sides of each trade, and carries out its settlement.",
    )  # fmt: skip
    # Never changed: candles of a day, and the ends of DAY orders, were reckoned by it.
    time_zone = models.CharField(max_length=40, default="America/New_York")
    closes_at = models.TimeField(help_text="When DAY orders expire, in the listing's time zone.")
    epoch = models.PositiveIntegerField(
        default=1, help_text="Raised after a restore (raise_epoch): the feed starts afresh."
    )
    listed_at = models.DateTimeField()

    class Meta:
        ordering = ["symbol"]
        permissions = [
            ("halt_listing", "Can halt and resume trading"),
            ("lift_regulatory_halt", "Can lift a regulatory or news halt"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(symbol__regex=f"^{SYMBOL}$"), name="listing_symbol_is_one"),
            models.CheckConstraint(
                condition=Q(tick_lot_cents__gt=0)
                & Q(tick_lot_cents=models.F("tick_size") * models.F("lot_size") * 100),
                name="listing_amounts_are_whole_cents",
            ),
            models.CheckConstraint(
                condition=Q(max_order_qty__gt=0) & Q(max_order_cents__gt=0) & Q(max_price__gt=0),
                name="listing_limits_are_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.symbol

    def terms(self) -> dict[str, Any]:
        """What people decided of it, as the audit log holds it (and verification finds it again)."""
        return {
            "name": self.name,
            "issuer": self.issuer_id,
            "description": self.description,
            "access_note": self.access_note,
            "kind": self.kind,
            "exemption": self.exemption,
            "open_to": self.open_to,
            "tick_size": str(plain(self.tick_size)),
            "lot_size": str(plain(self.lot_size)),
            "tick_lot_cents": self.tick_lot_cents,
            "max_order_qty": self.max_order_qty,
            "max_order_cents": self.max_order_cents,
            "max_price": self.max_price,
            "protection_bps": self.protection_bps,
            "static_band_bps": self.static_band_bps,
            "dynamic_band_bps": self.dynamic_band_bps,
            "volatility_call_seconds": self.volatility_call_seconds,
            "reopening_call_seconds": self.reopening_call_seconds,
            "calendar": self.calendar.name if self.calendar else None,
            "rail": self.rail,
            "custodian": self.custodian_id,
            "time_zone": self.time_zone,
            "closes_at": self.closes_at.isoformat(),
        }

    def price(self, ticks: int) -> Decimal:
        return (ticks * self.tick_size).normalize() + Decimal("0.00")

    def quantity(self, lots: int) -> Decimal:
        return plain(lots * self.lot_size)

    def cents(self, ticks_times_lots: int) -> int:
        return ticks_times_lots * self.tick_lot_cents


def plain(value: Decimal) -> Decimal:
    """Without trailing zeros and without an exponent."""
    value = value.normalize()
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value


class MarketState(models.Model):
    """A projection: where the engine of a listing stands. Written by the matching worker; a fault is cleared
    by people."""

    listing = models.OneToOneField(Listing, on_delete=models.CASCADE, primary_key=True, related_name="market")
    applied_seq = models.BigIntegerField(default=0, help_text="Last command applied.")
    event_seq = models.BigIntegerField(default=0, help_text="Last event.")
    applied_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=16, default=Phase.CONTINUOUS.value, help_text="The phase.")
    phase_since = models.DateTimeField(null=True, blank=True)
    phase_until = models.DateTimeField(null=True, blank=True, help_text="As the public is told.")
    schedule_until = models.DateTimeField(
        null=True, blank=True, help_text="Where the schedule in the journal runs out."
    )
    halt_code = models.CharField(max_length=40, blank=True)
    halt_note = models.CharField(max_length=400, blank=True)
    halted_at = models.DateTimeField(null=True, blank=True)
    resume_at = models.DateTimeField(null=True, blank=True, help_text="A planned resumption.")
    next_due_at = models.DateTimeField(
        null=True, blank=True, help_text="When something happens next without a command."
    )
    last_px = models.BigIntegerField(null=True)
    last_qty = models.BigIntegerField(null=True)
    last_at = models.DateTimeField(null=True)
    reference_px = models.BigIntegerField(null=True, help_text="Of the static band and the next auction.")
    band_px = models.BigIntegerField(
        null=True, help_text="Of the dynamic band: the last trade, even where it was taken back since."
    )
    # What an uncrossing now would give; in calls only.
    indicative_px = models.BigIntegerField(null=True)
    indicative_qty = models.BigIntegerField(null=True)
    surplus_side = models.CharField(
        max_length=4, blank=True, choices=[(side.value, side.value) for side in Side]
    )
    surplus_qty = models.BigIntegerField(null=True)
    # The command the engine (or a projection) failed at: nothing is applied until a person decides.
    fault_seq = models.BigIntegerField(null=True, blank=True)
    fault_text = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.listing_id} at {self.applied_seq}"

    @property
    def shown_state(self) -> str:
        return "FAULTED" if self.fault_seq else self.state
