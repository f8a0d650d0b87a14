"""Settlement: an instruction for each trade, each step it takes, and who else has a say in it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from portal.models import Account, Proposal, User
from portal.records import Record
from trading.models.listings import Custodian, Listing


class Cursor(models.Model):
    """How far a consumer has come with a listing's events; moved in the transaction of its effects."""

    name = models.CharField(max_length=40)
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+")
    last_event_seq = models.BigIntegerField(default=0)

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


class SettlementState(models.TextChoices):
    MATCHED = "MATCHED", "Matched"
    INSTRUCTED = "INSTRUCTED", "Instructed"
    AFFIRMED = "AFFIRMED", "Affirmed"
    EXECUTING = "EXECUTING", "Executing"
    SETTLED = "SETTLED", "Settled"
    FAILED = "FAILED", "Failed"
    CANCELED = "CANCELED", "Canceled"


# What is yet to settle: its amounts are pending at both parties.
PENDING = (
    SettlementState.MATCHED, SettlementState.INSTRUCTED, SettlementState.AFFIRMED, SettlementState.EXECUTING,
    SettlementState.FAILED,
)  # fmt: skip
# A trade may be taken back or corrected until its settlement is executing (BUST-001).
BREAKABLE = (
    SettlementState.MATCHED, SettlementState.INSTRUCTED, SettlementState.AFFIRMED, SettlementState.FAILED,
)  # fmt: skip


class Instruction(models.Model):
    """Delivery of lots against payment of cents between two accounts: of a trade, or back again.

    Of a trade its amounts are those of the two executions. A reversal is an instruction of its own, with
    the parties exchanged; what was settled stays as it is.
    """

    class Kind(models.TextChoices):
        TRADE = "TRADE", "Trade"
        REVERSAL = "REVERSAL", "Reversal"

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="+", db_index=False)
    trade_seq = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.TRADE)
    buyer = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    seller = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    qty = models.BigIntegerField(help_text="In lots.")
    amount = models.BigIntegerField(help_text="In cents.")
    buyer_fee = models.BigIntegerField(default=0, help_text="In cents; of a reversal: given back.")
    seller_fee = models.BigIntegerField(default=0, help_text="In cents; of a reversal: given back.")
    traded_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="Not to be settled before.")
    state = models.CharField(max_length=12, choices=SettlementState, default=SettlementState.INSTRUCTED)
    state_at = models.DateTimeField(help_text="Since when.")
    reason = models.CharField(max_length=40, blank=True, help_text="Why it failed or was canceled.")
    custodian = models.ForeignKey(
        Custodian, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="The listing's when the trade was instructed: it affirms and settles.",
    )  # fmt: skip
    # When it affirmed either side.
    buyer_affirmed_at = models.DateTimeField(null=True)
    seller_affirmed_at = models.DateTimeField(null=True)
    waived = ArrayField(
        models.CharField(max_length=40), default=list,
        help_text="What two people decided shall not keep it from settling.",
    )  # fmt: skip
    reverses = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="reversals")

    class Meta:
        ordering = ["-id"]
        constraints = [
            # A trade once, for good; its way back once, but for those that were called off.
            models.UniqueConstraint(
                fields=["listing", "trade_seq", "kind"],
                condition=Q(kind="TRADE") | ~Q(state="CANCELED"),
                name="instructed_once",
            ),
            models.UniqueConstraint(
                fields=["reverses"], condition=~Q(state="CANCELED"), name="reversed_once"
            ),
            models.CheckConstraint(
                condition=Q(qty__gt=0) & Q(amount__gt=0) & Q(buyer_fee__gte=0) & Q(seller_fee__gte=0),
                name="instruction_amounts",
            ),
            models.CheckConstraint(
                condition=Q(kind="TRADE", reverses=None) | Q(kind="REVERSAL", reverses__isnull=False),
                name="reversal_names_what",
            ),
        ]
        indexes = [
            models.Index(fields=["listing", "due_at"], name="instruction_due", condition=Q(state="AFFIRMED")),
            models.Index(
                fields=["state", "state_at"],
                name="instruction_open",
                condition=~Q(state__in=["SETTLED", "CANCELED"]),
            ),
            models.Index(fields=["buyer", "-id"], name="instruction_of_buyer"),
            models.Index(fields=["seller", "-id"], name="instruction_of_seller"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.listing_id}/{self.trade_seq}"

    @property
    def name(self) -> str:
        """How the transfers that settle it are named."""
        trade = f"{self.listing_id}:{self.trade_seq}"
        return trade if self.kind == self.Kind.TRADE else f"{trade}:{self.kind}"


class SettlementStep(Record):
    """What happened to an instruction at a moment: the states it passed, the last being where it stood."""

    instruction = models.ForeignKey(Instruction, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    passed = ArrayField(models.CharField(max_length=12, choices=SettlementState))
    reason = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=400, blank=True)
    decision = models.JSONField(null=True, help_text="Of the gates, where they were asked: for each side.")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.instruction_id} {'→'.join(self.passed)}"


class CustodianMessage(Record):
    """A custodian's word on an instruction (three-step model, SEC staff letter of 25 September 2020)."""

    class Kind(models.TextChoices):
        AFFIRM = "AFFIRM", "Affirms a side"
        REFUSE = "REFUSE", "Refuses a side"
        SETTLED = "SETTLED", "Has settled"
        FAILED = "FAILED", "Could not settle"

    custodian = models.ForeignKey(Custodian, on_delete=models.PROTECT, related_name="+")
    message_id = models.CharField(max_length=64, help_text="The custodian's own; heard once.")
    instruction = models.ForeignKey(Instruction, on_delete=models.PROTECT, related_name="messages")
    kind = models.CharField(max_length=8, choices=Kind)
    side = models.CharField(max_length=4, blank=True, choices=[("BUY", "Buy"), ("SELL", "Sell")])
    reason = models.CharField(max_length=200, blank=True)
    received_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["custodian", "message_id"], name="custodian_message_once")
        ]

    def __str__(self) -> str:
        return f"{self.custodian_id} {self.message_id}"
