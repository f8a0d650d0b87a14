"""Statements of a month, folded from transfers, executions, instructions, lot entries and dividends.

For hundreds of accounts at once, with the same number of queries as for one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import F, Q, Sum

from portal import clock
from portal.models import Account
from trading import account_words
from trading.account_books import Trade, settlements_of_trades
from trading.documents.periods import ZONE, Period, local_date
from trading.engine import Side
from trading.models import (
    CASH,
    PENDING,
    DividendPayment,
    Execution,
    Instruction,
    Listing,
    LotEntry,
    SettlementState,
    Transfer,
    Withdrawal,
)

ACCOUNTS_AT_ONCE = 300

Kind = Transfer.Kind
Status = Execution.Status
# What movements of cash are summed as.
SUMMED = {
    Kind.DEPOSIT: "Deposits",
    Kind.WITHDRAWAL: "Withdrawals",
    Kind.RETURN: "Withdrawals",
    Kind.TRADE_CASH: "Securities bought and sold",
    Kind.REVERSAL_CASH: "Securities bought and sold",
    Kind.TRADE_FEE: "Fees",
    Kind.REVERSAL_FEE: "Fees",
    Kind.FEE_REFUND: "Fees",
    Kind.DIVIDEND: "Dividends",
    Kind.WITHHOLDING: "Taxes withheld",
}
OTHER = "Other"
SUMS = (*dict.fromkeys(SUMMED.values()), OTHER)


class Movement(NamedTuple):
    """Of cash, in cents."""

    at: datetime
    kind: Kind
    what: str
    amount: int  # below zero: out
    balance: int


class UnitsMovement(NamedTuple):
    at: datetime
    what: str
    symbol: str
    qty: Decimal  # below zero: out


class TradeLine(NamedTuple):
    trade_seq: int
    traded_at: datetime
    symbol: str
    side: Side
    qty: Decimal
    price: Decimal
    amount: int
    fee: int
    is_void: bool  # nothing changed hands
    settlement: str


class Open(NamedTuple):
    """Traded, or to be reversed, and not settled by the end."""

    what: str
    due_on: date | None
    symbol: str
    qty: Decimal  # below zero: out
    cash: int  # below zero: out


class Holding(NamedTuple):
    symbol: str
    security: str
    opening: Decimal
    closing: Decimal
    price: Decimal | None  # none: it never traded
    value: int | None


class LotHeld(NamedTuple):
    symbol: str
    acquired_on: date
    source: str
    qty: Decimal
    cost: int | None  # none: not known


class DividendLine(NamedTuple):
    paid_at: datetime
    symbol: str
    units: Decimal
    gross: int
    rate: Decimal
    withheld: int


@dataclass(slots=True)
class Statement:
    account: Account
    month: Period
    until: datetime  # the end of the month, or of what there is of it yet
    opening_cash: int
    movements: list[Movement] = field(default_factory=list)
    units: list[UnitsMovement] = field(default_factory=list)
    trades: list[TradeLine] = field(default_factory=list)
    open: list[Open] = field(default_factory=list)
    holdings: list[Holding] = field(default_factory=list)
    lots: list[LotHeld] = field(default_factory=list)
    dividends: list[DividendLine] = field(default_factory=list)
    withdrawals: list[tuple[datetime, str, int]] = field(default_factory=list)  # asked for, not released
    realised: int = 0
    realised_unknown: bool = False  # of some of what was sold nobody knows the cost

    @property
    def is_final(self) -> bool:
        return self.until == self.month.ends_at

    @property
    def closing_cash(self) -> int:
        return self.movements[-1].balance if self.movements else self.opening_cash

    @property
    def market_value(self) -> int:
        return sum(row.value or 0 for row in self.holdings)

    def sums(self) -> dict[str, int]:
        """What the movements of cash come to, by what they are."""
        found = dict.fromkeys(SUMS, 0)
        for row in self.movements:
            found[SUMMED.get(row.kind, OTHER)] += row.amount
        return found


def statements(accounts: Iterable[Account], month: Period) -> Iterator[Statement]:
    """In the order of the accounts."""
    until = min(month.ends_at, clock.now())
    market = _Market.read(until)
    rest = iter(accounts)
    while chunk := list(islice(rest, ACCOUNTS_AT_ONCE)):
        with _one_moment():
            folded = _Fold(chunk, month, until, market).done()
        yield from folded


@contextmanager
def _one_moment() -> Iterator[None]:
    """What settles meanwhile is in all of the figures or in none. Within a transaction, that decides."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic(savepoint=False):
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@dataclass(frozen=True, slots=True)
class _Market:
    """Securities, and what they last traded at by then."""

    by_id: Mapping[int, Listing]
    by_asset: Mapping[str, Listing]
    last: Mapping[int, int]

    @classmethod
    def read(cls, until: datetime) -> "_Market":
        by_id = Listing.objects.in_bulk()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT l.id, day.close FROM trading_listing l, LATERAL ("
                " SELECT close FROM trading_candle WHERE listing_id = l.id AND interval = '1d'"
                " AND starts_at < %s ORDER BY starts_at DESC LIMIT 1) day",
                [until],
            )
            last = dict(cursor.fetchall())
        return cls(by_id, {row.asset_id: row for row in by_id.values()}, last)


class _Fold:
    """Some accounts' month."""

    def __init__(self, accounts: Sequence[Account], month: Period, until: datetime, market: _Market) -> None:
        self.ids = [account.pk for account in accounts]
        self.since, self.until, self.market = month.starts_at, until, market
        self.opening = self._opening()
        self.made = {
            account.pk: Statement(account, month, until, self.opening.get((account.pk, CASH), 0))
            for account in accounts
        }

    def done(self) -> Iterable[Statement]:
        mine = Q(debit_account__in=self.ids) | Q(credit_account__in=self.ids)
        of_month = Q(at__gte=self.since, at__lt=self.until)
        transfers = list(Transfer.objects.filter(mine & of_month).order_by("at", "id"))
        executions = list(
            Execution.objects.filter(of_month, account__in=self.ids).order_by("at", "trade_seq", "side")
        )
        trades = {(row.listing_id, row.trade_seq) for row in executions}
        trades |= {trade for row in transfers if (trade := account_words.trade_of(row)) is not None}
        known = settlements_of_trades(trades)
        for row in known.values():
            row.listing = self.market.by_id[row.listing_id]
        self._move(transfers, known)
        self._trade(executions, known)
        self._leave_open(executions, known)
        self._lots()
        self._realise()
        self._dividends()
        self._withdrawals()
        return self.made.values()

    def _opening(self) -> dict[tuple[int, str], int]:
        """What each had of each asset before the month began."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT account, asset, sum(amount)::bigint FROM ("
                " SELECT credit_account_id AS account, asset_id AS asset, amount FROM trading_transfer"
                " WHERE credit_account_id = ANY(%(ids)s) AND at < %(since)s"
                " UNION ALL"
                " SELECT debit_account_id, asset_id, -amount FROM trading_transfer"
                " WHERE debit_account_id = ANY(%(ids)s) AND at < %(since)s"
                ") AS moved GROUP BY account, asset HAVING sum(amount) <> 0",
                {"ids": self.ids, "since": self.since},
            )
            return {(account, asset): amount for account, asset, amount in cursor.fetchall()}

    # --- What moved -------------------------------------------------------------------------------------

    def _move(self, transfers: Sequence[Transfer], known: Mapping[Trade, Instruction]) -> None:
        closing = dict(self.opening)
        for row in transfers:
            trade = known.get(account_words.trade_of(row) or (0, 0))
            for account_id, sign in ((row.debit_account_id, -1), (row.credit_account_id, 1)):
                if (statement := self.made.get(account_id)) is None:
                    continue
                place = account_id, row.asset_id
                closing[place] = closing.get(place, 0) + sign * row.amount
                if row.asset_id == CASH:
                    what = account_words.movement(statement.account, row, trade)
                    statement.movements.append(
                        Movement(row.at, Kind(row.kind), what, sign * row.amount, closing[place])
                    )
                else:
                    listing = self.market.by_asset[row.asset_id]
                    what = UNITS[Kind(row.kind)][sign > 0]
                    qty = listing.quantity(sign * row.amount)
                    statement.units.append(UnitsMovement(row.at, what, listing.symbol, qty))
        for (account_id, asset), units in sorted(closing.items()):
            opening = self.opening.get((account_id, asset), 0)
            if asset != CASH and (opening or units):
                self.made[account_id].holdings.append(self._holding(asset, opening, units))

    def _holding(self, asset: str, opening: int, closing: int) -> Holding:
        listing = self.market.by_asset[asset]
        last = self.market.last.get(listing.pk)
        return Holding(
            listing.symbol, listing.name, listing.quantity(opening), listing.quantity(closing),
            None if last is None else listing.price(last),
            None if last is None else listing.cents(last * closing),
        )  # fmt: skip

    def _trade(self, executions: Sequence[Execution], known: Mapping[Trade, Instruction]) -> None:
        for row in executions:
            listing = self.market.by_id[row.listing_id]
            instruction = known.get((row.listing_id, row.trade_seq))
            line = TradeLine(
                row.trade_seq, row.at, listing.symbol, Side(row.side), listing.quantity(row.last_qty),
                listing.price(row.last_px), row.amount, row.fee, self._is_void(row, instruction),
                self._settlement(row, instruction),
            )  # fmt: skip
            self.made[row.account_id].trades.append(line)

    def _is_void(self, row: Execution, instruction: Instruction | None) -> bool:
        """Taken back, or its settlement called off by the end."""
        if row.status == Status.BUSTED or instruction is None:
            return row.status == Status.BUSTED
        return instruction.state == SettlementState.CANCELED and instruction.state_at < self.until

    def _settlement(self, row: Execution, instruction: Instruction | None) -> str:
        """How it stood at the end."""
        if row.status == Status.BUSTED:
            return "Taken back"
        if instruction is None or instruction.state_at >= self.until:
            said = "pending"
        elif instruction.state == SettlementState.SETTLED:
            said = f"settled {instruction.state_at.astimezone(ZONE):%m/%d}"
        else:
            said = SettlementState(instruction.state).label.lower()
        return f"Corrected, {said}" if row.status == Status.CORRECTED else said.capitalize()

    def _leave_open(self, executions: Sequence[Execution], known: Mapping[Trade, Instruction]) -> None:
        """What was pending at the end: of instructions, and of trades that are yet to be instructed."""
        pending = Q(state__in=PENDING) | Q(state__in=["SETTLED", "CANCELED"], state_at__gte=self.until)
        mine = Q(buyer__in=self.ids) | Q(seller__in=self.ids)
        rows = Instruction.objects.filter(pending, mine, traded_at__lt=self.until)
        for row in rows.order_by("due_at", "id"):
            sign = 1 if row.kind == Instruction.Kind.TRADE else -1  # of a reversal, fees are given back
            paid, got = row.amount + sign * row.buyer_fee, row.amount - sign * row.seller_fee
            self._open(row, row.buyer_id, row.qty, -paid, local_date(row.due_at))
            self._open(row, row.seller_id, -row.qty, got, local_date(row.due_at))
        for side in executions:
            if side.status != Status.BUSTED and (side.listing_id, side.trade_seq) not in known:
                bought = side.side == Side.BUY
                cash = -(side.amount + side.fee) if bought else side.amount - side.fee
                self._open(side, side.account_id, side.last_qty if bought else -side.last_qty, cash, None)

    def _open(
        self, row: Instruction | Execution, account_id: int, qty: int, cash: int, due_on: date | None
    ) -> None:
        if (statement := self.made.get(account_id)) is None:
            return
        listing = self.market.by_id[row.listing_id]
        is_reversal = isinstance(row, Instruction) and row.kind == Instruction.Kind.REVERSAL
        what = f"{'Reversal of trade' if is_reversal else 'Trade'} {row.trade_seq}"
        statement.open.append(Open(what, due_on, listing.symbol, listing.quantity(qty), cash))

    # --- What is behind it ------------------------------------------------------------------------------

    def _lots(self) -> None:
        rows = LotEntry.objects.filter(lot__account__in=self.ids, at__lt=self.until).order_by()
        held = rows.values(
            "lot", account=F("lot__account"), asset=F("lot__asset"), acquired_on=F("lot__acquired_on"),
            source=F("lot__source"), price=F("lot__price"),
        )  # fmt: skip
        held = held.annotate(left=Sum("qty"), basis=Sum("cost")).filter(left__gt=0)
        for lot in held.order_by("account", "asset", "acquired_on", "lot"):
            listing = self.market.by_asset[lot["asset"]]
            units, cost = listing.quantity(lot["left"]), None if lot["price"] is None else lot["basis"]
            held_lot = LotHeld(listing.symbol, lot["acquired_on"], lot["source"], units, cost)
            self.made[lot["account"]].lots.append(held_lot)

    def _realise(self) -> None:
        """Gains of what was sold and settled in the month: proceeds less the cost taken along."""
        rows = LotEntry.objects.filter(lot__account__in=self.ids, proceeds__isnull=False)
        rows = rows.filter(at__gte=self.since, at__lt=self.until).select_related("lot")
        for row in rows.order_by():
            statement = self.made[row.lot.account_id]
            if row.lot.price is None:
                statement.realised_unknown = True
            else:
                statement.realised += (row.proceeds or 0) + row.cost

    def _dividends(self) -> None:
        rows = DividendPayment.objects.filter(
            account__in=self.ids, dividend__paid_at__gte=self.since, dividend__paid_at__lt=self.until
        )
        for row in rows.select_related("dividend").order_by("dividend__paid_at", "id"):
            listing = self.market.by_id[row.dividend.listing_id]
            line = DividendLine(
                row.dividend.paid_at, listing.symbol, listing.quantity(row.lots), row.gross,
                row.withholding_rate, row.withheld,
            )  # fmt: skip
            self.made[row.account_id].dividends.append(line)

    def _withdrawals(self) -> None:
        """Asked for by the end, and neither released nor refused by then."""
        rows = Withdrawal.objects.filter(account__in=self.ids, requested_at__lt=self.until)
        rows = rows.filter(Q(released_at=None) | Q(released_at__gte=self.until))
        rows = rows.filter(Q(ended_at=None) | Q(ended_at__gte=self.until))
        for row in rows.order_by("id"):
            self.made[row.account_id].withdrawals.append((row.requested_at, row.reference, row.cents))


# Out, in.
UNITS: Mapping[Kind, tuple[str, str]] = defaultdict(
    lambda: ("Moved out", "Moved in"),
    {
        Kind.ISSUE: ("Given back to the issuer", "Issued"),
        Kind.TRADE_TOKEN: ("Sold", "Bought"),
        Kind.REVERSAL_TOKEN: ("Purchase reversed", "Sale reversed"),
        Kind.CORRECTION: ("Correction by the venue", "Correction by the venue"),
    },
)
