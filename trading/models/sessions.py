"""Sessions whose end cancels orders."""

from django.conf import settings
from django.db import models

from portal.models import Account


class DisconnectGuard(models.Model):
    """A live session that asked for cancel-on-disconnect (ORDT-070): its process keeps ``seen_at`` fresh, and
    where it no longer does, the sweep cancels in its place."""

    channel = models.CharField(max_length=120)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "account"], name="one_guard")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.channel}"
