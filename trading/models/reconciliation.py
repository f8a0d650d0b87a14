"""Do the books agree with what others keep? Their files, what was compared, and cases of what does not."""

from django.db import models
from django.db.models import Q

from portal.models import User
from portal.records import Record
from trading.models.ledger import Asset


class PositionFile(Record):
    """What a transfer agent's register, or a custodian, says is held at the end of a day."""

    class Source(models.TextChoices):
        REGISTER = "REGISTER", "Register of the transfer agent"
        CUSTODIAN = "CUSTODIAN", "Custodian"

    source = models.CharField(max_length=10, choices=Source)
    as_of = models.DateField()
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        # The register and a custodian may well say the same.
        constraints = [models.UniqueConstraint(fields=["source", "sha256"], name="position_file_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.as_of}"


class PositionLine(Record):
    """One holder's units of one security, in lots. A custodian that keeps all in one place names nobody."""

    file = models.ForeignKey(PositionFile, on_delete=models.PROTECT, related_name="lines")
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="+")
    account_number = models.CharField(max_length=16, blank=True)
    lots = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "asset", "account_number"], name="position_said_once"),
            models.CheckConstraint(condition=Q(lots__gte=0), name="position_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.account_number} {self.lots}"


class Reconciliation(Record):
    """One comparison, and how it came out."""

    class Kind(models.TextChoices):
        LOTS = "LOTS", "Holdings and their lots"
        REGISTER = "REGISTER", "Holdings and the register"
        CUSTODIAN = "CUSTODIAN", "Holdings and the custodian"
        BANK = "BANK", "Customers’ cash and the bank"

    kind = models.CharField(max_length=10, choices=Kind)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    as_of = models.DateField(help_text="Of the other side's file; else of the comparison.")
    ours = models.BigIntegerField(help_text="In the asset's unit.")
    theirs = models.BigIntegerField(help_text="In the asset's unit.")
    differences = models.JSONField(default=list, help_text="Account, ours, theirs: the first hundred.")

    class Meta:
        indexes = [models.Index(fields=["kind", "asset", "-id"], name="reconciliation_latest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.asset_id} {self.as_of}"

    @property
    def agrees(self) -> bool:
        return not self.differences


class Case(models.Model):
    """Something that does not add up, until people have closed it.

    A break stops settlement in its security, of cash every withdrawal, and nothing else.
    """

    class Kind(models.TextChoices):
        LOTS = "LOTS", "Holdings and lots differ"
        REGISTER = "REGISTER", "Holdings and the register differ"
        CUSTODIAN = "CUSTODIAN", "Holdings and the custodian differ"
        BANK = "BANK", "Cash and the bank differ"
        UNMATCHED = "UNMATCHED", "Cash nobody is named for"

    kind = models.CharField(max_length=10, choices=Kind)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="+")
    # What it is about: a line of a bank statement; of a break its asset, of which there is one case a kind.
    subject = models.CharField(max_length=100)
    facts = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    resolution = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        permissions = [("close_case", "Can close a case")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "asset", "subject"], condition=Q(closed_at=None), name="one_open_case"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | ~Q(resolution=""), name="closed_with_a_resolution"
            ),
        ]

    def __str__(self) -> str:
        return f"case {self.pk}"


# Kinds that stop settlement of their asset (of cash: withdrawals).
BREAKS = (Case.Kind.LOTS, Case.Kind.REGISTER, Case.Kind.CUSTODIAN, Case.Kind.BANK)
