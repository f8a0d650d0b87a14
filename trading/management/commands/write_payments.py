"""Write the file that tells the bank what to pay: what was released and is not yet paid (docs/bank.md)."""

from typing import Any

from django.core.management.base import BaseCommand

from portal import clock
from trading.cash import inbox
from trading.cash.payments import payment_file


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        text = payment_file(by=None)
        path = inbox.write_payments(text, clock.now())
        self.stdout.write(f"{len(text.splitlines()) - 1} payments in {path}")
