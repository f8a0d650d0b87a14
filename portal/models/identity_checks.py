"""What outside providers of identity checks were asked, and what they sent back."""

from django.db import models

from portal.models.onboarding import Application
from portal.records import Record


class ProviderCase(models.Model):
    """An application put before a provider; asked again until it answers or a person takes over."""

    class Status(models.TextChoices):
        TO_ASK = "TO_ASK", "To be asked"
        ASKED = "ASKED", "Asked"
        ANSWERED = "ANSWERED", "Answered"
        GIVEN_UP = "GIVEN_UP", "Given up: a person looks"

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="provider_cases")
    round = models.PositiveIntegerField(help_text="Of which time it was sent in, from 1.")
    provider = models.CharField(max_length=40)
    reference = models.CharField(max_length=100, blank=True, help_text="The provider's own.")
    status = models.CharField(max_length=10, choices=Status, default=Status.TO_ASK)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "round", "provider"], name="one_case_a_provider_and_round"
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.application_id}"


class ProviderMessage(Record):
    """A signed message of a provider, as it came: taken once."""

    provider = models.CharField(max_length=40)
    message_id = models.CharField(max_length=100)
    case = models.ForeignKey(ProviderCase, on_delete=models.PROTECT, null=True, related_name="messages")
    body = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "message_id"], name="message_taken_once")]

    def __str__(self) -> str:
        return f"{self.provider} {self.message_id}"
