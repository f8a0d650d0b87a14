"""The shapes of answers, for the schema. ``trading.wire`` makes the values; a test holds the two together."""

from rest_framework import serializers
from rest_framework.serializers import BooleanField, CharField, DateTimeField, IntegerField, ListField

from trading.engine import OrdType, Side, TimeInForce
from trading.models import Listing, OrdStatus

STATES = ["TRADING", "HALTED", "FAULTED"]


class Shape(serializers.Serializer):
    """Every field is always there; those that can be null say so."""


def amount(**kwargs: object) -> CharField:
    return CharField(help_text="Decimal string.", **kwargs)  # type: ignore[arg-type]


class ReasonShape(Shape):
    code = CharField()
    message = CharField()
    citation = CharField()
    next_step = CharField()
    until = DateTimeField(allow_null=True)


class ErrorBody(Shape):
    code = CharField()
    message = CharField()
    field = CharField(allow_null=True)
    reasons = ReasonShape(many=True)


class ErrorShape(Shape):
    error = ErrorBody()


class PersonShape(Shape):
    id = CharField()
    email = CharField()
    name = CharField()


class AccountShape(Shape):
    id = CharField()
    number = CharField()
    name = CharField()


class DemoSignIn(Shape):
    email = CharField()
    password = CharField()
    role = CharField()


class SessionShape(Shape):
    signed_in = BooleanField()
    user = PersonShape(allow_null=True)
    is_operator = BooleanField()
    accounts = AccountShape(many=True)
    demo = BooleanField()
    demo_sign_ins = DemoSignIn(many=True)
    now = DateTimeField()


class HaltShape(Shape):
    reason_code = CharField()
    note = CharField()
    since = DateTimeField(allow_null=True)


class StatsShape(Shape):
    last_px = amount(allow_null=True)
    last_qty = amount(allow_null=True)
    last_at = DateTimeField(allow_null=True)
    open_px = amount(allow_null=True)
    high_px = amount(allow_null=True)
    low_px = amount(allow_null=True)
    prev_close_px = amount(allow_null=True)
    change_px = amount(allow_null=True)
    change_pct = amount(allow_null=True)
    volume = amount()
    bid_px = amount(allow_null=True)
    bid_qty = amount(allow_null=True)
    ask_px = amount(allow_null=True)
    ask_qty = amount(allow_null=True)


class ListingShape(Shape):
    symbol = CharField()
    name = CharField()
    issuer = CharField()
    description = CharField()
    kind = serializers.ChoiceField(Listing.Kind.choices)
    exemption = serializers.ChoiceField(Listing.Exemption.choices)
    access_note = CharField()
    state = serializers.ChoiceField(STATES)
    halt = HaltShape(allow_null=True)
    tick_size = amount()
    lot_size = amount()
    max_order_qty = amount()
    protection_bps = IntegerField()
    stats = StatsShape()
    epoch = IntegerField()
    seq = IntegerField()


class ListingsShape(Shape):
    results = ListingShape(many=True)


class BookShape(Shape):
    symbol = CharField()
    epoch = IntegerField()
    seq = IntegerField()
    state = serializers.ChoiceField(STATES)
    halt = HaltShape(allow_null=True)
    bids = ListField(child=ListField(), help_text="[price, quantity, orders], best first.")
    asks = ListField(child=ListField(), help_text="[price, quantity, orders], best first.")


class TradeShape(Shape):
    trade_id = CharField()
    px = amount()
    qty = amount()
    at = DateTimeField()
    taker_side = serializers.ChoiceField([s.value for s in Side])


class TradesShape(Shape):
    epoch = IntegerField()
    seq = IntegerField()
    results = TradeShape(many=True)


class CandleShape(Shape):
    time = IntegerField(help_text="Start, in seconds since the epoch.")
    open = amount()
    high = amount()
    low = amount()
    close = amount()
    volume = amount()


class CandlesShape(Shape):
    results = CandleShape(many=True)


class OrderShape(Shape):
    id = CharField()
    cl_ord_id = CharField()
    account = CharField()
    symbol = CharField()
    side = serializers.ChoiceField([s.value for s in Side])
    ord_type = serializers.ChoiceField([t.value for t in OrdType])
    time_in_force = serializers.ChoiceField([t.value for t in TimeInForce])
    order_qty = amount()
    price = amount(allow_null=True)
    protection_px = amount(allow_null=True)
    ord_status = serializers.ChoiceField(OrdStatus.choices)
    cum_qty = amount()
    leaves_qty = amount()
    avg_px = amount(allow_null=True)
    text = CharField(help_text="Why it was rejected or canceled.")
    created_at = DateTimeField()
    updated_at = DateTimeField()
    expire_at = DateTimeField(allow_null=True)


class PlacedOrderShape(OrderShape):
    seq = IntegerField(help_text="The command's number in the listing's journal.")


class OrdersShape(Shape):
    results = OrderShape(many=True)
    next = CharField(allow_null=True)


class ChangeShape(Shape):
    cl_ord_id = CharField()
    pending = serializers.ChoiceField(["PENDING_CANCEL", "PENDING_REPLACE"])
    seq = IntegerField()
    order = OrderShape()


class EstimateShape(Shape):
    price_used = amount(allow_null=True)
    protection_px = amount(allow_null=True)
    notional = amount(allow_null=True)
    fees = amount()
    cash_before = amount()
    cash_after = amount(allow_null=True)
    holding_before = amount()
    holding_after = amount(allow_null=True)
    hold_asset = CharField()
    hold_amount = amount(allow_null=True)
    expire_at = DateTimeField(allow_null=True)


class PreviewShape(Shape):
    allowed = BooleanField()
    reasons = ReasonShape(many=True)
    estimate = EstimateShape()
    summary = CharField()


class ExecutionShape(Shape):
    id = CharField()
    order_id = CharField()
    cl_ord_id = CharField()
    symbol = CharField()
    side = serializers.ChoiceField([s.value for s in Side])
    last_px = amount()
    last_qty = amount()
    amount = amount()
    liquidity = serializers.ChoiceField(["MAKER", "TAKER"])
    at = DateTimeField()
    settled = BooleanField()
    trade_id = CharField()


class ExecutionsShape(Shape):
    results = ExecutionShape(many=True)
    next = CharField(allow_null=True)


class CashShape(Shape):
    asset = CharField()
    settled = amount()
    held = amount()
    pending_in = amount()
    pending_out = amount()
    available = amount()


class HoldingShape(Shape):
    symbol = CharField()
    name = CharField()
    settled = amount()
    held = amount()
    pending_in = amount()
    pending_out = amount()
    available = amount()
    last_px = amount(allow_null=True)
    market_value = amount(allow_null=True)


class BalancesShape(Shape):
    cash = CashShape()
    holdings = HoldingShape(many=True)


class RefusalShape(Shape):
    cl_ord_id = CharField()
    symbol = CharField()
    side = CharField(allow_null=True)
    order_qty = amount(allow_null=True)
    price = amount(allow_null=True)
    received_at = DateTimeField()
    reasons = ReasonShape(many=True)


class RefusalsShape(Shape):
    results = RefusalShape(many=True)
