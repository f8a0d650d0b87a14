"""Recompute every balance, hold and lot from transfers, trades and working orders, and hold every settlement
against its trade; exit 1 if anything differs."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from trading.verification import of_one_moment, verify_ledger


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        with of_one_moment():
            verified = verify_ledger()
        for line in verified.findings.lines():
            self.stdout.write(line)
        self.stdout.write(
            f"accounts={verified.accounts} balances={verified.balances} transfers={verified.transfers} "
            f"identical={'no' if verified.findings else 'yes'}"
        )
        if verified.findings:
            sys.exit(1)
