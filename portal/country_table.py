"""Of which countries the venue takes people and companies: dated, and changed by two people."""

from datetime import date
from typing import Any

import pycountry

from portal import clock
from portal.models import CountryRule, Proposal, RuleValue
from portal.proposals import ProposalRefused, Wording


def standings(*, on: date) -> dict[str, str]:
    """Standing by country, of those the table tells of: any other is allowed."""
    rows = CountryRule.objects.filter(effective_from__lte=on)
    last = rows.order_by("country", "-effective_from", "-id").distinct("country")
    return dict(last.values_list("country", "standing"))


class NewCountryRule:
    """Kind of proposal: how a country stands from a day on. Subject: the country (ISO 3166); new:
    ``standing``, ``effective_from``, ``citation`` and ``sourced``."""

    FIELDS = ("standing", "effective_from", "citation", "sourced")

    def current(self, *, subject: str, lock: bool = False) -> dict[str, Any]:
        """The newest row: one that came meanwhile is ground that has moved."""
        newest = CountryRule.objects.filter(country=subject).order_by("-id").first()
        return {"newest": newest and newest.pk}

    def check(self, *, subject: str, new: dict[str, Any]) -> None:
        if pycountry.countries.get(alpha_2=subject) is None:
            raise ProposalRefused("UNKNOWN_COUNTRY", f"There is no country {subject} in ISO 3166.")
        if set(new) != set(self.FIELDS) or not new["citation"].strip():
            raise ProposalRefused("INCOMPLETE", "Say how it stands, from when on, and where it is written.")
        if new["standing"] not in CountryRule.Standing.values:
            raise ProposalRefused("UNKNOWN_STANDING", "Say how it stands: one of the list.")
        if new["sourced"] not in RuleValue.Sourced.values:
            raise ProposalRefused("UNKNOWN_SOURCE", "Say whether it was read in the rule: one of the list.")
        if date.fromisoformat(new["effective_from"]) < clock.today():
            raise ProposalRefused("PAST", "That day has passed, and what was decided by it stays.")

    def apply(self, *, subject: str, new: dict[str, Any], proposal: Proposal) -> None:
        CountryRule.objects.create(**new, country=subject, proposal=proposal)

    def wording(self, *, subject: str, old: dict[str, Any], new: dict[str, Any]) -> Wording:
        before = CountryRule.objects.filter(
            country=subject, effective_from__lte=new["effective_from"], pk__lte=old["newest"] or 0
        )
        row = before.order_by("-effective_from", "-id").first()
        says = row.get_standing_display() if row else CountryRule.Standing.ALLOWED.label
        becomes = CountryRule.Standing(new["standing"]).label
        return [
            (f"{name_of(subject)} from {new['effective_from']}", says, becomes),
            ("Written in", row.citation if row else "–", new["citation"]),
            ("Source", row.get_sourced_display() if row else "–", RuleValue.Sourced(new["sourced"]).label),
        ]


def name_of(country: str) -> str:
    found = pycountry.countries.get(alpha_2=country)
    return str(getattr(found, "common_name", found.name)) if found else country


def choices() -> list[tuple[str, str]]:
    """Every country, by name."""
    codes = [found.alpha_2 for found in pycountry.countries]
    return sorted(((code, name_of(code)) for code in codes), key=lambda choice: choice[1])
