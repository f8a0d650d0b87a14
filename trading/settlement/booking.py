"""What settling means on the books: transfers, balances and lots of instructions, all or none."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from trading import balances, bulk, lots
from trading.balances import Place
from trading.models import CASH, Instruction, Listing, Lot, Transfer
from trading.services.ledger import fee_account

Kind = Transfer.Kind


class Leg(NamedTuple):
    kind: str
    debit: int
    credit: int
    asset: str
    amount: int
    reference: str


def book(listing: Listing, due: Sequence[Instruction], *, at: datetime) -> None:
    """Write the legs of each instruction, and move balances and lots."""
    venue = fee_account().pk if any(row.buyer_fee or row.seller_fee for row in due) else None
    legs = [leg for row in due for leg in _legs(listing, row, venue)]
    settled: dict[Place, int] = {}
    for leg in legs:
        _add(settled, (leg.debit, leg.asset), -leg.amount)
        _add(settled, (leg.credit, leg.asset), leg.amount)
    pending_in, pending_out = pending(listing, due, sign=-1)
    balances.lock(settled)
    bulk.copy(
        Transfer,
        ("at", "kind", "debit_account_id", "credit_account_id", "asset_id", "amount", "reference"),
        [(at, *leg) for leg in legs],
    )
    balances.move(settled=settled, pending_in=pending_in, pending_out=pending_out)
    _move_lots(listing, due, at)


def release(listing: Listing, rows: Sequence[Instruction]) -> None:
    """What will not be settled is pending no more."""
    pending_in, pending_out = pending(listing, rows, sign=-1)
    balances.lock({*pending_in, *pending_out})
    balances.move(pending_in=pending_in, pending_out=pending_out)


def reserve(listing: Listing, row: Instruction) -> dict[Place, int]:
    """Keep what a reversal will move; return what was available. The caller looks before it commits."""
    pending_in, pending_out = pending(listing, [row])
    available = balances.lock({*pending_in, *pending_out})
    if all(available[place] >= amount for place, amount in pending_out.items()):
        balances.move(pending_in=pending_in, pending_out=pending_out)
    return {place: available[place] - amount for place, amount in pending_out.items()}


def pending(
    listing: Listing, rows: Sequence[Instruction], *, sign: int = 1
) -> tuple[dict[Place, int], dict[Place, int]]:
    """What instructions keep pending at their parties: (in, out). The fees of a trade go off what is paid
    and got, as the drain reckons them; a reversal's come from the venue."""
    into: dict[Place, int] = {}
    out: dict[Place, int] = {}
    for row in rows:
        buyer, seller = row.buyer_id, row.seller_id
        if row.kind == Instruction.Kind.TRADE:
            _add(out, (buyer, CASH), sign * (row.amount + row.buyer_fee))
            _add(into, (seller, CASH), sign * (row.amount - row.seller_fee))
        else:
            _add(out, (buyer, CASH), sign * row.amount)
            _add(into, (buyer, CASH), sign * row.buyer_fee)
            _add(into, (seller, CASH), sign * (row.amount + row.seller_fee))
        _add(into, (buyer, listing.asset_id), sign * row.qty)
        _add(out, (seller, listing.asset_id), sign * row.qty)
    return into, out


def places(listing: Listing, rows: Sequence[Instruction]) -> set[Place]:
    """Balances that booking these moves."""
    parties = {place for part in pending(listing, rows) for place in part}
    return parties | {(fee_account().pk, CASH)} if rows else parties


def local_date(listing: Listing, at: datetime) -> date:
    return at.astimezone(ZoneInfo(listing.time_zone)).date()


def _legs(listing: Listing, row: Instruction, venue: int | None) -> Iterator[Leg]:
    trade = row.kind == Instruction.Kind.TRADE
    cash, token, fee = (
        (Kind.TRADE_CASH, Kind.TRADE_TOKEN, Kind.TRADE_FEE)
        if trade
        else (Kind.REVERSAL_CASH, Kind.REVERSAL_TOKEN, Kind.REVERSAL_FEE)
    )
    yield Leg(cash, row.buyer_id, row.seller_id, CASH, row.amount, reference(cash, row))
    yield Leg(token, row.seller_id, row.buyer_id, listing.asset_id, row.qty, reference(token, row))
    for side, party, cents in (("BUY", row.buyer_id, row.buyer_fee), ("SELL", row.seller_id, row.seller_fee)):
        if cents:
            assert venue is not None
            debit, credit = (party, venue) if trade else (venue, party)
            yield Leg(fee, debit, credit, CASH, cents, f"{reference(fee, row)}:{side}")


def reference(kind: str, row: Instruction) -> str:
    return f"{kind}:{row.listing_id}:{row.trade_seq}"


def _move_lots(listing: Listing, due: Sequence[Instruction], at: datetime) -> None:
    token = listing.asset_id
    book = lots.LotBook((party, token) for row in due for party in (row.buyer_id, row.seller_id))
    today = local_date(listing, at)
    for row in due:
        if row.kind == Instruction.Kind.REVERSAL:
            _give_back(book, row, token)
            continue
        name = reference(Kind.TRADE_TOKEN, row)
        book.take(
            (row.seller_id, token), row.qty, reference=name, first=book.choice_of(row.pk),
            proceeds=row.amount - row.seller_fee,
        )  # fmt: skip
        price = row.amount // (row.qty * listing.tick_lot_cents)
        facts = lots.Facts(local_date(listing, row.traded_at), today, Lot.Source.TRADE, price)
        book.put((row.buyer_id, token), facts, row.qty, cost=row.amount + row.buyer_fee, reference=name)
    book.write(at=at)


def _give_back(book: lots.LotBook, row: Instruction, token: str) -> None:
    """The buyer of a reversal gets back the very lots it sold, its gain undone; the seller gives those it
    bought, or others where it has sold them on."""
    name = reference(Kind.REVERSAL_TOKEN, row)
    moved = lots.moved(reference(Kind.TRADE_TOKEN, row))
    bought = {piece.lot.pk: piece.qty for piece, _ in moved if piece.qty > 0}
    book.take((row.seller_id, token), row.qty, reference=name, first=bought)
    for (lot, qty, cost), proceeds in moved:
        if qty < 0:
            book.put_back([lots.Piece(lot, -qty, -cost)], reference=name, proceeds=-(proceeds or 0))


def _add(sums: dict[Place, int], place: Place, amount: int) -> None:
    sums[place] = sums.get(place, 0) + amount
