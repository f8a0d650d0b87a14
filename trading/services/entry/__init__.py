"""Order entry: the one way in.

A batch by nature: one transaction, outcomes decided in arrival order, a bad request fails alone. Doors
(REST, the market maker, replays, later bulk, sockets and FIX) differ only in how they make requests.

Lock order: account rows, balance rows, then the listings' counters (ARCHITECTURE: lock order). Whatever
a decision depends on is read after the account rows are locked, so that a fact about an account cannot
change between the decision and the command.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from portal import clock
from portal.models import Account, User
from trading import balances, bulk, doorbell, engine, gates, journal, selectors
from trading.engine import CancelReason
from trading.models import WORKING, Balance, Order
from trading.services.entry.batch import Batch, gather, lock_accounts
from trading.services.entry.decisions import decide, judge, placed
from trading.services.entry.explanations import explain
from trading.services.entry.terms import Terms
from trading.services.requests import NewOrderRequest, Outcome, Request

MAX_BATCH = 1000


def submit_orders(batch: Sequence[Request], *, actor: User | None = None) -> list[Outcome]:
    """Enter new orders, cancels and replaces; return one outcome for each, in the order given."""
    if not 0 < len(batch) <= MAX_BATCH:
        raise ValueError(f"A batch holds 1 to {MAX_BATCH} requests.")
    received_at = clock.now()
    with transaction.atomic():
        accounts = lock_accounts({request.account_id for request in batch})
        spent = journal.find_keys({(request.account_id, request.cl_ord_id) for request in batch})
        work = gather(batch, accounts, received_at, actor)
        decided = decide(batch, work, spent)
        _write(work)
    return [placed(outcome, request) for outcome, request in zip(decided, batch, strict=True)]


def cancel_all_of(*, account: Account, actor: User | None) -> int:
    """Append the cancel of every working order of an account the caller has locked; return how many."""
    return _cancel(account, Order.objects.filter(account=account), actor)


def cancel_buying_of(*, account: Account, listing_ids: Collection[int], actor: User | None) -> int:
    """The same of what would buy in these listings."""
    buying = Order.objects.filter(account=account, side=engine.Side.BUY, listing__in=listing_ids)
    return _cancel(account, buying, actor)


def _cancel(account: Account, orders: QuerySet[Order], actor: User | None) -> int:
    drafts: dict[int, list[journal.Draft]] = {}
    working = orders.filter(ord_status__in=WORKING).order_by("pk")
    for pk, listing_id in working.values_list("pk", "listing_id"):
        command = engine.CancelOrder(0, 0, pk, account.pk, CancelReason.ACCOUNT_RESTRICTED)
        drafts.setdefault(listing_id, []).append(
            journal.Draft(
                command=command, account_id=account.pk, order_id=pk, actor_id=actor.pk if actor else None
            )
        )
    _append(drafts)
    return sum(len(run) for run in drafts.values())


def cancel_disconnected(*, account_id: int, actor_id: int) -> None:
    """Append a mass cancel to every listing an account the caller has locked has open orders in."""
    command = engine.MassCancel(0, 0, account_id, None, CancelReason.DISCONNECTED)
    draft = journal.Draft(command=command, account_id=account_id, actor_id=actor_id)
    open_in = selectors.open_orders([account_id]).get(account_id, {})
    _append({listing_id: [draft] for listing_id in sorted(open_in)})


@dataclass(frozen=True, slots=True)
class Preview:
    """What entering an order, or the legs of a pair, would come to.

    The balances are those of cash and of the listing's token, by asset; missing ones are empty.
    """

    legs: list[Terms]
    verdict: gates.Verdict
    balances: dict[str, Balance]
    explanation: list[str]

    @property
    def dearest(self) -> Terms:
        """The leg that needs most: what may happen at worst."""
        return max(self.legs, key=lambda terms: terms.worst_price or 0)

    @property
    def hold(self) -> int:
        return sum(terms.hold for terms in self.legs)

    @property
    def most_fee(self) -> int:
        """Either leg of a pair may trade a part, and each pays for its own."""
        return sum(terms.most_fee for terms in self.legs if terms.worst_price is not None)


def preview(*legs: NewOrderRequest) -> Preview:
    """What the gates say to an order, or to a pair, and what it would hold; nothing is written or locked."""
    account = Account.objects.get(pk=legs[0].account_id)
    work = gather(legs, {account.pk: account}, clock.now(), None)
    asked: list[Terms] = []
    for leg in legs:
        asked.append(work.terms_of(leg, stop_leg=asked[0] if asked else None))
    verdict = gates.together(gates.ask([work.question(account, terms) for terms in asked]))
    assets = asked[0].assets
    found = {b.asset_id: b for b in Balance.objects.filter(account=account, asset__in=assets)}
    mine = {asset: found.get(asset, Balance(account=account, asset_id=asset)) for asset in assets}
    work.available = {(account.pk, asset): balance.available for asset, balance in mine.items()}
    verdict = judge(account, asked, verdict, work)
    return Preview(asked, verdict, mine, explain(asked, at=work.received_at))


def _append(drafts: dict[int, list[journal.Draft]]) -> None:
    journal.append(drafts=drafts, received_at=clock.now())
    for listing_id in drafts:
        doorbell.ring_on_commit(listing_id)


def _write(work: Batch) -> None:
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
    drafts = {listing_id: [draft for draft, _ in run] for listing_id, run in work.drafts.items()}
    for listing_id, numbers in journal.append(drafts=drafts, received_at=work.received_at).items():
        for (_, key), seq in zip(work.drafts[listing_id], numbers, strict=True):
            key.seq = seq
        doorbell.ring_on_commit(listing_id)
    journal.spend_keys(keys=work.spent + [key for _, key in work.refusals])


def _insert_orders(orders: Sequence[Order]) -> None:
    columns = [f.attname for f in Order._meta.concrete_fields]
    bulk.copy(Order, columns, [[getattr(order, name) for name in columns] for order in orders])
