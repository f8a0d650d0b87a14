"""What an order pays for its trades: whole cents, reckoned on the sum of what it traded (FEES-005)."""

from typing import NamedTuple

from .types import Side

MILLION = 1_000_000


class FeeTerms(NamedTuple):
    """Rates in millionths of the traded value, amounts in cents an order that trades (FEES-004)."""

    maker_rate: int
    taker_rate: int
    auction_rate: int
    flat_cents: int
    minimum_cents: int

    @property
    def highest_rate(self) -> int:
        return max(self.maker_rate, self.taker_rate, self.auction_rate)


class Paid(NamedTuple):
    """What an order has traded so far, by how it traded, and what it was charged for it. In cents."""

    maker: int = 0
    taker: int = 0
    auction: int = 0
    fee: int = 0


NOTHING_PAID = Paid()


def fee_of_execution(side: Side, terms: FeeTerms | None, paid: Paid, value: int) -> int:
    """What an execution of `value` cents costs, which `paid` counts already, but for its fee.

    Never below zero: where a bust took back more than what is left is due, nothing is paid out. And a
    seller pays out of the proceeds (FEES-007); what they cannot carry the next execution does.
    """
    fee = max(0, _due(terms, paid, 0) - paid.fee)
    return min(fee, value) if side == Side.SELL else fee


def fee_of_correction(
    side: Side, terms: FeeTerms | None, paid: Paid, value: int, before: int, fee: int
) -> int:
    """What an execution corrected to `value` cents costs, as if it came last; on `before` it cost `fee`.

    `paid` counts the new value, and no fee of this execution. No more than its reserve covers (FEES-006);
    where a bust had left something due, the next execution carries it.
    """
    most = fee + most_fee_growth(terms, max(0, value - before))
    return min(fee_of_execution(side, terms, paid, value), most)


def most_fee(terms: FeeTerms | None, paid: Paid, further_cents: int) -> int:
    """The most an order may yet be charged if it trades as much as `further_cents` more (FEES-006)."""
    return max(0, _due(terms, paid, further_cents) - paid.fee)


def most_fee_growth(terms: FeeTerms | None, more_cents: int) -> int:
    """By how much `most_fee` may grow at most with `more_cents` further, whatever was paid before."""
    if terms is None:
        return 0
    return -(-more_cents * terms.highest_rate // MILLION)


def _due(terms: FeeTerms | None, paid: Paid, further_cents: int) -> int:
    """What is to pay in all, the trades yet to come reckoned at the highest rate."""
    if terms is None or not paid.maker + paid.taker + paid.auction + further_cents:
        return 0
    millionths = (
        paid.maker * terms.maker_rate
        + paid.taker * terms.taker_rate
        + paid.auction * terms.auction_rate
        + further_cents * terms.highest_rate
    )
    return max(terms.minimum_cents, terms.flat_cents + (millionths + MILLION // 2) // MILLION)
