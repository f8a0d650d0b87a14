"""The three-step model (SEC staff letter of 25 September 2020): what a custodian is told, and what it says.

The same two doors for every custodian: the venue's instructions out, the custodian's messages in. They go
through the API or in CSV files; a message is heard once, however often it comes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from portal import clock
from portal.models import User
from trading import balances, feed
from trading.engine import Side
from trading.lots import LotsMissing
from trading.models import Cursor, Custodian, CustodianMessage, Instruction, Listing, SettlementState
from trading.reconciliation.cases import open_lots_break
from trading.selectors import SETTLEMENT_CURSOR
from trading.settlement import booking
from trading.settlement.progress import Progress

State = SettlementState
Kind = CustodianMessage.Kind
OF_A_SIDE = (Kind.AFFIRM, Kind.REFUSE)
# In which states a message makes sense.
HEARD_IN = {
    Kind.AFFIRM: (State.INSTRUCTED,),
    Kind.REFUSE: (State.INSTRUCTED, State.AFFIRMED),
    Kind.SETTLED: (State.EXECUTING,),
    Kind.FAILED: (State.EXECUTING,),
}


class MessageRefused(Exception):
    """An anticipated reason not to take a message: ``code`` for machines, the text for people."""

    def __init__(self, code: str, message: str, *, message_id: str) -> None:
        super().__init__(message)
        self.code = code
        self.message_id = message_id


@dataclass(frozen=True, slots=True)
class Message:
    """As a custodian sent it. ``side`` is said of affirmations and refusals only."""

    message_id: str
    instruction: int
    kind: str
    side: str = ""
    reason: str = ""


def instructions_for(custodian: Custodian) -> QuerySet[Instruction]:
    """What it has to affirm or to settle, and what failed and may come again."""
    rows = Instruction.objects.filter(custodian=custodian)
    open_rows = rows.exclude(state__in=(State.SETTLED, State.CANCELED))
    return open_rows.select_related("listing", "buyer", "seller").order_by("id")


def receive(
    *, custodian: Custodian, messages: Sequence[Message], by: User | None = None
) -> list[Instruction]:
    """Take messages in their order, all or none; return what they are about, as it stands after.

    A message that was heard before changes nothing. Raises MessageRefused.
    """
    try:
        return _receive(custodian, messages, by)
    except LotsMissing as missing:
        # What it settled there cannot be booked here until people have put the lots right.
        open_lots_break(missing)
        account, asset = missing.place
        gives = Instruction.objects.filter(
            pk__in=[message.instruction for message in messages], seller=account, listing__asset=asset
        ).values_list("pk", flat=True)
        raise _refused(
            "LOTS_MISSING",
            f"The venue’s own records of {asset} disagree, and its operators have been told. Nothing was "
            "taken. Send it again, unchanged, once they have put that right.",
            next(m for m in messages if m.kind == Kind.SETTLED and m.instruction in gives),
        ) from missing


def _receive(custodian: Custodian, messages: Sequence[Message], by: User | None) -> list[Instruction]:
    with transaction.atomic():
        rows = _locked(custodian, messages)
        heard = _heard(custodian, messages)
        progress = Progress(clock.now())
        taken = []
        for message in messages:
            if message.message_id in heard:
                _refuse_other(message, heard[message.message_id])
                continue
            row = rows.get(message.instruction)
            if row is None:
                raise _refused(
                    "NO_SUCH_INSTRUCTION", f"You have no instruction {message.instruction}.", message
                )
            _refuse_unfit(message, row)
            _take(message, row, progress)
            heard[message.message_id] = message
            taken.append(message)
        settled = [rows[message.instruction] for message in taken if message.kind == Kind.SETTLED]
        _book(settled, progress.at)
        progress.write()
        CustodianMessage.objects.bulk_create(
            CustodianMessage(
                custodian=custodian, message_id=message.message_id, instruction_id=message.instruction,
                kind=message.kind, side=message.side, reason=message.reason, received_at=progress.at, by=by,
            )
            for message in taken
        )  # fmt: skip
    feed.publish_balances({party for row in settled for party in (row.buyer_id, row.seller_id)})
    return [rows[message.instruction] for message in messages]


def _locked(custodian: Custodian, messages: Iterable[Message]) -> dict[int, Instruction]:
    """The instructions they are about. Their listings' settlement waits until this transaction has ended."""
    named = {message.instruction for message in messages}
    mine = Instruction.objects.filter(custodian=custodian, pk__in=named)
    cursors = Cursor.objects.filter(name=SETTLEMENT_CURSOR, listing__in=mine.values("listing"))
    list(cursors.order_by("listing").select_for_update(no_key=True))
    return {row.pk: row for row in mine.select_related("listing", "buyer", "seller")}


def _heard(custodian: Custodian, messages: Iterable[Message]) -> dict[str, Message]:
    ids = [message.message_id for message in messages]
    rows = CustodianMessage.objects.filter(custodian=custodian, message_id__in=ids)
    return {
        row.message_id: Message(row.message_id, row.instruction_id, row.kind, row.side, row.reason)
        for row in rows
    }


def _refuse_other(message: Message, before: Message) -> None:
    if message != before:
        raise _refused(
            "MESSAGE_ID_USED", "Another message came under this id. Give it an id of its own.", message
        )


def _refuse_unfit(message: Message, row: Instruction) -> None:
    kind = Kind(message.kind)
    if (kind in OF_A_SIDE) != (message.side in (Side.BUY, Side.SELL)):
        text = "Say of which side: BUY or SELL." if kind in OF_A_SIDE else f"{kind} is not of one side."
        raise _refused("SIDE_UNFIT", text, message)
    if row.state not in HEARD_IN[kind]:
        text = f"Instruction {row.pk} is {row.get_state_display().lower()}: {kind} is not awaited."
        raise _refused("NOT_AWAITED", text, message)
    if kind == Kind.AFFIRM and _affirmed_at(row, message.side) is not None:
        text = f"The {message.side} side of instruction {row.pk} is affirmed already."
        raise _refused("AFFIRMED_ALREADY", text, message)


def _take(message: Message, row: Instruction, progress: Progress) -> None:
    match Kind(message.kind):
        case Kind.AFFIRM:
            setattr(row, _COLUMNS[message.side], progress.at)
            both = row.buyer_affirmed_at is not None and row.seller_affirmed_at is not None
            note = f"{message.side} side affirmed"
            progress.move(row, State.AFFIRMED if both else State.INSTRUCTED, note=note)
        case Kind.REFUSE:
            setattr(row, _COLUMNS[message.side], None)
            note = f"{message.side} side: {message.reason}"
            progress.move(row, State.FAILED, reason="CUSTODIAN_REFUSED", note=note)
        case Kind.SETTLED:
            progress.move(row, State.SETTLED)
        case Kind.FAILED:
            progress.move(row, State.FAILED, reason="CUSTODIAN_FAILED", note=message.reason)


def _book(settled: Sequence[Instruction], at: datetime) -> None:
    """Even where a case stops the security: it is done there, and the books follow."""
    by_listing: dict[Listing, list[Instruction]] = {}
    for row in settled:
        by_listing.setdefault(row.listing, []).append(row)
    # All at once, for balances are locked in one order.
    balances.lock({place for listing, rows in by_listing.items() for place in booking.places(listing, rows)})
    for listing, rows in by_listing.items():
        booking.book(listing, rows, at=at)


_COLUMNS = {"BUY": "buyer_affirmed_at", "SELL": "seller_affirmed_at"}


def _affirmed_at(row: Instruction, side: str) -> object:
    return getattr(row, _COLUMNS[side])


def _refused(code: str, text: str, message: Message) -> MessageRefused:
    return MessageRefused(code, text, message_id=message.message_id)
