"""What people decided: a listing's terms, and the commands put aside, held against the audit log."""

from django.db.models import Q

from portal.models import AuditEntry, Proposal
from trading import journal
from trading.models import Listing
from trading.verification.findings import Findings


def verify_terms(listing: Listing, findings: Findings) -> None:
    """A listing stands as it was admitted, but for the proposals put into effect since."""
    log = AuditEntry.objects.order_by("id")
    admissions = list(log.filter(action="LISTED", subject=listing.symbol).values_list("facts", flat=True))
    if len(admissions) != 1:
        what = f"is admitted by {len(admissions)} entries of the audit log"
        findings.add("trading_listing", listing.symbol, what)
        return
    [should_be] = admissions
    parameters = Q(subject__startswith=f"LISTING_PARAMETERS {listing.symbol} #")
    calendar = Q(subject__startswith=f"LISTING_CALENDAR {listing.symbol} #")
    applied = log.filter(parameters | calendar, action="APPLIED")
    for facts in applied.values_list("facts", flat=True):
        should_be |= facts["new"]
    for name, value in listing.terms().items():
        if value != should_be.get(name):
            what = f"{name} is {value!r}, should be {should_be.get(name)!r}"
            findings.add("trading_listing", listing.symbol, what)


def verify_quarantines(listing: Listing, findings: Findings) -> None:
    """A command is put aside by a proposal of this very thing, which two people carried."""
    for seq, reason, proposal in journal.quarantines(listing_id=listing.pk):
        for what in _objections(listing, seq, reason, proposal):
            findings.add("trading_quarantine", f"{listing.symbol} seq {seq}", what)


def _objections(listing: Listing, seq: int, reason: str, proposal: Proposal) -> list[str]:
    said = f"proposal {proposal.pk}"
    found = []
    about = proposal.kind, proposal.subject, proposal.new.get("seq"), proposal.reason
    if about != ("QUARANTINE", listing.symbol, seq, reason):
        found.append(f"cites {said}, which is of something else")
    if proposal.status != Proposal.Status.APPLIED:
        found.append(f"cites {said}, which is {proposal.get_status_display().lower()}")
    if proposal.decided_by_id in (None, proposal.proposed_by_id):
        found.append(f"cites {said}, which nobody else approved")
    # The proposal's row can be changed, the audit log's cannot.
    log = AuditEntry.objects.filter(subject=str(proposal)).order_by("id")
    steps = [("PROPOSED", proposal.proposed_by_id), ("APPROVED", proposal.decided_by_id), ("APPLIED", None)]
    if list(log.values_list("action", "actor_id")) != steps:
        found.append(f"cites {said}, of which the audit log tells otherwise")
    return found
