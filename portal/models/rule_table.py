"""The dated rule table: what the regulation's numbers are, from when on, and where they are written."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from portal.models.office import Proposal
from portal.records import Record


class RuleValue(Record):
    """A number a rule sets. The value in force on a day is the last one effective by then.

    Initial values come with a release; later ones only from an approved proposal.
    """

    class Sourced(models.TextChoices):
        PRIMARY = "PRIMARY", "Read in the rule"
        SECONDARY = "SECONDARY", "‡ Seen in a secondary source only"
        UNSOURCED = "UNSOURCED", "† No source seen"
        HOUSE = "HOUSE", "House rule"

    rule_id = models.CharField(max_length=60, help_text="E.g. TAX-BACKUP-WITHHOLDING.")
    value = models.DecimalField(max_digits=20, decimal_places=4)
    unit = models.CharField(max_length=20, help_text="E.g. percent, USD, business days.")
    effective_from = models.DateField()
    citation = models.CharField(max_length=200)
    sourced = models.CharField(max_length=10, choices=Sourced, default=Sourced.PRIMARY)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["rule_id", "-effective_from", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule_id", "effective_from", "proposal"], name="rule_value_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="rule_value_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} from {self.effective_from}"

    @property
    def said(self) -> str:
        """The value with its unit, for people."""
        number = self.value.quantize(Decimal(1)) if self.value == int(self.value) else self.value.normalize()
        return f"{number:,f} {self.unit}"


class CountryRule(Record):
    """Whether the venue opens accounts for people and companies of a country. The row in force on a day
    is the last one effective by then; a country of which none tells is allowed."""

    class Standing(models.TextChoices):
        ALLOWED = "ALLOWED", "Allowed"
        REVIEW = "REVIEW", "A person has to look"
        DENIED = "DENIED", "Denied"

    country = models.CharField(max_length=2, help_text="ISO 3166.")
    standing = models.CharField(max_length=8, choices=Standing)
    effective_from = models.DateField()
    citation = models.CharField(max_length=200)
    sourced = models.CharField(max_length=10, choices=RuleValue.Sourced, default=RuleValue.Sourced.PRIMARY)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["country", "-effective_from", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["country", "effective_from", "proposal"],
                name="country_rule_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.country} from {self.effective_from}"
