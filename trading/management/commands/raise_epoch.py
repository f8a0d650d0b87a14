"""After a restore to an earlier moment: tell readers that the listings' events start afresh."""

from typing import Any

from django.core.management.base import BaseCommand

from trading.services import listings


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        raised = listings.raise_epoch()
        self.stdout.write(f"The epoch of {raised} listings is raised.")
