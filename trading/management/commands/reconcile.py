"""Compare the books with lots, register, custodian and bank; exit 1 where they differ."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from trading.reconciliation.comparing import in_words, reconcile_all


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        made = reconcile_all()
        for row in made:
            self.stdout.write(in_words(row))
        if not all(row.agrees for row in made):
            sys.exit(1)
