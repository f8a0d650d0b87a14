"""Candles: what was traded, by minute and by day."""

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
