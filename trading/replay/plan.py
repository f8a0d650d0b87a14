"""From LOBSTER messages to requests, and what must come of them.

A file of N levels says nothing about orders outside the best N, so beside its messages two things are
planned, and counted:

- Adoption: where a price enters the window and what it shows is not what we hold, orders are placed so
  that it is: those that later rows still name, by id (ids rise with time), then one without a name.
- Purge: what we hold at a price that enters the window and shows nothing is cancelled.

A price that was inside the window before a message is never adjusted: the message must explain it.

Executions of the same time and side came from one incoming order and are sent as one. Where the file
then names others than a price-time book fills, the rows are odd, and later rows naming the orders it
should have filled, or should not have, are their consequences.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from trading.engine import OrdType, SelfTrade, Side, TimeInForce
from trading.replay.forecast import Fill, Forecast, Held
from trading.replay.lobster import HALTED, TAKES_AWAY, TRADING, Book, Kind, Message, Row, Survey
from trading.services.requests import CancelRequest, NewOrderRequest, ReplaceRequest, Request

# Keys (prices counted away from the touch) before the best and behind the worst price there is.
NOTHING, EVERYTHING = -(2**62), 2**62


@dataclass(slots=True)
class Aggressor:
    """An incoming order and the fills the file says it had: (ClOrdID, price, quantity), in sequence."""

    name: str
    fills: list[tuple[str, int, int]]
    follows_from: int | None  # the line of the odd aggressor this one is a consequence of


@dataclass(slots=True)
class Step:
    """One message, or the executions of one incoming order: what to send, and what must then be true.

    Prices of requests count in ticks; those of ``book`` and fills are the file's.
    """

    line: int
    last_line: int
    at: int
    messages: int
    requests: list[Request] = field(default_factory=list)
    halted: bool | None = None  # a halt (True) or a resumption (False), ahead of the requests
    aggressor: Aggressor | None = None
    book: Book | None = None


@dataclass(slots=True)
class Counts:
    """Every use of a treatment."""

    adopted: int = 0  # orders placed because a price entered the window
    anonymous: int = 0  # of these, orders no later row names
    purged: int = 0  # orders cancelled because they had gone while outside the window
    hidden: int = 0  # executions of hidden orders, skipped
    crosses: int = 0  # trades of a cross, skipped
    halts: int = 0
    deferred: int = 0  # messages that waited for the end of a halt
    left_in_halt: int = 0  # of these, those for which no end came
    aggressors: int = 0
    crossed: int = 0  # submissions that trade here although the file says they rested
    consequences: int = 0  # messages naming an order that an odd aggressor consumed differently
    from_anonymous: int = 0  # messages naming an order that is part of an anonymous one
    unknown: int = 0  # messages naming an order we do not have


@dataclass(slots=True)
class _Difference:
    """How much more of an order the file consumed than we did, where, and since which line."""

    qty: int
    side: Side
    price: int
    line: int


class Plan:
    """Iterate it for the steps; ``counts`` grows meanwhile."""

    def __init__(
        self, rows: Iterable[Row], survey: Survey, *, listing_id: int, passive_id: int, aggressive_id: int
    ) -> None:
        self.counts = Counts()
        self._rows = rows
        self._survey = survey
        self._listing_id = listing_id
        self._passive_id = passive_id
        self._aggressive_id = aggressive_id
        self._ours = {side: Forecast(side) for side in Side}
        self._differences: dict[int, _Difference] = {}
        self._before: Book | None = None
        self._submitted = 0
        self._newest_id = 0
        self._anonymous_id = 0
        self._halted = False
        self._step = Step(0, 0, 0, 0)

    def __iter__(self) -> Iterator[Step]:
        waiting: list[Step] = []
        for group in _grouped(self._rows):
            step = self._plan(group)
            if step.halted is None and self._halted:
                # The venue takes no orders in a halt: what the file enters in one follows at its end.
                self.counts.deferred += step.messages
                waiting.append(step)
                continue
            if step.halted is False and waiting:
                yield Step(step.line, step.line, step.at, 0, halted=False)
                yield from waiting
                step.halted, waiting = None, []
            if step.halted and step.requests:
                # What the marker's book brings into view: it must stand before the venue takes no orders.
                yield Step(step.line, step.last_line, step.at, 0, step.requests)
                step.requests = []
            yield step
        self.counts.left_in_halt = sum(step.messages for step in waiting)

    def _plan(self, group: list[Row]) -> Step:
        first, last = group[0][0], group[-1][0]
        step = self._step = Step(first.line, last.line, first.at, len(group), book=group[-1][1])
        messages = [message for message, _ in group]
        opening = self._before is None and group[0][1] is not None
        for message in messages:
            if message.kind == Kind.SUBMISSION:
                self._submitted += 1
                self._newest_id = max(self._newest_id, message.order_id)
            elif message.kind in TAKES_AWAY and (opening or message.kind != Kind.EXECUTION):
                self._survey.later[message.order_id] -= message.size
        # Before the message: an incoming order may go on to what only its first fills bring into view.
        for _, book in group:
            if book is not None:
                self._look_through_window(book)
        match first.kind:
            case Kind.HALT:
                self._halt_or_resume(first)
            case Kind.HIDDEN:
                self.counts.hidden += 1
            case Kind.CROSS:
                self.counts.crosses += 1
            case _ if opening:
                pass  # the book after the first message is where we start
            case Kind.SUBMISSION:
                self._submit(first)
            case Kind.REDUCTION | Kind.DELETION:
                self._take_away(first)
            case Kind.EXECUTION:
                self.counts.hidden += sum(m.kind == Kind.HIDDEN for m in messages)
                self._execute([m for m in messages if m.kind == Kind.EXECUTION])
        return step

    # --- Messages ------------------------------------------------------------------------------------

    def _submit(self, message: Message) -> None:
        name = self._place(message.side, message.price, message.size)
        opposite = self._ours[Side.SELL if message.side is Side.BUY else Side.BUY]
        fills = opposite.take(message.price, message.size)
        rest = message.size - sum(fill.qty for fill in fills)
        if fills:
            self.counts.crossed += 1
            self._differ(opposite.side, [], fills)
            self._differ(message.side, [], [Fill(message.order_id, message.price, message.size - rest)])
        if rest:
            held = Held(name, message.size, rest)
            self._ours[message.side].rest(message.order_id, message.price, held)

    def _take_away(self, message: Message) -> None:
        """A partial cancel or a deletion: from the order it names, else from whoever stands in for it."""
        side, price = message.side, message.price
        difference = self._differences.get(message.order_id)
        if difference is not None:
            self.counts.consequences += 1
        held = self._ours[side].at(price).get(message.order_id)
        own = min(message.size, held.leaves_qty) if held else 0
        if own:
            self._reduce(side, price, message.order_id, own)
        missing = message.size - own
        if not missing:
            return
        if difference is not None:
            self._lessen_difference(message.order_id, -missing)
            missing -= self._take_from_spared(side, price, missing)
        elif self._take_from_anonymous(side, price, missing):
            self.counts.from_anonymous += 1
        else:
            self.counts.unknown += 1

    def _take_from_spared(self, side: Side, price: int, wanted: int) -> int:
        """From orders the file holds to be consumed and we do not."""
        taken = 0
        for order_id, held in list(self._ours[side].at(price).items()):
            difference = self._differences.get(order_id)
            if difference is not None and difference.qty > 0 and taken < wanted:
                qty = min(wanted - taken, difference.qty, held.leaves_qty)
                self._reduce(side, price, order_id, qty)
                self._lessen_difference(order_id, qty)
                taken += qty
        return taken

    def _take_from_anonymous(self, side: Side, price: int, wanted: int) -> int:
        taken = 0
        for order_id, held in list(self._ours[side].at(price).items()):
            if order_id < 0 and taken < wanted:
                qty = min(wanted - taken, held.leaves_qty)
                self._reduce(side, price, order_id, qty)
                taken += qty
        return taken

    def _execute(self, messages: list[Message]) -> None:
        side, ours = messages[0].side, self._ours[messages[0].side]
        expected: list[Fill] = []
        fills: list[tuple[str, int, int]] = []
        follows_from = None
        for message in messages:
            self._survey.later[message.order_id] -= message.size
            if message.order_id in self._differences:
                self.counts.consequences += 1
                follows_from = follows_from or self._differences[message.order_id].line
            orders, size = ours.at(message.price), message.size
            held = orders.get(message.order_id)
            if held is None and message.order_id not in self._differences:
                if any(order_id < 0 for order_id in orders):
                    self.counts.from_anonymous += 1
                else:
                    self.counts.unknown += 1
            if self._before is None:  # without an orderbook nothing stands in for an unknown order
                size = min(size, held.leaves_qty) if held else 0
            if size:
                expected.append(Fill(message.order_id, message.price, size))
                fills.append((held.name if held else f"unknown {message.order_id}", message.price, size))
        if not expected:
            return
        self.counts.aggressors += 1
        qty, limit = sum(fill.qty for fill in expected), expected[-1].price
        request = NewOrderRequest(
            self._aggressive_id, self._next_name(), self._listing_id,
            Side.SELL if side is Side.BUY else Side.BUY, OrdType.LIMIT, TimeInForce.IOC, qty,
            limit // self._survey.tick, self_trade=SelfTrade.ALLOW,
        )  # fmt: skip
        self._step.requests.append(request)
        self._step.aggressor = Aggressor(request.cl_ord_id, fills, follows_from)
        actual = ours.take(limit, qty)
        if actual != expected:
            self._differ(side, expected, actual)

    def _halt_or_resume(self, message: Message) -> None:
        if message.price not in (HALTED, TRADING) or (message.price == HALTED) is self._halted:
            return
        self._halted = self._step.halted = message.price == HALTED
        self.counts.halts += self._halted

    # --- The window ----------------------------------------------------------------------------------

    def _look_through_window(self, book: Book) -> None:
        """Make right whatever has come into view since the book before."""
        for side, ours in self._ours.items():
            seen = NOTHING if self._before is None else _reach(ours, self._before, side)
            reach = _reach(ours, book, side)
            shown = dict(book.of(side))
            for price in ours.prices_between(seen, reach):
                if price not in shown:
                    self._adopt(side, price, 0)
            for price, size in shown.items():
                if ours.key(price) > seen:
                    self._adopt(side, price, size)
        self._before = book

    def _adopt(self, side: Side, price: int, size: int) -> None:
        """Let the orders at a price be those that later rows name, and an anonymous one for the rest."""
        held = self._ours[side].at(price)
        wanted: dict[int, int] = {}
        rest = size
        for order_id in self._still_named(side, price):
            if rest:
                wanted[order_id] = min(rest, self._survey.later[order_id])
                rest -= wanted[order_id]
        self._forget_differences(side, price)
        queue = [(order_id, order.leaves_qty) for order_id, order in held.items()]
        if queue[: len(wanted)] == list(wanted.items()) and sum(qty for _, qty in queue) == size:
            return
        kept = _kept(held, wanted)
        for order_id, order in list(held.items()):
            excess = order.leaves_qty - (wanted[order_id] if order_id in kept else 0)
            if excess:
                self._purge(side, price, order_id, excess)
        for order_id, qty in wanted.items():
            if order_id not in kept:
                self._place_adopted(side, price, order_id, qty)
        if rest:
            self._anonymous_id -= 1
            self.counts.anonymous += 1
            self._place_adopted(side, price, self._anonymous_id, rest)

    def _still_named(self, side: Side, price: int) -> list[int]:
        """Orders at a price that later rows name and that were there by now, the oldest first.

        Nothing tells when a stranger came, except that ids rise with time: not after the next submission.
        """
        submissions, later = self._survey.submissions, self._survey.later
        newest = EVERYTHING
        if self._submitted < len(submissions):
            newest = max(self._newest_id, submissions[self._submitted])
        strangers = self._survey.strangers.get((side, price), [])
        here = {order_id for order_id in strangers if order_id <= newest}
        here |= self._ours[side].at(price).keys()
        here |= {order_id for order_id, d in self._differences.items() if (d.side, d.price) == (side, price)}
        return sorted(order_id for order_id in here if later.get(order_id, 0) > 0)

    def _place_adopted(self, side: Side, price: int, order_id: int, qty: int) -> None:
        self.counts.adopted += 1
        name = self._place(side, price, qty)
        self._ours[side].rest(order_id, price, Held(name, qty, qty))

    def _purge(self, side: Side, price: int, order_id: int, qty: int) -> None:
        self.counts.purged += 1
        self._reduce(side, price, order_id, qty)

    # --- Requests ------------------------------------------------------------------------------------

    def _place(self, side: Side, price: int, qty: int) -> str:
        request = NewOrderRequest(
            self._passive_id, self._next_name(), self._listing_id, side, OrdType.LIMIT, TimeInForce.GTC, qty,
            price // self._survey.tick, self_trade=SelfTrade.ALLOW,
        )  # fmt: skip
        self._step.requests.append(request)
        return request.cl_ord_id

    def _reduce(self, side: Side, price: int, order_id: int, qty: int) -> None:
        """Take so much off an order of ours: a cancel, or a replace that keeps its place in the queue."""
        held = self._ours[side].at(price)[order_id]
        if qty == held.leaves_qty:
            request: Request = CancelRequest(self._passive_id, self._next_name(), orig_cl_ord_id=held.name)
        else:
            held.order_qty -= qty
            request = ReplaceRequest(
                self._passive_id, self._next_name(), held.order_qty, price // self._survey.tick,
                orig_cl_ord_id=held.name,
            )  # fmt: skip
        self._step.requests.append(request)
        self._ours[side].reduce(order_id, price, qty)

    def _next_name(self) -> str:
        """A ClOrdID that tells its line in the message file."""
        return f"{self._step.line}.{len(self._step.requests) + 1}"

    # --- Differences ---------------------------------------------------------------------------------

    def _differ(self, side: Side, expected: list[Fill], actual: list[Fill]) -> None:
        """Remember which orders the file and we consumed differently."""
        for fills, sign in ((expected, 1), (actual, -1)):
            for order_id, price, qty in fills:
                new = _Difference(0, side, price, self._step.line)
                self._differences.setdefault(order_id, new).qty += sign * qty
        for order_id, _, _ in (*expected, *actual):
            self._lessen_difference(order_id, 0)

    def _lessen_difference(self, order_id: int, qty: int) -> None:
        difference = self._differences.get(order_id)
        if difference is not None:
            difference.qty -= qty
            if not difference.qty:
                del self._differences[order_id]

    def _forget_differences(self, side: Side, price: int) -> None:
        """Its orders are those of the file again."""
        for order_id, difference in list(self._differences.items()):
            if (difference.side, difference.price) == (side, price):
                del self._differences[order_id]


def _reach(ours: Forecast, book: Book, side: Side) -> int:
    """The key of the furthest price a book tells about."""
    levels = book.of(side)
    return ours.key(levels[-1][0]) if len(levels) == book.depth else EVERYTHING


def _kept(held: dict[int, Held], wanted: dict[int, int]) -> set[int]:
    """The wanted orders that stand already, and in front of all that must still be placed."""
    kept: set[int] = set()
    queue = iter(held.items())
    for wanted_id, qty in wanted.items():
        if not any(order_id == wanted_id and order.leaves_qty >= qty for order_id, order in queue):
            break
        kept.add(wanted_id)
    return kept


def _grouped(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """A row at a time, but the executions of one incoming order together, hidden ones between them too."""
    group: list[Row] = []
    behind: list[Row] = []  # hidden executions that belong to the group if another visible one follows
    for row in rows:
        message = row[0]
        if group:
            first = group[0][0]
            same = message.at == first.at and message.side is first.side
            if same and message.kind == Kind.EXECUTION:
                group += [*behind, row]
                behind = []
                continue
            if same and message.kind == Kind.HIDDEN:
                behind.append(row)
                continue
            yield group
            yield from ([hidden] for hidden in behind)
            group, behind = [], []
        # The first row is where we start, and stands alone.
        if message.kind == Kind.EXECUTION and message.line > 1:
            group = [row]
        else:
            yield [row]
    if group:
        yield group
        yield from ([hidden] for hidden in behind)
