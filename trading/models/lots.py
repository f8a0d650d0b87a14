"""Lots: what holdings are made of, when it was acquired and paid for, and what it cost."""

from django.db import models
from django.db.models import Q

from portal.models import Account
from portal.records import Record
from trading.models.ledger import Asset, Transfer
from trading.models.settlement import Instruction


class Lot(models.Model):
    """Units of a security alike in every fact a rule asks for (17 CFR 230.144(d)), and in their price.

    What is sold of it takes its share of the cost along, rounded down; the last unit takes the rest.
    """

    class Source(models.TextChoices):
        ISSUER = "ISSUER", "From the issuer"
        AFFILIATE = "AFFILIATE", "From an affiliate of the issuer"
        TRADE = "TRADE", "Bought on this venue"
        OTHER = "OTHER", "Otherwise"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="+", db_index=False)
    acquired_on = models.DateField()
    paid_on = models.DateField(help_text="When it was fully paid.")
    source = models.CharField(max_length=10, choices=Source)
    price = models.BigIntegerField(null=True, help_text="In ticks; none: unknown, or not bought at a price.")
    qty = models.BigIntegerField(default=0, help_text="What is left, in lots of the listing.")
    cost = models.BigIntegerField(default=0, help_text="Cost basis of what is left, fees included, in cents.")

    class Meta:
        ordering = ["acquired_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "asset", "acquired_on", "paid_on", "source", "price"],
                name="one_lot",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(qty__gte=0) & Q(cost__gte=0) & (Q(qty__gt=0) | Q(cost=0)),
                name="lot_is_not_negative",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "asset", "acquired_on", "id"], name="lot_first_in", condition=Q(qty__gt=0)
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.asset_id} {self.acquired_on}"


class LotEntry(Record):
    """What a transfer of a security put into a lot, or took out of it. ``proceeds`` are of a sale, after
    fees: less the cost taken along, the realised gain."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="entries")
    transfer = models.ForeignKey(
        Transfer, to_field="reference", db_column="reference", on_delete=models.PROTECT,
        related_name="lot_entries",
    )  # fmt: skip
    at = models.DateTimeField()
    qty = models.BigIntegerField(help_text="Into the lot; below zero: out of it.")
    cost = models.BigIntegerField(help_text="In cents, of the same sign.")
    proceeds = models.BigIntegerField(null=True, help_text="In cents, of what was sold.")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(qty=0), name="lot_entry_of_something")]

    def __str__(self) -> str:
        return f"{self.lot_id} {self.qty:+}"


class LotChoice(models.Model):
    """Which lots a sale shall take: specific identification, until it settles (26 CFR 1.1012-1(c)(8)).
    What is not chosen goes first in, first out."""

    instruction = models.ForeignKey(Instruction, on_delete=models.CASCADE, related_name="lot_choices")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="choices")
    qty = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instruction", "lot"], name="lot_chosen_once"),
            models.CheckConstraint(condition=Q(qty__gt=0), name="lot_choice_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.instruction_id} {self.lot_id} {self.qty}"
