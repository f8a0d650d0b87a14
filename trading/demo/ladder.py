"""Where the market makers want to be: fair values and ladders of quotes, in whole numbers."""

import random
from collections.abc import Iterable
from dataclasses import dataclass

from trading.engine import Side
from trading.models import Order

# A fair value counts in hundredths of a tick.
FINE = 100
# A step is up to this part of the opening price, less this part of the distance from it.
STEP_BPS = 7
PULLED_BACK = 300


@dataclass(frozen=True, slots=True)
class Style:
    """How a market maker quotes: at multiples of ``grid`` ticks, so that a moved market moves few quotes."""

    grid: int
    distance: int  # from the fair value to the nearest quote, at least; in hundredths of a tick
    levels: int
    usd: int  # what a quote is worth, about


def wander(fair: int, *, home: int, rng: random.Random) -> int:
    """The next fair value; ``home`` is what it returns to in the long run."""
    reach = max(FINE // 4, home * STEP_BPS // 10_000)
    pull = (home - fair + PULLED_BACK // 2) // PULLED_BACK
    return fair + rng.randint(-reach, reach) + pull


def prices(style: Style, fair: int) -> dict[Side, list[int]]:
    """The prices to quote, best first. Bids lie below the fair value and asks above it, whatever the style,
    so makers with the same fair value cross neither themselves nor each other."""
    step = FINE * style.grid
    bid = (fair - style.distance) // step * style.grid
    ask = -((-fair - style.distance) // step) * style.grid
    bids = [bid - level * style.grid for level in range(style.levels)]
    return {
        Side.BUY: [price for price in bids if price > 0],
        Side.SELL: [ask + level * style.grid for level in range(style.levels)],
    }


def best(side: Side, of: Iterable[int]) -> int:
    return max(of) if side == Side.BUY else min(of)


@dataclass(frozen=True, slots=True)
class Changes:
    """What brings the working quotes of one side to the wanted prices."""

    moves: list[tuple[Order, int]]
    missing: list[int]
    surplus: list[Order]


def changes(working: Iterable[Order], wanted: list[int]) -> Changes:
    """A quote that is where one is wanted stays and keeps its priority; others move to what is missing."""
    missing = list(wanted)
    spare = []
    for order in working:
        if order.price in missing:
            missing.remove(order.price)
        else:
            spare.append(order)
    count = min(len(spare), len(missing))
    return Changes(
        moves=list(zip(spare[:count], missing[:count], strict=True)),
        missing=missing[count:],
        surplus=spare[count:],
    )


def sides_in_order(quotes: Iterable[Order], wanted: Iterable[dict[Side, list[int]]]) -> tuple[Side, Side]:
    """Which side to change first: the one the market moves away from, lest new quotes meet old ones."""
    best_bid = max((order.price or 0 for order in quotes if order.side == Side.BUY), default=0)
    falling = best_bid >= min(prices[Side.SELL][0] for prices in wanted)
    return (Side.BUY, Side.SELL) if falling else (Side.SELL, Side.BUY)
