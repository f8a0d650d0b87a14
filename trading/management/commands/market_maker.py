import signal
import threading
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, connections

from trading.demo.maker import Maker, NotLoaded

TURN_S = 0.4
LONGEST_PAUSE_S = 3.0


class Command(BaseCommand):
    help = "Quote and trade in the demo market until told to stop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1, help="of the fair values' walk")

    def handle(self, *args: object, seed: int, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError("The demo's market makers quote in demo mode only (DEMO=1).")
        asked_to_stop = threading.Event()
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, lambda *_: asked_to_stop.set())
        maker: Maker | None = None
        pause = TURN_S
        while not asked_to_stop.wait(pause):
            try:
                maker = maker or Maker(seed=seed)
                maker.turn(maker.choose())
                pause = TURN_S
            except NotLoaded as error:
                raise CommandError(str(error)) from error
            except (OperationalError, InterfaceError) as error:
                # Whether the last batch got in, the next turn will read.
                if pause == TURN_S:
                    self.stderr.write(f"Waiting for the database: {str(error).splitlines()[0]}")
                pause = min(2 * pause, LONGEST_PAUSE_S)
                connections.close_all()
