"""Which fee schedule an order is entered under (FEES-001 to FEES-003)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from portal.models import Account
from trading.models import FeeSchedule, Listing

_Level = tuple[int | None, str]  # (listing or every one, class or every one)


@dataclass(frozen=True, slots=True)
class Schedules:
    """The newest schedule in force at each level, by listing."""

    by_listing: dict[int, dict[_Level, FeeSchedule]] = field(default_factory=dict)

    def of(self, account: Account, listing_id: int) -> FeeSchedule | None:
        """The closest one: for the listing and the class, the listing, the class, the venue (FEES-002)."""
        levels = self.by_listing.get(listing_id, {})
        its_class = subscriber_class(account)
        closest: tuple[_Level, ...] = (
            (listing_id, its_class),
            (listing_id, ""),
            (None, its_class),
            (None, ""),
        )
        return next((levels[level] for level in closest if level in levels), None)


def subscriber_class(account: Account) -> str:
    if account.kind == Account.Kind.MARKET_MAKER:
        return FeeSchedule.SubscriberClass.MARKET_MAKER.value
    return account.investor_class


def in_force(listings: Iterable[Listing], *, at: datetime) -> Schedules:
    """What is in force on each listing's date; one query however many listings."""
    days = {row.pk: at.astimezone(ZoneInfo(row.time_zone)).date() for row in listings}
    rows = FeeSchedule.objects.raw(
        "SELECT DISTINCT ON (asked.id, f.listing_id, f.subscriber_class) f.*, asked.id AS asked_id "
        "FROM unnest(%s::bigint[], %s::date[]) AS asked(id, day) JOIN trading_feeschedule f "
        "ON (f.listing_id = asked.id OR f.listing_id IS NULL) AND f.effective_date <= asked.day "
        "ORDER BY asked.id, f.listing_id, f.subscriber_class, f.effective_date DESC, f.id DESC",
        [list(days), list(days.values())],
    )
    found = Schedules()
    row: Any  # a schedule, and whom it was found for
    for row in rows:
        levels = found.by_listing.setdefault(row.asked_id, {})
        levels[row.listing_id, row.subscriber_class] = row
    return found
