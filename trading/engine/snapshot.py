"""A market as a JSON-able dict and back, and the hash that two equal markets share.

A snapshot is a cache: whoever loads one behaves from then on as if it had folded the journal.
"""

import hashlib
import json
from collections import deque
from collections.abc import Iterable
from typing import Any

from .book import Special, WorkingOrder, by_arrival
from .commands import ScheduledPhase
from .floor import Halt, ListingParams
from .machine import EngineError, Market
from .types import OrdType, Phase, PostOnly, SelfTrade, Side, TimeInForce

VERSION = 2

# A working order is written as the row of these, in this order: a deep book has many.
_ORDER_FIELDS = (
    "order_id", "account_id", "owner_id", "price", "order_qty", "leaves_qty", "hidden_qty", "expire_at",
    "arrival", "queued", "self_trade",
)  # fmt: skip
_SPECIAL_FIELDS = ("ord_type", "time_in_force", "stop_px", "trail", "display_qty", "post_only")
_PLAIN_FIELDS = ("last_seq", "last_at", "event_seq", "last_px", "reference_px", "phase_until", "call_until")

Row = list[Any]


def dump(market: Market) -> dict[str, Any]:
    return {
        "version": VERSION,
        "listing_id": market.listing_id,
        **{field: getattr(market, field) for field in _PLAIN_FIELDS},
        "params": market.params._asdict() if market.params else None,
        "phase": str(market.phase),
        "scheduled": str(market.scheduled),
        "schedule": [[entry.at, str(entry.phase), entry.announced_at] for entry in market.schedule],
        "halt": market.halt._asdict() if market.halt else None,
        "order_fields": [*_ORDER_FIELDS, *_SPECIAL_FIELDS],
        # Each side in priority order: the queues are the state, the level totals are not.
        "book": {str(side): _rows(market.in_priority(side)) for side in Side},
        "stops": {str(side): _rows(o for o in market.stops.by_arrival() if o.side is side) for side in Side},
        "met": [order.order_id for order in market.stops.by_arrival() if market.stops.is_met(order)],
        "at_auction": {
            str(side): _rows(
                sorted((o for o in market.at_auction.values() if o.side is side), key=by_arrival)
            )
            for side in Side
        },
        "pairs": [
            [order.order_id, order.linked.order_id] for order in market.stops.by_arrival() if order.linked
        ],
    }


def load(snapshot: dict[str, Any]) -> Market:
    if snapshot["version"] != VERSION:
        raise EngineError(f"snapshot version {snapshot['version']}: fold the journal instead")
    market = Market(snapshot["listing_id"])
    for field in _PLAIN_FIELDS:
        setattr(market, field, snapshot[field])
    market.params = ListingParams(**snapshot["params"]) if snapshot["params"] else None
    market.phase = Phase(snapshot["phase"])
    market.scheduled = Phase(snapshot["scheduled"])
    market.schedule = deque(
        ScheduledPhase(at, Phase(phase), announced_at) for at, phase, announced_at in snapshot["schedule"]
    )
    market.halt = Halt(**snapshot["halt"]) if snapshot["halt"] else None
    met = set(snapshot["met"])
    for order in _orders(snapshot["stops"]):
        market.stops.add(order, None, met=order.order_id in met)
    market.restore(_orders(snapshot["book"]), _orders(snapshot["at_auction"]))
    for stop_id, limit_id in snapshot["pairs"]:
        _link(market.orders[stop_id], market.orders[limit_id])
    market.reckon_due()
    return market


def _rows(orders: Iterable[WorkingOrder]) -> list[Row]:
    return [
        [getattr(order, field) for field in _ORDER_FIELDS]
        + ([getattr(order.special, field) for field in _SPECIAL_FIELDS] if order.special else [])
        for order in orders
    ]


def _orders(rows: dict[str, list[Row]]) -> list[WorkingOrder]:
    return [_order(side, row) for side in Side for row in rows[side]]


def _order(side: Side, row: Row) -> WorkingOrder:
    known = dict(zip(_ORDER_FIELDS, row[: len(_ORDER_FIELDS)], strict=True))
    leaves_qty, hidden_qty, queued = (known.pop(field) for field in ("leaves_qty", "hidden_qty", "queued"))
    self_trade = SelfTrade(known.pop("self_trade"))
    order = WorkingOrder(
        side=side, self_trade=self_trade, special=_special(row[len(_ORDER_FIELDS) :]), **known
    )
    order.leaves_qty, order.hidden_qty, order.queued = leaves_qty, hidden_qty, queued
    return order


def _special(row: Row) -> Special | None:
    if not row:
        return None
    ord_type, time_in_force, stop_px, trail, display_qty, post_only = row
    return Special(
        OrdType(ord_type), TimeInForce(time_in_force), stop_px, trail, display_qty,
        PostOnly(post_only) if post_only else None,
    )  # fmt: skip


def _link(one: WorkingOrder, other: WorkingOrder) -> None:
    assert one.special is not None and other.special is not None
    one.special.linked, other.special.linked = other, one


def state_hash(market: Market) -> str:
    return snapshot_hash(dump(market))


def snapshot_hash(snapshot: dict[str, Any]) -> str:
    """The hash of the market the snapshot was taken from, whatever storage did to the order of keys."""
    canonical = json.dumps(snapshot, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
