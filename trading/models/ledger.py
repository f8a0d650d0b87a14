"""The ledger: transfers, and the balances that follow from them."""

from django.db import models
from django.db.models import F, Q

from portal.models import Account
from portal.records import Record


class Asset(models.Model):
    """What accounts hold: cash, or a listing's token. Amounts count in its ``unit``."""

    class Kind(models.TextChoices):
        CASH = "CASH", "Cash"
        TOKEN = "TOKEN", "Token"

    code = models.CharField(max_length=12, primary_key=True)
    kind = models.CharField(max_length=8, choices=Kind)
    unit = models.DecimalField(max_digits=20, decimal_places=8, help_text="E.g. 0.01 for cash in cents.")

    def __str__(self) -> str:
        return self.code


CASH = "USD"


class Balance(models.Model):
    """What an account has of an asset, in the asset's unit.

    ``held`` is kept for working orders; ``pending_*`` is traded and not yet settled. Only settlement
    (and cash coming and going) moves ``settled``. Never negative, but for a contra account, which is
    the outside world's side of the books.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="balances", db_index=False)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="+")
    settled = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    pending_in = models.BigIntegerField(default=0)
    pending_out = models.BigIntegerField(default=0)
    is_contra = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "asset"], name="one_balance"),
            models.CheckConstraint(
                condition=Q(held__gte=0)
                & Q(pending_in__gte=0)
                & Q(pending_out__gte=0)
                & (Q(is_contra=True) | Q(settled__gte=F("held") + F("pending_out"))),
                name="balance_covers_what_is_promised",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.asset_id}"

    @property
    def available(self) -> int:
        return self.settled - self.held - self.pending_out


class Transfer(Record):
    """An amount of an asset went from one account (debit) to another (credit): zero-sum by its shape."""

    class Kind(models.TextChoices):
        DEPOSIT = "DEPOSIT", "Deposit"
        ISSUE = "ISSUE", "Issue"
        TRADE_CASH = "TRADE_CASH", "Trade, cash leg"
        TRADE_TOKEN = "TRADE_TOKEN", "Trade, token leg"
        TRADE_FEE = "TRADE_FEE", "Trade, fee"
        # A trade's legs, back again: an instruction of its own.
        REVERSAL_CASH = "REVERSAL_CASH", "Reversal, cash leg"
        REVERSAL_TOKEN = "REVERSAL_TOKEN", "Reversal, token leg"
        REVERSAL_FEE = "REVERSAL_FEE", "Reversal, fee given back"
        UNMATCHED = "UNMATCHED", "Cash nobody is named for"
        WITHDRAWAL = "WITHDRAWAL", "Withdrawal"
        PAYMENT = "PAYMENT", "Payment by the bank"
        RETURN = "RETURN", "Payment returned by the bank"
        FUNDING = "FUNDING", "Funding by an issuer"
        DIVIDEND = "DIVIDEND", "Dividend"
        WITHHOLDING = "WITHHOLDING", "Tax withheld"
        FEE_REFUND = "FEE_REFUND", "Fee refunded"
        COMPENSATION = "COMPENSATION", "Compensation"
        CORRECTION = "CORRECTION", "Correction"

    at = models.DateTimeField()
    kind = models.CharField(max_length=16, choices=Kind)
    debit_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    credit_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = models.BigIntegerField()
    reference = models.CharField(
        max_length=80, unique=True, help_text="What it books, e.g. a trade's leg: nothing is booked twice."
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_is_positive")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.asset_id}"
