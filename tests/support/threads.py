"""Threads that race on one database."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection


class Racer(threading.Thread):
    """Calls something with a database connection of its own; keeps what came of it."""

    def __init__(self, call: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._call = call
        self.result: Any = None
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self.result = self._call()
        except Exception as error:
            self.error = error
        finally:
            connection.close()

    def outcome(self) -> Any:
        self.join(60)
        assert not self.is_alive()
        if self.error is not None:
            raise self.error
        return self.result


def race(*calls: Callable[[], Any]) -> list[Any]:
    """Call all at once; return what each returned, or raise what one of them raised."""
    racers = [Racer(call) for call in calls]
    for racer in racers:
        racer.join(60)
    return [racer.outcome() for racer in racers]
