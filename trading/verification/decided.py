"""What people decided: a listing's terms, commands put aside, broken trades, held against the audit log."""

from typing import Any

from django.db.models import Q

from portal.models import AuditEntry, Proposal
from trading import journal
from trading.models import Calendar, Listing, TradeBreak
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
    settlement = Q(subject__startswith=f"LISTING_SETTLEMENT {listing.symbol} #")
    applied = log.filter(parameters | calendar | settlement, action="APPLIED")
    for facts in applied.values_list("facts", flat=True):
        should_be |= facts["new"]
    for name, value in listing.terms().items():
        # Of a term that came with a later release, older admissions say nothing.
        if value != should_be.get(name, value):
            what = f"{name} is {value!r}, should be {should_be[name]!r}"
            findings.add("trading_listing", listing.symbol, what)
    if listing.calendar is not None:
        _verify_calendar(listing.calendar, findings)
    # Every balance counts in units of the asset: another unit would be another amount of it.
    asset = listing.asset
    if (asset.code, asset.unit) != (listing.symbol, listing.lot_size):
        what = f"is {asset.unit} {asset.code} a unit, should be {listing.lot_size} {listing.symbol}"
        findings.add("trading_asset", listing.symbol, what)


def _verify_calendar(calendar: Calendar, findings: Findings) -> None:
    """A calendar stands as it was added, but for the proposals put into effect since."""
    made = Proposal.objects.filter(kind="CALENDAR", subject=calendar.name)
    added = Q(action="CALENDAR_ADDED", subject=calendar.name)
    changed = Q(action="APPLIED", subject__in=[str(proposal) for proposal in made])
    should_be: dict[str, Any] = {}
    for facts in AuditEntry.objects.filter(added | changed).order_by("id").values_list("facts", flat=True):
        should_be |= facts.get("new", facts)
    for name, value in calendar.terms().items():
        if value != should_be.get(name):
            what = f"{name} is {value!r}, should be {should_be.get(name)!r}"
            findings.add("trading_calendar", calendar.name, what)


def verify_quarantines(listing: Listing, findings: Findings) -> None:
    """A command is put aside by a proposal of this very thing, which two people carried."""
    for seq, reason, proposal in journal.quarantines(listing_id=listing.pk):
        about = proposal.kind, proposal.subject, proposal.new.get("seq"), proposal.reason
        is_it = about == ("QUARANTINE", listing.symbol, seq, reason)
        for what in objections(proposal, is_it=is_it):
            findings.add("trading_quarantine", f"{listing.symbol} seq {seq}", what)


def verify_breaks(listing: Listing, findings: Findings) -> None:
    """A trade is taken back or corrected by a proposal of this very thing, and by the command it led to."""
    said = {
        broken.seq: (broken.kind, *(broken.payload.get(name) for name in ("trade_seq", "price", "qty")))
        for broken in journal.trade_breaks(listing_id=listing.pk)
    }
    for row in TradeBreak.objects.filter(listing=listing).select_related("proposal").order_by("trade_seq"):
        name, proposal = f"{listing.symbol} trade {row.trade_seq}", row.proposal
        kind, command = _BREAKS[row.kind]
        about = proposal.kind, proposal.subject, proposal.new.get("price"), proposal.new.get("qty")
        is_it = about == (kind, f"{listing.symbol} {row.trade_seq}", row.price, row.qty)
        for what in objections(proposal, is_it=is_it):
            findings.add("trading_tradebreak", name, what)
        if said.pop(row.seq, None) != (command, row.trade_seq, row.price, row.qty):
            findings.add("trading_tradebreak", name, f"is not what command {row.seq} carries into the book")
    for seq in said:
        findings.add(journal.COMMANDS, f"{listing.symbol} seq {seq}", "breaks a trade that nobody decided on")


# The kinds of its proposal and of its command.
_BREAKS = {"BUST": ("BUST_TRADE", "BustTrade"), "CORRECT": ("CORRECT_TRADE", "CorrectTrade")}


def objections(proposal: Proposal, *, is_it: bool) -> list[str]:
    """What is wrong with the proposal something cites."""
    said = f"proposal {proposal.pk}"
    found = []
    if not is_it:
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
