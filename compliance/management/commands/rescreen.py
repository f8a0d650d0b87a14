"""Hold all of the venue's people against the sanctions lists now, with progress; an unfinished run is carried
on first."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.models import ScreeningRun
from compliance.screening import lists, rescreening


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        in_force = lists.in_force()
        if not in_force:
            raise CommandError("NOTHING_LOADED: No list is loaded. Load one: manage.py load_sanctions DIR.")
        rescreening.start(ScreeningRun.Cause.ASKED, in_force)
        for run in rescreening.unfinished():
            while rescreening.carry_on(run):
                run.refresh_from_db()
                self.stderr.write(f"{run}: {run.done} of {run.people} people")
            run.refresh_from_db()
            self.stdout.write(f"{run}: {run.done} people, {run.entries} entries, {run.hits} new hits.")
