"""Lots behind holdings: put into and taken out of in memory, written at once.

The balance of (account, asset) is the lock of its lots: whoever moves lots has locked it before.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q

from trading import bulk
from trading.balances import Place
from trading.models import PENDING, Lot, LotChoice, LotEntry


class Facts(NamedTuple):
    """What makes units alike: a lot each."""

    acquired_on: date
    paid_on: date
    source: str
    price: int | None  # in ticks


ALIKE = ["account", "asset", *Facts._fields]  # there is one lot of them


class Piece(NamedTuple):
    """Some units and what they cost, in cents; out of a lot, or into it."""

    lot: Lot
    qty: int
    cost: int


class _Entry(NamedTuple):
    lot: Lot
    reference: str
    qty: int
    cost: int
    proceeds: int | None


class LotBook:
    """The lots of some places, which the caller has locked."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._lots: dict[Place, list[Lot]] = {place: [] for place in sorted(set(places))}
        self._of_facts: dict[tuple[Place, Facts], Lot] = {}
        self._choices: dict[int, dict[int, int]] = {}  # by instruction: lots and quantities
        self._entries: list[_Entry] = []
        for lot in _held(self._lots):
            self._lots[lot.account_id, lot.asset_id].append(lot)
            self._of_facts[(lot.account_id, lot.asset_id), facts_of(lot)] = lot
        ids = [lot.pk for lots in self._lots.values() for lot in lots]
        chosen = LotChoice.objects.filter(lot__in=ids, instruction__state__in=PENDING)
        for instruction, lot_id, qty in chosen.values_list("instruction", "lot", "qty"):
            self._choices.setdefault(instruction, {})[lot_id] = qty

    def choice_of(self, instruction_id: int) -> dict[int, int]:
        """The lots chosen for a sale, which are kept for it no longer."""
        return self._choices.pop(instruction_id, {})

    def take(
        self, place: Place, qty: int, *, reference: str, first: Mapping[int, int] | None = None,
        proceeds: int | None = None,
    ) -> list[Piece]:  # fmt: skip
        """Take units out: of these lots first, as far as they go, then first in, first out. What was chosen
        for other sales is left to them, if the rest is enough. ``proceeds`` are shared out by quantity, what
        is left over going to the last piece.

        Raises LotsMissing where there are not enough.
        """
        parts = self._parts(place, qty, first or {})
        pieces, shared = [], 0
        for n, (lot, part) in enumerate(parts, start=1):
            piece = Piece(lot, part, lot.cost * part // lot.qty)  # its share; the last units take the rest
            lot.qty -= part
            lot.cost -= piece.cost
            of_it = None
            if proceeds is not None:
                of_it = proceeds - shared if n == len(parts) else proceeds * part // qty
                shared += of_it
            self._entries.append(_Entry(lot, reference, -part, -piece.cost, of_it))
            pieces.append(piece)
        return pieces

    def _parts(self, place: Place, qty: int, first: Mapping[int, int]) -> list[tuple[Lot, int]]:
        kept: dict[int, int] = {}
        for choice in self._choices.values():
            for lot_id, chosen in choice.items():
                kept[lot_id] = kept.get(lot_id, 0) + chosen
        lots = [lot for lot in self._lots[place] if lot.qty]
        parts: dict[int, int] = {}
        for n, lot in enumerate(lots):
            if lot.pk in first:
                parts[n] = min(first[lot.pk], lot.qty, qty)
                qty -= parts[n]
        # What others chose comes last: of a sale corrected since, more may be chosen than it takes.
        for left_alone in (kept, {}):
            for n, lot in enumerate(lots):
                if (part := min(lot.qty - parts.get(n, 0) - left_alone.get(lot.pk, 0), qty)) > 0:
                    parts[n] = parts.get(n, 0) + part
                    qty -= part
        if qty:
            raise LotsMissing(place, qty)
        return [(lots[n], part) for n, part in sorted(parts.items()) if part]

    def put(
        self, place: Place, facts: Facts, qty: int, *, cost: int, reference: str, proceeds: int | None = None
    ) -> Lot:
        """Put units in: into the lot that is alike, or a new one."""
        key = place, facts
        lot = self._of_facts.get(key)
        if lot is None:
            account_id, asset_id = place
            lot = self._of_facts[key] = Lot(account_id=account_id, asset_id=asset_id, **facts._asdict())
            self._lots[place].append(lot)
            self._lots[place].sort(key=lambda lot: (lot.acquired_on, lot.pk is None, lot.pk))
        lot.qty += qty
        lot.cost += cost
        self._entries.append(_Entry(lot, reference, qty, cost, proceeds))
        return lot

    def put_back(self, pieces: Iterable[Piece], *, reference: str, proceeds: int | None = None) -> None:
        """Put units back where they were taken from, as if they had never left."""
        for lot, qty, cost in pieces:
            self.put((lot.account_id, lot.asset_id), facts_of(lot), qty, cost=cost, reference=reference,
                     proceeds=proceeds)  # fmt: skip
            proceeds = None

    def write(self, *, at: datetime) -> None:
        if not self._entries:
            return
        touched = {id(entry.lot): entry.lot for entry in self._entries}.values()
        _update([lot for lot in touched if lot.pk is not None])
        new = [lot for lot in touched if lot.pk is None]
        # One that is alike may be there, empty: it was not read, and is filled again.
        Lot.objects.bulk_create(
            new, update_conflicts=True, unique_fields=ALIKE, update_fields=["qty", "cost"]
        )
        bulk.copy(
            LotEntry,
            ("lot_id", "reference", "at", "qty", "cost", "proceeds"),
            [(e.lot.pk, e.reference, at, e.qty, e.cost, e.proceeds) for e in self._entries],
        )
        self._entries = []


class LotsMissing(Exception):
    """A balance promises more than its lots come to: the books are broken here."""

    def __init__(self, place: Place, qty: int) -> None:
        super().__init__(f"account {place[0]} lacks lots of {qty} {place[1]}")
        self.place, self.qty = place, qty


def moved(reference: str) -> list[tuple[Piece, int | None]]:
    """What a transfer put into lots (or, below zero, took out), with the proceeds."""
    rows = LotEntry.objects.filter(transfer__reference=reference).select_related("lot").order_by("id")
    return [(Piece(row.lot, row.qty, row.cost), row.proceeds) for row in rows]


def facts_of(lot: Lot) -> Facts:
    return Facts(lot.acquired_on, lot.paid_on, lot.source, lot.price)


def _held(places: Iterable[Place]) -> list[Lot]:
    """First in, first out."""
    by_asset: dict[str, list[int]] = {}
    for account, asset in places:
        by_asset.setdefault(asset, []).append(account)
    if not by_asset:
        return []
    wanted = Q(pk__in=[])
    for asset, accounts in by_asset.items():
        wanted |= Q(asset=asset, account__in=accounts)
    return list(Lot.objects.filter(wanted, qty__gt=0).order_by("account", "asset", "acquired_on", "id"))


def _update(lots: list[Lot]) -> None:
    columns: list[list[Any]] = [
        [lot.pk for lot in lots],
        [lot.qty for lot in lots],
        [lot.cost for lot in lots],
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE trading_lot l SET qty = n.qty, cost = n.cost "
            "FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS n(id, qty, cost) WHERE l.id = n.id",
            columns,
        )
