"""The market makers and the crowd, who keep the demo market alive through the doors everybody uses.

Nothing about the market is remembered from turn to turn but the fair values: each turn reads the working
orders and sends what brings them to where they should be. So a killed process goes on where it stopped,
expired or canceled quotes come back, and the number of open orders is bounded by the ladders' size.
"""

import random
import uuid
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from portal.models import Account
from trading import journal, selectors
from trading.demo import ladder
from trading.demo.market import BY_SYMBOL, SECURITIES, Security
from trading.demo.people import CROWD, MARKET_MAKERS, TARGET_LOTS
from trading.engine import CALLS, OrdType, Phase, Side, TimeInForce
from trading.models import CASH, WORKING, Balance, Listing, Order
from trading.services.entry import submit_orders
from trading.services.requests import CancelRequest, NewOrderRequest, Outcome, ReplaceRequest, Request

STYLES = {
    MARKET_MAKERS[0].number: ladder.Style(grid=1, distance=100, levels=5, usd=2_000),
    MARKET_MAKERS[1].number: ladder.Style(grid=5, distance=200, levels=4, usd=6_000),
}
OPEN = {Phase.CONTINUOUS, Phase.PRE_OPEN, *CALLS}
OPPOSITE = {Side.BUY: Side.SELL, Side.SELL: Side.BUY}

# Makers short of securities ask for more: so many ticks were they sold out, and this many at most.
SKEW_TICKS, MOST_SKEW_TICKS = 200, 20
CROWD_USD = 1_500
MOST_RESTING = 4  # orders of the crowd resting in one listing
VISITORS_SLACK_TICKS = 1
MOST_TAKEN = 4  # times the usual size, in one go at a visitor's order

# In percent of turns.
LOOK_AFTER_VISITORS = 60
HIT_RESTING = 40
TAKE = 50
REST = 20


@dataclass(slots=True)
class View:
    """One listing as a turn finds it, and what its makers want there."""

    security: Security
    listing: Listing
    orders: list[Order]
    wanted: dict[int, dict[Side, list[int]]]  # by maker

    @property
    def at_once(self) -> TimeInForce:
        """How somebody in a hurry asks: outside continuous trading only orders that can wait are taken."""
        continuous = self.listing.market.state == Phase.CONTINUOUS
        return TimeInForce.IOC if continuous else TimeInForce.DAY

    def of(self, accounts: Collection[int]) -> list[Order]:
        return [order for order in self.orders if order.account_id in accounts]

    def quoted(self, side: Side) -> int:
        """The makers' best price."""
        return ladder.best(side, [px for wanted in self.wanted.values() for px in wanted[side][:1]])

    def touch(self, side: Side) -> int:
        """The best price once the makers are where they want to be."""
        others = [
            o.price for o in self.orders if o.side == side and o.account_id not in self.wanted and o.price
        ]
        return ladder.best(side, [self.quoted(side), *others])


class NotLoaded(Exception):
    """There is nobody to quote and trade for."""


class Maker:
    def __init__(self, *, seed: int) -> None:
        self.rng = random.Random(seed)
        self.fair: dict[int, int] = {}
        ids = dict(
            Account.objects.filter(number__in=[h.number for h in (*MARKET_MAKERS, *CROWD)])
            .values_list("number", "pk")
        )  # fmt: skip
        if len(ids) < len(MARKET_MAKERS) + len(CROWD):
            raise NotLoaded("The demo market is not loaded: run `manage.py demo` first.")
        self.makers = {ids[holder.number]: STYLES[holder.number] for holder in MARKET_MAKERS}
        self.crowd = {ids[holder.number]: holder for holder in CROWD}
        self.target = {(ids[n], symbol): lots for (n, symbol), lots in TARGET_LOTS.items() if n in ids}
        self.active: set[int] = set()
        self.balances: dict[tuple[int, str], Balance] = {}
        self.run, self.sent = uuid.uuid4().hex[:12], 0

    def choose(self) -> set[str]:
        """Whose turn it is: one listing by its activity, and often one where visitors wait."""
        chosen = set(self.rng.choices([s.symbol for s in SECURITIES], [s.activity for s in SECURITIES]))
        if self._chance(LOOK_AFTER_VISITORS):
            orders = Order.objects.filter(ord_status__in=WORKING, listing__symbol__in=BY_SYMBOL)
            orders = orders.exclude(account__in=[*self.makers, *self.crowd])
            waiting = sorted(set(orders.values_list("listing__symbol", flat=True)))
            chosen |= {self.rng.choice(waiting)} if waiting else set()
        return chosen

    def turn(self, symbols: Collection[str]) -> list[Outcome]:
        """Bring the quotes of these listings up to date, and have the crowd trade a little."""
        requests: list[Request] = []
        for view in self._look(symbols):
            requests += self._quote(view)
            requests += self._trade(view)
        return submit_orders(requests) if requests else []

    # --- What is there -----------------------------------------------------------------------------------

    def _look(self, symbols: Collection[str]) -> list[View]:
        """Listings that take orders and whose worker is not behind: else what we read is out of date."""
        behind = set(journal.listings_behind())
        listings = {
            row.pk: row
            for row in selectors.listings().filter(symbol__in=symbols)
            if row.market.shown_state in OPEN and row.pk not in behind
        }
        orders: dict[int, list[Order]] = {pk: [] for pk in listings}
        for order in Order.objects.filter(listing__in=listings, ord_status__in=WORKING).order_by("pk"):
            orders[order.listing_id].append(order)
        ours = Account.objects.filter(pk__in=[*self.makers, *self.crowd], status=Account.Status.ACTIVE)
        self.active = set(ours.values_list("pk", flat=True))
        rows = Balance.objects.filter(
            account__in=[*self.makers, *self.crowd],
            asset__in=[CASH, *(row.asset_id for row in listings.values())],
        )
        self.balances = {(row.account_id, row.asset_id): row for row in rows}
        views = [self._view(row, orders[pk]) for pk, row in listings.items()]
        return [view for view in views if view.wanted]

    def _view(self, listing: Listing, orders: list[Order]) -> View:
        security = BY_SYMBOL[listing.symbol]
        home = security.open_px * ladder.FINE
        fair = self.fair.get(listing.pk) or self._fair_of(orders) or home
        self.fair[listing.pk] = fair = ladder.wander(fair, home=home, rng=self.rng)
        centre = fair + self._skew(security)
        wanted = {pk: ladder.prices(style, centre) for pk, style in self.makers.items() if pk in self.active}
        return View(security, listing, orders, wanted)

    def _fair_of(self, orders: Iterable[Order]) -> int | None:
        """The fair value our quotes were made for, if there are any."""
        quotes = [(o.side, o.price) for o in orders if o.account_id in self.makers and o.price]
        bid = max((price for side, price in quotes if side == Side.BUY), default=None)
        ask = min((price for side, price in quotes if side == Side.SELL), default=None)
        return None if bid is None or ask is None else (bid + ask) * ladder.FINE // 2

    def _skew(self, security: Security) -> int:
        target = sum(self.target[pk, security.symbol] for pk in self.makers)
        rows = [self.balances[pk, security.symbol] for pk in self.makers]
        short = target - sum(row.settled + row.pending_in - row.pending_out for row in rows)
        most = MOST_SKEW_TICKS * ladder.FINE
        return max(-most, min(most, short * SKEW_TICKS * ladder.FINE // target))

    # --- The makers --------------------------------------------------------------------------------------

    def _quote(self, view: View) -> Iterator[Request]:
        quotes = view.of(self.makers)
        for side in ladder.sides_in_order(quotes, view.wanted.values()):
            for pk in view.wanted:
                yield from self._quote_side(view, pk, side, [o for o in quotes if o.account_id == pk])

    def _quote_side(self, view: View, account_id: int, side: Side, quotes: list[Order]) -> Iterator[Request]:
        usual = view.security.lots_worth(self.makers[account_id].usd)
        mine = [order for order in quotes if order.side == side]
        thin = [order for order in mine if order.leaves_qty * 3 < usual]
        work = ladder.changes([o for o in mine if o not in thin], view.wanted[account_id][side])
        for order in (*thin, *work.surplus):
            yield CancelRequest(account_id, self._cl_ord_id(), order_id=order.pk)
        for order, price in work.moves:
            yield ReplaceRequest(account_id, self._cl_ord_id(), order.order_qty, price, order_id=order.pk)
        for price in work.missing:
            qty = usual * self.rng.randint(60, 140) // 100
            yield from self._order(view, account_id, side, qty, price, TimeInForce.DAY)

    # --- The crowd ---------------------------------------------------------------------------------------

    def _trade(self, view: View) -> Iterator[Request]:
        resting = view.of(self.crowd)
        for order in resting[:-MOST_RESTING]:
            yield CancelRequest(order.account_id, self._cl_ord_id(), order_id=order.pk)
        # Whoever has an order here sits this out, and so never meets it.
        free = self.active - {order.account_id for order in resting}
        idle = [pk for pk, holder in self.crowd.items() if pk in free and holder.may_hold(view.security)]
        if not idle:
            return
        good = self._good_offers(view)
        if good and self._chance(HIT_RESTING):
            yield from self._hit(view, good[0], idle)
        elif self._chance(TAKE):
            pk, side, qty = self._whim(view, idle)
            price = view.touch(OPPOSITE[side])
            yield from self._order(view, pk, side, qty, price, view.at_once)
        elif self._chance(REST):
            pk, side, qty = self._whim(view, idle)
            price, across = view.touch(side), view.touch(OPPOSITE[side])
            better = price + (1 if side == Side.BUY else -1)
            price = price if better == across else better
            yield from self._order(view, pk, side, qty, price, TimeInForce.DAY)

    def _good_offers(self, view: View) -> list[Order]:
        """Resting orders as good as the makers' best or better; visitors' first, and those with some slack:
        the market moves, and a newcomer shall not wait for it to come back."""
        quoted = {side: view.quoted(side) for side in Side}
        good = []
        for order in view.orders:
            if order.account_id in self.makers or order.price is None:
                continue
            slack = 0 if order.account_id in self.crowd else VISITORS_SLACK_TICKS
            worse_by = quoted[Side(order.side)] - order.price
            if (worse_by if order.side == Side.BUY else -worse_by) <= slack:
                good.append(order)
        return sorted(good, key=lambda order: (order.account_id in self.crowd, order.pk))

    def _hit(self, view: View, offer: Order, idle: list[int]) -> Iterator[Request]:
        """Trade with an offer, and with what stands before it in the queue."""
        side = OPPOSITE[Side(offer.side)]
        price = offer.price or 0
        queue = sum(
            order.leaves_qty
            for order in view.orders
            if order.side == offer.side
            and order.price is not None
            and (order.price >= price if offer.side == Side.BUY else order.price <= price)
        )
        qty = min(queue, MOST_TAKEN * view.security.lots_worth(CROWD_USD))
        richest = max(idle, key=lambda pk: self._affordable(view, pk, side, price))
        yield from self._order(view, richest, side, qty, price, view.at_once)

    def _whim(self, view: View, idle: list[int]) -> tuple[int, Side, int]:
        """Somebody wants something: the more they have beyond what they had at first, the rather to sell."""
        pk = self.rng.choice(idle)
        has = self._affordable(view, pk, Side.SELL, 1)
        had = self.target[pk, view.security.symbol] + 1
        side = Side.SELL if self.rng.randrange(has + had) < has else Side.BUY
        return pk, side, view.security.lots_worth(CROWD_USD) * self.rng.randint(5, 80) // 100

    # --- Orders ------------------------------------------------------------------------------------------

    def _order(
        self, view: View, account_id: int, side: Side, qty: int, price: int, time_in_force: TimeInForce
    ) -> Iterator[Request]:
        """An order, or a smaller one, or none, as cash and holdings allow."""
        qty = min(max(qty, 1), self._affordable(view, account_id, side, price), view.listing.max_order_qty)
        if qty < 1:
            return
        if side == Side.BUY:
            self.balances[account_id, CASH].held += view.listing.cents(price * qty)
        else:
            self.balances[account_id, view.listing.asset_id].held += qty
        yield NewOrderRequest(
            account_id, self._cl_ord_id(), view.listing.pk, side, OrdType.LIMIT, time_in_force, qty, price
        )

    def _affordable(self, view: View, account_id: int, side: Side, price: int) -> int:
        asset = CASH if side == Side.BUY else view.listing.asset_id
        row = self.balances.get((account_id, asset))
        available = max(0, row.available) if row else 0
        if side == Side.BUY:
            available = available * 99 // 100  # the rest is for fees
        return available // view.listing.cents(price) if side == Side.BUY else available

    def _chance(self, percent: int) -> bool:
        return self.rng.randrange(100) < percent

    def _cl_ord_id(self) -> str:
        self.sent += 1
        return f"demo-{self.run}-{self.sent}"
