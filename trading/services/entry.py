"""Order entry: the one way in.

A batch by nature: one transaction, outcomes decided in arrival order, a bad request fails alone. Doors
(REST, the market maker, replays, later bulk, sockets and FIX) differ only in how they make requests.

Lock order: account rows, balance rows, then the listings' counters (ARCHITECTURE: lock order). Whatever
a decision depends on is read after the account rows are locked, so that a fact about an account cannot
change between the decision and the command.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from portal import clock
from portal.models import Account, User
from trading import balances, bulk, doorbell, engine, gates, journal, selectors, words
from trading.engine import CancelReason, OrdType, Side, TimeInForce
from trading.models import CASH, WORKING, Balance, Listing, Order
from trading.services.requests import (
    Accepted,
    CancelRequest,
    Conflict,
    NewOrderRequest,
    NotFound,
    Outcome,
    Refused,
    ReplaceRequest,
    Request,
    body_hash,
    body_of,
)

MAX_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Terms:
    """What a new or replaced order would be, with its worst case frozen in."""

    listing: Listing
    side: Side
    ord_type: OrdType
    time_in_force: TimeInForce
    order_qty: int
    price: int | None
    protection_px: int | None
    reference: int | None
    expire_at: datetime | None = None

    @property
    def worst_price(self) -> int | None:
        return self.price if self.price is not None else self.protection_px

    @property
    def hold(self) -> int:
        """The worst case: cents of a buy, lots of a sell."""
        assert self.worst_price is not None  # the gates refuse an order without one
        return engine.required_hold(self.side, self.worst_price, self.order_qty, self.listing.tick_lot_cents)

    @property
    def hold_asset(self) -> str:
        return CASH if self.side == Side.BUY else self.listing.asset_id

    @property
    def assets(self) -> tuple[str, str]:
        return CASH, self.listing.asset_id


@dataclass(slots=True)
class _Batch:
    """Everything one transaction of entry knows and will write."""

    received_at: datetime
    actor_id: int | None
    accounts: dict[int, Account]
    listings: dict[int, Listing]
    touches: dict[int, selectors.Touch]
    orders: dict[int, Order]  # what cancels and replaces may name: known orders, and those entered here
    by_cl_ord_id: dict[journal.KeyPair, int]
    bases: dict[int, list[tuple[int, int]]]  # (price, order_qty) an order may be at when a replace applies
    available: dict[tuple[int, str], int] = field(default_factory=dict)
    held: dict[tuple[int, str], int] = field(default_factory=dict)
    candidates: dict[int, Order] = field(default_factory=dict)  # this batch's new orders, until decided
    born: list[Order] = field(default_factory=list)
    drafts: dict[int, list[journal.Draft]] = field(default_factory=dict)
    keys: dict[int, list[journal.KeyDraft]] = field(default_factory=dict)  # by listing, beside its drafts
    refusals: list[tuple[journal.RefusalDraft, journal.KeyDraft]] = field(default_factory=list)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def reserve(self, account_id: int, asset: str, amount: int) -> bool:
        """Hold back an amount if it is there; requests of one batch see each other here."""
        where = (account_id, asset)
        if amount > self.available.get(where, 0):
            return False
        self.available[where] = self.available.get(where, 0) - amount
        self.held[where] = self.held.get(where, 0) + amount
        return True

    def available_to(self, account_id: int, terms: Terms) -> int:
        return self.available.get((account_id, terms.hold_asset), 0)


def submit_orders(batch: Sequence[Request], *, actor: User | None = None) -> list[Outcome]:
    """Enter new orders, cancels and replaces; return one outcome for each, in the order given."""
    if not 0 < len(batch) <= MAX_BATCH:
        raise ValueError(f"A batch holds 1 to {MAX_BATCH} requests.")
    received_at = clock.now()
    with transaction.atomic():
        accounts = _lock_accounts({request.account_id for request in batch})
        spent = journal.find_keys({(request.account_id, request.cl_ord_id) for request in batch})
        work = _gather(batch, accounts, received_at, actor)
        decided = _decide(batch, work, spent)
        _write(work)
    return [_placed(outcome) if isinstance(outcome, journal.KeyDraft) else outcome for outcome in decided]


def cancel_all_of(*, account: Account, actor: User | None) -> int:
    """Append the cancel of every working order of an account the caller has locked; return how many."""
    drafts: dict[int, list[journal.Draft]] = {}
    working = Order.objects.filter(account=account, ord_status__in=WORKING).order_by("pk")
    for pk, listing_id in working.values_list("pk", "listing_id"):
        command = engine.CancelOrder(0, 0, pk, account.pk, CancelReason.ACCOUNT_RESTRICTED)
        drafts.setdefault(listing_id, []).append(
            journal.Draft(
                command=command, account_id=account.pk, order_id=pk, actor_id=actor.pk if actor else None
            )
        )
    journal.append(drafts=drafts, received_at=clock.now())
    for listing_id in drafts:
        doorbell.ring_on_commit(listing_id)
    return sum(len(run) for run in drafts.values())


def preview(request: NewOrderRequest) -> tuple[Terms, gates.Verdict, dict[str, Balance]]:
    """What the gates say to an order and what it would hold; nothing is written or locked.

    The balances are those of cash and of the listing's token, by asset; missing ones are empty.
    """
    account = Account.objects.get(pk=request.account_id)
    work = _gather([request], {account.pk: account}, clock.now(), None)
    terms = _terms(request, work)
    verdict = gates.ask([_question(account, terms, work.received_at)])[0]
    found = {b.asset_id: b for b in Balance.objects.filter(account=account, asset__in=terms.assets)}
    mine = {a: found.get(a, Balance(account=account, asset_id=a)) for a in terms.assets}
    available = mine[terms.hold_asset].available
    if verdict.allowed and terms.hold > available:
        verdict = _unfunded(verdict, terms, terms.hold, available)
    return terms, verdict, mine


# --- Facts -------------------------------------------------------------------------------------------------


def _lock_accounts(account_ids: Iterable[int]) -> dict[int, Account]:
    """FOR NO KEY UPDATE: a plain FOR UPDATE would deadlock with the foreign keys of concurrent inserts."""
    rows = Account.objects.filter(pk__in=list(account_ids)).order_by("pk").select_for_update(no_key=True)
    return {account.pk: account for account in rows}


def _gather(
    batch: Sequence[Request], accounts: dict[int, Account], received_at: datetime, actor: User | None
) -> _Batch:
    """Read what the decisions depend on: a fixed number of queries, however large the batch."""
    changes = [request for request in batch if not isinstance(request, NewOrderRequest)]
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
    orders = {o.pk: o for o in Order.objects.filter(pk__in=order_ids)} if order_ids else {}
    listing_ids = {r.listing_id for r in batch if isinstance(r, NewOrderRequest)}
    listing_ids |= {order.listing_id for order in orders.values()}
    listings = {row.pk: row for row in selectors.listings().filter(pk__in=listing_ids)}
    return _Batch(
        received_at=received_at,
        actor_id=actor.pk if actor else None,
        accounts=accounts,
        listings=listings,
        touches=selectors.touches(listing_ids),
        orders=orders,
        by_cl_ord_id=by_cl_ord_id,
        bases={
            pk: [(o.worst_price, o.order_qty)]
            + [(c.price or o.worst_price, c.order_qty) for c in waiting.get(pk, [])]
            for pk, o in orders.items()
        },
    )


def _terms(request: NewOrderRequest, work: _Batch) -> Terms:
    listing = work.listings[request.listing_id]
    touch = work.touches[listing.pk]
    opposite = touch.ask_px if request.side == Side.BUY else touch.bid_px
    reference = opposite if opposite is not None else listing.market.last_px
    protection_px = None
    if request.ord_type == OrdType.MARKET and reference is not None:
        protection_px = gates.protection_price(listing, request.side, reference)
    return Terms(
        listing=listing,
        side=request.side,
        ord_type=request.ord_type,
        time_in_force=request.time_in_force,
        order_qty=request.order_qty,
        price=request.price,
        protection_px=protection_px,
        reference=reference,
        expire_at=selectors.next_close(listing, work.received_at)
        if request.time_in_force == TimeInForce.DAY
        else None,
    )


def _replaced_terms(request: ReplaceRequest, order: Order, work: _Batch) -> Terms:
    new = NewOrderRequest(
        account_id=order.account_id, cl_ord_id=request.cl_ord_id, listing_id=order.listing_id,
        side=Side(order.side), ord_type=OrdType(order.ord_type),
        time_in_force=TimeInForce(order.time_in_force), order_qty=request.order_qty, price=request.price,
    )  # fmt: skip
    return _terms(new, work)


def _question(
    account: Account, terms: Terms, at: datetime, *, only_reduces: bool = False
) -> gates.GateRequest:
    return gates.GateRequest(
        account=account, listing=terms.listing, market=terms.listing.market, side=terms.side,
        ord_type=terms.ord_type, order_qty=terms.order_qty, price=terms.price, worst_price=terms.worst_price,
        reference=terms.reference, only_reduces=only_reduces, at=at,
    )  # fmt: skip


# --- Decisions ---------------------------------------------------------------------------------------------

# A key stands for an accepted request until its command has got its number.
_Decided = journal.KeyDraft | Outcome


def _placed(key: journal.KeyDraft) -> Accepted:
    assert key.order_id is not None and key.seq is not None
    return Accepted(order_id=key.order_id, listing_id=key.listing_id, seq=key.seq)


def _decide(
    batch: Sequence[Request], work: _Batch, spent: dict[journal.KeyPair, journal.Key]
) -> list[_Decided]:
    """One outcome a request. Gates are asked about the whole batch at once, balances in arrival order."""
    fresh = [
        index for index, request in enumerate(batch) if (request.account_id, request.cl_ord_id) not in spent
    ]
    _number_new_orders([batch[index] for index in fresh], work)
    questions = {
        index: question for index in fresh if (question := _question_for(batch[index], work)) is not None
    }
    verdicts = dict(zip(questions, gates.ask([asked for _, asked in questions.values()]), strict=True))
    _lock_balances(work, {(batch[i].account_id, a) for i, (t, _) in questions.items() for a in t.assets})

    outcomes: list[_Decided] = []
    here: dict[journal.KeyPair, tuple[bytes, _Decided]] = {}  # ClOrdIDs spent in this very batch
    for index, request in enumerate(batch):
        pair = (request.account_id, request.cl_ord_id)
        outcome: _Decided
        if pair in spent:
            outcome = _repetition(request, spent[pair])
        elif pair in here:
            outcome = here[pair][1] if here[pair][0] == body_hash(request) else Conflict()
        else:
            terms = questions[index][0] if index in questions else None
            outcome = _decide_one(request, terms, verdicts.get(index), work)
            if not isinstance(outcome, NotFound):
                here[pair] = body_hash(request), outcome
        outcomes.append(outcome)
    return outcomes


def _number_new_orders(fresh: Sequence[Request], work: _Batch) -> None:
    """Number the batch's new orders, so that its later requests can name them. (Numbers of orders need
    not be gapless; that of a refused one is lost.)"""
    new = {(r.account_id, r.cl_ord_id): r for r in reversed(fresh) if isinstance(r, NewOrderRequest)}
    if not new:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('trading_order', 'id')) FROM generate_series(1, %s)",
            [len(new)],
        )
        ids = [row[0] for row in cursor.fetchall()]
    for pk, (pair, request) in zip(ids, reversed(new.items()), strict=True):
        work.by_cl_ord_id[pair] = pk
        work.candidates[pk] = Order(
            pk=pk, account_id=request.account_id, listing_id=request.listing_id,
            cl_ord_id=request.cl_ord_id, side=request.side, ord_type=request.ord_type,
            time_in_force=request.time_in_force, order_qty=request.order_qty, price=request.price,
            leaves_qty=request.order_qty, hold=0, created_at=work.received_at, updated_at=work.received_at,
        )  # fmt: skip


def _question_for(request: Request, work: _Batch) -> tuple[Terms, gates.GateRequest] | None:
    account = work.accounts[request.account_id]
    if isinstance(request, NewOrderRequest):
        terms = _terms(request, work)
        return terms, _question(account, terms, work.received_at)
    if isinstance(request, CancelRequest):
        return None
    order = _named(request, work.orders | work.candidates, work)
    if order is None:
        return None
    terms = _replaced_terms(request, order, work)
    reduces = request.price == order.price and request.order_qty <= order.order_qty
    return terms, _question(account, terms, work.received_at, only_reduces=reduces)


def _named(request: CancelRequest | ReplaceRequest, orders: dict[int, Order], work: _Batch) -> Order | None:
    """The order a request names, if it is this account's."""
    pk = request.order_id
    if pk is None and request.orig_cl_ord_id is not None:
        pk = work.by_cl_ord_id.get((request.account_id, request.orig_cl_ord_id))
    order = orders.get(pk) if pk is not None else None
    return order if order is not None and order.account_id == request.account_id else None


def _repetition(request: Request, key: journal.Key) -> Outcome:
    """The same body gets the same answer, however often it comes."""
    if key.body_hash != body_hash(request):
        return Conflict()
    if key.refusal_id is not None:
        decision = journal.refusal_decision(refusal_id=key.refusal_id)
        return Refused(reasons=decision["reasons"], repeated=True)
    assert key.order_id is not None and key.seq is not None
    return Accepted(order_id=key.order_id, listing_id=key.listing_id, seq=key.seq, repeated=True)


def _decide_one(
    request: Request, terms: Terms | None, verdict: gates.Verdict | None, work: _Batch
) -> _Decided:
    if isinstance(request, NewOrderRequest):
        assert terms is not None and verdict is not None
        return _decide_new(request, terms, verdict, work)
    order = _named(request, work.orders, work)
    if order is None:
        return NotFound()
    if order.ord_status not in WORKING:
        return _refuse(request, order.listing_id, _too_late(order), work)
    if isinstance(request, CancelRequest):
        command = engine.CancelOrder(0, 0, order.pk, order.account_id, request.reason)
        return _enter(request, order, command, 0, None, work)
    assert terms is not None and verdict is not None
    return _decide_replace(request, order, terms, verdict, work)


def _decide_new(request: NewOrderRequest, terms: Terms, verdict: gates.Verdict, work: _Batch) -> _Decided:
    hold = 0
    if verdict.allowed:
        hold = terms.hold
        if not work.reserve(request.account_id, terms.hold_asset, hold):
            verdict = _unfunded(verdict, terms, hold, work.available_to(request.account_id, terms))
    if not verdict.allowed:
        return _refuse(request, terms.listing.pk, verdict, work)
    order = work.candidates[work.by_cl_ord_id[request.account_id, request.cl_ord_id]]
    order.protection_px, order.expire_at, order.hold = terms.protection_px, terms.expire_at, hold
    work.orders[order.pk] = order
    work.born.append(order)
    work.bases[order.pk] = [(order.worst_price, order.order_qty)]
    command = engine.NewOrder(
        0, 0, order.pk, request.account_id, request.side, request.ord_type, request.time_in_force,
        request.order_qty, request.price, terms.protection_px,
        clock.micros(terms.expire_at) if terms.expire_at else None,
        work.accounts[request.account_id].owner_id, engine.SelfTrade.ALLOW,
    )  # fmt: skip
    return _enter(request, order, command, hold, verdict, work)


def _decide_replace(
    request: ReplaceRequest, order: Order, terms: Terms, verdict: gates.Verdict, work: _Batch
) -> _Decided:
    """Reserves what the new terms may need beyond the old, wherever the order stands by then."""
    reserve = 0
    if verdict.allowed:
        reserve = engine.replace_reserve(
            Side(order.side), work.bases[order.pk], order.cum_qty, request.price, request.order_qty,
            terms.listing.tick_lot_cents,
        )  # fmt: skip
        if not work.reserve(order.account_id, terms.hold_asset, reserve):
            verdict = _unfunded(verdict, terms, reserve, work.available_to(order.account_id, terms))
    if not verdict.allowed:
        return _refuse(request, order.listing_id, verdict, work)
    work.bases[order.pk].append((request.price, request.order_qty))
    command = engine.ReplaceOrder(0, 0, order.pk, order.account_id, request.order_qty, request.price)
    return _enter(request, order, command, reserve, verdict, work)


def _unfunded(verdict: gates.Verdict, terms: Terms, needed: int, available: int) -> gates.Verdict:
    listing = terms.listing
    if terms.side == Side.BUY:
        reason = gates.Reason(
            code="RISK-CASH",
            message=(f"This needs {words.cash(needed)} at worst; {words.cash(available)} is available."),
            citation="17 CFR 240.15c3-5(c)(1)(i)",
            next_step="Enter a smaller order, or cancel an open one that holds cash.",
        )
    else:
        reason = gates.Reason(
            code="RISK-POSITION",
            message=(
                f"This needs {words.quantity(listing, needed)}; "
                f"{words.quantity(listing, available)} is available. Short sales are not taken."
            ),
            citation="17 CFR 240.15c3-5(c)(1)(i)",
            next_step="Enter a smaller quantity, or cancel an open order that holds some.",
        )
    return replace(verdict, reasons=(reason,))


def _too_late(order: Order) -> gates.Verdict:
    reason = gates.Reason(
        code="TOO_LATE",
        message=f"This order is {order.get_ord_status_display().lower()}; nothing of it is left to change.",
        citation="FIX CxlRejReason 0",
        next_step="Look at what became of it; there is nothing left to do.",
    )
    return gates.Verdict(reasons=(reason,), facts={}, rules={})


def _enter(
    request: Request, order: Order, command: engine.Command, hold: int, verdict: gates.Verdict | None,
    work: _Batch,
) -> journal.KeyDraft:  # fmt: skip
    record = None
    if verdict is not None:
        record = verdict.as_json()
        work.facts[record["facts"]] = verdict.facts
    work.drafts.setdefault(order.listing_id, []).append(
        journal.Draft(
            command=command, account_id=order.account_id, order_id=order.pk, hold=hold,
            actor_id=work.actor_id, decision=record,
        )
    )  # fmt: skip
    key = journal.KeyDraft(
        request.account_id, request.cl_ord_id, body_hash(request), order.listing_id, order_id=order.pk
    )
    work.keys.setdefault(order.listing_id, []).append(key)
    return key


def _refuse(request: Request, listing_id: int, verdict: gates.Verdict, work: _Batch) -> Refused:
    record = verdict.as_json()
    work.facts[record["facts"]] = verdict.facts
    draft = journal.RefusalDraft(
        account_id=request.account_id, listing_id=listing_id, cl_ord_id=request.cl_ord_id,
        body=body_of(request), decision=record, actor_id=work.actor_id,
    )  # fmt: skip
    key = journal.KeyDraft(request.account_id, request.cl_ord_id, body_hash(request), listing_id)
    work.refusals.append((draft, key))
    return Refused(reasons=record["reasons"])


# --- Writing ----------------------------------------------------------------------------------------------


def _lock_balances(work: _Batch, wanted: set[tuple[int, str]]) -> None:
    """Make sure the balances exist, lock them in one order, and read what is available."""
    if not wanted:
        return
    work.available = balances.lock(wanted)


def _write(work: _Batch) -> None:
    balances.move(held=work.held)
    journal.record_facts(sheets=work.facts)
    if work.refusals:
        numbers = journal.record_refusals(
            drafts=[draft for draft, _ in work.refusals], received_at=work.received_at
        )
        for (_, key), number in zip(work.refusals, numbers, strict=True):
            key.refusal_id = number
    if work.born:
        _insert_orders(work.born)
    # The counters come last: whoever waits for one waits for two inserts and a commit.
    for listing_id, run in journal.append(drafts=work.drafts, received_at=work.received_at).items():
        for key, seq in zip(work.keys[listing_id], run, strict=True):
            key.seq = seq
        doorbell.ring_on_commit(listing_id)
    journal.spend_keys(
        keys=[key for run in work.keys.values() for key in run] + [key for _, key in work.refusals]
    )


def _insert_orders(orders: Sequence[Order]) -> None:
    columns = [f.attname for f in Order._meta.concrete_fields]
    bulk.copy(Order, columns, [[getattr(order, name) for name in columns] for order in orders])
