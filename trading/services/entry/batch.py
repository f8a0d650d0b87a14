"""What one transaction of entry knows, and what it will write."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from portal.models import Account, User
from trading import engine, gates, journal, selectors, sessions
from trading.engine import PostOnly
from trading.models import Listing, Order, OrdStatus
from trading.services import fees
from trading.services.entry import terms
from trading.services.entry.terms import Terms
from trading.services.requests import (
    CancelRequest,
    MassCancelRequest,
    NewOrderRequest,
    ReplaceRequest,
    Request,
)
from trading.timetable import InvalidTimetable


@dataclass(slots=True)
class Batch:
    received_at: datetime
    actor_id: int | None
    accounts: dict[int, Account]
    listings: dict[int, Listing]
    touches: dict[int, selectors.Touch]
    fees: fees.Schedules
    orders: dict[int, Order]  # what cancels and replaces may name: known orders, and those entered here
    by_cl_ord_id: dict[journal.KeyPair, int]
    bases: dict[int, list[tuple[int, int]]]  # (price, order_qty) an order may be at when a replace applies
    open_orders: dict[int, dict[int, int]]  # how many, by account and listing
    any_listing: list[int]
    available: dict[tuple[int, str], int] = field(default_factory=dict)
    held: dict[tuple[int, str], int] = field(default_factory=dict)
    candidates: dict[int, Order] = field(default_factory=dict)  # this batch's new orders, until decided
    born: list[Order] = field(default_factory=list)
    drafts: dict[int, list[tuple[journal.Draft, journal.KeyDraft]]] = field(default_factory=dict)
    spent: list[journal.KeyDraft] = field(default_factory=list)
    refusals: list[tuple[journal.RefusalDraft, journal.KeyDraft]] = field(default_factory=list)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    ends: dict[tuple[int, str | None], datetime | None] = field(default_factory=dict)

    def reserve(self, account_id: int, asset: str, amount: int) -> bool:
        """Hold back an amount if it is there; requests of one batch see each other here."""
        where = (account_id, asset)
        if amount > self.available.get(where, 0):
            return False
        self.available[where] = self.available.get(where, 0) - amount
        self.held[where] = self.held.get(where, 0) + amount
        return True

    def room(self, account: Account) -> int:
        """How many more orders the account may have open."""
        return account.max_open_orders - sum(self.open_orders.get(account.pk, {}).values())

    def opened(self, order: Order) -> None:
        mine = self.open_orders.setdefault(order.account_id, {})
        mine[order.listing_id] = mine.get(order.listing_id, 0) + 1

    def end_of(self, listing: Listing, day: str | None) -> datetime | None:
        """When a DAY order, or a GTD order of that date, ends; None where there is no trading day."""
        key = (listing.pk, day)
        if key not in self.ends:
            try:
                self.ends[key] = (
                    sessions.session_end(listing, self.received_at)
                    if day is None
                    else sessions.end_of_date(listing, date.fromisoformat(day))
                )
            except InvalidTimetable:
                self.ends[key] = None
        return self.ends[key]

    def terms_of(self, request: NewOrderRequest, stop_leg: Terms | None) -> Terms:
        listing = self.listings[request.listing_id]
        return terms.of_new(
            request, listing, touch=self.touches[listing.pk],
            fee_schedule=self.fees.of(self.accounts[request.account_id], listing.pk),
            end_of=self.end_of, stop_leg=stop_leg,
        )  # fmt: skip

    def terms_replaced(self, request: ReplaceRequest, order: Order) -> Terms:
        listing = self.listings[order.listing_id]
        return terms.of_replaced(request, order, listing, touch=self.touches[listing.pk])

    def named(self, request: CancelRequest | ReplaceRequest, orders: dict[int, Order]) -> Order | None:
        """The order a request names, if it is this account's."""
        pk = request.order_id
        if pk is None and request.orig_cl_ord_id is not None:
            pk = self.by_cl_ord_id.get((request.account_id, request.orig_cl_ord_id))
        order = orders.get(pk) if pk is not None else None
        return order if order is not None and order.account_id == request.account_id else None

    def question(self, account: Account, asked: Terms) -> gates.GateRequest:
        return self._question(account, asked, only_continuous=asked.only_continuous, only_reduces=False)

    def question_of_change(self, account: Account, asked: Terms, order: Order) -> gates.GateRequest:
        # A post-only order takes its new price as it is where orders gather (RPLC-009).
        now = (order.price, order.stop_px if terms.is_waiting_stop(order) else None)
        reduces = (asked.price, asked.conditions.stop_px) == now and asked.order_qty <= order.order_qty
        return self._question(account, asked, only_continuous=False, only_reduces=reduces)

    def _question(
        self, account: Account, asked: Terms, *, only_continuous: bool, only_reduces: bool
    ) -> gates.GateRequest:
        return gates.GateRequest(
            account=account, listing=asked.listing, market=asked.listing.market, side=asked.side,
            ord_type=asked.ord_type, time_in_force=asked.time_in_force, order_qty=asked.order_qty,
            price=asked.price, stop_px=asked.conditions.stop_px, worst_price=asked.worst_price,
            reference=asked.reference, only_continuous=only_continuous, only_reduces=only_reduces,
            expire_at=asked.expire_at, at=self.received_at,
        )  # fmt: skip


def lock_accounts(account_ids: Iterable[int]) -> dict[int, Account]:
    """FOR NO KEY UPDATE: a plain FOR UPDATE would deadlock with the foreign keys of concurrent inserts."""
    rows = Account.objects.filter(pk__in=list(account_ids)).order_by("pk").select_for_update(no_key=True)
    return {account.pk: account for account in rows}


def gather(
    batch: Sequence[Request], accounts: dict[int, Account], received_at: datetime, actor: User | None
) -> Batch:
    """Read what the decisions depend on: a fixed number of queries, however large the batch."""
    new = [request for request in batch if isinstance(request, NewOrderRequest)]
    changes = [request for request in batch if isinstance(request, CancelRequest | ReplaceRequest)]
    named = [(r.account_id, r.orig_cl_ord_id) for r in changes if r.orig_cl_ord_id is not None]
    by_cl_ord_id = {
        pair: key.order_id
        for pair, key in (journal.find_keys(named) if named else {}).items()
        if key.order_id is not None
    }
    order_ids = {r.order_id for r in changes if r.order_id is not None} | set(by_cl_ord_id.values())
    # Replaces on their way are read before the orders they change: the engine may apply one in between,
    # and then it only counts twice among what the order may be at.
    waiting = journal.undrained_replaces(order_ids) if order_ids else {}
    rows = Order.objects.select_related("fee_schedule").filter(pk__in=order_ids)
    orders = {order.pk: order for order in rows} if order_ids else {}
    listing_ids = {r.listing_id for r in new} | {order.listing_id for order in orders.values()}
    listings = selectors.listings().select_related("calendar").prefetch_related("calendar__days")
    found = {row.pk: row for row in listings.filter(pk__in=listing_ids)}
    counted = {r.account_id for r in batch if isinstance(r, NewOrderRequest | MassCancelRequest)}
    return Batch(
        received_at=received_at,
        actor_id=actor.pk if actor else None,
        accounts=accounts,
        listings=found,
        touches=selectors.touches(listing_ids),
        fees=fees.in_force(found.values(), at=received_at) if new else fees.Schedules(),
        orders=orders,
        by_cl_ord_id=by_cl_ord_id,
        bases={pk: _bases(order, waiting.get(pk, [])) for pk, order in orders.items()},
        open_orders=selectors.open_orders(counted) if counted else {},
        any_listing=selectors.first_listing() if any(isinstance(r, MassCancelRequest) for r in batch) else [],
    )


def _bases(order: Order, waiting: Sequence[engine.ReplaceOrder]) -> list[tuple[int, int]]:
    if order.ord_status == OrdStatus.PENDING_NEW:
        bases = not_yet_applied(order, order.worst_price, order.order_qty)
    else:
        bases = [(order.worst_price, order.order_qty)]
    for change in waiting:
        price = change.price or change.protection_px or order.worst_price
        bases += not_yet_applied(order, price, change.order_qty)
    return bases


def not_yet_applied(order: Order, price: int, order_qty: int) -> list[tuple[int, int]]:
    """Where an order may stand by terms the engine has yet to see: one that slides, as low as prices go."""
    slid = [(1, order_qty)] if order.post_only == PostOnly.SLIDE else []
    return [(price, order_qty), *slid]


def draft_orders(work: Batch, asked: Sequence[tuple[NewOrderRequest, Terms]]) -> None:
    """Number the batch's new orders, so that its later requests can name them. (Numbers of orders need
    not be gapless; that of a refused one is lost.)"""
    new = {(r.account_id, r.cl_ord_id): (r, t) for r, t in reversed(asked)}
    if not new:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('trading_order', 'id')) FROM generate_series(1, %s)",
            [len(new)],
        )
        ids = [row[0] for row in cursor.fetchall()]
    work.by_cl_ord_id |= dict(zip(reversed(new), ids, strict=True))
    for request, known in reversed(new.values()):
        pk = work.by_cl_ord_id[request.account_id, request.cl_ord_id]
        work.candidates[pk] = _order(pk, request, known, work)


def _order(pk: int, request: NewOrderRequest, known: Terms, work: Batch) -> Order:
    conditions = known.conditions
    other_leg = request.account_id, request.linked_cl_ord_id or ""
    return Order(
        pk=pk, account_id=request.account_id, listing_id=request.listing_id, cl_ord_id=request.cl_ord_id,
        side=known.side, ord_type=known.ord_type, time_in_force=known.time_in_force,
        order_qty=known.order_qty, leaves_qty=known.order_qty, price=known.price,
        protection_px=known.protection_px, expire_at=known.expire_at, stop_px=conditions.stop_px,
        trail=conditions.trail, display_qty=conditions.display_qty, min_qty=conditions.min_qty,
        post_only=conditions.post_only or "", self_trade=known.self_trade,
        linked_order_id=work.by_cl_ord_id.get(other_leg),
        fee_schedule=known.fee_schedule, hold=0, created_at=work.received_at, updated_at=work.received_at,
    )  # fmt: skip
