"""A listing's journal folded anew, and all that the matching worker made of it the first time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portal import clock, seals
from portal.models import Account
from trading import engine, gates, journal
from trading.models import (
    WORKING,
    AccountStream,
    Auction,
    Candle,
    Execution,
    Listing,
    MarketState,
    Order,
)
from trading.verification.decided import verify_breaks, verify_quarantines, verify_terms
from trading.verification.expected import ORDER_COLUMNS, Expected
from trading.verification.findings import Comparison, Findings, Row
from trading.verification.keys import CommandKeys, verify_refusals
from trading.verification.proposed import verify_proposals

PROGRESS_EVERY = 50_000


@dataclass(slots=True)
class Verified:
    """What was compared, and what was found."""

    commands: int = 0
    events: int = 0
    findings: Findings = field(default_factory=Findings)


@dataclass(slots=True)
class VerifiedRecords:
    """``unsealed``: rows that wait for the schedule's next pass, and that no seal speaks for until then."""

    unsealed: int
    findings: Findings = field(default_factory=Findings)


def verify_listing(
    *, listing_id: int, progress: Callable[[str, int, int], None] = lambda *_: None
) -> Verified:
    """Recompute a listing up to the last command applied and compare; to be read ``of_one_moment``."""
    listing = Listing.objects.select_related("market").get(pk=listing_id)
    verified = Verified()
    _Recomputation(listing, verified, progress).run()
    _verify_seals(listing, verified.findings)
    verify_terms(listing, verified.findings)
    verify_quarantines(listing, verified.findings)
    verify_breaks(listing, verified.findings)
    _verify_restrictions(listing, verified.findings)
    return verified


def verify_records() -> VerifiedRecords:
    """Records of no one listing: their seals, refusals, proposals, and the facts that decisions rest on."""
    verified = VerifiedRecords(unsealed=seals.unsealed_records())
    findings = verified.findings
    for broken in seals.verify_records():
        _add_break(findings, broken, row=f"id {broken.row}")
    for digest, facts in journal.fact_sheets():
        if gates.digest_of(facts) != digest:
            findings.add("trading_factsheet", digest, "does not hold the facts of its digest")
    for table, row in journal.decisions_without_facts():
        findings.add(table, row, "rests on facts that are missing")
    verify_refusals(findings)
    verify_proposals(findings)
    return verified


class _Recomputation:
    def __init__(
        self, listing: Listing, verified: Verified, progress: Callable[[str, int, int], None]
    ) -> None:
        self._listing = listing
        self._state: MarketState = listing.market
        self._verified = verified
        self._findings = verified.findings
        self._progress = progress
        self._market = engine.Market(listing.pk)
        self._events = self._compare("trading_event", journal.event_rows(listing_id=listing.pk), "seq {}")
        self._executions = self._compare("trading_execution", self._execution_rows(), "trade {0[0]} {0[1]}")
        breaks = {
            broken.payload.get("trade_seq"): broken
            for broken in journal.trade_breaks(listing_id=listing.pk)
            if broken.seq <= self._state.applied_seq and broken.put_aside is None
        }
        self._expected = Expected(listing, self._executions.expect, breaks)
        self._keys = CommandKeys(self._findings, listing_id=listing.pk, symbol=listing.symbol)
        self._configured: dict[str, Any] = {}  # by the last command that does
        self._snapshots = journal.snapshots(listing_id=listing.pk)
        self._last: journal.Recorded | None = None  # in the journal
        self._applied_at: datetime | None = None

    def run(self) -> None:
        for recorded in journal.recorded_commands(listing_id=self._listing.pk):
            try:
                self._take(recorded)
            except Exception as error:  # whatever a row that was tampered with may lead to
                self._add("trading_command", f"seq {recorded.seq}", f"cannot be applied: {error!r}")
                for reading in (self._events, self._executions, self._keys):
                    reading.give_up()
                return
        for read in (self._events, self._executions, self._keys):
            read.expect_no_more()
        self._compare_configuration()
        self._compare_counter()
        self._compare_rows(
            "trading_order", "id {}", self._order_rows(), self._expected.order_rows(self._market)
        )
        self._compare_rows("trading_auction", "event {}", self._auction_rows(), iter(self._expected.auctions))
        self._compare_rows("trading_candle", "{0[0]} {0[1]}", self._candle_rows(), self._expected_candles())
        self._compare_rows(
            "trading_accountstream", "account {}", self._stream_rows(), iter(self._expected_streams())
        )
        self._compare_market()
        for seq in self._snapshots:
            self._add("trading_snapshot", f"seq {seq}", "is of no command applied")

    def _take(self, recorded: journal.Recorded) -> None:
        before = self._last
        if recorded.seq != (before.seq if before else 0) + 1:
            raise LookupError(f"the command before it is {before.seq if before else 0}")
        if recorded.at != (max(before.at, recorded.received_at) if before else recorded.received_at):
            self._add("trading_command", f"seq {recorded.seq}", "at does not follow from received_at")
        self._last = recorded
        self._expected.enter(recorded, self._keys.expect(recorded))
        if recorded.kind == "ConfigureListing":
            self._configured = recorded.payload
        if recorded.seq > self._state.applied_seq:
            return
        for event in self._market.apply(recorded.command()):
            self._events.expect(event.seq, journal.event_row(event))
            self._expected.fold(event)
            self._verified.events += 1
        self._verified.commands += 1
        self._applied_at = recorded.at
        if recorded.seq in self._snapshots:
            self._compare_snapshot(self._snapshots.pop(recorded.seq))
        if recorded.seq % PROGRESS_EVERY == 0:
            self._progress(self._listing.symbol, recorded.seq, self._state.applied_seq)

    def _compare_snapshot(self, stored: Row) -> None:
        should_be = {
            "seq": stored["seq"],
            "state": engine.dump(self._market),
            "hash": engine.state_hash(self._market),
        }
        for column in ("state", "hash"):
            if stored[column] != should_be[column]:
                self._add("trading_snapshot", f"seq {stored['seq']}", f"{column} is not the market's")

    def _compare_configuration(self) -> None:
        names = ("tick_lot_cents", "max_order_qty", "max_price", "static_band_bps", "dynamic_band_bps")
        for name in names:
            if (found := getattr(self._listing, name)) != (value := self._configured.get(name)):
                self._add("trading_listing", "", f"{name} is {found!r}, the journal says {value!r}")

    def _compare_counter(self) -> None:
        last = (self._last.seq, self._last.at) if self._last else (0, None)
        counted = journal.counter(listing_id=self._listing.pk)
        if counted != last:
            self._add("trading_sequence", "", f"stands at {counted}, the journal ends at {last}")

    def _compare_market(self) -> None:
        now, due = self._market.indicative(), self._market.next_due()
        should_be = self._expected.market | {
            "applied_seq": self._market.last_seq,
            "event_seq": self._market.event_seq,
            "applied_at": self._applied_at,
            "next_due_at": None if due is None else clock.moment(due),
            "reference_px": self._market.reference_px,
            "band_px": self._market.last_px,
            "indicative_px": now and now.price,
            "indicative_qty": now and now.volume,
            "surplus_side": (now and now.surplus_side) or "",
            "surplus_qty": now and now.surplus_qty,
        }
        for column, value in should_be.items():
            if (found := getattr(self._state, column)) != value:
                self._add("trading_marketstate", "", f"{column} is {found!r}, should be {value!r}")

    # --- What is stored, and what should be, by key

    def _execution_rows(self) -> Iterator[tuple[Any, Row]]:
        columns = (
            "order_id", "account_id", "last_px", "last_qty", "amount", "fee", "liquidity", "status", "at",
        )  # fmt: skip
        rows = Execution.objects.filter(listing=self._listing).order_by("trade_seq", "side")
        for row in rows.values("trade_seq", "side", *columns).iterator(chunk_size=2000):
            yield (row.pop("trade_seq"), row.pop("side")), row

    def _order_rows(self) -> Iterator[tuple[Any, Row]]:
        rows = Order.objects.filter(listing=self._listing).order_by("pk")
        for row in rows.values("pk", *ORDER_COLUMNS).iterator(chunk_size=2000):
            yield row.pop("pk"), row

    def _auction_rows(self) -> Iterator[tuple[Any, Row]]:
        rows = Auction.objects.filter(listing=self._listing).order_by("event_seq")
        columns = ("call", "at", "price", "volume", "surplus_side", "surplus_qty")
        for row in rows.values("event_seq", *columns).iterator(chunk_size=2000):
            yield row.pop("event_seq"), row

    def _candle_rows(self) -> Iterator[tuple[Any, Row]]:
        rows = Candle.objects.filter(listing=self._listing).order_by("interval", "starts_at")
        for row in rows.values("interval", "starts_at", *self._CANDLE).iterator(chunk_size=2000):
            yield (row.pop("interval"), row.pop("starts_at")), row

    def _expected_candles(self) -> Iterator[tuple[Any, Row]]:
        for key, values in sorted(self._expected.candles.items()):
            yield key, dict(zip(self._CANDLE, values, strict=True))

    _CANDLE = ("open", "high", "low", "close", "volume", "value")

    def _stream_rows(self) -> Iterator[tuple[Any, Row]]:
        rows = AccountStream.objects.filter(listing=self._listing).order_by("account_id")
        for account_id, last_seq in rows.values_list("account_id", "last_seq"):
            yield account_id, {"last_seq": last_seq}

    def _expected_streams(self) -> list[tuple[Any, Row]]:
        return [(account, {"last_seq": seq}) for account, seq in sorted(self._expected.streams.items())]

    def _compare_rows(
        self,
        table: str,
        name: str,
        stored: Iterator[tuple[Any, Row]],
        expected: Iterator[tuple[Any, Row]],
    ) -> None:
        comparison = self._compare(table, stored, name)
        for key, row in expected:
            comparison.expect(key, row)
        comparison.expect_no_more()

    def _compare(self, table: str, stored: Iterator[tuple[Any, Row]], name: str) -> Comparison:
        symbol = self._listing.symbol
        return Comparison(self._findings, table, stored, name=lambda key: f"{symbol} {name.format(key)}")

    def _add(self, table: str, row: str, what: str) -> None:
        self._findings.add(table, f"{self._listing.symbol} {row}".strip(), what)


def _verify_seals(listing: Listing, findings: Findings) -> None:
    for broken in journal.verify_seals(listing_id=listing.pk):
        _add_break(findings, broken, row=f"{listing.symbol} seq {broken.row}")
    sealed = journal.sealed_up_to(listing_id=listing.pk)
    applied = listing.market.applied_seq, listing.market.event_seq
    for table, last, should_be in zip((journal.COMMANDS, journal.EVENTS), sealed, applied, strict=True):
        if last != should_be:
            findings.add(table, f"{listing.symbol} seq {last + 1}", f"is not sealed up to {should_be}")


def _add_break(findings: Findings, broken: seals.Break, *, row: str) -> None:
    if broken.row is None:
        findings.add("portal_seal", f"{broken.stream} number {broken.seal}", broken.what)
    else:
        by = f" (seal {broken.seal})" if broken.seal else ""
        findings.add(broken.table, row, broken.what + by)


def _verify_restrictions(listing: Listing, findings: Findings) -> None:
    """No ineligible order without its cancel behind it."""
    restricted = Order.objects.filter(listing=listing, ord_status__in=WORKING).exclude(
        account__status=Account.Status.ACTIVE
    )
    behind = journal.canceled_behind(listing_id=listing.pk)
    for order_id, status in restricted.order_by("pk").values_list("pk", "account__status"):
        if order_id not in behind:
            findings.add(
                "trading_order", f"{listing.symbol} id {order_id}",
                f"is working, its account is {status}, and no cancel is behind it",
            )  # fmt: skip
