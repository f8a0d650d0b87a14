"""Position files: what a transfer agent's register, or a custodian, says is held at the end of a day.

CSV with a head: ``as_of,symbol,account,quantity``. One day a file; quantities in tokens; a custodian that
keeps a security in one place leaves its account empty. Taken in as a whole or not at all, and once.
"""

import csv
import hashlib
import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import IntegrityError, transaction

from portal import audit, clock
from portal.models import User
from trading.models import Listing, PositionFile, PositionLine, Reconciliation
from trading.reconciliation.comparing import reconcile, venue_day
from trading.reconciliation.errors import ReconciliationRefused

COLUMNS = ["as_of", "symbol", "account", "quantity"]
MOST_LOTS = 2**62


class _Line(NamedTuple):
    number: int
    as_of: date
    listing: Listing
    account: str
    lots: int


def import_positions(
    *, source: str, content: bytes, file_name: str, by: User | None = None
) -> tuple[PositionFile, list[Reconciliation]]:
    """Take a file in, and compare every security it speaks of."""
    sha256 = hashlib.sha256(content).hexdigest()
    if (known := PositionFile.objects.filter(source=source, sha256=sha256).first()) is not None:
        raise _already_there(known)
    lines = list(_lines(content))
    as_of = _day_of(lines)
    _refuse_doubled(lines)
    try:
        with transaction.atomic():
            file = PositionFile.objects.create(
                source=source, as_of=as_of, file_name=file_name[:200], sha256=sha256,
                imported_at=clock.now(), imported_by=by,
            )  # fmt: skip
            PositionLine.objects.bulk_create(
                PositionLine(
                    file=file, asset_id=line.listing.asset_id, account_number=line.account, lots=line.lots
                )
                for line in lines
            )
            facts = {"file": file.file_name, "lines": len(lines), "sha256": sha256}
            audit.record(action="POSITIONS_IMPORTED", subject=str(file), actor=by, facts=facts)
            assets = sorted({line.listing.asset_id for line in lines})
            compared = [reconcile(asset=asset, kind=source) for asset in assets]
    except IntegrityError:  # somebody else took it in this moment
        raise _already_there(PositionFile.objects.get(source=source, sha256=sha256)) from None
    return file, [made for made in compared if made is not None]


def _already_there(known: PositionFile) -> ReconciliationRefused:
    return ReconciliationRefused(
        "ALREADY_IMPORTED", f"This very file was taken in at {known.imported_at:%Y-%m-%d %H:%M} UTC."
    )


def _lines(content: bytes) -> Iterator[_Line]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ReconciliationRefused("NOT_TEXT", "This is no CSV file in UTF-8.") from None
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    listings = {row.symbol: row for row in Listing.objects.all()}
    try:
        if next(rows, None) != COLUMNS:
            raise ReconciliationRefused("WRONG_HEAD", f"The first line has to be {','.join(COLUMNS)}.")
        for row in filter(None, rows):
            yield _line(rows.line_num, [cell.strip() for cell in row], listings)
    except csv.Error as error:
        raise _wrong(rows.line_num, f"it cannot be read as CSV: {error}") from None


def _line(number: int, row: list[str], listings: dict[str, Listing]) -> _Line:
    if len(row) != len(COLUMNS):
        raise _wrong(number, f"it has {len(row)} columns, not {len(COLUMNS)}")
    day, symbol, account, quantity = row
    listing = listings.get(symbol)
    if listing is None:
        raise _wrong(number, f"there is no listing {symbol!r}")
    if len(account) > 16 or not account.isprintable():
        raise _wrong(number, "no account has such a number")
    try:
        as_of = date.fromisoformat(day)
    except ValueError:
        raise _wrong(number, f"{day!r} is no day like 2027-03-01") from None
    return _Line(number, as_of, listing, account, _lots(number, listing, quantity))


def _lots(number: int, listing: Listing, quantity: str) -> int:
    try:
        lots = Decimal(quantity) / listing.lot_size
        if not 0 <= lots <= MOST_LOTS or lots != lots.to_integral_value():
            raise ArithmeticError
    except ArithmeticError:  # no number, or one beyond all bounds
        raise _wrong(
            number, f"{quantity!r} is no quantity of {listing.symbol}, which comes in {listing.quantity(1):f}"
        ) from None
    return int(lots)


def _day_of(lines: list[_Line]) -> date:
    if not lines:
        raise ReconciliationRefused("EMPTY_FILE", "The file has no positions.")
    as_of = lines[0].as_of
    for line in lines:
        if line.as_of != as_of:
            raise _wrong(line.number, f"it is of {line.as_of}, the lines before it of {as_of}")
    if as_of > venue_day(clock.now()):
        raise ReconciliationRefused("DAY_AHEAD", f"The file is of {as_of}, a day that has not begun.")
    return as_of


def _refuse_doubled(lines: list[_Line]) -> None:
    """One line an account; of a security either named accounts or all together."""
    said: dict[str, set[str]] = {}
    for line in lines:
        accounts = said.setdefault(line.listing.symbol, set())
        if line.account in accounts:
            raise _wrong(line.number, "this position was said before")
        accounts.add(line.account)
        if "" in accounts and len(accounts) > 1:
            raise _wrong(line.number, "a security is said by account or as a whole, not both")


def _wrong(number: int, what: str) -> ReconciliationRefused:
    return ReconciliationRefused("WRONG_LINE", f"Line {number}: {what}.")
