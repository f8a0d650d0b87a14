"""How an account's holder is taxed, as they certified it."""

from django.db import models
from django.db.models import Q

from portal.models.people import Account, User
from portal.records import Record


class TaxForm(Record):
    """A form W-9 or W-8BEN as signed. The last one signed counts, while it is valid."""

    class Kind(models.TextChoices):
        W9 = "W9", "W-9 (U.S. person)"
        W8BEN = "W8BEN", "W-8BEN (not a U.S. person)"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="tax_forms")
    kind = models.CharField(max_length=6, choices=Kind)
    name = models.CharField(max_length=200, help_text="As on the tax return.")
    address = models.TextField()
    country = models.CharField(max_length=2, help_text="Of tax residence, ISO 3166.")
    sealed_tin = models.TextField(blank=True, help_text="The taxpayer number, sealed (portal.vault).")
    treaty_rate = models.DecimalField(
        max_digits=5, decimal_places=2, null=True, blank=True,
        help_text="On dividends, in percent, where a treaty lowers it.",
    )  # fmt: skip
    signed_on = models.DateField()
    expires_on = models.DateField(null=True, blank=True, help_text="The last day it is valid.")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-signed_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(treaty_rate=None) | (Q(kind="W8BEN") & Q(treaty_rate__gte=0)),
                name="treaty_lowers_w8ben",
            ),
            models.CheckConstraint(condition=~Q(kind="W9") | Q(country="US"), name="w9_is_of_the_us"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.account_id} {self.signed_on}"
