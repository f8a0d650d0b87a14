"""The shapes of answers about an account's books, for the schema."""

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.serializers import BooleanField, CharField, DateField, DateTimeField

from portal.api.outputs import ErrorShape, Shape
from trading import documents
from trading.api.outputs import Amount, SettlementOfTradeShape
from trading.engine import Side
from trading.models import BankAccount, Instruction, Lot, SettlementState, Transfer, Withdrawal

SIDES = [side.value for side in Side]
REFUSED = {422: OpenApiResponse(ErrorShape, "Understood and refused, with a reason. Nothing has changed.")}


# --- Settlement -------------------------------------------------------------------------------------------


class SaidShape(Shape):
    code = CharField(help_text="For programs; it does not change.")
    message = CharField(help_text="For people.")


class NextStepShape(SaidShape):
    state = serializers.ChoiceField(SettlementState.choices, allow_null=True)
    at = DateTimeField(allow_null=True, help_text="Not before; none: not known.")


class SettlementShape(SettlementOfTradeShape):
    trade_id = CharField()
    kind = serializers.ChoiceField(
        Instruction.Kind.choices, help_text="Of a trade; or its reversal, with the sides exchanged."
    )
    symbol = CharField()
    name = CharField()
    side = serializers.ChoiceField(SIDES, help_text="The account's own.")
    qty = Amount()
    px = Amount()
    amount = Amount()
    fee = Amount(help_text="Of a reversal: given back.")
    net = Amount(
        help_text="What it moves in cash, fees included: below zero where it is paid, "
        "nothing where it was called off."
    )
    traded_at = DateTimeField()
    state_at = DateTimeField(help_text="Since when.")
    next = NextStepShape(allow_null=True, help_text="None where it has ended.")


class SettlementsShape(Shape):
    results = SettlementShape(many=True)
    next = CharField(allow_null=True)


class SettlementStepShape(Shape):
    state = serializers.ChoiceField(SettlementState.choices)
    at = DateTimeField()
    reason = SaidShape(allow_null=True)


class BookedShape(Shape):
    kind = serializers.ChoiceField(Transfer.Kind.choices)
    asset = CharField()
    amount = Amount(help_text="Below zero: out of the account.")
    at = DateTimeField()
    reference = CharField()


class LotMovedShape(Shape):
    lot = CharField()
    acquired_on = DateField()
    source = serializers.ChoiceField(Lot.Source.choices)  # type: ignore[assignment]
    px = Amount(allow_null=True)
    qty = Amount(help_text="Below zero: taken out of it.")
    cost = Amount(allow_null=True, help_text="Of these units; none: not known.")
    proceeds = Amount(allow_null=True, help_text="Of a sale, after fees.")
    gain = Amount(allow_null=True, help_text="Proceeds less cost.")


class LotChoiceShape(Shape):
    lot = CharField()
    qty = Amount()


class SettlementDetailShape(SettlementShape):
    steps = SettlementStepShape(many=True, help_text="Each state it passed, oldest first.")
    transfers = BookedShape(many=True, help_text="What it booked in the account.")
    lots = LotMovedShape(many=True, help_text="Lots it took from, or made.")
    may_choose_lots = BooleanField(help_text="A sale that has yet to settle.")
    chosen_lots = LotChoiceShape(many=True, help_text="The rest goes first in, first out.")
    reversal = CharField(allow_null=True, help_text="The settlement that takes this one back.")
    reverses = CharField(allow_null=True, help_text="The settlement this one takes back.")


class LotShape(Shape):
    id = CharField()
    symbol = CharField()
    acquired_on = DateField()
    paid_on = DateField(help_text="When it was fully paid.")
    source = serializers.ChoiceField(Lot.Source.choices)  # type: ignore[assignment]
    px = Amount(allow_null=True, help_text="None: not known, or not bought at a price.")
    qty = Amount(help_text="What is left.")
    cost = Amount(allow_null=True, help_text="Of what is left, fees included; none: not known.")
    market_value = Amount(allow_null=True, help_text="At the last price.")
    unrealized = Amount(allow_null=True, help_text="Market value less cost.")


class LotsShape(Shape):
    results = LotShape(many=True)
    next = CharField(allow_null=True)


# --- Cash -------------------------------------------------------------------------------------------------


class DepositInstructionsShape(Shape):
    beneficiary = CharField()
    bank_name = CharField()
    routing_number = CharField()
    account_number = CharField()
    reference = CharField(help_text="To be written with every payment: it says whose it is.")


class UnsettledShape(Shape):
    due_at = DateTimeField()
    pending_in = Amount()
    pending_out = Amount()


class CashAccountShape(Shape):
    asset = CharField()
    settled = Amount(help_text="Yours, and at the bank.")
    held_for_orders = Amount(help_text="Kept back for open orders.")
    held_for_withdrawals = Amount(help_text="Asked for, and not yet released.")
    pending_in = Amount(help_text="Of sales that have not settled.")
    pending_out = Amount(help_text="Of purchases that have not settled.")
    available = Amount(help_text="What a new order may use, and what may be withdrawn.")
    unsettled = UnsettledShape(many=True, help_text="When what is pending is due.")
    withdrawals_stopped = BooleanField(help_text="The books and the bank do not agree; people look into it.")
    deposit = DepositInstructionsShape()


class MovementShape(Shape):
    id = CharField()
    at = DateTimeField()
    kind = serializers.ChoiceField(Transfer.Kind.choices)
    text = CharField(help_text="In a sentence.")
    amount = Amount(help_text="Below zero: out of the account.")
    balance = Amount(help_text="Settled cash after it.")
    settlement = CharField(allow_null=True, help_text="The settlement it belongs to.")


class MovementsShape(Shape):
    results = MovementShape(many=True)
    next = CharField(allow_null=True)


class BankAccountShape(Shape):
    id = CharField()
    holder = CharField()
    bank_name = CharField()
    routing_number = CharField()
    account_number = CharField(help_text="Its last four digits.")
    status = serializers.ChoiceField(BankAccount.Status.choices)
    added_at = DateTimeField()
    verified_at = DateTimeField(allow_null=True)
    usable_at = DateTimeField(allow_null=True, help_text="When withdrawals may go there; none: not verified.")


class BankAccountsShape(Shape):
    results = BankAccountShape(many=True)


class WithdrawalShape(Shape):
    id = CharField()
    reference = CharField(help_text="What the bank writes with the payment.")
    bank_account = CharField()
    bank_name = CharField()
    account_number = CharField(help_text="Its last four digits.")
    amount = Amount()
    status = serializers.ChoiceField(Withdrawal.Status.choices)
    reason = CharField(help_text="Why it was refused or returned.")
    requested_at = DateTimeField()
    released_at = DateTimeField(allow_null=True)
    ended_at = DateTimeField(allow_null=True)


class WithdrawalsShape(Shape):
    results = WithdrawalShape(many=True)
    next = CharField(allow_null=True)


# --- Documents --------------------------------------------------------------------------------------------


class DocumentShape(Shape):
    kind = serializers.ChoiceField([kind.value for kind in documents.Kind])
    id = CharField()
    title = CharField()
    date = DateField(help_text="The last day it tells of.")
    formats = serializers.ListField(child=serializers.ChoiceField([f.value for f in documents.Format]))


class DocumentsShape(Shape):
    results = DocumentShape(many=True)
