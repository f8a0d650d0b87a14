"""Reasons entry itself has, besides the gates'."""

from portal.models import Account
from trading import gates, words
from trading.engine import OrdType, Side
from trading.models import Order
from trading.services.entry.terms import Terms, is_waiting_stop
from trading.services.requests import ReplaceRequest

FUNDS = "17 CFR 240.15c3-5(c)(1)(i)"


def alone(reason: gates.Reason) -> gates.Verdict:
    """A verdict no gate had a part in."""
    return gates.Verdict(reasons=(reason,), facts={}, rules={})


def unfunded(terms: Terms, needed: int, available: int) -> gates.Reason:
    if terms.side == Side.BUY:
        return gates.Reason(
            code="RISK-CASH",
            message=f"This needs {words.cash(needed)} at worst; {words.cash(available)} is available.",
            citation=FUNDS,
            next_step="Enter a smaller order, or cancel an open one that holds cash.",
        )
    listing = terms.listing
    return gates.Reason(
        code="RISK-POSITION",
        message=(
            f"This needs {words.quantity(listing, needed)}; "
            f"{words.quantity(listing, available)} is available. Short sales are not taken."
        ),
        citation=FUNDS,
        next_step="Enter a smaller quantity, or cancel an open order that holds some.",
    )


def too_many_orders(account: Account) -> gates.Reason:
    return gates.Reason(
        code="RISK-ORDERS",
        message=f"This account may have {account.max_open_orders:,} open orders at most.",
        citation=FUNDS,
        next_step="Cancel an open order first.",
    )


def pair_triggered(stop: Terms) -> gates.Reason:
    """ORDT-065"""
    listing, buys = stop.listing, stop.side == Side.BUY
    where, than = ("above", "below") if buys else ("below", "above")
    return gates.Reason(
        code="PAIR-TRIGGERED",
        message=(
            f"The last trade, at {words.price(listing, listing.market.last_px)}, meets the stop price, "
            f"{words.price(listing, stop.conditions.stop_px)}: the limit order would be canceled at once."
        ),
        next_step=f"Enter a stop price {where} the last trade, and a limit {than} it. Are the two swapped?",
    )


def too_late(order: Order) -> gates.Reason:
    return gates.Reason(
        code="TOO_LATE",
        message=f"This order is {order.get_ord_status_display().lower()}; nothing of it is left to change.",
        citation="FIX CxlRejReason 0",
        next_step="Look at what became of it; there is nothing left to do.",
    )


def not_replaceable(request: ReplaceRequest, order: Order) -> gates.Reason | None:
    """What the engine would reject whatever happens to the order until then (RPLC-007, 010, 011)."""
    message = None
    if order.linked_order_id is not None and order.triggered_at is None:
        return gates.Reason(
            code="LINKED_ORDER",
            message="The legs of a pair cannot be changed.",
            next_step="Cancel the pair, and enter another.",
        )
    if (request.price is None) != (order.price is None):
        message = (
            "This order has no limit, and cannot be given one."
            if order.price is None
            else "This order has a limit, and must keep one."
        )
    elif request.stop_px is not None and not is_waiting_stop(order):
        message = "This order does not wait for a stop price."
    elif request.stop_px is not None and order.ord_type == OrdType.TRAILING_STOP:
        message = "The stop price of a trailing stop moves by itself: only its quantity can be changed."
    if message is None:
        return None
    return gates.Reason(code="UNSUPPORTED_ORDER", message=message, next_step="Cancel it, and enter another.")
