"""Requests: shape only. Strings become ticks and lots here, exactly or not at all."""

import re
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from trading.api.errors import invalid
from trading.engine import OrdType, Side, TimeInForce
from trading.models import Listing
from trading.services.requests import NewOrderRequest

NUMBER = re.compile(r"\d{1,18}(\.\d{1,12})?")
RESTING = (TimeInForce.DAY, TimeInForce.GTC)
MAX_UNITS = 2**53  # lots or ticks; what every client can count exactly


class ClOrdIdField(serializers.RegexField):
    """Made by the client, once for each thing it wants done."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^[A-Za-z0-9_.:-]{1,64}\Z", max_length=64, trim_whitespace=False, **kwargs)
        self.error_messages["invalid"] = "1 to 64 letters, digits and _ . : -"


@extend_schema_field(str)
class DecimalString(serializers.Field):
    """A plain decimal number in a string. JSON numbers are taken only where they are whole."""

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, str | int):
            raise serializers.ValidationError("Send a decimal number as a string.", code="NOT_A_NUMBER")
        text = str(data).strip()
        if not NUMBER.fullmatch(text):
            raise serializers.ValidationError(
                "Not a positive decimal number like 12.50.", code="NOT_A_NUMBER"
            )
        value = Decimal(text)
        if value <= 0:
            raise serializers.ValidationError("Must be above zero.", code="NOT_POSITIVE")
        return value


class OrderInput(serializers.Serializer):
    account = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    cl_ord_id = ClOrdIdField()
    symbol = serializers.CharField(max_length=12)
    side = serializers.ChoiceField([s.value for s in Side])
    ord_type = serializers.ChoiceField([t.value for t in OrdType])
    time_in_force = serializers.ChoiceField([t.value for t in TimeInForce])
    order_qty = DecimalString()
    price = DecimalString(required=False, allow_null=True)


class CancelInput(serializers.Serializer):
    cl_ord_id = ClOrdIdField()


class ReplaceInput(serializers.Serializer):
    cl_ord_id = ClOrdIdField()
    order_qty = DecimalString(help_text="The new total quantity.")
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
    units = value / unit
    if units != units.to_integral_value():
        raise invalid(code, f"{sentence} {unit.normalize():f}.", field=field)
    if units > MAX_UNITS:
        raise invalid("TOO_LARGE", "That is more than the venue can count.", field=field)
    return int(units)
