"""Every request spent one ClOrdID, which leads to what came of it under the hash of the request's body.

The bodies of orders and of refusals are on record, and hashed again here; those of cancels and replaces
are not (they may name their order in two ways), and their keys' seals have to vouch for them.
"""

from collections.abc import Iterator

from trading import engine, journal
from trading.engine import CancelReason, OrdType, SelfTrade, Side, TimeInForce
from trading.services.requests import NewOrderRequest, body_hash, hash_of
from trading.verification.findings import Findings, give_up


class _Keys:
    """ClOrdIDs, read alongside what they led to."""

    def __init__(self, stored: Iterator[tuple[int, journal.SpentKey]]) -> None:
        self._stored = stored
        self._next = next(stored, None)

    def up_to(self, position: int) -> list[journal.SpentKey]:
        found = []
        while self._next is not None and self._next[0] <= position:
            found.append(self._next[1])
            self._next = next(self._stored, None)
        return found

    def rest(self) -> Iterator[int]:
        while self._next is not None:
            yield self._next[0]
            self._next = next(self._stored, None)

    def give_up(self) -> None:
        give_up(self._stored)


class CommandKeys:
    """A listing's ClOrdIDs."""

    def __init__(self, findings: Findings, *, listing_id: int, symbol: str) -> None:
        self._findings = findings
        self._listing_id = listing_id
        self._symbol = symbol
        self._keys = _Keys(journal.keys_of_commands(listing_id=listing_id))

    def expect(self, command: journal.Recorded) -> str | None:
        """Compare; return the ClOrdID the command was entered with."""
        found = self._keys.up_to(command.seq)
        if not found:
            if _was_requested(command) and command.kind != "MassCancel":  # one of its commands has the key
                self._add(command.seq, "has no ClOrdID")
            return None
        if len(found) > 1:
            self._add(command.seq, "has more than one ClOrdID")
        elif not self._leads_to(command, found[0]):
            self._add(command.seq, "is not what its ClOrdID led to")
        return found[0].cl_ord_id

    def expect_no_more(self) -> None:
        for seq in self._keys.rest():
            self._add(seq, "is missing, but a ClOrdID led to it")

    def give_up(self) -> None:
        self._keys.give_up()

    def _leads_to(self, command: journal.Recorded, key: journal.SpentKey) -> bool:
        if (key.account_id, key.order_id) != (command.account_id, command.order_id):
            return False
        if command.kind != "NewOrder":
            return _was_requested(command)
        return key.body_hash == body_hash(_request(command, key, self._listing_id))

    def _add(self, seq: int, what: str) -> None:
        self._findings.add(journal.COMMANDS, f"{self._symbol} seq {seq}", what)


def _request(command: journal.Recorded, key: journal.SpentKey, listing_id: int) -> NewOrderRequest:
    """What was asked for, from the command and from what its decision kept beyond that."""
    terms, beyond = command.payload, command.asked or {}
    conditions = engine.Conditions(**(terms["conditions"] or {}))
    return NewOrderRequest(
        account_id=key.account_id, cl_ord_id=key.cl_ord_id, listing_id=listing_id,
        side=Side(terms["side"]), ord_type=OrdType(terms["ord_type"]),
        time_in_force=TimeInForce(terms["time_in_force"]), order_qty=terms["order_qty"],
        price=terms["price"],
        # Where a trailing stop begins is entry's reckoning.
        stop_px=conditions.stop_px if conditions.trail is None else None, trail=conditions.trail,
        display_qty=conditions.display_qty, min_qty=conditions.min_qty, post_only=conditions.post_only,
        self_trade=SelfTrade(terms["self_trade"]),
        **beyond,
    )  # fmt: skip


def _was_requested(command: journal.Recorded) -> bool:
    """Suspensions, and sessions that end, cancel without a request."""
    match command.kind:
        case "NewOrder" | "ReplaceOrder":
            return True
        case "CancelOrder":
            return command.payload["reason"] != CancelReason.ACCOUNT_RESTRICTED
        case "MassCancel":
            return command.payload["reason"] == CancelReason.REQUESTED and command.account_id is not None
    return False


def verify_refusals(findings: Findings) -> None:
    keys = _Keys(journal.keys_of_refusals())
    for refusal in journal.refusals():
        name = f"id {refusal.pk}"
        match keys.up_to(refusal.pk):
            case []:
                findings.add("trading_refusal", name, "has no ClOrdID")
            case [key]:
                said = (refusal.account_id, refusal.cl_ord_id, refusal.listing_id, hash_of(refusal.body))
                if said != (key.account_id, key.cl_ord_id, key.listing_id, key.body_hash):
                    findings.add("trading_refusal", name, "is not what its ClOrdID led to")
            case _:
                findings.add("trading_refusal", name, "has more than one ClOrdID")
