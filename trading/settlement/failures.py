"""Settlements that failed: two people have them tried again, mend what was in the way, or call them off; what
a custodian leaves lying for a business day or more, too, they call off.

Decided under the lock of the settlement's cursor: nothing settles meanwhile, and no trade is broken.
"""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from portal import clock
from portal.models import Proposal
from portal.proposals import ProposalRefused, Wording
from trading import balances, feed, sessions, words
from trading.engine import Side
from trading.models import CASH, Balance, Instruction, Listing, SettlementState, SettlementStep, Transfer
from trading.services import ledger
from trading.settlement import booking
from trading.settlement.progress import Progress
from trading.settlement.rails import rail_of
from trading.settlement.subjects import named, refuse_broken, standing

RETRY, MEND, CANCEL = "RETRY", "MEND", "CANCEL"
CONFIRMED = (
    "Approve only if the custodian has confirmed that it did not settle it, and will not: the books would no "
    "longer follow"
)
ASKED = {RETRY: {"act"}, MEND: {"act", "waive", "due_on"}, CANCEL: {"act", "compensation"}}
LATEST_DUE = timedelta(days=30)  # from today: what is due later would be forgotten
# What waits for a custodian's word.
WITH_CUSTODIAN = {SettlementState.INSTRUCTED, SettlementState.AFFIRMED, SettlementState.EXECUTING}
# What no venue may set aside: to deal with a blocked person takes a licence of OFAC's (31 CFR 501.801).
NEVER_WAIVED = {"OFAC-HIT"}


class ResolveSettlement:
    """Kind of proposal: what becomes of an instruction that failed, or that a custodian leaves lying.

    Subject: as ``subjects.subject_of`` says it. New: ``act``; to mend, ``waive`` (codes of reasons) and
    ``due_on`` (a date), or one of them; to cancel, perhaps ``compensation`` (``side``, ``cents``).
    """

    def current(self, *, subject: str, lock: bool = False) -> dict[str, Any]:
        return standing(named(subject, lock=lock))

    def check(self, *, subject: str, new: dict[str, Any]) -> None:
        row = named(subject)
        failed = row.state == SettlementState.FAILED
        if not failed and not is_left_lying(row):
            raise ProposalRefused(
                "NOT_FAILED",
                f"The settlement is {row.get_state_display().lower()}: there is nothing to decide.",
            )
        refuse_broken(row)
        if new.get("act") not in ASKED or not new.keys() <= ASKED[new["act"]]:
            raise ProposalRefused("UNKNOWN_ACT", "Say whether to try again, to mend or to cancel it.")
        if not failed and new["act"] != CANCEL:
            raise ProposalRefused(
                "NOT_FAILED",
                f"The settlement is {row.get_state_display().lower()} and has not failed: it may be called "
                "off, for it is overdue.",
            )
        if new["act"] == MEND:
            _refuse_unmendable(row, new)
        elif new["act"] == CANCEL and new.get("compensation"):
            _refuse_unpayable(new["compensation"])

    def apply(self, *, subject: str, new: dict[str, Any], proposal: Proposal) -> None:
        row, progress = named(subject), Progress(clock.now())
        if new["act"] == CANCEL:
            _call_off(row, progress, new.get("compensation"), proposal)
        else:
            _go_on(row, progress, new, proposal)
        progress.write()

    def wording(self, *, subject: str, old: dict[str, Any], new: dict[str, Any]) -> Wording:
        row = named(subject)
        what = f"{words.quantity(row.listing, old['qty'])} against {words.cash(old['amount'])}"
        stood = SettlementState(old["state"])
        stands = stood.label.lower()
        if stood == SettlementState.FAILED:
            stands += f" ({old['reason']})"
        else:
            since, due = (
                booking.local_date(row.listing, datetime.fromisoformat(old[at])) for at in ("since", "due_at")
            )
            stands += f" since {since}, was due on {due}"
        was = f"{what}, {old['seller']} to {old['buyer']}: {stands}"
        return [(f"Settlement of {subject}", was, _becomes(old, new))]


def is_left_lying(row: Instruction) -> bool:
    """Its custodian has it, and should have settled it a business day ago or earlier."""
    if row.custodian_id is None or row.state not in WITH_CUSTODIAN:
        return False
    return sessions.settlement_due(row.listing, row.due_at) <= clock.now()


def reasons_of(row: Instruction) -> dict[str, str]:
    """For which reasons it failed last, as the gates gave them: sentences by their codes."""
    steps = SettlementStep.objects.filter(instruction=row).exclude(decision=None).order_by("-id")
    decision = (steps.values_list("decision", flat=True).first() or {}) if row.state == "FAILED" else {}
    return {
        reason["code"]: reason["message"]
        for verdict in decision.values()
        for reason in verdict["reasons"]
        if reason["code"] not in row.waived
    }


def waivable(row: Instruction) -> dict[str, str]:
    return {code: said for code, said in reasons_of(row).items() if code not in NEVER_WAIVED}


def _refuse_unmendable(row: Instruction, new: dict[str, Any]) -> None:
    waive, due_on = new.get("waive", []), new.get("due_on")
    if not waive and due_on is None:
        raise ProposalRefused("NOTHING_MENDED", "Say what to waive, or when it shall be due.")
    for code in waive:
        if code in NEVER_WAIVED:
            raise ProposalRefused(
                "NEVER_WAIVED", f"{code} cannot be waived: only a licence lifts it (31 CFR 501.801)."
            )
    unknown = sorted(set(waive) - waivable(row).keys())
    if unknown:
        raise ProposalRefused("NOT_A_REASON", f"It did not fail for {', '.join(unknown)}.")
    if due_on is None:
        return
    try:
        day = date.fromisoformat(due_on)
    except (TypeError, ValueError):
        raise ProposalRefused("NOT_A_DATE", "Say the new due date like 2026-12-24.") from None
    today = booking.local_date(row.listing, clock.now())
    if day < today:
        raise ProposalRefused("DATE_PASSED", f"{day} has passed where {row.listing.symbol} trades.")
    if day > today + LATEST_DUE:
        raise ProposalRefused(
            "DUE_DATE_TOO_FAR", f"Nothing is put off beyond {today + LATEST_DUE}. Say an earlier day."
        )
    due_at = _due_at(row.listing, day)
    if sessions.settlement_due(row.listing, due_at - timedelta(microseconds=1)) != due_at:
        raise ProposalRefused("NO_BUSINESS_DAY", f"Nothing settles on {day}: it is no business day.")


def _due_at(listing: Listing, day: date) -> datetime:
    """As that day begins, where the listing is."""
    return datetime.combine(day, time(0), tzinfo=ZoneInfo(listing.time_zone))


def _refuse_unpayable(compensation: dict[str, Any]) -> None:
    side, cents = compensation.get("side"), compensation.get("cents")
    if side not in (Side.BUY, Side.SELL) or type(cents) is not int or not 0 < cents < 2**53:
        raise ProposalRefused("NO_COMPENSATION", "Say which side is compensated, and with how much.")
    fees = Balance.objects.filter(account=ledger.fee_account(), asset=CASH).first()
    _refuse_lacking(cents, fees.available if fees else 0)


def _refuse_lacking(cents: int, available: int) -> None:
    """Customers' cash never pays for the venue (17 CFR 240.15c3-3)."""
    if cents > available:
        raise ProposalRefused(
            "VENUE_LACKS_CASH",
            f"The venue has {words.cash(max(0, available))} of its own. Bring in what is missing first.",
        )


def _go_on(row: Instruction, progress: Progress, new: dict[str, Any], proposal: Proposal) -> None:
    if new.get("waive"):
        row.waived = sorted({*row.waived, *new["waive"]})
        row.save(update_fields=["waived"])
    if new.get("due_on"):
        row.due_at = _due_at(row.listing, date.fromisoformat(new["due_on"]))
    # What a custodian refused it has to affirm anew.
    affirmed = rail_of(row.listing, row.custodian_id).affirmed(row)
    state = SettlementState.AFFIRMED if affirmed else SettlementState.INSTRUCTED
    progress.move(row, state, note=proposal.reason, proposal=proposal)


def _call_off(
    row: Instruction, progress: Progress, compensation: dict[str, Any] | None, proposal: Proposal
) -> None:
    """Fees are not charged: they would have been with the settlement."""
    # All at once, for balances are locked in one order.
    available = balances.lock(booking.places(row.listing, [row]))
    booking.release(row.listing, [row])
    progress.move(row, SettlementState.CANCELED, reason="CALLED_OFF", note=proposal.reason, proposal=proposal)
    if compensation:
        fees, cents = ledger.fee_account(), compensation["cents"]
        _refuse_lacking(cents, available[fees.pk, CASH])
        party = row.buyer if compensation["side"] == Side.BUY else row.seller
        kind = Transfer.Kind.COMPENSATION
        ledger.cash(kind, debit=fees, credit=party, cents=cents, reference=f"{kind}:{proposal.pk}")
    transaction.on_commit(lambda: feed.publish_balances({row.buyer_id, row.seller_id}), robust=True)


def _becomes(old: dict[str, Any], new: dict[str, Any]) -> str:
    match new["act"]:
        case "RETRY":
            return "tried again as it is"
        case "MEND":
            said = [f"without regard to {', '.join(new['waive'])}"] if new.get("waive") else []
            said += [f"due on {new['due_on']}"] if new.get("due_on") else []
            return f"tried again, {' and '.join(said)}"
    outcome, paid = "called off, and no fees are charged", new.get("compensation")
    if paid:
        party = old["buyer"] if paid["side"] == Side.BUY else old["seller"]
        outcome = (
            f"called off, no fees are charged, and {party} gets {words.cash(paid['cents'])} from the venue"
        )
    if old["state"] == SettlementState.EXECUTING:
        outcome += f". {CONFIRMED}"
    return outcome
