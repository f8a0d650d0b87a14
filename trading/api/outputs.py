"""The shapes of answers, for the schema. ``trading.wire`` makes the values; a test holds the two together."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.serializers import BooleanField, CharField, DateTimeField, IntegerField

from portal.api.outputs import ReasonShape, Shape
from portal.models import AccountMember
from trading.engine import CALLS, OrdType, Phase, PostOnly, SelfTrade, Side, TimeInForce
from trading.models import Execution, Listing, OrdStatus, SettlementState

STATES = [*(phase.value for phase in Phase), "FAULTED"]


@extend_schema_field({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "example": "12.50"})
class Amount(serializers.Field):
    """Money, a price or a quantity."""


def amount(**kwargs: object) -> Amount:
    return Amount(**kwargs)  # type: ignore[arg-type]


@extend_schema_field(
    {
        "type": "array",
        "items": {
            "type": "array",
            "prefixItems": [{"type": "string"}, {"type": "string"}, {"type": "integer"}],
            "items": False,
            "minItems": 3,
            "example": ["12.50", "300", 2],
        },
    }
)
class Levels(serializers.Field):
    """Levels of a book."""


@extend_schema_field(
    {
        "type": "array",
        "prefixItems": [{"type": "string"}, {"type": "string"}],
        "items": False,
        "minItems": 2,
        "example": ["11.88", "13.12"],
    }
)
class Band(serializers.Field):
    """The edges of a price band."""


class PersonShape(Shape):
    id = CharField()
    email = CharField()
    name = CharField()


class AccountShape(Shape):
    id = CharField()
    number = CharField()
    name = CharField()
    role = serializers.ChoiceField(AccountMember.Role.values, help_text="What the caller may do for it.")


class DemoSignIn(Shape):
    email = CharField()
    password = CharField()
    code = CharField(help_text="Of the second factor, for now: it changes every 30 seconds.")
    role = CharField()


class SessionShape(Shape):
    signed_in = BooleanField()
    user = PersonShape(allow_null=True)
    second_factor = BooleanField(help_text="Set up; without, nobody trades or moves money.")
    is_operator = BooleanField()
    accounts = AccountShape(many=True)
    demo = BooleanField()
    demo_sign_ins = DemoSignIn(many=True)
    demo_mail_code = CharField(
        allow_null=True, help_text="Of a demo: the code in the mail that this sign-up waits for."
    )
    now = DateTimeField()


class HaltShape(Shape):
    code = CharField(help_text="Why, for programs: one of the codes of halts.")
    reason = CharField(help_text="Why, for people.")
    note = CharField(help_text="Why, in the operator's words.")
    since = DateTimeField(allow_null=True)
    resume_at = DateTimeField(allow_null=True, help_text="When it ends, where that is planned.")


class PhaseShape(Shape):
    since = DateTimeField(allow_null=True)
    until = DateTimeField(allow_null=True, help_text="As announced: of a random end the earliest.")


class IndicationShape(Shape):
    px = amount(allow_null=True, help_text="None: nothing could be executed.")
    qty = amount()
    surplus_side = serializers.ChoiceField([s.value for s in Side], allow_null=True)
    surplus_qty = amount()


class BandsShape(Shape):
    static = Band(allow_null=True, help_text="Around the reference price: [lowest, highest].")
    dynamic = Band(allow_null=True, help_text="Around the last trade: [lowest, highest].")


# Where a market stands: what list, detail, book and sockets say alike.
class MarketShape(Shape):
    state = serializers.ChoiceField(STATES, help_text="Its phase, or FAULTED.")
    phase = PhaseShape()
    halt = HaltShape(allow_null=True)
    auction = IndicationShape(allow_null=True, help_text="In a call: what an uncrossing now would give.")
    reference_px = amount(allow_null=True, help_text="Of the static band and the next auction.")
    bands = BandsShape()


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
    vwap = amount(allow_null=True, help_text="The day's value over its volume.")
    bid_px = amount(allow_null=True)
    bid_qty = amount(allow_null=True)
    ask_px = amount(allow_null=True)
    ask_qty = amount(allow_null=True)


class ListingShape(MarketShape):
    symbol = CharField()
    name = CharField()
    issuer = CharField()
    description = CharField()
    kind = serializers.ChoiceField(Listing.Kind.choices)
    exemption = serializers.ChoiceField(Listing.Exemption.choices)
    access_note = CharField()
    tick_size = amount(help_text="Prices move in steps of this.")
    lot_size = amount(help_text="Quantities are multiples of this.")
    max_order_qty = amount()
    protection_bps = IntegerField(help_text="How far through the market an order may go, in basis points.")
    stats = StatsShape()
    epoch = IntegerField(help_text="Raised when the event sequence starts afresh.")
    seq = IntegerField(help_text="The event this is as of.")


class ListingsShape(Shape):
    results = ListingShape(many=True)


class BookShape(MarketShape):
    symbol = CharField()
    epoch = IntegerField()
    seq = IntegerField()
    bids = Levels(help_text="[price, displayed quantity, orders], best first.")
    asks = Levels(help_text="[price, displayed quantity, orders], best first.")


class OrderInBookShape(Shape):
    order_id = CharField()
    account = CharField(help_text="The account's number.")
    side = serializers.ChoiceField([s.value for s in Side])
    ord_type = serializers.ChoiceField([t.value for t in OrdType])
    time_in_force = serializers.ChoiceField([t.value for t in TimeInForce])
    price = amount(allow_null=True)
    stop_px = amount(allow_null=True)
    leaves_qty = amount(help_text="Still to trade, displayed or not.")
    displayed_qty = amount()
    created_at = DateTimeField()


class OrdersInBookShape(Shape):
    symbol = CharField()
    epoch = IntegerField()
    seq = IntegerField()
    bids = OrderInBookShape(many=True, help_text="First to trade first.")
    asks = OrderInBookShape(many=True, help_text="First to trade first.")
    waiting = OrderInBookShape(many=True, help_text="Stops, and orders at the opening or closing.")


class TradeShape(Shape):
    trade_id = CharField()
    px = amount()
    qty = amount()
    at = DateTimeField()
    taker_side = serializers.ChoiceField(
        [s.value for s in Side], allow_null=True, help_text="None: in an auction nobody takes."
    )


class TradesShape(Shape):
    epoch = IntegerField()
    seq = IntegerField()
    results = TradeShape(many=True)
    next = CharField(allow_null=True, help_text="`before` of the next page.")


class AuctionShape(IndicationShape):
    auction_id = CharField()
    call = serializers.ChoiceField(sorted(CALLS))
    at = DateTimeField()


class AuctionsShape(Shape):
    results = AuctionShape(many=True)
    next = CharField(allow_null=True, help_text="`before` of the next page.")


class ScheduledPhaseShape(Shape):
    phase = serializers.ChoiceField([phase.value for phase in Phase])
    at = DateTimeField(help_text="As announced: of a random end the earliest.")


class ScheduleShape(Shape):
    time_zone = CharField()
    phases = ScheduledPhaseShape(many=True)


class CandleShape(Shape):
    time = IntegerField(help_text="Start, in seconds since the epoch.")
    open = amount()
    high = amount()
    low = amount()
    close = amount()
    volume = amount()


class CandlesShape(Shape):
    results = CandleShape(many=True)
    next = DateTimeField(allow_null=True, help_text="`before` of the next page.")


class OrderShape(Shape):
    id = CharField()
    cl_ord_id = CharField()
    account = CharField()
    symbol = CharField()
    side = serializers.ChoiceField([s.value for s in Side])
    ord_type = serializers.ChoiceField([t.value for t in OrdType])
    time_in_force = serializers.ChoiceField([t.value for t in TimeInForce])
    order_qty = amount(help_text="As entered, or as last replaced.")
    price = amount(allow_null=True, help_text="Its limit, where it has one.")
    protection_px = amount(
        allow_null=True, help_text="The worst price an order without a limit may trade at, frozen at entry."
    )
    ord_status = serializers.ChoiceField(OrdStatus.choices)
    cum_qty = amount(help_text="Traded so far.")
    leaves_qty = amount(help_text="Still to trade.")
    avg_px = amount(allow_null=True)
    text = CharField(help_text="Why it was rejected or canceled.")
    created_at = DateTimeField()
    updated_at = DateTimeField()
    expire_at = DateTimeField(allow_null=True, help_text="When a DAY or GTD order ends.")
    stop_px = amount(allow_null=True, help_text="The trade that triggers it; a trailing one moves.")
    trail = amount(allow_null=True)
    display_qty = amount(allow_null=True, help_text="How much of it is shown at a time.")
    min_qty = amount(allow_null=True)
    post_only = serializers.ChoiceField([p.value for p in PostOnly], allow_null=True)
    self_trade = serializers.ChoiceField([s.value for s in SelfTrade])
    linked_order_id = CharField(allow_null=True, help_text="The other leg of its pair.")
    triggered_at = DateTimeField(allow_null=True, help_text="When its stop price was met.")
    fee = amount(help_text="Charged so far.")


class PlacedOrderShape(OrderShape):
    seq = IntegerField(help_text="The command's number in the listing's journal.")


class PlacedPairShape(Shape):
    limit = PlacedOrderShape()
    stop = PlacedOrderShape()


class CancelAllRow(Shape):
    symbol = CharField()
    seq = IntegerField(help_text="The command's number in the listing's journal.")


class CancelAllShape(Shape):
    listings = CancelAllRow(many=True)


class OrdersShape(Shape):
    results = OrderShape(many=True)
    next = CharField(allow_null=True)


class ChangeShape(Shape):
    cl_ord_id = CharField()
    pending = serializers.ChoiceField(["PENDING_CANCEL", "PENDING_REPLACE"])
    seq = IntegerField()
    order = OrderShape()


class EstimateShape(Shape):
    price_used = amount(allow_null=True, help_text="The worst it may trade at: its limit or protection.")
    protection_px = amount(allow_null=True)
    notional = amount(allow_null=True)
    fees = amount()
    cash_before = amount(help_text="Available now.")
    cash_after = amount(allow_null=True, help_text="Available when it has filled whole, at worst.")
    holding_before = amount()
    holding_after = amount()
    hold_asset = CharField(help_text="What is held for it while it works: cash, or the token it sells.")
    hold_amount = amount(allow_null=True)
    expire_at = DateTimeField(allow_null=True)


class FeesShape(Shape):
    maker_rate = amount(help_text="Percent of the value it trades by waiting in the book.")
    taker_rate = amount(help_text="Percent of the value it trades on arrival.")
    auction_rate = amount(help_text="Percent of the value it trades in auctions.")
    flat = amount(help_text="Once for an order that trades.")
    minimum = amount(help_text="At least, for an order that trades.")


class ListingFeesShape(FeesShape):
    symbol = CharField()
    effective_date = serializers.DateField(help_text="Its first day.")


class FeeListShape(Shape):
    results = ListingFeesShape(many=True)


class PreviewShape(Shape):
    allowed = BooleanField()
    reasons = ReasonShape(many=True, help_text="Why not; empty where it is allowed.")
    estimate = EstimateShape()
    summary = CharField(help_text='In a sentence: "Buy 100 ACME at 12.50, limit, day".')
    fee = amount(help_text="The most it may cost at that price.")
    fees = FeesShape(allow_null=True, help_text="What it pays by.")
    expires_at = DateTimeField(allow_null=True)
    explanation = serializers.ListField(child=CharField(), help_text="What it will do, in sentences.")


class SettlementOfTradeShape(Shape):
    id = CharField()
    state = serializers.ChoiceField(SettlementState.choices)
    due_at = DateTimeField(help_text="Not to be settled before.")


class AsTradedShape(Shape):
    px = amount()
    qty = amount()


class ExecutionShape(Shape):
    id = CharField()
    order_id = CharField()
    cl_ord_id = CharField()
    symbol = CharField()
    side = serializers.ChoiceField([s.value for s in Side])
    last_px = amount()
    last_qty = amount()
    amount = Amount()
    fee = Amount()
    status = serializers.ChoiceField(Execution.Status.choices)
    corrected_from = AsTradedShape(allow_null=True, help_text="How it was traded, where it was corrected.")
    liquidity = serializers.ChoiceField(Execution.Liquidity.choices)
    at = DateTimeField()
    settlement = SettlementOfTradeShape(allow_null=True, help_text="None until it is instructed.")
    trade_id = CharField()


class ExecutionsShape(Shape):
    results = ExecutionShape(many=True)
    next = CharField(allow_null=True)


class CashShape(Shape):
    asset = CharField()
    settled = amount()
    held = amount(help_text="Kept back for open orders.")
    pending_in = amount(help_text="Traded and not yet settled.")
    pending_out = amount(help_text="Traded and not yet settled.")
    available = amount(help_text="What a new order may use.")


class HoldingShape(Shape):
    symbol = CharField()
    name = CharField()
    settled = amount()
    held = amount(help_text="Kept back for open orders.")
    pending_in = amount(help_text="Traded and not yet settled.")
    pending_out = amount(help_text="Traded and not yet settled.")
    available = amount(help_text="What a new order may use.")
    last_px = amount(allow_null=True)
    market_value = amount(allow_null=True)
    cost = amount(allow_null=True, help_text="Cost basis of what is settled; none: not known.")
    unrealized = amount(allow_null=True, help_text="What is settled at the last price, less its cost.")


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
    next = CharField(allow_null=True)
