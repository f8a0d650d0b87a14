"""What comes of each request of a batch, in arrival order."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from portal import clock
from portal.models import Account
from trading import balances, engine, gates, journal
from trading.engine import CancelReason
from trading.models import WORKING, Order
from trading.services.entry import reasons
from trading.services.entry.batch import Batch, draft_orders, not_yet_applied
from trading.services.entry.terms import NO_CONDITIONS, Terms
from trading.services.requests import (
    Accepted,
    CancelRequest,
    Conflict,
    MassAccepted,
    MassCancelRequest,
    NewOrderRequest,
    NotFound,
    Outcome,
    Refused,
    ReplaceRequest,
    Request,
    beyond_command,
    body_hash,
    body_of,
)

# Keys stand for an accepted request until its commands have got their numbers.
Keys = tuple[journal.KeyDraft, ...]
Decided = Keys | Outcome
Asked = dict[int, tuple[Terms, gates.GateRequest]]  # by index in the batch


def placed(decided: Decided, request: Request) -> Outcome:
    if not isinstance(decided, tuple):
        return decided
    commands = tuple((key.listing_id, key.seq or 0) for key in decided)
    if isinstance(request, MassCancelRequest):
        return MassAccepted(commands)
    [key], [(listing_id, seq)] = decided, commands
    assert key.order_id is not None
    return Accepted(key.order_id, listing_id, seq)


def decide(batch: Sequence[Request], work: Batch, spent: dict[journal.KeyPair, journal.Key]) -> list[Decided]:
    """One outcome a request. Gates are asked about the whole batch at once, balances in arrival order."""
    wholes = list(units(batch))
    asked = questions(batch, work, spent)
    verdicts = dict(zip(asked, gates.ask([question for _, question in asked.values()]), strict=True))
    wanted = {(batch[i].account_id, asset) for i, (terms, _) in asked.items() for asset in terms.assets}
    work.available = balances.lock(wanted) if wanted else {}

    outcomes: list[Decided] = []
    here: dict[journal.KeyPair, tuple[Request, Decided]] = {}  # ClOrdIDs spent in this very batch
    for unit in wholes:
        requests = [batch[index] for index in unit]
        before = [_answered(request, spent, here) for request in requests]
        if all(outcome is None for outcome in before):
            found = _decide_unit(unit, requests, asked, verdicts, work)
            for request, outcome in zip(requests, found, strict=True):
                if not isinstance(outcome, NotFound):
                    here[request.account_id, request.cl_ord_id] = request, outcome
        else:  # what was entered in part was another pair
            found = [Conflict() if outcome is None else outcome for outcome in before]
        outcomes += found
    return outcomes


def units(batch: Sequence[Request]) -> Iterator[tuple[int, ...]]:
    """The indices of what is decided together: each request alone, the legs of a pair as one."""
    index = 0
    while index < len(batch):
        request = batch[index]
        if isinstance(request, NewOrderRequest) and request.linked_cl_ord_id is not None:
            following = batch[index + 1] if index + 1 < len(batch) else None
            if not isinstance(following, NewOrderRequest) or (
                (following.account_id, following.cl_ord_id, following.linked_cl_ord_id)
                != (request.account_id, request.linked_cl_ord_id, request.cl_ord_id)
            ):
                raise ValueError("The legs of a pair name each other and stand side by side.")
            yield index, index + 1
            index += 2
        else:
            yield (index,)
            index += 1


def questions(batch: Sequence[Request], work: Batch, spent: dict[journal.KeyPair, journal.Key]) -> Asked:
    """The terms of every fresh order and change, and what the gates are asked about them."""
    fresh = [i for i, request in enumerate(batch) if (request.account_id, request.cl_ord_id) not in spent]
    asked: Asked = {}
    new: list[tuple[NewOrderRequest, Terms]] = []
    for index in fresh:
        request = batch[index]
        if isinstance(request, NewOrderRequest):
            terms = work.terms_of(request, _stop_leg(request, index, asked))
            new.append((request, terms))
            asked[index] = terms, work.question(work.accounts[request.account_id], terms)
    draft_orders(work, new)
    orders = work.orders | work.candidates
    for index in fresh:
        request = batch[index]
        if isinstance(request, ReplaceRequest) and (order := work.named(request, orders)) is not None:
            terms = work.terms_replaced(request, order)
            account = work.accounts[request.account_id]
            asked[index] = terms, work.question_of_change(account, terms, order)
    return asked


def judge(account: Account, legs: Sequence[Terms], verdict: gates.Verdict, work: Batch) -> gates.Verdict:
    """Reserve what an order, or a pair, needs; else say what is missing."""
    if not verdict.allowed:
        return verdict
    if len(legs) > 1 and legs[0].is_met:
        return replace(verdict, reasons=(reasons.pair_triggered(legs[0]),))
    # What cannot rest needs no room, also where there is less than none.
    resting = sum(terms.may_rest for terms in legs)
    if resting and work.room(account) < resting:
        return replace(verdict, reasons=(reasons.too_many_orders(account),))
    return _reserve(account, legs[0], sum(terms.hold for terms in legs), verdict, work)


def _stop_leg(request: NewOrderRequest, index: int, asked: Asked) -> Terms | None:
    """Of a pair's limit leg, which stands right behind it."""
    if request.linked_cl_ord_id is None or request.stop_px is not None or request.trail is not None:
        return None
    return asked[index - 1][0] if index - 1 in asked else None


def _answered(
    request: Request,
    spent: dict[journal.KeyPair, journal.Key],
    here: dict[journal.KeyPair, tuple[Request, Decided]],
) -> Decided | None:
    """What a ClOrdID spent before led to; the same body gets the same answer, however often it comes."""
    pair = (request.account_id, request.cl_ord_id)
    if pair in here:
        known, outcome = here[pair]
        return outcome if known == request else Conflict()
    if pair not in spent:
        return None
    key = spent[pair]
    if key.body_hash != body_hash(request):
        return Conflict()
    if key.refusal_id is not None:
        decision = journal.refusal_decision(refusal_id=key.refusal_id)
        return Refused(reasons=decision["reasons"], repeated=True)
    assert key.seq is not None
    if key.order_id is None:
        commands = journal.commands_of_mass_cancel(listing_id=key.listing_id, seq=key.seq)
        return MassAccepted(tuple(commands), repeated=True)
    return Accepted(key.order_id, key.listing_id, key.seq, repeated=True)


def _decide_unit(
    unit: tuple[int, ...], requests: list[Request], asked: Asked, verdicts: dict[int, gates.Verdict],
    work: Batch,
) -> list[Decided]:  # fmt: skip
    first = requests[0]
    if isinstance(first, NewOrderRequest):
        legs = [request for request in requests if isinstance(request, NewOrderRequest)]
        return _decide_new(legs, [asked[i][0] for i in unit], [verdicts[i] for i in unit], work)
    if isinstance(first, MassCancelRequest):
        return [_mass_cancel(first, work)]
    order = work.named(first, work.orders)
    if order is None:
        return [NotFound()]
    if order.ord_status not in WORKING:
        return [_refuse(first, order.listing_id, reasons.alone(reasons.too_late(order)), work)]
    if isinstance(first, CancelRequest):
        command = engine.CancelOrder(0, 0, order.pk, order.account_id, first.reason)
        return [_enter(first, order, command, 0, None, work)]
    [index] = unit
    return [_decide_replace(first, order, asked[index][0], verdicts[index], work)]


def _decide_new(
    legs: list[NewOrderRequest], terms: list[Terms], verdicts: list[gates.Verdict], work: Batch
) -> list[Decided]:
    account = work.accounts[legs[0].account_id]
    verdict = judge(account, terms, gates.together(verdicts), work)
    if not verdict.allowed:
        return [_refuse(leg, leg.listing_id, verdict, work) for leg in legs]
    return [_enter_new(leg, its, account, verdict, work) for leg, its in zip(legs, terms, strict=True)]


def _enter_new(
    request: NewOrderRequest, terms: Terms, account: Account, verdict: gates.Verdict, work: Batch
) -> Decided:
    order = work.candidates[work.by_cl_ord_id[request.account_id, request.cl_ord_id]]
    order.hold = terms.hold
    work.orders[order.pk] = order
    work.born.append(order)
    if terms.may_rest:
        work.opened(order)
    work.bases[order.pk] = not_yet_applied(order, order.worst_price, order.order_qty)
    conditions = terms.conditions
    if terms.is_limit_leg:
        conditions = conditions._replace(linked_order_id=order.linked_order_id)
    command = engine.NewOrder(
        0, 0, order.pk, account.pk, terms.side, terms.ord_type, terms.time_in_force, terms.order_qty,
        terms.price, terms.protection_px, clock.micros(terms.expire_at) if terms.expire_at else None,
        account.owner_id, terms.self_trade, None if conditions == NO_CONDITIONS else conditions,
        terms.fee_schedule.pk if terms.fee_schedule is not None else None,
    )  # fmt: skip
    return _enter(request, order, command, order.hold, verdict, work)


def _decide_replace(
    request: ReplaceRequest, order: Order, terms: Terms, verdict: gates.Verdict, work: Batch
) -> Decided:
    """Reserves what the new terms may need beyond the old, wherever the order stands by then (RPLC-012)."""
    reserve = 0
    impossible = reasons.not_replaceable(request, order)
    if impossible is not None:
        verdict = reasons.alone(impossible)
    elif verdict.allowed:
        assert terms.worst_price is not None
        reserve = engine.replace_reserve(
            terms.side, work.bases[order.pk], order.order_qty - order.leaves_qty, terms.worst_price,
            terms.order_qty, terms.listing.tick_lot_cents, terms.fee_terms,
        )  # fmt: skip
        verdict = _reserve(work.accounts[order.account_id], terms, reserve, verdict, work)
    if not verdict.allowed:
        return _refuse(request, order.listing_id, verdict, work)
    assert terms.worst_price is not None
    work.bases[order.pk] += not_yet_applied(order, terms.worst_price, terms.order_qty)
    stop_px = None if order.trail is not None else terms.conditions.stop_px
    command = engine.ReplaceOrder(
        0, 0, order.pk, order.account_id, terms.order_qty, terms.price, stop_px,
        terms.protection_px if stop_px is not None else None,
    )  # fmt: skip
    return _enter(request, order, command, reserve, verdict, work)


def _mass_cancel(request: MassCancelRequest, work: Batch) -> Decided:
    """One command a listing. Where no order is open, one listing tells that there was none: so that the
    ClOrdID is spent, and sent again does not cancel what was entered since."""
    listing_ids = sorted(work.open_orders.get(request.account_id, {})) or work.any_listing[:1]
    if request.listing_id is not None:
        listing_ids = [request.listing_id]
    if not listing_ids:
        return NotFound()
    command = engine.MassCancel(0, 0, request.account_id, request.side, CancelReason.REQUESTED)
    keys = []
    for listing_id in listing_ids:
        key = journal.KeyDraft(request.account_id, request.cl_ord_id, body_hash(request), listing_id)
        draft = journal.Draft(command=command, account_id=request.account_id, actor_id=work.actor_id)
        work.drafts.setdefault(listing_id, []).append((draft, key))
        keys.append(key)
    work.spent.append(keys[0])
    return tuple(keys)


def _reserve(
    account: Account, terms: Terms, amount: int, verdict: gates.Verdict, work: Batch
) -> gates.Verdict:
    where = (account.pk, terms.hold_asset)
    if work.reserve(*where, amount):
        return verdict
    return replace(verdict, reasons=(reasons.unfunded(terms, amount, work.available.get(where, 0)),))


def _enter(
    request: Request, order: Order, command: engine.Command, hold: int, verdict: gates.Verdict | None,
    work: Batch,
) -> Keys:  # fmt: skip
    record = None
    if verdict is not None:
        record = verdict.as_json()
        work.facts[record["facts"]] = verdict.facts
        if isinstance(request, NewOrderRequest) and (beyond := beyond_command(request)):
            record["asked"] = beyond
    draft = journal.Draft(
        command=command, account_id=order.account_id, order_id=order.pk, hold=hold, actor_id=work.actor_id,
        decision=record,
    )  # fmt: skip
    key = journal.KeyDraft(
        request.account_id, request.cl_ord_id, body_hash(request), order.listing_id, order_id=order.pk
    )
    work.drafts.setdefault(order.listing_id, []).append((draft, key))
    work.spent.append(key)
    return (key,)


def _refuse(request: Request, listing_id: int, verdict: gates.Verdict, work: Batch) -> Refused:
    record = verdict.as_json()
    work.facts[record["facts"]] = verdict.facts
    draft = journal.RefusalDraft(
        account_id=request.account_id, listing_id=listing_id, cl_ord_id=request.cl_ord_id,
        body=body_of(request), decision=record, actor_id=work.actor_id,
    )  # fmt: skip
    key = journal.KeyDraft(request.account_id, request.cl_ord_id, body_hash(request), listing_id)
    work.refusals.append((draft, key))
    return Refused(reasons=record["reasons"])
