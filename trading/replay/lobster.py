"""LOBSTER files: a message file, and an orderbook file whose row k is the book after message k.

Message row: seconds after midnight, kind, order id, size, price, direction of the resting order. Prices
are dollars times 10,000; here they stay as they are in the file. Nothing is ever read as a float.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import IntEnum
from itertools import islice, zip_longest
from math import gcd
from typing import NamedTuple

from trading.engine import Side

NANOSECONDS = 1_000_000_000
NO_PRICE = 9_999_999_999  # of an empty level; negative on the bid side


class Kind(IntEnum):
    SUBMISSION = 1
    REDUCTION = 2
    DELETION = 3
    EXECUTION = 4
    HIDDEN = 5
    CROSS = 6
    HALT = 7


VISIBLE = frozenset((Kind.SUBMISSION, Kind.REDUCTION, Kind.DELETION, Kind.EXECUTION))
TAKES_AWAY = frozenset((Kind.REDUCTION, Kind.DELETION, Kind.EXECUTION))
# The "price" of a halt marker. In between, at 0, quotes are taken but nothing trades.
HALTED, TRADING = -1, 1


class FeedError(Exception):
    """A file that is not what it should be; says where."""


class Message(NamedTuple):
    line: int
    at: int  # nanoseconds after midnight
    kind: int
    order_id: int
    size: int
    price: int
    side: Side  # of the resting order


Level = tuple[int, int]  # (price, size)


class Book(NamedTuple):
    """The published levels, best first, empty ones left out; ``depth`` is how many there can be."""

    bids: list[Level]
    asks: list[Level]
    depth: int

    def of(self, side: Side) -> list[Level]:
        return self.bids if side is Side.BUY else self.asks


Row = tuple[Message, Book | None]


def rows(messages: Iterable[str], books: Iterable[str] | None, *, limit: int | None = None) -> Iterator[Row]:
    """Message by message with the book after it, where there is an orderbook file."""
    messages = _to_last_row(messages)
    if books is None:
        for line, text in enumerate(islice(messages, limit), start=1):
            yield _message(line, text), None
        return
    depth = None
    for line, (text, levels) in enumerate(islice(zip_longest(messages, _to_last_row(books)), limit), start=1):
        if text is None or levels is None:
            raise FeedError(f"line {line}: the files are not equally long")
        book = _book(line, levels)
        depth = depth or book.depth
        if book.depth != depth:
            raise FeedError(f"orderbook line {line}: {book.depth} levels instead of {depth}")
        yield _message(line, text), book


def _to_last_row(lines: Iterable[str]) -> Iterator[str]:
    """Editors and spreadsheets leave blank lines at the end of a file."""
    blank: list[str] = []
    for line in lines:
        if line.strip():
            yield from blank
            blank = []
            yield line
        else:
            blank.append(line)


def _message(line: int, text: str) -> Message:
    try:
        at, kind, order_id, size, price, direction, *_ = text.rstrip().split(",")
        seconds, _, fraction = at.partition(".")
        message = Message(
            line,
            int(seconds) * NANOSECONDS + int(fraction[:9].ljust(9, "0")),
            int(kind),
            int(order_id),
            int(size),
            int(price),
            Side.BUY if int(direction) > 0 else Side.SELL,
        )
    except ValueError as error:
        raise FeedError(f"message line {line} is no LOBSTER message: {text.rstrip()!r}") from error
    if message.kind in VISIBLE and not (message.size > 0 and message.price > 0):
        raise FeedError(f"message line {line}: size and price of a visible order are above zero")
    return message


def _book(line: int, text: str) -> Book:
    try:
        values = [int(value) for value in text.split(",")]
    except ValueError as error:
        raise FeedError(f"orderbook line {line} is no LOBSTER book: {text.rstrip()!r}") from error
    if not values or len(values) % 4:
        raise FeedError(f"orderbook line {line}: {len(values)} columns are no whole number of levels")
    asks, bids = zip(values[0::4], values[1::4], strict=True), zip(values[2::4], values[3::4], strict=True)
    return Book(
        bids=[level for level in bids if _is_there(level)],
        asks=[level for level in asks if _is_there(level)],
        depth=len(values) // 4,
    )


def _is_there(level: Level) -> bool:
    return level[1] > 0 and abs(level[0]) != NO_PRICE


class Survey:
    """What only the whole file tells, gathered in one reading before the other.

    ``later`` says, by order, what rows yet to come will take from it; whoever plans takes off what has
    passed. ``strangers`` are the orders no row submits, by side and price.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        self.messages = 0
        self.tick = 0  # the largest step that all prices are multiples of
        self.max_price = 0
        self.submissions: list[int] = []
        self.later: dict[int, int] = defaultdict(int)
        self.strangers: dict[tuple[Side, int], list[int]] = defaultdict(list)
        places: dict[int, tuple[Side, int]] = {}
        submitted: set[int] = set()
        prices: set[int] = set()
        for message, book in rows:
            self.messages += 1
            if book is not None:
                prices.update(price for price, _ in book.bids)
                prices.update(price for price, _ in book.asks)
            if message.kind in VISIBLE:
                prices.add(message.price)
            if message.kind == Kind.SUBMISSION:
                self.submissions.append(message.order_id)
                # The book after the first message is taken over as it is, that message's order with it.
                if book is None or message.line > 1:
                    submitted.add(message.order_id)
            elif message.kind in TAKES_AWAY:
                self.later[message.order_id] += message.size
            if message.kind in VISIBLE:
                places.setdefault(message.order_id, (message.side, message.price))
        for order_id in sorted(places.keys() - submitted):
            self.strangers[places[order_id]].append(order_id)
        self.tick = gcd(*prices)
        self.max_price = max(prices, default=0)
