"""When the invented securities trade, and what trading costs."""

from dataclasses import dataclass
from typing import Any

from trading.engine import Phase
from trading.models import Calendar, FeeSchedule

Lines = tuple[dict[str, Any], ...]


def _lines(*phases: tuple[str, Phase, int]) -> Lines:
    return tuple(
        {"at": at, "phase": phase.value, **({"random_end": late} if late else {})}
        for at, phase, late in phases
    )


@dataclass(frozen=True, slots=True)
class Hours:
    name: str
    holidays: Calendar.Holidays
    full_day: Lines
    half_day: Lines


_ALL_DAY = _lines(
    ("00:00", Phase.CONTINUOUS, 0),
    ("23:50", Phase.CLOSING_CALL, 0),
    ("23:55", Phase.CLOSED, 30),
)
# A visitor shall find the market open at any hour; so these have no holidays.
ROUND_THE_CLOCK = Hours("Round the clock", Calendar.Holidays.NONE, _ALL_DAY, _ALL_DAY)

_HOURLY = _lines(
    *(
        line
        for hour in range(24)
        for line in (
            (f"{hour:02}:00", Phase.PRE_OPEN, 30 if hour else 0),
            (f"{hour:02}:05", Phase.PERIODIC_CALL, 0),
        )
    ),
    ("23:59", Phase.CLOSED, 0),
)
CALL_AUCTIONS = Hours("Call auctions by the hour", Calendar.Holidays.NONE, _HOURLY, _HOURLY)

NEW_YORK = Hours(
    "New York hours", Calendar.Holidays.NYSE,
    _lines(
        ("08:00", Phase.PRE_OPEN, 0),
        ("09:20", Phase.OPENING_CALL, 0),
        ("09:30", Phase.CONTINUOUS, 30),
        ("16:00", Phase.CLOSING_CALL, 0),
        ("16:05", Phase.CLOSED, 30),
    ),
    _lines(
        ("08:00", Phase.PRE_OPEN, 0),
        ("09:20", Phase.OPENING_CALL, 0),
        ("09:30", Phase.CONTINUOUS, 30),
        ("13:00", Phase.CLOSING_CALL, 0),
        ("13:05", Phase.CLOSED, 30),
    ),
)  # fmt: skip

HOURS = (ROUND_THE_CLOCK, CALL_AUCTIONS, NEW_YORK)

# In millionths of the value; makers quote for nothing.
FEES = (
    {"subscriber_class": "", "maker_rate": 500, "taker_rate": 1_500, "auction_rate": 1_000},
    {
        "subscriber_class": FeeSchedule.SubscriberClass.MARKET_MAKER.value,
        "maker_rate": 0, "taker_rate": 0, "auction_rate": 0,
    },
)  # fmt: skip
