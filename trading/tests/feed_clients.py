"""What a screen does with the feed: the client's half of the contract, obvious and slow.

Queue what comes, start from a REST snapshot, drop what is old, apply what follows on, start afresh at a
gap, at another epoch, or when two heartbeats in a row are ahead.
"""

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]

# What the book, every message and every heartbeat of a market say of it alike (MKTD-001).
STANDING = ("state", "phase", "halt", "auction", "reference_px", "bands")


class Client:
    """What both kinds of client have in common. ``fetch`` reads the REST snapshot."""

    def __init__(self, fetch: Callable[[], Json]) -> None:
        self._fetch = fetch
        self.reload()

    def reload(self) -> None:
        snapshot = self._fetch()
        self.epoch, self.seq = snapshot["epoch"], snapshot["seq"]
        self._late = 0
        self.start_from(snapshot)

    def receive(self, message: Json) -> None:
        if message["type"] == "heartbeat":
            self._heartbeat(message)
        elif message["epoch"] != self.epoch or message["prev_seq"] > self.seq:
            self.reload()
        elif message["seq"] > self.seq:
            self.apply(message)
            self.seq = message["seq"]
            self._late = 0

    def _heartbeat(self, message: Json) -> None:
        behind = message["epoch"] != self.epoch or message["seq"] > self.seq
        self._late = self._late + 1 if behind else 0
        if self._late >= 2:
            self.reload()

    def start_from(self, snapshot: Json) -> None:
        raise NotImplementedError

    def apply(self, message: Json) -> None:
        raise NotImplementedError


class MarketClient(Client):
    """The book of one listing, and its phase."""

    def start_from(self, snapshot: Json) -> None:
        self.sides = {side: {px: (qty, n) for px, qty, n in snapshot[side]} for side in ("bids", "asks")}
        self.standing = {name: snapshot[name] for name in STANDING}

    def apply(self, message: Json) -> None:
        for side, levels in self.sides.items():
            for px, qty, n in message[side]:
                if qty == "0":
                    levels.pop(px, None)
                else:
                    levels[px] = (qty, n)
        self.standing = {name: message[name] for name in STANDING}


class AccountClient(Client):
    """An account's orders and executions in one listing."""

    def start_from(self, snapshot: Json) -> None:
        self.orders = {order["id"]: order for order in snapshot["orders"]}
        self.executions = {execution["id"]: execution for execution in snapshot["executions"]}

    def apply(self, message: Json) -> None:
        self.orders |= {order["id"]: order for order in message["orders"]}
        self.executions |= {execution["id"]: execution for execution in message["executions"]}
