"""Trading calendars: days and sessions, from which schedules are reckoned (PHAS-005)."""

from typing import Any

from django.db import models


class Calendar(models.Model):
    """When what happens on a trading day, in local time.

    ``full_day`` and ``half_day`` are lists of {"at": "09:30", "phase": "CONTINUOUS"}, ascending, the last
    one CLOSED; "random_end" (seconds) on a phase that ends a call puts its begin off by up to as much.
    """

    class Holidays(models.TextChoices):
        NYSE = "NYSE", "New York Stock Exchange"
        NONE = "", "None: every day is a trading day"

    name = models.CharField(max_length=60, unique=True)
    time_zone = models.CharField(max_length=40, default="America/New_York")
    holidays = models.CharField(max_length=8, choices=Holidays, default=Holidays.NYSE, blank=True)
    full_day = models.JSONField()
    half_day = models.JSONField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def terms(self) -> dict[str, Any]:
        """What people decided of it, as proposals tell it and the audit log holds it."""
        days = self.days.order_by("date")
        return {
            "time_zone": self.time_zone,
            "holidays": self.holidays,
            "full_day": self.full_day,
            "half_day": self.half_day,
            "days": [{"date": day.date.isoformat(), "kind": day.kind, "note": day.note} for day in days],
        }


class CalendarDay(models.Model):
    """A day that differs from what the holidays say."""

    class Kind(models.TextChoices):
        FULL_DAY = "FULL_DAY", "Full day"
        HALF_DAY = "HALF_DAY", "Half day"
        HOLIDAY = "HOLIDAY", "Holiday"

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="days")
    date = models.DateField()
    kind = models.CharField(max_length=8, choices=Kind)
    note = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["calendar", "date"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "date"], name="one_calendar_day"),
        ]

    def __str__(self) -> str:
        return f"{self.calendar} {self.date} {self.kind}"
