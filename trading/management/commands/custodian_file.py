"""A custodian's files: write the venue's instructions for it, or take in its messages. CSV, both ways."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal import audit
from trading.models import Custodian
from trading.settlement import custodian_files, custody


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("direction", choices=["out", "in"], help="instructions out, or messages in")
        parser.add_argument("custodian", help="its code")
        parser.add_argument("file", type=Path, help="a CSV file; - for standard output or input")

    def handle(self, *args: Any, direction: str, custodian: str, file: Path, **options: Any) -> None:
        found = Custodian.objects.filter(pk=custodian).first()
        if found is None:
            raise CommandError(f"There is no custodian {custodian}.")
        if direction == "out":
            self._write(found, file)
        else:
            self._read(found, file)

    def _write(self, custodian: Custodian, file: Path) -> None:
        text = custodian_files.write_instructions(custody.instructions_for(custodian))
        if str(file) == "-":
            self.stdout.write(text, ending="")
        else:
            file.write_text(text)
            self.stdout.write(f"{text.count(chr(10)) - 1} instructions for {custodian} in {file}")

    def _read(self, custodian: Custodian, file: Path) -> None:
        try:
            text = sys.stdin.read() if str(file) == "-" else file.read_text()
            messages = custodian_files.read_messages(text)
            custody.receive(custodian=custodian, messages=messages)
        except (OSError, UnicodeDecodeError, custodian_files.UnreadableFile) as error:
            raise CommandError(f"Nothing was taken. {error}") from error
        except custody.MessageRefused as refused:
            said = f"{refused.code}: {refused} (message {refused.message_id})"
            raise CommandError(f"Nothing was taken. {said}") from refused
        facts = {"file": file.name, "messages": len(messages)}
        audit.record(action="CUSTODIAN_FILE_READ", subject=custodian.pk, facts=facts)
        self.stdout.write(f"{len(messages)} messages of {custodian} taken.")
