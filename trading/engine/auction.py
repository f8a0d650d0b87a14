"""The uncrossing of a call auction: one price for all, from the orders alone (docs/rules/auctions.md)."""

from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

from .book import WorkingOrder
from .types import SelfTrade, Side

Pairing = tuple[WorkingOrder, WorkingOrder, int]  # buy, sell, quantity


class Indicative(NamedTuple):
    """What an uncrossing would give: `price` is None where nothing can be executed."""

    price: int | None
    volume: int
    surplus_side: Side | None
    surplus_qty: int


class Uncrossing(NamedTuple):
    result: Indicative
    pairings: list[Pairing]
    # Orders of one owner that would have met, newest first, in the order in which each was dealt with.
    prevented: list[tuple[WorkingOrder, WorkingOrder]]


NOTHING = Indicative(None, 0, None, 0)


def uncross(
    bids: Sequence[WorkingOrder], asks: Sequence[WorkingOrder], reference_px: int | None
) -> Uncrossing:
    """Reckon the uncrossing of orders given in priority; changes none of them.

    Where it would pair two orders of one owner, one of them (or both) is taken out as its mode says and
    the pairing goes on as if that had never been there (STPR-009). Each time something is taken out, so it
    ends. The price comes last: pairing front with front for as long as their limits meet comes to the most
    that can be executed at one price.
    """
    left = {order.order_id: order.leaves_qty for order in (*bids, *asks)}
    pairings, prevented = _pair(bids, asks, left)
    wanted, offered = (
        [(order.price, left[order.order_id]) for order in side if left[order.order_id]]
        for side in (bids, asks)
    )
    return Uncrossing(equilibrium(wanted, offered, reference_px), pairings, prevented)


def losses(
    newest: WorkingOrder, oldest: WorkingOrder, newest_qty: int, oldest_qty: int
) -> list[tuple[WorkingOrder, int]]:
    """What self-trade prevention takes off two orders that want these quantities, the oldest first."""
    match newest.self_trade:
        case SelfTrade.CANCEL_NEWEST:
            return [(newest, newest_qty)]
        case SelfTrade.CANCEL_OLDEST:
            return [(oldest, oldest_qty)]
        case SelfTrade.CANCEL_BOTH:
            return [(oldest, oldest_qty), (newest, newest_qty)]
    less = min(newest_qty, oldest_qty)
    return [(oldest, less), (newest, less)]


def equilibrium(
    bids: Sequence[tuple[int, int]], asks: Sequence[tuple[int, int]], reference_px: int | None
) -> Indicative:
    """The price of an uncrossing, from (limit, quantity) of each side."""
    limits = sorted({price for price, _ in (*bids, *asks)})
    if not bids or not asks:
        return NOTHING
    candidates = set(limits)
    if reference_px is not None and limits[0] < reference_px < limits[-1]:
        candidates.add(reference_px)
    outcomes = list(_outcomes(sorted(candidates), bids, asks))
    volume = max(bought_or_sold for _, bought_or_sold, _ in outcomes)
    if not volume:
        return NOTHING
    most = [(price, surplus) for price, executable, surplus in outcomes if executable == volume]
    smallest = min(abs(surplus) for _, surplus in most)
    best = [(price, surplus) for price, surplus in most if abs(surplus) == smallest]
    price, surplus = _among(best, reference_px)
    side = None if not surplus else Side.BUY if surplus > 0 else Side.SELL
    return Indicative(price, volume, side, abs(surplus))


def _outcomes(
    candidates: Sequence[int], bids: Sequence[tuple[int, int]], asks: Sequence[tuple[int, int]]
) -> list[tuple[int, int, int]]:
    """(price, executable, buyers' surplus) of each candidate, which ascend."""
    demand: dict[int, int] = {}
    supply: dict[int, int] = {}
    for price, qty in bids:
        demand[price] = demand.get(price, 0) + qty
    for price, qty in asks:
        supply[price] = supply.get(price, 0) + qty
    outcomes = []
    bought, sold = sum(demand.values()), 0
    for price in candidates:
        sold += supply.get(price, 0)
        outcomes.append((price, min(bought, sold), bought - sold))
        bought -= demand.get(price, 0)
    return outcomes


def _among(best: Sequence[tuple[int, int]], reference_px: int | None) -> tuple[int, int]:
    """AUCT-003 and 004: the pressure of a one-sided surplus, else the reference decides."""
    lowest, highest = best[0], best[-1]
    if all(surplus > 0 for _, surplus in best):
        return highest
    if all(surplus < 0 for _, surplus in best):
        return lowest
    if reference_px is None:
        reference_px = (lowest[0] + highest[0]) // 2
    return min(best, key=lambda outcome: (abs(outcome[0] - reference_px), -outcome[0]))


def _pair(
    bids: Sequence[WorkingOrder], asks: Sequence[WorkingOrder], left: dict[int, int]
) -> tuple[list[Pairing], list[tuple[WorkingOrder, WorkingOrder]]]:
    """Pair front with front while their limits meet. What prevention takes off, it takes off `left`."""
    paired: list[tuple[int, int, int]] = []  # place of the buy, of the sell, quantity
    prevented: list[tuple[WorkingOrder, WorkingOrder]] = []
    unpaired = dict(left)
    b = s = 0
    while b < len(bids) and s < len(asks):
        buy, sell = bids[b], asks[s]
        if buy.price < sell.price:
            break
        qty = min(unpaired[buy.order_id], unpaired[sell.order_id])
        if not qty:
            b += not unpaired[buy.order_id]
            s += not unpaired[sell.order_id]
        elif (
            buy.owner_id != sell.owner_id
            or (newest := max(buy, sell, key=_arrival)).self_trade is SelfTrade.ALLOW
        ):
            unpaired[buy.order_id] -= qty
            unpaired[sell.order_id] -= qty
            paired.append((b, s, qty))
        else:
            oldest = sell if newest is buy else buy
            prevented.append((newest, oldest))
            for order, lost in losses(newest, oldest, left[newest.order_id], left[oldest.order_id]):
                left[order.order_id] -= lost
                unpaired[order.order_id] -= lost
                # Its own pairings are the last ones: those beyond what it has left are made anew.
                while unpaired[order.order_id] < 0:
                    b, s, qty = paired.pop()
                    unpaired[bids[b].order_id] += qty
                    unpaired[asks[s].order_id] += qty
    return [(bids[b], asks[s], qty) for b, s, qty in paired], prevented


_arrival = attrgetter("arrival")
