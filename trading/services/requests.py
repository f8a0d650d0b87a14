"""What a batch of order entry is made of, and what comes of each request. In ticks and lots."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from trading.engine import CancelReason, OrdType, Side, TimeInForce


@dataclass(frozen=True, slots=True)
class NewOrderRequest:
    account_id: int
    cl_ord_id: str
    listing_id: int
    side: Side
    ord_type: OrdType
    time_in_force: TimeInForce
    order_qty: int
    price: int | None = None


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
    """``order_qty`` is the new total, as in FIX."""

    account_id: int
    cl_ord_id: str
    order_qty: int
    price: int
    order_id: int | None = None
    orig_cl_ord_id: str | None = None


Request = NewOrderRequest | CancelRequest | ReplaceRequest


def body_of(request: Request) -> dict[str, Any]:
    # Not ``asdict``: copying deeply what cannot change costs more than the hash.
    return {"kind": type(request).__name__, **{name: getattr(request, name) for name in request.__slots__}}


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


Outcome = Accepted | Refused | Conflict | NotFound
