from django.core.management.base import BaseCommand, CommandError

from trading import demo
from trading.demo import load
from trading.demo.people import TOTP_SECRET


class Command(BaseCommand):
    help = "Load the demo market, as far as it is not there yet, and show who can sign in."

    def handle(self, *args: object, **options: object) -> None:
        try:
            load.load()
        except load.NotDemo as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"  {'Sign in as':<22} {'with password':<18}".rstrip())
        for person in demo.sign_ins():
            self.stdout.write(f"  {person['email']:<22} {person['password']:<18} {person['role']}")
        self.stdout.write(f"  The sign-in page shows the code, too; an app gets it from {TOTP_SECRET}.")
