"""Hits: found by the search, decided by people. Two people confirm one, since it blocks an account."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from compliance import services
from compliance.models import ListedEntry, ScreeningHit, ScreeningRun
from compliance.screening import thresholds
from compliance.screening.index import Index, Match
from compliance.screening.people import LOOKED_AT, Screened, screened
from portal import audit, checks, clock
from portal.models import Account, Application, CheckResult, Identity, Proposal, User
from portal.proposals import ProposalRefused, Wording

Status = ScreeningHit.Status
MAY_DECIDE = "compliance.decide_screeninghit"
# What the audit log, the account's holder and the market's people read; why stands in the hit alone.
SUSPENSION = "By order of the compliance officer."
CHECK = "compliance.screening.checks.SanctionsCheck"
# All that an applicant could ever see of it.
CODE, TEXT = "BEING_LOOKED_AT", "We are still looking at your application."
OWNED = (
    "Of this entity {percent} percent are held by owners with hits. What the listed own by half or more, "
    "together, is blocked as they are (OFAC’s guidance of 13 August 2014)."
)


class HitRefused(Exception):
    """An anticipated reason not to act: ``code`` for machines, the text for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


# --- Found --------------------------------------------------------------------------------------------


def find(
    identities: Sequence[Identity],
    *,
    index: Index,
    among: Collection[int] | None = None,
    run: ScreeningRun | None = None,
) -> list[ScreeningHit]:
    """Hold people against the lists, or against entries of these uids; keep what is new. What was decided
    of the same person and the same entry stays decided."""
    people = screened(identities)
    least = thresholds.hit()
    found = [
        (one, match)
        for one in people
        for match in index.search(one.person, least=least, most=20, among=among)
    ]
    _lapse(people)
    if not found:
        return []
    entries = _entries({match.entry.uid for _, match in found})
    decided = _known({one.key for one, _ in found})
    fresh = [
        _hit(one, match, entry, run)
        for one, match in found
        if (entry := entries.get((match.entry.list_kind, match.entry.uid)))
        and not {
            (one.key, entry, f"application {one.identity.application_id}"),
            (one.key, entry, f"cleared for {one.identity.application.applicant_id}"),
        }
        & decided
    ]
    return list(ScreeningHit.objects.bulk_create(fresh, ignore_conflicts=True))


def standing(identities: Iterable[Identity]) -> list[ScreeningHit]:
    """Hits of these people, as they are now, that nobody has cleared; the gravest first."""
    people = {(one.identity.application_id, one.key) for one in screened(identities)}
    rows = ScreeningHit.objects.filter(
        application__in={application for application, _ in people},
        person__in={key for _, key in people},
        status__in=(Status.OPEN, Status.CONFIRMED),
    )
    rows = rows.select_related("entry", "identity").order_by("-score", "pk")
    return [row for row in rows if (row.application_id, row.person) in people]


def _entries(uids: set[int]) -> dict[tuple[str, int], int]:
    rows = ListedEntry.objects.filter(until=None, uid__in=uids).values_list("list_kind", "uid", "pk")
    return {(list_kind, uid): pk for list_kind, uid, pk in rows}


def _known(people: set[str]) -> set[tuple[str, int, str]]:
    """What needs no other hit: one of the same application, or a cleared one of the same applicant."""
    rows = ScreeningHit.objects.filter(person__in=people).exclude(status=Status.LAPSED)
    known = set()
    for person, entry, application, applicant, status in rows.values_list(
        "person", "entry", "application", "application__applicant", "status"
    ):
        known.add((person, entry, f"application {application}"))
        if status == Status.CLEARED:
            known.add((person, entry, f"cleared for {applicant}"))
    return known


def _hit(one: Screened, match: Match, entry: int, run: ScreeningRun | None) -> ScreeningHit:
    return ScreeningHit(
        application_id=one.identity.application_id, identity=one.identity, entry_id=entry,
        name=one.identity.full_name, person=one.key, score=str(match.score), matched=match.matched,
        why=match.why, run=run, found_at=clock.now(),
    )  # fmt: skip


def _lapse(people: Sequence[Screened]) -> None:
    """Questions that nobody has to answer any more: the person, or the list, says otherwise now."""
    now = {one.identity.pk: one.key for one in people}
    open_ones = ScreeningHit.objects.filter(identity__in=now, status=Status.OPEN).select_related("entry")
    over = [row.pk for row in open_ones if row.person != now[row.identity_id or 0] or row.entry.until_id]
    ScreeningHit.objects.filter(pk__in=over, status=Status.OPEN).update(
        status=Status.LAPSED, decided_at=clock.now()
    )


# --- What it means for an application -------------------------------------------------------------------


def findings(application: Application) -> list[checks.Finding]:
    """What reviewers are told. The code and the text an applicant could see tell nothing."""
    people = list(application.identities.all())
    rows = standing(people)
    if not rows:
        return [checks.Finding(checks.Outcome.PASSED, "LOOKED_AT", facts={"people": len(people)})]
    found = [_review("hits", [_told(row) for row in rows])]
    hit = {row.identity_id for row in rows}
    owned = sum(one.owns_percent for one in people if one.owns_percent and one.pk in hit)
    if owned >= thresholds.owned_percent():
        found.append(_review("ownership", OWNED.format(percent=f"{owned:f}")))
    return found


def tell(application: Application) -> None:
    """What reviewers are told, told anew: a hit was found or decided since."""
    if application.stage not in LOOKED_AT:
        return
    last = CheckResult.objects.filter(application=application).aggregate(last=Max("round"))["last"]
    if last is not None:
        checks.answered(application, name=CHECK, round=last, findings=findings(application))


def _review(name: str, said: Any) -> checks.Finding:
    return checks.Finding(checks.Outcome.REVIEW, CODE, text=TEXT, facts={name: said})


def not_screened() -> checks.Finding:
    return _review("no list", "No sanctions list is loaded: nobody was screened (manage.py load_sanctions).")


def _told(row: ScreeningHit) -> dict[str, Any]:
    return {
        "hit": row.pk, "person": row.name, "listed": row.entry.name, "list": row.entry.list_kind,
        "entry": row.entry.uid, "score": str(row.score), "matched": row.matched, "why": row.why,
        "state": row.get_status_display(),
    }  # fmt: skip


# --- Decided --------------------------------------------------------------------------------------------


def undecided() -> QuerySet[ScreeningHit]:
    return ScreeningHit.objects.filter(status=Status.OPEN)


def clear(*, hit: ScreeningHit, reason: str, by: User) -> ScreeningHit:
    """It is somebody else. That stands until the person or the entry changes."""
    if not reason.strip():
        raise HitRefused("REASON_REQUIRED", "Say why it is somebody else.")
    with transaction.atomic():
        row = _decide(hit.pk, Status.CLEARED, reason=reason, by=by)
        audit.record(action="SCREENING_HIT_CLEARED", subject=str(row), actor=by, facts={"reason": reason})
        tell(row.application)
    return row


class ConfirmHit:
    """Kind of proposal: it is the listed person. Subject: the hit's number; new: nothing. An account there
    is gets suspended; an application goes no further."""

    permission = MAY_DECIDE

    def current(self, *, subject: str, lock: bool = False) -> dict[str, Any]:
        row = _named(subject, lock=lock)
        return {"status": row.status, "entry": row.entry_id, "person": row.person}

    def check(self, *, subject: str, new: dict[str, Any]) -> None:
        row = _named(subject)
        if row.status != Status.OPEN:
            raise ProposalRefused("DECIDED_ALREADY", f"{row}: {row.get_status_display().lower()}.")

    def apply(self, *, subject: str, new: dict[str, Any], proposal: Proposal) -> None:
        assert proposal.decided_by
        row = _decide(
            _named(subject).pk, Status.CONFIRMED, reason=proposal.reason, by=proposal.decided_by,
            proposal=proposal,
        )  # fmt: skip
        audit.record(action="SCREENING_HIT_CONFIRMED", subject=str(row), actor=proposal.decided_by)
        for account in _accounts_of(row):
            services.suspend_account(account=account, reason=SUSPENSION, actor=proposal.decided_by)
        tell(row.application)

    def wording(self, *, subject: str, old: dict[str, Any], new: dict[str, Any]) -> Wording:
        row = _named(subject)
        return [(f"{row}: {row.name}", "to be looked at", f"is {row.entry}")]


def _decide(
    pk: int, status: ScreeningHit.Status, *, reason: str, by: User, proposal: Proposal | None = None
) -> ScreeningHit:
    row = ScreeningHit.objects.select_for_update(no_key=True).get(pk=pk)
    if row.status != Status.OPEN:
        raise HitRefused("DECIDED_ALREADY", f"{row}: {row.get_status_display().lower()}.")
    if row.application.applicant_id == by.pk:
        raise HitRefused("OWN_APPLICATION", "Nobody decides on what is their own.")
    row.status, row.reason, row.decided_by, row.decided_at = status, reason, by, clock.now()
    row.proposal = proposal
    row.save(update_fields=["status", "reason", "decided_by", "decided_at", "proposal"])
    return row


def _accounts_of(row: ScreeningHit) -> QuerySet[Account]:
    """Those the person stands behind, by whichever application, and that trade."""
    behind = Q(applications=row.application_id) | Q(applications__screening_hits__person=row.person)
    active = Account.objects.filter(behind, status=Account.Status.ACTIVE, applications__stage="APPROVED")
    return active.order_by("pk").distinct()


def _named(subject: str, *, lock: bool = False) -> ScreeningHit:
    rows = ScreeningHit.objects.select_related("entry")
    if lock:
        rows = rows.select_for_update(no_key=True, of=("self",))
    row = rows.filter(pk=int(subject)).first() if subject.isdecimal() else None
    if row is None:
        raise ProposalRefused("NO_SUCH_HIT", f"There is no hit {subject}.")
    return row
