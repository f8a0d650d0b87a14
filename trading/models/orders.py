"""Orders and executions: projections of a listing's events, written by ``trading.projections``.

(An order's row is born at entry, as PENDING_NEW; from then on it is the worker's.)
"""

from enum import StrEnum

from django.db import models
from django.db.models import Q

from portal.models import Account
from trading.engine import FeeTerms, OrdType, Paid, PostOnly, SelfTrade, Side, TimeInForce
from trading.models.fees import FeeSchedule
from trading.models.listings import Listing


class OrdStatus(models.TextChoices):
    """FIX OrdStatus (39). Canceled with CumQty > 0 stays CANCELED."""

    PENDING_NEW = "PENDING_NEW", "Pending new"
    NEW = "NEW", "New"
    PARTIALLY_FILLED = "PARTIALLY_FILLED", "Partially filled"
    FILLED = "FILLED", "Filled"
    CANCELED = "CANCELED", "Canceled"
    EXPIRED = "EXPIRED", "Expired"
    REJECTED = "REJECTED", "Rejected"


WORKING = (OrdStatus.PENDING_NEW, OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED)


def _choices(enum: type[StrEnum]) -> list[tuple[str, str]]:
    return [(word.value, word.value) for word in enum]


class Order(models.Model):
    """Prices in ticks, quantities in lots; ``hold`` in cents for a buy and lots for a sell."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="+", db_index=False)
    cl_ord_id = models.CharField(max_length=64)
    side = models.CharField(max_length=4, choices=_choices(Side))
    ord_type = models.CharField(max_length=16, choices=_choices(OrdType))
    time_in_force = models.CharField(max_length=8, choices=_choices(TimeInForce))
    order_qty = models.BigIntegerField()
    price = models.BigIntegerField(null=True)
    protection_px = models.BigIntegerField(null=True)
    expire_at = models.DateTimeField(null=True)
    stop_px = models.BigIntegerField(null=True)
    trail = models.BigIntegerField(null=True, help_text="In ticks.")
    display_qty = models.BigIntegerField(null=True)
    min_qty = models.BigIntegerField(null=True)
    post_only = models.CharField(max_length=8, choices=_choices(PostOnly), blank=True)
    self_trade = models.CharField(
        max_length=16, choices=_choices(SelfTrade), default=SelfTrade.CANCEL_NEWEST.value
    )
    linked_order_id = models.BigIntegerField(null=True, help_text="The other leg of its pair.")
    triggered_at = models.DateTimeField(null=True)
    ord_status = models.CharField(max_length=16, choices=OrdStatus, default=OrdStatus.PENDING_NEW)
    cum_qty = models.BigIntegerField(default=0)
    leaves_qty = models.BigIntegerField()
    displayed_qty = models.BigIntegerField(default=0, help_text="What of it the book shows now.")
    queued_seq = models.BigIntegerField(
        null=True, help_text="While it works: the command by which it last queued at its price."
    )
    traded_value = models.BigIntegerField(
        default=0, help_text="Σ price × quantity of its fills, in ticks × lots."
    )
    hold = models.BigIntegerField()
    # What it pays by, the values it was charged on (Σ price × quantity), and what it was charged, in cents.
    fee_schedule = models.ForeignKey(FeeSchedule, on_delete=models.PROTECT, null=True, related_name="+")
    maker_value = models.BigIntegerField(default=0)
    taker_value = models.BigIntegerField(default=0)
    auction_value = models.BigIntegerField(default=0)
    fee = models.BigIntegerField(default=0)
    text = models.CharField(max_length=40, blank=True, help_text="Why it was rejected or canceled.")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(cum_qty__gte=0)
                & Q(leaves_qty__gte=0)
                & Q(hold__gte=0)
                & Q(order_qty__gte=models.F("cum_qty") + models.F("leaves_qty")),
                name="order_quantities_add_up",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="order_by_account"),
            models.Index(fields=["listing", "-id"], name="order_by_listing"),
            models.Index(
                fields=["listing", "side", "price"], name="order_working", condition=Q(ord_status__in=WORKING)
            ),
            models.Index(
                fields=["account", "listing"], name="order_open", condition=Q(ord_status__in=WORKING)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.order_qty} #{self.pk}"

    @property
    def worst_price(self) -> int:
        """The price its hold is reckoned at, in ticks."""
        price = self.price if self.price is not None else self.protection_px
        assert price is not None
        return price

    @property
    def fee_terms(self) -> FeeTerms | None:
        return self.fee_schedule.terms if self.fee_schedule is not None else None

    def paid(self, listing: Listing) -> Paid:
        return Paid(
            listing.cents(self.maker_value), listing.cents(self.taker_value),
            listing.cents(self.auction_value), self.fee,
        )  # fmt: skip

    def count(self, liquidity: str, qty: int, value: int) -> None:
        """Add an execution to what it has traded; with negative numbers, take one back."""
        self.cum_qty += qty
        self.traded_value += value
        name = f"{liquidity.lower()}_value"
        setattr(self, name, getattr(self, name) + value)


class Execution(models.Model):
    """One side of one trade. ``trade_seq`` is the trade's event sequence: the trade id."""

    class Liquidity(models.TextChoices):
        MAKER = "MAKER", "Maker"
        TAKER = "TAKER", "Taker"
        AUCTION = "AUCTION", "Auction"

    class Status(models.TextChoices):
        TRADED = "TRADED", "Traded"
        CORRECTED = "CORRECTED", "Corrected"
        BUSTED = "BUSTED", "Busted"

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="+", db_index=False)
    trade_seq = models.BigIntegerField()
    side = models.CharField(max_length=4, choices=_choices(Side))
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="executions")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    last_px = models.BigIntegerField()
    last_qty = models.BigIntegerField()
    amount = models.BigIntegerField(help_text="In cents.")
    fee = models.BigIntegerField(default=0, help_text="In cents.")
    liquidity = models.CharField(max_length=8, choices=Liquidity)
    status = models.CharField(max_length=10, choices=Status, default=Status.TRADED)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["listing", "trade_seq", "side"], name="execution_of_trade")
        ]
        indexes = [models.Index(fields=["account", "-id"], name="execution_by_account")]

    def __str__(self) -> str:
        return f"{self.listing_id}/{self.trade_seq} {self.side}"


class AccountStream(models.Model):
    """The last event of a listing that concerned an account: ``prev_seq`` of its private feed."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+", db_index=False)
    last_seq = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "listing"], name="account_stream")]

    def __str__(self) -> str:
        return f"{self.account_id}/{self.listing_id} {self.last_seq}"
