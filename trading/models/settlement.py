"""Cursors of the consumers that carry events on."""

from django.db import models

from trading.models.listings import Listing


class Cursor(models.Model):
    """How far a consumer has come with a listing's events; moved in the transaction of its effects."""

    name = models.CharField(max_length=40)
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+")
    last_event_seq = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "listing"], name="one_cursor")]

    def __str__(self) -> str:
        return f"{self.name} {self.listing_id} {self.last_event_seq}"
