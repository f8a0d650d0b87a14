"""How the trades of a listing settle from now on: on which rail, and whether a custodian has a say in it."""

from typing import Any

from portal.models import Proposal
from portal.proposals import ProposalRefused, Wording
from trading.models import Custodian, Listing
from trading.services.listings import named_listing


class ListingSettlement:
    """Kind of proposal: another rail for a listing, or another custodian, or none.

    Subject: the symbol; new: ``rail`` and ``custodian`` (its code, or None). Trades that are instructed
    already keep what they were instructed to.
    """

    def current(self, *, subject: str, lock: bool = False) -> dict[str, Any]:
        listing = named_listing(subject, lock=lock)
        return {"rail": listing.rail, "custodian": listing.custodian_id}

    def check(self, *, subject: str, new: dict[str, Any]) -> None:
        if new.keys() != {"rail", "custodian"} or new["rail"] not in Listing.Rail.values:
            raise ProposalRefused("UNKNOWN_RAIL", "Say how trades shall settle: one of the list.")
        code = new["custodian"]
        if code is not None and not Custodian.objects.filter(pk=code).exists():
            raise ProposalRefused("UNKNOWN_CUSTODIAN", f"There is no custodian {code}.")
        if new == self.current(subject=subject):
            raise ProposalRefused("NOTHING_CHANGED", "Nothing is to be changed.")

    def apply(self, *, subject: str, new: dict[str, Any], proposal: Proposal) -> None:
        listing = named_listing(subject)
        listing.rail, listing.custodian_id = new["rail"], new["custodian"]
        listing.save(update_fields=["rail", "custodian"])

    def wording(self, *, subject: str, old: dict[str, Any], new: dict[str, Any]) -> Wording:
        names: dict[str | None, str] = dict(Custodian.objects.values_list("code", "name"))
        return [
            (called, was, becomes)
            for called, was, becomes in (
                ("Trades settle", Listing.Rail(old["rail"]).label, Listing.Rail(new["rail"]).label),
                ("Custodian", *(names.get(terms["custodian"], "none") for terms in (old, new))),
            )
            if was != becomes
        ]
