"""Sanctions lists as they were at any time, and whom they may name."""

from django.db import models
from django.db.models import Q

from compliance.screening.listed import EntryKind, NameKind
from portal.models import Application, Identity, Proposal, User
from portal.records import Record


def _choices(words: type) -> list[tuple[str, str]]:
    return [(word.value, word.value.capitalize()) for word in words]  # type: ignore[attr-defined]


class ScreeningList(Record):
    """One load of a list. The last of its kind is in force."""

    kind = models.CharField(max_length=12, choices=[("SDN", "SDN"), ("CONSOLIDATED", "Consolidated")])
    files = models.JSONField(help_text="SHA-256 of each file, by name.")
    published_on = models.DateField(null=True, help_text="As whoever loaded it said.")
    loaded_at = models.DateTimeField()
    entries = models.PositiveIntegerField()
    names = models.PositiveIntegerField()
    added = models.PositiveIntegerField(help_text="Entries that the load before had not.")
    changed = models.PositiveIntegerField()
    removed = models.PositiveIntegerField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "-id"], name="list_in_force")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} list {self.pk}"


class ListedEntry(models.Model):
    """What a list says of somebody, from one load up to another that says otherwise or nothing."""

    list_kind = models.CharField(max_length=12, choices=[("SDN", "SDN"), ("CONSOLIDATED", "Consolidated")])
    uid = models.PositiveIntegerField(help_text="OFAC's own number.")
    kind = models.CharField(max_length=10, choices=_choices(EntryKind))
    name = models.CharField(max_length=400)
    programs = models.JSONField(default=list)
    title = models.CharField(max_length=400, blank=True)
    remarks = models.TextField(blank=True)
    births = models.JSONField(default=list, help_text="As written, first day, last day, circa.")
    numbers = models.JSONField(default=list, help_text="Of documents and registers: kind, number, country.")
    addresses = models.JSONField(default=list, help_text="Line, city, country.")
    countries = models.JSONField(default=list, help_text="ISO 3166.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of all that is said.")
    since = models.ForeignKey(ScreeningList, on_delete=models.PROTECT, related_name="brought")
    until = models.ForeignKey(
        ScreeningList, on_delete=models.PROTECT, null=True, related_name="ended",
        help_text="The load that says it no longer; empty: in force.",
    )  # fmt: skip

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "listed entries"
        indexes = [models.Index(fields=["uid"], name="listed_uid")]
        constraints = [
            models.UniqueConstraint(
                fields=["list_kind", "uid"], condition=Q(until=None), name="one_entry_in_force"
            )
        ]

    def __str__(self) -> str:
        return f"{self.list_kind} {self.uid} {self.name}"


class ListedName(models.Model):
    """One of an entry's names."""

    entry = models.ForeignKey(ListedEntry, on_delete=models.CASCADE, related_name="names")
    kind = models.CharField(max_length=8, choices=_choices(NameKind))
    text = models.CharField(max_length=400)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text


class ScreeningRun(models.Model):
    """All of the venue's people held against the lists, or against what changed in one."""

    class Cause(models.TextChoices):
        DAILY = "DAILY", "Daily"
        LIST = "LIST", "A list changed"
        ASKED = "ASKED", "Asked for"

    cause = models.CharField(max_length=8, choices=Cause)
    lists = models.ManyToManyField(ScreeningList, related_name="runs")
    entries = models.PositiveIntegerField(help_text="Listed entries compared with.")
    people = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    hits = models.PositiveIntegerField(default=0, help_text="New ones.")
    reached = models.BigIntegerField(default=0, help_text="The last person looked at, by its key.")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Run {self.pk}"


class ScreeningHit(models.Model):
    """Somebody may be on a list. It stands for that person and that entry as both were then: when either
    changes, the question is asked anew."""

    class Status(models.TextChoices):
        OPEN = "OPEN", "To be looked at"
        CLEARED = "CLEARED", "Somebody else"
        CONFIRMED = "CONFIRMED", "The listed person"
        LAPSED = "LAPSED", "No longer so: the list or the person changed"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="screening_hits")
    identity = models.ForeignKey(
        Identity, on_delete=models.SET_NULL, null=True, blank=True, related_name="screening_hits"
    )
    entry = models.ForeignKey(ListedEntry, on_delete=models.PROTECT, related_name="hits")
    name = models.CharField(max_length=402, help_text="As screened.")
    person = models.CharField(max_length=64, help_text="Fingerprint of all that was screened.")
    score = models.DecimalField(max_digits=4, decimal_places=3)
    matched = models.CharField(max_length=400, help_text="The listed name or number.")
    why = models.TextField()
    run = models.ForeignKey(ScreeningRun, on_delete=models.PROTECT, null=True, related_name="found")
    found_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        permissions = [("decide_screeninghit", "Can clear a screening hit, or propose to confirm it")]
        indexes = [models.Index(fields=["status", "-score"], name="hits_to_look_at")]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "person", "entry"], name="one_hit_a_person_and_entry"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["CLEARED", "CONFIRMED"])
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(reason=""),
                name="hit_is_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status="CONFIRMED") | Q(proposal__isnull=False),
                name="hit_is_confirmed_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"Hit {self.pk}"
