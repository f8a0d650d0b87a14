"""Cash that comes and goes: bank statements as they were read, bank accounts, withdrawals, dividends."""

from django.db import models
from django.db.models import F, Q

from portal.models import Account, Proposal, User
from portal.records import Record
from trading.models.ledger import Transfer
from trading.models.listings import Listing


class BankStatement(Record):
    """A statement of the customers' bank account, taken in as a whole or not at all."""

    class Format(models.TextChoices):
        CSV = "CSV", "CSV"
        CAMT_053 = "CAMT_053", "ISO 20022 camt.053"

    statement_id = models.CharField(max_length=80, unique=True, help_text="The bank's own.")
    format = models.CharField(max_length=10, choices=Format)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, unique=True)
    booked_on = models.DateField(help_text="The day it ends with.")
    opening_cents = models.BigIntegerField()
    closing_cents = models.BigIntegerField()
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.statement_id


class BankEntry(Record):
    """A line of a statement. It is booked once: as a deposit, as a withdrawal that arrived, or as cash
    nobody is named for yet."""

    class Direction(models.TextChoices):
        CREDIT = "CREDIT", "In"
        DEBIT = "DEBIT", "Out"

    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="entries")
    bank_reference = models.CharField(max_length=80, unique=True, help_text="The bank's own.")
    direction = models.CharField(max_length=6, choices=Direction)
    cents = models.BigIntegerField()
    booked_on = models.DateField()
    counterparty = models.CharField(max_length=140, blank=True)
    counterparty_account = models.CharField(max_length=40, blank=True)
    remittance = models.CharField(max_length=500, blank=True, help_text="What the payer wrote.")
    transfer = models.OneToOneField(Transfer, on_delete=models.PROTECT, related_name="bank_entry")

    class Meta:
        verbose_name_plural = "bank entries"
        constraints = [models.CheckConstraint(condition=Q(cents__gt=0), name="bank_entry_is_positive")]

    def __str__(self) -> str:
        return self.bank_reference


class BankAccount(models.Model):
    """Where an account's withdrawals may go, once verified and some days old."""

    class Status(models.TextChoices):
        UNVERIFIED = "UNVERIFIED", "Not verified yet"
        VERIFIED = "VERIFIED", "Verified"
        REMOVED = "REMOVED", "Removed"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="bank_accounts")
    holder = models.CharField(max_length=140, help_text="As the bank knows them.")
    bank_name = models.CharField(max_length=140)
    routing_number = models.CharField(max_length=9, help_text="ABA, nine digits.")
    account_number = models.CharField(max_length=34)
    status = models.CharField(max_length=12, choices=Status, default=Status.UNVERIFIED)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        permissions = [("verify_bankaccount", "Can verify a bank account")]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "routing_number", "account_number"],
                condition=~Q(status="REMOVED"),
                name="bank_account_once",
            ),
            models.CheckConstraint(
                condition=Q(verified_by=None) | ~Q(verified_by=F("added_by")),
                name="bank_account_needs_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank_name} {self.masked}"

    @property
    def masked(self) -> str:
        return f"•••• {self.account_number[-4:]}"


class Withdrawal(models.Model):
    """Cash on its way out. Held from the request on; two people release it; the bank's statement ends it."""

    class Status(models.TextChoices):
        REQUESTED = "REQUESTED", "Requested"
        RELEASED = "RELEASED", "Released to the bank"
        PAID = "PAID", "Paid"
        RETURNED = "RETURNED", "Returned by the bank"
        REFUSED = "REFUSED", "Refused"
        CANCELED = "CANCELED", "Canceled"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="+")
    request_id = models.CharField(max_length=64, help_text="The client's own: asked twice is asked once.")
    cents = models.BigIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.REQUESTED)
    reason = models.CharField(max_length=400, blank=True, help_text="Why it was refused or returned.")
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "request_id"], name="withdrawal_once"),
            models.CheckConstraint(condition=Q(cents__gt=0), name="withdrawal_is_positive"),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="withdrawal_by_account"),
            models.Index(
                fields=["status", "id"],
                name="withdrawal_open",
                condition=Q(status__in=["REQUESTED", "RELEASED"]),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What the bank is told to write with the payment."""
        return f"W-{self.pk:08d}"


class CapitalFigures(Record):
    """The venue's own balance sheet on a day, in cents, as its books outside this system have it: what net
    capital is computed from (17 CFR 240.15c3-1). Recorded anew where it was wrong; the last one counts."""

    as_of = models.DateField()
    own_cash = models.BigIntegerField(help_text="At banks, apart from customers' cash.")
    other_assets = models.BigIntegerField(help_text="All besides cash.")
    non_allowable_assets = models.BigIntegerField(help_text="Of these: not readily convertible into cash.")
    haircuts = models.BigIntegerField(help_text="On securities positions.")
    liabilities = models.BigIntegerField(help_text="All, subordinated loans included.")
    subordinated_loans = models.BigIntegerField(help_text="Under agreements that satisfy Appendix D.")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "capital figures"
        constraints = [
            models.CheckConstraint(
                condition=Q(own_cash__gte=0)
                & Q(other_assets__gte=0)
                & Q(non_allowable_assets__gte=0)
                & Q(haircuts__gte=0)
                & Q(liabilities__gte=0)
                & Q(subordinated_loans__gte=0)
                & Q(subordinated_loans__lte=models.F("liabilities")),
                name="capital_figures_make_sense",
            )
        ]

    def __str__(self) -> str:
        return f"{self.as_of}"


class Dividend(Record):
    """A cash distribution, paid to all holders in one transaction."""

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="+")
    cents_per_lot = models.DecimalField(max_digits=20, decimal_places=8)
    record_at = models.DateTimeField(help_text="Whoever held then is paid.")
    paid_at = models.DateTimeField()
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.listing_id} {self.record_at:%Y-%m-%d}"


class DividendPayment(Record):
    """What one account got of a dividend, and what was withheld of it for taxes."""

    dividend = models.ForeignKey(Dividend, on_delete=models.PROTECT, related_name="payments")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    lots = models.BigIntegerField()
    gross = models.BigIntegerField(help_text="In cents.")
    withheld = models.BigIntegerField(default=0, help_text="In cents.")
    withholding_rate = models.DecimalField(max_digits=5, decimal_places=2, default=0, help_text="In percent.")
    withholding_reason = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dividend", "account"], name="dividend_paid_once"),
            models.CheckConstraint(
                condition=Q(gross__gt=0) & Q(withheld__gte=0) & Q(withheld__lte=models.F("gross")),
                name="dividend_amounts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dividend_id} {self.account_id}"
