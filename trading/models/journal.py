"""The journal's tables. Only ``trading.journal`` reads and writes them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.models import Account, Proposal
from portal.records import Record
from trading.models.listings import Listing


class Sequence(models.Model):
    """The gapless counter of a listing's commands; locked last, just before commit."""

    listing = models.OneToOneField(
        Listing, on_delete=models.CASCADE, primary_key=True, related_name="sequence"
    )
    last_seq = models.BigIntegerField(default=0)
    last_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.listing_id} {self.last_seq}"


class FactSheet(Record):
    """What a gate knew when it decided, stored once however many decisions rest on it."""

    sealed_by_schedule = False  # the decisions, which are sealed, name it by its digest

    digest = models.CharField(max_length=64, primary_key=True)
    facts = models.JSONField()

    def __str__(self) -> str:
        return self.digest[:12]


class Command(Record):
    """Everything that can change a book, in the order in which it does."""

    sealed_by_schedule = False  # by the drain that applied it

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="+", db_index=False)
    seq = models.BigIntegerField()
    at = models.DateTimeField(help_text="The engine's time: never before the command before it.")
    received_at = models.DateTimeField()
    kind = models.CharField(max_length=24)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    order_id = models.BigIntegerField(null=True)
    payload = models.JSONField()
    hold = models.BigIntegerField(default=0, help_text="Reserved: cents for a buy, lots for a sell.")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    decision = models.JSONField(null=True, help_text="What the gates said, by which rules and facts.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["listing", "seq"], name="command_sequence")]
        indexes = [
            models.Index(fields=["order_id"], name="command_order", condition=Q(order_id__isnull=False)),
            # The commands of one mass cancel are found by their account and moment.
            models.Index(
                fields=["account", "received_at"], name="command_mass_cancel", condition=Q(kind="MassCancel")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing_id}/{self.seq} {self.kind}"


class Event(Record):
    """Everything the engine answered."""

    sealed_by_schedule = False  # by the drain that made it

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="+", db_index=False)
    seq = models.BigIntegerField()
    command_seq = models.BigIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=24)
    payload = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["listing", "seq"], name="event_sequence")]
        indexes = [models.Index(fields=["listing", "command_seq"], name="event_of_command")]

    def __str__(self) -> str:
        return f"{self.listing_id}/{self.seq} {self.kind}"


class Refusal(Record):
    """An order received and refused before it got a sequence number (Rule 302(c) wants it kept)."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="+")
    cl_ord_id = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    body = models.JSONField()
    decision = models.JSONField()

    def __str__(self) -> str:
        return f"{self.account_id} {self.cl_ord_id}"


class ClientOrderKey(Record):
    """A ClOrdID is spent once: the same body gets the same answer, another body is a conflict."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    cl_ord_id = models.CharField(max_length=64)
    body_hash = models.BinaryField(max_length=16)
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Where it led: into the journal at ``seq`` about ``order_id``, or to a refusal.
    seq = models.BigIntegerField(null=True)
    order_id = models.BigIntegerField(null=True)
    refusal = models.ForeignKey(
        Refusal, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "cl_ord_id"], name="client_order_key"),
            models.CheckConstraint(
                condition=Q(seq__isnull=False) ^ Q(refusal__isnull=False), name="key_led_somewhere"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.cl_ord_id}"


class Quarantine(Record):
    """A command the fold shall read as a reject, by the decision of two people."""

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="+")
    seq = models.BigIntegerField()
    reason = models.TextField()
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["listing", "seq"], name="quarantined_once")]

    def __str__(self) -> str:
        return f"{self.listing_id}/{self.seq}"


class Snapshot(models.Model):
    """A cache with a hash: without it a worker starts slower, and nothing else changes."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+")
    seq = models.BigIntegerField(help_text="The last command in it.")
    state = models.JSONField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["listing", "seq"], name="snapshot_sequence")]

    def __str__(self) -> str:
        return f"{self.listing_id} at {self.seq}"
