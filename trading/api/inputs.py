"""Requests: shape only. Strings become ticks and lots here, exactly or not at all."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core.validators import RegexValidator
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from portal.api.errors import invalid
from portal.api.inputs import IdField, Input, Text
from trading.engine import (
    MOST_DISPLAYS,
    RESTING,
    STOPS,
    TIMES_IN_FORCE,
    OrdType,
    PostOnly,
    SelfTrade,
    Side,
    TimeInForce,
)
from trading.models import Listing
from trading.services.requests import NewOrderRequest

NUMBER = re.compile(r"[0-9]{1,40}(\.[0-9]{1,40})?")  # not \d: that takes the digits of every script
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
GTD, IOC = TimeInForce.GTD, TimeInForce.IOC
SELF_TRADE = [mode.value for mode in SelfTrade if mode != SelfTrade.ALLOW]  # STPR-010
FURTHEST = timedelta(days=366)
CENT = Decimal("0.01")
MOST_CHOICES = 200  # lots for one sale
MAX_UNITS = 2**53  # lots or ticks; what every client can count exactly


class ClOrdIdField(Text):
    """Made by the client, once for each thing it wants done."""

    def __init__(self) -> None:
        super().__init__(
            max_length=64,
            help_text="FIX ClOrdID: made by you, another for each order, cancel and replace.",
            validators=[RegexValidator(r"^[A-Za-z0-9_.:-]+\Z", "1 to 64 letters, digits and _ . : -")],
        )


@extend_schema_field({"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$", "example": "12.50"})
class DecimalString(serializers.Field):
    """A plain decimal number in a string. JSON numbers are taken only where they are whole."""

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, str | int):
            raise serializers.ValidationError("Send a decimal number as a string.", code="NOT_A_NUMBER")
        if not NUMBER.fullmatch(str(data)):
            raise serializers.ValidationError(
                "Not a positive decimal number like 12.50.", code="NOT_A_NUMBER"
            )
        value = Decimal(data)
        if value <= 0:
            raise serializers.ValidationError("Must be above zero.", code="NOT_POSITIVE")
        return value


class Optional(DecimalString):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_null=True, **kwargs)


class DateField(serializers.DateField):
    """An exchange date: 2026-12-24, and nothing else."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_null=True, input_formats=["%Y-%m-%d"], **kwargs)

    def to_internal_value(self, data: Any) -> date:
        if not isinstance(data, str) or not DATE.fullmatch(data):
            raise serializers.ValidationError("Not a date like 2026-12-24.", code="NOT_A_DATE")
        value: date = super().to_internal_value(data)
        return value


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A limit order, good for the day",
            {
                "account": 12, "cl_ord_id": "d2f1c0a4-1", "symbol": "ACME", "side": "BUY",
                "ord_type": "LIMIT",
                "time_in_force": "DAY", "order_qty": "100", "price": "12.50",
            },
        ),
        OpenApiExample(
            "A market order, for now or never",
            {
                "account": 12, "cl_ord_id": "d2f1c0a4-2", "symbol": "ACME", "side": "SELL",
                "ord_type": "MARKET", "time_in_force": "IOC", "order_qty": "20",
            },
        ),
        OpenApiExample(
            "A stop order that follows the market",
            {
                "account": 12, "cl_ord_id": "d2f1c0a4-5", "symbol": "ACME", "side": "SELL",
                "ord_type": "TRAILING_STOP", "time_in_force": "GTC", "order_qty": "20", "trail": "0.50",
            },
        ),
    ]
)  # fmt: skip
class OrderInput(Input):
    account = IdField(help_text="One of your own accounts.")
    cl_ord_id = ClOrdIdField()
    symbol = Text(max_length=12)
    side = serializers.ChoiceField([s.value for s in Side])
    ord_type = serializers.ChoiceField([t.value for t in OrdType])
    time_in_force = serializers.ChoiceField(
        [t.value for t in TimeInForce],
        help_text="A market order does not rest: IOC, FOK, AT_OPEN or AT_CLOSE. A stop order waits: DAY, GTC "
        "or GTD.",
    )
    order_qty = DecimalString(help_text="A whole number of the listing's lots.")
    price = Optional(help_text="Of a LIMIT or STOP_LIMIT order: a whole number of the listing's ticks.")
    stop_px = Optional(help_text="Of a STOP or STOP_LIMIT order: the trade that triggers it.")
    trail = Optional(help_text="Of a TRAILING_STOP order: how far it stays from the market.")
    display_qty = Optional(help_text="How much of it is shown at a time.")
    min_qty = Optional(help_text="Canceled, if it cannot trade this much at once.")
    post_only = serializers.ChoiceField(
        [p.value for p in PostOnly], required=False, allow_null=True,
        help_text="Never takes from the book: rejected, or set a step back, if it would.",
    )  # fmt: skip
    self_trade = serializers.ChoiceField(
        SELF_TRADE, required=False, help_text="What prevents a trade with an order of the same owner."
    )
    expire_date = DateField(help_text="Of a GTD order: its last day on the exchange.")


@extend_schema_serializer(
    examples=[OpenApiExample("Cancel what is left", {"cl_ord_id": "d2f1c0a4-3"}, request_only=True)]
)
class CancelInput(Input):
    cl_ord_id = ClOrdIdField()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Less, at the same price", {"cl_ord_id": "d2f1c0a4-4", "order_qty": "50", "price": "12.50"}
        )
    ]
)
class ReplaceInput(Input):
    cl_ord_id = ClOrdIdField()
    order_qty = DecimalString(help_text="The new total quantity, what has traded included.")
    price = Optional(help_text="Of an order with a limit.")
    stop_px = Optional(help_text="Of a waiting stop order; left out, it stays.")


class LimitLegInput(Input):
    cl_ord_id = ClOrdIdField()
    price = DecimalString()


class StopLegInput(Input):
    cl_ord_id = ClOrdIdField()
    ord_type = serializers.ChoiceField([t.value for t in STOPS])
    stop_px = Optional()
    trail = Optional()
    price = Optional()


class PairInput(Input):
    account = IdField(help_text="One of your own accounts.")
    symbol = Text(max_length=12)
    side = serializers.ChoiceField([s.value for s in Side])
    order_qty = DecimalString(help_text="Of either leg.")
    time_in_force = serializers.ChoiceField([t.value for t in RESTING])
    expire_date = DateField(help_text="Of a GTD pair: its last day on the exchange.")
    limit = LimitLegInput()
    stop = StopLegInput()


class CancelAllInput(Input):
    account = IdField(help_text="One of your own accounts.")
    cl_ord_id = ClOrdIdField()
    symbol = Text(max_length=12, required=False, allow_null=True, help_text="Of this listing only.")
    side = serializers.ChoiceField(
        [s.value for s in Side], required=False, allow_null=True, help_text="Of this side only."
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "One's own account at a bank",
            {
                "account": 12, "holder": "Ada Example", "bank_name": "First Example Bank",
                "routing_number": "021000021", "account_number": "000123456789",
            },
            request_only=True,
        )
    ]
)  # fmt: skip
class BankAccountInput(Input):
    account = IdField(help_text="One of your own accounts.")
    holder = Text(max_length=140, help_text="As the bank knows them: nobody but the account's holder.")
    bank_name = Text(max_length=140)
    routing_number = Text(max_length=20, help_text="ABA, nine digits.")
    account_number = Text(max_length=40)


class WithdrawalInput(Input):
    account = IdField(help_text="One of your own accounts.")
    bank_account_id = IdField(help_text="One that is verified, and no longer new.")
    amount = DecimalString(help_text="In dollars and whole cents.")
    request_id = Text(max_length=64, help_text="Made by you: asked again under it, it is asked once.")


class LotChoiceInput(Input):
    lot = IdField(help_text="One of the account's lots of this security.")
    qty = DecimalString(help_text="A whole number of the listing's lots.")


@extend_schema_serializer(examples=[OpenApiExample("First in, first out", {"lots": []}, request_only=True)])
class LotChoicesInput(Input):
    lots = serializers.ListField(
        child=LotChoiceInput(), max_length=MOST_CHOICES, help_text="The rest goes first in, first out."
    )


def new_order(data: dict[str, Any], listing: Listing, *, at: datetime) -> NewOrderRequest:
    """Check what one field means for another, and for the listing's tick, lot and day."""
    ord_type, time_in_force = OrdType(data["ord_type"]), TimeInForce(data["time_in_force"])
    _check_times(ord_type, time_in_force)
    _check_prices(data, ord_type)
    day = data.get("expire_date")
    _check_expire_date(day, time_in_force, listing, at)
    _check_conditions(data, ord_type, time_in_force)
    post_only = data.get("post_only")
    return NewOrderRequest(
        account_id=data["account"], cl_ord_id=data["cl_ord_id"], listing_id=listing.pk,
        side=Side(data["side"]), ord_type=ord_type, time_in_force=time_in_force,
        order_qty=lots(data["order_qty"], listing),
        price=optional(ticks, data, "price", listing), stop_px=optional(ticks, data, "stop_px", listing),
        trail=optional(ticks, data, "trail", listing),
        display_qty=optional(lots, data, "display_qty", listing),
        min_qty=optional(lots, data, "min_qty", listing),
        post_only=PostOnly(post_only) if post_only else None,
        self_trade=SelfTrade(data.get("self_trade") or SelfTrade.CANCEL_NEWEST),
        expire_date=day.isoformat() if day else None,
    )  # fmt: skip


def pair(data: dict[str, Any], listing: Listing, *, at: datetime) -> tuple[NewOrderRequest, NewOrderRequest]:
    """The stop leg and the limit leg, which name each other (ORDT-060)."""
    shared = {k: data.get(k) for k in ("account", "side", "order_qty", "time_in_force", "expire_date")}
    stop = new_order(shared | data["stop"], listing, at=at)
    limit = new_order(shared | data["limit"] | {"ord_type": OrdType.LIMIT}, listing, at=at)
    if stop.cl_ord_id == limit.cl_ord_id:
        raise invalid("CL_ORD_IDS_ALIKE", "Each leg needs a ClOrdID of its own.", field="cl_ord_id")
    return (
        replace(stop, linked_cl_ord_id=limit.cl_ord_id),
        replace(limit, linked_cl_ord_id=stop.cl_ord_id),
    )


def _check_times(ord_type: OrdType, time_in_force: TimeInForce) -> None:
    if time_in_force in TIMES_IN_FORCE[ord_type]:
        return
    message = (
        "A market order does not rest on the book: use IOC, FOK, AT_OPEN or AT_CLOSE."
        if ord_type == OrdType.MARKET
        else "A stop order waits for its price: use DAY, GTC or GTD."
    )
    raise invalid("TIME_IN_FORCE_NOT_TAKEN", message, field="time_in_force")


# Which prices an order of each type has.
PRICES: dict[str, tuple[OrdType, ...]] = {
    "price": (OrdType.LIMIT, OrdType.STOP_LIMIT),
    "stop_px": (OrdType.STOP, OrdType.STOP_LIMIT),
    "trail": (OrdType.TRAILING_STOP,),
}
TYPE_WORDS = {
    OrdType.LIMIT: "A limit order", OrdType.MARKET: "A market order", OrdType.STOP: "A stop order",
    OrdType.STOP_LIMIT: "A stop-limit order", OrdType.TRAILING_STOP: "A trailing stop order",
}  # fmt: skip
PRICE_WORDS = {"price": "price", "stop_px": "stop price", "trail": "trail"}


def _check_prices(data: dict[str, Any], ord_type: OrdType) -> None:
    for name, types in PRICES.items():
        given = data.get(name) is not None
        subject, word = TYPE_WORDS[ord_type], PRICE_WORDS[name]
        if ord_type in types and not given:
            raise invalid(f"{name.upper()}_REQUIRED", f"{subject} needs a {word}.", field=name)
        if given and ord_type not in types:
            raise invalid(f"{name.upper()}_NOT_TAKEN", f"{subject} has no {word} of its own.", field=name)


def _check_expire_date(day: date | None, time_in_force: TimeInForce, listing: Listing, at: datetime) -> None:
    if time_in_force != GTD:
        if day is not None:
            raise invalid("EXPIRE_DATE_NOT_TAKEN", "Only a GTD order ends on a date.", field="expire_date")
        return
    if day is None:
        raise invalid("EXPIRE_DATE_REQUIRED", "A GTD order needs its last day.", field="expire_date")
    today = at.astimezone(ZoneInfo(listing.time_zone)).date()
    if day < today:
        raise invalid("EXPIRE_DATE_PAST", "That day is over.", field="expire_date")
    if day > today + FURTHEST:
        raise invalid("EXPIRE_DATE_TOO_FAR", "An order is good for a year at most.", field="expire_date")


def _check_conditions(data: dict[str, Any], ord_type: OrdType, time_in_force: TimeInForce) -> None:
    """ORDT-032, ORDT-042, ORDT-051."""
    qty, display_qty, min_qty = data["order_qty"], data.get("display_qty"), data.get("min_qty")
    rests = ord_type == OrdType.LIMIT and time_in_force in RESTING
    for name in ("display_qty", "post_only"):
        if data.get(name) is not None and not rests:
            message = "Only a limit order that rests may have this: DAY, GTC or GTD."
            raise invalid(f"{name.upper()}_NOT_TAKEN", message, field=name)
    if display_qty is not None and not display_qty <= qty <= MOST_DISPLAYS * display_qty:
        message = "Show a hundredth of the order at least, and all of it at most."
        raise invalid("DISPLAY_QTY_OUT_OF_RANGE", message, field="display_qty")
    if min_qty is None:
        return
    at_once = ord_type in (OrdType.LIMIT, OrdType.MARKET) and time_in_force == IOC
    if not rests and not at_once:
        message = "Only a limit order that rests, or an IOC order, may have this."
        raise invalid("MIN_QTY_NOT_TAKEN", message, field="min_qty")
    if data.get("post_only") is not None:
        message = "What must trade at once cannot be kept from doing so."
        raise invalid("MIN_QTY_NOT_TAKEN", message, field="min_qty")
    if min_qty > qty:
        raise invalid("MIN_QTY_OUT_OF_RANGE", "That is more than the order is for.", field="min_qty")


def optional(
    units: Callable[[Decimal, Listing, str], int], data: dict[str, Any], field: str, listing: Listing
) -> int | None:
    value = data.get(field)
    return None if value is None else units(value, listing, field)


def lot_choices(data: dict[str, Any], listing: Listing) -> dict[int, int]:
    """How much of which lot, in lots of the listing."""
    chosen = {choice["lot"]: lots(choice["qty"], listing, "lots") for choice in data["lots"]}
    if len(chosen) < len(data["lots"]):
        raise invalid("LOT_TWICE", "Name each lot once.", field="lots")
    return chosen


def cents(dollars: Decimal, field: str) -> int:
    return _units(dollars, CENT, field, "AMOUNT_OFF_CENT", "Amounts come in steps of")


def ticks(price: Decimal, listing: Listing, field: str = "price") -> int:
    return _units(price, listing.tick_size, field, "PRICE_OFF_TICK", "Prices move in steps of")


def lots(qty: Decimal, listing: Listing, field: str = "order_qty") -> int:
    return _units(qty, listing.lot_size, field, "QTY_OFF_LOT", "Quantities come in lots of")


def _units(value: Decimal, unit: Decimal, field: str, code: str, sentence: str) -> int:
    if value > MAX_UNITS * unit:
        raise invalid("TOO_LARGE", "That is more than the venue can count.", field=field)
    if value % unit:  # exact, whereas a quotient may be rounded to a whole number
        raise invalid(code, f"{sentence} {unit.normalize():f}.", field=field)
    return int(value / unit)
