"""Cases of breaks: opened by what finds them, closed by people.

One person closes a break that has gone, two a break that is still there, and say why: the next comparison
that differs opens another.
"""

from typing import Any

from django.db import transaction

from portal import audit, clock
from portal.models import Account, Proposal, User
from portal.proposals import ProposalRefused, Wording
from trading import words
from trading.lots import LotsMissing
from trading.models import BREAKS, CASH, Case, Reconciliation
from trading.reconciliation.errors import ReconciliationRefused


def open_break(*, kind: str, asset: str, facts: dict[str, Any]) -> Case:
    """The open case of that kind about an asset: there is one at most."""
    with transaction.atomic():
        case, is_new = Case.objects.get_or_create(
            kind=kind, asset_id=asset, subject=asset, closed_at=None,
            defaults={"facts": facts, "opened_at": clock.now()},
        )  # fmt: skip
        if is_new:
            audit.record(
                action="CASE_OPENED", subject=str(case), facts={"kind": kind, "asset": asset, **facts}
            )
    return case


def open_lots_break(missing: LotsMissing) -> Case:
    """Tried again it would fail again: people have to look."""
    account, asset = missing.place
    facts = {"account": Account.objects.get(pk=account).number, "missing": missing.qty}
    return open_break(kind=Case.Kind.LOTS, asset=asset, facts=facts)


def close_case(*, case: Case, resolution: str, by: User) -> Case:
    """Close a break that has gone."""
    if not resolution.strip():
        raise ReconciliationRefused("RESOLUTION_REQUIRED", "Say what it was, and what was done about it.")
    with transaction.atomic():
        locked = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
        _refuse_closed_or_other(locked)
        if still_differs(locked):
            raise ReconciliationRefused(
                "STILL_DIFFERS",
                "The last comparison does not agree, or is older than the case. Compare again once it is put "
                "right; to close it as it is, propose that: two people decide.",
            )
        return _close(locked, resolution=resolution, by=by)


def still_differs(case: Case) -> bool:
    """Is a break there for all that is known?"""
    last = latest(kind=case.kind, asset=case.asset_id)
    return last is None or last.at < case.opened_at or not last.agrees


def latest(*, kind: str, asset: str) -> Reconciliation | None:
    return Reconciliation.objects.filter(kind=kind, asset=asset).order_by("-id").first()


def stops(case: Case) -> str:
    """What nobody can do until it is closed, for people."""
    if case.kind not in BREAKS or case.closed_at is not None:
        return "nothing"
    return "every withdrawal" if case.asset_id == CASH else f"settlement in {case.asset_id}"


class CloseCase:
    """Kind of proposal: close a break that is still there. The proposal's reason becomes the resolution.

    Subject: the number of the case; new: nothing.
    """

    def current(self, *, subject: str, lock: bool = False) -> dict[str, Any]:
        case = self._case(subject, lock=lock)
        return {"kind": case.kind, "asset": case.asset_id, "open": case.closed_at is None}

    def check(self, *, subject: str, new: dict[str, Any]) -> None:
        try:
            _refuse_closed_or_other(self._case(subject))
        except ReconciliationRefused as refused:
            raise ProposalRefused(refused.code, str(refused)) from None

    def apply(self, *, subject: str, new: dict[str, Any], proposal: Proposal) -> None:
        _close(self._case(subject), resolution=proposal.reason, by=proposal.decided_by, proposal=proposal)

    def wording(self, *, subject: str, old: dict[str, Any], new: dict[str, Any]) -> Wording:
        case = self._case(subject)
        last = latest(kind=case.kind, asset=case.asset_id)
        found = "not compared since"
        if last is not None:
            ours, theirs = (words.amount(case.asset, units) for units in (last.ours, last.theirs))
            found = f"ours {ours}, theirs {theirs}, as of {last.as_of}"
        return [(f"{case.get_kind_display()}: {case.asset_id}", found, "closed as it is")]

    def _case(self, subject: str, *, lock: bool = False) -> Case:
        rows = Case.objects.select_for_update(no_key=True, of=("self",)) if lock else Case.objects.all()
        case = rows.select_related("asset").filter(pk=int(subject)).first() if subject.isdecimal() else None
        if case is None:
            raise ProposalRefused("NO_SUCH_CASE", f"There is no case {subject}.")
        return case


def _refuse_closed_or_other(case: Case) -> None:
    if case.closed_at is not None:
        raise ReconciliationRefused("CLOSED_ALREADY", "This case is closed.")
    if case.kind not in BREAKS:
        raise ReconciliationRefused("NO_BREAK", "Such a case is closed by saying whose the cash is.")


def _close(case: Case, *, resolution: str, by: User | None, proposal: Proposal | None = None) -> Case:
    case.closed_at, case.closed_by, case.resolution = clock.now(), by, resolution
    case.save(update_fields=["closed_at", "closed_by", "resolution"])
    facts = {"resolution": resolution, "proposal": proposal and proposal.pk}
    audit.record(action="CASE_CLOSED", subject=str(case), actor=by, facts=facts)
    return case
