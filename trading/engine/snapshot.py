"""A market as a JSON-able dict and back, and the hash that two equal markets share.

A snapshot is a cache: whoever loads one behaves from then on as if it had folded the journal.
"""

import hashlib
import json
from operator import attrgetter
from typing import Any

from .book import WorkingOrder
from .machine import EngineError, Halt, ListingParams, Market
from .types import Phase, Side

VERSION = 2

# A working order is written as the row of these, in this order: a deep book has many.
_ORDER_FIELDS = ("order_id", "account_id", "price", "order_qty", "leaves_qty", "expire_at", "arrival")
_order_row = attrgetter(*_ORDER_FIELDS)


def dump(market: Market) -> dict[str, Any]:
    return {
        "version": VERSION,
        "listing_id": market.listing_id,
        "last_seq": market.last_seq,
        "last_at": market.last_at,
        "event_seq": market.event_seq,
        "params": market.params._asdict() if market.params else None,
        "phase": str(market.phase),
        "halt": market.halt._asdict() if market.halt else None,
        # Each side in priority order: the queues are the state, the level totals are not.
        "order_fields": list(_ORDER_FIELDS),
        "orders": {str(side): [list(_order_row(o)) for o in market.in_priority(side)] for side in Side},
    }


def load(snapshot: dict[str, Any]) -> Market:
    if snapshot["version"] != VERSION:
        raise EngineError(f"snapshot version {snapshot['version']}: fold the journal instead")
    market = Market(snapshot["listing_id"])
    market.last_seq = snapshot["last_seq"]
    market.last_at = snapshot["last_at"]
    market.event_seq = snapshot["event_seq"]
    market.params = ListingParams(**snapshot["params"]) if snapshot["params"] else None
    market.phase = Phase(snapshot["phase"])
    market.halt = Halt(**snapshot["halt"]) if snapshot["halt"] else None
    market.restore(
        WorkingOrder(side=side, **dict(zip(_ORDER_FIELDS, row, strict=True)))
        for side in Side
        for row in snapshot["orders"][side]
    )
    return market


def state_hash(market: Market) -> str:
    return snapshot_hash(dump(market))


def snapshot_hash(snapshot: dict[str, Any]) -> str:
    """The hash of the market the snapshot was taken from, whatever storage did to the order of keys."""
    canonical = json.dumps(snapshot, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
