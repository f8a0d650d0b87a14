"""The office: proposals (four eyes), the audit log, seals, and the movable clock."""

import re
from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from portal.models.people import User
from portal.records import Record


def in_words(kind: str) -> str:
    return kind.replace("_", " ").capitalize()


class Proposal(models.Model):
    """A change that needs two people. What is proposed, and what it does, is told by its kind
    (``PROPOSAL_KINDS`` in settings)."""

    class Status(models.TextChoices):
        PROPOSED = "PROPOSED", "Proposed"
        APPROVED = "APPROVED", "Approved, not yet in effect"
        APPLIED = "APPLIED", "In effect"
        REJECTED = "REJECTED", "Rejected"

    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=100, help_text="What the change concerns, e.g. a listing's symbol.")
    old = models.JSONField(default=dict, help_text="As it stood when proposed.")
    new = models.JSONField(default=dict, help_text="As it shall be.")
    reason = models.TextField()
    effective_at = models.DateTimeField(null=True, blank=True, help_text="Empty: on approval.")
    status = models.CharField(max_length=16, choices=Status, default=Status.PROPOSED)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        permissions = [
            ("decide_proposal", "Can approve or reject a proposal of somebody else"),
            ("view_every_proposal", "Can see proposals of every kind, not only of those they may decide"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
                name="proposal_needs_two_people",
            ),
            models.CheckConstraint(
                condition=Q(status="PROPOSED") | Q(decided_by__isnull=False),
                name="proposal_is_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} #{self.pk}"

    @property
    def kind_in_words(self) -> str:
        return in_words(self.kind)


class AuditEntry(Record):
    """One act of one person (or of the venue itself: no actor), in a sentence and as facts."""

    at = models.DateTimeField()
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=100)
    facts = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["subject", "id"], name="audit_subject")]

    def __str__(self) -> str:
        subject = re.sub(r"[A-Z]+(_[A-Z]+)+", lambda code: in_words(code[0]).lower(), self.subject)
        return f"{in_words(self.action)} {subject}"


class Denial(Record):
    """Somebody who is known asked for what is not theirs to have: kept once for each person, place and
    minute, however often they ask."""

    at = models.DateTimeField()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=200, help_text="The kind of address, e.g. GET api/v1/orders/<id>.")
    minute = models.BigIntegerField(help_text="Minutes since 1970.")
    path = models.CharField(max_length=300, help_text="The address first asked for in that minute.")
    code = models.CharField(max_length=60, help_text="What the answer said.")
    key = models.CharField(max_length=32, blank=True, help_text="The API key it was asked with.")

    class Meta:
        indexes = [models.Index(fields=["user", "-id"], name="denial_of_user")]
        constraints = [
            models.UniqueConstraint(fields=["user", "place", "minute"], name="one_denial_a_minute")
        ]

    def __str__(self) -> str:
        return f"{self.place} to {self.user_id}"


class Seal(Record):
    """A link of a stream's chain: over the previous link and the digests of a table's rows ``first`` to
    ``last``.

    ``digests`` holds 16 bytes of SHA-256 a row, so that a verifier can name the row that was changed.
    """

    sealed_by_schedule = False  # chained

    stream = models.CharField(max_length=60)
    number = models.BigIntegerField(help_text="Gapless within its stream, from 1.")
    table = models.CharField(max_length=60)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    count = models.IntegerField()
    digests = models.BinaryField()
    hash = models.BinaryField(help_text="SHA-256 over the previous hash and the digests.")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "number"], name="seal_chain")]
        # Where the schedule goes on with a table; listings' streams have one table each.
        indexes = [
            models.Index(fields=["table", "number"], name="seal_of_records", condition=Q(stream="records"))
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.first}–{self.last}"


class ClockOffset(models.Model):
    """How far the venue's clock runs ahead of real time (one row; demo and test mode)."""

    offset = models.DurationField(default=timedelta(0))

    def __str__(self) -> str:
        return str(self.offset)
