"""A custodian's files: the venue's instructions as CSV, and the custodian's messages as CSV."""

import csv
import io
import re
from collections.abc import Iterable, Iterator

from trading import wire
from trading.models import CustodianMessage, Instruction
from trading.settlement.custody import Message

INSTRUCTIONS = [
    "instruction", "kind", "symbol", "trade", "buyer", "seller", "quantity", "amount", "buyer_fee",
    "seller_fee", "traded_at", "due_at", "state", "buyer_affirmed", "seller_affirmed",
]  # fmt: skip
MESSAGES = ["message_id", "instruction", "kind", "side", "reason"]
MESSAGE_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
MOST = 10_000  # messages in one file


class UnreadableFile(Exception):
    """What is wrong with a file, and in which line."""


def write_instructions(rows: Iterable[Instruction]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(INSTRUCTIONS)
    for row in rows:
        listing = row.listing
        table.writerow([
            row.pk, row.kind, listing.symbol, row.trade_seq, row.buyer.number, row.seller.number,
            wire.quantity(listing, row.qty), wire.cash(row.amount), wire.cash(row.buyer_fee),
            wire.cash(row.seller_fee), wire.time(row.traded_at), wire.time(row.due_at), row.state,
            wire.time(row.buyer_affirmed_at), wire.time(row.seller_affirmed_at),
        ])  # fmt: skip
    return text.getvalue()


def read_messages(text: str) -> list[Message]:
    """Raises UnreadableFile: a file is taken as a whole, or not at all."""
    table = csv.DictReader(io.StringIO(text), restkey="more", restval=None, strict=True)
    if table.fieldnames != MESSAGES:
        raise UnreadableFile(f"The first line must be {','.join(MESSAGES)}.")
    try:
        messages = list(_messages(table))
    except csv.Error as error:
        raise UnreadableFile(f"Line {table.line_num} is no CSV: {error}.") from error
    if len(messages) > MOST:
        raise UnreadableFile(f"There are more than {MOST:,} messages. Send several files.")
    return messages


def _messages(table: "csv.DictReader[str]") -> Iterator[Message]:
    for line in table:
        where = f"Line {table.line_num}"
        if "more" in line or None in line.values():
            raise UnreadableFile(f"{where} must have {len(MESSAGES)} fields.")
        if not MESSAGE_ID.fullmatch(line["message_id"]):
            raise UnreadableFile(f"{where}: a message id is 1 to 64 letters, digits and _ . : -")
        if not re.fullmatch(r"[0-9]{1,18}", line["instruction"]):
            raise UnreadableFile(f"{where}: “{line['instruction']}” is no instruction’s number.")
        if line["kind"] not in CustodianMessage.Kind.values:
            raise UnreadableFile(f"{where}: “{line['kind']}” is none of {', '.join(CustodianMessage.Kind)}.")
        if line["side"] not in ("", "BUY", "SELL"):
            raise UnreadableFile(f"{where}: a side is BUY, SELL or empty.")
        if len(line["reason"]) > 200 or "\0" in line["reason"]:
            raise UnreadableFile(f"{where}: a reason has up to 200 characters.")
        yield Message(
            line["message_id"], int(line["instruction"]), line["kind"], line["side"], line["reason"]
        )


def agreeable_answers(instructions: str) -> str:
    """What a custodian who affirms and settles all would answer to a file of instructions (a stand-in for
    one, in the demo and in tests). It names its messages by what they say: asked again, it repeats itself."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(MESSAGES)
    for row in csv.DictReader(io.StringIO(instructions)):
        number, terms = row["instruction"], f"{row['quantity']}:{row['amount']}"
        if row["state"] == "INSTRUCTED":
            for side, affirmed in (("BUY", row["buyer_affirmed"]), ("SELL", row["seller_affirmed"])):
                if not affirmed:
                    table.writerow([f"{number}:AFFIRM:{side}:{terms}", number, "AFFIRM", side, ""])
        elif row["state"] == "EXECUTING":
            table.writerow([f"{number}:SETTLED", number, "SETTLED", "", ""])
    return text.getvalue()
