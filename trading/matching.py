"""Matching: the fold of a listing's journal, batch by batch. The only module that advances a listing.

``drain`` may be called by anyone, any number of times: one transaction-scoped advisory lock a listing
makes a single writer, and everything a batch comes to is in one transaction with the sequence that says
it was applied. The books kept in memory are a cache; recovery is the normal path.
"""

import logging
import time
from dataclasses import dataclass

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction

from portal import audit
from trading import engine, feed, journal, projections
from trading.engine import BookFold, Market, Side
from trading.models import Listing, MarketState

logger = logging.getLogger(__name__)

# Keys of advisory locks are (class, object) pairs, never renumbered.
MATCHING_LOCK = 1
BATCH = 500
BATCH_SECONDS = 0.02
DATABASE_FAILS = (OperationalError, InterfaceError)  # no fault of any listing


@dataclass(slots=True)
class Book:
    """A market in memory, and the level book its events tell (what the feed publishes)."""

    market: Market
    fold: BookFold


_books: dict[int, Book] = {}


def forget() -> None:
    """Read every book afresh (between tests, whose databases give out the same ids)."""
    _books.clear()


def drain(listing_id: int, *, limit: int = BATCH) -> int:
    """Apply the next commands of a listing; return how many.

    0: nothing to do, somebody else is at it, or the listing is faulted. Bounded by count and time, so that
    no lock is held long. A command the engine or a projection fails at is found by going one by one, and
    faults this listing only.
    """
    try:
        return _drain_batch(listing_id, limit)
    except DATABASE_FAILS:
        raise
    except Exception as error:
        logger.warning("listing %s: a batch failed, going one by one: %r", listing_id, error)
        return _drain_one_by_one(listing_id, limit)


def _drain_one_by_one(listing_id: int, limit: int) -> int:
    """Apply what can be applied of a batch that failed, up to the command that cannot."""
    for done in range(limit):
        applied = MarketState.objects.values_list("applied_seq", flat=True).get(pk=listing_id)
        try:
            if not _drain_batch(listing_id, 1):
                return done
        except DATABASE_FAILS:
            raise
        except Exception as error:
            _fault(listing_id, applied + 1, error)
            return done
    return limit


def _drain_batch(listing_id: int, limit: int) -> int:
    with transaction.atomic():
        if not _locked(listing_id):
            return 0
        listing = Listing.objects.select_related("market", "issuer").get(pk=listing_id)
        applied = listing.market.applied_seq
        if listing.market.fault_seq is not None:
            return 0
        commands = journal.commands_after(listing_id=listing_id, seq=applied, limit=limit)
        if not commands:
            return 0
        book = _book_at(listing_id, applied)
        first_event = book.market.event_seq + 1
        events, done = _apply(book, commands)
        commands = commands[:done]
        journal.append_events(listing_id=listing_id, events=events)
        journal.seal(listing_id=listing_id, commands=(applied + 1, book.market.last_seq), events=events)
        # Last but for a snapshot: it locks balances, and order entry waits for those.
        effects = projections.project(listing=listing, market=book.market, commands=commands, events=events)
        if applied // settings.SNAPSHOT_EVERY != book.market.last_seq // settings.SNAPSHOT_EVERY:
            _snapshot(listing_id, book.market)
    _books[listing_id] = book
    _publish(listing, book, first_event, effects)
    return done


def _apply(book: Book, commands: list[journal.Journaled]) -> tuple[list[engine.Event], int]:
    events: list[engine.Event] = []
    deadline = time.monotonic() + BATCH_SECONDS
    done = 0
    for journaled in commands:
        answer = book.market.apply(journaled.command)
        for event in answer:
            book.fold.apply(event)
        events += answer
        done += 1
        if time.monotonic() > deadline:
            break
    return events, done


def _book_at(listing_id: int, applied_seq: int) -> Book:
    """The cached book if it stands where the database says, else snapshot and replay.

    It is put back once the batch is committed: whatever goes wrong before drops it.
    """
    book = _books.pop(listing_id, None)
    if book is not None and book.market.last_seq == applied_seq:
        return book
    return rebuild(listing_id, applied_seq)


def rebuild(listing_id: int, up_to: int, *, use_snapshot: bool = True) -> Book:
    market = (_restored(listing_id, up_to) if use_snapshot else None) or Market(listing_id)
    while market.last_seq < up_to:
        commands = journal.commands_after(
            listing_id=listing_id, seq=market.last_seq, limit=min(5000, up_to - market.last_seq)
        )
        if not commands:
            raise LookupError(f"the journal ends at {market.last_seq}, but {up_to} was applied")
        for journaled in commands:
            market.apply(journaled.command)
    resting = [order for side in Side for order in market.in_priority(side)]
    return Book(market, BookFold(resting))


def _restored(listing_id: int, up_to: int) -> Market | None:
    """The market of the newest snapshot, unless it is damaged, or of another version of the engine."""
    snapshot = journal.newest_snapshot(listing_id=listing_id, up_to=up_to)
    if snapshot is None:
        return None
    seq, state, state_hash = snapshot
    try:
        market = engine.load(state)
        if market.last_seq == seq and engine.state_hash(market) == state_hash:
            return market
    except Exception:
        logger.warning("listing %s: snapshot at %s cannot be loaded", listing_id, seq, exc_info=True)
    logger.error("listing %s: snapshot at %s is of no use; replaying from the start", listing_id, seq)
    return None


def _snapshot(listing_id: int, market: Market) -> None:
    journal.save_snapshot(
        listing_id=listing_id,
        seq=market.last_seq,
        state=engine.dump(market),
        state_hash=engine.state_hash(market),
    )


def _publish(listing: Listing, book: Book, first_event: int, effects: projections.Effects) -> None:
    """After commit. A publication that fails is made up for by heartbeats (``consumers``)."""
    try:
        feed.publish(
            listing=listing, book=book.market, fold=book.fold, first_event=first_event, effects=effects
        )
    except Exception:
        logger.exception("listing %s: publication failed", listing.symbol)
    finally:
        book.fold.clear_changed()


def _fault(listing_id: int, seq: int, error: Exception) -> None:
    """Stop this listing: new orders are refused, cancels queue, and a person decides."""
    with transaction.atomic():
        _locked(listing_id, wait=True)
        state = MarketState.objects.select_related("listing").get(pk=listing_id)
        if state.applied_seq + 1 != seq or state.fault_seq is not None:
            return  # another worker got over it meanwhile, or has said so already
        state.fault_seq, state.fault_text = seq, repr(error)[:2000]
        state.save(update_fields=["fault_seq", "fault_text"])
        audit.record(
            action="LISTING_FAULTED",
            subject=state.listing.symbol,
            facts={"seq": state.fault_seq, "error": state.fault_text},
        )
    logger.critical("listing %s FAULTED at command %s", listing_id, seq, exc_info=error)
    feed.publish_state(listing_id)


def _locked(listing_id: int, *, wait: bool = False) -> bool:
    function = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [MATCHING_LOCK, listing_id])
        return wait or bool(cursor.fetchone()[0])
