"""Confirmations of trades (17 CFR 240.10b-10), folded from an execution and what became of it."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet

from portal.models import Account
from trading import journal, words
from trading.documents.periods import in_words, local_date
from trading.engine import Side
from trading.models import Execution, Instruction, Listing, SettlementState, TradeBreak
from trading.settlement.rails import rail_of

CALLED_OFF = SettlementState.CANCELED


@dataclass(frozen=True, slots=True)
class Terms:
    qty: Decimal
    price: Decimal
    amount: int  # in cents


@dataclass(frozen=True, slots=True)
class Confirmation:
    account: Account
    id: str
    symbol: str
    security: str
    issuer: str
    side: Side
    traded_at: datetime
    order_id: int
    cl_ord_id: str
    trade_seq: int
    terms: Terms
    fee: int
    status: Execution.Status
    as_made: Terms | None  # where it was corrected
    broken_at: datetime | None
    reason: str  # why it was broken
    settles_on: date
    settlement: str
    called_off_at: datetime | None  # its settlement

    @property
    def agreed(self) -> int:
        """What the account was to pay or get, in cents."""
        return self.terms.amount + (self.fee if self.side == Side.BUY else -self.fee)

    @property
    def net(self) -> int:
        """What it pays or gets, in cents."""
        return 0 if self.is_void else self.agreed

    @property
    def is_busted(self) -> bool:
        return self.status == Execution.Status.BUSTED

    @property
    def is_void(self) -> bool:
        """Nothing changes hands."""
        return self.is_busted or self.called_off_at is not None


def id_of(execution: Execution) -> str:
    return f"{execution.listing.symbol}-{execution.trade_seq}-{execution.side}"


def title_of(execution: Execution) -> str:
    listing = execution.listing
    what = f"{words.quantity(listing, execution.last_qty)} at {words.price(listing, execution.last_px)}"
    return f"{'Bought' if execution.side == Side.BUY else 'Sold'} {what}"


def latest(account: Account, count: int) -> QuerySet[Execution]:
    rows = Execution.objects.filter(account=account).select_related("listing")
    return rows.order_by("-id")[:count]


def confirmation(account: Account, name: str) -> Confirmation | None:
    """The account's own only; there from the moment of the trade."""
    found = re.fullmatch(r"(.{1,12})-([0-9]{1,18})-(BUY|SELL)", name, re.ASCII)
    if found is None or "\0" in name:
        return None
    rows = Execution.objects.select_related("listing__issuer", "listing__calendar", "order")
    execution = rows.filter(
        account=account, listing__symbol=found[1], trade_seq=int(found[2]), side=found[3]
    ).first()
    if execution is None or id_of(execution) != name:
        return None
    return _folded(account, execution)


def _folded(account: Account, execution: Execution) -> Confirmation:
    listing, seq = execution.listing, execution.trade_seq
    broken = TradeBreak.objects.filter(listing=listing, trade_seq=seq).select_related("proposal").first()
    instruction = Instruction.objects.filter(
        listing=listing, trade_seq=seq, kind=Instruction.Kind.TRADE
    ).first()
    due_at = (
        instruction.due_at
        if instruction
        else rail_of(listing, listing.custodian_id).due_at(listing=listing, traded_at=execution.at)
    )
    return Confirmation(
        account=account, id=id_of(execution), symbol=listing.symbol, security=listing.name,
        issuer=listing.issuer.name, side=Side(execution.side), traded_at=execution.at,
        order_id=execution.order_id, cl_ord_id=execution.order.cl_ord_id, trade_seq=seq,
        terms=_terms(listing, execution.last_px, execution.last_qty), fee=execution.fee,
        status=Execution.Status(execution.status), as_made=_as_made(execution),
        broken_at=broken.at if broken else None,
        reason=words.BUST_CODES[broken.proposal.new["reason_code"]] if broken else "",
        settles_on=local_date(due_at), settlement=_settlement(execution, instruction),
        called_off_at=instruction.state_at if instruction and instruction.state == CALLED_OFF else None,
    )  # fmt: skip


def _terms(listing: Listing, price: int, qty: int) -> Terms:
    return Terms(listing.quantity(qty), listing.price(price), listing.cents(price * qty))


def _as_made(execution: Execution) -> Terms | None:
    """The execution follows a correction; the journal has what it was."""
    if execution.status != Execution.Status.CORRECTED:
        return None
    made = journal.trade(listing_id=execution.listing_id, seq=execution.trade_seq)
    assert made is not None
    return _terms(execution.listing, made.price, made.qty)


def _settlement(execution: Execution, instruction: Instruction | None) -> str:
    if execution.status == Execution.Status.BUSTED:
        return "None: nothing changes hands"
    if instruction is None:
        return "Pending"
    on = in_words(local_date(instruction.state_at))
    match instruction.state:
        case SettlementState.SETTLED:
            back = instruction.reversals.filter(state=SettlementState.SETTLED).exists()
            return f"Settled on {on}" + (", and reversed since" if back else "")
        case SettlementState.CANCELED:
            return f"Canceled on {on}: nothing changes hands"
        case SettlementState.FAILED:
            return f"Failed on {on}; the venue sees to it"
    return "Pending"
