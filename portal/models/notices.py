"""What people are told."""

from django.db import models

from portal.models.people import User


class Notice(models.Model):
    """A message to one person: inserted in the transaction of the act it tells of, mailed from here."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40, help_text="As in portal.notices.KINDS.")
    subject = models.CharField(max_length=200)
    text = models.TextField()
    link = models.CharField(max_length=200, blank=True, help_text="A page of the site.")
    # Of reminders: told once, however often the schedule looks.
    once = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    to_mail = models.BooleanField(default=False)
    mailed_at = models.DateTimeField(null=True, blank=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mail_after = models.DateTimeField(null=True, blank=True, help_text="Not tried again before.")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_of_user"),
            models.Index(
                fields=["id"], name="notice_to_mail", condition=models.Q(to_mail=True, mailed_at=None)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "once"], condition=~models.Q(once=""), name="told_once"
            )
        ]

    def __str__(self) -> str:
        return self.subject


class NoticeSwitch(models.Model):
    """A kind of notice that somebody does not want by mail."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notice_switches")
    kind = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="one_switch_a_kind")]

    def __str__(self) -> str:
        return f"{self.user_id}: no mail of {self.kind}"
