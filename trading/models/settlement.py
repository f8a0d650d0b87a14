"""Cursors of the consumers that carry events on, and what keeps a trade from settling as it was made."""

from django.db import models

from portal.models import Proposal
from portal.records import Record
from trading.models.listings import Listing


class Cursor(models.Model):
    """How far a consumer has come with a listing's events; moved in the transaction of its effects."""

    name = models.CharField(max_length=40)
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+")
    last_event_seq = models.BigIntegerField(default=0)
    due_at = models.DateTimeField(null=True, help_text="Nothing more is due before.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "listing"], name="one_cursor")]

    def __str__(self) -> str:
        return f"{self.name} {self.listing_id} {self.last_event_seq}"


class TradeBreak(Record):
    """Two people took a trade back or corrected it: settlement heeds this row from the moment it is there,
    projections the command that goes with it (BUST-008)."""

    class Kind(models.TextChoices):
        BUST = "BUST", "Bust"
        CORRECT = "CORRECT", "Correction"

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="+")
    trade_seq = models.BigIntegerField()
    seq = models.BigIntegerField(help_text="The command that carries it into the book.")
    kind = models.CharField(max_length=8, choices=Kind)
    price = models.BigIntegerField(null=True)
    qty = models.BigIntegerField(null=True)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["listing", "trade_seq"], name="broken_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.listing_id}/{self.trade_seq}"
