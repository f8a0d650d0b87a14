"""The demo bank's next statement: pays what was released, and brings deposits. Demo mode only."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.models import Account
from trading.cash import CashRefused
from trading.cash.statements import cents_of
from trading.demo import bank
from trading.demo.load import NotDemo


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--deposit", action="append", default=[], metavar="ACCOUNT=AMOUNT", help="e.g. A-900101=2500.00"
        )

    def handle(self, *args: Any, deposit: list[str], **options: Any) -> None:
        try:
            name = bank.next_statement([_deposit(written) for written in deposit])
        except (NotDemo, CashRefused) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{name} waits in the bank’s directory: manage.py import_bank_statement takes it in"
        )


def _deposit(written: str) -> bank.Deposit:
    number, _, amount = written.partition("=")
    account = Account.objects.filter(number=number).exclude(kind=Account.Kind.CONTRA).first()
    if account is None:
        raise CommandError(f"There is no account {number}.")
    cents = cents_of(written, amount)
    if cents <= 0:
        raise CommandError(f"{written}: a deposit is of more than nothing.")
    return account, cents
