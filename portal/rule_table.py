"""The dated rule table: what does the rule say on this day? And another value, decided by two people."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from portal import clock
from portal.models import Proposal, RuleValue
from portal.proposals import ProposalRefused, Wording

MOST = 10**12
# Units of which there are no parts.
COUNTED = ("days", "business days", "months", "years", "people")


class UnknownRule(LookupError):
    """No value of this rule is in force on that day."""


def rule(rule_id: str, *, on: date) -> RuleValue:
    """The row in force on a day; of two effective the same day, the one decided later."""
    rows = RuleValue.objects.filter(rule_id=rule_id, effective_from__lte=on)
    row = rows.order_by("-effective_from", "-id").first()
    if row is None:
        raise UnknownRule(f"{rule_id} has no value on {on}.")
    return row


def value(rule_id: str, *, on: date) -> Decimal:
    return rule(rule_id, on=on).value


def rules(rule_ids: Iterable[str], *, on: date) -> dict[str, RuleValue]:
    """The rows of several at once; each has to have one."""
    wanted = set(rule_ids)
    rows = RuleValue.objects.filter(rule_id__in=wanted, effective_from__lte=on)
    last = rows.order_by("rule_id", "-effective_from", "-id").distinct("rule_id")
    found = {row.rule_id: row for row in last}
    if missing := wanted - set(found):
        raise UnknownRule(f"{', '.join(sorted(missing))} has no value on {on}.")
    return found


class NewRuleValue:
    """Kind of proposal: what a rule says from a day on. Subject: the rule; new: ``value`` (a decimal),
    ``effective_from``, ``citation`` and ``sourced``. What the days before it say stays as it was."""

    FIELDS = ("value", "effective_from", "citation", "sourced")

    def current(self, *, subject: str, lock: bool = False) -> dict[str, Any]:
        """The newest row: one that came meanwhile is ground that has moved."""
        return {"newest": _newest(subject).pk}

    def check(self, *, subject: str, new: dict[str, Any]) -> None:
        _newest(subject)
        if set(new) != set(self.FIELDS) or not new["citation"].strip():
            raise ProposalRefused("INCOMPLETE", "Say the value, from when on, and where it is written.")
        if new["sourced"] not in RuleValue.Sourced.values:
            raise ProposalRefused("UNKNOWN_SOURCE", "Say whether it was read in the rule: one of the list.")
        number = _decimal(new["value"])
        if number is None or not 0 <= number <= MOST or number != round(number, 4):
            raise ProposalRefused("NOT_A_VALUE", "A value is a number from nought, with up to four decimals.")
        unit = _newest(subject).unit
        if unit in COUNTED and number != int(number):
            raise ProposalRefused("NOT_WHOLE", f"It is counted in {unit}: give a whole number.")
        if subject.startswith("TAX-") and unit == "percent" and number > 100:
            raise ProposalRefused("MORE_THAN_ALL", "No tax takes more than all: 100 percent at most.")
        if date.fromisoformat(new["effective_from"]) < clock.today():
            raise ProposalRefused("PAST", "That day has passed, and what was reckoned by it stays.")

    def apply(self, *, subject: str, new: dict[str, Any], proposal: Proposal) -> None:
        RuleValue.objects.create(**new, rule_id=subject, unit=_newest(subject).unit, proposal=proposal)

    def wording(self, *, subject: str, old: dict[str, Any], new: dict[str, Any]) -> Wording:
        before = RuleValue.objects.filter(
            rule_id=subject, effective_from__lte=new["effective_from"], pk__lte=old["newest"]
        )
        row = before.order_by("-effective_from", "-id").first()
        becomes = RuleValue(value=Decimal(new["value"]), unit=_newest(subject).unit)
        return [
            (f"From {new['effective_from']}", row.said if row else "–", becomes.said),
            ("Written in", row.citation if row else "–", new["citation"]),
            ("Source", row.get_sourced_display() if row else "–", RuleValue.Sourced(new["sourced"]).label),
        ]


def known_rules() -> list[str]:
    return list(RuleValue.objects.order_by("rule_id").values_list("rule_id", flat=True).distinct())


def _newest(rule_id: str) -> RuleValue:
    row = RuleValue.objects.filter(rule_id=rule_id).order_by("-id").first()
    if row is None:
        raise ProposalRefused("UNKNOWN_RULE", f"There is no rule {rule_id}: rules come with a release.")
    return row


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except (InvalidOperation, TypeError):
        return None
    return number if number.is_finite() else None
