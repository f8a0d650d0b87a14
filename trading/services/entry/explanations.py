"""What an order will do, in plain sentences."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from trading import sessions, words
from trading.engine import CALLS, OrdType, Phase, PostOnly, Side, TimeInForce
from trading.models import Listing
from trading.services.entry.terms import Terms

AUCTIONS = {
    TimeInForce.AT_OPEN: (Phase.OPENING_CALL, "opening"),
    TimeInForce.AT_CLOSE: (Phase.CLOSING_CALL, "closing"),
}


def explain(legs: Sequence[Terms], *, at: datetime) -> list[str]:
    """Of an order, or of a pair: the stop leg, then the limit leg. Without prices there is nothing to say."""
    if any(terms.worst_price is None for terms in legs):
        return []
    return [*(_pair(*legs) if len(legs) > 1 else _order(legs[0], at)), *_end(legs[0], at)]


def _order(terms: Terms, at: datetime) -> Iterator[str]:
    if terms.conditions.stop_px is not None:
        yield from _trigger(terms)
    elif terms.time_in_force in AUCTIONS:
        yield from _auction(terms, at)
    else:
        yield from _arrival(terms)
        yield from _conditions(terms)


def _pair(stop: Terms, limit: Terms) -> Iterator[str]:
    yield "Two orders of which one cancels the other."
    yield from (f"The first: {sentence}" for sentence in _arrival(limit))
    first, *rest = _trigger(stop)
    yield f"The second: {first}"
    yield from rest
    yield "What the first trades is taken off the second; the second, once triggered, cancels the first."


def _arrival(terms: Terms) -> Iterator[str]:
    verb = "Buys" if terms.side == Side.BUY else "Sells"
    quantity = words.quantity(terms.listing, terms.order_qty)
    at_what = f"at {_limit(terms)}"
    match terms.time_in_force:
        case TimeInForce.FOK:
            yield f"{verb} all of {quantity} at once {at_what}, or nothing."
        case TimeInForce.IOC:
            yield f"{verb} {at_what} what can be had at once; the rest is canceled."
        case _ if terms.listing.market.state in CALLS or terms.listing.market.state == Phase.PRE_OPEN:
            yield f"Waits for the auction, which trades at one price, and {verb.lower()} {at_what}."
        case _:
            yield f"{verb} {at_what}; what cannot be had at once waits in the book."


def _auction(terms: Terms, at: datetime) -> Iterator[str]:
    call, name = AUCTIONS[terms.time_in_force]
    verb = "Buys" if terms.side == Side.BUY else "Sells"
    moment = _end_of_next(call, terms.listing, at)
    when = f" on {words.moment(moment, terms.listing.time_zone)}" if moment is not None else ""
    yield f"Waits, hidden, and takes part in the {name} auction{when}."
    yield f"{verb} there at {_limit(terms)}; what is left is canceled."


def _trigger(terms: Terms) -> Iterator[str]:
    listing, conditions, last_px = terms.listing, terms.conditions, terms.listing.market.last_px
    buys = terms.side == Side.BUY
    stop_px = conditions.stop_px
    beyond = "above" if buys else "below"
    yield f"Waits, hidden from the book, until a trade at {words.price(listing, stop_px)} or {beyond}."
    if conditions.trail is not None:
        way = "down" if buys else "up"
        distance = words.price(listing, conditions.trail)
        yield f"That price follows the market {way} at a distance of {distance}, and never goes back."
    verb = "buys" if buys else "sells"
    if terms.ord_type == OrdType.STOP_LIMIT:
        yield f"Then it becomes a limit order that {verb} at {_limit(terms)}."
    else:
        yield f"Then it {verb} at the best prices there are, {_limit(terms)}; what it cannot is canceled."
    met = stop_px is not None and last_px is not None and (last_px >= stop_px if buys else last_px <= stop_px)
    if met:
        yield f"The last trade, at {words.price(listing, last_px)}, meets that: it is triggered at once."


def _conditions(terms: Terms) -> Iterator[str]:
    conditions, listing = terms.conditions, terms.listing
    if conditions.min_qty is not None:
        yield f"Trades {words.quantity(listing, conditions.min_qty)} at once at least, or is canceled."
    if conditions.post_only == PostOnly.REJECT:
        yield "Never takes from the book: rejected if it would trade at once."
    elif conditions.post_only == PostOnly.SLIDE:
        yield "Never takes from the book: if it would trade at once, it is set one step short of that price."
    if conditions.display_qty is not None:
        shown = words.quantity(listing, conditions.display_qty)
        yield f"At most {shown} are shown at a time; the next part queues behind the others at its price."


def _end(terms: Terms, at: datetime) -> Iterator[str]:
    if terms.expire_at is not None:
        end = words.moment(terms.expire_at, terms.listing.time_zone)
        yield f"Ends on {end}, unless it has traded in full."
    elif terms.time_in_force == TimeInForce.GTC:
        yield "Works until it has traded in full or is canceled."


def _limit(terms: Terms) -> str:
    """ "12.50 USD or less", or what protects an order without a limit."""
    better = "or less" if terms.side == Side.BUY else "or more"
    return f"{words.price(terms.listing, terms.worst_price)} {better}"


def _end_of_next(call: Phase, listing: Listing, at: datetime) -> datetime | None:
    """As announced: when the call that comes next, or is under way, ends."""
    in_it = listing.market.state == call
    for change in sessions.upcoming(listing, at):
        if in_it:
            return change.at
        in_it = change.phase == call
    return None
