"""Requests: shape only. Strings become ticks and lots here, exactly or not at all."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.validators import RegexValidator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from trading.api.errors import invalid
from trading.engine import OrdType, Side, TimeInForce
from trading.models import Listing
from trading.services.requests import NewOrderRequest

NUMBER = re.compile(r"[0-9]{1,40}(\.[0-9]{1,40})?")  # not \d: that takes the digits of every script
ID = re.compile(r"[0-9]{1,18}")
RESTING = (TimeInForce.DAY, TimeInForce.GTC)
MAX_UNITS = 2**53  # lots or ticks; what every client can count exactly


class Input(serializers.Serializer):
    # No field it does not know: an order must not be entered without what its sender misspelt.
    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, Mapping):
            for name in data.keys() - self.fields.keys():
                raise serializers.ValidationError({name: "There is no such field."}, code="UNKNOWN_FIELD")
        values: dict[str, Any] = super().to_internal_value(data)
        return values


class Text(serializers.CharField):
    """A JSON string, as it is; Django REST framework would take numbers too, and trim."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class ClOrdIdField(Text):
    """Made by the client, once for each thing it wants done."""

    def __init__(self) -> None:
        super().__init__(
            max_length=64,
            help_text="FIX ClOrdID: made by you, another for each order, cancel and replace.",
            validators=[RegexValidator(r"^[A-Za-z0-9_.:-]+\Z", "1 to 64 letters, digits and _ . : -")],
        )


@extend_schema_field(OpenApiTypes.INT64)
class IdField(serializers.Field):
    """Answers give ids as strings; a string of digits is as good as the number."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, str | int) or not ID.fullmatch(str(data)):
            raise serializers.ValidationError("Not an id.", code="NOT_AN_ID")
        return int(data)


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
    ]
)  # fmt: skip
class OrderInput(Input):
    account = IdField(help_text="One of your own accounts.")
    cl_ord_id = ClOrdIdField()
    symbol = Text(max_length=12)
    side = serializers.ChoiceField([s.value for s in Side])
    ord_type = serializers.ChoiceField([t.value for t in OrdType])
    time_in_force = serializers.ChoiceField(
        [t.value for t in TimeInForce], help_text="A market order does not rest: IOC or FOK."
    )
    order_qty = DecimalString(help_text="A whole number of the listing's lots.")
    price = DecimalString(
        required=False,
        allow_null=True,
        help_text="Of a limit order: a whole number of the listing's ticks. A market order has none.",
    )


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
    price = DecimalString()


def new_order(data: dict[str, Any], listing: Listing) -> NewOrderRequest:
    """Check what one field means for another, and for the listing's tick and lot."""
    ord_type, time_in_force = OrdType(data["ord_type"]), TimeInForce(data["time_in_force"])
    price = data.get("price")
    if ord_type == OrdType.LIMIT and price is None:
        raise invalid("PRICE_REQUIRED", "A limit order needs a price.", field="price")
    if ord_type == OrdType.MARKET and price is not None:
        raise invalid("PRICE_NOT_TAKEN", "A market order has no price of its own.", field="price")
    if ord_type == OrdType.MARKET and time_in_force in RESTING:
        raise invalid(
            "TIME_IN_FORCE_NOT_TAKEN",
            "A market order does not rest on the book: use IOC or FOK.",
            field="time_in_force",
        )
    return NewOrderRequest(
        account_id=data["account"], cl_ord_id=data["cl_ord_id"], listing_id=listing.pk,
        side=Side(data["side"]), ord_type=ord_type, time_in_force=time_in_force,
        order_qty=lots(data["order_qty"], listing), price=None if price is None else ticks(price, listing),
    )  # fmt: skip


def ticks(price: Decimal, listing: Listing) -> int:
    return _units(price, listing.tick_size, "price", "PRICE_OFF_TICK", "Prices move in steps of")


def lots(qty: Decimal, listing: Listing) -> int:
    return _units(qty, listing.lot_size, "order_qty", "QTY_OFF_LOT", "Quantities come in lots of")


def _units(value: Decimal, unit: Decimal, field: str, code: str, sentence: str) -> int:
    if value > MAX_UNITS * unit:
        raise invalid("TOO_LARGE", "That is more than the venue can count.", field=field)
    if value % unit:  # exact, whereas a quotient may be rounded to a whole number
        raise invalid(code, f"{sentence} {unit.normalize():f}.", field=field)
    return int(value / unit)
