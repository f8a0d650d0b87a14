"""What was traded, by minute and by day, and how auctions ended."""

from django.db import models

from trading.models.listings import Listing


class Candle(models.Model):
    """Prices in ticks, volume in lots; ``value`` is Σ price × quantity. Minutes and days are kept, other
    intervals are summed from minutes."""

    class Interval(models.TextChoices):
        MINUTE = "1m", "Minute"
        DAY = "1d", "Day"

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+", db_index=False)
    interval = models.CharField(max_length=2, choices=Interval)
    starts_at = models.DateTimeField()
    open = models.BigIntegerField()
    high = models.BigIntegerField()
    low = models.BigIntegerField()
    close = models.BigIntegerField()
    volume = models.BigIntegerField()
    value = models.DecimalField(max_digits=40, decimal_places=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["listing", "interval", "starts_at"], name="one_candle")
        ]

    def __str__(self) -> str:
        return f"{self.listing_id} {self.interval} {self.starts_at:%Y-%m-%d %H:%M}"


class Auction(models.Model):
    """How a call ended: a projection of its ``AuctionUncrossed``."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+", db_index=False)
    event_seq = models.BigIntegerField()
    call = models.CharField(max_length=16)
    at = models.DateTimeField()
    price = models.BigIntegerField(null=True, help_text="None: nothing could be executed.")
    volume = models.BigIntegerField()
    surplus_side = models.CharField(max_length=4, blank=True)
    surplus_qty = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["listing", "event_seq"], name="one_auction")]

    def __str__(self) -> str:
        return f"{self.listing_id} {self.call} {self.at:%Y-%m-%d %H:%M}"
