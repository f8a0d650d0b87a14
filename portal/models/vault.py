"""Keys that personal data is sealed with."""

from django.db import models


class DataKey(models.Model):
    """A key of its own for one applicant's data, itself sealed with the venue's (envelope encryption).

    Rotating the venue's keys rewrites these few rows, never the records; destroying one of them makes what
    it sealed unreadable, in append-only records and in backups too.
    """

    wrapped = models.TextField(blank=True, help_text="Empty once destroyed.")
    made_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Data key {self.pk}"
