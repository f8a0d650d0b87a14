"""Fee schedules: added by two people, and never changed (FEES-001)."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from portal import clock
from portal.models import Proposal
from portal.proposals import ProposalRefused, Wording
from trading import words
from trading.models import FeeSchedule, Listing
from trading.services.listings import named_listing

VENUE = "the venue"  # the subject of a schedule for every listing
VENUE_TIME_ZONE = "America/New_York"
MOST_RATE = 100_000  # millionths
MOST_CENTS = 100_000_00


class NewFeeSchedule:
    """Kind of proposal: fees from a date on. Subject: a symbol, or ``VENUE``; new: all of ``FIELDS``."""

    FIELDS = {
        "subscriber_class": "For",
        "effective_date": "First day",
        "maker_rate": "Maker",
        "taker_rate": "Taker",
        "auction_rate": "In auctions",
        "flat_cents": "For every order that trades",
        "minimum_cents": "At least, for an order that trades",
    }
    RATES = ("maker_rate", "taker_rate", "auction_rate")

    def current(self, *, subject: str, lock: bool = False) -> dict[str, Any]:
        """The newest schedule: one that came meanwhile is ground that has moved."""
        newest = FeeSchedule.objects.filter(listing=self._listing(subject, lock=lock)).order_by("-id").first()
        return {"newest": newest.pk if newest else None}

    def check(self, *, subject: str, new: dict[str, Any]) -> None:
        listing = self._listing(subject)
        if set(new) != set(self.FIELDS):
            raise ProposalRefused("INCOMPLETE", "A fee schedule needs all of its terms.")
        if new["subscriber_class"] not in ("", *FeeSchedule.SubscriberClass.values):
            raise ProposalRefused("UNKNOWN_CLASS", "There is no such class of subscribers.")
        for name in self.FIELDS:
            most = MOST_RATE if name in self.RATES else MOST_CENTS
            if name.endswith(("_rate", "_cents")) and not (type(new[name]) is int and 0 <= new[name] <= most):
                said = words.rate(most) if name in self.RATES else words.cash(most)
                raise ProposalRefused("OUT_OF_RANGE", f"“{self.FIELDS[name]}” is from nothing to {said}.")
        if date.fromisoformat(new["effective_date"]) < self._today(listing):
            raise ProposalRefused("PAST", "The first day has passed: fees never change for what has traded.")

    def apply(self, *, subject: str, new: dict[str, Any], proposal: Proposal) -> None:
        FeeSchedule.objects.create(
            **new, listing=self._listing(subject), proposal=proposal, created_at=clock.now()
        )

    def first_day(self, *, subject: str, new: dict[str, Any]) -> date | None:
        first = date.fromisoformat(new["effective_date"])
        return first if first > self._today(self._listing(subject)) else None

    def wording(self, *, subject: str, old: dict[str, Any], new: dict[str, Any]) -> Wording:
        before = self._superseded(subject, old, new)
        return [(called, self._say(name, before.get(name)), self._say(name, new[name]))
                for name, called in self.FIELDS.items()]  # fmt: skip

    def _superseded(self, subject: str, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
        """What was in force, or to be, for the same subscribers on that day."""
        rows = FeeSchedule.objects.filter(
            listing=self._listing(subject), subscriber_class=new["subscriber_class"],
            effective_date__lte=new["effective_date"], pk__lte=old["newest"] or 0,
        )  # fmt: skip
        return rows.order_by("-effective_date", "-id").values(*self.FIELDS).first() or {}

    def _say(self, name: str, value: Any) -> str:
        if value is None:
            return words.NOTHING
        if name == "subscriber_class":
            return dict(FeeSchedule.SubscriberClass.choices).get(value, "Everybody")
        if name in self.RATES:
            return words.rate(value)
        return words.cash(value) if name.endswith("_cents") else str(value)

    def _today(self, listing: Listing | None) -> date:
        zone = listing.time_zone if listing else VENUE_TIME_ZONE
        return clock.now().astimezone(ZoneInfo(zone)).date()

    def _listing(self, subject: str, *, lock: bool = False) -> Listing | None:
        return None if subject == VENUE else named_listing(subject, lock=lock)


def in_words(schedule: FeeSchedule) -> str:
    """Whom it is for, and what they pay."""
    whom = schedule.get_subscriber_class_display() if schedule.subscriber_class else "Everybody"
    rates = [
        f"maker {words.rate(schedule.maker_rate)}",
        f"taker {words.rate(schedule.taker_rate)}",
        f"in auctions {words.rate(schedule.auction_rate)}",
    ]
    if schedule.flat_cents:
        rates.append(f"{words.cash(schedule.flat_cents)} an order")
    if schedule.minimum_cents:
        rates.append(f"at least {words.cash(schedule.minimum_cents)} an order")
    return f"{whom}: {', '.join(rates)}"
