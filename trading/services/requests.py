"""What a batch of order entry is made of, and what comes of each request. In ticks and lots."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from trading.engine import CancelReason, OrdType, PostOnly, SelfTrade, Side, TimeInForce


@dataclass(frozen=True, slots=True)
class NewOrderRequest:
    """``linked_cl_ord_id``: the other leg of its pair. Legs name each other, and stand side by side in a
    batch, the stop leg first."""

    account_id: int
    cl_ord_id: str
    listing_id: int
    side: Side
    ord_type: OrdType
    time_in_force: TimeInForce
    order_qty: int
    price: int | None = None
    stop_px: int | None = None
    trail: int | None = None
    display_qty: int | None = None
    min_qty: int | None = None
    post_only: PostOnly | None = None
    self_trade: SelfTrade = SelfTrade.CANCEL_NEWEST
    expire_date: str | None = None  # 2026-12-24
    linked_cl_ord_id: str | None = None


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """Names its order by id, or by the ClOrdID it was entered with (FIX OrigClOrdID)."""

    account_id: int
    cl_ord_id: str
    order_id: int | None = None
    orig_cl_ord_id: str | None = None
    reason: CancelReason = CancelReason.REQUESTED


@dataclass(frozen=True, slots=True)
class ReplaceRequest:
    """``order_qty`` is the new total, as in FIX. Without a ``stop_px`` a waiting stop keeps its own."""

    account_id: int
    cl_ord_id: str
    order_qty: int
    price: int | None
    order_id: int | None = None
    orig_cl_ord_id: str | None = None
    stop_px: int | None = None


@dataclass(frozen=True, slots=True)
class MassCancelRequest:
    """Of one listing or of all, of one side or of both."""

    account_id: int
    cl_ord_id: str
    listing_id: int | None = None
    side: Side | None = None


Request = NewOrderRequest | CancelRequest | ReplaceRequest | MassCancelRequest


def body_of(request: Request) -> dict[str, Any]:
    """What was asked for; what was left open is left out."""
    body: dict[str, Any] = {"kind": type(request).__name__}
    # Not ``asdict``: copying deeply what cannot change costs more than the hash.
    for name in request.__slots__:
        value = getattr(request, name)
        if value is not None:
            body[name] = value
    return body


def beyond_command(request: NewOrderRequest) -> dict[str, Any]:
    """What was asked for that the order's command does not tell: kept with the decision."""
    beyond = {"expire_date": request.expire_date, "linked_cl_ord_id": request.linked_cl_ord_id}
    return {name: value for name, value in beyond.items() if value is not None}


def body_hash(request: Request) -> bytes:
    """Tells a repetition from another order under the same ClOrdID."""
    return hash_of(body_of(request))


def hash_of(body: dict[str, Any]) -> bytes:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).digest()[:16]


@dataclass(frozen=True, slots=True)
class Accepted:
    """In the journal at ``seq``. ``repeated``: it had been there before."""

    order_id: int
    listing_id: int
    seq: int
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class MassAccepted:
    """In the journals of these listings: (listing, seq)."""

    commands: tuple[tuple[int, int], ...]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Recorded as a refusal; the ClOrdID is spent."""

    reasons: list[dict[str, Any]]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """The ClOrdID is spent on another body. Nothing was written."""

    code: str = "CL_ORD_ID_CONFLICT"
    message: str = "This ClOrdID was used for another request."


@dataclass(frozen=True, slots=True)
class NotFound:
    """No such order of this account. Nothing was written."""

    code: str = "UNKNOWN_ORDER"
    message: str = "This account has no such order."


Outcome = Accepted | MassAccepted | Refused | Conflict | NotFound
