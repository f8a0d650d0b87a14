"""What operators and the clock do to markets: each a command in the journal, and a line in the audit log."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from portal import audit, clock
from portal.models import Proposal, User
from portal.proposals import ProposalRefused, Wording
from trading import doorbell, engine, journal, selectors
from trading.models import Listing, MarketState
from trading.words import HALT_CODES, RESUME_CODES


class OperationRefused(Exception):
    """An anticipated reason not to act: ``code`` for machines, the text for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


# Halts of these reasons are lifted by whoever may lift them, and not in passing (HALT-003).
LIFTED_BY_FEW = {"REGULATORY", "NEWS_PENDING"}


def halt(
    *,
    listings: Iterable[Listing],
    reason_code: str,
    note: str,
    actor: User | None,
    resume_at: datetime | None = None,
    call_seconds: int | None = 0,
) -> dict[int, int]:
    """Halt trading, all of these listings or none; return each listing's command by its number.

    A halt may name its resumption, by a reopening call as in ``resume``.
    """
    if reason_code not in HALT_CODES:
        raise OperationRefused("UNKNOWN_HALT_CODE", f"{reason_code} is no halt code.")
    if resume_at is not None and resume_at <= clock.now():
        raise OperationRefused("PAST", "The moment trading shall resume has passed.")
    is_kept = reason_code in LIFTED_BY_FEW
    if resume_at is not None and is_kept and not _may_lift(actor):
        raise OperationRefused("MAY_NOT_LIFT", f"{_lifters(reason_code)}, ahead of time too.")

    def command(listing: Listing) -> engine.Command:
        until = None if resume_at is None else clock.micros(resume_at)
        call = 0 if until is None else _call_us(listing, call_seconds)
        return engine.HaltTrading(0, 0, reason_code, note, until, call)

    facts = {"code": reason_code, "note": note}
    if resume_at is not None:
        facts["resume_at"] = resume_at.isoformat()
    return _operate(listings, command, action="HALTED", actor=actor, facts=facts, keeps=is_kept)


def resume(
    *,
    listings: Iterable[Listing],
    reason_code: str,
    note: str,
    actor: User | None,
    call_seconds: int | None = 0,
) -> dict[int, int]:
    """Resume trading, all of these listings or none: directly, or by a reopening call of that length (None:
    each listing's own)."""
    if reason_code not in RESUME_CODES:
        raise OperationRefused("UNKNOWN_RESUME_CODE", f"{reason_code} is no code for a resumption.")

    def command(listing: Listing) -> engine.Command:
        return engine.ResumeTrading(0, 0, reason_code, note, _call_us(listing, call_seconds))

    facts = {"code": reason_code, "note": note}
    return _operate(listings, command, action="RESUMED", actor=actor, facts=facts, keeps=False)


def _call_us(listing: Listing, call_seconds: int | None) -> int:
    return 1_000_000 * (listing.reopening_call_seconds if call_seconds is None else call_seconds)


def _may_lift(actor: User | None) -> bool:
    return actor is None or actor.has_perm("trading.lift_regulatory_halt")


def _lifters(reason_code: str) -> str:
    why = HALT_CODES[reason_code].lower()
    return f"A halt for “{why}” is lifted by the compliance officer or the market supervisor"


def _operate(
    listings: Iterable[Listing],
    command: Callable[[Listing], engine.Command],
    *,
    action: str,
    actor: User | None,
    facts: dict[str, Any],
    keeps: bool,
) -> dict[int, int]:
    """``keeps``: a halt that stands and that few may lift still needs them afterwards."""
    # What the projection cannot hold would fault every listing concerned, for good.
    longest = MarketState._meta.get_field("halt_note").max_length or 0
    if len(facts["note"]) > longest:
        raise OperationRefused("NOTE_TOO_LONG", f"A note has at most {longest} characters.")
    rows = sorted(listings, key=lambda row: row.pk)
    with transaction.atomic():
        standing = journal.standing_halts(listing_ids=[row.pk for row in rows])
        for listing in rows:
            why = standing[listing.pk]
            if why in LIFTED_BY_FEW and not keeps and not _may_lift(actor):
                raise OperationRefused("MAY_NOT_LIFT", f"{listing.symbol} stays halted. {_lifters(why)}.")
            audit.record(action=action, subject=listing.symbol, actor=actor, facts=facts)
        by = actor.pk if actor else None
        drafts = {row.pk: [journal.Draft(command=command(row), actor_id=by)] for row in rows}
        numbers = journal.append(drafts=drafts, received_at=clock.now())
        for listing in rows:
            doorbell.ring_on_commit(listing.pk)
    return {listing_id: seq for listing_id, [seq] in numbers.items()}


def append_ticks() -> list[int]:
    """Let time pass in every market where something is due; return the listings.

    A late tick delays what is published, never the rule: the engine runs what is due before the next
    command, whenever that comes.
    """
    due = selectors.listings_due(at=clock.now())
    with transaction.atomic():
        draft = journal.Draft(command=engine.Tick(0, 0))
        journal.append(drafts={listing_id: [draft] for listing_id in due}, received_at=clock.now())
        for listing_id in due:
            doorbell.ring_on_commit(listing_id)
    return due


def clear_fault(*, listing: Listing, note: str, actor: User) -> None:
    """Let a faulted listing try again: the engine was mended, or the command put aside."""
    with transaction.atomic():
        state = MarketState.objects.select_for_update(no_key=True).get(pk=listing.pk)
        if state.fault_seq is None:
            raise OperationRefused("NOT_FAULTED", f"{listing.symbol} is not faulted.")
        facts = {"seq": state.fault_seq, "error": state.fault_text, "note": note}
        state.fault_seq, state.fault_text = None, ""
        state.save(update_fields=["fault_seq", "fault_text"])
        audit.record(action="FAULT_CLEARED", subject=listing.symbol, actor=actor, facts=facts)
        doorbell.ring_on_commit(listing.pk)


class QuarantineCommand:
    """Kind of proposal: take the command a listing faulted at out of the fold.

    Subject: the symbol; new: ``seq``.
    """

    def current(self, *, subject: str, lock: bool = False) -> dict[str, Any]:
        state = self._state(subject, lock=lock)
        return {"fault_seq": state.fault_seq, "fault_text": state.fault_text}

    def check(self, *, subject: str, new: dict[str, Any]) -> None:
        state = self._state(subject)
        if state.fault_seq is None or new.get("seq") != state.fault_seq:
            raise ProposalRefused(
                "NOT_THE_FAULT", "Only the command a listing is faulted at can be put aside."
            )
        command = journal.recorded_command(listing_id=state.pk, seq=state.fault_seq)
        if command.put_aside is not None:
            raise ProposalRefused(
                "PUT_ASIDE_ALREADY",
                f"Command {command.seq} is put aside already, and what was due before it fails. "
                "Only a mended engine helps.",
            )
        if command.payload.get("reason") == engine.CancelReason.ACCOUNT_RESTRICTED:
            # A later cancel would not do: what is in the journal between the two could still trade.
            raise ProposalRefused(
                "RESTRICTS_AN_ACCOUNT",
                f"Command {command.seq} cancels an order of an account that was suspended. Put aside, that "
                "order could trade. Only a mended engine helps.",
            )

    def apply(self, *, subject: str, new: dict[str, Any], proposal: Proposal) -> None:
        state = self._state(subject)
        journal.quarantine(listing_id=state.pk, seq=new["seq"], reason=proposal.reason, proposal=proposal)
        assert proposal.decided_by is not None
        clear_fault(listing=state.listing, note=f"command {new['seq']} put aside", actor=proposal.decided_by)

    def wording(self, *, subject: str, old: dict[str, Any], new: dict[str, Any]) -> Wording:
        what = f"Command {new['seq']} of {subject}"
        return [(what, f"failed: {old['fault_text']}", "put aside, read as a reject")]

    def _state(self, symbol: str, *, lock: bool = False) -> MarketState:
        rows = MarketState.objects.select_related("listing")
        if lock:
            rows = rows.select_for_update(no_key=True, of=("self",))
        state = rows.filter(listing__symbol=symbol).first()
        if state is None:
            raise ProposalRefused("UNKNOWN_SYMBOL", f"There is no listing {symbol}.")
        return state
