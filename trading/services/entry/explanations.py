"""What an order will do, in plain sentences."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from trading import sessions, words
from trading.engine import AT_AUCTION, CALLS, OrdType, Phase, PostOnly, Side, TimeInForce
from trading.engine.bands import edges
from trading.models import Listing
from trading.services.entry.terms import Terms

AUCTIONS = {TimeInForce.AT_OPEN: "opening", TimeInForce.AT_CLOSE: "closing"}


def explain(legs: Sequence[Terms], *, at: datetime) -> list[str]:
    """Of an order, or of a pair: the stop leg, then the limit leg. Without prices, or with none left
    so far from the market, there is nothing to say."""
    prices = [price for terms in legs for price in (terms.worst_price, terms.conditions.stop_px or 1)]
    if any(price is None or price < 1 for price in prices):
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
        yield from _band(terms)


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
    name = AUCTIONS[terms.time_in_force]
    verb = "Buys" if terms.side == Side.BUY else "Sells"
    moment = _end_of_next(terms.time_in_force, terms.listing, at)
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
    if terms.is_met:
        when = "at once" if listing.market.state == Phase.CONTINUOUS else "when continuous trading begins"
        yield f"The last trade, at {words.price(listing, last_px)}, meets that: it is triggered {when}."
    if listing.static_band_bps or listing.dynamic_band_bps:
        yield "It trades up to the edge of the price band of that moment; beyond it a volatility call begins."


def _band(terms: Terms) -> Iterator[str]:
    """Where it could reach through a band in continuous trading (HALT-011, HALT-012)."""
    listing, market = terms.listing, terms.listing.market
    # Of FOK only what lies inside counts: it sets off no call.
    if market.state != Phase.CONTINUOUS or terms.time_in_force == TimeInForce.FOK:
        return
    static = edges(market.reference_px, listing.static_band_bps)
    dynamic = edges(market.band_px, listing.dynamic_band_bps)
    bands = [band for band in (static, dynamic) if band is not None]
    if not bands:
        return
    lowest, highest = max(low for low, _ in bands), min(high for _, high in bands)
    buys = terms.side == Side.BUY
    worst = terms.worst_price
    if worst is None or (worst <= highest if buys else worst >= lowest):
        return
    edge = words.price(listing, highest if buys else lowest)
    rest = "waits in it" if terms.may_rest else "is canceled"
    yield f"Trades up to the edge of the price band, {edge}; then a volatility call begins."
    yield f"What is left then {rest}."


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


def _end_of_next(time_in_force: TimeInForce, listing: Listing, at: datetime) -> datetime | None:
    """As announced: when the call for such orders that comes next, or is under way, ends."""
    in_it = AT_AUCTION.get(Phase(listing.market.state)) is time_in_force
    for change in sessions.upcoming(listing, at):
        if in_it:
            return change.at
        in_it = AT_AUCTION.get(change.phase) is time_in_force
    return None
