"""Carrying trades on: a cursor over each listing's executions instructs them, and settles what is due.

At least once and idempotent: cursor, instructions, transfers and lots move in one transaction, under the
lock of the cursor; a trade is instructed once, and a transfer's reference is unique.
"""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, QuerySet

from portal import clock
from portal.models import Account
from trading import feed, gates, journal
from trading.engine import Side
from trading.lots import LotsMissing
from trading.models import (
    BREAKABLE,
    BREAKS,
    Case,
    Cursor,
    Execution,
    Instruction,
    Listing,
    SettlementState,
    TradeBreak,
)
from trading.reconciliation.cases import open_lots_break
from trading.selectors import SETTLEMENT_CURSOR
from trading.settlement.progress import Progress
from trading.settlement.rails import Rail, rail_of

BATCH = 2000  # trades

State = SettlementState


def settle(listing_id: int) -> int:
    """Carry a listing's settlement on by one batch; return how many trades and events it came to (0: there
    is nothing to do, or somebody else is at it)."""
    try:
        return _carry_on(listing_id)
    except LotsMissing as missing:
        # Nothing of the batch is done.
        open_lots_break(missing)
        return _carry_on(listing_id)


def _carry_on(listing_id: int) -> int:
    with transaction.atomic():
        cursor = (
            Cursor.objects.select_for_update(skip_locked=True)
            .filter(name=SETTLEMENT_CURSOR, listing_id=listing_id)
            .first()
        )
        if cursor is None:
            return 0
        listing = Listing.objects.select_related("market", "calendar").get(pk=listing_id)
        progress = Progress(clock.now())
        before = cursor.last_event_seq
        new = _instruct(listing, cursor, progress)
        broken = _heed_breaks(listing, progress)
        due = _due(listing, new, progress)
        _settle(listing, due, progress)
        progress.write()
        if cursor.last_event_seq > before:
            cursor.save(update_fields=["last_event_seq"])
        done = cursor.last_event_seq - before + len(broken) + len(due)
    feed.publish_balances({pk for row in (*new, *due, *broken) for pk in (row.buyer_id, row.seller_id)})
    return done


def listings_behind() -> list[int]:
    """Listings with events that settlement has not seen, or with instructions that are due."""
    behind = Cursor.objects.filter(
        name=SETTLEMENT_CURSOR, listing__market__event_seq__gt=F("last_event_seq")
    ).values_list("listing_id", flat=True)
    due = Instruction.objects.filter(state=State.AFFIRMED, due_at__lte=clock.now())
    due = due.exclude(listing__asset__in=stopped_assets())
    return sorted({*behind, *due.order_by().values_list("listing_id", flat=True).distinct()})


def stopped_assets() -> list[str]:
    """Assets in which nothing settles until a case is closed."""
    return list(Case.objects.filter(kind__in=BREAKS, closed_at=None).values_list("asset_id", flat=True))


def _instruct(listing: Listing, cursor: Cursor, progress: Progress) -> list[Instruction]:
    """Instructions of the next trades that stand, as far as nothing is unheard of; the cursor moves on."""
    seen, up_to = cursor.last_event_seq, listing.market.event_seq
    # Nobody breaks a trade while the cursor is locked. Of those broken before, what the worker has applied
    # is in the executions, which are read after ``applied_seq`` (BUST-008).
    unheard = _unheard(listing).filter(trade_seq__gt=seen).order_by("trade_seq").first()
    if unheard is not None:
        up_to = unheard.trade_seq - 1
    rows = Execution.objects.filter(listing=listing, trade_seq__gt=seen, trade_seq__lte=up_to)
    sides = list(rows.order_by("trade_seq", "side")[: 2 * BATCH])
    if len(sides) == 2 * BATCH:
        up_to = sides[-1].trade_seq
    cursor.last_event_seq = max(seen, up_to)
    rail = rail_of(listing, listing.custodian_id)
    new = [
        _instruction(listing, rail, buyer, seller)
        for buyer, seller in zip(sides[::2], sides[1::2], strict=True)
        if buyer.status != Execution.Status.BUSTED
    ]
    progress.add(new)
    for row in new:
        if rail.affirmed(row):
            progress.move(row, State.AFFIRMED)
    return new


def _instruction(listing: Listing, rail: Rail, buyer: Execution, seller: Execution) -> Instruction:
    return Instruction(
        listing_id=listing.pk, trade_seq=buyer.trade_seq, buyer_id=buyer.account_id,
        seller_id=seller.account_id, qty=buyer.last_qty, amount=buyer.amount, buyer_fee=buyer.fee,
        seller_fee=seller.fee, traded_at=buyer.at, due_at=rail.due_at(listing=listing, traded_at=buyer.at),
        custodian_id=listing.custodian_id,
    )  # fmt: skip


def _heed_breaks(listing: Listing, progress: Progress) -> list[Instruction]:
    """What became of instructed trades that people broke, once the worker has heard of it. The amounts that
    are pending were moved by the worker."""
    heard = TradeBreak.objects.filter(listing=listing, seq__lte=listing.market.applied_seq)
    rows = Instruction.objects.filter(
        listing=listing, kind=Instruction.Kind.TRADE, state__in=BREAKABLE,
        trade_seq__in=heard.values("trade_seq"),
    )  # fmt: skip
    broken = {row.trade_seq: row for row in rows}
    sides = Execution.objects.filter(listing=listing, trade_seq__in=broken).order_by("trade_seq", "side")
    changed, found = [], list(sides)
    for buyer, seller in zip(found[::2], found[1::2], strict=True):
        row = broken[buyer.trade_seq]
        if buyer.status == Execution.Status.BUSTED:
            progress.move(row, State.CANCELED, reason="TRADE_BUSTED")
            changed.append(row)
        elif (row.qty, row.amount) != (buyer.last_qty, buyer.amount):
            row.qty, row.amount = buyer.last_qty, buyer.amount
            row.buyer_fee, row.seller_fee = buyer.fee, seller.fee
            # It goes on from where it stood, under its new terms, which a custodian has yet to affirm.
            state = State(row.state)
            if row.custodian_id is not None:
                row.buyer_affirmed_at = row.seller_affirmed_at = None
                state = State.INSTRUCTED if state == State.AFFIRMED else state
            progress.move(row, state, reason=row.reason or "TRADE_CORRECTED")
            changed.append(row)
    return changed


def _due(listing: Listing, new: Sequence[Instruction], progress: Progress) -> list[Instruction]:
    """Affirmed instructions whose time has come, in the order of their trades."""
    if listing.asset_id in stopped_assets():
        return []
    rows = Instruction.objects.filter(listing=listing, state=State.AFFIRMED, due_at__lte=progress.at)
    rows = rows.exclude(kind=Instruction.Kind.TRADE, trade_seq__in=_unheard(listing).values("trade_seq"))
    old = [progress.row(row) for row in rows.order_by("id")[:BATCH]]
    due = [*old, *(row for row in new if row.due_at <= progress.at)]
    return [row for row in due if row.state == State.AFFIRMED]


def _unheard(listing: Listing) -> QuerySet[TradeBreak]:
    """Broken trades of which the worker has yet to hear."""
    return TradeBreak.objects.filter(listing=listing, seq__gt=listing.market.applied_seq)


def _settle(listing: Listing, due: Sequence[Instruction], progress: Progress) -> None:
    """Ask the gates again, and execute what they let pass."""
    if not due:
        return
    accounts = Account.objects.in_bulk({pk for row in due for pk, _ in _parties(row)})
    asked = {
        party: gates.Party(accounts[party[0]], listing, party[1]) for row in due for party in _parties(row)
    }
    verdicts = dict(zip(asked, gates.ask_of_settlement(list(asked.values())), strict=True))
    passed = []
    for row in due:
        answers = {party[1]: verdicts[party] for party in _parties(row)}
        decision = {side.value: verdict.as_json() for side, verdict in answers.items()}
        reasons = [r for verdict in answers.values() for r in verdict.reasons if r.code not in row.waived]
        if reasons:
            first = reasons[0]
            progress.move(row, State.FAILED, reason=first.code, note=first.message, decision=decision)
        else:
            progress.move(row, State.EXECUTING, decision=decision)
            passed.append(row)
    for custodian_id in dict.fromkeys(row.custodian_id for row in passed):
        rows = [row for row in passed if row.custodian_id == custodian_id]
        if rail_of(listing, custodian_id).execute(listing=listing, due=rows, at=progress.at) == State.SETTLED:
            for row in rows:
                progress.move(row, State.SETTLED)
    # Last, as at entry: whoever inserts the same facts waits for the other, and may hold balances meanwhile.
    journal.record_facts(sheets={v.facts_digest: v.facts for v in verdicts.values()})


def _parties(row: Instruction) -> tuple[tuple[int, Side], tuple[int, Side]]:
    return (row.buyer_id, Side.BUY), (row.seller_id, Side.SELL)
