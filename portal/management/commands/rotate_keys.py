"""Wrap every key of personal data with the first of ENCRYPTION_KEYS; then the others may be taken away."""

from typing import Any

from django.core.management.base import BaseCommand

from portal import audit, vault


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        count = vault.rewrap()
        audit.record(action="KEYS_ROTATED", subject="keys", facts={"keys": count})
        self.stdout.write(f"{count:,} keys are wrapped with the first of ENCRYPTION_KEYS.")
