"""A custodian's door (three-step model): the instructions it has to affirm and settle, and its messages."""

from typing import Any

from django.core.validators import RegexValidator
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import CharField, DateTimeField
from rest_framework.views import APIView

from portal.api.errors import ApiError, invalid
from portal.api.inputs import ID, IdField, Input, Text
from portal.api.outputs import Shape, errors
from portal.models import User
from trading import wire
from trading.api.outputs import Amount
from trading.engine import Side
from trading.models import PENDING, Custodian, CustodianMessage, Instruction, SettlementState
from trading.settlement import custody

PAGE = 100
OPEN = [state.value for state in PENDING]


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "The buyer’s side is affirmed",
            {"message_id": "2027-03-01-0001", "instruction": 17, "kind": "AFFIRM", "side": "BUY"},
        ),
        OpenApiExample(
            "It has settled", {"message_id": "2027-03-02-0009", "instruction": 17, "kind": "SETTLED"}
        ),
    ]
)
class MessageInput(Input):
    message_id = Text(
        max_length=64, help_text="Made by you, another for each message; the same one again is heard once.",
        validators=[RegexValidator(r"^[A-Za-z0-9_.:-]+\Z", "1 to 64 letters, digits and _ . : -")],
    )  # fmt: skip
    instruction = IdField()
    kind = serializers.ChoiceField(CustodianMessage.Kind.choices)
    side = serializers.ChoiceField(
        [side.value for side in Side], required=False, help_text="Of AFFIRM and REFUSE."
    )
    reason = Text(
        max_length=200, required=False, allow_blank=True, help_text="Of REFUSE and FAILED: why.",
        validators=[RegexValidator(r"\0", "No NUL.", inverse_match=True)],
    )  # fmt: skip


class InstructionShape(Shape):
    id = CharField()
    kind = serializers.ChoiceField(Instruction.Kind.choices)
    symbol = CharField()
    trade_id = CharField()
    buyer = CharField(help_text="The account's number.")
    seller = CharField(help_text="The account's number.")
    qty = Amount()
    amount = Amount()
    buyer_fee = Amount(help_text="What the venue charges the buyer; of a reversal: gives back.")
    seller_fee = Amount(help_text="What the venue charges the seller; of a reversal: gives back.")
    traded_at = DateTimeField()
    due_at = DateTimeField(help_text="Not to be settled before.")
    state = serializers.ChoiceField(SettlementState.choices)
    buyer_affirmed_at = DateTimeField(allow_null=True)
    seller_affirmed_at = DateTimeField(allow_null=True)


class InstructionsShape(Shape):
    results = InstructionShape(many=True)
    next = CharField(allow_null=True, help_text="`cursor` of the next page.")


class InstructionsView(APIView):
    @extend_schema(
        operation_id="custodian_instructions_list",
        responses={200: InstructionsShape, **errors(400, 401, 404)},
        parameters=[
            OpenApiParameter("state", str, enum=OPEN, description="Of this state."),
            OpenApiParameter("cursor", str, description="`next` of the page before."),
        ],
        tags=["custodian"],
    )
    def get(self, request: Request) -> Response:
        """Instructions that are not settled yet, oldest first."""
        rows = custody.instructions_for(_own_custodian(request))
        state = request.query_params.get("state")
        if state is not None:
            if state not in OPEN:
                raise invalid("INVALID_CHOICE", f"A state is one of {', '.join(OPEN)}.", field="state")
            rows = rows.filter(state=state)
        cursor = request.query_params.get("cursor")
        if cursor is not None:
            if not ID.fullmatch(cursor):
                raise invalid("BAD_CURSOR", "Take the cursor from the page before.", field="cursor")
            rows = rows.filter(pk__gt=int(cursor))
        found = list(rows[: PAGE + 1])
        following = str(found[PAGE - 1].pk) if len(found) > PAGE else None
        return Response({"results": [_instruction(row) for row in found[:PAGE]], "next": following})


class MessagesView(APIView):
    @extend_schema(
        request=MessageInput,
        responses={200: InstructionShape, **errors(400, 401, 403, 404, 409, 413, 415)},
        tags=["custodian"],
    )
    def post(self, request: Request) -> Response:
        """Affirm or refuse a side, or tell what became of a settlement. The answer is the instruction as it
        stands then. 409: another message came under this id, or the instruction does not await it."""
        custodian = _own_custodian(request)
        said = MessageInput(data=request.data)
        said.is_valid(raise_exception=True)
        message = custody.Message(**said.validated_data)
        assert isinstance(request.user, User)
        try:
            [row] = custody.receive(custodian=custodian, messages=[message], by=request.user)
        except custody.MessageRefused as refused:
            if refused.code == "NO_SUCH_INSTRUCTION":
                raise Http404(str(refused)) from refused
            raise ApiError(status.HTTP_409_CONFLICT, refused.code, str(refused)) from refused
        return Response(_instruction(row))


def _own_custodian(request: Request) -> Custodian:
    """For whoever speaks for none, there is nothing here."""
    custodian = Custodian.objects.filter(user=request.user).first()  # type: ignore[misc]
    if custodian is None:
        raise Http404("You speak for no custodian.")
    return custodian


def _instruction(row: Instruction) -> dict[str, Any]:
    listing = row.listing
    return {
        "id": str(row.pk),
        "kind": row.kind,
        "symbol": listing.symbol,
        "trade_id": str(row.trade_seq),
        "buyer": row.buyer.number,
        "seller": row.seller.number,
        "qty": wire.quantity(listing, row.qty),
        "amount": wire.cash(row.amount),
        "buyer_fee": wire.cash(row.buyer_fee),
        "seller_fee": wire.cash(row.seller_fee),
        "traded_at": wire.time(row.traded_at),
        "due_at": wire.time(row.due_at),
        "state": row.state,
        "buyer_affirmed_at": wire.time(row.buyer_affirmed_at),
        "seller_affirmed_at": wire.time(row.seller_affirmed_at),
    }
