"""A stand-in for a custodian: it affirms and settles whatever it is told, through the files any other would
send. Of a demo or a test; a real custodian answers for itself."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from trading.models import Custodian
from trading.settlement import custodian_files, custody

PAUSE_SECONDS = 1.0


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("custodian", help="its code")
        parser.add_argument("--once", action="store_true", help="answer what there is, and end")

    def handle(self, *args: Any, custodian: str, once: bool, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Nobody stands in for a custodian but in demo mode (DEMO=1).")
        found = Custodian.objects.filter(pk=custodian).first()
        if found is None:
            raise CommandError(f"There is no custodian {custodian}.")
        while True:
            told = custodian_files.write_instructions(custody.instructions_for(found))
            messages = custodian_files.read_messages(custodian_files.agreeable_answers(told))
            try:
                custody.receive(custodian=found, messages=messages)
            except custody.MessageRefused as refused:  # what it was told has changed meanwhile
                self.stderr.write(f"{refused.code}: {refused}")
            else:
                self.stdout.write(f"{len(messages)} messages") if messages else None
            if once:
                return
            time.sleep(PAUSE_SECONDS)
