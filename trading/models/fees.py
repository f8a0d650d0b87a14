"""Fee schedules: dated data, only ever added to (FEES-001)."""

from django.db import models
from django.db.models import Q

from portal.models import Proposal
from portal.records import Record
from trading.engine import FeeTerms
from trading.models.listings import Listing


class FeeSchedule(Record):
    """Rates in millionths of a trade's value, amounts in cents an order that trades."""

    class SubscriberClass(models.TextChoices):
        RETAIL = "RETAIL", "Retail investors"
        ACCREDITED = "ACCREDITED", "Accredited investors"
        QIB = "QIB", "Qualified institutional buyers"
        NON_US = "NON_US", "Non-U.S. persons"
        MARKET_MAKER = "MARKET_MAKER", "Market makers"

    listing = models.ForeignKey(
        Listing, on_delete=models.PROTECT, null=True, related_name="+", help_text="None: every listing."
    )
    subscriber_class = models.CharField(
        max_length=16, choices=SubscriberClass, blank=True, help_text="Empty: every class."
    )
    effective_date = models.DateField(help_text="The first day, in the time zone of the listing.")
    maker_rate = models.PositiveIntegerField()
    taker_rate = models.PositiveIntegerField()
    auction_rate = models.PositiveIntegerField()
    flat_cents = models.PositiveIntegerField(default=0)
    minimum_cents = models.PositiveIntegerField(default=0)
    # None: part of the demo market.
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(maker_rate__lte=100_000)
                & Q(taker_rate__lte=100_000)
                & Q(auction_rate__lte=100_000),
                name="fee_rates_are_ten_percent_at_most",
            ),
        ]

    def __str__(self) -> str:
        return f"Fees from {self.effective_date}"

    @property
    def terms(self) -> FeeTerms:
        return FeeTerms(
            self.maker_rate, self.taker_rate, self.auction_rate, self.flat_cents, self.minimum_cents
        )
