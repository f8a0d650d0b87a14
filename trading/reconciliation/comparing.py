"""Comparisons: each asset's books against their lots, and against what others keep of it.

The books are taken as of the end of the day another's file is of, where the listing is (of cash: in New
York): what happened since is no break. (Possession or control, and cash kept apart: 17 CFR 240.15c3-3.)
"""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Q, Sum

from portal import clock
from portal.models import Account
from trading import words
from trading.models import CASH, Asset, BankStatement, Listing, PositionFile, Reconciliation, Transfer
from trading.reconciliation.cases import open_break
from trading.services.fee_schedules import VENUE_TIME_ZONE
from trading.services.ledger import BANK

MOST_DIFFERENCES = 100
Kind = Reconciliation.Kind
Amounts = dict[str, int]  # by account number; "": all together


class _Sides(NamedTuple):
    as_of: date
    ours: Amounts
    theirs: Amounts


def reconcile_all(*, at: datetime | None = None) -> list[Reconciliation]:
    """Make every comparison there is something for."""
    made = [reconcile(asset=CASH, kind=Kind.BANK, at=at)]
    for token in Asset.objects.filter(kind=Asset.Kind.TOKEN).order_by("code"):
        made += [reconcile(asset=token.code, kind=kind, at=at) for kind in _OF_SECURITIES]
    return [row for row in made if row is not None]


def reconcile(*, asset: str, kind: str, at: datetime | None = None) -> Reconciliation | None:
    """Compare, and write down how it came out; where it differs there is a case from then on. None: nobody
    has said anything to compare with."""
    at = at or clock.now()
    sides = _bank() if kind == Kind.BANK else _OF_SECURITIES[Kind(kind)](Listing.objects.get(asset=asset), at)
    if sides is None:
        return None
    differing = [
        {"account": number, "ours": sides.ours.get(number, 0), "theirs": sides.theirs.get(number, 0)}
        for number in sorted(sides.ours.keys() | sides.theirs.keys())
        if sides.ours.get(number, 0) != sides.theirs.get(number, 0)
    ]
    with transaction.atomic():
        made = Reconciliation.objects.create(
            kind=kind, asset_id=asset, at=at, as_of=sides.as_of, ours=sum(sides.ours.values()),
            theirs=sum(sides.theirs.values()), differences=differing[:MOST_DIFFERENCES],
        )  # fmt: skip
        if differing:
            open_break(kind=kind, asset=asset, facts={"comparison": made.pk, "accounts": len(differing)})
    return made


def reconciled_today() -> bool:
    """Has everything been compared since the venue's day began? A file taken in compares no more than what
    it speaks of."""
    begun = _end_of(venue_day(clock.now()) - timedelta(days=1), VENUE_TIME_ZONE)
    tokens = Asset.objects.filter(kind=Asset.Kind.TOKEN).values_list("code", flat=True)
    wanted = {(Kind.LOTS.value, code) for code in tokens}  # with them the others are compared
    if BankStatement.objects.exists():
        wanted.add((Kind.BANK.value, CASH))
    made = Reconciliation.objects.filter(at__gte=begun).values_list("kind", "asset_id")
    return wanted <= set(made.distinct())


def venue_day(at: datetime) -> date:
    """Which day it is where the venue and its bank are."""
    return at.astimezone(ZoneInfo(VENUE_TIME_ZONE)).date()


def in_words(row: Reconciliation) -> str:
    ours, theirs = (words.amount(row.asset, units) for units in (row.ours, row.theirs))
    came_out = "agrees" if row.agrees else f"DIFFERS in {len(row.differences)} places"
    what = f"{row.get_kind_display()}: {row.asset_id} as of {row.as_of}"
    return f"{what}, ours {ours}, theirs {theirs}: {came_out}"


def _lots(listing: Listing, at: datetime) -> _Sides:
    """Of one moment: one statement reads both."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLED_AND_LOTS, {"asset": listing.asset_id, "contra": Account.Kind.CONTRA})
        rows = cursor.fetchall()
    today = at.astimezone(ZoneInfo(listing.time_zone)).date()
    return _Sides(today, {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows})


def _register(listing: Listing, at: datetime) -> _Sides | None:
    return _position_file(listing, PositionFile.Source.REGISTER)


def _custodian(listing: Listing, at: datetime) -> _Sides | None:
    return _position_file(listing, PositionFile.Source.CUSTODIAN)


_OF_SECURITIES = {Kind.LOTS: _lots, Kind.REGISTER: _register, Kind.CUSTODIAN: _custodian}


def _position_file(listing: Listing, source: str) -> _Sides | None:
    """The last file that says anything of the security; of two of a day the one that came later."""
    files = PositionFile.objects.filter(source=source, lines__asset=listing.asset_id)
    last = files.order_by("-as_of", "-id").first()
    if last is None:
        return None
    lines = last.lines.filter(asset=listing.asset_id)
    theirs = dict(lines.values_list("account_number", "lots"))
    ours = _holdings(listing.asset_id, _end_of(last.as_of, listing.time_zone))
    return _Sides(last.as_of, {"": sum(ours.values())} if "" in theirs else ours, theirs)


def _bank() -> _Sides | None:
    """Customers' cash at the bank against the last statement's closing balance. Its lines count whenever
    they were booked, other movements by the end of its day."""
    last = BankStatement.objects.order_by("-booked_on", "-id").first()
    if last is None:
        return None
    end = _end_of(last.booked_on, VENUE_TIME_ZONE)
    moved = Transfer.objects.filter(Q(bank_entry__isnull=False) | Q(at__lt=end), asset=CASH)
    into = moved.filter(debit_account__number=BANK).aggregate(sum=Sum("amount"))["sum"] or 0
    out = moved.filter(credit_account__number=BANK).aggregate(sum=Sum("amount"))["sum"] or 0
    return _Sides(last.booked_on, {"": int(into - out)}, {"": last.closing_cents})


def _holdings(asset: str, end: datetime) -> Amounts:
    """What each account had settled of a security before a moment."""
    held: Amounts = {}
    before = Transfer.objects.filter(asset=asset, at__lt=end).order_by()
    for side, sign in (("credit_account", 1), ("debit_account", -1)):
        holders = before.exclude(**{f"{side}__kind": Account.Kind.CONTRA}).values_list(f"{side}__number")
        for number, lots in holders.annotate(Sum("amount")):
            held[number] = held.get(number, 0) + sign * int(lots)
    return held


def _end_of(day: date, time_zone: str) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(time_zone))


_SETTLED_AND_LOTS = """
    SELECT account.number, sum(settled)::bigint, sum(lots)::bigint FROM (
        SELECT account_id, settled, 0 AS lots FROM trading_balance WHERE asset_id = %(asset)s
        UNION ALL
        SELECT account_id, 0, qty FROM trading_lot WHERE asset_id = %(asset)s
    ) AS both_sides JOIN portal_account account ON account.id = account_id
    WHERE account.kind <> %(contra)s GROUP BY 1
"""
